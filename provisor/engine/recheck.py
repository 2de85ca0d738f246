"""Limits looked at once more, right before a stored plan is carried out.

A plan was judged when it was made. Until it is carried out, other runs and other jobs may have used
up the same windows; what needs no vote flows only as far as a plan of this moment would let it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from provisor.domain.harm import Bucket, Wholes
from provisor.domain.limits import examine_drafts, free_actions
from provisor.domain.plan import URGENT, Draft, PlannedAction, Proposal
from provisor.engine.examine import examine, history_of
from provisor.engine.job import Job
from provisor.engine.make_plan import seal_drafts


def planned_anew(job: Job, proposal: Proposal) -> tuple[Mapping[str, Draft], frozenset[str]]:
    """Return the acts that are called for now, by action id, and those that need no vote now."""
    revision = job.store.revisions.get(job.rules.job, job.rules.configuration)
    judged = examine(job, proposal, revision)
    again = {one.id: one.draft for one in seal_drafts(job, judged.drafts).actions}
    return again, free_actions(again, judged.parts)


def above_limits(job: Job, actions: Iterable[PlannedAction]) -> frozenset[str]:
    """Return those of the acts that must wait, where the source cannot be read to plan anew.

    They are judged by themselves; of the base of percentages only the links are known.
    """
    rules = job.rules
    revision = job.store.revisions.get(rules.job, rules.configuration)
    history = history_of(job, revision)
    managed = {kind: job.store.links.count(rules.target, kind) for kind in rules.objects}
    drafts = {one.id: one.draft for one in actions}
    judged = examine_drafts(rules, drafts.values(), Wholes(managed), history)
    free = free_actions(dict(zip(drafts, judged.drafts, strict=True)), judged.parts)
    urgent = sorted(
        (i for i, draft in drafts.items() if draft.urgent), key=lambda i: drafts[i].order()
    )
    left = max(0, rules.urgent_count - history.day.get(Bucket(URGENT), 0))
    return (frozenset(drafts) - free) | frozenset(urgent[left:])
