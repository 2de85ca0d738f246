"""What a plan takes of each system's patience: calls, reads among them, against a limit of calls.

A limit is stated by whoever runs the system, or seen: a run that was asked to pause went as fast as
the system let it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provisor.domain.costing import Cost, calls_in, seconds_in
from provisor.domain.schema import ObjectType

_MINUTE = 60.0


class RateBasis(StrEnum):
    """How a limit of calls is known."""

    STATED = "stated"
    """By the setting `calls_per_minute`."""
    OBSERVED = "observed"
    """By runs that the system asked to pause."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many calls a system takes in a minute."""

    per_minute: float
    basis: RateBasis

    def seconds(self, calls: int) -> float:
        """Return the least time for so many calls.

        Example:
            >>> Rate(120, RateBasis.STATED).seconds(300)
            150.0
        """
        return calls * _MINUTE / self.per_minute


@dataclass(frozen=True, slots=True)
class Pauses:
    """How often a system asked for a pause, and for how long in all."""

    count: int = 0
    seconds: float = 0.0


NO_PAUSES: Final = Pauses()


@dataclass(frozen=True, slots=True)
class ReadCost:
    """What one read takes."""

    system: str
    object_type: ObjectType
    calls: int
    """Pages, as the connector asks for them; 1 for changes alone."""
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class TargetCost:
    """What a plan takes of its target, and what it reads on both sides."""

    target: str
    writes: Cost
    reads: tuple[ReadCost, ...] = ()
    rate: Rate | None = None
    """None where nobody stated a limit and none was met."""
    pauses: Pauses = NO_PAUSES
    """What the target asked for; of a forecast nothing."""

    @property
    def calls(self) -> int:
        """All calls to the target: those that write, look again, and read."""
        return calls_in(self.writes) + self.read_calls

    @property
    def read_calls(self) -> int:
        """The calls that read the target."""
        return sum(one.calls for one in self.reads if one.system == self.target)

    @property
    def least_seconds(self) -> float | None:
        """How long its calls take at the limit; None without one."""
        return self.rate.seconds(self.calls) if self.rate is not None else None

    @property
    def added_seconds(self) -> float | None:
        """How much longer the plan takes because of the limit; None where that is unknown."""
        least, own = self.least_seconds, seconds_in(self.writes)
        if least is None or own is None:
            return None
        read = sum(one.seconds for one in self.reads if one.system == self.target)
        return max(0.0, least - own - read)


def observed_rate(runs: Iterable[tuple[Cost, Pauses]]) -> Rate | None:
    """Return the limit that former runs met: the slowest that was asked to pause.

    Args:
        runs: what each took; those that were never asked to pause, or called nothing, say nothing.
    """
    met: list[float] = []
    for cost, pauses in runs:
        calls, seconds = calls_in(cost), seconds_in(cost)
        if pauses.count and calls and seconds:
            met.append(calls * _MINUTE / seconds)
    return Rate(min(met), RateBasis.OBSERVED) if met else None
