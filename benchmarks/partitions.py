"""Millions of people in hash partitions: the memory of one part, and of what is left of the others.

One million in one piece, one million and five in parts of half a million. The files are read page
by page, as the connector for Parquet reads them, and go to their parts on the disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from benchmarks.company import company
from benchmarks.job import NOON, job_rules
from benchmarks.meter import Measured, Meter, measured
from benchmarks.planning import assign, line, told
from benchmarks.reconcile import HERE as WHOLE
from benchmarks.reconcile import links_of
from benchmarks.table import show
from provisor.domain.columns.pairs import NO_MEMBERSHIPS
from provisor.domain.columns.parted import parted_of
from provisor.domain.columns.proposing import plan_columns
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.domain.world import World
from provisor.engine.spilling import Spill

HERE = "benchmarks.partitions"
PART = 500_000
"""People in one part."""
PAGE = 262_144
USERS = ObjectType.USERS


def parts(meter: Meter, rows: int) -> None:
    """Plan in parts."""
    made, job = company(rows), job_rules()
    rules = job.objects[USERS]
    key, native = rules.key, rules.schema.key
    with tempfile.TemporaryDirectory() as folder:
        spill = Spill(Path(folder), USERS, -(-rows // PART))
        with meter.part("read"):
            spill.put_links(links_of(made))
            spill.linked()
            for page in _pages(made.path("source"), rules.source_attributes()):
                spill.put(Side.SOURCE, page, key)
            for page in _pages(made.path("target"), rules.target_attributes()):
                spill.put(Side.TARGET, page, native)
            spill.ended()
        world = World(job, NOON, {})
        columns = ColumnWorld(world, {}, NO_MEMBERSHIPS, NO_MEMBERSHIPS, lambda _groups: ())
        with meter.part("propose"):
            rest, parted = parted_of(columns, USERS, spill.parts((key, native), {}))
            columns = replace(columns, populations={USERS: rest})
            proposal = plan_columns(columns, assign, {USERS: parted}).proposal
    meter.told = {**told(proposal), "left": f"{rest.source.height:,} left over"}


def _pages(path: Path, names: Sequence[str]) -> Iterator[pl.DataFrame]:
    frame = pl.scan_parquet(path).select(names)
    total = int(frame.select(pl.len()).collect().item())
    for start in range(0, total, PAGE):
        yield frame.slice(start, PAGE).collect()


def million(rows: int, found: Measured, names: tuple[str, ...]) -> str:
    """Return CPU seconds for each million people."""
    return f"{found.cpu(*names) / rows * 1e6:.2f}"


_HEAD = ("people", "what", "wall s", "CPU s", "peak MiB", "CPU / floor", "result")
_WORK = ("read", "propose")


def run(_sizes: Sequence[int], quick: object) -> None:
    """Measure and print; the sizes are always the same."""
    table = []
    lowest = measured(WHOLE, "floor", 1_000_000)
    whole = measured(WHOLE, "full", 1_000_000)
    table.append(line(1_000_000, "in one piece", whole, ("read", "take in", "propose"), lowest))
    for rows in (1_000_000, 2_000_000 if quick else 5_000_000):
        found = measured(HERE, "parts", rows)
        name = f"in {-(-rows // PART)} parts, {million(rows, found, _WORK)} CPU s per million"
        table.append(line(rows, name, found, _WORK, lowest))
    show("Planning in hash partitions", _HEAD, table)
