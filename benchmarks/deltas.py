"""A cycle over what changed: 1,000 people of many, planned, sealed and kept, with the audit log.

SQLite always; PostgreSQL where `PROVISOR_BENCH_POSTGRESQL` names an empty database of a server, or
says `own`: then one is started with the programs that the tests use, and writes are forced to disk.
A database that is named serves the first size alone.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, event

from benchmarks.job import NOON
from benchmarks.meter import as_installed
from benchmarks.table import show, times
from benchmarks.town import CHANGED, Still, copy_to_server, job, kept_store, person
from provisor.engine.run import plan_job
from provisor.ports.store import Store
from provisor.stores.database import open_store

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Took:
    """What rounds took, in seconds, and what they asked of the store."""

    wall: float
    cpu: float
    statements: int
    commits: int


def one_round(store: Store, rows: int, round_: int) -> tuple[float, float]:
    """Plan what changed in one round; return how many seconds it took, by the wall and of CPU."""
    begun, worked = time.perf_counter(), time.process_time()
    stored = plan_job(job(rows, round_, store)).stored
    took = time.perf_counter() - begun, time.process_time() - worked
    assert len(stored.plan.actions) == min(CHANGED, rows), len(stored.plan.actions)
    assert stored.look is not None
    assert not stored.look.full, stored.look.reason
    return took


def warm(url: str, rows: int) -> Took:
    """Return the middle of some rounds in one process, and what another one asked."""
    store = open_store(url, clock=Still(NOON))
    took = [one_round(store, rows, number) for number in range(1, ROUNDS + 1)]
    middle = ROUNDS // 2
    with _counted() as seen:
        one_round(store, rows, ROUNDS + 1)
    store.close()
    wall, cpu = (sorted(values)[middle] for values in zip(*took, strict=True))
    return Took(wall, cpu, seen["statements"], seen["commits"])


def cold(url: str, rows: int, round_: int) -> tuple[float, float]:
    """Return how long one round takes from the start of a process, by the wall and of CPU."""
    begun, worked = time.perf_counter(), _children()
    command = [sys.executable, "-m", "benchmarks.deltas", url, str(rows), str(round_)]
    subprocess.run(command, check=True, env=as_installed())
    return time.perf_counter() - begun, _children() - worked


def _children() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


@contextmanager
def _counted() -> Iterator[Counter[str]]:
    """Count statements and transactions that wrote."""
    seen: Counter[str] = Counter()

    def asked(*_: object) -> None:
        seen["statements"] += 1

    def kept(_: object) -> None:
        seen["commits"] += 1

    event.listen(Engine, "before_cursor_execute", asked)
    event.listen(Engine, "commit", kept)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", asked)
        event.remove(Engine, "commit", kept)


def floor(folder: Path) -> float:
    """Commit as many bytes, in one transaction, as a plan of so many actions has."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE act (position INTEGER PRIMARY KEY, body BLOB)")
    bodies = [(number, os.urandom(900)) for number in range(CHANGED)]
    begun = time.perf_counter()
    list(map(dict, (person(number, 1, 1) for number in range(CHANGED))))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO act VALUES (?, ?)", bodies)
    connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    return took


_HEAD = (
    "identities",
    "store",
    "warm ms",
    "warm CPU ms",
    "from process start ms",
    "its CPU ms",
    "statements",
    "commits",
    "warm / floor",
)


def measure(kind: str, url: str, rows: int, folder: Path) -> tuple[str, ...]:
    """Return the figures of one store as they are shown."""
    took = warm(url, rows)
    starts = [cold(url, rows, ROUNDS + 2 + number) for number in range(3)]
    wall, cpu = (sorted(values)[1] for values in zip(*starts, strict=True))
    lowest = floor(folder)
    (folder / "floor.db").unlink()
    times_ms = (f"{value * 1000:.0f}" for value in (took.wall, took.cpu, wall, cpu))
    counts = (str(took.statements), str(took.commits))
    return (f"{rows:,}", kind, *times_ms, *counts, times(took.wall / lowest))


def run(sizes: Sequence[int], _quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    with ExitStack() as servers:
        databases = _databases(sizes, servers)
        for size in sizes:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                file = folder / "provisor.db"
                shutil.copyfile(kept_store(size), file)
                rows.append(measure("SQLite", f"sqlite:///{file}", size, folder))
                if size in databases:
                    copy_to_server(kept_store(size), databases[size])
                    rows.append(measure("PostgreSQL", databases[size], size, folder))
    show(f"A cycle over {CHANGED:,} people who changed, planned, sealed and kept", _HEAD, rows)


def _databases(sizes: Sequence[int], servers: ExitStack) -> dict[int, str]:
    """Return an empty database of a server for each size, where there is a server."""
    named = os.environ.get("PROVISOR_BENCH_POSTGRESQL", "")
    if named != "own":
        return dict.fromkeys(sizes[:1], named) if named else {}
    from tests.postgresql import DURABLE, running

    started = servers.enter_context(running(DURABLE))
    return {size: servers.enter_context(started.database()) for size in sizes}


def _once() -> None:
    url, rows, round_ = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    store = open_store(url, clock=Still(NOON))
    one_round(store, rows, round_)
    store.close()


if __name__ == "__main__":
    _once()
