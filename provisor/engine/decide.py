"""Verdicts and votes in, the action digests that may be carried out out. Refuses own votes."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from provisor.domain.action import Operation, Risk
from provisor.domain.approval import (
    Decision,
    DecisionKind,
    Duties,
    approvals_needed,
    approved_actions,
    refuse_own_vote,
)
from provisor.domain.limits import free_actions, whole_bundles
from provisor.domain.plan import PlannedAction, Ruling
from provisor.domain.record import as_text
from provisor.engine import journal
from provisor.engine.job import Actor, Job
from provisor.errors import CommandInvalid, DecisionMissing, PlanApplied, PlanSuperseded
from provisor.ports.store import PlanStatus, StoredPlan

_OPEN = frozenset({PlanStatus.WAITING, PlanStatus.ALLOWED, PlanStatus.PARTLY_APPLIED})


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be carried out of one plan, and by whose word."""

    actions: frozenset[str]
    """Action ids; bundles are in it whole or not at all."""
    voted: dict[str, tuple[str, ...]]
    """Action id to the decisions that allow it; actions without an entry need none."""
    waiting: int
    """Actions that no word allows yet."""


def allowance(job: Job, stored: StoredPlan) -> Allowance:
    """Return what the verdicts and the votes allow now.

    Cost: the job's votes under this configuration are read once.
    """
    drafts = {action.id: action.draft for action in stored.plan.actions}
    free = free_actions(drafts, stored.parts)
    revision = job.store.revisions.get(job.rules.job, stored.plan.header.configuration)
    decisions = job.store.decisions.of_job(job.rules.job, stored.plan.header.configuration)
    consumed = job.store.decisions.consumed(job.rules.job)
    duties = _duties(stored, revision_is_new=revision is None or revision.approved_at is None)
    approved = approved_actions(
        decisions,
        configuration=job.rules.configuration,
        needed=approvals_needed(duties, job.policy),
        now=job.clock.now(),
        consumed=consumed,
    )
    chosen = whole_bundles(drafts, {i for i in drafts if i in free or i in approved})
    voted = {
        action: tuple(
            d.id for d in decisions if action in d.actions and (d.id, action) not in consumed
        )
        for action in chosen & approved - free
    }
    return Allowance(chosen, voted, len(drafts) - len(chosen))


def _duties(stored: StoredPlan, *, revision_is_new: object) -> Duties:
    return Duties(stored.initiator, stored.author, bool(revision_is_new))


@dataclass(frozen=True, slots=True)
class Vote:
    """What an approver asks for."""

    kind: DecisionKind
    reason: str
    parts: tuple[str, ...] = ()
    """Only these parts; empty means every part."""
    only: tuple[str, ...] = ()
    """Only these source keys or action ids (at least 8 digits); empty means all."""


def vote(job: Job, stored: StoredPlan, approver: Actor, ballot: Vote) -> Decision:
    """Keep one vote on a plan.

    Raises:
        CommandInvalid: no reason, or nothing of the plan is chosen.
        SelfApproval: the approver has a hand in the plan.
        PlanApplied, PlanSuperseded: the plan takes no votes any more.
    """
    _refuse_closed(stored)
    refuse_other_configuration(job, stored)
    _refuse_without_reason(ballot)
    chosen = tuple(a for a in stored.plan.actions if _is_chosen(a, ballot))
    if ballot.kind is DecisionKind.APPROVE:
        _refuse_nothing_chosen(chosen, stored)
        if stored.four_eyes:
            _refuse_own(job, stored, approver, chosen)
    decision = _decision(job, stored, approver, ballot, chosen)
    job.store.decisions.add(decision, [journal.decided(decision)])
    job.reached("decision.kept")
    _settle(job, stored, decision)
    return decision


def _decision(
    job: Job,
    stored: StoredPlan,
    approver: Actor,
    ballot: Vote,
    chosen: Collection[PlannedAction],
) -> Decision:
    now = job.clock.now()
    approves = ballot.kind is DecisionKind.APPROVE
    return Decision(
        id=secrets.token_hex(16),
        kind=ballot.kind,
        plan=stored.plan.digest,
        job=job.rules.job,
        configuration=stored.plan.header.configuration,
        approver=approver.name,
        reason=ballot.reason.strip(),
        decided_at=now,
        expires_at=now + timedelta(hours=_expiry_hours(job, chosen)),
        actions=frozenset(a.id for a in chosen) if approves else frozenset(),
    )


def _expiry_hours(job: Job, chosen: Iterable[PlannedAction]) -> int:
    """Votes on destructive and privileged acts live shorter."""
    grave = any(a.action.risk in (Risk.DESTRUCTIVE, Risk.PRIVILEGED) for a in chosen)
    return job.policy.destructive_expiry_hours if grave else job.policy.expiry_hours


def _refuse_closed(stored: StoredPlan) -> None:
    status = stored.status
    if status in _OPEN:
        return
    if status in (PlanStatus.APPLIED, PlanStatus.APPLYING):
        raise PlanApplied(
            f"the plan is {status.value}; it takes no votes",
            where=f"plan {stored.plan.digest[:12]}",
            safe="nothing was changed by this command",
            next="run `provisor plan` to see what is still to be done",
        )
    raise PlanSuperseded(
        f"the plan is {status.value}; it takes no votes",
        where=f"plan {stored.plan.digest[:12]}",
        safe="nothing was changed by this command",
        next="run `provisor plan` and vote on the new plan",
    )


def refuse_other_configuration(job: Job, stored: StoredPlan) -> None:
    """Refuse a plan that was made under another configuration than the one in force.

    Raises:
        PlanSuperseded: the digests differ.
    """
    if stored.plan.header.configuration != job.rules.configuration:
        raise PlanSuperseded(
            "the configuration changed since the plan was made",
            where=f"plan {stored.plan.digest[:12]}, job {job.rules.job}",
            found=f"configuration {job.rules.configuration[:12]}, "
            f"the plan cites {stored.plan.header.configuration[:12]}",
            safe="nothing was changed",
            next="run `provisor plan` and vote on the new plan",
        )


def _refuse_without_reason(ballot: Vote) -> None:
    if not ballot.reason.strip():
        raise CommandInvalid(
            "a vote needs a reason",
            where="--reason",
            safe="nothing was decided and nothing was changed",
            next="say why with `--reason TEXT`",
        )


def _refuse_nothing_chosen(chosen: Collection[PlannedAction], stored: StoredPlan) -> None:
    if not chosen:
        parts = ", ".join(part.part for part in stored.parts) or "none"
        raise CommandInvalid(
            "nothing of the plan is chosen",
            where="--part, --only",
            found=f"the plan has the parts {parts}",
            safe="nothing was decided and nothing was changed",
            next="name a part or a key of the plan; `provisor show` lists them",
        )


def _is_chosen(action: PlannedAction, ballot: Vote) -> bool:
    draft = action.draft
    in_part = not ballot.parts or draft.part in ballot.parts
    named = any(
        only == draft.key or (len(only) >= 8 and action.id.startswith(only.lower()))
        for only in ballot.only
    )
    return in_part and (not ballot.only or named)


def _refuse_own(
    job: Job, stored: StoredPlan, approver: Actor, chosen: Collection[PlannedAction]
) -> None:
    configuration = stored.plan.header.configuration
    revision = job.store.revisions.get(job.rules.job, configuration)
    duties = _duties(stored, revision_is_new=revision is None or revision.approved_at is None)
    refuse_own_vote(approver.name, duties, {a.id: _names_of(job, a) for a in chosen})


def _names_of(job: Job, action: PlannedAction) -> tuple[str, ...]:
    """The names under which a subject may act: key, login, and values of its identity keys."""
    rules = job.rules.objects.get(action.action.object_type)
    names = [action.draft.key, action.draft.name]
    for change in action.action.changes:
        attribute = rules.schema.attribute(change.attribute) if rules is not None else None
        if attribute is not None and attribute.identity_key:
            names += [as_text(change.before), as_text(change.after)]
    return tuple(name for name in names if name)


def _settle(job: Job, stored: StoredPlan, decision: Decision) -> None:
    """Move plan and revision on after a vote."""
    plans = job.store.plans
    match decision.kind:
        case DecisionKind.REJECT:
            plans.set_status(stored.plan.digest, PlanStatus.REJECTED, [])
        case DecisionKind.WITHDRAW:
            plans.set_status(stored.plan.digest, PlanStatus.WAITING, [])
        case DecisionKind.APPROVE:
            if allowance(job, stored).waiting == 0:
                plans.set_status(stored.plan.digest, PlanStatus.ALLOWED, [])
                job.store.revisions.mark_approved(
                    job.rules.job, decision.configuration, decision.decided_at
                )


def refuse_undecided(stored: StoredPlan, found: Allowance) -> None:
    """Refuse to carry out a plan of which nothing is allowed.

    Raises:
        DecisionMissing: every action waits for a vote.
        PlanSuperseded: the plan was refused, rejected or replaced.
    """
    if stored.verdict is Ruling.REFUSED or stored.status in (
        PlanStatus.REJECTED,
        PlanStatus.SUPERSEDED,
        PlanStatus.REFUSED,
    ):
        raise PlanSuperseded(
            f"the plan is {stored.status.value}",
            where=f"plan {stored.plan.digest[:12]}",
            safe="nothing was changed",
            next="run `provisor plan` to see what is to be done now",
        )
    if found.waiting and not found.actions:
        raise DecisionMissing(
            f"all {found.waiting} actions of the plan wait for a decision",
            where=f"plan {stored.plan.digest[:12]}",
            found="no valid vote covers any of them",
            safe="nothing was changed; the plan is kept",
            next="let somebody else run "
            f"`provisor approve {stored.plan.digest[:12]} --reason TEXT`",
        )


def count_operations(actions: Iterable[PlannedAction]) -> dict[str, int]:
    """Return how many actions of each operation there are."""
    numbers = {operation.value: 0 for operation in Operation}
    for action in actions:
        numbers[action.action.operation.value] += 1
    return numbers
