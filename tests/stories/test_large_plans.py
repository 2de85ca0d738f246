"""A plan of a million acts is voted on and carried out like a small one, only page by page."""

from __future__ import annotations

import pytest

from connectors.memory import World
from provisor.domain.schema import ObjectType
from provisor.engine.carrying.results import Results
from provisor.errors import Conflict
from provisor.ports.store import ActState
from tests.stories.referring import led
from tests.stories.workplace import Office

pytestmark = pytest.mark.both_executors


@pytest.fixture
def large(monkeypatch):
    """Every plan counts as large, of pages of four acts."""

    def begin():
        monkeypatch.setattr("provisor.domain.sealing.MANY", 0)
        monkeypatch.setattr("provisor.domain.sealing.PAGE", 4)

    return begin


def shown(world: World):
    """Return what a target holds, by names."""
    users = sorted(
        tuple(sorted((name, str(value)) for name, value in row.items() if name != "id"))
        for row in world.users.values()
    )
    groups = {native: str(row["displayName"]) for native, row in world.groups.items()}
    logins = {native: str(row["userName"]) for native, row in world.users.items()}
    members = sorted(
        (groups[group], logins[member]) for group, held in world.members.items() for member in held
    )
    return users, sorted(groups.values()), members


def lived(office: Office):
    """Two years of an office: joiners by parts, movers, a refused act, leavers, a second look."""
    told = []

    def keep(result):
        told.append((dict(result.outcomes), result.exit_code, result.waiting, len(result.left)))

    led(office)
    office.hire_many(11)
    for number in range(2, 12):
        office.change(f"E{number:04d}", manager="E0001")
    digest = office.plan().stored.plan.digest
    office.approve(digest, parts=("users.create",))
    keep(office.apply(digest))
    keep(office.run())
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    keep(office.apply(digest))
    for number in (3, 5, 7):
        office.change(f"E{number:04d}", title="Chief", surname="O'Neil")
    office.target.faults.fail(office.writes + 2, Conflict("the title is taken"))
    keep(office.run())
    office.leave("E0004")
    office.vanish("E0006")
    office.hire("E0099")
    keep(office.run())
    office.pass_hours(24 * 31)
    keep(office.run())
    keep(office.run())
    return told, shown(office.target)


def test_a_large_plan_is_voted_on_and_carried_out_like_a_small_one(tmp_path, executor, large):
    homes = [tmp_path / name for name in ("small", "large")]
    ends = []
    for home in homes:
        home.mkdir()
        office = Office(home, executor=executor)
        ends.append(lived(office))
        office.close()
        large()
    small, many = ends
    told, _ = small

    assert many == small
    assert [outcomes.get("failed", 0) for outcomes, *_ in told] == [0, 0, 0, 1, 0, 0, 0]
    assert sum(told[-1][0].values()) == 0


def test_what_a_large_plan_leaves_out_of_a_vote_is_not_carried_out(office, large):
    large()
    office.hire_many(9)
    digest = office.plan().stored.plan.digest
    office.approve(digest, only=("E0003", "E0004"))
    result = office.apply(digest)

    assert office.accounts_of("E0003") == office.accounts_of("E0004") == 1
    assert len(office.target.users) == result.outcomes["done"] == 2
    assert result.waiting > 0


def test_results_hold_everything_of_what_was_not_done_and_little_of_the_rest(office):
    office.hire_many(3)
    stored = office.plan().stored
    results = Results()
    creates = [a for a in stored.plan.actions if a.action.object_type is ObjectType.USERS]

    assert results.reached == 0
    assert [results.state_of(one) for one in creates] == [None, None, None]
    office.approve(stored.plan.digest)
    office.apply(stored.plan.digest)
    outcomes = office.store.acts.outcomes(stored.plan.digest)
    for one in creates[:2]:
        results.note(one, outcomes[one.id])

    assert [results.state_of(one) for one in creates] == [ActState.DONE, ActState.DONE, None]
    assert (results.reached, results.told) == (2, [])
