"""What others did in a target, as people read it: what stands, what it waits for, and the rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from provisor.domain.action import Action, Operation
from provisor.domain.drift import Drift, DriftRate, Evidence
from provisor.domain.hiding import hidden, hidden_in_target
from provisor.domain.override import active_overrides
from provisor.domain.oversight import DriftPolicy
from provisor.engine.drifting.drift import LOOK, Found
from provisor.engine.drifting.drift_policy import Decided, decision_on, policy_for
from provisor.engine.explain import known_identities
from provisor.engine.job import Job
from provisor.engine.propose import drift_beside, propose_actions
from provisor.engine.survey import Survey, foresee
from provisor.ports.drifts import SentAct

PERIOD = timedelta(days=30)
"""Over which the rate is told."""


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One drift with what follows from it."""

    drift: Drift
    policy: DriftPolicy
    """What happens while nobody decides."""
    decided: Decided | None
    """What somebody decided; None while nobody did."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What others changed in a job's target."""

    job: str
    target: str
    standing: tuple[DriftLine, ...]
    passed: tuple[Drift, ...]
    """What was written down and does not stand any more, oldest first."""
    explained: tuple[Drift, ...]
    """What moved, and an act of ours wrote just that although nobody knew."""
    rate: DriftRate
    doubts: tuple[str, ...]
    """Why a read is not complete; then what stands may not be all."""


def tell_drift(job: Job) -> DriftReport:
    """Read both sides and say what others changed in the target; nothing is kept.

    Cost: one full read of both sides, one plan, and one pass over the acts of the period.
    """
    survey = foresee(job)
    found = drift_now(job, survey)
    now, rules = job.clock.now(), job.rules
    overrides = active_overrides(job.store.overrides.all(), rules.job, now)
    lines = [
        DriftLine(one, policy_for(rules, one), decision_on(rules, one, overrides))
        for one in found.standing
    ]
    facts = job.store.drifts.of_job(rules.job)
    still = {one.id for one in found.standing}
    doubts = tuple(
        f"{one.observation.system} {one.observation.object_type}: {one.observation.reason}"
        for one in survey.doubts
    )
    return DriftReport(
        rules.job,
        rules.target,
        tuple(lines),
        tuple(one for one in facts if one.id not in still),
        found.explained,
        _rate(job, facts, found),
        doubts,
    )


def drift_now(job: Job, survey: Survey) -> Found:
    """Return what is drifting at a look that is not kept."""
    proposal = propose_actions(job, survey, known_identities(job))
    found = drift_beside(job, survey, proposal, known_identities(job))
    return Found(
        tuple(_looked(one) for one in found.standing),
        tuple(_looked(one) for one in found.fresh),
        tuple(_looked(one) for one in found.explained),
    )


def _looked(drift: Drift) -> Drift:
    """What no plan has written down yet was seen by a look that is not kept."""
    return drift if drift.id else replace(drift, later=Evidence(drift.later.at, LOOK))


def _rate(job: Job, facts: Iterable[Drift], found: Found) -> DriftRate:
    """Count every change once: ours as they were done, others' as they were found."""
    until = job.clock.now()
    since = until - PERIOD
    ours = sum(_changes(act) for act in job.store.drifts.acts(job.rules.target, None, since))
    others = [one for one in facts if one.later.at >= since and not one.explained_by]
    unexplained = len(others) + sum(not one.id for one in found.fresh)
    return DriftRate(unexplained, ours + unexplained, since, until)


def _changes(act: SentAct) -> int:
    """Return how many changes a look at the target sees of one act."""
    return _seen(act.action) if act.done else 0


def _seen(action: Action) -> int:
    match action.operation:
        case Operation.MEMBERSHIP:
            return len(action.adds) + len(action.removes)
        case Operation.CREATE | Operation.DELETE:
            return 1
        case _:
            return len(action.changes)


def as_shown(job: Job, report: DriftReport) -> DriftReport:
    """Return a report as people may see it: values that are written and not shown are only named.

    Args:
        job: its rules say which values.
        report: with everything.
    """

    def shown(drift: Drift) -> Drift:
        rules = job.rules.objects.get(drift.object_type)
        if rules is None or drift.attribute not in hidden_in_target(rules):
            return drift
        return replace(drift, before=hidden(drift.before), after=hidden(drift.after))

    return replace(
        report,
        standing=tuple(replace(line, drift=shown(line.drift)) for line in report.standing),
        passed=tuple(shown(one) for one in report.passed),
        explained=tuple(shown(one) for one in report.explained),
    )
