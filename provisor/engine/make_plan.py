"""Collect, propose, seal and examine: one stored plan per cycle, or a refusal that says why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from provisor.domain.plan import (
    Draft,
    Header,
    Plan,
    Proposal,
    Ruling,
    in_order,
)
from provisor.domain.sealing import seal, without_bodies
from provisor.engine import journal
from provisor.engine.alert_limits import alert_limits
from provisor.engine.allowance import fresh_standing
from provisor.engine.carrying.parking import forget_changed
from provisor.engine.cycle import begin_cycle, is_moved, look_at_all, look_told
from provisor.engine.drifting.note_drift import note_drift
from provisor.engine.examine import doubt_verdicts, examine, plan_ruling
from provisor.engine.forecasting import forecast
from provisor.engine.garbage import uncollected
from provisor.engine.job import Job
from provisor.engine.knowing.closure import TooManyConcerned
from provisor.engine.knowing.keep_knowledge import keep_knowledge
from provisor.engine.on_demand import identities_of, refuse_strangers
from provisor.engine.overriding.override_ends import end_with_leavers, remind
from provisor.engine.propose import drift_beside, partial_is_allowed, propose_actions
from provisor.engine.raise_alerts import alert_plan, alert_reads
from provisor.engine.remembering import remember_leaving
from provisor.engine.revisions.in_force import cited_by, refuse_unreviewed
from provisor.engine.rights.duties import note_holdings
from provisor.engine.rights.registered import alert_register
from provisor.engine.rights.terms import note_ended
from provisor.engine.settle import settle_unfinished
from provisor.engine.survey import Survey
from provisor.engine.undoing.undo_ends import review_kept
from provisor.errors import TargetProblem
from provisor.ports.store import PlanStanding, PlanStatus, Revision, StoredPlan

_NOTHING = Proposal((), {}, {}, (), (), {})
_KEPT = frozenset({PlanStatus.WAITING, PlanStatus.ALLOWED, PlanStatus.REJECTED})


@dataclass(frozen=True, slots=True)
class Made:
    """A plan as it was just made, with the look that it was made from."""

    stored: StoredPlan
    survey: Survey


def make_plan(job: Job) -> Made:
    """Look at both sides and seal what must be done.

    Returns:
        The stored plan: refused (with verdicts that say why), waiting, allowed, or empty.

    Raises:
        TrustBroken: the log or the store cannot be believed.
        ConfigurationUnreviewed: only the active revision may act, and this is another one.
    """
    with uncollected():
        job.store.log.refuse_broken()
        refuse_unreviewed(job)
        revision = present_revision(job)
        survey = begin_cycle(job)
        try:
            return _made(job, survey, revision)
        except (TooManyConcerned, TargetProblem) as found:
            if survey.manner.full:
                raise
            return _made(job, look_at_all(job, found.what), revision)


def make_plan_from(job: Job, survey: Survey) -> Made:
    """Seal what must be done, from a look at both sides as a whole that was taken just now.

    Raises:
        ConfigurationUnreviewed: only the active revision may act, and this is another one.
    """
    refuse_unreviewed(job)
    return _made(job, survey, present_revision(job))


def _made(job: Job, survey: Survey, revision: Revision) -> Made:
    settle_unfinished(job, survey)
    alert_reads(job, survey)
    if survey.doubts and not partial_is_allowed(job, survey):
        return Made(_keep(job, survey, revision, _NOTHING), survey)
    refuse_strangers(job, survey.assembly)
    proposal = propose_actions(job, survey)
    if not job.only and is_moved(survey):
        note_drift(job, survey, proposal, drift_beside(job, survey, proposal))
    if not survey.doubts:
        remember_leaving(job, proposal)
        end_with_leavers(job, proposal)
        note_holdings(job, proposal)
        note_ended(job, survey.assembly)
    alert_register(job)
    if not survey.doubts and not job.only:
        review_kept(job, survey.assembly, proposal)
    job.reached("proposal.made")
    return Made(_keep(job, survey, revision, proposal), survey)


def present_revision(job: Job) -> Revision:
    """Show the configuration to the store; whoever shows a digest first is its author."""
    fresh = Revision(
        job.rules.configuration, job.rules.job, job.actor.name, job.clock.now(), job.document
    )
    known = job.store.revisions.get(fresh.job, fresh.digest)
    if known is not None:
        return known
    revision = job.store.revisions.present(fresh, [journal.revision_presented(job, fresh)])
    job.reached("revision.kept")
    return revision


def seal_drafts(job: Job, drafts: Iterable[Draft]) -> Plan:
    """Freeze drafts into a plan under the subjects' keys.

    Cost: one look at the store for the keys; see `domain.sealing.seal` for the rest.
    """
    listed = in_order(drafts)
    subjects = {draft.action.subject for draft in listed}
    keys: Mapping[str, bytes] = job.store.identities.subject_keys(subjects) if subjects else {}
    rules = job.rules
    only = identities_of(job) if job.only else ()
    undoes = job.undo.id if job.undo is not None else ""
    header = Header(rules.job, rules.source, rules.target, rules.configuration, only, undoes)
    return seal(header, listed, keys.__getitem__)


def _keep(job: Job, survey: Survey, revision: Revision, proposal: Proposal) -> StoredPlan:
    found = _as_found(job, survey, revision, proposal)
    last = job.store.plans.standing(job.rules.job, found.plan.header.focus)
    stored = _after_the_last(job, last, found)
    gone = _superseded(last, stored)
    job.store.plans.save(stored, [journal.plan_sealed(job, stored)], gone)
    stored = replace(stored, plan=without_bodies(stored.plan))
    job.reached("plan.kept")
    keep_knowledge(job, survey, stored)
    if not survey.doubts and not job.only:
        forget_changed(job, stored)
    alert_plan(job, stored)
    alert_limits(job, stored)
    remind(job)
    return stored


def _as_found(job: Job, survey: Survey, revision: Revision, proposal: Proposal) -> StoredPlan:
    """Judge and seal a proposal."""
    judged = examine(job, proposal, revision)
    parts, verdicts = judged.parts, judged.verdicts
    plan = seal_drafts(job, judged.drafts)
    refused = doubt_verdicts(survey)
    cited = cited_by(job)
    partial = bool(refused) and not partial_is_allowed(job, survey)
    ruling = Ruling.REFUSED if partial else plan_ruling(parts)
    return StoredPlan(
        plan=plan,
        status=_status(plan, ruling),
        created_at=job.clock.now(),
        initiator=job.actor.name,
        author=cited.author if cited is not None else revision.author,
        four_eyes=job.policy.four_eyes,
        asserted=job.actor.asserted,
        verdict=ruling,
        parts=parts,
        verdicts=(*refused, *proposal.refused, *verdicts),
        records=proposal.records,
        accounts=proposal.accounts,
        set_aside=proposal.set_aside,
        findings=proposal.findings,
        references=proposal.references,
        pending=proposal.pending,
        baseline=survey.baseline,
        observations=survey.observations,
        forecast=forecast(job, proposal.drafts),
        look=look_told(survey),
        revision=cited.number if cited is not None else None,
    )


def _after_the_last(job: Job, newest: PlanStanding | None, stored: StoredPlan) -> StoredPlan:
    """Let a plan succeed the newest one, or be it; what was said of its acts holds on."""
    if newest is not None:
        stored = replace(stored, predecessor=newest.digest)
    if newest is not None and newest.digest == stored.plan.digest and newest.status in _KEPT:
        # The same need keeps its plan, and whoever asked first stays its initiator.
        stored = replace(stored, initiator=newest.initiator, predecessor=newest.predecessor)
    if stored.status in _KEPT:
        stored = replace(stored, status=fresh_standing(job, stored))
    return stored


def _status(plan: Plan, ruling: Ruling) -> PlanStatus:
    if ruling is Ruling.REFUSED:
        return PlanStatus.REFUSED
    if not plan.actions:
        return PlanStatus.EMPTY
    return PlanStatus.WAITING if ruling is Ruling.NEEDS_DECISION else PlanStatus.ALLOWED


def _superseded(newest: PlanStanding | None, stored: StoredPlan) -> str:
    """Return the digest of the plan whose place another one takes; empty for none."""
    if newest is None or newest.digest == stored.plan.digest:
        return ""
    return newest.digest if newest.status in (PlanStatus.WAITING, PlanStatus.ALLOWED) else ""
