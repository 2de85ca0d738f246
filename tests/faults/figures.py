"""The last figures, as they stand on the page of faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one kind of trials."""

    name: str
    tried: int
    of: int
    """How many there are; 0 where there is no end to them."""
    kills: int
    """How many of them ended a process by SIGKILL."""
    cycles: int
    """The most cycles that one of them took to rest."""
    seconds: float
    """Of the clock on the wall."""
    broken: tuple[str, ...]
    """What did not hold, one entry for each trial."""

    def __str__(self) -> str:
        head = f"{self.name}: {self.tried:,} of {self.of:,} tried in {self.seconds:,.0f} s"
        return "\n".join((f"{head}, {len(self.broken)} broken", *self.broken))


def write_figures(page: Path, at: datetime, seed: int, parts: Iterable[Part]) -> None:
    """Replace the figures on the page."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    told = "\n".join((BEGIN, "", *lines(at, seed, tuple(parts)), "", END))
    page.write_text(f"{before}{told}{after}", encoding="utf-8")


def lines(at: datetime, seed: int, parts: Sequence[Part]) -> list[str]:
    """Return the figures as lines of Markdown."""
    head = [
        f"Run of {at:%Y-%m-%d %H:%M} UTC, seed {seed}.",
        "",
        "| What | Trials | Of | Kills | Broken invariants | Most cycles to rest | Seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows = [_row(part) for part in parts]
    total = Part(
        "**All**",
        sum(part.tried for part in parts),
        sum(part.of for part in parts),
        sum(part.kills for part in parts),
        max(part.cycles for part in parts),
        sum(part.seconds for part in parts),
        tuple(one for part in parts for one in part.broken),
    )
    return [*head, *rows, _row(total)]


def _row(part: Part) -> str:
    figures = (part.tried, part.of, part.kills, len(part.broken), part.cycles, part.seconds)
    return f"| {part.name} | " + " | ".join(f"{one:,.0f}" for one in figures) + " |"
