"""Limits and novelty: a proposal in, a verdict per part out. Never mends the plan."""

from __future__ import annotations

from provisor.domain.harm import History, Wholes, Window
from provisor.domain.limits import Judged, examine_drafts
from provisor.domain.plan import PlanPart, Proposal, Ruling, Verdict, strictest_ruling
from provisor.engine.job import Job
from provisor.engine.survey import Survey
from provisor.engine.undoing.undo_ends import given_apart
from provisor.ports.store import Revision

READ_COMPLETE = "read_complete"


def examine(job: Job, proposal: Proposal, revision: Revision | None) -> Judged:
    """Judge a proposal by the job's limits, and by what was done on its target lately."""
    wholes = Wholes(proposal.managed, proposal.shares, proposal.privileged)
    drafts = given_apart(job, proposal.drafts)
    return examine_drafts(job.rules, drafts, wholes, history_of(job, revision))


def history_of(job: Job, revision: Revision | None) -> History:
    """Return what happened before: within a day and a month, and whether this is new.

    Cost: two counts over what was done without a vote in a month.
    """
    now, target = job.clock.now(), job.rules.target
    day, month = (
        job.store.acts.done_since(target, now - window.length, window)
        for window in (Window.DAY, Window.MONTH)
    )
    return History(
        first_run=not job.store.plans.ever_applied(job.rules.job),
        revision_is_new=revision is None or revision.approved_at is None,
        day=day,
        month=month,
    )


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
