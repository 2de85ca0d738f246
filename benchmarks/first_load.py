"""The first plan of an empty target, by the real rooms: read, planned, sealed, kept, and shown."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from io import TextIOBase
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import polars as pl

from benchmarks.company import company
from benchmarks.job import NOON, USERS, job_rules
from benchmarks.meter import Meter, Stretches, measured
from benchmarks.table import seconds, show, times
from connectors.files import FilesConnector
from connectors.memory import MemoryConnector, World
from provisor.cli.printing import MOST_ROWS, print_plan
from provisor.config.loading import load_text
from provisor.domain.schema import ObjectType
from provisor.engine.job import Actor, Executor, Job
from provisor.engine.run import plan_job
from provisor.ports.store import Store
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock

if TYPE_CHECKING:
    from provisor.wiring import Wiring

HERE = "benchmarks.first_load"


def floor(meter: Meter, rows: int) -> None:
    """Read the columns that the rules use and do nothing with them."""
    wanted = list(job_rules().objects[ObjectType.USERS].source_attributes())
    with meter.part("read"):
        pl.read_parquet(company(rows).path("source"), columns=wanted)


def first_load(meter: Meter, rows: int) -> None:
    """Make the first plan against a target without any account, and show it."""
    stretches = Stretches(meter)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "provisor.db"
        store = open_store(f"sqlite:///{place}", clock=FixedClock(NOON))
        stored = plan_job(_job(rows, store, stretches.reached)).stored
        assert len(stored.plan.actions) > rows // 2
        stretches.reached("kept")
        actions = len(stored.plan.actions)
        del stored
        with meter.part("show"):
            assert 0 < _printed(store, as_lines=False) < MOST_ROWS * 20
        with meter.part("lines"):
            assert _printed(store, as_lines=True) == actions
        store.close()
        meter.told = {"actions": str(actions), "MiB": str(place.stat().st_size >> 20)}


_WRITTEN = """
version: 1
systems:
  hr: {connector: files, objects: {users: {path: hr.csv, key: id}}}
  app: {connector: memory}
jobs:
  hr-to-app: {source: hr, target: app, users: {match: [id], attributes: {id: "[id]"}}}
"""
"""What `show` asks a configuration for: the catalogue, limits of calls, votes."""


class _Sink(TextIOBase):
    """Counts the lines that are printed, and keeps none."""

    lines = 0

    def write(self, text: str) -> int:
        self.lines += text.count("\n")
        return len(text)


def _printed(store: Store, *, as_lines: bool) -> int:
    """Print the newest plan as `provisor show` does, or `provisor show --jsonl`; count lines."""
    wiring = SimpleNamespace(
        store=store,
        configuration=load_text(_WRITTEN, Path("provisor.yaml"), {}),
        clock=FixedClock(NOON),
    )
    sink = _Sink()
    with redirect_stdout(sink):
        stored = store.plans.find("latest")
        print_plan(cast("Wiring", wiring), stored, as_json=False, as_lines=as_lines)
    return sink.lines


def _job(rows: int, store: Store, reached: Callable[[str], None]) -> Job:
    path = str(company(rows).path("source"))
    people = {"path": path, "key": "employee_id"}
    source = FilesConnector("hr", {"objects": {"users": people}})
    target = MemoryConnector("app", World({ObjectType.USERS: replace(USERS, open=True)}))
    return Job(
        job_rules(),
        "{}",
        source,
        target,
        store,
        FixedClock(NOON),
        Actor("ann", asserted=True),
        executor=Executor.COLUMNS,
        reached=reached,
    )


_HEAD = (
    "identities",
    "creates",
    "read floor CPU s",
    "read CPU s",
    "plan CPU s",
    "seal and keep CPU s",
    "show CPU s",
    "JSON lines CPU s",
    "all wall s",
    "all / floor",
    "seal and keep us",
    "lines us",
    "us per create",
    "peak MiB",
    "store MiB",
)
_READ = ("revision.kept", "source.read", "target.read", "reads.kept")
_PLAN = ("proposal.made",)
_KEEP = ("plan.kept", "knowledge.kept", "kept")
_GROUPS = (_READ, _PLAN, _KEEP, ("show",), ("lines",))


def run(sizes: Sequence[int], _quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    for size in sizes:
        lowest = measured(HERE, "floor", size)
        found = measured(HERE, "first_load", size)
        actions = int(found.told["actions"])
        parts = tuple(part for part in found.parts if part != "lines")
        rows.append(
            (
                f"{size:,}",
                f"{actions:,}",
                seconds(lowest.cpu("read")),
                *(
                    seconds(found.cpu(*group))
                    for group in (_READ, _PLAN, _KEEP, ("show",), ("lines",))
                ),
                seconds(found.wall(*parts)),
                times(found.cpu(*parts) / lowest.cpu("read")),
                f"{found.cpu(*_KEEP) * 1e6 / max(actions, 1):.0f}",
                f"{found.cpu('lines') * 1e6 / max(actions, 1):.0f}",
                f"{found.cpu(*parts) * 1e6 / max(actions, 1):.0f}",
                str(found.peak),
                found.told["MiB"],
            )
        )
    show("First load of an empty target (SQLite), planned, sealed, kept and shown", _HEAD, rows)
