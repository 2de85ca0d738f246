"""`explain` tells which policy acts, and what comes next on which day."""

from __future__ import annotations

from datetime import date

from provisor.domain.leaving import CountedFrom, Gone, LeavePolicy, OnLeave
from provisor.domain.tenure import Tenure
from provisor.engine.explain import explain
from tests.stories.lifecycles import pass_days, ruled, settled


def told(office, key):
    story = explain(office.job(), key)
    return story.policy, [(step.day, step.what) for step in story.steps]


DELETE = "the delete is planned, and waits for a decision"


def test_a_leavers_delete_is_told_with_its_day(office):
    settled(office)
    office.leave("E0001")
    assert told(office, "E0001")[0] == "on_leave: disable; delete 30 days after the disable"
    office.run()

    assert told(office, "E0001")[1] == [(date(2031, 5, 6), DELETE)]


def test_the_policy_that_acts_is_named_by_its_reason(office):
    waiting = LeavePolicy(False, 60, CountedFrom.LEAVING, wait_days=7)
    ruled(office, on_leave=OnLeave(apart={Gone.OUT_OF_SCOPE: waiting}))
    settled(office)
    office.change("E0001", status="paused")
    office.run()
    policy, steps = told(office, "E0001")

    assert policy == "on_leave.out_of_scope: wait 7 days; delete 60 days after leaving"
    assert steps == [
        (date(2031, 4, 13), "on_leave.out_of_scope begins to act"),
        (date(2031, 6, 5), DELETE),
    ]


def test_the_days_of_somebody_who_begins_are_told(office):
    ruled(office, tenure=Tenure(start="hire_date", pre_start_days=14, end="end_date"))
    settled(office)
    office.hire("N1", hire_date="2031-05-01", end_date="2031-12-31")
    office.run()
    early = told(office, "N1")[1]
    pass_days(office, 20)
    office.run()

    assert early == [
        (date(2031, 4, 17), "the account is made, switched off"),
        (date(2031, 5, 1), "the account is switched on"),
        (date(2032, 1, 1), "the last day has passed: a leaver"),
    ]
    assert told(office, "N1")[1] == early[1:]


def test_what_waits_for_a_person_has_no_day(office):
    settled(office)
    office.leave("E0001")
    office.run()
    office.change("E0001", status="active", end_date=None)
    office.run()

    assert told(office, "E0001") == (
        "",
        [(None, "the account is switched on once a second person allows it")],
    )
