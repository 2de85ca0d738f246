"""What waits for whom, and since when: for people who are asked, and for those who remind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisor.domain import sealing
from provisor.domain.approval import ApprovalPolicy, Duties, approvals_needed
from provisor.domain.plan import PlannedAction, Ruling
from provisor.domain.selection import by_part
from provisor.engine.allowance import Allowance, allowance_of, duties_of
from provisor.engine.decide import expiry_hours
from provisor.ports.store import PlanStatus, Store, StoredPlan

_VOTED = frozenset({PlanStatus.WAITING, PlanStatus.ALLOWED, PlanStatus.REJECTED})


@dataclass(frozen=True, slots=True)
class Wait:
    """What of one part waits for a decision."""

    part: str
    count: int
    since: datetime
    """When the oldest of its actions was first needed, in this plan or a predecessor."""
    age_percent: int
    """Its age in percent of the time that a vote on it would hold; people are reminded by it."""
    approvers: int
    """How many different people have to agree."""
    not_by: tuple[str, ...]
    """Who may not: they asked for the plan, or wrote its configuration; nor may its subjects."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a plan stands between people."""

    waits: tuple[Wait, ...] = ()
    """The longest first; none of a plan that takes no votes."""
    rejected: int = 0
    """Actions that somebody rejected."""


def standing(store: Store, policy: ApprovalPolicy, now: datetime, stored: StoredPlan) -> Standing:
    """Return what waits and what was rejected.

    Cost: the plan's allowance; a look at each plan that it succeeded, while they share actions.
        Of a large plan that nobody spoke about, only its parts are looked at.
    """
    if stored.status not in _VOTED:
        return Standing()
    header = stored.plan.header
    silent = not store.decisions.of_job(header.job, header.configuration)
    if silent and len(stored.plan.actions) > sealing.MANY:
        return Standing(_by_verdict(store, policy, now, stored))
    found = allowance_of(store, policy, now, stored)
    if stored.status is not PlanStatus.WAITING:
        return Standing(rejected=len(found.rejected))
    return Standing(_waits(store, policy, now, stored, found), len(found.rejected))


def _by_verdict(
    store: Store, policy: ApprovalPolicy, now: datetime, stored: StoredPlan
) -> tuple[Wait, ...]:
    """Return what waits by the verdicts alone, all of it since the plan was first shown."""
    first = stored.plan.actions[0]
    since = store.plans.needed_since(stored.plan.digest, [first.id]).get(first.id, now)
    duties = duties_of(store, stored)
    needed = approvals_needed(duties, policy)
    return tuple(
        Wait(
            part.part,
            part.count,
            since,
            _percent(now - since, policy, [first]),
            max(needed, part.approvers) if stored.four_eyes else 1,
            _not_by(stored, duties),
        )
        for part in stored.parts
        if part.verdict is Ruling.NEEDS_DECISION
    )


def _not_by(stored: StoredPlan, duties: Duties) -> tuple[str, ...]:
    return tuple(sorted({duties.initiator, *duties.authors})) if stored.four_eyes else ()


def _waits(
    store: Store, policy: ApprovalPolicy, now: datetime, stored: StoredPlan, found: Allowance
) -> tuple[Wait, ...]:
    since = store.plans.needed_since(stored.plan.digest, found.undecided)
    not_by = _not_by(stored, duties_of(store, stored))
    approvers = {part.part: max(found.needed, part.approvers) for part in stored.parts}
    waiting = (one for one in stored.plan.actions if one.id in found.undecided)
    told = [
        Wait(
            part,
            len(actions),
            oldest := min(since[one.id] for one in actions),
            _percent(now - oldest, policy, actions),
            approvers.get(part, found.needed) if stored.four_eyes else 1,
            not_by,
        )
        for part, actions in by_part(waiting).items()
    ]
    return tuple(sorted(told, key=lambda wait: (wait.since, wait.part)))


def _percent(age: timedelta, policy: ApprovalPolicy, actions: Iterable[PlannedAction]) -> int:
    return age * 100 // timedelta(hours=expiry_hours(policy, actions))
