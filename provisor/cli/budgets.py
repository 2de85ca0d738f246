"""What a plan takes of its target's limit, foretold and afterwards; as JSON and in words."""

from __future__ import annotations

from rich.text import Text

from provisor.cli.costs import seconds_words
from provisor.cli.rooms import console
from provisor.domain.budget import Rate, TargetCost
from provisor.engine.budgeting import foretold, taken
from provisor.ports.store import Run, StoredPlan
from provisor.wiring import Wiring

Shape = dict[str, object]


def budget_shape(wiring: Wiring, stored: StoredPlan) -> Shape:
    """Return what a plan is foretold to take of its target, and what its newest run took."""
    stated = _stated(wiring, stored)
    runs = wiring.store.acts.runs_of_plan(stored.plan.digest)
    ended = next((run for run in runs if run.ended_at is not None), None)
    return {
        "foretold": _shape(foretold(wiring.store, stored, stated)),
        "taken": _shape(taken(wiring.store, stored, ended, stated)) if ended else None,
    }


def _stated(wiring: Wiring, stored: StoredPlan) -> int | None:
    return wiring.configuration.calls_per_minute(stored.plan.header.target)


def _shape(cost: TargetCost) -> Shape:
    return {
        "target": cost.target,
        "calls": cost.calls,
        "reads": [
            {
                "system": one.system,
                "object": one.object_type.value,
                "calls": one.calls,
                "rows": one.rows,
                "seconds": one.seconds,
            }
            for one in cost.reads
        ],
        "calls_per_minute": cost.rate.per_minute if cost.rate is not None else None,
        "limit_is": cost.rate.basis.value if cost.rate is not None else "unknown",
        "least_seconds": cost.least_seconds,
        "added_seconds": cost.added_seconds,
        "pauses": cost.pauses.count,
        "paused_seconds": cost.pauses.seconds,
    }


def print_foretold(wiring: Wiring, stored: StoredPlan) -> None:
    """Say how a plan's calls stand to what its target allows, before anybody approves it."""
    if stored.plan.actions:
        cost = foretold(wiring.store, stored, _stated(wiring, stored))
        console().print(Text(f"  {_words(cost)}"))


def print_taken(wiring: Wiring, stored: StoredPlan, run: Run) -> None:
    """Say what a run took beside what was foretold."""
    if run.ended_at is None or not run.spent:
        return
    stated = _stated(wiring, stored)
    cost, before = taken(wiring.store, stored, run, stated), foretold(wiring.store, stored, stated)
    pauses = cost.pauses
    said = f"{pauses.count} pauses, {pauses.seconds:,.0f} s" if pauses.count else "no pause"
    text = f"{cost.target}: {cost.calls:,} calls, {before.calls:,} foretold; {said} asked for"
    console().print(Text(text))


def _words(cost: TargetCost) -> str:
    reads = f"{cost.target}: {cost.calls:,} calls, {cost.read_calls:,} of them reads"
    others = sum(one.calls for one in cost.reads if one.system != cost.target)
    return f"{reads}; {others:,} reads elsewhere; {_limit(cost.rate, cost)}"


def _limit(rate: Rate | None, cost: TargetCost) -> str:
    if rate is None:
        return "no limit of calls is known"
    least, added = cost.least_seconds, cost.added_seconds
    more = f", {seconds_words(added)} of it for the limit" if added is not None else ""
    return f"at {rate.per_minute:,.0f} calls a minute ({rate.basis}) {seconds_words(least)}{more}"
