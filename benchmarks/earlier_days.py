"""What it costs a look to keep the rows of the day, for questions about earlier days.

The same feed is looked at without history, with it, once more as it was, and with two of a hundred
rows changed and all of them in another order; every row of the target is missing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from benchmarks.company import company
from benchmarks.job import NOON, USERS, job_rules
from benchmarks.meter import Measured, Meter, typical
from benchmarks.table import seconds, show, times
from connectors.files import FilesConnector
from connectors.memory import MemoryConnector, World
from provisor.domain.schema import ObjectType
from provisor.engine.job import Actor, Executor, HistoryPolicy, Job
from provisor.engine.survey import look
from provisor.ports.store import Store
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock

HERE = "benchmarks.earlier_days"
_DAYS = 400
_MIB = 1 << 20
_LOOKS = ("without", "first", "same", "changed")


def looks(meter: Meter, rows: int) -> None:
    """Take the four looks, one after the other; one before them warms everything up."""
    path = company(rows).path("source")
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder) / "changed.parquet"
        _changed(path, changed)
        clock = FixedClock(NOON)
        store = open_store(f"sqlite:///{Path(folder) / 'days.db'}", clock=clock)
        look(_job(store, clock, path, 0))
        days = (0, _DAYS, _DAYS, _DAYS)
        for name, file, kept in zip(_LOOKS, (path, path, path, changed), days, strict=True):
            job = _job(store, clock, file, kept)
            with meter.part(name):
                look(job)
            clock.move(3600)
            size = sum(one.stat().st_size for one in Path(folder).glob("days.db*"))
            meter.told[name] = f"store {size / _MIB:.0f} MiB"
        store.close()


def _changed(path: Path, place: Path) -> None:
    told = pl.when(pl.int_range(pl.len()) % 50 == 3).then(pl.lit("X")).otherwise(pl.col("surname"))
    frame = pl.read_parquet(path).with_columns(told.alias("surname"))
    frame.sample(fraction=1.0, shuffle=True, seed=1).write_parquet(place)


def _job(store: Store, clock: FixedClock, path: Path, days: int) -> Job:
    source = {"objects": {"users": {"path": str(path), "key": "employee_id"}}}
    target = World({ObjectType.USERS: replace(USERS, open=True)})
    return Job(
        job_rules(),
        "{}",
        FilesConnector("hr", source),
        MemoryConnector("app", target),
        store,
        clock,
        Actor("ann", asserted=True),
        executor=Executor.COLUMNS,
        history=HistoryPolicy(days),
    )


_WORDS = {
    "without": "look without history",
    "first": "first look with history",
    "same": "the same rows again",
    "changed": "2 % changed, other order",
}
_HEAD = ("rows", "what", "wall s", "CPU s", "against no history", "")


def run(sizes: Sequence[int], _quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    for size in sizes:
        found = typical(HERE, "looks", size)
        rows += [_line(size, name, found) for name in _LOOKS]
    show("Keeping the rows of earlier days", _HEAD, rows)


def _line(size: int, name: str, found: Measured) -> tuple[str, ...]:
    ratio = times(found.cpu(name) / found.cpu("without"))
    cost = (seconds(found.wall(name)), seconds(found.cpu(name)))
    return (f"{size:,}", _WORDS[name], *cost, ratio, found.told[name])
