import pytest

from provisor.domain.plan import Ruling
from provisor.errors import PlanUnknown, StoreDamaged
from provisor.ports.store import PlanStatus
from tests.stores.scenes import event, saved, sealed, stored
from tests.stores.vandal import tampering


def test_a_plan_comes_back_exactly_as_it_was_shown(store):
    plan = sealed(store, 5)
    shown = stored(plan, predecessor="f" * 64, verdict=Ruling.REFUSED)
    store.plans.save(shown, [event()])

    assert shown == store.plans.get(plan.digest)


def test_a_plan_without_actions_is_kept(store):
    plan = sealed(store, 0)
    store.plans.save(stored(plan, PlanStatus.EMPTY), [event()])

    assert store.plans.find("latest").plan == plan


def test_a_plan_nobody_made_is_none(store):
    assert store.plans.get("0" * 64) is None
    assert store.plans.newest("hr-to-app") is None
    assert store.plans.waiting("hr-to-app") is None


def test_saving_again_renews_everything_that_is_told_of_the_plan(store, clock):
    plan = saved(store, 2)
    clock.pass_by(hours=1)
    again = stored(
        plan, PlanStatus.REFUSED, created_at=clock.now(), findings=(), verdict=Ruling.REFUSED
    )
    store.plans.save(again, [event()])

    assert again == store.plans.get(plan.digest)


def test_the_newest_plan_is_the_one_saved_last(store):
    first, second = sealed(store, 1), sealed(store, 2)
    for plan in (first, second, first):
        store.plans.save(stored(plan), [event()])

    assert store.plans.find("latest").plan == first
    assert store.plans.newest("hr-to-app").plan == first


def test_a_plan_of_another_job_is_not_the_newest_of_this_one(store):
    mine, other = sealed(store, 1), sealed(store, 1, job="other")
    store.plans.save(stored(mine), [event()])
    store.plans.save(stored(other), [event()])

    assert store.plans.newest("hr-to-app").plan == mine
    assert store.plans.find("latest").plan == other


def test_moving_a_plan_on_is_remembered_and_ends_its_waiting(store):
    plan = saved(store, 1)
    assert store.plans.waiting("hr-to-app").plan == plan
    assert not store.plans.ever_applied("hr-to-app")

    store.plans.set_status(plan.digest, PlanStatus.APPLIED, [event()])

    assert store.plans.waiting("hr-to-app") is None
    assert store.plans.get(plan.digest).status is PlanStatus.APPLIED
    assert store.plans.ever_applied("hr-to-app")
    assert not store.plans.ever_applied("other")


def test_a_job_stays_applied_when_the_same_plan_is_made_again(store):
    plan = saved(store, 1)
    store.plans.set_status(plan.digest, PlanStatus.PARTLY_APPLIED, [event()])
    store.plans.save(stored(plan), [event()])

    assert store.plans.waiting("hr-to-app").plan == plan
    assert store.plans.ever_applied("hr-to-app")


@pytest.mark.parametrize("length", [8, 9, 63, 64])
def test_a_plan_is_found_by_its_first_digits(store, length):
    plan = saved(store, 1)

    assert store.plans.find(plan.digest[:length]).plan == plan


@pytest.mark.parametrize("reference", ["latest", "0" * 8, "1234567", "", "%" * 8, "g" * 8])
def test_a_reference_that_names_nothing_is_refused(store, reference):
    with pytest.raises(PlanUnknown) as refused:
        store.plans.find(reference)

    assert refused.value.parts().keys() == {"what", "where", "found", "safe", "next"}


def test_moving_an_unknown_plan_is_refused(store):
    with pytest.raises(PlanUnknown):
        store.plans.set_status("0" * 64, PlanStatus.APPLIED, [event()])
    assert store.log.head().size == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE plan SET header = replace(header, 'hr', 'xx')",
        "UPDATE plan SET header = CAST(replace(header, '\"job\"', ' \"job\"') AS BLOB)",
        "UPDATE plan_action SET body = CAST(replace(body, 'Ann', 'Bob') AS BLOB) WHERE position=1",
        "UPDATE plan_action SET digest = zeroblob(32) WHERE position = 1",
        "UPDATE plan_action SET name = 'someone' WHERE position = 1",
        "UPDATE plan_action SET key = 'E2' WHERE position = 1",
        "DELETE FROM plan_action WHERE position = 2",
        "UPDATE plan_showing SET verdict = 'whatever'",
        "UPDATE document SET body = replace(body, 'E9', 'E8')",
        "DELETE FROM document",
        "UPDATE plan_showing SET parts = '{'",
    ],
)
def test_a_tampered_plan_is_refused_when_it_is_read(store, place, change):
    plan = saved(store, 3)
    with tampering(place) as raw:
        raw.execute(change)

    with pytest.raises(StoreDamaged) as refused:
        store.plans.get(plan.digest)
    assert refused.value.parts().keys() == {"what", "where", "found", "safe", "next"}


def test_a_plan_whose_subject_was_erased_can_still_be_shown(store, place):
    plan = saved(store, 3)
    with tampering(place) as raw:
        raw.execute("DELETE FROM subject_key")

    assert store.plans.get(plan.digest).plan == plan
