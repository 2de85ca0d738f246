"""Verdicts and votes in, the action digests that may be carried out out. Refuses own votes."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain

from provisor.domain.action import Operation, Risk
from provisor.domain.approval import (
    ApprovalPolicy,
    Decision,
    DecisionKind,
    refuse_own_vote,
    refuse_undoer,
)
from provisor.domain.excerpt import ids_of, some_of
from provisor.domain.plan import URGENT, PlannedAction
from provisor.domain.plan_reading import grades_of
from provisor.domain.record import as_text
from provisor.domain.selection import Selection, select, with_bundles
from provisor.engine import journal
from provisor.engine.allowance import allowance, duties_of, standing_of
from provisor.engine.job import Actor, Job
from provisor.engine.revisions.in_force import refuse_unreviewed
from provisor.engine.undoing.undo_ends import end_refused, undoers_of
from provisor.errors import CommandInvalid, PlanApplied, PlanSuperseded
from provisor.ports.store import PlanStatus, StoredPlan

_OPEN = frozenset(
    {
        PlanStatus.WAITING,
        PlanStatus.ALLOWED,
        PlanStatus.PARTLY_APPLIED,
        PlanStatus.REJECTED,
    }
)


@dataclass(frozen=True, slots=True)
class Vote:
    """What an approver asks for."""

    kind: DecisionKind
    reason: str
    parts: tuple[str, ...] = ()
    """Only these parts; empty means every part."""
    only: tuple[str, ...] = ()
    """Only what these words mean, as `domain.selection` reads them; empty means all."""


def vote(job: Job, stored: StoredPlan, approver: Actor, ballot: Vote) -> Decision:
    """Keep one vote on a plan.

    A vote holds for whole bundles: an approval leaves out what would break one, a rejection takes
    the rest of it along. A rejection never keeps a leaver's disable back.

    Raises:
        CommandInvalid: no reason, nothing of the plan is chosen, or nothing is there to withdraw.
        SelfApproval: the approver has a hand in the plan.
        PlanApplied, PlanSuperseded: the plan takes no votes any more.
        ConfigurationUnreviewed: only the active revision may act, and this is another one.
    """
    refuse_unreviewed(job)
    _refuse_closed(stored)
    refuse_other_configuration(job, stored)
    _refuse_without_reason(ballot)
    match ballot.kind:
        case DecisionKind.APPROVE:
            chosen = selected(stored, ballot).actions
            _refuse_nothing_chosen(chosen, stored)
            if stored.four_eyes:
                _refuse_own(job, stored, approver, chosen)
        case DecisionKind.REJECT:
            chosen = _rejectable(stored, selected(stored, ballot))
            end_refused(job, stored, chosen, approver, ballot.reason)
        case _:
            ballot = replace(ballot, kind=_taking_back(job, stored, approver))
            chosen = stored.plan.actions
            if ballot.kind is DecisionKind.CALL_OFF:
                end_refused(job, stored, chosen, approver, ballot.reason)
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
    chosen: Sequence[PlannedAction],
) -> Decision:
    now = job.clock.now()
    return Decision(
        id=secrets.token_hex(16),
        kind=ballot.kind,
        plan=stored.plan.digest,
        job=job.rules.job,
        configuration=stored.plan.header.configuration,
        approver=approver.name,
        reason=ballot.reason.strip(),
        decided_at=now,
        expires_at=now + timedelta(hours=expiry_hours(job.policy, chosen)),
        actions=frozenset(ids_of(chosen)),
    )


def expiry_hours(policy: ApprovalPolicy, chosen: Iterable[PlannedAction]) -> int:
    """Return how long a vote holds: shorter on destructive and privileged acts."""
    grave = any(risk in (Risk.DESTRUCTIVE, Risk.PRIVILEGED) for _, risk in grades_of(chosen))
    return policy.destructive_expiry_hours if grave else policy.expiry_hours


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


def selected(stored: StoredPlan, ballot: Vote) -> Selection:
    """Return what a vote would be about, and what of it would break a bundle.

    Raises:
        CommandInvalid: a word means nothing in this plan.
    """
    found = select(stored.plan.actions, ballot.parts, ballot.only)
    if found.unmatched:
        parts = ", ".join(part.part for part in stored.parts) or "none"
        raise CommandInvalid(
            f"{len(found.unmatched)} of the words mean nothing in this plan",
            where="--part, --only",
            found=f"word {_place(found.unmatched[0], ballot)}; the plan has the parts {parts}",
            safe="nothing was decided and nothing was changed",
            next="name a part, a key, an action id, or ATTRIBUTE=VALUE of the plan",
        )
    return found


def _place(word: str, ballot: Vote) -> str:
    """Name a word by its place: it may be somebody's key."""
    words = ballot.parts if word in ballot.parts else ballot.only
    option = "--part" if word in ballot.parts else "--only"
    return f"{words.index(word) + 1} of {option}"


def _rejectable(stored: StoredPlan, found: Selection) -> Sequence[PlannedAction]:
    meant = with_bundles(stored.plan.actions, chain(found.actions, found.broken))
    chosen = some_of(meant, {action.id for action in meant if not action.draft.urgent})
    if meant and not chosen:
        raise CommandInvalid(
            "a leaver's disable waits for nobody, and nobody can reject it",
            where=f"plan {stored.plan.digest[:12]}, {URGENT}",
            safe="nothing was decided and nothing was changed",
            next="`provisor override add --kind keep --key KEY` keeps an account, with a reason",
        )
    _refuse_nothing_chosen(meant, stored)
    return chosen


def _taking_back(job: Job, stored: StoredPlan, approver: Actor) -> DecisionKind:
    """Say what is withdrawn: somebody's own word, or the plan by whoever asked for it."""
    ids = set(ids_of(stored.plan.actions))
    header = stored.plan.header
    words = [
        decision
        for decision in job.store.decisions.of_job(header.job, header.configuration)
        if decision.voter == approver.name.casefold()
        and (decision.plan == stored.plan.digest or decision.actions & ids)
    ]
    if words and words[-1].kind in (DecisionKind.APPROVE, DecisionKind.REJECT):
        return DecisionKind.WITHDRAW
    if approver.name.casefold() == stored.initiator.casefold():
        return DecisionKind.CALL_OFF
    raise CommandInvalid(
        "there is nothing of yours to withdraw",
        where=f"plan {stored.plan.digest[:12]}",
        found="you have no vote on this plan, and did not start it",
        safe="nothing was decided and nothing was changed",
        next="`provisor reject` says no to a plan",
    )


def _refuse_own(
    job: Job, stored: StoredPlan, approver: Actor, chosen: Sequence[PlannedAction]
) -> None:
    duties = duties_of(job.store, stored)
    refuse_own_vote(approver.name, duties, (_names_of(job, a) for a in chosen))
    refuse_undoer(approver.name, undoers_of(job, chosen))


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
    if decision.kind is DecisionKind.CALL_OFF:
        job.store.plans.set_status(stored.plan.digest, PlanStatus.WITHDRAWN, [])
        return
    found = allowance(job, stored)
    job.store.plans.set_status(stored.plan.digest, standing_of(stored, found), [])
    # One approved person is no proof of a configuration: the plan about everybody still waits.
    whole = not found.undecided and not found.rejected and not stored.plan.header.only
    if decision.kind is DecisionKind.APPROVE:
        revisions = job.store.revisions
        mark = revisions.mark_approved if whole else revisions.mark_used
        mark(job.rules.job, decision.configuration, decision.decided_at)


def count_operations(actions: Iterable[PlannedAction]) -> dict[str, int]:
    """Return how many actions of each operation there are."""
    numbers = {operation.value: 0 for operation in Operation}
    for action in actions:
        numbers[action.action.operation.value] += 1
    return numbers
