"""What a plan takes of its target's limit of calls: foretold first, counted afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.action import Operation
from provisor.domain.budget import Pauses, Rate, RateBasis, TargetCost, observed_rate
from provisor.domain.costing import Basis, CostLine, calls_in
from provisor.domain.schema import ObjectType
from provisor.engine.budgeting import foretold, taken
from provisor.engine.carrying.pacing import TargetPace
from provisor.testing.clock import FixedClock

USERS = ObjectType.USERS


class Ticking(FixedClock):
    """A clock that moves on by itself whenever somebody looks."""

    def monotonic(self) -> float:
        self.move(0.0005)
        return super().monotonic()


def line(calls: int, seconds: float) -> CostLine:
    return CostLine(USERS, Operation.CREATE, calls, calls, 0, seconds, Basis.MEASURED)


def paces(office, per_minute: int | None) -> TargetPace:
    job = replace(office.job(), clock=Ticking(), calls_per_minute=per_minute)
    lease = job.store.controls.acquire("app", "me", job.clock.now(), 1e6)
    return TargetPace(job, lease, 4)


def test_a_plan_counts_its_reads_and_says_how_long_a_stated_limit_makes_it(office):
    office.hire_many(12)
    stored = office.store.plans.find(office.plan().stored.plan.digest)
    cost = foretold(office.store, stored, 30)
    free = foretold(office.store, stored, None)

    assert {one.system for one in cost.reads} == {"hr", "app"}
    assert cost.calls == calls_in(stored.forecast) + cost.read_calls
    assert cost.least_seconds == pytest.approx(cost.calls * 2)
    assert cost.rate == Rate(30, RateBasis.STATED)
    assert (free.rate, free.least_seconds) == (None, None)


def test_what_a_run_took_stands_beside_what_was_foretold(office):
    office.hire_many(12)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    run = office.apply(digest).run
    stored = office.store.plans.find(digest)
    before, after = foretold(office.store, stored, 30), taken(office.store, stored, run, 30)

    assert before.calls == after.calls
    assert {(o.system, o.object_type): o.calls for o in before.reads} == {
        (o.system, o.object_type): o.calls for o in after.reads
    }
    assert after.pauses == Pauses()


def test_a_target_that_asked_for_pauses_teaches_its_limit(office):
    office.hire_many(3)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    run = office.apply(digest).run
    slow = replace(run, id="b" * 32, spent=(line(100, 300.0),), pauses=Pauses(2, 120.0))
    office.store.acts.begin_run(slow)
    office.store.acts.end_run(slow, [])
    (kept, *_) = office.store.acts.runs("hr-to-app", 1)
    stored = office.store.plans.find(digest)
    cost = foretold(office.store, stored, None)

    assert (kept.spent, kept.pauses) == (slow.spent, slow.pauses)
    assert cost.rate == Rate(20.0, RateBasis.OBSERVED)
    assert foretold(office.store, stored, 600).rate == Rate(600, RateBasis.STATED)


def test_runs_that_were_never_asked_to_pause_say_nothing_of_a_limit():
    assert observed_rate([((line(100, 1.0),), Pauses())]) is None
    assert observed_rate([]) is None


def test_a_run_that_was_turned_away_at_its_first_call_hides_no_limit_that_others_met():
    turned_away = ((line(0, 3600.0),), Pauses(1, 3600.0))
    met = ((line(100, 300.0),), Pauses(2, 120.0))

    assert observed_rate([turned_away, met]) == Rate(20.0, RateBasis.OBSERVED)


def test_the_limit_adds_only_what_the_calls_would_not_take_anyway():
    slow = TargetCost("app", (line(60, 90.0),), rate=Rate(60, RateBasis.STATED))
    quick = TargetCost("app", (line(60, 10.0),), rate=Rate(60, RateBasis.STATED))

    assert (slow.least_seconds, slow.added_seconds) == (60.0, 0.0)
    assert quick.added_seconds == 50.0


def test_no_more_calls_go_out_in_a_minute_than_the_target_allows(office):
    pace = paces(office, 60_000)
    started = pace.job.clock.monotonic()
    for _ in range(10):
        assert pace.permit()
    free = paces(office, None)
    begun = free.job.clock.monotonic()
    for _ in range(10):
        assert free.permit()

    assert pace.job.clock.monotonic() - started >= 0.009
    assert free.job.clock.monotonic() - begun < 0.02


def test_several_calls_that_are_told_of_one_pause_count_it_once(office):
    pace = paces(office, None)
    for _ in range(4):
        pace.back_off(60)

    assert pace.spending.pauses.count >= 1
    assert 60 <= pace.spending.pauses.seconds < 64
