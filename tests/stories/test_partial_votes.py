"""Words on parts of a plan: what they cover, what goes on waiting, and what a no means."""

from __future__ import annotations

import pytest

from provisor.domain.approval import DecisionKind
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, selected, vote
from provisor.engine.job import Actor
from provisor.engine.waiting import standing
from provisor.errors import CommandInvalid, DecisionMissing, PlanSuperseded
from provisor.ports.store import PlanStatus
from tests.stories.workplace import map_besides, mapping


def say(office, digest, kind=DecisionKind.APPROVE, actor="bob", **ballot):
    stored = office.store.plans.find(digest)
    return vote(
        office.job(actor), stored, Actor(actor, asserted=True), Vote(kind, "fine", **ballot)
    )


def waiting(office, digest="latest"):
    stored = office.store.plans.find(digest)
    return standing(office.store, office.policy, office.clock.now(), stored).waits


def status(office, digest):
    return office.store.plans.find(digest).status


@pytest.fixture
def first(office):
    """An office with a first plan of six people and a group that waits; returns both."""
    office.hire_many(6)
    return office, office.plan().stored.plan.digest


@pytest.fixture
def settled(office):
    """Thirty people with accounts, whose departments are carried along."""
    map_besides(office, mapping("department", "[department]"))
    for number in range(1, 31):
        office.hire(f"E{number:04d}", department="Stores")
    office.open_up()
    return office


def test_what_a_vote_leaves_out_goes_on_waiting_since_it_was_first_needed(first):
    office, digest = first
    began = office.clock.now()
    office.pass_hours(6)
    office.plan("carl")
    say(office, digest, parts=("users.create",))
    left = waiting(office, digest)

    assert [(one.part, one.count, one.since) for one in left] == [
        ("groups.create", 1, began),
        ("memberships.membership", 1, began),
    ]
    assert [one.age_percent for one in left] == [25, 25]
    assert status(office, digest) is PlanStatus.WAITING


def test_who_asked_and_who_wrote_the_configuration_are_named_as_not_waited_for(office):
    office.hire_many(3)
    office.plan("dora")
    office.hire("E0004")
    digest = office.plan("ann").stored.plan.digest

    assert {one.not_by for one in waiting(office, digest)} == {("ann", "dora")}
    assert {one.approvers for one in waiting(office, digest)} == {1}


def test_an_action_of_a_successor_waits_since_the_plan_that_first_needed_it(first):
    office, digest = first
    began = office.clock.now()
    office.pass_hours(5)
    office.hire("E0007")
    successor = office.plan().stored.plan.digest
    office.pass_hours(1)
    since = {one.part: one.since for one in waiting(office, successor)}

    assert successor != digest
    assert since["users.create"] == began
    assert since["memberships.membership"] > began


def test_what_waits_in_a_large_plan_is_told_by_its_parts(first, monkeypatch):
    office, digest = first
    office.pass_hours(6)
    exact = waiting(office, digest)
    monkeypatch.setattr("provisor.domain.sealing.MANY", 0)

    assert waiting(office, digest) == exact
    say(office, digest, parts=("users.create",))
    assert {one.part for one in waiting(office, digest)} < {one.part for one in exact}


def test_a_vote_may_name_a_value_that_the_plan_changes(settled):
    for number in range(1, 29):
        settled.change(f"E{number:04d}", department="Sales" if number < 4 else "Service")
    settled.changes["limits"] = {}
    digest = settled.plan().stored.plan.digest
    ballot = Vote(DecisionKind.APPROVE, "fine", only=("department=Sales",))
    chosen = selected(settled.store.plans.find(digest), ballot)

    assert [one.draft.key for one in chosen.actions] == ["E0001", "E0002", "E0003"]


def test_a_vote_may_name_an_object_by_type_and_key(first):
    office, digest = first
    say(office, digest, only=("groups:G0",))
    office.apply(digest)

    assert (len(office.target.users), len(office.target.groups)) == (0, 1)


def test_a_word_that_means_nothing_in_the_plan_is_refused_without_being_repeated(first):
    office, digest = first
    with pytest.raises(CommandInvalid) as refused:
        say(office, digest, only=("E0001", "E9999"))

    assert refused.value.found.startswith("word 2 of --only")
    assert "E9999" not in str(refused.value)
    assert office.store.decisions.of_plan(digest) == ()


def swap_names(office):
    """Two people whose unique mail addresses change hands: one cannot go without the other."""
    one, two = office.account("E0001"), office.account("E0002")
    mail = 'emails[type eq "work"].value'
    office.change("E0001", mail="new@example.org")
    office.change("E0002", mail=one[mail])
    return two


def test_a_selection_that_breaks_a_bundle_leaves_it_out_and_says_so(settled):
    swap_names(settled)
    settled.change("E0003", mail="third@example.org")
    digest = settled.plan().stored.plan.digest
    stored = settled.store.plans.find(digest)
    ballot = Vote(DecisionKind.APPROVE, "fine", only=("E0001", "E0003"))

    assert {one.draft.key for one in stored.plan.actions if one.draft.bundle} >= {"E0001", "E0002"}
    assert {one.draft.key for one in selected(stored, ballot).actions} == {"E0003"}
    assert {one.draft.key for one in selected(stored, ballot).broken} == {"E0001"}


def test_a_selection_of_nothing_but_half_a_bundle_is_no_vote(settled):
    swap_names(settled)
    settled.changes["configuration"] = "d" * 64
    digest = settled.plan().stored.plan.digest
    with pytest.raises(CommandInvalid):
        say(settled, digest, only=("E0001",))

    assert settled.store.decisions.of_plan(digest) == ()


def test_a_whole_bundle_is_carried_out_together(settled):
    swap_names(settled)
    settled.changes["configuration"] = "d" * 64
    digest = settled.plan("carl").stored.plan.digest
    say(settled, digest, only=("E0001", "E0002"))
    mail = 'emails[type eq "work"].value'
    old = settled.account("E0001")[mail]
    settled.apply(digest)

    assert settled.account("E0001")[mail] == "new@example.org"
    assert settled.account("E0002")[mail] == old


def test_a_rejected_part_is_not_carried_out_and_the_rest_is(first):
    office, digest = first
    say(office, digest, DecisionKind.REJECT, only=("E0002",))
    say(office, digest, only=("E0001", "groups:G0"), actor="carl")
    office.apply(digest)

    assert (office.accounts_of("E0001"), office.accounts_of("E0002")) == (1, 0)
    assert len(office.target.groups) == 1


def test_what_was_rejected_stays_so_in_every_later_plan_until_somebody_approves_it(first):
    office, digest = first
    say(office, digest, DecisionKind.REJECT, only=("E0002",))
    office.hire("E0007")
    successor = office.plan().stored.plan.digest
    waits_for = {part.part: part.count for part in waiting(office, successor)}
    say(office, successor, parts=("users.create",), actor="carl")
    office.apply(successor)

    assert waits_for["users.create"] == 6
    assert office.accounts_of("E0002") == 1


def test_what_flows_by_itself_does_not_flow_once_it_was_rejected(settled):
    settled.change("E0001", title="Chief")
    settled.change("E0002", title="Treasurer")
    digest = settled.plan().stored.plan.digest
    say(settled, digest, DecisionKind.REJECT, only=("E0001",))
    result = settled.run()
    settled.pass_hours(24 * 40)
    again = settled.run()

    assert settled.account("E0001")["title"] == "Clerk"
    assert settled.account("E0002")["title"] == "Treasurer"
    assert (result.exit_code, again.outcomes) == (0, {})
    assert again.stored.status is PlanStatus.REJECTED


def test_a_rejection_takes_the_rest_of_a_bundle_along(settled):
    swap_names(settled)
    digest = settled.plan().stored.plan.digest
    decision = say(settled, digest, DecisionKind.REJECT, only=("E0001",))
    settled.run()

    assert len(decision.actions) == 2
    assert settled.run().stored.status is PlanStatus.REJECTED


def test_nobody_can_reject_the_disable_of_a_leaver(settled):
    settled.leave("E0001")
    settled.change("E0002", title="Chief")
    digest = settled.plan().stored.plan.digest
    with pytest.raises(CommandInvalid, match="leaver"):
        say(settled, digest, DecisionKind.REJECT, only=("E0001",))
    say(settled, digest, DecisionKind.REJECT)
    settled.run()

    assert settled.account("E0001")["active"] is False
    assert settled.account("E0002")["title"] == "Clerk"


def test_whoever_asked_for_a_plan_may_call_it_off_and_its_votes_with_it(first):
    office, digest = first
    say(office, digest)
    called_off = say(office, digest, DecisionKind.WITHDRAW, actor="ann")

    assert called_off.kind is DecisionKind.CALL_OFF
    assert status(office, digest) is PlanStatus.WITHDRAWN
    with pytest.raises(PlanSuperseded):
        office.apply(digest)
    assert office.run("ann").exit_code == 4
    assert office.writes == 0


def test_a_plan_that_was_called_off_is_asked_for_again_by_whoever_plans_next(first):
    office, digest = first
    say(office, digest, DecisionKind.WITHDRAW, actor="ann")
    again = office.plan("carl").stored

    assert again.plan.digest == digest
    assert (again.status, again.initiator) == (PlanStatus.WAITING, "carl")
    say(office, digest)
    assert office.apply(digest).exit_code == 0


def test_whoever_neither_voted_nor_asked_has_nothing_to_withdraw(first):
    office, digest = first
    say(office, digest)
    with pytest.raises(CommandInvalid, match="nothing of yours"):
        say(office, digest, DecisionKind.WITHDRAW, actor="carl")

    assert office.apply(digest).exit_code == 0


def test_a_vote_on_a_predecessor_is_withdrawn_on_its_successor(first):
    office, digest = first
    say(office, digest)
    office.hire("E0007")
    successor = office.plan().stored.plan.digest
    say(office, successor, DecisionKind.WITHDRAW)

    with pytest.raises(DecisionMissing):
        office.apply(successor)
    assert office.writes == 0


def test_a_plan_whose_votes_still_hold_waits_no_more_when_it_is_planned_again(first):
    office, digest = first
    say(office, digest)
    again = office.plan("carl").stored

    assert (again.plan.digest, again.status, again.initiator) == (
        digest,
        PlanStatus.ALLOWED,
        "ann",
    )


def test_a_vote_never_outlives_its_own_end_on_a_successor(first):
    office, digest = first
    say(office, digest)
    office.pass_hours(23)
    office.hire("E0007")
    successor = office.plan().stored
    office.pass_hours(2)

    assert successor.plan.digest != digest
    with pytest.raises(DecisionMissing):
        office.apply(successor.plan.digest)
    assert len(office.target.users) == 0


def test_an_approval_of_one_person_is_no_approval_of_a_configuration(first):
    office, digest = first
    say(office, digest, only=("E0001",))
    office.apply(digest)

    revision = office.store.revisions.get("hr-to-app", office.job().rules.configuration)
    assert revision.approved_at is None
    assert len(office.target.users) == 1
    assert office.store.links.count("app", ObjectType.USERS) == 1
