"""Finding the rows of one column in another: exact, by numbers instead of texts where possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

NUMBER: Final = pl.UInt32
"""The type of row numbers."""

_SEED: Final = 0x1DE47

_ROUNDS: Final = 3
_ROOM: Final = 4
"""Slots of a table for each number that goes into it, at least; twice as many at most."""
_LEAST_BITS: Final = 6
_SHIFT: Final = 20
"""How many bits further up the slots of the next shelf are."""


def hashed(texts: pl.Series) -> pl.Series:
    """Return a 64-bit number per text; equal texts have equal ones."""
    return texts.hash(_SEED)


def positions(
    values: pl.Series,
    places: pl.Series,
    number: Callable[[pl.Series], pl.Series] = hashed,
) -> pl.Series:
    """Return, per value, the row of `places` that holds it; null for none.

    Args:
        values: texts, repeated or null as they like.
        places: texts, each once, or null.
        number: what leads to a text; different texts may share a number.

    Cost: that of a `Directory` of the places, and of one question to it.

    Example:
        >>> positions(pl.Series(["b", "x", None]), pl.Series(["a", "b"])).to_list()
        [1, None, None]
    """
    return Directory(places, number).positions(values)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Some of the texts, each in a slot that some bits of its number name."""

    rows: pl.Series
    """Of the texts on this shelf, in the directory."""
    texts: pl.Series
    table: pl.Series
    """Slot to a text of this shelf; where several share a slot only one is found."""
    contested: pl.Series
    """Which slots several texts share."""
    lowest: int
    """The lowest of the bits that count."""


class Directory:
    """Texts, to be asked again and again where one stands.

    A text is looked for by a number made of it, and then compared itself: two texts with one number
    cost time and change no answer.

    Cost: two passes over the texts; a question two looks into a table per value, a third of what a
        join costs.
    """

    def __init__(
        self, places: pl.Series, number: Callable[[pl.Series], pl.Series] = hashed
    ) -> None:
        self._number = number
        self._shelves: list[_Shelf] = []
        rows = pl.int_range(len(places), dtype=NUMBER, eager=True)
        texts, numbers = places.rechunk(), number(places)
        while len(self._shelves) < _ROUNDS and len(rows):
            lowest = _SHIFT * len(self._shelves)
            slots = _slots(numbers, _bits(len(rows)), lowest)
            own = pl.int_range(len(rows), dtype=NUMBER, eager=True)
            table = pl.repeat(0, 2 ** _bits(len(rows)), dtype=NUMBER, eager=True)
            table = table.scatter(slots, own)
            rivals = (table.gather(slots) != own).arg_true().cast(NUMBER)
            contested = marked(slots.gather(rivals), len(table))
            self._shelves.append(_Shelf(rows, texts, table, contested, lowest))
            rows, texts, numbers = (one.gather(rivals) for one in (rows, texts, numbers))
        self._rest = pl.DataFrame({"value": texts, "place": rows}).unique("value", keep="any")

    def positions(self, values: pl.Series) -> pl.Series:
        """Return, per value, the row of the text; null for none."""
        if not self._shelves:
            return pl.repeat(None, len(values), dtype=NUMBER, eager=True)
        return self._found(values, self._number(values), 0)

    def _found(self, values: pl.Series, numbers: pl.Series, round_: int) -> pl.Series:
        """Look at one shelf; who met another text where several meet is looked for on the next."""
        if round_ == len(self._shelves):
            return self._joined(values)
        shelf = self._shelves[round_]
        slots = _slots(numbers, _bits(len(shelf.rows)), shelf.lowest)
        met = shelf.table.gather(slots)
        alike = shelf.texts.gather(met) == values
        rows = shelf.rows.gather(met) if round_ else met
        found = pl.select(pl.when(alike).then(rows)).to_series()
        left = (~alike).arg_true()
        left = left.filter(shelf.contested.gather(slots.gather(left)))
        if not len(left):
            return found
        later = self._found(values.gather(left), numbers.gather(left), round_ + 1)
        return found.scatter(left, later)

    def _joined(self, values: pl.Series) -> pl.Series:
        left = pl.DataFrame({"value": values})
        return left.join(self._rest, on="value", how="left", maintain_order="left")["place"]


def _bits(count: int) -> int:
    return max(_LEAST_BITS, (_ROOM * count).bit_length())


def _slots(numbers: pl.Series, bits: int, lowest: int) -> pl.Series:
    slots: pl.Series = (numbers // 2**lowest) & (2**bits - 1)
    return slots.cast(NUMBER)


def scattered(numbers: pl.Series, values: pl.Series, rows: int) -> pl.Series:
    """Return a column with the values at the given rows and null elsewhere.

    Example:
        >>> scattered(pl.Series([2]), pl.Series([7]), 3).to_list()
        [None, None, 7]
    """
    column = pl.repeat(None, rows, dtype=values.dtype, eager=True)
    return column.scatter(numbers, values) if len(numbers) else column


def marked(numbers: pl.Series, rows: int) -> pl.Series:
    """Return a mask that is true at the given rows.

    Example:
        >>> marked(pl.Series([1]), 3).to_list()
        [False, True, False]
    """
    mask = nowhere(rows)
    return mask.scatter(numbers, pl.Series([True])) if len(numbers) else mask


def nowhere(rows: int) -> pl.Series:
    """Return a mask that is true in no row."""
    return pl.repeat(value=False, n=rows, dtype=pl.Boolean, eager=True)


def has_repeats(column: pl.Series) -> object:
    """Say whether a value may stand in several rows; never misses one, may be wrong by chance."""
    return hashed(column).n_unique() < len(column)
