"""What is told beside a stored plan: what waits for whom, what was rejected, and its runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.text import Text

from provisor.cli.costs import cost_shape, print_spent
from provisor.cli.rights import (
    PlannedRight,
    planned_right_lines,
    planned_right_shape,
    planned_rights,
)
from provisor.cli.rooms import console
from provisor.domain.event import moment
from provisor.engine.former_groups import FormerGroups, former_groups
from provisor.engine.waiting import Wait, standing
from provisor.ports.store import Run, StoredPlan
from provisor.wiring import Wiring

Shape = dict[str, object]


@dataclass(frozen=True, slots=True)
class Besides:
    """What is known of a stored plan by now."""

    waits: tuple[Wait, ...] = ()
    rejected: int = 0
    """Actions that somebody rejected."""
    runs: tuple[Run, ...] = ()
    """Newest first."""
    former: tuple[FormerGroups, ...] = ()
    """What people who come back had before, and are not given again."""
    rights: tuple[PlannedRight, ...] = ()
    """What it gives and takes, as the catalogue classifies it."""


def besides_of(wiring: Wiring, stored: StoredPlan) -> Besides:
    """Return what is told beside a plan."""
    store, policy, now = wiring.store, wiring.configuration.approvals, wiring.clock.now()
    found = standing(store, policy, now, stored)
    runs = store.acts.runs_of_plan(stored.plan.digest)
    former, rights = former_groups(store, stored), planned_rights(wiring, stored)
    return Besides(found.waits, found.rejected, runs, former, rights)


def besides_shape(besides: Besides) -> Shape:
    """Return the keys that stand beside those of a plan."""
    return {
        "waits": [wait_shape(wait) for wait in besides.waits],
        "rejected": besides.rejected,
        "runs": [spent_shape(run) for run in besides.runs],
        "rights": [planned_right_shape(one) for one in besides.rights],
        "former_groups": [{"key": one.key, "groups": list(one.groups)} for one in besides.former],
    }


def wait_shape(wait: Wait) -> Shape:
    """Return what waits of one part."""
    return {
        "part": wait.part,
        "count": wait.count,
        "since": moment(wait.since),
        "age_percent": wait.age_percent,
        "approvers": wait.approvers,
        "not_by": list(wait.not_by),
    }


def spent_shape(run: Run) -> Shape:
    """Return what a run was foretold to take, and what it took."""
    return {
        "run": run.id,
        "started_at": moment(run.started_at),
        "ended_at": moment(run.ended_at) if run.ended_at is not None else None,
        "exit_code": run.exit_code,
        "outcomes": dict(run.outcomes),
        "forecast": cost_shape(run.forecast),
        "spent": cost_shape(run.spent),
    }


def print_besides(besides: Besides) -> None:
    """Print what waits, what was rejected, and what the newest run took."""
    for line in planned_right_lines(besides.rights):
        console().print(Text(line))
    for line in wait_lines(besides.waits):
        console().print(Text(line, style="yellow"))
    if besides.rejected:
        console().print(Text(f"{besides.rejected} action(s) are rejected", style="red"))
    for one in besides.former:
        words = f"{one.key} was in {', '.join(one.groups)} before leaving; nothing gives that back"
        console().print(Text(words, style="yellow"))
    for run in besides.runs[:1]:
        print_spent(run)


def wait_lines(waiting: Iterable[Wait]) -> list[str]:
    """Say what waits since when, and for whom; one line where several parts wait alike.

    Example:
        >>> from datetime import datetime
        >>> wait_lines([Wait("users.create", 9, datetime(2031, 4, 6, 12), 25, 1, ("ann",))])
        ['waits since 2031-04-06 12:00 UTC (25 % of a vote) for one other than ann: users.create 9']
    """
    alike: dict[str, list[str]] = {}
    for wait in waiting:
        people = "one" if wait.approvers == 1 else f"{wait.approvers} people"
        others = f" other than {' and '.join(wait.not_by)}" if wait.not_by else ""
        when = f"waits since {wait.since:%Y-%m-%d %H:%M} UTC ({wait.age_percent} % of a vote)"
        alike.setdefault(f"{when} for {people}{others}", []).append(f"{wait.part} {wait.count}")
    return [f"{head}: {', '.join(parts)}" for head, parts in alike.items()]
