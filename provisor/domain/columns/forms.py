"""The forms in which whole columns are compared, each exactly that of the scalar.

Rust and Python make small letters by different editions of Unicode, so only ASCII is left to Rust.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from provisor.domain.columns.joining import positions
from provisor.domain.columns.operand import computed

_MANY: Final = 200_000
"""So many texts are worth a directory."""


def texts(series: pl.Series) -> pl.Series:
    """Return the text form of every value; null stays null.

    Source: `provisor.domain.record.as_text`.

    Example:
        >>> texts(pl.Series([True, None])).to_list(), texts(pl.Series([["a", "b"]])).to_list()
        (['True', None], ['a,b'])
    """
    if series.dtype == pl.String:
        return series
    if series.dtype == pl.Boolean:
        column = pl.lit(series)
        return computed(pl.when(column).then(pl.lit("True")).when(~column).then(pl.lit("False")))
    if series.dtype == pl.List:
        return series.list.join(",")
    return series.cast(pl.String)


def blanks(series: pl.Series) -> pl.Series:
    """Say where a value carries nothing: null, empty text or an empty list.

    Example:
        >>> blanks(pl.Series(["a", "", None])).to_list()
        [False, True, True]
    """
    if series.dtype == pl.String:
        return (series == "").fill_null(value=True)
    if series.dtype == pl.List:
        return (series.list.len() == 0).fill_null(value=True)
    return series.is_null()


def filled(series: pl.Series) -> pl.Series:
    """Return a column with null for everything that carries nothing.

    Example:
        >>> filled(pl.Series(["a", ""])).to_list()
        ['a', None]
    """
    nothing = blanks(series)
    if nothing.sum() == series.null_count():
        return series
    return computed(pl.when(~pl.lit(nothing)).then(pl.lit(series)))


def lowered(column: pl.Series) -> pl.Series:
    """Return every text in Python's small letters; null stays null.

    Cost: one pass, and one call per text that is not ASCII.

    Example:
        >>> lowered(pl.Series(["ÅSA", "Bo", None])).to_list()
        ['åsa', 'bo', None]
    """
    small = column.str.to_lowercase()
    wide = (column.str.len_bytes() != column.str.len_chars()).fill_null(value=False)
    numbers = wide.arg_true()
    if not len(numbers):
        return small
    exact = [text.lower() for text in column.gather(numbers).to_list()]
    return small.clone().scatter(numbers, pl.Series(exact, dtype=pl.String))


def among(column: pl.Series, wanted: pl.Series) -> pl.Series:
    """Say which values are among the wanted ones; null never is.

    Example:
        >>> among(pl.Series(["a", None]), pl.Series(["a"])).to_list()
        [True, False]
    """
    if len(wanted) > _MANY and wanted.dtype == pl.String:
        return positions(column, wanted).is_not_null()
    return column.is_in(wanted.implode()).fill_null(value=False)
