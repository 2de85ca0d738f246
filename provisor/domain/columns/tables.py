"""Doing a thing once per distinct value, and spreading the answers over the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

import polars as pl

from provisor.domain.columns.operand import as_int
from provisor.domain.record import Value

SPARSE: Final = 4
"""Fewer than one distinct value in so many rows is worth a table."""
_SMALL: Final = 65_536
_SAMPLE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Coding:
    """The distinct values of one or several columns, and which of them each row has."""

    rows: pl.Series
    """Per row the place of its values."""
    values: tuple[Sequence[Value], ...]
    """Per column the values, place by place."""

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self.values[0])


def coding_of(series: pl.Series) -> Coding | None:
    """Find the distinct values of a column, null among them; None where most are distinct."""
    if series.dtype == pl.List:
        return _coding_of_lists(series)
    if series.dtype == pl.Boolean:
        return Coding(series.cast(pl.UInt32).fill_null(2), ([False, True, None],))
    if as_int(series.approx_n_unique()) * SPARSE > len(series):
        return None
    # A dictionary of its own for each column: a shared one would grow for ever.
    coded = series.cast(pl.String).cast(pl.Categorical(pl.Categories.random()))
    distinct = coded.drop_nulls().unique()
    found = distinct.cast(pl.String).cast(series.dtype).gather(distinct.to_physical().arg_sort())
    rows = coded.to_physical().cast(pl.UInt32).fill_null(len(found))
    return Coding(rows, ([*found.to_list(), None],))


def _coding_of_lists(series: pl.Series) -> Coding:
    places: dict[Value, int] = {}
    rows = [places.setdefault(as_value(item), len(places)) for item in series.to_list()]
    return Coding(pl.Series(rows, dtype=pl.UInt32), (list(places),))


def as_value(item: object) -> Value:
    """Return what polars hands out as one of our values; lists become tuples without nulls.

    Example:
        >>> as_value(["a", None]), as_value(7)
        (('a',), 7)
    """
    if isinstance(item, list):
        return tuple(part for part in item if part is not None)
    if item is None or isinstance(item, str | int):
        return item
    message = f"a column holds {type(item).__name__}, which is no value of a record"
    raise TypeError(message)


def combined(codings: Sequence[Coding | None], limit: int) -> Coding | None:
    """Find the combinations of values that occur; None when there are more than `limit`.

    Cost: counting stops early where a sample of the rows shows mostly different combinations.
    """
    known = [coding for coding in codings if coding is not None]
    if len(known) < len(codings) or any(coding.count > limit for coding in known):
        return None
    if len(known) == 1:
        return known[0]
    possible = prod(coding.count for coding in known)
    if possible > max(_SMALL, SPARSE * len(known[0].rows)):
        return None
    keys = _keys(known)
    if possible > limit and _is_dense(keys, limit):
        return None
    found = keys.unique()
    if len(found) > limit:
        return None
    places = pl.int_range(len(found), dtype=pl.UInt32, eager=True)
    table = pl.repeat(0, possible, dtype=pl.UInt32, eager=True).scatter(found, places)
    return Coding(table.gather(keys), tuple(_parts(found, known)))


def _keys(codings: Sequence[Coding]) -> pl.Series:
    """Give every combination a number of its own."""
    keys = codings[0].rows.cast(pl.UInt64)
    for coding in codings[1:]:
        keys = keys * coding.count + coding.rows
    return keys


def _is_dense(keys: pl.Series, limit: int) -> bool:
    """Say whether a sample alone shows that there are too many combinations."""
    sample = keys.gather_every(max(len(keys) // _SAMPLE, 1))
    seen = sample.n_unique()
    return seen > limit or (len(sample) >= _SAMPLE and seen * SPARSE > len(sample) * 3)


def _parts(keys: pl.Series, codings: Sequence[Coding]) -> list[Sequence[Value]]:
    """Take the numbers of combinations apart again, into the values of each column."""
    parts: list[Sequence[Value]] = []
    for coding in reversed(codings):
        values = coding.values[0]
        parts.append([values[place] for place in (keys % coding.count).to_list()])
        keys = keys // coding.count
    return parts[::-1]
