"""Where nothing switches people off, a kill takes their rights, and what a cycle gave meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from provisor.domain.leaving import Gone, LeavePolicy, OnLeave
from provisor.domain.override import OverrideKind
from provisor.domain.schema import ObjectType
from provisor.engine.emergency.kill import Door, Killed, Warrant, kill
from provisor.engine.emergency.strike import Struck
from provisor.engine.emergency.whom import Places, find_person
from provisor.engine.explain import explain
from provisor.engine.job import Actor
from provisor.engine.run import run_job
from provisor.errors import Transient
from provisor.verifier import verify
from tests.stories.drifting import by_hand
from tests.stories.fences import with_users
from tests.stories.gatherings import members
from tests.stories.rightful import classified, decide_on, settle, with_roles
from tests.stories.test_rights import KNOWN, roles
from tests.stories.workplace import Office, office_rules

pytestmark = pytest.mark.both_executors
USERS = ObjectType.USERS


def strike_down(office: Office, key: str = "E1") -> Killed:
    person = find_person(office.store, key, Places(("hr",), ("app",)))
    doors = {"app": Door("hr-to-app", "hr", lambda: office.job("eve"))}
    return kill(
        office.store, office.clock, person, doors, Warrant(Actor("eve", asserted=True), "theft")
    )


def at(milestone: str, office: Office, killed: list[Any]):
    """Kill when a running cycle comes by, once."""

    def reached(where: str) -> None:
        if where == milestone and not killed:
            killed.extend([None, strike_down(office)])  # a kill reaches milestones, too

    return reached


def acts_on(result, office: Office, key: str = "E1"):
    """What a plan does with a person, memberships included."""
    (link,) = office.store.links.of_key("app", USERS, key)
    return [
        one.action.operation.value
        for one in result.stored.plan.actions
        if link.identity in (one.action.subject, *one.action.adds, *one.action.removes)
    ]


@pytest.fixture
def bare(office):
    """An application without a switch: whoever has a role or is in the club can work there."""
    with_roles(office)
    users = office_rules(office.target, **office.changes).objects[USERS]
    mapped = tuple(one for one in users.mappings if one.attribute != "active")
    with_users(office, schema=replace(users.schema, switch=None), mappings=mapped)
    classified(office, *KNOWN)
    office.hire("E1", roles=("reader",))
    office.hire("E2", roles=("reader",))
    office.found_group("G1", "Club", "E1", "E2")
    settle(office)
    return office


def test_rights_and_memberships_are_taken_whoever_gave_the_rights_and_it_stays_so(bare):
    by_hand(bare, "E1", roles=(*bare.account("E1")["roles"], "poet"))

    killed = strike_down(bare)

    assert killed.is_out
    assert roles(bare, "E1") == set()
    assert members(bare, "Club") == {"E2"}
    assert roles(bare, "E2") == {"reader"}
    for _ in range(2):
        bare.pass_hours(1)
        assert acts_on(bare.run(), bare) == []
    assert (roles(bare, "E1"), members(bare, "Club")) == (set(), {"E2"})
    (told,) = explain(bare.job(), "E1").overrides
    assert told.kind is OverrideKind.DENY
    assert verify(bare.folder / "office.db").problems == ()


def test_of_an_account_that_cannot_be_looked_at_what_we_gave_is_taken(bare):
    by_hand(bare, "E1", roles=(*bare.account("E1")["roles"], "poet"))
    bare.target.faults.refused_reads = [Transient("busy")]

    killed = strike_down(bare)

    assert roles(bare, "E1") == {"poet"}
    assert [blow.state for blow in killed.blows] == [Struck.DONE]
    assert strike_down(bare).is_out
    assert roles(bare, "E1") == set()


def test_what_a_kill_could_not_take_the_next_cycle_takes_whatever_leavers_keep(bare):
    """Leavers wait for fourteen days here, and keep what they have."""
    with_users(bare, on_leave=OnLeave(wait_days=14))
    by_hand(bare, "E1", roles=(*bare.account("E1")["roles"], "poet"))
    for call in range(1, 4):
        bare.target.faults.fail(bare.writes + call, Transient("busy"))

    assert not strike_down(bare).is_out
    assert roles(bare, "E1") == {"reader", "poet"}
    settle(bare)

    assert (roles(bare, "E1"), members(bare, "Club")) == (set(), {"E2"})
    assert bare.run().stored.plan.actions == ()


def test_days_that_are_written_for_denials_themselves_are_waited_for(bare):
    waits = LeavePolicy(wait_days=3)
    with_users(bare, on_leave=OnLeave(apart={Gone.DENIED: waits}))
    decide_on(bare, "E1", OverrideKind.DENY)

    assert acts_on(bare.run(), bare) == []
    bare.pass_hours(80)
    settle(bare)

    assert roles(bare, "E1") == set()


def test_a_kill_that_is_over_gives_back_what_the_rules_want(bare):
    killed = strike_down(bare)
    settle(bare)
    bare.store.overrides.end(killed.overrides[0].id, bare.clock.now(), [])
    bare.pass_hours(1)

    settle(bare)

    assert roles(bare, "E1") == {"reader"}


def test_a_running_cycle_gives_nothing_to_whom_somebody_killed_meanwhile(bare):
    bare.change("E1", roles=("reader", "writer"))
    bare.found_group("G2", "Choir", "E1", "E2")
    killed: list[Any] = []

    result = run_job(bare.job(reached=at("apply.begun", bare, killed)))

    assert killed[1].is_out
    assert [one.code for one in result.left] == ["denied", "denied"]
    assert (roles(bare, "E1"), members(bare, "Choir")) == (set(), {"E2"})
    assert acts_on(bare.run(), bare) == []


@pytest.fixture
def chess(bare):
    """Another group, to which both of them are about to belong."""
    bare.found_group("G2", "Chess")
    bare.run()
    bare.join("G2", "E1")
    bare.join("G2", "E2")
    return bare


def test_a_membership_that_was_on_its_way_is_taken_back_when_the_cycle_ends(chess):
    killed: list[Any] = []

    run_job(chess.job(reached=at("intents.kept", chess, killed)))

    assert killed[1].blows[0].state is Struck.UNCERTAIN
    assert members(chess, "Chess") == {"E2"}
    assert acts_on(chess.run(), chess) == []
    assert verify(chess.folder / "office.db").problems == ()


@pytest.mark.parametrize("is_in", [True, False], ids=["joined", "still to join"])
def test_large_changes_of_members_let_nobody_in_who_was_killed_half_way(chess, is_in, monkeypatch):
    """One by one: whoever joined first is taken back, whoever comes later is left out."""
    monkeypatch.setattr("provisor.engine.carrying.carry_members.CHUNK", 1)
    killed: list[Any] = []
    whom: list[str] = []

    def reached(where: str) -> None:
        if where == "members.sent" and not killed:
            (first,) = members(chess, "Chess")
            whom.append(first if is_in else ({"E1", "E2"} - {first}).pop())
            killed.extend([None, strike_down(chess, whom[0])])

    result = run_job(chess.job(reached=reached))

    assert members(chess, "Chess") == {"E1", "E2"} - set(whom)
    assert {one.code for one in result.left} == (set() if is_in else {"denied"})
    assert acts_on(chess.run(), chess, whom[0]) == []
    assert verify(chess.folder / "office.db").problems == ()
