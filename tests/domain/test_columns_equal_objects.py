"""The columnar executor gives what the object executor gives, world after world."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.link import Link, Membership
from provisor.domain.plan import Proposal
from provisor.domain.record import Value, as_text
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Condition, leaves_of
from provisor.engine.assembly import Assembly, Circumstance, Side
from provisor.engine.collect import Gathered
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.objectwise import ObjectAssembly
from provisor.ports.connector import ArrowTable, ReadEnd, Rows
from provisor.ports.links import WholeLinks
from tests.domain.chance import ChanceWorld, Row, chance_world, identity
from tests.domain.worlds import NOON

NEEDED = ("employee_id", "mail", "title", "tags", "level", "nothing")


class ChanceLinks(WholeLinks):
    """The doorway to links, as the store would open it for reading."""

    def __init__(self, world: ChanceWorld) -> None:
        self._world = world

    def of_target(self, target: str, object_type: ObjectType) -> tuple[Link, ...]:
        links = self._world.links.get(object_type, [])
        return tuple(sorted(links, key=lambda one: (one.key, one.identity)))

    def columns(self, target: str, object_type: ObjectType) -> dict[str, list[object]]:
        links = sorted(self._world.links.get(object_type, []), key=lambda one: one.identity)
        return {
            "identity": [one.identity for one in links],
            "key": [one.key for one in links],
            "native_id": [one.native_id for one in links],
            "anchor": [one.anchor for one in links],
            "state": [one.state.value for one in links],
            "since": [_time(one) for one in links],
            "accepted": [_accepted(one) for one in links],
            "left_since": [one.leave and _text(one.leave.since) for one in links],
            "left_as": [one.leave and one.leave.why.value for one in links],
            "back_since": [one.leave and _text(one.leave.back) for one in links],
        }

    def memberships(self, target: str) -> frozenset[Membership]:
        return frozenset(self._world.granted)

    def memberships_in(
        self, target: str, groups: Collection[str]
    ) -> Iterator[dict[str, list[str]]]:
        for one in self._world.granted:
            if one.group in groups:
                yield {"group": [one.group], "member": [one.member]}


def _accepted(link: Link) -> str | None:
    if not link.accepted:
        return None
    pairs = dict(link.accepted)
    return json.dumps(pairs, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _time(link: Link) -> str | None:
    return _text(link.since)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="microseconds")


Pages = Callable[[Sequence[Row]], Sequence[Rows | ArrowTable]]


def as_rows(rows: Sequence[Row]) -> Sequence[Rows]:
    """Two pages of rows."""
    middle = len(rows) // 2
    return [rows[:middle], rows[middle:]]


def as_tables(rows: Sequence[Row]) -> Sequence[pl.DataFrame]:
    """Two Arrow tables, the second without the columns that it has no use for."""
    return [tabled(page) for page in as_rows(rows)]


def as_both(rows: Sequence[Row]) -> Sequence[Rows | ArrowTable]:
    """A page of rows and a table."""
    first, second = as_rows(rows)
    return [first, tabled(second)]


def tabled(rows: Rows) -> pl.DataFrame:
    """A table of rows; where a column cannot hold them all, of their text forms."""
    names = sorted({name for row in rows for name in row})
    return pl.DataFrame({name: _column([row.get(name) for row in rows]) for name in names})


def _column(cells: list[Value]) -> pl.Series:
    kinds = {type(cell) for cell in cells} - {type(None)}
    if kinds == {tuple}:
        lists = [None if cell is None else list(map(as_text, _items(cell))) for cell in cells]
        return pl.Series(lists, dtype=pl.List(pl.String))
    if kinds == {int} and all(cell is None or abs(int(str(cell))) < 2**63 for cell in cells):
        return pl.Series(cells, dtype=pl.Int64)
    if kinds == {bool}:
        return pl.Series(cells, dtype=pl.Boolean)
    return pl.Series([None if c is None else as_text(c) for c in cells], dtype=pl.String)


def _items(cell: Value) -> tuple[Value, ...]:
    return cell if isinstance(cell, tuple) else (cell,)


def untabled(table: pl.DataFrame) -> list[Row]:
    """The rows that a table says, as a connector without tables would give them."""
    return [
        {name: tuple(cell) if isinstance(cell, list) else cell for name, cell in row.items()}
        for row in table.iter_rows(named=True)
    ]


def gathered(object_type: ObjectType, key: str, pages: Iterable[Rows | ArrowTable]) -> Gathered:
    end = ReadEnd(complete=True)
    return Gathered("system", object_type, key, tuple(pages), end, None, NOON, NOON)


def fill(assembly: Assembly, world: ChanceWorld, pages: Pages) -> list[object]:
    """Give an assembly everything that was read; return what it counted, without digests."""
    measures = []
    for (side, object_type), rows in world.rows.items():
        rules = world.rules.objects[object_type]
        key = rules.key if side == "source" else rules.schema.key
        one = gathered(object_type, key, pages(rows))
        measures.append(assembly.add(Side(side), one, NEEDED))
    for side, rows in world.members.items():
        one = gathered(ObjectType.MEMBERSHIPS, "", pages(rows))
        measures.append(assembly.add(Side(side), one, ()))
    return [replace(measure, digest="") for measure in measures]


def plainly(pages: Pages) -> Pages:
    """The same pages, all of them as rows."""

    def turned(rows: Sequence[Row]) -> Sequence[Rows]:
        return [
            untabled(page) if isinstance(page, pl.DataFrame) else _rows(page)
            for page in pages(rows)
        ]

    return turned


def _rows(page: Rows | ArrowTable) -> Rows:
    assert isinstance(page, Sequence)
    return page


def answers(assembly: Assembly, world: ChanceWorld) -> list[object]:
    """What an assembly says about its reads, question by question."""
    found: list[object] = []
    natives = ["a0", "A1", "a2", "z9"]
    for object_type in world.rules.objects:
        for side in Side:
            found.append(repr(assembly.missing_links(side, object_type)))
            found.append(assembly.lacks(side, object_type, ["E0", "e1", "a1", "7", "z"]))
            found.append(dict(assembly.records(side, object_type, ["E0", "e1", "a1"])))
        found.append(dict(assembly.accounts(object_type, natives)))
        held = assembly.holders(object_type, "mail", ["N1@x.org", "n2@X.ORG", "", "åsa"])
        found.append(dict(held))
        for attribute in ("title", "tags", "level", "nowhere"):
            by = assembly.linked_by(object_type, attribute, "title")
            found.append({value: count for value, count in by.items() if count})
        conditions = of_accounts(world.rules.objects[object_type].conditions)
        found += [assembly.linked_as(object_type, one, Moment(NOON)) for one in conditions]
    found.append([assembly.members_of(native) for native in natives])
    rows = world.members.get("target", ())
    groups = sorted({str(row["group"]) for row in rows if row.get("group")})
    found.append([assembly.members_of(native) for native in groups])
    found.append(dict(assembly.members_by_group([*groups, "nobody's"])))
    return found


def of_accounts(conditions: Iterable[Condition]) -> Iterable[Condition]:
    """Those that look at the object alone."""
    for one in conditions:
        if all(isinstance(leaf, Clause) and not leaf.steps for leaf in leaves_of(one)):
            yield one


def proposed(assembly: Assembly, world: ChanceWorld) -> tuple[Proposal, list[object]]:
    """The proposal, and which keys asked for an identity."""
    asked: list[object] = []

    def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
        asked.append((object_type, sorted(keys)))
        return {key: identity(object_type, key) for key in keys}

    circumstance = Circumstance(
        world.rules, NOON, world.overrides, world.absences, world.granted, world.absence_counts,
        kept_names=world.kept, granting=world.granting, seeds=str.encode,
    )  # fmt: skip
    return assembly.propose(circumstance, assign), asked


def shown(proposal: Proposal) -> dict[str, object]:
    """A proposal part by part; as text, so that 1 and True are two things."""
    return {
        "drafts": [repr(draft) for draft in proposal.drafts],
        "records": proposal.records,
        "accounts": proposal.accounts,
        "set_aside": [repr(one) for one in proposal.set_aside],
        "findings": [repr(one) for one in proposal.findings],
        "managed": proposal.managed,
        "questions": proposal.questions,
        "references": proposal.references,
        "pending": proposal.pending,
        "released": proposal.released,
        "remembered": [repr(one) for one in proposal.remembered],
    }


def check(world: ChanceWorld, pages: Pages = as_rows) -> None:
    links = ChanceLinks(world)
    objects, columns = ObjectAssembly(links, "app"), ColumnAssembly(links, "app")
    assert fill(objects, world, plainly(pages)) == fill(columns, world, pages)
    assert answers(objects, world) == answers(columns, world)
    by_objects, asked_by_objects = proposed(objects, world)
    by_columns, asked_by_columns = proposed(columns, world)

    assert asked_by_objects == asked_by_columns
    assert shown(by_objects) == shown(by_columns)


@settings(max_examples=120)
@given(
    st.integers(0, 12),
    st.integers(0, 4),
    st.integers(0, 2**40),
    st.sampled_from([as_rows, as_tables, as_both]),
)
def test_columns_and_objects_propose_the_same(
    people: int, groups: int, seed: int, pages: Pages
) -> None:
    check(chance_world(seed, people, groups), pages)
