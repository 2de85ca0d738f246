"""One bound beside what it bounds: a verdict with value, limit and base."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from provisor.domain.bounds import Limit
from provisor.domain.harm import Bucket, Counted, Window
from provisor.domain.plan import Ruling, Verdict

_WORDS: Final = {Window.DAY: ("24 h", "24 hours"), Window.MONTH: ("30 days", "30 days")}


@dataclass(frozen=True, slots=True)
class Gauge:
    """What is bounded, and by how much."""

    name: str
    part: str
    limit: Limit
    planned: int
    bucket: Bucket
    base: int | None
    """What percentages are of; None where nobody knows."""
    about: str = ""
    """The group or the department, as people call it; empty for everybody."""

    def verdicts(self, day: Counted, month: Counted) -> Iterator[Verdict]:
        """Yield one verdict for each number that binds, in 24 hours and in 30 days."""
        yield from self._read(self.limit, self.planned + day.get(self.bucket, 0), Window.DAY)
        if self.limit.month is not None:
            rolling = self.planned + month.get(self.bucket, 0)
            yield from self._read(self.limit.month, rolling, Window.MONTH)

    def _read(self, limit: Limit, rolling: int, window: Window) -> Iterator[Verdict]:
        if limit.count is not None:
            over = rolling > limit.count
            value = f"{rolling} in {_WORDS[window][0]}"
            yield self._verdict("count", value, str(limit.count), over, window)
        base = self.base
        if limit.percent is not None and base and base >= limit.minimum_base:
            over = rolling * 100 > limit.percent * base
            value = f"{rolling} of {base} ({rolling * 100 / base:.1f} %)"
            value += "" if window is Window.DAY else f" in {_WORDS[window][0]}"
            yield self._verdict("percent", value, f"{limit.percent} %", over, window)

    def _verdict(self, by: str, value: str, limit: str, over: object, window: Window) -> Verdict:
        ruling = Ruling.NEEDS_DECISION if over else Ruling.ALLOWED
        prefix = self.name if window is Window.DAY else f"{self.name}_month"
        return Verdict(
            f"{prefix}_{by}",
            self.part,
            value,
            limit,
            ruling,
            f"more than the limit in {_WORDS[window][1]}" if over else "within the limit",
            base=str(self.base) if self.base is not None else "",
            about=self.about,
        )
