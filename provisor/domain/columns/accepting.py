"""Values that the target once rewrote, and that are not fought over: found without reading JSON.

What was sent and what was kept stand in the link as JSON. A pair is looked for by its very text
and the sign before it, which cannot occur anywhere else in the document: every quote inside a text
has a backslash before it. Whatever cannot be written down here with certainty is not found, and is
then looked at one by one.
"""

from __future__ import annotations

import json
from typing import Final

import polars as pl

from provisor.domain.columns.forms import blanks, texts
from provisor.domain.columns.joining import marked, nowhere
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.operand import computed
from provisor.domain.schema import Attribute, AttributeType

_ESCAPED: Final = r'["\\\x00-\x1f]'


def without_accepted(
    population: ColumnPopulation,
    attribute: Attribute | None,
    links: pl.Series,
    differs: pl.Series,
    values: tuple[pl.Series, pl.Series],
) -> pl.Series:
    """Leave out the rows whose value the target once rewrote to just what it holds.

    Args:
        population: both sides.
        attribute: that is compared; None when the target does not know it.
        links: the rows of the links; null for none.
        differs: where something else is held than desired; a mask.
        values: desired and held.
    """
    remembered = population.links.frame["accepted"]
    if attribute is None or attribute.name in population.target.strange:
        return differs
    numbers = differs.arg_true()
    if not len(numbers) or remembered.null_count() == len(remembered):
        return differs
    known = remembered.gather(links.gather(numbers))
    desired, held = (column.gather(numbers) for column in values)
    # Nothing is no form of a value; who keeps nothing is looked at one by one.
    accepted = accepted_pairs(known, attribute, desired, held) & ~blanks(held)
    return differs & ~marked(numbers.filter(accepted), len(differs))


def accepted_pairs(
    remembered: pl.Series, attribute: Attribute, desired: pl.Series, present: pl.Series
) -> pl.Series:
    """Say in which rows the target holds what it once made of the desired value.

    Args:
        remembered: per row the JSON document of the link; null for none.
        attribute: of both columns.
        desired: text forms; null for nothing.
        present: what the accounts hold, as it was read.

    Source: `provisor.domain.difference.differences`.

    Example:
        >>> remembered = pl.Series(['{"phone":["1-2","12"]}'])
        >>> accepted_pairs(
        ...     remembered, Attribute("phone"), pl.Series(["1-2"]), pl.Series(["12"])
        ... ).to_list()
        [True]
    """
    if pl.List in {desired.dtype.base_type(), present.dtype.base_type()} or attribute.multi:
        return nowhere(len(remembered))
    kinds = {AttributeType.BOOLEAN: pl.Boolean, AttributeType.INTEGER: pl.Int64}
    sent = _json(desired, kinds.get(attribute.type, pl.String))
    kept = _json(present, present.dtype)
    name = json.dumps(attribute.name, ensure_ascii=False)
    pair = pl.format("{}:[{},{}]", pl.lit(name), pl.lit(sent), pl.lit(kept))
    document = pl.lit(remembered)
    first = document.str.contains(pl.format("{{{}", pair), literal=True)
    later = document.str.contains(pl.format(",{}", pair), literal=True)
    return computed(first | later).fill_null(value=False)


def _json(series: pl.Series, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    """Return every value as JSON writes it; null for what would need escaping."""
    text = pl.lit(texts(series))
    written: pl.Expr = text
    if kind == pl.String:
        written = pl.when(~text.str.contains(_ESCAPED)).then(pl.format('"{}"', text))
    if kind == pl.Boolean:
        written = text.str.to_lowercase()
    return computed(pl.when(text.is_null()).then(pl.lit("null")).otherwise(written))
