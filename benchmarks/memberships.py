"""Planning with groups: ten thousand of them for a million people, five million memberships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from benchmarks.clubs import TABLES, clubs
from benchmarks.company import Company
from benchmarks.job import NOON, job_rules_with_groups
from benchmarks.meter import Meter, measured, typical
from benchmarks.planning import FrameLinks, assign, gathered, line, read, told
from benchmarks.table import show, times
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Assembly, Circumstance, Side
from provisor.engine.taking_in import Read, taken_in
from provisor.ports.connector import ArrowTable, Rows

HERE = "benchmarks.memberships"
LARGEST_FOR_OBJECTS = 100_000
"""Millions of memberships as plain objects would fill the memory of a small machine."""

Tables = Mapping[str, pl.DataFrame]
Pages = dict[str, Rows | ArrowTable]


def read_all(made: Company) -> Tables:
    """Return every table: people, groups and memberships."""
    source, target, links = read(made)
    others = {name: pl.read_parquet(made.path(name)) for name in TABLES if name != "granted"}
    return {"source": source, "target": target, "links": links, **others}


def doorway(made: Company, tables: Tables) -> FrameLinks:
    """Return the links that stand in tables; what was granted is fetched when it is asked for."""
    links = {ObjectType.USERS: tables["links"], ObjectType.GROUPS: tables["groups_links"]}
    return FrameLinks(links, lambda: pl.read_parquet(made.path("granted")))


def floor(meter: Meter, rows: int) -> None:
    """Read the columns and do nothing with them."""
    made = clubs(rows)
    with meter.part("read"):
        read_all(made)
        pl.read_parquet(made.path("granted"))


def columns(meter: Meter, rows: int) -> None:
    """Plan by whole columns."""
    from provisor.engine.columnwise import ColumnAssembly

    made = clubs(rows)
    with meter.part("read"):
        tables = read_all(made)
    links = doorway(made, tables)
    pages: Pages = {name: table for name, table in tables.items() if name in SIDES}
    del tables
    planned_pages(meter, ColumnAssembly(links, "app"), pages)


def objects(meter: Meter, rows: int) -> None:
    """Plan record by record."""
    from provisor.engine.objectwise import ObjectAssembly

    made = clubs(rows)
    with meter.part("read"):
        tables = read_all(made)
        links = doorway(made, tables)
        assembly = ObjectAssembly(links, "app")
        for object_type in (ObjectType.USERS, ObjectType.GROUPS):
            assembly.links(object_type)
        pages: Pages = {name: table.to_dicts() for name, table in tables.items() if name in SIDES}
        circumstance = Circumstance(job_rules_with_groups(), NOON, granted=links.memberships("app"))
    planned_pages(meter, assembly, pages, circumstance)


SIDES = {
    "source": (Side.SOURCE, ObjectType.USERS, "employee_id"),
    "target": (Side.TARGET, ObjectType.USERS, "id"),
    "groups_source": (Side.SOURCE, ObjectType.GROUPS, "group_id"),
    "groups_target": (Side.TARGET, ObjectType.GROUPS, "id"),
    "wanted": (Side.SOURCE, ObjectType.MEMBERSHIPS, ""),
    "present": (Side.TARGET, ObjectType.MEMBERSHIPS, ""),
}


def planned_pages(
    meter: Meter,
    assembly: Assembly,
    pages: Pages,
    circumstance: Circumstance | None = None,
) -> None:
    """Take everything in, then propose.

    Args:
        meter: notes what both cost, and what came out.
        assembly: the executor.
        pages: by the names of `SIDES`; taken out one by one.
        circumstance: left out where the executor asks for what was granted.
    """
    job = job_rules_with_groups()
    with meter.part("take in"):
        reads: list[Read] = []
        for name in list(pages):
            side, object_type, key = SIDES[name]
            needed = job.objects[object_type].source_attributes() if key else ()
            # As after a read of a connector, nobody holds the pages any longer.
            reads.append((side, gathered(object_type, key, pages.pop(name)), needed))
        taken_in(assembly, reads)
    with meter.part("propose"):
        proposal = assembly.propose(circumstance or Circumstance(job, NOON), assign)
    members = [
        draft.action for draft in proposal.drafts if draft.action.adds or draft.action.removes
    ]
    adds = sum(len(action.adds) for action in members)
    removes = sum(len(action.removes) for action in members)
    meter.told = {**told(proposal), "pairs": f"+{adds:,} -{removes:,} in {len(members):,} groups"}


_WORK = ("take in", "propose")
_HEAD = ("people", "what", "wall s", "CPU s", "peak MiB", "CPU / floor", "result")


def run(sizes: Sequence[int], quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    for size in sizes:
        lowest = typical(HERE, "floor", size)  # also makes the tables, outside what is timed
        by_columns = typical(HERE, "columns", size)
        rows.append(line(size, "read floor", lowest, ("read",), lowest))
        rows.append(line(size, "columns", by_columns, _WORK, lowest))
        rows.append(line(size, "  with reading", by_columns, ("read", *_WORK), lowest))
        if size > LARGEST_FOR_OBJECTS or (quick and size > 10_000):
            continue
        by_objects = measured(HERE, "objects", size)
        said = "same answer" if by_objects.told == by_columns.told else "ANSWERS DIFFER"
        ratio = times(by_objects.cpu(*_WORK) / by_columns.cpu(*_WORK))
        rows.append(line(size, "objects", by_objects, _WORK, lowest))
        rows.append((f"{size:,}", "objects / columns", "", ratio, "", "", said))
    show("Planning with groups and memberships", _HEAD, rows)
