"""What waits for whom, and since when: for people who are asked, and for those who remind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.plan import PlannedAction
from provisor.domain.selection import by_part
from provisor.engine.allowance import allowance_of, duties_of
from provisor.engine.decide import expiry_hours
from provisor.ports.store import PlanStatus, Store, StoredPlan


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


def waits(
    store: Store, policy: ApprovalPolicy, now: datetime, stored: StoredPlan
) -> tuple[Wait, ...]:
    """Return what waits, the longest first; nothing of a plan that takes no votes.

    Cost: the plan's allowance; a look at each plan that it succeeded, while they share actions.
    """
    if stored.status is not PlanStatus.WAITING:
        return ()
    found = allowance_of(store, policy, now, stored)
    since = store.plans.needed_since(stored.plan.digest, found.undecided)
    duties = duties_of(store, stored)
    author = {duties.author} if duties.revision_is_new else set()
    not_by = tuple(sorted({duties.initiator} | author)) if stored.four_eyes else ()
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
