"""The promise before the call and what became of it, under a lease that fences."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisor.domain.event import EventKind
from provisor.domain.harm import Bucket, Window
from provisor.errors import Frozen, LeaseHeld, PlanUnknown, StoreDamaged
from provisor.ports.store import EVERYWHERE, ActState, Effect, Freeze, Run
from tests.stores.scenes import (
    START,
    effects,
    ended,
    event,
    intended_event,
    intents,
    outcome_event,
    saved,
    sealed,
)
from tests.stores.vandal import tampering

FIVE = {"what", "where", "found", "safe", "next"}
UNSETTLED = ActState.UNCERTAIN


@pytest.fixture
def plan(store):
    return saved(store, 6)


@pytest.fixture
def lease(store):
    return store.controls.acquire("app", "worker", START, 60.0)


def intend(store, promised, lease):
    store.acts.intend(promised, lease.epoch, [intended_event(promised)])


def conclude(store, found):
    store.acts.conclude(found, [outcome_event(found)])


def open_ids(store, target="app"):
    return [one.intent.action_id for one in store.acts.unfinished(target)]


def test_a_promise_without_an_answer_is_unfinished_with_its_whole_action(store, plan, lease):
    promised = intents(plan)[:2]
    intend(store, promised, lease)
    found = store.acts.unfinished("app")

    assert [one.intent for one in found] == promised
    assert [one.action for one in found] == list(plan.actions[:2])
    assert store.acts.unfinished("other") == ()


@pytest.mark.parametrize("state", ActState)
def test_only_uncertain_stays_unfinished(store, plan, lease, state):
    promised = intents(plan)[:1]
    intend(store, promised, lease)
    conclude(store, effects(promised, state))

    assert open_ids(store) == ([promised[0].action_id] if state is UNSETTLED else [])
    assert store.acts.outcomes(plan.digest)[promised[0].action_id].state is state


def test_the_newest_attempt_decides(store, plan, lease):
    first, second = intents(plan)[:1], intents(plan, run="r2", attempt=2)[:1]
    intend(store, first, lease)
    conclude(store, effects(first, ActState.FAILED))
    intend(store, second, lease)

    assert [one.intent.attempt for one in store.acts.unfinished("app")] == [2]
    conclude(store, effects(second))
    assert open_ids(store) == []


def test_what_is_said_of_an_older_attempt_does_not_settle_a_newer_one(store, plan, lease):
    first, second = intents(plan)[:1], intents(plan, attempt=2)[:1]
    intend(store, first, lease)
    intend(store, second, lease)
    conclude(store, effects(first, ActState.BLOCKED))

    assert [one.intent.attempt for one in store.acts.unfinished("app")] == [2]


def test_an_uncertain_act_is_settled_by_a_later_look(store, plan, lease):
    promised = intents(plan)[:1]
    intend(store, promised, lease)
    conclude(store, effects(promised, UNSETTLED))
    conclude(store, [Effect(ended(promised[0], assurance="confirmed"))])

    assert open_ids(store) == []
    assert store.acts.outcomes(plan.digest)[promised[0].action_id].assurance == "confirmed"


def test_an_outcome_comes_back_with_every_field(store, plan, lease):
    promised = intents(plan)[:1]
    intend(store, promised, lease)
    told = ended(
        promised[0],
        ActState.FAILED,
        native_id=None,
        code="conflict",
        message="held",
        blocked_by="f" * 64,
        assurance="",
    )
    conclude(store, [Effect(told)])

    assert store.acts.outcomes(plan.digest) == {told.action_id: told}
    assert store.acts.outcomes("0" * 64) == {}


def test_nothing_is_promised_without_the_lease(store, plan):
    with pytest.raises(LeaseHeld) as refused:
        store.acts.intend(intents(plan), 1, [event()])

    assert refused.value.parts().keys() == FIVE
    assert open_ids(store) == []
    assert store.log.head().size == 1


def test_whoever_lost_the_lease_promises_nothing(store, plan, lease):
    later = START + timedelta(seconds=61)
    taken = store.controls.acquire("app", "other", later, 60.0)

    with pytest.raises(LeaseHeld):
        store.acts.intend(intents(plan), lease.epoch, [event()])
    store.acts.intend(intents(plan), taken.epoch, [event()])
    assert len(open_ids(store)) == 6


def test_whoever_gave_the_lease_back_promises_nothing(store, plan, lease):
    store.controls.release(lease)

    with pytest.raises(LeaseHeld):
        store.acts.intend(intents(plan), lease.epoch, [event()])


def test_what_was_done_is_told_even_after_the_lease_is_lost(store, plan, lease):
    promised = intents(plan)[:1]
    intend(store, promised, lease)
    store.controls.acquire("app", "other", START + timedelta(seconds=61), 60.0)
    conclude(store, effects(promised))

    assert store.acts.outcomes(plan.digest).keys() == {promised[0].action_id}


@pytest.mark.parametrize("target", ["app", EVERYWHERE])
def test_nothing_is_promised_while_writing_is_frozen(store, plan, lease, target):
    store.controls.freeze(Freeze(target, "ops", "drill", START), [event(EventKind.FROZEN)])
    with pytest.raises(Frozen) as refused:
        store.acts.intend(intents(plan), lease.epoch, [event()])

    assert refused.value.parts().keys() == FIVE
    assert open_ids(store) == []
    store.controls.unfreeze(target, [event()])
    intend(store, intents(plan), lease)
    assert len(open_ids(store)) == 6


def test_acts_of_an_unknown_plan_are_refused(store, lease):
    promised = intents(sealed(store, 1))
    with pytest.raises(PlanUnknown):
        store.acts.intend(promised, lease.epoch, [event()])
    with pytest.raises(PlanUnknown):
        store.acts.conclude(effects(promised), [event()])


def test_an_unfinished_act_that_was_tampered_with_is_refused(store, place, plan, lease):
    intend(store, intents(plan), lease)
    with tampering(place) as raw:
        raw.execute("UPDATE plan_action SET body = CAST(replace(body, 'Ann', 'Eve') AS BLOB)")

    with pytest.raises(StoreDamaged):
        store.acts.unfinished("app")


DAY, MONTH = Window.DAY, Window.MONTH


def done(store, since=START, window=DAY, target="app"):
    return store.acts.done_since(target, since, window)


def test_what_was_sent_lately_is_counted_unless_it_surely_was_not_done(store, plan, lease):
    promised = intents(plan)
    intend(store, promised, lease)
    states = [ActState.DONE, ActState.FAILED, UNSETTLED, ActState.BLOCKED, ActState.STALE]
    conclude(store, [Effect(ended(one, s)) for one, s in zip(promised, states, strict=False)])
    again = intents(plan, run="r2", attempt=2)[1:2]
    intend(store, again, lease)

    # Of six: one done, one tried again, one uncertain, one without an answer; 0, 3 are urgent.
    assert done(store) == {Bucket("users.urgent"): 1, Bucket("users.identity_key"): 3}
    assert done(store) == done(store, window=MONTH)
    assert done(store, START + timedelta(seconds=1)) == {}
    assert done(store, target="other") == {}


def test_the_same_act_done_twice_counts_twice(store, plan, lease):
    for attempt in (1, 2):
        once = intents(plan, run=f"r{attempt}", attempt=attempt)[1:2]
        intend(store, once, lease)
        conclude(store, effects(once))

    assert done(store, window=MONTH) == {Bucket("users.identity_key"): 2}


def test_what_people_voted_on_uses_up_no_limit(store, plan, lease):
    intend(store, [replace(one, voted=True) for one in intents(plan)], lease)

    assert done(store) == {}
    assert all(one.intent.voted for one in store.acts.unfinished("app"))


def test_a_vote_that_left_others_waiting_counts_for_a_day_and_not_for_a_month(store, plan, lease):
    intend(store, [replace(intents(plan)[1], voted=True, partly=True)], lease)

    assert done(store) == {Bucket("users.identity_key"): 1}
    assert done(store, window=MONTH) == {}
    assert store.acts.unfinished("app")[0].intent.partly


def test_an_act_counts_for_its_department_and_for_the_members_it_moves(store, plan, lease):
    sales, lost = Bucket("users.identity_key", "department", "Sales"), Bucket("x", "group", "g1")
    more = Bucket("users.identity_key")
    one, two, failed = intents(plan)[1:3] + intents(plan)[4:5]
    counting = [
        replace(one, counts=((sales, 1), (more, 4))),
        replace(two, counts=((sales, 1), (lost, 7))),
        replace(failed, counts=((sales, 1),)),
    ]
    intend(store, counting, lease)
    conclude(store, effects(counting[2:], ActState.FAILED))

    assert done(store) == {more: 6, sales: 2, lost: 7}


def test_no_leaf_names_a_department(store, plan, lease):
    sales = Bucket("users.identity_key", "department", "Sales")
    intend(store, [replace(intents(plan)[1], counts=((sales, 1),))], lease)

    assert not any(b"Sales" in body for _, body in store.log.leaves())


def run(number, **changes):
    fields = {"job": "hr-to-app", "ended_at": None, "plan": None, "exit_code": None} | changes
    return Run(id=f"r{number}", started_at=START, actor="ops", **fields)


def test_runs_come_newest_first_with_their_end(store):
    for number in range(4):
        store.acts.begin_run(run(number))
    over = run(1, ended_at=START, plan="p", exit_code=3, outcomes={"done": 2}, summary="s")
    store.acts.end_run(over, [event(EventKind.RUN_ENDED)])

    assert store.acts.runs("hr-to-app") == (run(3), run(2), over, run(0))
    assert store.acts.runs("hr-to-app", limit=1) == (run(3),)
    assert store.acts.runs("other") == ()


def test_a_run_that_never_began_can_end(store):
    over = run(1, ended_at=START, exit_code=4)
    store.acts.end_run(over, [event()])

    assert store.acts.runs("hr-to-app") == (over,)


def test_a_lease_is_held_by_one_at_a_time(store, lease):
    with pytest.raises(LeaseHeld) as refused:
        store.controls.acquire("app", "other", START + timedelta(seconds=59), 60.0)

    assert refused.value.parts().keys() == FIVE
    assert store.controls.acquire("elsewhere", "other", START, 60.0).epoch == 1


def test_epochs_only_grow(store, lease):
    again = store.controls.acquire("app", "worker", START, 60.0)
    store.controls.release(again)
    after_release = store.controls.acquire("app", "other", START, 60.0)
    expired = store.controls.acquire("app", "third", START + timedelta(seconds=60), 60.0)

    assert [lease.epoch, again.epoch, after_release.epoch, expired.epoch] == [1, 2, 3, 4]


def test_a_lease_is_prolonged_as_long_as_nobody_took_it(store, lease):
    late = START + timedelta(seconds=90)
    renewed = store.controls.renew(lease, late, 60.0)
    assert (renewed.epoch, renewed.expires_at) == (lease.epoch, late + timedelta(seconds=60))

    store.controls.acquire("app", "other", late + timedelta(seconds=61), 60.0)
    with pytest.raises(LeaseHeld):
        store.controls.renew(renewed, late, 60.0)


def test_a_lost_lease_is_left_alone_when_it_is_given_back(store, lease):
    taken = store.controls.acquire("app", "other", START + timedelta(seconds=61), 60.0)
    store.controls.release(lease)

    with pytest.raises(LeaseHeld):
        store.controls.acquire("app", "third", START + timedelta(seconds=62), 60.0)
    assert store.controls.renew(taken, START, 600.0).epoch == taken.epoch
