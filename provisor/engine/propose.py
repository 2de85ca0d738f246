"""Scope, map, match, plan: a survey in, an unsealed proposal out. Touches nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from provisor.domain.action import Operation
from provisor.domain.lifecycle import absence_is_proven
from provisor.domain.link import Absence
from provisor.domain.override import active_overrides
from provisor.domain.plan import URGENT, Draft, Proposal
from provisor.domain.rules import OnPartial
from provisor.domain.schema import ObjectType
from provisor.domain.world import Assign
from provisor.engine.assembly import Circumstance, Side
from provisor.engine.belongings import StoredSeeds, kept_names
from provisor.engine.job import Job
from provisor.engine.settle import unsettled_subjects
from provisor.engine.survey import Survey
from provisor.errors import TargetProblem
from provisor.ports.connector import Candidate

ROLLING = timedelta(hours=24)
"""The window over which limits are counted."""

_FROM_PRESENCE = {
    Operation.CREATE,
    Operation.UPDATE,
    Operation.RENAME,
    Operation.ENABLE,
}
"""What may follow from an incomplete read when the job says `on_partial: presence`."""


def propose_actions(job: Job, survey: Survey) -> Proposal:
    """Work out what must be done, from everything that this cycle knows.

    Cost: one pass of an executor; point reads of the source for proven absences, where it can.
    """
    now = job.clock.now()
    partial = any(seen.side is Side.SOURCE for seen in survey.doubts)
    seeds = StoredSeeds(job)
    circumstance = Circumstance(
        rules=job.rules,
        now=now,
        overrides=active_overrides(job.store.overrides.all(), job.rules.job, now),
        absences=_confirmed(job, survey, now),
        granted=job.store.links.memberships(job.rules.target),
        absence_counts=not partial,
        kept_names=kept_names(job, survey.assembly, now),
        seeds=seeds.seed,
    )
    proposal = survey.assembly.propose(circumstance, _assign(job, now, seeds))
    drafts = _from_presence(proposal.drafts) if partial else proposal.drafts
    unsettled = unsettled_subjects(job)
    drafts = tuple(draft for draft in drafts if draft.action.subject not in unsettled)
    return replace(proposal, drafts=tuple(_bound_urgent(job, drafts, now)))


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
    """Keep what rests on something seen; nothing is taken away on an incomplete read."""
    kept = []
    for draft in drafts:
        action = draft.action
        adds_only = action.operation is Operation.MEMBERSHIP and not action.removes
        if action.operation in _FROM_PRESENCE or draft.urgent or adds_only:
            kept.append(draft)
    return tuple(kept)


def _bound_urgent(job: Job, drafts: Iterable[Draft], now: datetime) -> list[Draft]:
    """Let at most so many disables be urgent in 24 hours, the oldest leave dates first.

    The rest waits in the ordinary part, under its limits.
    """
    urgent = sorted((d for d in drafts if d.urgent), key=Draft.order)
    if not urgent:
        return list(drafts)
    used = job.store.acts.done_since(job.rules.target, now - ROLLING).get(URGENT, 0)
    free = max(0, job.rules.urgent_count - used)
    demoted = {id(draft) for draft in urgent[free:]}
    return [replace(d, urgent=False) if id(d) in demoted else d for d in drafts]


def partial_is_allowed(job: Job, survey: Survey) -> bool:
    """Say whether a plan may be made although a source read is not complete."""
    target_ok = all(seen.side is Side.SOURCE for seen in survey.doubts)
    return target_ok and job.rules.on_partial is OnPartial.PRESENCE
