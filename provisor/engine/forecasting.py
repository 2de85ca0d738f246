"""What carrying out a plan will take: calls by how the target works, seconds by experience."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.costing import Cost, Manner, foretell, rates_of
from provisor.domain.plan import Draft
from provisor.domain.rules import Verify
from provisor.engine.carrying.queue import BATCH
from provisor.engine.confirm import SAMPLE
from provisor.engine.job import Job


def forecast(job: Job, drafts: Iterable[Draft]) -> Cost:
    """Return what carrying out takes, if nothing fails.

    Cost: one SELECT of the target's newest runs; one look at each act.
    """
    rates = rates_of(job.store.acts.spent(job.rules.target))
    return foretell(drafts, _manner(job), rates)


def _manner(job: Job) -> Manner:
    """Return how the job's target takes acts, in its own words."""
    found = job.target.describe().capabilities
    return Manner(
        acts_per_call=found.acts_per_call,
        members_per_call=found.members_per_call,
        looks_before_create=found.looks_before_create,
        batch=BATCH,
        reads_back=found.finds,
        answers=found.answers_with_resource,
        sample={Verify.ANSWER: 0, Verify.SAMPLE: SAMPLE}.get(job.rules.verify),
    )
