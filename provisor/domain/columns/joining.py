"""Finding the rows of one column in another: exact, by numbers instead of texts where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

NUMBER: Final = pl.UInt32
"""The type of row numbers."""

_SEED: Final = 0x1DE47


def hashed(texts: pl.Series) -> pl.Series:
    """Return a 64-bit number per text; equal texts have equal ones."""
    return texts.hash(_SEED)


def positions(
    values: pl.Series,
    places: pl.Series,
    number: Callable[[pl.Series], pl.Series] = hashed,
) -> pl.Series:
    """Return, per value, the row of `places` that holds it; null for none.

    Joins 64-bit hashes and then compares the texts themselves, so a collision costs time and
    changes no answer.

    Args:
        values: texts, repeated or null as they like.
        places: texts, each once, none of them null.
        number: what is joined in place of the texts; different texts may share a number.

    Cost: two passes over the texts and one join of numbers.

    Example:
        >>> positions(pl.Series(["b", "x", None]), pl.Series(["a", "b"])).to_list()
        [1, None, None]
    """
    if not len(values) or not len(places):
        return pl.repeat(None, len(values), dtype=NUMBER, eager=True)
    found = _joined(number(values), number(places))
    if len(found) == len(values):
        wrong = places.gather(found).ne_missing(values) & found.is_not_null()
        if not wrong.any():
            return found
    return _joined(values, places)


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
