"""What is as before already, and would be done again: an undo keeps it so, and gives nothing."""

from __future__ import annotations

import pytest

from provisor.domain.approval import DecisionKind
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import Fate
from tests.stories.test_undo_memberships import inside
from tests.stories.undoing import fates, in_force, run_of, take_back, taken_back

both = pytest.mark.both_executors
USERS = ObjectType.USERS


@pytest.fixture
def staffed(office):
    """Six clerks with an account, two of them in the press office."""
    office.hire_many(6)
    office.found_group("G1", "Press", "E0001", "E0002")
    office.open_up()
    office.run()
    assert inside(office) == {"E0001", "E0002"}
    return office


def retitled(office, *keys):
    for key in keys:
        office.change(key, title="LIE")
    return run_of(office.run())


def group_of(office):
    return next(n for n, row in office.target.groups.items() if row.get("externalId") == "G1")


@both
def test_a_value_that_somebody_put_right_by_hand_stays_right_although_the_feed_still_lies(staffed):
    run = retitled(staffed, "E0001")
    staffed.target.set(USERS, staffed.native("E0001"), {"title": "Clerk"})
    staffed.pass_hours(1)
    undone = take_back(staffed, run)
    assert set(fates(undone).values()) == {Fate.AS_BEFORE}
    assert undone.stored is None
    assert [one.kind.value for one in undone.overrides] == ["pin"]
    for _ in range(2):
        staffed.pass_hours(25)
        assert not staffed.run().stored.plan.actions
    assert staffed.account("E0001")["title"] == "Clerk"


@both
def test_what_the_rules_would_not_do_again_needs_no_decision(staffed):
    run = retitled(staffed, "E0001")
    staffed.change("E0001", title="Clerk")
    staffed.run()
    undone = take_back(staffed, run)
    assert set(fates(undone).values()) == {Fate.AS_BEFORE}
    assert (undone.undo, undone.stored, undone.overrides) == (None, None, ())


@both
def test_a_membership_that_the_target_does_not_show_is_taken_back_once_it_does(staffed):
    staffed.join("G1", "E0003")
    staffed.pass_hours(1)
    run = run_of(staffed.run())
    hidden = staffed.native("E0003")
    staffed.target.join(group_of(staffed), (), (hidden,))
    undone = take_back(staffed, run)
    assert fates(undone) == {("G1", "joined"): Fate.AS_BEFORE}
    assert [one.kind.value for one in undone.overrides] == ["revoke"]
    staffed.target.join(group_of(staffed), (hidden,), ())
    staffed.pass_hours(25)
    staffed.run()
    assert inside(staffed) == {"E0001", "E0002"}
    staffed.pass_hours(25)
    assert not staffed.run().stored.plan.actions


def test_what_the_rules_leave_alone_needs_no_decision_either(staffed):
    staffed.part_from("G1", "E0001")
    staffed.pass_hours(1)
    run = run_of(staffed.run())
    staffed.target.join(group_of(staffed), (staffed.native("E0001"),), ())
    staffed.pass_hours(1)
    undone = take_back(staffed, run)
    assert fates(undone) == {("G1", "parted"): Fate.AS_BEFORE}
    assert undone.overrides == ()
    assert not staffed.run().stored.plan.actions


def test_a_leaver_who_was_switched_on_by_hand_is_not_kept_on_by_one_person_alone(staffed):
    staffed.change("E0001", status="terminated")
    run = run_of(staffed.run())
    assert staffed.account("E0001")["active"] is False
    staffed.target.set(USERS, staffed.native("E0001"), {"active": True})
    staffed.pass_hours(1)
    undone = take_back(staffed, run, only=("E0001",))
    assert Fate.AS_BEFORE in fates(undone).values()
    assert undone.overrides == ()
    assert any("decided by two" in deed.why for deed in undone.deeds)


def test_an_account_that_a_run_made_and_somebody_switched_off_stays_off(staffed):
    staffed.hire("E0009")
    run = run_of(staffed.run())
    staffed.target.set(USERS, staffed.native("E0009"), {"active": False})
    staffed.pass_hours(1)
    undone = take_back(staffed, run)
    assert fates(undone)["E0009", "create"] is Fate.AS_BEFORE
    assert "deny" in [one.kind.value for one in undone.overrides]
    staffed.pass_hours(25)
    staffed.run()
    assert staffed.account("E0009")["active"] is False


@both
def test_one_put_right_by_hand_and_one_not_are_both_right_and_stay_so(staffed):
    run = retitled(staffed, "E0001", "E0002")
    staffed.target.set(USERS, staffed.native("E0001"), {"title": "Clerk"})
    staffed.pass_hours(1)
    undone = taken_back(staffed, run)
    assert fates(undone) == {
        ("E0001", "title"): Fate.AS_BEFORE,
        ("E0002", "title"): Fate.BACK,
    }
    assert {draft.draft.key for draft in undone.stored.plan.actions} == {"E0002"}
    staffed.pass_hours(25)
    assert not staffed.run().stored.plan.actions
    again = take_back(staffed, run)
    assert (again.undo, again.overrides) == (None, ())


def test_an_undo_that_is_withdrawn_keeps_nothing_as_before(staffed):
    run = retitled(staffed, "E0001", "E0002")
    staffed.target.set(USERS, staffed.native("E0001"), {"title": "Clerk"})
    staffed.pass_hours(1)
    undone = take_back(staffed, run)
    assert len(in_force(staffed)) == 2
    staffed.decide(undone.stored.plan.digest, DecisionKind.WITHDRAW, "ann")
    assert in_force(staffed) == []


def test_nobody_keeps_what_is_their_own_as_it_is(staffed):
    run = retitled(staffed, "E0001")
    staffed.target.set(USERS, staffed.native("E0001"), {"title": "Clerk"})
    staffed.pass_hours(1)
    undone = take_back(staffed, run, actor="E0001")
    assert undone.overrides == ()
