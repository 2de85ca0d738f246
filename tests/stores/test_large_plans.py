"""A large plan is read page by page, each page checked, its actions made when looked at."""

import pytest

from provisor.domain.plan_reading import grades_of, gravest
from provisor.domain.sealing import SealedActions
from provisor.errors import StoreDamaged
from provisor.stores import plan_pages
from provisor.stores.plan_pages import StoredActions
from provisor.stores.planned_rows import planned_rows
from provisor.verifier import verify
from tests.stores.scenes import event, large_plans, saved, sealed, stored
from tests.stores.vandal import tampering


@pytest.fixture(autouse=True)
def everything_is_large():
    with large_plans():
        yield


@pytest.fixture
def rows_read(monkeypatch):
    """The places of all actions that were read from the store."""
    places: list[int] = []
    known = planned_rows

    def note(*question):
        rows = known(*question)
        places.extend(row[0] for row in rows)
        return rows

    monkeypatch.setattr(plan_pages, "planned_rows", note)
    return places


def test_a_large_plan_comes_back_action_by_action(store):
    plan = saved(store, 11)
    actions = store.plans.get(plan.digest).plan.actions

    assert isinstance(plan.actions, SealedActions)
    assert isinstance(actions, StoredActions)
    assert (len(actions), tuple(actions)) == (11, tuple(plan.actions))
    assert (actions[2], actions[-1]) == (plan.actions[2], plan.actions[-1])
    assert actions[1:10:2] == plan.actions[1:10:2]


@pytest.mark.parametrize("count", [4, 5, 8, 11])
def test_a_large_plan_has_the_digest_of_a_small_one(store, count):
    large = sealed(store, count)
    with large_plans(10_000):
        small = sealed(store, count)

    assert large.digest == small.digest
    assert tuple(large.actions) == small.actions


def test_a_large_plan_tells_operations_and_risks_without_making_actions(store):
    plan = saved(store, 11)
    actions = store.plans.get(plan.digest).plan.actions

    assert grades_of(actions) == grades_of(plan.actions)
    assert sum(grades_of(actions).values()) == 11
    assert gravest(actions, 5) == gravest(plan.actions, 5)
    assert gravest(actions, 100) == gravest(plan.actions, 100)


def test_looking_at_a_large_plan_reads_the_page_that_is_looked_at(store, rows_read):
    plan = saved(store, 23)
    actions = store.plans.get(plan.digest).plan.actions
    assert (len(actions), sum(grades_of(actions).values()), rows_read) == (23, 23, [])

    assert actions[9] == plan.actions[9]
    assert rows_read == [8, 9, 10, 11]


def test_a_small_plan_is_made_at_once(store):
    plan = saved(store, 3)

    assert store.plans.get(plan.digest).plan == plan


def test_a_plan_that_was_kept_without_pages_is_read_all_the_same(store, place):
    plan = saved(store, 11)
    with tampering(place) as raw:
        raw.execute("DELETE FROM plan_page")
    actions = store.plans.get(plan.digest).plan.actions

    assert tuple(actions) == tuple(plan.actions)
    assert grades_of(actions) == grades_of(plan.actions)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE plan_action SET body = CAST(body || ' ' AS BLOB) WHERE position = 6",
        "UPDATE plan_action SET digest = zeroblob(32) WHERE position = 6",
        "UPDATE plan_action SET name = 'someone' WHERE position = 6",
        "DELETE FROM plan_action WHERE position = 6",
    ],
)
def test_an_altered_action_of_a_large_plan_is_refused_when_its_page_is_read(
    store, place, statement
):
    plan = saved(store, 11)
    with tampering(place) as raw:
        raw.execute(statement)
    actions = store.plans.get(plan.digest).plan.actions

    assert actions[3] == plan.actions[3]
    with pytest.raises(StoreDamaged):
        actions[5]
    with pytest.raises(StoreDamaged):
        list(actions)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE plan_page SET root = zeroblob(32) WHERE page = 1",
        'UPDATE plan_page SET grades = \'[["create","ordinary",3]]\' WHERE page = 1',
        "DELETE FROM plan_page WHERE page = 2",
        "DELETE FROM plan_action WHERE position = 10",
    ],
)
def test_altered_pages_of_a_large_plan_are_refused_at_once(store, place, statement):
    plan = saved(store, 11)
    with tampering(place) as raw:
        raw.execute(statement)

    with pytest.raises(StoreDamaged):
        store.plans.get(plan.digest)


def test_the_verifier_sees_an_altered_page(store, place):
    saved(store, 11)
    assert verify(place).problems == ()
    with tampering(place) as raw:
        raw.execute("UPDATE plan_page SET naming = 7 WHERE page = 1")

    assert len(verify(place).problems) == 1


def test_the_rows_of_a_large_plan_are_those_of_a_small_one(store, place, monkeypatch):
    plan = sealed(store, 11)
    store.plans.save(stored(plan), [event()])
    with tampering(place) as raw:
        large = raw.execute("SELECT * FROM plan_action ORDER BY position").fetchall()
        raw.execute("DELETE FROM plan_action")
        raw.execute("DELETE FROM plan_page")
        raw.execute("DELETE FROM plan_status")
        raw.execute("DELETE FROM plan_showing")
        raw.execute("DELETE FROM plan_forecast")
        raw.execute("DELETE FROM plan_look")
        raw.execute("DELETE FROM plan")
    with large_plans(10_000):
        store.plans.save(stored(sealed(store, 11)), [event()])
    with tampering(place) as raw:
        assert raw.execute("SELECT * FROM plan_action ORDER BY position").fetchall() == large
