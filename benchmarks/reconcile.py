"""Full reconciliation: everything is read again, and one or two of a hundred people changed.

The first plan sees the company in its steady state and keeps its fingerprints in a store. Then HR
and administrators change what `benchmarks.company` lets them change, and the next plan is made
twice, by two processes: with the fingerprints, and without. Both must say the same.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from benchmarks.company import Company, company, steady
from benchmarks.job import NOON, job_rules
from benchmarks.meter import Meter, typical
from benchmarks.planning import FrameLinks, line, nothing_granted, planned, told
from benchmarks.table import show
from provisor.domain.schema import ObjectType
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.knowing.recalling import keep_prints, recalling
from provisor.ports.store import Store
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock

HERE = "benchmarks.reconcile"
_RULES = job_rules().objects[ObjectType.USERS]


def _store(made: Company, folder: str = "") -> Store:
    place = Path(folder) if folder else made.folder
    return open_store(f"sqlite:///{place / 'prints.db'}", clock=FixedClock(NOON))


def links_of(made: Company) -> pl.DataFrame:
    """Return links as a plan leaves them: who left is remembered."""
    return as_left(pl.read_parquet(made.path("links")))


def as_left(links: pl.DataFrame) -> pl.DataFrame:
    """Return links with who left remembered."""
    return links.with_columns(
        left_since="since",
        left_as=pl.when(pl.col("since").is_not_null()).then(pl.lit("leaver")),
    )


def _read(made: Company, source: str, target: str) -> tuple[pl.DataFrame, ...]:
    return (
        pl.read_parquet(made.path(source), columns=list(_RULES.source_attributes())),
        pl.read_parquet(made.path(target), columns=list(_RULES.target_attributes())),
        links_of(made),
    )


def floor(meter: Meter, rows: int) -> None:
    """Read the columns and do nothing with them."""
    with meter.part("read"):
        _read(company(rows), "source", "target")


def first(meter: Meter, rows: int) -> None:
    """Plan the steady state and keep its fingerprints."""
    made = company(rows)
    steady(made)
    made.path("prints").with_suffix(".db").unlink(missing_ok=True)
    store = _store(made)
    with meter.part("read"):
        source, target, links = _read(made, "source_before", "target_before")
    assembly = ColumnAssembly(
        FrameLinks({ObjectType.USERS: links}, nothing_granted), "app", recalling(store)
    )
    meter.told = told(planned(meter, assembly, source, target))
    with meter.part("keep"):
        assert assembly.planned is not None
        keep_prints(store, job_rules(), assembly.planned.peace)
    store.close()


def quiet(meter: Meter, rows: int) -> None:
    """Reconcile with the fingerprints of the first plan."""
    _reconcile(meter, company(rows), "")


def full(meter: Meter, rows: int) -> None:
    """Reconcile without knowing anything."""
    with tempfile.TemporaryDirectory() as folder:
        _reconcile(meter, company(rows), folder)


def _reconcile(meter: Meter, made: Company, folder: str) -> None:
    store = _store(made, folder)
    with meter.part("read"):
        source, target, links = _read(made, "source", "target")
    assembly = ColumnAssembly(
        FrameLinks({ObjectType.USERS: links}, nothing_granted), "app", recalling(store)
    )
    proposal = planned(meter, assembly, source, target)
    assert assembly.planned is not None
    left = assembly.planned.peace[ObjectType.USERS].left
    meter.told = {**told(proposal), "left": f"{left:,} left in peace"}
    store.close()


_WORK = ("take in", "propose")
_HEAD = ("identities", "what", "wall s", "CPU s", "peak MiB", "CPU / floor", "result")


def run(sizes: Sequence[int], _quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    for size in sizes:
        company(size)
        lowest = typical(HERE, "floor", size)
        before = typical(HERE, "first", size)
        by_prints, by_all = typical(HERE, "quiet", size), typical(HERE, "full", size)
        rows.append(line(size, "read floor", lowest, ("read",), lowest))
        rows.append(line(size, "first plan, kept", before, (*_WORK, "keep"), lowest))
        rows.append(line(size, "without fingerprints", by_all, _WORK, lowest))
        rows.append(line(size, "by fingerprints", by_prints, _WORK, lowest))
        rows.append(line(size, "  with reading", by_prints, ("read", *_WORK), lowest))
        same = by_prints.told["checksum"] == by_all.told["checksum"]
        said = "same answer" if same else "ANSWERS DIFFER"
        rows.append((f"{size:,}", "", "", "", "", "", f"{said}; {by_prints.told['left']}"))
    show("Full reconciliation, two of a hundred people changed", _HEAD, rows)
