"""Read back: compare what is with what was meant. Never repairs; that is tomorrow's plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from provisor.domain.action import Operation
from provisor.domain.costing import is_always_read_back
from provisor.domain.plan import PlannedAction
from provisor.domain.record import ABSENT, Record
from provisor.domain.rules import Verify
from provisor.engine import journal
from provisor.engine.carrying.spending import Spending
from provisor.engine.doing import Doing
from provisor.engine.effects import happened
from provisor.engine.job import Job
from provisor.engine.referring import identities_in, natives_of
from provisor.engine.rights.granting import OF_RIGHTS, is_as_meant
from provisor.errors import TargetProblem
from provisor.ports.connector import Candidate
from provisor.ports.store import ActOutcome, ActState, Effect, Intent

SAMPLE = 20
"""Acts without an answer that carries the object: so many are looked at per run."""

_SETTLED = frozenset({ActState.DONE, ActState.ALREADY_SO})
_UNREADABLE = frozenset({Operation.MEMBERSHIP})


TOGETHER = 10_000
"""Where everything is looked at: so many acts at a time."""


@dataclass(frozen=True, slots=True)
class Drift:
    """An act whose effect the target does not show."""

    action_id: str
    key: str
    operation: str


@dataclass(slots=True)
class Looks:
    """Which of a run's acts are to be looked at after they were done."""

    left: int | None
    """Of those that need not be looked at, so many more are; None for all of them."""
    finds: bool
    """Whether the target can be asked."""
    chosen: list[tuple[PlannedAction, ActOutcome]] = field(default_factory=list)

    def note(self, planned: PlannedAction, outcome: ActOutcome) -> None:
        """Choose an act, or pass it by."""
        action = planned.action
        ended = outcome.state in _SETTLED and action.operation not in _UNREADABLE
        if not self.finds or not ended:
            return
        if is_always_read_back(action) or (action.changes and self.left is None):
            self.chosen.append((planned, outcome))
        elif action.changes and not outcome.assurance and self.left:
            self.left -= 1
            self.chosen.append((planned, outcome))

    @property
    def are_many(self) -> bool:
        """Whether they should be looked at before more is written."""
        return len(self.chosen) >= TOGETHER


def looks_of(job: Job) -> Looks:
    """Return what a job's `verify` asks for: every delete, and of the rest all, some or none."""
    left = {Verify.ANSWER: 0, Verify.SAMPLE: SAMPLE}.get(job.rules.verify)
    return Looks(left, job.target.describe().capabilities.finds)


def confirm(
    job: Job,
    run: str,
    plan: str,
    done: Sequence[tuple[PlannedAction, ActOutcome]],
    spending: Spending,
) -> tuple[Drift, ...]:
    """Look at what was done, and was chosen to be looked at.

    A form that the target made of a sent value is remembered; a value that it dropped is drift.

    Cost: one point look-up per act that is looked at.
    """
    drift: list[Drift] = []
    effects: list[Effect] = []
    for planned, outcome in done:
        if job.halt.why:
            break  # the next cycle sees what is not looked at now
        try:
            with spending.look(planned):
                found = _read_back(job, planned, outcome)
        except TargetProblem:
            continue
        if _is_gone_wrong(job, planned, found):
            drift.append(Drift(planned.id, planned.draft.key, planned.action.operation.value))
        else:
            effects.append(_confirmed(job, run, plan, planned, outcome, found))
    if effects:
        outcomes = [effect.outcome for effect in effects]
        job.store.acts.conclude(effects, [journal.confirmed(job, outcomes)])
    job.reached("confirmed")
    return tuple(drift)


def _read_back(job: Job, planned: PlannedAction, outcome: ActOutcome) -> Record | None:
    action = planned.action
    native = outcome.native_id or action.native_id
    names = tuple(sorted(change.attribute for change in action.changes))
    candidate = Candidate(action.object_type, native_id=native, attributes=names)
    found = job.target.find(candidate)
    return found[0] if len(found) == 1 else None


def _is_gone_wrong(job: Job, planned: PlannedAction, found: Record | None) -> bool:
    if planned.action.operation is Operation.DELETE:
        return found is not None
    if planned.action.operation in OF_RIGHTS:
        return found is None or not is_as_meant(job, planned.action, found.values)
    return found is None or any(
        found.value(change.attribute) in (ABSENT, None, "")
        for change in planned.action.changes
        if change.after not in (ABSENT, None, "")
    )


def _confirmed(
    job: Job,
    run: str,
    plan: str,
    planned: PlannedAction,
    outcome: ActOutcome,
    found: Record | None,
) -> Effect:
    action = planned.action
    named = {action.subject, *identities_in(action)}
    links = job.store.links.of_identities(job.rules.target, named)
    link = links.get(action.subject)
    intent = Intent(
        planned.id,
        plan,
        run,
        job.rules.target,
        outcome.attempt,
        planned.draft.part,
        action.operation.value,
        action.object_type,
        outcome.at,
        planned.position,
    )
    sealed = replace(outcome, assurance="confirmed", at=job.clock.now())
    if action.operation in (Operation.DELETE, *OF_RIGHTS) or link is None:
        return Effect(sealed)
    doing = Doing(intent, planned, link, natives=natives_of(links))
    effect = happened(doing, sealed, job.rules, link.native_id, found.values if found else None)
    return replace(effect, link=replace(effect.link, since=link.since) if effect.link else None)
