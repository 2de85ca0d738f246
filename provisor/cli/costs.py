"""What plans take: foretold, and what it came to; as JSON and in words."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console
from provisor.domain.costing import Basis, Cost, CostLine, calls_in, seconds_in
from provisor.ports.store import Run

Shape = dict[str, object]


def cost_shape(cost: Cost) -> Shape:
    """Return the shape of a cost; seconds that nobody knows are null."""
    return {
        "calls": calls_in(cost),
        "seconds": seconds_in(cost),
        "operations": [_line_shape(line) for line in cost],
    }


def _line_shape(line: CostLine) -> Shape:
    return {
        "object": line.object_type.value,
        "operation": line.operation.value,
        "actions": line.actions,
        "calls": line.calls,
        "looks": line.looks,
        "seconds": line.seconds,
        "basis": line.basis.value,
    }


def print_forecast(cost: Cost) -> None:
    """Say what carrying a plan out will take."""
    if not cost:
        return
    basis = {line.basis for line in cost}
    unsure = " (by other operations of this target)" if Basis.TARGET in basis else ""
    text = f"foretold: {_calls(calls_in(cost))}, {seconds_words(seconds_in(cost))}{unsure}"
    console().print(Text(text))


def print_spent(run: Run) -> None:
    """Say what a run took beside what it was foretold to take."""
    if not run.spent:
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("took", "actions", "calls", "foretold", "seconds", "foretold"):
        table.add_column(heading, justify="left" if heading == "took" else "right")
    foretold = {line.kind: line for line in run.forecast}
    for line in run.spent:
        then = foretold.get(line.kind)
        table.add_row(
            f"{line.object_type}.{line.operation}",
            str(line.actions),
            str(line.calls + line.looks),
            str(then.calls + then.looks) if then else "0",
            _seconds(line.seconds),
            _seconds(then.seconds) if then else "unknown",
        )
    console().print(table)


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"


def seconds_words(seconds: float | None) -> str:
    """Say how long something takes.

    Example:
        >>> seconds_words(75.0), seconds_words(0.2)
        ('about 75 s', 'below 1 s')
    """
    if seconds is None:
        return "for how long is unknown: nothing was measured on this target yet"
    if seconds < 1:
        return "below 1 s"
    return f"about {seconds / 60:,.0f} min" if seconds >= 600 else f"about {seconds:,.0f} s"


def _seconds(seconds: float | None) -> str:
    return "unknown" if seconds is None else f"{seconds:,.1f}"
