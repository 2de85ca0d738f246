"""Approval of exactly a plan: digests, subsets, expiry, staleness, four eyes."""

from __future__ import annotations

import pytest

from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.schema import ObjectType
from provisor.errors import (
    CommandInvalid,
    DecisionMissing,
    PlanApplied,
    PlanSuperseded,
    SelfApproval,
)
from provisor.ports.store import PlanStatus


@pytest.fixture
def waiting(office):
    """An office with a first plan of six people that waits; returns both."""
    office.hire_many(6)
    return office, office.plan().stored.plan.digest


def test_the_same_need_keeps_the_same_plan(waiting):
    office, digest = waiting
    office.pass_hours(1)

    assert office.plan("carl").stored.plan.digest == digest
    assert office.store.plans.find(digest).initiator == "ann"


def test_an_approval_of_one_person_does_one_person(waiting):
    office, digest = waiting
    office.approve(digest, only=("E0002",))
    result = office.apply(digest)

    assert office.accounts_of("E0002") == 1
    assert len(office.target.users) == 1
    assert result.exit_code == 4


def test_an_approval_of_one_part_does_one_part(waiting):
    office, digest = waiting
    office.approve(digest, parts=("groups.create",))
    office.apply(digest)

    assert (len(office.target.users), len(office.target.groups)) == (0, 1)


def test_a_vote_needs_a_reason_and_something_to_vote_on(waiting):
    office, digest = waiting
    with pytest.raises(CommandInvalid):
        office.approve(digest, only=("nobody",))


def test_an_expired_vote_does_nothing(waiting):
    office, digest = waiting
    office.approve(digest)
    office.pass_hours(25)

    with pytest.raises(DecisionMissing):
        office.apply(digest)
    assert office.writes == 0


def test_a_vote_outlives_its_plan_for_the_same_actions_only(waiting):
    office, digest = waiting
    office.approve(digest)
    office.hire("E0007")
    successor = office.run("ann")

    assert successor.stored.plan.digest != digest
    assert office.accounts_of("E0001") == 1
    assert office.accounts_of("E0007") <= 1


def test_an_action_that_is_no_longer_called_for_is_superseded(waiting):
    office, digest = waiting
    office.approve(digest)
    office.change("E0001", status="on hold")
    result = office.apply(digest)

    assert office.accounts_of("E0001") == 0
    assert result.outcomes["superseded"] >= 1
    assert office.accounts_of("E0002") == 1


def test_an_account_that_moved_is_stale_and_left(office):
    office.hire_many(30)
    office.open_up()
    office.change("E0001", status="on hold")
    office.change("E0002", status="on hold")
    office.change("E0003", status="on hold")
    digest = office.run().stored.plan.digest
    office.approve(digest)
    office.target.users[office.native("E0001")]["active"] = False
    result = office.apply(digest)

    assert result.outcomes["stale"] == 1
    assert office.account("E0002")["active"] is False


def test_a_plan_is_applied_once(waiting):
    office, digest = waiting
    office.approve(digest)
    office.apply(digest)

    with pytest.raises(PlanApplied):
        office.apply(digest)


def test_a_rejected_plan_is_never_carried_out(waiting):
    office, digest = waiting
    office.approve(digest)
    office.decide(digest, DecisionKind.REJECT, "carl")

    with pytest.raises(PlanSuperseded):
        office.apply(digest)


def test_a_withdrawn_vote_does_not_count(waiting):
    office, digest = waiting
    office.approve(digest)
    office.decide(digest, DecisionKind.WITHDRAW)

    with pytest.raises(DecisionMissing):
        office.apply(digest)


def test_a_changed_configuration_voids_plan_and_votes(waiting):
    office, digest = waiting
    office.approve(digest)
    office.changes = {"configuration": "d" * 64}

    with pytest.raises(PlanSuperseded):
        office.apply(digest)
    assert office.run().exit_code == 4
    assert office.writes == 0


def test_the_author_of_a_new_configuration_cannot_approve_it(office):
    office.hire_many(3)
    office.plan("dora")
    digest = office.plan("ann").stored.plan.digest

    with pytest.raises(SelfApproval):
        office.approve(digest, "dora")


def test_a_revision_of_the_scheduler_needs_two_people(office):
    office.hire_many(3)
    digest = office.plan("scheduler").stored.plan.digest
    office.approve(digest, "bob")
    with pytest.raises(DecisionMissing):
        office.apply(digest)
    office.approve(digest, "carl")

    assert office.apply(digest).exit_code == 0


def test_one_person_may_run_a_shop_but_every_plan_says_so(office):
    office.policy = ApprovalPolicy(four_eyes=False)
    office.hire_many(3)
    digest = office.plan("ann").stored.plan.digest
    office.approve(digest, "ann")

    assert office.apply(digest).exit_code == 0
    assert office.store.plans.find(digest).four_eyes is False


def test_an_approved_plan_reads_back_as_it_was_sealed(waiting):
    office, digest = waiting
    office.approve(digest)
    changed = office.store.plans.find(digest)

    assert changed.plan.digest == digest
    assert changed.status is PlanStatus.ALLOWED
    assert changed.records[ObjectType.USERS].seen == 6
