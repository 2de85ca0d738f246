"""Planning: whole columns beside plain objects, beside reading the same columns and nothing else.

All three read the same Parquet files and only the columns that the rules use. The two executors
must agree on every action before their times mean anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import cast

import polars as pl

from benchmarks.company import Company, company
from benchmarks.job import NOON, job_rules
from benchmarks.meter import Measured, Meter, measured, typical
from benchmarks.table import seconds, show, times
from provisor.domain.canonical import canonical
from provisor.domain.columns.forms import among
from provisor.domain.columns.linking import COLUMNS, LinkColumns
from provisor.domain.link import Link, Membership
from provisor.domain.plan import Proposal
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Assembly, Circumstance, Side
from provisor.engine.collect import Gathered
from provisor.ports.connector import ArrowTable, ReadEnd, Rows
from provisor.ports.links import PagedLinks

SIZES = (10_000, 100_000, 1_000_000)
HERE = "benchmarks.planning"
_ROWS_AT_ONCE = 500_000


class FrameLinks(PagedLinks):
    """Links that lie in a table; what a store would answer."""

    def __init__(
        self, tables: Mapping[ObjectType, pl.DataFrame], granted: Callable[[], pl.DataFrame]
    ) -> None:
        self._tables = tables
        self._granted = granted

    def columns(self, target: str, object_type: ObjectType) -> dict[str, list[object]]:
        """Return the links as columns; what reading a store costs is told apart."""
        table = self._tables[object_type].with_columns(
            pl.lit(None, dtype=pl.String).alias(name)
            for name in COLUMNS
            if name not in self._tables[object_type].columns
        )
        return cast("dict[str, list[object]]", {name: table[name] for name in COLUMNS})

    def pages(
        self, target: str, object_type: ObjectType
    ) -> Iterator[Mapping[str, Sequence[object]]]:
        """Yield the links as columns, some at a time."""
        columns = pl.DataFrame(self.columns(target, object_type))
        for part in columns.iter_slices(_ROWS_AT_ONCE):
            yield cast("Mapping[str, Sequence[object]]", part.to_dict())

    def memberships_in(
        self, target: str, groups: Collection[str]
    ) -> Iterable[Mapping[str, Sequence[str]]]:
        """Yield what was granted in some groups; what reading a store costs is told apart."""
        table = self._granted()
        table = table.filter(among(table["group"], pl.Series(sorted(groups), dtype=pl.String)))
        for part in table.iter_slices(_ROWS_AT_ONCE):
            yield cast("dict[str, Sequence[str]]", {name: part[name] for name in part.columns})

    def of_target(self, target: str, object_type: ObjectType) -> tuple[Link, ...]:
        """Return the links as objects."""
        table = pl.DataFrame(self.columns(target, object_type)).sort("key", "identity")
        return tuple(LinkColumns(object_type, table).links(pl.int_range(table.height, eager=True)))

    def memberships(self, target: str) -> frozenset[Membership]:
        """Return what was granted as objects."""
        return frozenset(Membership(*row) for row in self._granted().iter_rows())


def nothing_granted() -> pl.DataFrame:
    """Return memberships that we gave: none."""
    return pl.DataFrame(schema={"group": pl.String, "member": pl.String})


def read(made: Company) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return source, target and links: the columns that the rules use."""
    rules = job_rules().objects[ObjectType.USERS]
    return (
        pl.read_parquet(made.path("source"), columns=list(rules.source_attributes())),
        pl.read_parquet(made.path("target"), columns=list(rules.target_attributes())),
        pl.read_parquet(made.path("links")),
    )


def gathered(object_type: ObjectType, key: str, page: Rows | ArrowTable) -> Gathered:
    """Return a complete read of one page."""
    end = ReadEnd(complete=True)
    return Gathered("system", object_type, key, (page,), end, None, NOON, NOON)


def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
    """Return identity ids that everybody can foresee."""
    return {key: f"new-{object_type}-{key}" for key in keys}


# --- what is measured --------------------------------------------------------------------------


def floor(meter: Meter, rows: int) -> None:
    """Read the columns and do nothing with them."""
    with meter.part("read"):
        read(company(rows))


def columns(meter: Meter, rows: int) -> None:
    """Plan by whole columns."""
    from provisor.engine.columnwise import ColumnAssembly

    with meter.part("read"):
        source, target, links = read(company(rows))
    doorway = FrameLinks({ObjectType.USERS: links}, nothing_granted)
    meter.told = told(planned(meter, ColumnAssembly(doorway, "app"), source, target))


def objects(meter: Meter, rows: int) -> None:
    """Plan record by record."""
    from provisor.engine.objectwise import ObjectAssembly

    with meter.part("read"):
        source, target, links = read(company(rows))
        doorway = FrameLinks({ObjectType.USERS: links}, nothing_granted)
        pages = source.to_dicts(), target.to_dicts()
        assembly = ObjectAssembly(doorway, "app")
        assembly.links(ObjectType.USERS)
        del source, target, links
    meter.told = told(planned(meter, assembly, *pages))


def planned(
    meter: Meter, assembly: Assembly, source: Rows | ArrowTable, target: Rows | ArrowTable
) -> Proposal:
    """Take both sides in, then propose."""
    job = job_rules()
    rules = job.objects[ObjectType.USERS]
    with meter.part("take in"):
        one = gathered(ObjectType.USERS, rules.key, source)
        assembly.add(Side.SOURCE, one, rules.source_attributes())
        one = gathered(ObjectType.USERS, rules.schema.key, target)
        assembly.add(Side.TARGET, one, rules.target_attributes())
    with meter.part("propose"):
        return assembly.propose(Circumstance(job, NOON), assign)


def told(proposal: Proposal) -> dict[str, str]:
    """Return what two executors must agree on, and how much there is to do."""
    total = 0
    for draft in proposal.drafts:
        parts = canonical([draft.action.body(), draft.key, draft.name, draft.wave, draft.urgent])
        total += int.from_bytes(hashlib.sha256(parts).digest()[:16], "big")
    rest = [
        sorted((t.value, tally.seen, *tally.classes.items()) for t, tally in counted.items())
        for counted in (proposal.records, proposal.accounts)
    ]
    aside = [[one.object_type.value, one.key, one.code] for one in proposal.set_aside]
    found = [[one.object_type.value, one.native_id, one.kind] for one in proposal.findings]
    text = json.dumps([rest, aside, found, dict(proposal.managed)])
    digest = hashlib.sha256(f"{total % 2**128:032x}{text}".encode()).hexdigest()
    return {"checksum": digest[:16], "actions": str(len(proposal.drafts))}


# --- what is shown -----------------------------------------------------------------------------


def run(sizes: Iterable[int], quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    for size in sizes:
        company(size)
        lowest = typical(HERE, "floor", size)
        by_columns = typical(HERE, "columns", size)
        rows.append(line(size, "read floor", lowest, ("read",), lowest))
        rows.append(line(size, "columns", by_columns, _WORK, lowest))
        rows.append(line(size, "  with reading", by_columns, ("read", *_WORK), lowest))
        if quick and size > 100_000:
            continue
        by_objects = measured(HERE, "objects", size)
        rows.append(line(size, "objects", by_objects, _WORK, lowest))
        rows.append(_compared(size, by_columns, by_objects))
    show("Planning, two of a hundred people changed", _HEAD, rows)


_WORK = ("take in", "propose")
_TOLD = ("actions", "pairs", "checksum")
_HEAD = ("identities", "what", "wall s", "CPU s", "peak MiB", "CPU / floor", "result")


def line(
    size: int, what: str, found: Measured, parts: tuple[str, ...], lowest: Measured
) -> tuple[str, ...]:
    """Return one row of a table: what some parts cost, beside the floor, and what came out."""
    return (
        f"{size:,}",
        what,
        seconds(found.wall(*parts)),
        seconds(found.cpu(*parts)),
        str(found.peak),
        times(found.cpu(*parts) / lowest.cpu("read")),
        " ".join(found.told[name] for name in _TOLD if name in found.told),
    )


def _compared(size: int, by_columns: Measured, by_objects: Measured) -> tuple[str, ...]:
    same = by_columns.told == by_objects.told
    ratio = by_objects.cpu(*_WORK) / by_columns.cpu(*_WORK)
    proposing = by_objects.cpu("propose") / by_columns.cpu("propose")
    said = "same answer" if same else "ANSWERS DIFFER"
    return (
        f"{size:,}",
        "objects / columns",
        "",
        times(ratio),
        "",
        "",
        f"{said}; proposing alone {times(proposing)}",
    )
