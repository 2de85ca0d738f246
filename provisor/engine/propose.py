"""Scope, map, match, plan: a survey in, an unsealed proposal out. Touches nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from provisor.domain.action import Operation
from provisor.domain.harm import Bucket, Window
from provisor.domain.leaver_rules import leaving_differs
from provisor.domain.lifecycle import absence_is_proven
from provisor.domain.link import Absence, Membership
from provisor.domain.override import active_overrides
from provisor.domain.plan import URGENT, Draft, Proposal
from provisor.domain.rules import OnPartial
from provisor.domain.schema import ObjectType
from provisor.domain.world import Assign
from provisor.engine.asking.orphans import with_orphans
from provisor.engine.assembly import Circumstance, Side
from provisor.engine.belongings import StoredSeeds, kept_names
from provisor.engine.drifting.drift import Found, extent_for, find_drift
from provisor.engine.drifting.drift_policy import waits, with_withheld
from provisor.engine.job import Job
from provisor.engine.marking import with_marks
from provisor.engine.objectwise import ObjectAssembly
from provisor.engine.on_demand import about_chosen
from provisor.engine.people.doubted_people import without_doubted
from provisor.engine.referring import kept_together
from provisor.engine.rights.duties import with_duties
from provisor.engine.rights.granting import granting_of
from provisor.engine.rights.registered import with_told_register
from provisor.engine.rights.terms import overrides_with_ended, with_told_terms
from provisor.engine.settle import unsettled_subjects
from provisor.engine.survey import Survey
from provisor.errors import TargetProblem
from provisor.ports.connector import Candidate

_FROM_PRESENCE = {
    Operation.CREATE,
    Operation.UPDATE,
    Operation.RENAME,
    Operation.ENABLE,
    Operation.GRANT,
    Operation.REVOKE,
    Operation.MEMBERSHIP,
}
"""What may follow from an incomplete read when the job says `on_partial: presence`.

Of rights and memberships nothing is planned there that takes, but what people took by name.
"""


def propose_actions(job: Job, survey: Survey, assign: Assign | None = None) -> Proposal:
    """Work out what must be done, from everything that this cycle knows.

    Args:
        job: with whom the plan is about, where it is about a few.
        survey: both sides.
        assign: gives identity ids; left out, unknown keys get one that is kept.

    Cost: one pass of an executor; point reads of the source for proven absences, where it can.
    """
    now = job.clock.now()
    seeds = StoredSeeds(job)
    circumstance = circumstance_of(job, survey, seeds)
    given = assign or _assign(job, now, seeds)
    if waits(job.rules):
        first = survey.assembly.propose(circumstance, given)
        overrides = with_withheld(job, survey, first, circumstance.overrides)
        circumstance = replace(circumstance, overrides=overrides)
    proposal = survey.assembly.propose(circumstance, given)
    drafts = proposal.drafts if circumstance.absence_counts else _from_presence(proposal.drafts)
    unsettled = unsettled_subjects(job)
    drafts = tuple(draft for draft in drafts if draft.action.subject not in unsettled)
    everything, proposal = proposal.drafts, replace(proposal, drafts=drafts)
    if job.only:
        proposal = about_chosen(job, survey.assembly, circumstance, proposal)
        pending = tuple(one for one in proposal.pending if (one.object_type, one.key) in job.only)
        proposal = replace(proposal, references={}, pending=pending)
    elif not survey.doubts:
        # Who is nobody's follows from everybody who was read, so both reads must be whole.
        proposal = with_orphans(job, survey, proposal, assign)
    proposal = replace(proposal, drafts=kept_together(everything, proposal.drafts))
    proposal = replace(proposal, drafts=tuple(_bound_urgent(job, proposal.drafts, now)))
    proposal = with_marks(job, survey.assembly, proposal)
    proposal = with_duties(job, survey.assembly, proposal, circumstance.overrides)
    proposal = with_told_terms(job, proposal, circumstance.overrides)
    return with_told_register(job, survey.assembly, proposal)


def drift_beside(
    job: Job, survey: Survey, proposal: Proposal, assign: Assign | None = None
) -> Found:
    """Return what others changed in the target.

    Args:
        job: whose target.
        survey: both sides.
        proposal: what is planned; where drift waits for decisions that is less than what differs.
        assign: gives identity ids; left out, unknown keys get one that is kept.

    Cost: that of `find_drift`; one more pass of an executor where drift waits for decisions.
    """
    if waits(job.rules):
        seeds = StoredSeeds(job)
        given = assign or _assign(job, job.clock.now(), seeds)
        proposal = survey.assembly.propose(circumstance_of(job, survey, seeds), given)
    return find_drift(job, survey, proposal, extent_for(job, survey))


def circumstance_of(job: Job, survey: Survey, seeds: StoredSeeds) -> Circumstance:
    """Return what planning takes besides the reads and the links.

    Cost: point reads of the source for proven absences, where it can.
    """
    now = job.clock.now()
    given = (*job.store.overrides.all(), *job.supposed)
    return Circumstance(
        rules=job.rules,
        now=now,
        overrides=overrides_with_ended(job, active_overrides(given, job.rules.job, now)),
        absences=without_doubted(job, _confirmed(job, survey, now), now),
        granted=_granted(job, survey),
        absence_counts=all(seen.side is not Side.SOURCE for seen in survey.doubts),
        kept_names=kept_names(job, survey.assembly, now),
        seeds=seeds.seed,
        granting=granting_of(job, whole=survey.manner.full),
    )


def _granted(job: Job, survey: Survey) -> frozenset[Membership]:
    """Return what we gave to everybody, for plain records; others ask for some groups alone."""
    if not isinstance(survey.assembly, ObjectAssembly) or job.rules.memberships is None:
        return frozenset()
    return job.store.links.memberships(job.rules.target)


def _assign(job: Job, now: datetime, seeds: StoredSeeds) -> Assign:
    """Identity ids from the store; unknown keys get a random one there."""

    def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
        if not keys:
            return {}
        assigned = job.store.identities.assign(job.rules.source, object_type, keys, now)
        seeds.expect(assigned.values())
        return assigned

    return assign


def _confirmed(job: Job, survey: Survey, now: datetime) -> dict[ObjectType, Mapping[str, Absence]]:
    """Leave out absences that a look by key contradicts, where the source can be asked."""
    if not job.source.describe().capabilities.finds:
        return dict(survey.absences)
    return {
        object_type: {
            key: absence
            for key, absence in absences.items()
            if not (
                absence_is_proven(absence, now, job.rules.absence_hours)
                and _is_there(job, object_type, key)
            )
        }
        for object_type, absences in survey.absences.items()
    }


def _is_there(job: Job, object_type: ObjectType, key: str) -> bool:
    """A source that cannot answer proves nothing: the person counts as there."""
    rules = job.rules.objects[object_type]
    try:
        return bool(job.source.find(Candidate(object_type, match=(rules.key, key))))
    except TargetProblem:
        return True


def _from_presence(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """Keep what rests on something seen, or said; nothing is taken away for not being there."""
    return tuple(d for d in drafts if d.action.operation in _FROM_PRESENCE or d.urgent)


def leaver_rules_are_new(job: Job) -> bool:
    """Say whether nobody approved yet what this configuration makes of leavers.

    A rule that turns people into leavers waits, as everything else of a new configuration.
    """
    revisions, rules = job.store.revisions, job.rules
    known, former = revisions.get(rules.job, rules.configuration), revisions.approved(rules.job)
    if former is None or (known is not None and known.approved_at is not None):
        return False
    return leaving_differs(former.document, job.document)


def _bound_urgent(job: Job, drafts: Iterable[Draft], now: datetime) -> list[Draft]:
    """Let at most so many disables be urgent in 24 hours, the oldest leave dates first.

    The rest waits in the ordinary part, under its limits.
    """
    urgent = sorted((d for d in drafts if d.urgent), key=Draft.order)
    if not urgent:
        return list(drafts)
    day = Window.DAY
    done = job.store.acts.done_since(job.rules.target, now - day.length, day)
    used = done.get(Bucket(URGENT), 0)
    free = 0 if leaver_rules_are_new(job) else max(0, job.rules.urgent_count - used)
    demoted = {id(draft) for draft in urgent[free:]}
    return [replace(d, urgent=False) if id(d) in demoted else d for d in drafts]


def partial_is_allowed(job: Job, survey: Survey) -> bool:
    """Say whether a plan may be made although a source read is not complete."""
    target_ok = all(seen.side is Side.SOURCE for seen in survey.doubts)
    return target_ok and job.rules.on_partial is OnPartial.PRESENCE
