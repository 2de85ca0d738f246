"""Why an allowed act is not sent: something that it depends on was not done, or is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from provisor.domain.link import Link
from provisor.domain.plan import PlannedAction
from provisor.engine.job import Job
from provisor.engine.referring import moves_before_deletes, needed_for, unmoved
from provisor.ports.store import StoredPlan


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What is in the way of an act."""

    action: str
    """The action id for which it waits; empty where no act of this plan is meant."""
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of a plan so far."""

    moved: Collection[str]
    """Action ids of `moves` that are done."""
    broken: Mapping[str, str]
    """Subject or bundle to the action id that failed."""
    moves: Mapping[str, tuple[str, ...]]
    """Identity whose account is deleted to the acts after which nobody refers to it."""


def obstacle_to(
    planned: PlannedAction, progress: Progress, links: Mapping[str, Link]
) -> Obstacle | None:
    """Return what is in the way of an act, or None when it can be sent.

    Args:
        planned: the act.
        progress: what became of the others.
        links: of everybody whom the act names, where they have one.
    """
    action, broken = planned.action, progress.broken
    blocker = next((broken[n] for n in (action.subject, planned.draft.bundle) if n in broken), "")
    if blocker:
        return Obstacle(blocker, "blocked", "an act that this one depends on was not done")
    missing = sorted(needed_for(action) - links.keys())
    if missing:
        made = next((broken[one] for one in missing if one in broken), "")
        message = "an account that this reference needs is not in the target yet"
        return Obstacle(made, "reference_missing", message)
    left = unmoved(action, progress.moves, progress.moved)
    if left:
        return Obstacle(left, "blocked", "another account still refers to this one")
    return None


def moves_of(
    job: Job, stored: StoredPlan, superseded: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return, by identity whose account is deleted, the acts after which nobody refers to it.

    Args:
        job: for what earlier runs of the plan did.
        stored: the plan.
        superseded: the ids of acts that are no longer called for.
    """
    done = job.store.acts.settled(stored.plan.digest, stored.created_at)
    return moves_before_deletes(stored.plan.actions, done.union(superseded))
