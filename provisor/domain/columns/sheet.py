"""The rows that expressions are computed for: attributes as columns, with their distinct values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from provisor.domain.columns.operand import Column, Kind, computed, size_of
from provisor.domain.columns.tables import Coding, as_value, coding_of
from provisor.domain.expressions.bounds import SMALL_BYTES
from provisor.domain.record import Value

CELL_BYTES: Final = SMALL_BYTES
"""Rows with a longer text are computed one by one, so that kernels stay far from every limit."""

_KINDS: Final = {pl.String: Kind.TEXT, pl.Int64: Kind.WHOLE, pl.Boolean: Kind.TRUTH}


class Sheet:
    """A frame and its absent cells; lives for one computation."""

    def __init__(self, frame: pl.DataFrame, absent: Mapping[str, pl.Series]) -> None:
        self.rows = frame.height
        self._frame = frame
        self._absent = absent
        self._series: dict[str, pl.Series] = {}
        self._columns: dict[str, Column] = {}
        self._codings: dict[str, Coding | None] = {}
        self._large: dict[str, pl.Series] = {}

    def has(self, name: str) -> bool:
        """Say whether any row has the attribute."""
        return name in self._frame.columns

    def absent(self, name: str) -> pl.Series | None:
        """Return where an attribute is absent, or None when every row has it."""
        if not self.has(name):
            return pl.repeat(value=True, n=self.rows, eager=True)
        mask = self._absent.get(name)
        return mask if mask is not None and mask.any() else None

    def column(self, name: str) -> Column:
        """Return an attribute for computing: absent cells and oversized texts are null."""
        if name not in self._columns:
            self._columns[name] = self._prepared(name)
        return self._columns[name]

    def coding(self, name: str) -> Coding | None:
        """Return the distinct values of an attribute, or None where most are distinct."""
        if name not in self._codings:
            self._codings[name] = coding_of(self.column(name).series)
        return self._codings[name]

    def large(self, names: Iterable[str]) -> pl.Series | None:
        """Return the rows in which one of the attributes is an oversized text."""
        for name in names:
            self.column(name)
        masks = [self._large[name] for name in names if name in self._large]
        return computed(pl.any_horizontal(masks)) if masks else None

    def records(self, names: Iterable[str], rows: pl.Series) -> Iterable[dict[str, Value]]:
        """Yield the attributes of the rows with the given numbers, as the definition takes them."""
        taken = pl.DataFrame({name: self.series(name).gather(rows) for name in names})
        for row in taken.iter_rows(named=True):
            yield {name: as_value(value) for name, value in row.items()}

    def series(self, name: str) -> pl.Series:
        """Return an attribute as it is, with null where it is absent."""
        if name not in self._series:
            series = _normalised(self._frame[name])
            mask = self._absent.get(name)
            if mask is not None and mask.any():
                series = computed(pl.when(~pl.lit(mask)).then(pl.lit(series)))
            self._series[name] = series
        return self._series[name]

    def _prepared(self, name: str) -> Column:
        series = self.series(name)
        kind = Kind.LIST if series.dtype == pl.List else _KINDS[type(series.dtype)]
        size = size_of(series)
        if kind is Kind.TEXT and size > CELL_BYTES:
            large = (series.str.len_bytes() > CELL_BYTES).fill_null(value=False)
            self._large[name] = large
            series = computed(pl.when(~pl.lit(large)).then(pl.lit(series)))
            size = CELL_BYTES
        return Column(series, kind, size)


def _normalised(series: pl.Series) -> pl.Series:
    """Return a column in one of the four types that records have."""
    kind = series.dtype
    if isinstance(kind, pl.String | pl.Int64 | pl.Boolean) or kind == pl.List(pl.String):
        return series
    if kind.is_integer():
        return series.cast(pl.Int64)
    if isinstance(kind, pl.Null | pl.Categorical | pl.Enum):
        return series.cast(pl.String)
    if kind == pl.List(pl.Null):
        return series.cast(pl.List(pl.String))
    message = f"column `{series.name}` holds {kind}, which is no value of a record"
    raise TypeError(message)
