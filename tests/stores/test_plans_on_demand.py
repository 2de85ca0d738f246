"""Plans about a few beside the plans about everybody, how old needs are, and what runs take."""

from dataclasses import replace
from datetime import timedelta

from provisor.domain.action import Operation
from provisor.domain.costing import Basis, CostLine
from provisor.domain.schema import ObjectType
from provisor.domain.sealing import seal
from provisor.ports.store import PlanStatus, Run
from tests.stores.scenes import START, event, saved, sealed, stored

JOB = "hr-to-app"
LINE = CostLine(ObjectType.USERS, Operation.UPDATE, 4, 4, 1, 0.1 + 0.2, Basis.MEASURED)
UNKNOWN = CostLine(ObjectType.GROUPS, Operation.CREATE, 1, 1)


def about(store, plan, only):
    """The same actions under a header that is about a few."""
    subjects = {one.action.subject for one in plan.actions}
    keys = store.identities.subject_keys(subjects)
    header = replace(plan.header, only=only)
    return seal(header, [one.draft for one in plan.actions], keys.__getitem__)


def test_a_plan_about_a_few_is_never_the_newest_of_everybody(store):
    everybody = saved(store, 2)
    few, others = about(store, everybody, ("i1",)), about(store, everybody, ("i1", "i2"))
    for plan in (few, others):
        store.plans.save(stored(plan), [event()])

    assert store.plans.newest(JOB).plan == everybody
    assert store.plans.waiting(JOB).plan == everybody
    assert store.plans.newest(JOB, ("i1",)).plan == few
    assert store.plans.newest(JOB, ("i2",)) is None
    assert [one.plan for one in store.plans.on_demand(JOB)] == [others, few]
    assert store.plans.find("latest").plan == others


def test_what_was_carried_out_about_a_few_is_no_first_run(store):
    few = about(store, sealed(store, 2), ("i1",))
    store.plans.save(stored(few), [event()])
    store.plans.set_status(few.digest, PlanStatus.APPLIED, [event()])

    assert not store.plans.ever_applied(JOB)
    assert store.plans.on_demand(JOB) == ()


def test_a_forecast_comes_back_with_the_showing_that_made_it(store):
    plan = sealed(store, 1)
    store.plans.save(stored(plan, forecast=(UNKNOWN,)), [event()])
    store.plans.save(stored(plan, forecast=(LINE, UNKNOWN)), [event()])

    assert store.plans.get(plan.digest).forecast == (LINE, UNKNOWN)


def test_a_need_counts_from_its_first_showing_without_a_break(store):
    first = sealed(store, 2)
    second = sealed(store, 3)
    hours = [START + timedelta(hours=hour) for hour in range(4)]
    store.plans.save(stored(first, created_at=hours[0]), [event()])
    store.plans.save(stored(first, created_at=hours[1]), [event()])
    store.plans.save(stored(second, created_at=hours[2], predecessor=first.digest), [event()])
    store.plans.save(stored(second, created_at=hours[3], predecessor=first.digest), [event()])
    since = store.plans.needed_since(second.digest, [one.id for one in second.actions])
    shared = {one.id for one in first.actions} & set(since)

    assert len(shared) == 2
    assert {since[one] for one in shared} == {hours[0]}
    assert {at for one, at in since.items() if one not in shared} == {hours[2]}


def test_a_need_that_comes_back_after_another_plan_begins_anew(store):
    first, second = sealed(store, 1), sealed(store, 1, first=5)
    hours = [START + timedelta(hours=hour) for hour in range(3)]
    for plan, at in ((first, hours[0]), (second, hours[1]), (first, hours[2])):
        store.plans.save(stored(plan, created_at=at), [event()])
    (action,) = (one.id for one in first.actions)

    assert store.plans.needed_since(first.digest, [action]) == {action: hours[2]}
    assert store.plans.needed_since("0" * 64, [action]) == {}


def test_a_plan_about_a_few_breaks_no_need_of_everybody(store):
    plan = sealed(store, 1)
    few = about(store, plan, ("i1",))
    hours = [START + timedelta(hours=hour) for hour in range(3)]
    for shown, at in ((plan, hours[0]), (few, hours[1]), (plan, hours[2])):
        store.plans.save(stored(shown, created_at=at), [event()])
    (action,) = (one.id for one in plan.actions)

    assert store.plans.needed_since(plan.digest, [action]) == {action: hours[0]}


def run(plan, number, **fields):
    return Run(f"r{number}", JOB, START, None, plan, "ops", None, target="app", **fields)


def test_a_run_keeps_what_it_was_foretold_to_take_and_what_it_took(store):
    plan = saved(store, 1)
    begun = run(plan.digest, 1, forecast=(UNKNOWN,))
    store.acts.begin_run(begun)
    assert store.acts.runs_of_plan(plan.digest) == (begun,)
    assert store.acts.spent("app") == ()

    ended = replace(begun, ended_at=START, exit_code=0, spent=(LINE,))
    store.acts.end_run(ended, [event()])

    assert store.acts.runs_of_plan(plan.digest) == store.acts.runs(JOB) == (ended,)
    assert store.acts.spent("app") == (LINE,)
    assert store.acts.spent("other") == ()
    assert store.acts.runs_of_plan("0" * 64) == ()


def test_only_the_newest_runs_say_what_calls_take(store):
    plan = saved(store, 1)
    lines = [replace(LINE, calls=number) for number in range(1, 5)]
    for number, line in enumerate(lines):
        begun = run(plan.digest, number)
        store.acts.begin_run(begun)
        store.acts.end_run(replace(begun, ended_at=START, spent=(line,)), [event()])

    assert store.acts.spent("app", runs=2) == (lines[3], lines[2])
