"""Whether a job has more people than its memory shall hold."""

from __future__ import annotations

from provisor.domain.schema import ObjectType
from provisor.engine.job import Executor, Job


def has_many(job: Job) -> bool:
    """Say whether a job has more linked people than fit into one part.

    First loads have no links, and everybody in them is looked at: parts would save nothing.

    Cost: one count.
    """
    return job.executor is not Executor.OBJECTS and _linked(job) > job.cycle.part_rows


def part_count(job: Job) -> int:
    """Return in how many parts people are planned."""
    return -(-_linked(job) // job.cycle.part_rows)


def _linked(job: Job) -> int:
    if ObjectType.USERS not in job.rules.objects:
        return 0
    return job.store.links.count(job.rules.target, ObjectType.USERS)
