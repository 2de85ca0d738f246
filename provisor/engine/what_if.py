"""The plan under another configuration against today's data; nothing is written or kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisor.domain.costing import Cost
from provisor.domain.limits import Judged
from provisor.domain.plan import (
    Draft,
    PlannedAction,
    PlanPart,
    Proposal,
    Ruling,
    SetAside,
    Tally,
    Verdict,
)
from provisor.domain.plan_difference import Difference, difference
from provisor.domain.schema import ObjectType
from provisor.engine.examine import doubt_verdicts, examine, plan_ruling
from provisor.engine.explain import known_identities
from provisor.engine.forecasting import forecast
from provisor.engine.job import Job
from provisor.engine.propose import partial_is_allowed, propose_actions
from provisor.engine.survey import Survey, foresee
from provisor.ports.store import Observation, Revision

_UNSEALED = b""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A plan that was worked out and not sealed."""

    configuration: str
    verdict: Ruling
    actions: tuple[PlannedAction, ...]
    """Their digests are empty: nobody can approve what was never sealed."""
    parts: tuple[PlanPart, ...]
    verdicts: tuple[Verdict, ...]
    records: Mapping[ObjectType, Tally]
    accounts: Mapping[ObjectType, Tally]
    set_aside: tuple[SetAside, ...]
    forecast: Cost
    reads: tuple[Observation, ...] = ()
    """What it was worked out from."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Today's plan, the other one, and what differs."""

    today: Foreseen
    other: Foreseen
    difference: Difference


def what_if(job: Job, other: Job) -> WhatIf:
    """Work out the plans of both configurations and compare them.

    Cost: two full reads of both sides, two passes of an executor.
    """
    today, then = foreseen(job), foreseen(other)
    return WhatIf(today, then, difference(then.actions, today.actions))


def foreseen(job: Job) -> Foreseen:
    """Work out a job's plan; nothing is sealed or kept.

    Cost: a full read of both sides, and a pass of an executor.
    """
    return foreseen_from(job, foresee(job))


def foreseen_from(job: Job, survey: Survey) -> Foreseen:
    """Work out a job's plan from a look; nothing is sealed or kept.

    Cost: a pass of an executor.
    """
    proposal = propose_actions(job, survey, known_identities(job))
    refused = doubt_verdicts(survey)
    partial = bool(refused) and not partial_is_allowed(job, survey)
    judged = _judged(job, proposal)
    drafts = () if partial else sorted(judged.drafts, key=Draft.order)
    return Foreseen(
        job.rules.configuration,
        Ruling.REFUSED if partial else plan_ruling(judged.parts),
        tuple(PlannedAction(place, draft, _UNSEALED) for place, draft in enumerate(drafts)),
        judged.parts,
        (*refused, *judged.verdicts),
        proposal.records,
        proposal.accounts,
        proposal.set_aside,
        forecast(job, drafts),
        tuple(one.observation for one in survey.seen),
    )


def _judged(job: Job, proposal: Proposal) -> Judged:
    """Judge by the limits, under a revision that was not presented here."""
    rules = job.rules
    known = job.store.revisions.get(rules.job, rules.configuration)
    unseen = Revision(rules.configuration, rules.job, job.actor.name, job.clock.now(), job.document)
    return examine(job, proposal, known or unseen)
