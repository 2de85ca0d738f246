"""The records of one read as columns.

Rows stay at hand as they came: where a column cannot hold what they say (numbers and texts side by
side), their text forms stand in it, which every comparison of the rules takes for the same, and
whoever needs the values themselves looks into the row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from provisor.domain.columns.tables import as_value
from provisor.domain.record import ABSENT, NOTHING, Missing, Record, Value, Values


@dataclass(frozen=True, slots=True)
class Listing:
    """The records of one side and one object type."""

    keys: pl.Series
    """The key of every row as text; no key twice, none empty."""
    frame: pl.DataFrame
    """Attributes: String, Int64, Boolean or List(String)."""
    absent: Mapping[str, pl.Series] = field(default_factory=dict)
    """Attributes that some rows lack, with where."""
    strange: frozenset[str] = frozenset()
    """Columns of text forms: the values themselves are of several types."""
    tangled: frozenset[str] = frozenset()
    """Columns with lists in some rows and single values in others, here as lists of one."""
    rows: Sequence[Values] | None = None
    """The rows as they came; None when they came as columns."""
    repeated: Mapping[str, int] = field(default_factory=dict)
    """Keys that stand in several rows, with how many."""
    unkeyed: int = 0

    @property
    def height(self) -> int:
        """How many records there are."""
        return len(self.keys)

    def column(self, attribute: str) -> pl.Series:
        """Return an attribute for all rows; null where it is null or absent."""
        if attribute in self.frame.columns:
            return self.frame[attribute]
        return pl.repeat(None, self.height, dtype=pl.String, eager=True)

    def some(self, numbers: pl.Series, attributes: Collection[str]) -> Listing:
        """Return a listing of some rows and some attributes."""
        names = [name for name in self.frame.columns if name in attributes]
        return Listing(
            self.keys.gather(numbers),
            pl.DataFrame({name: self.frame[name].gather(numbers) for name in names}),
            {name: mask.gather(numbers) for name, mask in self.absent.items() if name in names},
            self.strange.intersection(names),
            self.tangled.intersection(names),
            None if self.rows is None else [self.rows[number] for number in numbers.to_list()],
        )

    def records(self, numbers: pl.Series) -> list[Record]:
        """Return the records of some rows, exactly as they were read.

        Cost: one object per row.
        """
        keys = self.keys.gather(numbers).to_list()
        if self.rows is not None:
            rows = self.rows
            places = numbers.to_list()
            return [Record(key, rows[n]) for key, n in zip(keys, places, strict=True)]
        return [Record(key, values) for key, values in zip(keys, self.values(numbers), strict=True)]

    def values(self, numbers: pl.Series) -> Iterable[Values]:
        """Return what the columns say of some rows."""
        if not self.frame.width:
            return [NOTHING] * len(numbers)
        names = self.frame.columns
        columns = [self._cells(name, numbers) for name in names]
        rows = zip(*columns, strict=True)
        if not self.absent:
            return [dict(zip(names, row, strict=True)) for row in rows]
        return [
            {name: cell for name, cell in zip(names, row, strict=True) if cell is not ABSENT}
            for row in rows
        ]

    def _cells(self, name: str, numbers: pl.Series) -> Sequence[Value | Missing]:
        cells: list[Value | Missing] = self.frame[name].gather(numbers).to_list()
        if self.frame[name].dtype == pl.List:
            cells = [as_value(cell) for cell in cells]
        mask = self.absent.get(name)
        if mask is None:
            return cells
        gaps = mask.gather(numbers).to_list()
        return [ABSENT if gap else cell for gap, cell in zip(gaps, cells, strict=True)]


EMPTY: Final = Listing(pl.Series([], dtype=pl.String), pl.DataFrame())
