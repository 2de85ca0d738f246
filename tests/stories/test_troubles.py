"""Targets that fail are left alone; acts that fail are tried ever more seldom and never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from provisor.domain.retrying import FAULTS_IN_A_ROW, LADDER_DAYS
from provisor.engine.carrying.breaking import TARGET_QUARANTINED
from provisor.engine.carrying.parking import RECORDS_PARKED
from provisor.engine.run import run_job
from provisor.errors import AuthFailed, InvalidValue, TargetQuarantined, Transient
from provisor.ports.connector import Health
from provisor.ports.store import PlanStatus

AWAY = Transient("the target does not answer")
REFUSED = InvalidValue("the system refused a value", attribute="title")


@pytest.fixture
def settled(office):
    office.changes["limits"] = {}
    office.hire_many(30)
    office.open_up()
    return office


def fail_next(office, problem, count=1):
    first = office.writes + 1
    for call in range(first, first + count):
        office.target.faults.fail(call, problem)


def break_down(office):
    """Let so many joiners fail in a row that the target is left alone."""
    office.hire_many(FAULTS_IN_A_ROW + 5, first=100)
    fail_next(office, AWAY, FAULTS_IN_A_ROW)
    return office.run()


def open_alerts(office, kind):
    return [one for one in office.store.alerts.open() if one.kind == kind]


# --- the target -------------------------------------------------------------------------------


def test_a_target_that_fails_act_after_act_is_left_alone_and_everybody_is_told(settled):
    before = settled.writes
    result = break_down(settled)
    writes = settled.writes
    with pytest.raises(TargetQuarantined, match="in quarantine until"):
        settled.run()

    assert "in quarantine" in result.stopped
    assert result.exit_code == 4 or result.outcomes["failed"]
    assert settled.writes == writes == before + FAULTS_IN_A_ROW
    (found,) = settled.store.troubles.quarantines()
    assert (found.target, found.series) == ("app", 1)
    assert len(open_alerts(settled, TARGET_QUARANTINED)) == 1


def test_failures_of_objects_never_isolate_their_target(settled):
    settled.hire_many(FAULTS_IN_A_ROW + 5, first=100)
    fail_next(settled, REFUSED, FAULTS_IN_A_ROW + 5)
    settled.run()

    assert settled.store.troubles.quarantines() == ()


def test_a_target_comes_out_of_quarantine_by_one_act_that_goes_alone(settled):
    break_down(settled)
    settled.pass_hours(1)
    calls: list[int] = []

    def reached(name: str) -> None:
        if name == "batch.done":
            calls.append(settled.writes)

    before = settled.writes
    result = run_job(settled.job(reached=reached))

    assert calls[0] == before + 1
    assert result.outcomes["failed"] == 0
    assert settled.store.troubles.quarantines() == ()
    assert open_alerts(settled, TARGET_QUARANTINED) == []
    assert settled.run().stored.plan.actions == ()


def test_a_target_that_fails_its_first_act_again_is_left_alone_for_longer(settled):
    break_down(settled)
    settled.pass_hours(1)
    fail_next(settled, AWAY)
    before = settled.writes
    settled.run()

    (found,) = settled.store.troubles.quarantines()
    assert settled.writes == before + 1
    assert found.series == 2
    assert found.until - settled.clock.now() == timedelta(minutes=2)


def test_a_target_that_is_not_well_is_asked_and_not_written_to(settled, monkeypatch):
    break_down(settled)
    settled.pass_hours(1)
    before, job = settled.writes, settled.job()
    monkeypatch.setattr(job.target, "probe", lambda: Health(reachable=True, allowed=False))
    with pytest.raises(TargetQuarantined, match="in quarantine"):
        run_job(job)

    assert settled.writes == before
    assert settled.store.troubles.quarantines()[0].series == 2


def test_credentials_that_are_refused_end_the_run(settled):
    settled.hire("E0100")
    settled.hire("E0101")
    fail_next(settled, AuthFailed("no"))
    result = settled.run()

    assert result.stopped


# --- the object -------------------------------------------------------------------------------


def fail_always(office, times):
    """Fail one mover's update in run after run; return after how many hours each try came."""
    office.change("E0001", title="Chief")
    tried: list[float] = []
    start = office.clock.now()
    while len(tried) < times:
        before = office.writes
        fail_next(office, REFUSED)
        office.run()
        if office.writes > before:
            tried.append((office.clock.now() - start) / timedelta(hours=1))
        else:
            office.target.faults._failing.clear()
        office.pass_hours(0.5)
    return tried


def test_what_fails_is_tried_in_the_next_run_and_then_ever_more_seldom(settled):
    assert fail_always(settled, 6) == [0, 0.5, 1.5, 7.5, 19.5, 43.5]


def test_what_failed_for_weeks_is_kept_with_age_and_owner_until_somebody_says_retry(settled):
    settled.change("E0001", title="Chief")
    for _ in range(LADDER_DAYS + 3):
        fail_next(settled, REFUSED)
        settled.run()
        settled.target.faults._failing.clear()
        settled.pass_hours(25)
    settled.pass_hours(24 * 300)
    before = settled.writes
    result = settled.run()
    (found,) = settled.store.troubles.parked()

    assert settled.writes == before
    assert (result.outcomes["parked"], result.exit_code) == (1, 3)
    assert result.stored.plan.actions
    assert found.next_at is None
    assert (found.key, found.code, found.owner) == ("E0001", "invalid_value", "ann")
    assert settled.clock.now() - found.since > timedelta(days=300)
    assert len(open_alerts(settled, RECORDS_PARKED)) == 1

    settled.store.troubles.park([replace(found, next_at=settled.clock.now())], [])
    assert settled.run().outcomes["done"] >= 1
    assert settled.store.troubles.parked() == ()
    assert open_alerts(settled, RECORDS_PARKED) == []


def test_a_change_of_the_object_is_tried_at_once(settled):
    fail_always(settled, 3)
    settled.change("E0001", title="Treasurer")
    result = settled.run()

    assert result.outcomes["failed"] == result.outcomes["parked"] == 0
    assert settled.account("E0001")["title"] == "Treasurer"
    assert settled.store.troubles.parked() == ()


def test_what_is_called_for_no_longer_does_not_wait_either(settled):
    fail_always(settled, 3)
    settled.change("E0001", title="Clerk")
    settled.run()

    assert settled.store.troubles.parked() == ()


def test_a_leavers_disable_is_tried_in_every_run(settled):
    settled.leave("E0001")
    for _ in range(4):
        before = settled.writes
        fail_next(settled, REFUSED)
        settled.run()
        assert settled.writes == before + 1

    assert settled.store.troubles.parked()[0].attempts == 4
    assert settled.run().outcomes["parked"] == 0
    assert settled.account("E0001")["active"] is False


def test_others_go_on_beside_what_waits(settled):
    fail_always(settled, 3)
    settled.hire("E0200")
    result = settled.run()

    assert result.outcomes["parked"] >= 1
    assert settled.accounts_of("E0200") == 1
    assert settled.account("E0001")["title"] == "Clerk"


def test_whoever_waits_for_an_account_gets_nothing_else_meanwhile(settled):
    settled.hire("E0100")
    for _ in range(2):
        fail_next(settled, REFUSED)
        settled.run()
        settled.target.faults._failing.clear()
    result = settled.run()

    assert result.outcomes["parked"] == 1
    assert settled.accounts_of("E0100") == 0
    settled.pass_hours(2)
    settled.run()
    assert settled.accounts_of("E0100") == 1


def test_a_plan_with_acts_that_wait_is_partly_applied_and_goes_on_later(settled):
    fail_always(settled, 3)
    result = settled.run()
    settled.pass_hours(12)
    later = settled.run()

    assert result.stored.status is PlanStatus.PARTLY_APPLIED
    assert later.outcomes["failed"] == 0
    assert settled.account("E0001")["title"] == "Chief"
