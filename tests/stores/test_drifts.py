"""What others changed, in the store: facts that come back, and our own acts beside them."""

from datetime import timedelta

from provisor.domain.drift import Mover
from provisor.domain.event import EventKind
from provisor.ports.store import ActState
from tests.stores.history import strange
from tests.stores.scenes import (
    START,
    effects,
    event,
    intended_event,
    intents,
    outcome_event,
    saved,
)


def test_drift_comes_back_as_it_was_found_oldest_first(store):
    found = [strange("d1"), strange("d2", after=None, before=True, identity="", mover=Mover.BOTH)]
    store.drifts.add("hr-to-app", "app", found, [event(EventKind.DRIFT_FOUND, count=2)])

    assert store.drifts.of_job("hr-to-app") == tuple(found)
    assert store.drifts.of_job("other") == ()


def test_drift_is_told_since_a_moment(store):
    store.drifts.add("hr-to-app", "app", [strange("d1")], [event(EventKind.DRIFT_FOUND)])

    seen = strange("d1").later.at
    assert len(store.drifts.of_job("hr-to-app", seen)) == 1
    assert store.drifts.of_job("hr-to-app", seen + timedelta(seconds=1)) == ()


def test_our_acts_are_told_with_what_became_of_them(store):
    plan = saved(store, 3)
    promised = intents(plan)
    lease = store.controls.acquire("app", "worker", START, 60.0)
    store.acts.intend(promised, lease.epoch, [intended_event(promised)])
    done = effects(promised[:2], ActState.DONE)
    store.acts.conclude(done, [outcome_event(done)])

    acts = store.drifts.acts("app", None)
    assert [act.done for act in acts] == [True, True, False]
    assert [act.action for act in acts] == [one.action for one in plan.actions]
    first = plan.actions[0].action.subject
    assert {a.action.subject for a in store.drifts.acts("app", {first})} == {first}
    assert store.drifts.acts("app", {first}, START + timedelta(days=400)) == ()
