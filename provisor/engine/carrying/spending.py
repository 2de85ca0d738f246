"""What a run takes: calls, counted where permits are given, and seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from provisor.domain.budget import Pauses
from provisor.domain.costing import Basis, Cost, CostLine, Kind
from provisor.domain.plan import PlannedAction
from provisor.ports.clock import Clock


class Spending:
    """Calls and seconds of one run, by kind of act."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[Kind, CostLine] = {}
        self._now: Kind | None = None
        self.pauses = Pauses()
        """What the target asked for so far."""

    @property
    def cost(self) -> Cost:
        """What was counted so far."""
        return tuple(self._lines.values())

    @contextmanager
    def on(self, batch: Sequence[PlannedAction]) -> Iterator[None]:
        """Count what happens meanwhile for acts that are all of one kind."""
        self._now = _kind(batch[0])
        self._add(self._now, actions=len(batch))
        started = self._clock.monotonic()
        try:
            yield
        finally:
            self._add(self._now, seconds=self._clock.monotonic() - started)
            self._now = None

    def call(self, calls: int) -> None:
        """Count calls that were permitted."""
        if self._now is not None:
            self._add(self._now, calls=calls)

    def pause(self, seconds: float) -> None:
        """Count a pause that the target asked for, as far as it is longer than one before."""
        self.pauses = Pauses(self.pauses.count + 1, self.pauses.seconds + seconds)

    @contextmanager
    def look(self, planned: PlannedAction) -> Iterator[None]:
        """Count one look at an act that was done."""
        started = self._clock.monotonic()
        try:
            yield
        finally:
            seconds = self._clock.monotonic() - started
            self._add(_kind(planned), looks=1, seconds=seconds)

    def _add(
        self, kind: Kind, *, actions: int = 0, calls: int = 0, looks: int = 0, seconds: float = 0.0
    ) -> None:
        line = self._lines.get(kind) or CostLine(*kind, 0, 0, 0, 0.0, Basis.MEASURED)
        self._lines[kind] = replace(
            line,
            actions=line.actions + actions,
            calls=line.calls + calls,
            looks=line.looks + looks,
            seconds=(line.seconds or 0.0) + seconds,
        )


def _kind(planned: PlannedAction) -> Kind:
    return planned.action.object_type, planned.action.operation
