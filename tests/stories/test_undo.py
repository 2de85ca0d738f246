"""A run is taken back: by a plan, through the gates, and so that no cycle does it again."""

from __future__ import annotations

import pytest

from provisor.domain.action import Reversible
from provisor.domain.approval import DecisionKind
from provisor.domain.bounds import Limit
from provisor.domain.undoing import Fate
from provisor.engine.run import run_job
from provisor.engine.undoing.undo_ends import end_undo
from provisor.errors import (
    CommandInvalid,
    DecisionMissing,
    ReadIncomplete,
    SelfApproval,
    UnknownName,
)
from provisor.ports.store import PlanStatus
from tests.stories.fences import bound
from tests.stories.undoing import (
    fates,
    in_force,
    of_undos,
    run_of,
    take_back,
    taken_back,
    told_of,
)
from tests.stories.workplace import MAIL

both = pytest.mark.both_executors


@pytest.fixture
def staffed(office):
    """Twelve clerks, all of them with an account."""
    office.hire_many(12)
    office.open_up()
    return office


def retitle(office, *numbers, title="Boss"):
    for number in numbers:
        office.change(f"E{number:04d}", title=title)
    return office.run()


def titles(office):
    return {row["externalId"]: row["title"] for row in office.target.users.values()}


@both
def test_two_cycles_after_an_undo_its_effect_stands_and_explain_names_the_decision(staffed):
    run = run_of(retitle(staffed, 1))
    undone = taken_back(staffed, run)
    assert staffed.account("E0001")["title"] == "Clerk"
    assert undone.stored.plan.header.undoes == undone.undo.id
    for _ in range(2):
        staffed.pass_hours(25)
        before = staffed.writes
        assert not staffed.run().stored.plan.actions
        assert staffed.writes == before
    assert staffed.account("E0001")["title"] == "Clerk"
    story = told_of(staffed, "E0001")
    assert of_undos(story) == ["pin"]
    assert run in next(iter(story.undos)).runs


@both
def test_a_lying_feed_is_taken_back_for_everybody_and_holds_although_it_still_lies(staffed):
    staffed.change("E0003", title="Chief")
    staffed.run()
    before = titles(staffed)
    run = run_of(retitle(staffed, *range(1, 7), title="LIE"))
    assert sum(title == "LIE" for title in titles(staffed).values()) == 6
    taken_back(staffed, run)
    assert titles(staffed) == before
    for _ in range(2):
        staffed.pass_hours(25)
        staffed.run()
        assert titles(staffed) == before


def test_an_undo_beyond_the_limits_asks(staffed):
    run = run_of(retitle(staffed, *range(1, 7)))
    staffed.pass_hours(25)
    bound(staffed, update=Limit(3))
    undone = take_back(staffed, run)
    assert undone.stored.status is PlanStatus.WAITING
    with pytest.raises(DecisionMissing):
        staffed.apply(undone.stored.plan.digest)
    assert set(titles(staffed).values()) == {"Boss", "Clerk"}
    staffed.approve(undone.stored.plan.digest)
    staffed.apply(undone.stored.plan.digest)
    assert set(titles(staffed).values()) == {"Clerk"}


def test_whoever_asks_for_an_undo_approves_it_in_no_plan(staffed):
    run = run_of(retitle(staffed, *range(1, 7)))
    staffed.pass_hours(25)
    bound(staffed, update=Limit(3))
    undone = take_back(staffed, run, actor="eve")
    with pytest.raises(SelfApproval):
        staffed.approve(undone.stored.plan.digest, "EVE")
    everybody = staffed.plan("scheduler").stored
    assert everybody.status is PlanStatus.WAITING
    with pytest.raises(SelfApproval):
        staffed.approve(everybody.plan.digest, "eve")
    assert "Boss" in titles(staffed).values()


@both
def test_a_mass_disable_is_taken_back_by_two_people_and_holds_against_the_feed(staffed):
    for number in range(1, 6):
        staffed.leave(f"E{number:04d}")
    run = run_of(staffed.run())
    assert sum(not row["active"] for row in staffed.target.users.values()) == 5
    undone = take_back(staffed, run)
    assert [part.part for part in undone.stored.parts] == ["users.reenable"]
    assert undone.stored.status is PlanStatus.WAITING
    with pytest.raises(SelfApproval):
        staffed.approve(undone.stored.plan.digest, "ann")
    staffed.approve(undone.stored.plan.digest)
    staffed.apply(undone.stored.plan.digest)
    for hours in (25, 25, 24 * 31):
        assert all(row["active"] for row in staffed.target.users.values())
        staffed.pass_hours(hours)
        assert not staffed.run().stored.plan.actions
    assert set(of_undos(told_of(staffed, "E0001"))) == {"keep", "pin"}
    assert "undo_keeps_leavers" in {one.kind for one in staffed.store.alerts.open()}


@both
def test_an_undone_disable_holds_back_no_later_leave(staffed):
    staffed.leave("E0001")
    taken_back(staffed, run_of(staffed.run()))
    staffed.run()
    staffed.change("E0001", status="active", end_date=None)
    staffed.pass_hours(1)
    staffed.run()
    assert not in_force(staffed)
    staffed.pass_hours(1)
    staffed.leave("E0001")
    staffed.run()
    assert staffed.account("E0001")["active"] is False
    assert not [one for one in staffed.store.alerts.open() if one.kind == "undo_keeps_leavers"]


@both
def test_what_moved_on_since_is_left_and_told(staffed):
    run = run_of(retitle(staffed, 1, 2, 3))
    retitle(staffed, 2, title="Chief")
    native = staffed.native("E0003")
    staffed.target.users[native]["title"] = "Intruder"
    undone = take_back(staffed, run)
    assert fates(undone) == {
        ("E0001", "title"): Fate.BACK,
        ("E0002", "title"): Fate.MOVED_ON,
        ("E0003", "title"): Fate.MOVED_ON,
    }
    staffed.apply(undone.stored.plan.digest)
    assert titles(staffed)["E0001"] == "Clerk"
    assert titles(staffed)["E0002"] == "Chief"


def test_what_cannot_come_back_as_it_was_is_told_before_anybody_approves(staffed):
    staffed.hire("E0013")
    made = run_of(staffed.run())
    created = {one.operation.value: one for one in take_back(staffed, made).deeds}
    assert created["create"].reversible is Reversible.LOSSY
    assert created["create"].fate is Fate.BACK
    staffed.leave("E0001")
    staffed.run()
    staffed.pass_hours(24 * 31)
    plan = staffed.plan().stored
    staffed.approve(plan.plan.digest)
    deleted = run_of(staffed.apply(plan.plan.digest))
    assert staffed.accounts_of("E0001") == 0
    undone = take_back(staffed, deleted)
    assert fates(undone)["E0001", "delete"] is Fate.LEFT
    assert undone.undo is None


@both
def test_a_created_account_is_switched_off_and_never_made_again(staffed):
    staffed.hire("E0013")
    undone = taken_back(staffed, run_of(staffed.run()))
    assert staffed.account("E0013")["active"] is False
    parts = {part.part for part in undone.stored.parts}
    assert parts == {"users.disable", "memberships.membership"}
    for _ in range(2):
        staffed.pass_hours(25)
        staffed.run()
    assert staffed.account("E0013")["active"] is False
    assert "deny" in of_undos(told_of(staffed, "E0013"))


@both
def test_an_undo_of_an_undo_brings_the_values_of_the_run_again(staffed):
    run = run_of(retitle(staffed, 1))
    first = take_back(staffed, run)
    second = staffed.apply(first.stored.plan.digest)
    assert staffed.account("E0001")["title"] == "Clerk"
    taken_back(staffed, run_of(second))
    assert staffed.account("E0001")["title"] == "Boss"
    staffed.pass_hours(25)
    assert not staffed.run().stored.plan.actions


def test_a_run_that_was_taken_back_leaves_nothing_for_a_second_undo(staffed):
    run = run_of(retitle(staffed, 1, 2))
    taken_back(staffed, run)
    known = len(staffed.store.overrides.all())
    again = take_back(staffed, run)
    assert again.undo is None
    assert again.stored is None
    assert set(fates(again).values()) == {Fate.AS_BEFORE}
    assert len(staffed.store.overrides.all()) == known


def test_the_same_undo_asked_for_again_shows_the_plan_that_waits(staffed):
    run = run_of(retitle(staffed, 1, 2))
    first = take_back(staffed, run)
    again = take_back(staffed, run, actor="carl")
    assert again.undo.id == first.undo.id
    assert again.stored.plan.digest == first.stored.plan.digest
    assert again.stored.initiator == "ann"
    assert set(fates(again).values()) == {Fate.UNDER_WAY}


def test_ending_the_decisions_of_an_undo_lets_the_rules_act_again(staffed):
    run = run_of(retitle(staffed, 1, 2))
    undone = taken_back(staffed, run)
    ended = end_undo(staffed.job("carl"), undone.undo.id, "the feed is right")
    assert len(ended) == 2
    staffed.pass_hours(1)
    staffed.run()
    assert titles(staffed)["E0001"] == titles(staffed)["E0002"] == "Boss"


def test_rejecting_the_plan_of_an_undo_ends_its_decisions(staffed):
    run = run_of(retitle(staffed, 1, 2))
    undone = take_back(staffed, run)
    digest = undone.stored.plan.digest
    staffed.decide(digest, DecisionKind.REJECT)
    assert not in_force(staffed)
    staffed.pass_hours(1)
    assert not staffed.run().stored.plan.actions
    assert titles(staffed)["E0001"] == "Boss"


def test_calling_an_undo_off_ends_its_decisions(staffed):
    undone = take_back(staffed, run_of(retitle(staffed, 1, 2)))
    staffed.decide(undone.stored.plan.digest, DecisionKind.WITHDRAW, "ann")
    assert not in_force(staffed)
    assert not staffed.run().stored.plan.actions


def test_a_clear_and_a_new_name_go_back(staffed):
    staffed.change("E0001", mail=None, surname="Newname")
    staffed.change("E0002", mail=None)
    digest = staffed.plan().stored.plan.digest
    staffed.approve(digest)
    run = run_of(staffed.apply(digest))
    assert not staffed.account("E0001").get(MAIL)
    taken_back(staffed, run)
    assert staffed.account("E0001")[MAIL] == "e0001@example.org"
    assert staffed.account("E0002")[MAIL] == "e0002@example.org"
    assert staffed.account("E0001")["displayName"] == "Given SurE0001"


def test_only_what_was_named_goes_back(staffed):
    run = run_of(retitle(staffed, 1, 2))
    undone = taken_back(staffed, run, only=("E0002",))
    assert list(fates(undone)) == [("E0002", "title")]
    assert titles(staffed)["E0001"] == "Boss"
    assert titles(staffed)["E0002"] == "Clerk"


def test_the_plan_of_an_undo_holds_nothing_that_brings_nothing_back(staffed):
    run = run_of(retitle(staffed, 1))
    staffed.change("E0001", mail="other@example.org")
    staffed.change("E0002", title="Chief")
    undone = take_back(staffed, run)
    (act,) = undone.stored.plan.actions
    assert [change.attribute for change in act.action.changes] == ["title"]
    staffed.apply(undone.stored.plan.digest)
    assert staffed.account("E0001")[MAIL] == "e0001@example.org"
    assert titles(staffed)["E0002"] == "Clerk"


def test_a_whole_plan_is_taken_back_by_its_digest(staffed):
    result = retitle(staffed, 1)
    undone = taken_back(staffed, result.stored.plan.digest[:12])
    assert undone.undo.runs == (run_of(result),)
    assert titles(staffed)["E0001"] == "Clerk"


def test_nobody_takes_back_what_was_done_to_themselves(staffed):
    run = run_of(retitle(staffed, 1, 2))
    undone = take_back(staffed, run, actor="e0001")
    assert fates(undone) == {("E0001", "title"): Fate.LEFT, ("E0002", "title"): Fate.BACK}


def test_an_undo_without_a_reason_or_of_an_unknown_run_is_refused(staffed):
    run = run_of(retitle(staffed, 1))
    with pytest.raises(CommandInvalid):
        take_back(staffed, run, reason=" ")
    with pytest.raises(CommandInvalid):
        take_back(staffed, run, only=("E0009",))
    with pytest.raises(UnknownName):
        take_back(staffed, "ab")
    assert not in_force(staffed)


def test_while_a_side_cannot_be_read_nothing_is_kept(staffed):
    run = run_of(retitle(staffed, 1))
    staffed.source.users.clear()
    with pytest.raises(ReadIncomplete):
        take_back(staffed, run)
    assert not in_force(staffed)


def test_nothing_is_written_while_an_undo_is_asked_for(staffed):
    run = run_of(retitle(staffed, 1, 2, 3))
    before = staffed.writes
    take_back(staffed, run)
    assert staffed.writes == before


class _PowerCut(BaseException):
    """Ends a run in the middle, as nothing else would."""


def test_a_run_that_was_cut_off_is_taken_back_as_far_as_it_went(staffed):
    staffed.hire("E0013")
    retitled = [f"E{number:04d}" for number in range(1, 4)]
    for key in retitled:
        staffed.change(key, title="LIE")
    left = 2

    def cut(milestone):
        nonlocal left
        left -= milestone == "outcomes.known"
        if left == 0:
            left = -1
            raise _PowerCut

    with pytest.raises(_PowerCut):
        run_job(staffed.job("ann", cut))
    (run,) = [one for one in staffed.store.acts.runs("hr-to-app") if one.ended_at is None]
    staffed.pass_hours(1)
    undone = taken_back(staffed, run.id)
    assert fates(undone) == {
        ("E0013", "create"): Fate.BACK,
        **{(key, "title"): Fate.BACK for key in retitled},
    }
    assert set(titles(staffed).values()) == {"Clerk"}
    assert staffed.account("E0013")["active"] is False
    staffed.pass_hours(25)
    staffed.run()
    assert set(titles(staffed).values()) == {"Clerk"}


def test_what_an_undo_of_an_undo_switched_on_survives_the_cycle_that_sees_the_person(staffed):
    staffed.hire("E0013")
    made = run_of(staffed.run())
    staffed.pass_hours(1)
    first = take_back(staffed, made, only=("E0013",))
    off = run_of(staffed.apply(first.stored.plan.digest))
    assert staffed.account("E0013")["active"] is False
    staffed.pass_hours(1)
    taken_back(staffed, off)
    for _ in range(3):
        assert staffed.account("E0013")["active"] is True
        staffed.pass_hours(25)
        staffed.run()
    kinds = {one.kind.value for one in in_force(staffed) if one.key == "E0013"}
    assert not kinds & {"deny", "keep", "pin"}


def test_a_rejection_of_what_is_left_of_an_undo_keeps_what_was_done(staffed):
    staffed.leave("E0001")
    staffed.change("E0002", title="LIE")
    run = run_of(staffed.run())
    staffed.pass_hours(1)
    undone = take_back(staffed, run)
    digest = undone.stored.plan.digest
    staffed.apply(digest)
    assert titles(staffed)["E0002"] == "Clerk"
    staffed.decide(digest, DecisionKind.REJECT)
    assert [one.key for one in in_force(staffed)] == ["E0002"]
    staffed.pass_hours(25)
    staffed.run()
    assert titles(staffed)["E0002"] == "Clerk"
    assert staffed.account("E0001")["active"] is False
