"""A large plan is checked whole when it is read, and made action by action when it is looked at."""

import pytest

from provisor.domain.plan_reading import grades_of, gravest
from provisor.errors import StoreDamaged
from provisor.stores import planned_rows
from provisor.stores.stored_actions import StoredActions
from tests.stores.scenes import saved
from tests.stores.vandal import tampering


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch):
    monkeypatch.setattr(planned_rows, "_MANY", 3)


def test_a_large_plan_comes_back_action_by_action(store):
    plan = saved(store, 7)
    actions = store.plans.get(plan.digest).plan.actions

    assert isinstance(actions, StoredActions)
    assert (len(actions), tuple(actions)) == (7, plan.actions)
    assert (actions[2], actions[-1]) == (plan.actions[2], plan.actions[-1])
    assert actions[1:4] == plan.actions[1:4]


def test_a_large_plan_tells_operations_and_risks_without_making_actions(store):
    plan = saved(store, 7)
    actions = store.plans.get(plan.digest).plan.actions

    told = [(one.action.operation, one.action.risk) for one in plan.actions]
    assert list(grades_of(actions)) == list(grades_of(plan.actions)) == told
    assert gravest(actions, 3) == gravest(plan.actions, 3)


def test_a_small_plan_is_made_at_once(store):
    plan = saved(store, 3)

    assert store.plans.get(plan.digest).plan == plan


def test_an_altered_action_of_a_large_plan_is_refused_before_anybody_looks_at_it(store, place):
    plan = saved(store, 7)
    with tampering(place) as raw:
        raw.execute("UPDATE plan_action SET body = CAST(body || ' ' AS BLOB) WHERE position = 6")

    with pytest.raises(StoreDamaged):
        store.plans.get(plan.digest)
