"""The pages of one read, put together as columns and counted on the way.

Pages come as rows or as Arrow tables. Tables that agree on their types are taken as they are;
everything else goes through rows, which can say anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import polars as pl

from provisor.domain.columns.forms import blanks, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import has_repeats
from provisor.domain.columns.operand import as_int
from provisor.domain.columns.pairs import PAIR, PairReader, Pairs
from provisor.domain.record import ABSENT, Missing, Value, Values, as_text, is_blank

_SEED: Final = 0xD16E57
_ROWS_AT_ONCE: Final = 500_000


class Stream(Protocol):
    """A table of any library that speaks the Arrow PyCapsule stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with an Arrow C stream."""


Page = Sequence[Values] | Stream


@dataclass(frozen=True, slots=True)
class Census:
    """What was counted while a read became columns, over all of its rows."""

    rows: int
    nulls: Mapping[str, int]
    """Blank cells per attribute."""
    digest: str


def listing_of(pages: Iterable[Page], key: str, needed: Collection[str]) -> tuple[Listing, Census]:
    """Put the pages of one read together.

    Args:
        pages: batches of rows, Arrow tables, or both.
        key: the attribute that is the key.
        needed: attributes whose blank cells are counted.

    Raises:
        TypeError: an Arrow table holds a type that no value of a record has.

    Cost: columns that come as Arrow are taken as they are; rows are walked once per attribute.
    """
    whole = _whole(list(pages))
    # Rows are taken by their numbers later, which is many times slower from several chunks.
    whole = replace(whole, frame=whole.frame.rechunk())
    census = Census(
        whole.height,
        {name: blank_cells(whole.frame, name) for name in needed},
        _digest(whole.frame),
    )
    return keyed(whole, key), census


def pairs_of(pages: Iterable[Page], groups: pl.Series, members: pl.Series) -> tuple[Pairs, Census]:
    """Put the pages of a membership read together, some of them at a time.

    Args:
        pages: batches of rows, Arrow tables, or both.
        groups: the keys of groups that were read on this side.
        members: the same of people.

    Returns:
        Every row that names both ends; the census counts all rows.
    """
    reader, digest, rows = PairReader(groups, members), Digest(PAIR), 0
    for some in _batches(pages):
        whole = _whole(some)
        rows += whole.height
        named = pl.DataFrame({name: texts(whole.column(name)).fill_null("") for name in PAIR})
        for part in named.iter_slices(_ROWS_AT_ONCE):
            digest.add(part)
            complete = (part["group"] != "") & (part["member"] != "")
            reader.add(part if complete.all() else part.filter(complete))
    return reader.pairs(), Census(rows, {}, digest.text())


def _batches(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """Yield pages in batches that are worth the cost of becoming columns."""
    batch: list[Page] = []
    rows = 0
    for page in pages:
        batch.append(page)
        rows += len(page) if isinstance(page, Sequence) else _ROWS_AT_ONCE
        if rows >= _ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    yield batch


def _whole(pages: list[Page]) -> Listing:
    """Return all rows; the keys are still empty."""
    tables = [None if isinstance(page, Sequence) else table_of(page) for page in pages]
    known = [table for table in tables if table is not None]
    if len(known) == len(pages) and not _disagree(known):
        return _from_tables(known)
    rows: list[Values] = []
    for page, table in zip(pages, tables, strict=True):
        if isinstance(page, Sequence):
            rows.extend(page)
        elif table is not None:
            listing = _from_tables([table])
            rows.extend(listing.values(pl.int_range(table.height, eager=True)))
    return from_rows(rows)


# --- from rows ---------------------------------------------------------------------------------


def from_rows(rows: list[Values]) -> Listing:
    """Return rows as columns; the keys are still empty."""
    columns: dict[str, pl.Series] = {}
    absent: dict[str, pl.Series] = {}
    strange: set[str] = set()
    tangled: set[str] = set()
    for name in _names(rows):
        cells: list[Value | Missing] = [row.get(name, ABSENT) for row in rows]
        kinds = set(map(type, cells))
        if Missing in kinds:
            absent[name] = pl.Series([cell is ABSENT for cell in cells], dtype=pl.Boolean)
            cells = [None if cell is ABSENT else cell for cell in cells]
        kinds -= {Missing, type(None)}
        columns[name], exact = _series(cells, kinds)
        strange |= set() if exact else {name}
        tangled |= {name} if tuple in kinds and len(kinds) > 1 else set()
    keys = pl.repeat("", len(rows), dtype=pl.String, eager=True)
    return Listing(
        keys, pl.DataFrame(columns), absent, frozenset(strange), frozenset(tangled), rows
    )


def _names(rows: Iterable[Values]) -> Iterable[str]:
    names: dict[str, None] = {}
    for row in rows:
        if not row.keys() <= names.keys():
            names |= dict.fromkeys(row)
    return names


def _series(cells: Sequence[Value | Missing], kinds: set[type]) -> tuple[pl.Series, object]:
    """Return a column, and whether it holds the very values."""
    if kinds <= {str}:
        return pl.Series(cells, dtype=pl.String), True
    if kinds == {bool}:
        return pl.Series(cells, dtype=pl.Boolean), True
    if kinds == {int} and all(cell is None or _fits(cell) for cell in cells):
        return pl.Series(cells, dtype=pl.Int64), True
    if tuple in kinds:
        lists = [_listed(cell) for cell in cells]
        return pl.Series(lists, dtype=pl.List(pl.String)), False
    written = [None if cell is None else as_text(cell) for cell in cells]
    return pl.Series(written, dtype=pl.String), False


def _fits(cell: object) -> object:
    return isinstance(cell, int) and -(2**63) <= cell < 2**63


def _listed(cell: Value | Missing) -> list[str] | None:
    if isinstance(cell, tuple):
        return [as_text(item) for item in cell]
    return None if is_blank(cell) else [as_text(cell)]


# --- from tables -------------------------------------------------------------------------------


def table_of(page: Stream) -> pl.DataFrame:
    """Return an Arrow table with every column in a type that records have.

    Raises:
        TypeError: there is none for one of them.
    """
    return pl.DataFrame([_normalised(column) for column in pl.DataFrame(page)])


def _normalised(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if kind in {pl.String, pl.Int64, pl.Boolean, pl.Null}:
        return column
    if kind == pl.List:
        return column.cast(pl.List(pl.String)).list.drop_nulls()
    if kind.is_integer():
        whole = column.cast(pl.Int64, strict=False)
        return whole if whole.null_count() == column.null_count() else column.cast(pl.String)
    if kind.base_type() in {pl.Categorical, pl.Enum}:
        return column.cast(pl.String)
    message = f"column `{column.name}` holds {kind}, which is no value of a record"
    raise TypeError(message)


def _disagree(tables: Iterable[pl.DataFrame]) -> object:
    """Say whether a column is of two types in two pages; one without any value fits to all."""
    types: dict[str, pl.DataType] = {}
    for table in tables:
        for name, kind in table.schema.items():
            if kind != pl.Null and types.setdefault(name, kind) != kind:
                return True
    return False


def _from_tables(tables: list[pl.DataFrame]) -> Listing:
    frame = pl.concat(tables, how="diagonal_relaxed") if tables else pl.DataFrame()
    empty = [name for name, kind in frame.schema.items() if kind == pl.Null]
    frame = frame.with_columns(pl.col(empty).cast(pl.String)) if empty else frame
    absent = {
        name: pl.concat([_lacking(table, name) for table in tables])
        for name in frame.columns
        if not all(name in table.columns for table in tables)
    }
    return Listing(pl.repeat("", frame.height, dtype=pl.String, eager=True), frame, absent)


def _lacking(table: pl.DataFrame, name: str) -> pl.Series:
    return pl.repeat(name not in table.columns, table.height, dtype=pl.Boolean, eager=True)


# --- counting ----------------------------------------------------------------------------------


def blank_cells(frame: pl.DataFrame, name: str) -> int:
    """Count the rows that say nothing in a column."""
    if name not in frame.columns or frame[name].dtype == pl.Null:
        return frame.height
    return int(blanks(frame[name]).sum())


def _digest(frame: pl.DataFrame) -> str:
    digest = Digest(sorted(frame.columns))
    digest.add(frame)
    return digest.text()


class Digest:
    """A digest that equal reads share, whatever their order, within one version of polars.

    A sign that two reads are the same, cheap enough for every cycle; no proof against forgery.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._rows = self._sum = self._difference = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Count some more rows."""
        self._rows += frame.height
        if self._names and frame.height:
            hashes = frame.select(self._names).hash_rows(_SEED)
            self._sum = (self._sum + as_int(hashes.sum())) % 2**64
            self._difference ^= as_int(hashes.bitwise_xor())

    def text(self) -> str:
        """Return the digest."""
        parts = [pl.__version__, *self._names, str(self._rows)]
        if self._names:
            parts += [str(self._sum), str(self._difference)]
        return "columns:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


# --- keys --------------------------------------------------------------------------------------


def keyed(whole: Listing, key: str) -> Listing:
    """Keep the rows that have a key of their own, and count the others."""
    keys = texts(whole.column(key)).fill_null("")
    unkeyed = int((keys == "").sum())
    repeated: dict[str, int] = {}
    keep = keys != ""
    if has_repeats(keys):
        twice = keys.is_duplicated() & keep
        counts = keys.filter(twice).value_counts()
        repeated = dict(counts.iter_rows())
        keep = keep & ~twice
    if keep.all():
        return replace(whole, keys=keys)
    numbers = keep.arg_true()
    kept = whole.some(numbers, whole.frame.columns)
    return replace(kept, keys=keys.gather(numbers), repeated=repeated, unkeyed=unkeyed)


def plain_rows(page: Stream) -> list[Values]:
    """Return an Arrow table as rows.

    Raises:
        TypeError: it holds a type that no value of a record has.

    Cost: one object per row.
    """
    whole = _from_tables([table_of(page)])
    return list(whole.values(pl.int_range(whole.height, dtype=pl.UInt32, eager=True)))
