"""Limits and novelty: a proposal in, a verdict per part out. Never mends the plan."""

from __future__ import annotations

from provisor.domain.limits import History, examine_drafts
from provisor.domain.plan import PlanPart, Proposal, Ruling, Verdict, strictest_ruling
from provisor.engine.job import Job
from provisor.engine.propose import ROLLING
from provisor.engine.survey import Survey
from provisor.ports.store import Revision

READ_COMPLETE = "read_complete"


def examine(
    job: Job, proposal: Proposal, revision: Revision
) -> tuple[tuple[PlanPart, ...], tuple[Verdict, ...]]:
    """Judge a proposal by the job's limits and by what was done in the last 24 hours."""
    history = History(
        done=job.store.acts.done_since(job.rules.target, job.clock.now() - ROLLING),
        first_run=not job.store.plans.ever_applied(job.rules.job),
        revision_is_new=revision.approved_at is None,
    )
    return examine_drafts(job.rules, proposal.drafts, proposal.managed, history)


def doubt_verdicts(survey: Survey) -> tuple[Verdict, ...]:
    """Return one refusing verdict per read that is not complete."""
    return tuple(
        Verdict(
            READ_COMPLETE,
            f"{seen.observation.system}.{seen.observation.object_type}",
            str(seen.observation.rows),
            str(seen.before.rows) if seen.before is not None else "baseline: none",
            Ruling.REFUSED,
            seen.observation.reason,
        )
        for seen in survey.doubts
    )


def plan_ruling(parts: tuple[PlanPart, ...]) -> Ruling:
    """Return the strictest ruling of all parts."""
    return strictest_ruling(part.verdict for part in parts)
