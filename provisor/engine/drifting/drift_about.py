"""What others changed about one person or group, for their story."""

from __future__ import annotations

from dataclasses import replace

from provisor.domain.drift import Drift
from provisor.domain.hiding import hidden, hidden_in_target
from provisor.domain.plan import Proposal
from provisor.domain.rules import ObjectRules
from provisor.domain.world import Assign
from provisor.engine.job import Job
from provisor.engine.propose import drift_beside
from provisor.engine.survey import Survey


def drift_about(
    job: Job, rules: ObjectRules, key: str, look: tuple[Survey, Proposal], assign: Assign
) -> tuple[Drift, ...]:
    """Return what stands that others changed about one key, as people may see it.

    Args:
        job: whose target.
        rules: of the object type.
        key: of the person or group.
        look: both sides, and what would be done about the key.
        assign: gives identity ids without keeping any.
    """
    unseen = hidden_in_target(rules)
    return tuple(
        replace(one, before=hidden(one.before), after=hidden(one.after))
        if one.attribute in unseen
        else one
        for one in drift_beside(job, *look, assign).standing
        if one.key == key and one.object_type is rules.object_type
    )
