"""The last figures, as they stand on the page of faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

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


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the page says of the run that is gone on with."""

    seed: int
    parts: dict[str, Part]

    def tried(self, name: str) -> int:
        """Return how many cases of one kind were tried, in the order of the seed."""
        return self.parts[name].tried if name in self.parts else 0

    def and_then(self, part: Part) -> Part:
        """Return what came of one kind in both runs."""
        known = self.parts.get(part.name)
        if known is None:
            return part
        return Part(
            part.name,
            known.tried + part.tried,
            part.of,
            known.kills + part.kills,
            max(known.cycles, part.cycles),
            known.seconds + part.seconds,
            (*known.broken, *part.broken),
        )


NOTHING: Final = Earlier(0, {})
_SEED = re.compile(r"seed (\d+)\.")
_ROW = re.compile(r"^\| ([^|*]+) \|" + r" ([\d,]+) \|" * 6 + "$", re.MULTILINE)


def read_figures(page: Path) -> Earlier:
    """Return what the page says; what was broken then is told by its number.

    Raises:
        ValueError: the page says nothing of a run.
    """
    told = page.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    seed = _SEED.search(told)
    if seed is None:
        raise ValueError("the page tells of no run")
    found = {}
    for name, *figures in _ROW.findall(told):
        tried, of, kills, broken, cycles, seconds = (int(one.replace(",", "")) for one in figures)
        words = tuple(f"broken in an earlier run: {name}" for _ in range(broken))
        found[name] = Part(name, tried, of, kills, cycles, float(seconds), words)
    return Earlier(int(seed[1]), found)


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
        f"Last run {at:%Y-%m-%d %H:%M} UTC, seed {seed}.",
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
