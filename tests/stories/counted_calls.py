"""A target that counts what is asked of it, and that takes its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from connectors.memory import MemoryConnector
from provisor.domain.record import Record
from provisor.engine.job import Job
from provisor.ports.connector import (
    Candidate,
    Description,
    Health,
    Pace,
    ReadItem,
    ReadRequest,
    Work,
    Written,
)
from provisor.testing.clock import FixedClock


@dataclass
class Counting:
    """A connector in front of another one; every verb is counted."""

    inner: MemoryConnector
    seconds: float = 0.0
    """How long a call takes."""
    answers: bool = True
    """Whether answers carry the object."""
    counted: Counter[str] = field(default_factory=Counter)
    clock: FixedClock = field(default_factory=FixedClock)

    def describe(self) -> Description:
        found = self.inner.describe()
        kept = replace(found.capabilities, answers_with_resource=self.answers)
        return replace(found, capabilities=kept)

    def probe(self) -> Health:
        return self.inner.probe()

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        self.counted["read"] += 1
        return self.inner.read(request)

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        self.counted["find"] += 1
        return self.inner.find(candidate)

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        for written in self.inner.apply(work, pace):
            self.counted["write"] += 1
            if self.seconds:
                self.clock.move(self.seconds)
            shown = written.observed if self.answers else None
            yield replace(written, observed=shown)

    def close(self) -> None:
        self.inner.close()


def counting(
    office, seconds: float = 0.0, *, answers: bool = True
) -> tuple[Job, Counting, Counting]:
    """Return the office's job with both connectors counted: job, source, target."""
    job = office.job("ann")
    source = Counting(job.source, clock=office.clock)
    target = Counting(job.target, seconds, answers, clock=office.clock)
    return replace(job, source=source, target=target), source, target
