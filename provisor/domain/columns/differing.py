"""Which of many accounts hold something else than they should, attribute by attribute.

Never optimistic: a row in which the definition finds a difference is always among the answers. Some
in which it finds none may be, too; they are looked at one by one afterwards.
"""

from __future__ import annotations

import polars as pl

from provisor.domain.columns.forms import filled, lowered, texts
from provisor.domain.columns.joining import marked
from provisor.domain.columns.operand import computed
from provisor.domain.schema import Attribute


def differing(desired: pl.Series, present: pl.Series, attribute: Attribute | None) -> pl.Series:
    """Say in which rows an account does not hold the desired value.

    Args:
        desired: text forms, or lists of them; null for nothing.
        present: what the accounts hold, row by row, as it was read.
        attribute: what the target says of it; None when the target does not know it.

    Source: `provisor.domain.difference.same`.

    Cost: one comparison of columns; letters are made small only where it finds a difference.

    Example:
        >>> from provisor.domain.schema import Attribute
        >>> desired, present = pl.Series(["Ann", "Bo", None]), pl.Series(["ann", "Cy", ""])
        >>> differing(desired, present, Attribute("name")).to_list()
        [False, True, False]
    """
    if pl.List in {desired.dtype.base_type(), present.dtype.base_type()}:
        return as_sets(desired).ne_missing(as_sets(present))
    held = filled(texts(present))
    unequal = held.ne_missing(desired)
    if attribute is None or attribute.case_exact:
        return unequal
    return _beyond_case(unequal, desired, held)


def _beyond_case(unequal: pl.Series, desired: pl.Series, held: pl.Series) -> pl.Series:
    """Keep the differences that are not only between small letters and capitals."""
    numbers = (unequal & desired.is_not_null() & held.is_not_null()).arg_true()
    if not len(numbers):
        return unequal
    alike = lowered(desired.gather(numbers)) == lowered(held.gather(numbers))
    return unequal & ~marked(numbers.filter(alike), len(unequal))


def as_sets(series: pl.Series) -> pl.Series:
    """Return many values without order and repetition, one value as a list of one.

    Example:
        >>> as_sets(pl.Series([["b", "a", "b"], []])).to_list()
        [['a', 'b'], None]
    """
    if series.dtype == pl.List:
        return filled(series).list.unique().list.sort()
    text = pl.lit(filled(texts(series)))
    return computed(pl.when(text.is_not_null()).then(pl.concat_list(text)))
