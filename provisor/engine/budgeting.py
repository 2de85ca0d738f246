"""What a plan will take of its target and of both feeds, and what its runs took."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.budget import Rate, RateBasis, ReadCost, TargetCost, observed_rate
from provisor.ports.store import Observation, Run, Store, StoredPlan


def foretold(store: Store, stored: StoredPlan, stated: int | None) -> TargetCost:
    """Return what carrying a plan out will take; both sides are read again before it.

    Args:
        store: where former runs and reads stand.
        stored: the plan.
        stated: calls that its target allows in a minute; None where nobody said.

    Cost: the plan's observations, and the newest runs on its target.
    """
    target = stored.plan.header.target
    reads = _reads(store.observations.named(stored.observations))
    return TargetCost(target, stored.forecast, reads, _rate(store, target, stated))


def taken(store: Store, stored: StoredPlan, run: Run, stated: int | None) -> TargetCost:
    """Return what a run took: its calls, the reads that it began with, and the pauses.

    Args:
        store: where reads stand.
        stored: the plan that it carried out.
        run: the run.
        stated: calls that its target allows in a minute; None where nobody said.

    Cost: one look per read of the plan.
    """
    target = stored.plan.header.target
    places = {(o.system, o.object_type): o for o in store.observations.named(stored.observations)}
    began = [store.observations.before(*place, run.started_at) for place in places]
    reads = _reads(one for one in began if one is not None)
    return TargetCost(target, run.spent, reads, _rate(store, target, stated), run.pauses)


def _rate(store: Store, target: str, stated: int | None) -> Rate | None:
    if stated is not None:
        return Rate(stated, RateBasis.STATED)
    return observed_rate(store.acts.paused(target))


def _reads(observations: Iterable[Observation]) -> tuple[ReadCost, ...]:
    """Return what reads took; a delta counts as one call, since it says no pages."""
    return tuple(
        ReadCost(
            one.system,
            one.object_type,
            max(1, one.pages),
            one.rows,
            (one.ended_at - one.started_at).total_seconds(),
        )
        for one in observations
    )
