"""Write down what others did, once, and say what deserves a person's attention about it."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from provisor.domain.canonical import Json
from provisor.domain.drift import Drift, DriftKind
from provisor.domain.event import Event, EventKind
from provisor.domain.override import active_overrides
from provisor.domain.oversight import DriftPolicy
from provisor.domain.plan import Proposal
from provisor.engine.drifting.alert_drift import alert_drift, alert_duplicates
from provisor.engine.drifting.drift import Found
from provisor.engine.drifting.drift_policy import decision_on, policy_for
from provisor.engine.job import Job
from provisor.engine.keep_target import keep_target
from provisor.engine.survey import Survey


def note_drift(job: Job, survey: Survey, proposal: Proposal, found: Found) -> Found:
    """Keep what nobody wrote down yet; return the same with ids.

    What the target showed is remembered afterwards: what is written down twice counts once.

    Cost: one transaction where there is something to write, none otherwise.
    """
    named = {one.place: replace(one, id=secrets.token_hex(8)) for one in found.fresh}
    if named:
        added = list(named.values())
        job.store.drifts.add(job.rules.job, job.rules.target, added, [_told(job, added)])
        job.reached("drift.kept")
    keep_target(job, survey, proposal)
    standing = tuple(named.get(one.place, one) for one in found.standing)
    alert_duplicates(job, proposal.questions)
    alert_drift(job, standing, _undecided(job, standing))
    return replace(found, standing=standing, fresh=tuple(named.values()))


def _told(job: Job, drifts: Iterable[Drift]) -> Event:
    """Tell how much of what kind; who and what stands beside the log."""
    listed = list(drifts)
    kinds = Counter(one.kind.value for one in listed)
    facts: dict[str, Json] = {
        "job": job.rules.job,
        "target": job.rules.target,
        "drifts": [one.id for one in listed],
        "kinds": [[kind, count] for kind, count in sorted(kinds.items())],
    }
    return Event(EventKind.DRIFT_FOUND, job.clock.now(), job.actor.name, facts)


def _undecided(job: Job, standing: Iterable[Drift]) -> tuple[Drift, ...]:
    """Return what stays as others made it until somebody decides."""
    now, rules = job.clock.now(), job.rules
    overrides = active_overrides(job.store.overrides.all(), rules.job, now)
    return tuple(
        one
        for one in standing
        if one.kind is not DriftKind.MADE
        and policy_for(rules, one) is not DriftPolicy.REPAIR
        and decision_on(rules, one, overrides) is None
    )
