"""Full reconciliation with groups: two of a hundred people and of their memberships changed.

As `benchmarks.reconcile`, over people, ten thousand groups and five million memberships.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from benchmarks.clubs import steady_clubs
from benchmarks.company import Company, steady
from benchmarks.job import NOON, job_rules_with_groups
from benchmarks.memberships import SIDES, Pages, planned_pages
from benchmarks.meter import Meter, typical
from benchmarks.planning import FrameLinks, line
from benchmarks.reconcile import links_of
from benchmarks.table import show
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.knowing.recalling import keep_prints, recalling
from provisor.ports.store import Store
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock

HERE = "benchmarks.reconcile_groups"

_BEFORE = {
    "source": "source_before",
    "target": "target_before",
    "wanted": "wanted_before",
    "present": "present_before",
}
_AFTER = {"wanted": "wanted_after", "present": "present_after"}


def _store(made: Company, folder: str = "") -> Store:
    place = Path(folder) if folder else made.folder
    return open_store(f"sqlite:///{place / 'group_prints.db'}", clock=FixedClock(NOON))


def _read(made: Company, files: Mapping[str, str]) -> Pages:
    """Return the pages of both sides, in the columns that the rules use."""
    rules = job_rules_with_groups()
    found: Pages = {}
    for name, (side, object_type, _) in SIDES.items():
        path = made.path(files.get(name, name))
        own = rules.objects.get(object_type)
        wanted: Sequence[str] = ()
        if own is not None:
            wanted = own.source_attributes() if side is Side.SOURCE else own.target_attributes()
        found[name] = pl.read_parquet(path, columns=list(wanted) if wanted else None)
    return found


def _links(made: Company) -> FrameLinks:
    tables = {
        ObjectType.USERS: links_of(made),
        ObjectType.GROUPS: pl.read_parquet(made.path("groups_links")),
    }
    return FrameLinks(tables, lambda: pl.read_parquet(made.path("granted_before")))


def floor(meter: Meter, rows: int) -> None:
    """Read the columns and do nothing with them."""
    made = steady_clubs(rows)
    with meter.part("read"):
        _read(made, _AFTER)
        _links(made)


def first(meter: Meter, rows: int) -> None:
    """Plan the steady state and keep its fingerprints."""
    made = steady_clubs(rows)
    steady(made)
    (made.folder / "group_prints.db").unlink(missing_ok=True)
    store = _store(made)
    with meter.part("read"):
        pages, links = _read(made, _BEFORE), _links(made)
    assembly = ColumnAssembly(links, "app", recalling(store))
    planned_pages(meter, assembly, pages)
    with meter.part("keep"):
        assert assembly.planned is not None
        keep_prints(store, job_rules_with_groups(), assembly.planned.peace)
    store.close()


def quiet(meter: Meter, rows: int) -> None:
    """Reconcile with the fingerprints of the first plan."""
    _reconcile(meter, steady_clubs(rows), "")


def full(meter: Meter, rows: int) -> None:
    """Reconcile without knowing anything."""
    with tempfile.TemporaryDirectory() as folder:
        _reconcile(meter, steady_clubs(rows), folder)


def _reconcile(meter: Meter, made: Company, folder: str) -> None:
    store = _store(made, folder)
    with meter.part("read"):
        pages, links = _read(made, _AFTER), _links(made)
    assembly = ColumnAssembly(links, "app", recalling(store))
    planned_pages(meter, assembly, pages)
    assert assembly.planned is not None
    left = assembly.planned.peace[ObjectType.USERS].left
    meter.told["left"] = f"{left:,} left in peace"
    store.close()


_WORK = ("take in", "propose")
_HEAD = ("people", "what", "wall s", "CPU s", "peak MiB", "CPU / floor", "result")


def run(sizes: Sequence[int], _quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    for size in sizes:
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
    show("Full reconciliation with groups, two of a hundred changed", _HEAD, rows)
