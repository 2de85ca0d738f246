"""Who left, who is back: written down with the links, so that days can be counted."""

from __future__ import annotations

from provisor.domain.leaving import Remembered
from provisor.domain.plan import Proposal
from provisor.domain.schema import ObjectType
from provisor.engine.job import Job


def remember_leaving(job: Job, proposal: Proposal) -> None:
    """Keep what a cycle learnt from complete reads of who is gone and who is here again.

    Cost: one statement per object type, and nothing where nobody came or went.
    """
    by_type: dict[ObjectType, list[Remembered]] = {}
    for object_type, one in proposal.remembered:
        by_type.setdefault(object_type, []).append(one)
    for object_type, remembered in by_type.items():
        job.store.links.remember_leaves(job.rules.target, object_type, remembered)
