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
"""How many bits further up a round looks than the one before it."""


def hashed(texts: pl.Series) -> pl.Series:
    """Return a 64-bit number per text; equal texts have equal ones."""
    return texts.hash(_SEED)


def positions(
    values: pl.Series,
    places: pl.Series,
    number: Callable[[pl.Series], pl.Series] = hashed,
) -> pl.Series:
    """Return, per value, the row of `places` that holds it; null for none.

    Looks for a text by a number made of it, and then compares the texts themselves, so that two
    texts with one number cost time and change no answer.

    Args:
        values: texts, repeated or null as they like.
        places: texts, each once, none of them null.
        number: what leads to a text; different texts may share a number.

    Cost: two passes over the texts and two looks into a table per value: a third of a join.

    Example:
        >>> positions(pl.Series(["b", "x", None]), pl.Series(["a", "b"])).to_list()
        [1, None, None]
    """
    if not len(values) or not len(places):
        return pl.repeat(None, len(values), dtype=NUMBER, eager=True)
    return _found(_Texts(values, number(values)), _Texts(places, number(places)), _ROUNDS)


@dataclass(frozen=True, slots=True)
class _Texts:
    texts: pl.Series
    numbers: pl.Series

    def some(self, rows: pl.Series) -> _Texts:
        return _Texts(self.texts.gather(rows), self.numbers.gather(rows))

    def slots(self, bits: int, rounds: int) -> pl.Series:
        """Return some bits of every number, others in each round."""
        shifted = self.numbers // 2 ** (_SHIFT * (_ROUNDS - rounds))
        return (shifted & (2**bits - 1)).cast(NUMBER)


def _found(values: _Texts, places: _Texts, rounds: int) -> pl.Series:
    """Return the place of each value; null for none.

    Every place has a slot in a table. Of several places with one slot one has it; the others, and
    whoever did not meet the same text, go into a smaller table by other bits, at last into a join.
    """
    if not rounds:
        return _joined(values.texts, places.texts)
    bits = max(_LEAST_BITS, (_ROOM * len(places.texts)).bit_length())
    own = pl.int_range(len(places.texts), dtype=NUMBER, eager=True)
    slots = places.slots(bits, rounds)
    table = pl.repeat(0, 2**bits, dtype=NUMBER, eager=True).scatter(slots, own)
    met = table.gather(values.slots(bits, rounds))
    alike = places.texts.gather(met) == values.texts
    found = pl.select(pl.when(alike).then(met)).to_series()
    rivals = (table.gather(slots) != own).arg_true().cast(NUMBER)
    left = (~alike).arg_true()
    if not len(left) or not len(rivals):
        return found
    later = _found(values.some(left), places.some(rivals), rounds - 1)
    return found.scatter(left, rivals.gather(later))


def _joined(values: pl.Series, places: pl.Series) -> pl.Series:
    left = pl.DataFrame({"value": values})
    right = pl.DataFrame({"value": places}).with_row_index("place")
    return left.join(right, on="value", how="left", maintain_order="left")["place"].cast(NUMBER)


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
