"""Calls and seconds: foretold beside the counts, counted where permits are given, told after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.action import Operation
from provisor.domain.costing import Basis, Cost, Manner, calls_in, foretell, seconds_in
from provisor.domain.rules import Verify
from provisor.domain.schema import ObjectType
from provisor.engine.run import Result, apply_plan, plan_job, run_job
from provisor.ports.store import Freeze
from tests.stories.counted_calls import counting

USERS = ObjectType.USERS


def lines(cost):
    return {f"{one.object_type}.{one.operation}": one for one in cost}


def spent(result: Result) -> Cost:
    assert result.run is not None
    return result.run.spent


def foretold_of(result: Result) -> Cost:
    assert result.run is not None
    return result.run.forecast


@pytest.fixture
def settled(office):
    office.changes["limits"] = {}
    office.hire_many(100)
    office.found_group("G1", "Sales")
    office.open_up()
    return office


def test_a_cycle_without_changes_reads_each_list_once_and_asks_nothing_else(settled):
    job, source, target = counting(settled)
    result = run_job(job)

    assert result.stored.plan.actions == ()
    assert (dict(source.counted), dict(target.counted)) == ({"read": 3}, {"read": 3})


@pytest.mark.parametrize("changed", [1, 20])
def test_a_cycle_with_changes_writes_each_of_them_once(settled, changed):
    for number in range(1, changed + 1):
        settled.change(f"E{number:04d}", title="Chief")
    job, source, target = counting(settled)
    result = run_job(job)

    assert result.outcomes["done"] == changed
    assert dict(source.counted) == {"read": 3}
    assert dict(target.counted) == {"read": 3, "write": changed}


def test_an_apply_reads_both_sides_once_more_and_writes_each_act_once(settled):
    settled.changes["configuration"] = "d" * 64
    settled.hire("E0500")
    settled.change("E0001", title="Chief")
    digest = settled.plan().stored.plan.digest
    settled.approve(digest)
    job, source, target = counting(settled)
    apply_plan(job, settled.store.plans.find(digest))

    assert dict(source.counted) == {"read": 3}
    assert dict(target.counted) == {"read": 3, "write": 3}


def test_answers_that_show_nothing_are_looked_at_in_a_sample(settled):
    for number in range(1, 31):
        settled.change(f"E{number:04d}", title="Chief")
    job, _, target = counting(settled, answers=False)
    foretold = plan_job(job).stored.forecast
    target.counted.clear()
    result = run_job(job)

    assert target.counted["find"] == 20
    assert lines(foretold)["users.update"].looks == 20
    assert lines(spent(result))["users.update"].looks == 20


def test_calls_are_foretold_and_come_to_exactly_that(settled):
    for number in range(1, 9):
        settled.change(f"E{number:04d}", title="Chief")
    settled.hire("E0500")
    settled.join("G1", "E0001")
    job, _, target = counting(settled)
    result = run_job(job)
    foretold, took = lines(foretold_of(result)), lines(spent(result))

    assert {name: one.calls for name, one in foretold.items()} == {
        "users.create": 1,
        "users.update": 8,
        "memberships.membership": 2,
    }
    assert {name: one.calls for name, one in took.items()} == {
        name: one.calls for name, one in foretold.items()
    }
    assert calls_in(spent(result)) == target.counted["write"]


def test_seconds_are_unknown_before_anything_was_measured(office):
    office.hire_many(3)
    forecast = office.plan().stored.forecast

    assert calls_in(forecast) == 5
    assert seconds_in(forecast) is None
    assert {one.basis for one in forecast} == {Basis.NOTHING}


def test_seconds_are_foretold_from_what_the_same_operation_took_before(settled):
    settled.change("E0001", title="Chief")
    settled.change("E0002", title="Chief")
    run_job(counting(settled, seconds=3.0)[0])
    for number in range(3, 13):
        settled.change(f"E{number:04d}", title="Chief")
    settled.leave("E0030")
    forecast = lines(settled.plan().stored.forecast)

    assert forecast["users.update"].seconds == pytest.approx(30.0)
    assert forecast["users.update"].basis is Basis.OPERATION
    assert forecast["users.disable"].basis is Basis.TARGET


def test_what_a_run_took_is_kept_beside_what_was_foretold(settled):
    settled.change("E0001", title="Chief")
    result = run_job(counting(settled, seconds=2.0)[0])
    (kept, *_) = settled.store.acts.runs_of_plan(result.stored.plan.digest)

    assert kept == result.run
    assert lines(kept.spent)["users.update"].seconds == pytest.approx(2.0)
    assert lines(kept.forecast)["users.update"].calls == 1
    assert kept in settled.store.acts.runs("hr-to-app")


def test_a_plan_keeps_what_was_foretold_when_it_was_shown(settled):
    settled.changes["configuration"] = "d" * 64
    settled.change("E0001", title="Chief")
    stored = settled.plan().stored

    assert settled.store.plans.get(stored.plan.digest).forecast == stored.forecast != ()


def test_calls_that_a_stop_kept_back_are_not_counted(settled):
    for number in range(1, 6):
        settled.change(f"E{number:04d}", title="Chief")
    job = counting(settled)[0]

    def freeze(milestone: str) -> None:
        if milestone == "intents.kept":
            settled.clock.move(1)
            settled.store.controls.freeze(Freeze("app", "bob", "look", settled.clock.now()), [])

    result = run_job(replace(job, reached=freeze))

    assert calls_in(spent(result)) == 0
    assert calls_in(foretold_of(result)) == 5
    assert settled.account("E0001")["title"] == "Clerk"


def test_a_target_that_takes_many_acts_at_once_is_foretold_so(settled):
    for number in range(1, 31):
        settled.change(f"E{number:04d}", title="Chief")
    settled.join("G1", "E0001")
    settled.join("G1", "E0002")
    drafts = [one.draft for one in settled.plan().stored.plan.actions]
    together = lines(foretell(drafts, Manner(acts_per_call=7), {}))
    apart = lines(foretell(drafts, Manner(members_per_call=1), {}))

    assert together["users.update"].calls == 5
    assert (together["memberships.membership"].calls, apart["memberships.membership"].calls) == (
        1,
        2,
    )
    assert together["users.update"].operation is Operation.UPDATE


@pytest.mark.parametrize(
    ("verify", "answers", "looked"),
    [
        (Verify.ANSWER, False, 0),
        (Verify.ANSWER, True, 0),
        (Verify.SAMPLE, False, 20),
        (Verify.SAMPLE, True, 0),
        (Verify.ALL, False, 25),
        (Verify.ALL, True, 25),
    ],
)
def test_what_is_looked_at_again_is_foretold_for_every_way_to_verify(
    settled, verify, answers, looked
):
    settled.changes["verify"] = verify
    for number in range(1, 26):
        settled.change(f"E{number:04d}", title="Chief")
    job, _, target = counting(settled, answers=answers)
    result = run_job(job)

    assert target.counted["find"] == looked
    assert lines(foretold_of(result))["users.update"].looks == looked
    assert lines(spent(result))["users.update"].looks == looked


@pytest.mark.parametrize("verify", list(Verify))
def test_a_delete_is_looked_at_again_however_little_is_verified(settled, verify):
    settled.changes["verify"] = verify
    settled.leave("E0001")
    settled.run()
    settled.pass_hours(24 * 31)
    digest = settled.plan().stored.plan.digest
    settled.approve(digest)
    job, _, target = counting(settled)
    result = apply_plan(job, settled.store.plans.find(digest))

    assert lines(spent(result))["users.delete"].looks == 1
    assert target.counted["find"] == calls_in(foretold_of(result)) - target.counted["write"]
