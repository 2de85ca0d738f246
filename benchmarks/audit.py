"""The audit log: durable appending in batches, and verifying every leaf from the bytes alone."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.job import NOON
from benchmarks.meter import Meter, measured
from benchmarks.table import show
from provisor.domain.canonical import Json
from provisor.domain.event import Event, EventKind
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock
from provisor.verifier import verify

HERE = "benchmarks.audit"
EVENTS = 100_000
BATCHES = (1, 100, 1_000)


def append_and_verify(meter: Meter, batch: int, count: int) -> None:
    """Append events in transactions of one size, then verify the store."""
    events = [_event(number) for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "provisor.db"
        store = open_store(f"sqlite:///{path}", clock=FixedClock(NOON))
        with meter.part("append"):
            for start in range(0, count, batch):
                store.log.append(events[start : start + batch])
        store.close()
        with meter.part("verify"):
            found = verify(path)
        assert found.sound, found.problems[:3]


def _event(number: int) -> Event:
    facts: dict[str, Json] = {
        "action": f"{number:064x}",
        "state": "done",
        "native_id": f"n{number}",
        "attempt": 1,
    }
    return Event(EventKind.OUTCOME, NOON, "scheduler", facts)


_HEAD = ("batch", "events", "append/s wall", "append/s CPU", "verify/s wall", "verify/s CPU")


def run(_sizes: Sequence[int], quick: object) -> None:
    """Measure and print, batch by batch."""
    rows = []
    for batch in BATCHES:
        count = EVENTS // 20 if batch == 1 or quick else EVENTS
        found = measured(HERE, "append_and_verify", batch, count)
        rows.append(
            (
                f"{batch:,}",
                f"{count:,}",
                *(
                    f"{count / value:,.0f}"
                    for part in ("append", "verify")
                    for value in (found.wall(part), found.cpu(part))
                ),
            )
        )
    show("Audit log (SQLite, synchronous=FULL)", _HEAD, rows)
