"""Decisions, overrides, alerts and freezes: what people said, and what they are told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provisor.domain.approval import DecisionKind
from provisor.domain.event import EventKind
from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.errors import PlanUnknown, UnknownName
from provisor.ports.store import EVERYWHERE, Alert, Effect, Freeze, Severity
from tests.stores.scenes import (
    CONFIGURATION,
    START,
    decision,
    ended,
    event,
    intents,
    saved,
    sealed,
    stored,
)


def test_a_vote_comes_back_as_it_was_given(store):
    plan = saved(store, 3)
    vote = decision(plan, signature="sig")
    store.decisions.add(vote, [event(EventKind.DECIDED, decision="d1")])

    assert store.decisions.of_plan(plan.digest) == (vote,)
    assert store.decisions.of_job("hr-to-app", CONFIGURATION) == (vote,)


def test_votes_come_oldest_first_and_by_their_own_plan_and_configuration(store):
    plan, other = saved(store, 1), sealed(store, 2, job="other")
    store.plans.save(stored(other), [event()])
    votes = [
        decision(plan, "d1"),
        decision(plan, "d2", kind=DecisionKind.REJECT, actions=frozenset()),
        decision(plan, "d3", configuration="f" * 64),
        decision(other, "d4"),
    ]
    for vote in votes:
        store.decisions.add(vote, [event()])

    assert store.decisions.of_plan(plan.digest) == tuple(votes[:3])
    assert store.decisions.of_job("hr-to-app", CONFIGURATION) == tuple(votes[:2])
    assert store.decisions.of_job("other", CONFIGURATION) == (votes[3],)


def test_a_vote_on_an_unknown_plan_is_refused(store):
    vote = decision(sealed(store, 1))
    with pytest.raises(PlanUnknown):
        store.decisions.add(vote, [event()])

    assert store.log.head().size == 0


def test_what_was_carried_out_is_used_up_once(store):
    plan = saved(store, 2)
    for vote in ("d1", "d2"):
        store.decisions.add(decision(plan, vote), [event()])
    lease = store.controls.acquire("app", "w", START, 60.0)
    first = intents(plan)[0]
    store.acts.intend([first], lease.epoch, [event()])
    for _ in range(2):
        store.acts.conclude([Effect(ended(first), consumes=("d1", "d2"))], [event()])

    asked = [action.id for action in plan.actions]
    assert store.decisions.consumed("hr-to-app", asked) == {
        ("d1", first.action_id),
        ("d2", first.action_id),
    }
    assert store.decisions.consumed("hr-to-app", asked[1:]) == frozenset()
    assert store.decisions.consumed("other", asked) == frozenset()


def test_of_votes_on_many_acts_only_the_wanted_ones_are_read(store):
    plan = saved(store, 3)
    wanted, other, _ = (action.id for action in plan.actions)
    votes = [
        decision(plan, "whole"),
        decision(plan, "others", actions=frozenset({other})),
        decision(plan, "none", kind=DecisionKind.REJECT, actions=frozenset()),
        decision(plan, "back", kind=DecisionKind.WITHDRAW, actions=frozenset({other})),
        decision(plan, "old", configuration="f" * 64),
    ]
    for vote in votes:
        store.decisions.add(vote, [event()])

    found = store.decisions.about("hr-to-app", CONFIGURATION, [wanted])

    assert {vote.id: vote.actions for vote in found} == {
        "whole": {wanted},
        "none": frozenset(),
        "back": frozenset(),
    }


def override(number, **changes):
    fields = {"value": None, "expires_at": None} | changes
    return Override(
        id=f"v{number}",
        kind=OverrideKind.PIN,
        job="",
        object_type=ObjectType.USERS,
        key="E1",
        attribute="title",
        reason="asked",
        author="anna",
        approver="bert",
        created_at=START,
        **fields,
    )


@pytest.mark.parametrize("value", [None, "", "Boss", 7, True, (), ("a", 1), "ünï"])
def test_an_override_comes_back_with_its_value(store, value):
    given = override(1, value=value, expires_at=START)
    store.overrides.add(given, [event()])

    assert store.overrides.all() == (given,)


def test_ending_an_override_is_kept_and_the_first_end_counts(store):
    store.overrides.add(override(1), [event()])
    store.overrides.add(override(2), [event()])
    later = START + timedelta(days=1)
    first = store.overrides.end("v1", START, [event(EventKind.OVERRIDE_ENDED)])
    again = store.overrides.end("v1", later, [event(EventKind.OVERRIDE_ENDED)])

    assert first == again == replace(override(1), ended_at=START)
    assert store.overrides.all() == (first, override(2))
    assert store.log.head().size == 3


def test_overrides_change_places_in_one_go_and_an_old_end_stands(store):
    store.overrides.add(override(1), [event()])
    store.overrides.add(override(2), [event()])
    store.overrides.end("v1", START, [event(EventKind.OVERRIDE_ENDED)])
    later = START + timedelta(days=1)
    store.overrides.exchange(["v1", "v2"], [override(3), override(4)], later, [event()])

    assert [(one.id, one.ended_at) for one in store.overrides.all()] == [
        ("v1", START),
        ("v2", later),
        ("v3", None),
        ("v4", None),
    ]


def test_ending_an_unknown_override_is_refused(store):
    with pytest.raises(UnknownName) as refused:
        store.overrides.end("v9", START, [event()])

    assert refused.value.parts().keys() == {"what", "where", "found", "safe", "next"}
    assert store.log.head().size == 0


def alert(cause="a", severity=Severity.LOW, at=START, **changes):
    fields = {"message": "m", "next": "n"} | changes
    return Alert("read_incomplete", cause, severity, "j", raised_at=at, last_seen_at=at, **fields)


def test_an_alert_is_raised_once_and_then_repeated(store):
    first = store.alerts.raise_(alert(), [event()])
    later = START + timedelta(hours=1)
    again = store.alerts.raise_(alert(at=later, severity=Severity.HIGH, message="x"), [event()])

    assert first.id
    assert again == replace(
        first, last_seen_at=later, repeats=2, severity=Severity.HIGH, message="x"
    )
    assert store.alerts.all() == store.alerts.open() == (again,)


def test_a_repeated_alert_does_not_become_less_grave(store):
    store.alerts.raise_(alert(severity=Severity.CRITICAL), [event()])
    again = store.alerts.raise_(alert(severity=Severity.LOW), [event()])

    assert again.severity is Severity.CRITICAL


def test_a_closed_alert_is_raised_anew(store):
    first = store.alerts.raise_(alert(), [event()])
    assert store.alerts.close("read_incomplete", "a", START, [event()])
    assert not store.alerts.close("read_incomplete", "a", START, [event()])
    second = store.alerts.raise_(alert(), [event()])

    assert second.id != first.id
    assert second.repeats == 1
    assert store.alerts.open() == (second,)
    assert store.alerts.all() == (second, replace(first, closed_at=START))
    assert store.log.head().size == 3


def test_open_alerts_come_gravest_and_newest_first(store):
    for cause, severity in (("a", "low"), ("b", "fatal"), ("c", "low"), ("d", "high")):
        store.alerts.raise_(alert(cause, Severity(severity)), [event()])

    assert [item.cause for item in store.alerts.open()] == ["b", "d", "c", "a"]
    assert [item.cause for item in store.alerts.all()] == ["d", "c", "b", "a"]


def freeze(target, actor="ops"):
    return Freeze(target, actor, "drill", START)


def test_a_freeze_of_everything_stops_every_target(store):
    store.controls.freeze(freeze(EVERYWHERE), [event(EventKind.FROZEN)])

    assert store.controls.frozen("app") == freeze(EVERYWHERE)
    assert store.controls.frozen(EVERYWHERE) == freeze(EVERYWHERE)


def test_a_freeze_of_one_target_leaves_the_others(store):
    store.controls.freeze(freeze("app"), [event()])

    assert store.controls.frozen("app") == freeze("app")
    assert store.controls.frozen("other") is None


def test_a_targets_own_freeze_is_told_before_the_one_of_everything(store):
    for target in (EVERYWHERE, "app"):
        store.controls.freeze(freeze(target), [event()])

    assert store.controls.frozen("app") == freeze("app")
    assert store.controls.freezes() == (freeze(EVERYWHERE), freeze("app"))
    assert store.controls.unfreeze("app", [event()])
    assert store.controls.frozen("app") == freeze(EVERYWHERE)


def test_freezing_and_lifting_twice_changes_nothing_and_tells_nothing(store):
    store.controls.freeze(freeze("app"), [event()])
    store.controls.freeze(freeze("app", actor="someone"), [event()])
    assert store.controls.freezes() == (freeze("app"),)

    assert store.controls.unfreeze("app", [event()])
    assert not store.controls.unfreeze("app", [event()])
    assert store.controls.freezes() == ()
    assert store.log.head().size == 2
