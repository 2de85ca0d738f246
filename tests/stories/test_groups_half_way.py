"""A large change of a group that stops between its pieces goes on, and repeats or loses nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from provisor.domain.bounds import DEFAULT_LIMITS, Limit
from provisor.engine.carrying import carry_members
from provisor.errors import Transient
from tests.stories.gatherings import members, native_of
from tests.stories.workplace import Office

pytestmark = pytest.mark.both_executors

PIECE = 5
LEAVING, JOINING = range(1, 13), range(13, 25)


def keys(numbers: Sequence[int]) -> set[str]:
    return {f"E{number:04d}" for number in numbers}


@pytest.fixture
def club(office: Office, monkeypatch) -> Office:
    """Twelve of 24 are in the club; they and the others change places, five in each call."""
    monkeypatch.setattr(carry_members, "CHUNK", PIECE)
    # Half of a group at once is another story.
    free = {"membership": Limit(), "members_lost": Limit()}
    office.changes["limits"] = {**DEFAULT_LIMITS, **free}
    office.hire_many(24)
    office.found_group("G1", "Club", *sorted(keys(LEAVING)))
    office.open_up()
    assert members(office, "Club") == keys(LEAVING)
    for key in keys(LEAVING):
        office.part_from("G1", key)
    for key in keys(JOINING):
        office.join("G1", key)
    return office


@pytest.fixture
def moved(club: Office, monkeypatch) -> Counter[str]:
    """How often each member was let in or out of the club."""
    counted: Counter[str] = Counter()
    join, native = club.target.join, native_of(club, "Club")

    def joined(group: str, adds: tuple[str, ...], removes: tuple[str, ...]) -> bool:
        done = bool(join(group, adds, removes))
        counted.update([*adds, *removes] if group == native else [])
        return done

    monkeypatch.setattr(club.target, "join", joined)
    return counted


def granted(office: Office) -> int:
    """How many memberships of the club we know to be ours."""
    native = native_of(office, "Club")
    return sum(
        one.native_id == native
        for pair in office.store.links.memberships("app")
        for one in office.store.links.of_identities("app", [pair.group]).values()
    )


@pytest.mark.parametrize("call", [1, 2, 3, 4, 6])
def test_a_piece_that_fails_is_sent_once_more_and_no_other(club, moved, call):
    faults = club.target.faults
    faults.fail(faults.calls + call, Transient("the line broke"))
    first = club.run()
    half = sum(moved.values())
    second = club.run()

    assert first.exit_code == 3
    assert half < 24
    assert second.exit_code == 0
    assert members(club, "Club") == keys(JOINING)
    assert (set(moved.values()), len(moved), granted(club)) == ({1}, 24, 12)
    assert club.run().stored.plan.actions == ()


@pytest.mark.parametrize("call", [1, 2, 3, 4, 6])
def test_a_piece_whose_answer_is_lost_is_looked_up_and_not_sent_again(club, moved, call):
    faults = club.target.faults
    faults.lose_answer(faults.calls + call)
    first = club.run()
    second = club.run()

    assert first.exit_code == 3
    assert second.exit_code == 0
    assert members(club, "Club") == keys(JOINING)
    assert (set(moved.values()), len(moved), granted(club)) == ({1}, 24, 12)
    assert club.run().stored.plan.actions == ()
