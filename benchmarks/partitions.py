"""Millions of people in hash partitions: the memory of one part, and of what is left of the others.

One million in one piece, one million and five in parts of half a million. The files are read page
by page, as the connector for Parquet reads them, and go to their parts on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import polars as pl

from benchmarks.company import Company, company
from benchmarks.job import NOON, job_rules
from benchmarks.meter import Measured, Meter, measured
from benchmarks.planning import FrameLinks, assign, line, nothing_granted, told
from benchmarks.reconcile import HERE as WHOLE
from benchmarks.reconcile import as_left
from benchmarks.table import show
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.assembly import Circumstance
from provisor.engine.knowing.recalling import nothing_known
from provisor.engine.parted.partwise import PartAssembly

HERE = "benchmarks.partitions"
PART = 500_000
"""People in one part."""
PAGE = 262_144
USERS = ObjectType.USERS


class _LinkFile(FrameLinks):
    """Links that lie in a file, and are handed out as a store hands them out."""

    def __init__(self, made: Company) -> None:
        super().__init__({}, nothing_granted)
        self._path = made.path("links")

    def pages(
        self, target: str, object_type: ObjectType
    ) -> Iterator[Mapping[str, Sequence[object]]]:
        """Yield the links as columns, page by page."""
        for page in _pages(self._path, pl.scan_parquet(self._path).collect_schema().names()):
            frame = as_left(page).with_columns(pl.lit(None, pl.String).alias("back_since"))
            yield cast("Mapping[str, Sequence[object]]", frame.to_dict())


def parts(meter: Meter, rows: int) -> None:
    """Plan in parts, as a cycle does."""
    made, job = company(rows), job_rules()
    rules = job.objects[USERS]
    with meter.part("read"):
        assembly = PartAssembly(_LinkFile(made), job, -(-rows // PART), nothing_known)
        spill = assembly.spill(USERS)
        for page in _pages(made.path("source"), rules.source_attributes()):
            spill.put(Side.SOURCE, page, rules.key)
        for page in _pages(made.path("target"), rules.target_attributes()):
            spill.put(Side.TARGET, page, rules.schema.key)
    with meter.part("propose"):
        proposal = assembly.propose(Circumstance(job, NOON), assign)
    meter.told = told(proposal)


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
