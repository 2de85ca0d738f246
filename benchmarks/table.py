"""Figures in columns, for people."""

from __future__ import annotations

from collections.abc import Sequence


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; the first column to the left, numbers to the right."""
    lines = [head, *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    print(f"\n{title}")
    for line in lines:
        first, *others = (
            cell.ljust(w) if not n else cell.rjust(w)
            for n, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        print("  " + "  ".join([first, *others]), flush=True)


def seconds(value: float) -> str:
    """Return seconds with as many digits as mean something."""
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def times(value: float) -> str:
    """Return a ratio."""
    return f"{value:.1f} x"
