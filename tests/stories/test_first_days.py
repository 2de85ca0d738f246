"""Joiners, movers and leavers, from the first plan on."""

from __future__ import annotations

import pytest

from provisor.domain.plan import URGENT, Ruling
from provisor.domain.schema import ObjectType
from provisor.errors import DecisionMissing, SelfApproval
from provisor.ports.store import PlanStatus

pytestmark = pytest.mark.both_executors


def test_the_first_plan_waits_and_writes_nothing(office):
    office.hire_many(3)
    result = office.run()

    assert result.exit_code == 4
    assert result.stored.status is PlanStatus.WAITING
    assert {v.name for v in result.stored.verdicts if v.result is Ruling.NEEDS_DECISION} >= {
        "first_run",
        "new_revision",
    }
    assert office.writes == 0


def test_nothing_waiting_is_applied_without_a_vote(office):
    office.hire_many(3)
    office.plan()

    with pytest.raises(DecisionMissing):
        office.apply()
    assert office.writes == 0


def test_who_started_the_plan_cannot_approve_it(office):
    office.hire_many(3)
    digest = office.plan("ann").stored.plan.digest

    with pytest.raises(SelfApproval):
        office.approve(digest, "ann")


def test_a_subject_cannot_approve_their_own_account(office):
    office.hire("E1", mail="bob")
    digest = office.plan().stored.plan.digest

    with pytest.raises(SelfApproval):
        office.approve(digest, "Bob")


def test_an_approved_plan_is_carried_out_and_the_second_run_writes_nothing(office):
    office.hire_many(5)
    office.found_group("G1", "Staff", "E0001", "E0002")
    result = office.open_up()
    written = office.writes
    second = office.run()

    assert (result.exit_code, result.outcomes["done"]) == (0, 9)
    assert office.accounts_of("E0003") == 1
    assert (second.exit_code, second.stored.status) == (0, PlanStatus.EMPTY)
    assert office.writes == written


def test_small_changes_flow_under_an_approved_configuration(office):
    office.hire_many(30)
    office.open_up()
    office.change("E0001", title="Chief")
    office.hire("E0031")
    result = office.run()

    assert result.exit_code == 0
    assert office.account("E0001")["title"] == "Chief"
    assert office.accounts_of("E0031") == 1


def test_a_leaver_is_disabled_at_once_and_only_disabled(office):
    office.hire_many(30)
    office.open_up()
    office.leave("E0002")
    office.change("E0002", title=None, mail=None, surname=None)
    result = office.run()

    account = office.account("E0002")
    assert result.exit_code == 0
    assert account["active"] is False
    assert account["title"] == "Clerk"


def test_a_leaver_does_not_wait_for_a_part_that_needs_a_decision(office):
    office.hire_many(30)
    office.open_up()
    office.leave("E0002")
    for number in (3, 4):
        office.change(f"E{number:04d}", mail=None)
    result = office.run()

    assert {p.part: p.verdict for p in result.stored.parts} == {
        URGENT: Ruling.ALLOWED,
        "users.clear": Ruling.NEEDS_DECISION,
    }
    assert office.account("E0002")["active"] is False
    assert office.account("E0003")['emails[type eq "work"].value'] == "e0003@example.org"
    assert result.exit_code == 4


def test_no_more_leavers_than_the_limit_flow_in_a_day_and_the_oldest_go_first(office):
    office.changes = {"urgent_count": 2}
    office.hire_many(40)
    office.open_up()
    for number in range(1, 6):
        office.leave(f"E{number:04d}", end_date=f"2031-03-{30 - number:02d}")
    result = office.run()

    off = {f"E{n:04d}" for n in range(1, 6) if office.account(f"E{n:04d}")["active"] is False}
    assert {"E0004", "E0005"} <= off
    assert next(p for p in result.stored.parts if p.part == URGENT).count == 2


def test_a_termination_withdrawn_switches_the_account_on_again_after_a_vote(office):
    office.hire_many(30)
    office.open_up()
    office.leave("E0001")
    office.run()
    office.change("E0001", status="active", end_date=None)
    result = office.run()

    assert result.exit_code == 4
    assert office.account("E0001")["active"] is False
    office.approve(result.stored.plan.digest)
    assert office.apply().exit_code == 0
    assert office.account("E0001")["active"] is True
    assert office.accounts_of("E0001") == 1


def test_a_leaver_is_deleted_only_after_the_days_and_only_by_a_vote(office):
    office.hire_many(30)
    office.open_up()
    office.leave("E0001")
    office.run()
    office.pass_hours(24 * 29)
    early = office.run()
    office.pass_hours(24 * 2)
    due = office.run()

    assert early.stored.plan.actions == ()
    assert due.exit_code == 4
    assert office.accounts_of("E0001") == 1
    office.approve(due.stored.plan.digest)
    assert office.apply().exit_code == 0
    assert office.accounts_of("E0001") == 0


def test_a_poison_record_blocks_itself_and_nobody_else(office):
    office.hire_many(3)
    office.hire("E9", surname=None)
    result = office.open_up()

    assert result.exit_code == 3
    assert office.accounts_of("E0003") == 1
    assert office.accounts_of("E9") == 0


def test_everything_is_in_exactly_one_class(office):
    office.hire_many(10)
    office.hire("E9", surname=None)
    office.hire("E8", status="waiting")
    office.target.add(ObjectType.USERS, {"userName": "stranger"})
    office.open_up()
    office.leave("E0001")
    stored = office.plan().stored

    for tallies in (stored.records, stored.accounts):
        assert all(tally.adds_up() for tally in tallies.values())
    users = stored.records[ObjectType.USERS]
    assert users.seen == 12
    assert users.classes == {"planned": 1, "unchanged": 9, "out_of_scope": 1, "set_aside": 1}
    assert stored.accounts[ObjectType.USERS].classes["orphan"] == 1
