"""Configuration revisions: one step at a time, whole, and sealed."""

from dataclasses import replace
from datetime import timedelta

from provisor.domain.approval import DecisionKind
from provisor.domain.configuration_life import (
    Activation,
    Chronicle,
    ConfigurationRevision,
    Results,
    Voice,
)
from provisor.domain.event import EventKind
from provisor.ports.store import Revision
from provisor.verifier import verify
from tests.stores.scenes import START, event, saved, sealed, stored

FIRST = ConfigurationRevision(
    1, "a" * 64, '{"jobs":{}}', "version: 1\n", "ann", True, ("ann", "eve"), "first", START, 0
)
SHOWN = Results(1, "b" * 64, "ann", START, '{"what_if":[]}')
YES = Voice(
    1, DecisionKind.APPROVE, "ben", True, "fine", START, START + timedelta(hours=1), "b" * 64
)
NOW = Activation(1, "ann", True, "today", START)


def told():
    return [event(EventKind.REVISION_PROPOSED, revision=1)]


def test_what_was_proposed_shown_said_and_done_comes_back_as_it_was(store):
    for facts, seen in (((FIRST, SHOWN), 0), ((YES,), 2), ((NOW,), 3)):
        assert store.configurations.add(facts, seen, told())
    found = store.configurations.chronicle()

    assert found == Chronicle((FIRST,), (SHOWN,), (YES,), (NOW,))
    assert found.length == 4
    assert store.configurations.active() == FIRST


def test_nothing_is_active_before_somebody_made_it_so(store):
    store.configurations.add((FIRST, SHOWN), 0, told())

    assert store.configurations.active() is None
    assert store.configurations.chronicle().active == 0


def test_a_step_that_somebody_else_overtook_leaves_nothing(store):
    store.configurations.add((FIRST, SHOWN), 0, told())
    head = store.log.head()

    assert not store.configurations.add((YES,), 0, told())
    assert store.configurations.chronicle().voices == ()
    assert store.log.head() == head


def test_a_plan_cites_its_revision_each_time_that_it_is_shown(store):
    store.configurations.add((FIRST, SHOWN), 0, told())
    plan = sealed(store, 2)
    store.plans.save(stored(plan), [event()])
    bare = store.plans.find(plan.digest).revision
    store.plans.save(replace(stored(plan), revision=1), [event()])

    assert (bare, store.plans.find(plan.digest).revision) == (None, 1)


def test_a_job_s_configuration_is_new_again_once_something_else_was_approved(store):
    one, other = "1" * 64, "2" * 64
    saved(store, 1)
    for digest in (one, other):
        store.revisions.present(Revision(digest, "hr-to-app", "ann", START, "{}"), [event()])

    def is_new(digest):
        return store.revisions.get("hr-to-app", digest).approved_at is None

    store.revisions.mark_approved("hr-to-app", one, START)
    assert (is_new(one), is_new(other)) == (False, True)
    store.revisions.mark_used("hr-to-app", other, START)
    assert (is_new(one), is_new(other)) == (True, True)
    assert store.revisions.approved("hr-to-app").digest == other
    store.revisions.mark_approved("hr-to-app", one, START)
    assert (is_new(one), is_new(other)) == (False, True)


def test_a_configuration_in_force_that_nobody_approved_is_found(store, place):
    store.configurations.add((FIRST, SHOWN), 0, told())
    store.configurations.add((NOW,), 2, told())

    assert verify(place).problems == ("revision 1 became active, and nobody else approved it",)


def test_a_revision_that_its_author_waved_through_is_found_in_production(store, place):
    charter = '{"charter":{"approvals":{"four_eyes":true},"revisions":{"run":"active"}}}'
    first = replace(FIRST, document=charter)
    second = replace(FIRST, number=2, after=1)
    for facts, seen in (
        ((first, SHOWN), 0),
        ((YES,), 2),
        ((NOW,), 3),
        ((second,), 4),
        ((replace(YES, revision=2, voter="eve"),), 5),
        ((replace(NOW, revision=2),), 6),
    ):
        assert store.configurations.add(facts, seen, told())

    assert verify(place).problems == ("revision 2 became active, and nobody else approved it",)


def test_an_approval_that_was_taken_back_before_the_activation_is_none(store, place):
    back = replace(YES, kind=DecisionKind.WITHDRAW, voter="Ben")
    for facts, seen in (((FIRST, SHOWN), 0), ((YES,), 2), ((back,), 3), ((NOW,), 4)):
        assert store.configurations.add(facts, seen, told())

    assert verify(place).problems == ("revision 1 became active, and nobody else approved it",)
