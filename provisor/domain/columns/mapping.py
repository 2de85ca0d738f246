"""What accounts should look like, for many records at once, in the forms that are compared.

A value stands here as its text form, or as a list of text forms where several places ask for one;
null means that nothing should be there. That is all that comparing needs; whoever writes a value
into a plan computes it for that record alone, by `provisor.domain.mapping`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from provisor.domain.columns.expressions import evaluate_columns
from provisor.domain.columns.forms import filled, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import marked, nowhere
from provisor.domain.columns.operand import computed
from provisor.domain.expressions import Circumstances, Node, attributes_of, candidates
from provisor.domain.flow import AttributeMapping
from provisor.domain.mapping import (
    clears_absent,
    field_of,
    fills_always,
    keeps_empty,
    map_values,
    typed,
)
from provisor.domain.record import ABSENT, Presence, Value, Values, as_text, is_blank
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema
from provisor.errors import TypeMismatch

_PLAIN_WHOLE: Final = r"^(0|-?[1-9][0-9]{0,17})$"
"""Whole numbers whose text form is the text itself."""


@dataclass(frozen=True, slots=True)
class DesiredColumn:
    """One attribute of many accounts, as it should be."""

    values: pl.Series
    """String, or List(String); null for nothing, never empty."""
    dropped: pl.Series | None = None
    """Where the attribute does not flow; None for nowhere."""

    def some(self, rows: pl.Series) -> DesiredColumn:
        """Return some accounts' attribute; a mask."""
        dropped = None if self.dropped is None else self.dropped.filter(rows)
        return DesiredColumn(self.values.filter(rows), dropped)


@dataclass(frozen=True, slots=True)
class DesiredColumns:
    """All always-flowing attributes of many accounts."""

    columns: Mapping[str, DesiredColumn]
    stopped: pl.Series
    """Where a mapping went wrong, be it before or after one that said to leave the object alone."""
    ignored: pl.Series
    """Where a mapping said to leave the object alone."""


@dataclass(slots=True)
class _Fates:
    """The rows that do not go on, collected mapping by mapping."""

    stopped: pl.Series
    ignored: pl.Series


def desired_columns(
    listing: Listing,
    mappings: Iterable[AttributeMapping],
    schema: ObjectSchema,
    around: Circumstances,
    gone: pl.Series | None = None,
) -> DesiredColumns:
    """Compute the always-flowing attributes of people who are here, or what is set for others.

    Source: `provisor.domain.mapping.map_values`, row by row.

    Args:
        listing: the records; only attributes that the mappings read are looked at.
        mappings: no two of them for one attribute.
        schema: of the target.
        around: what computing depends on whoever it is for.
        gone: whose person is gone; nobody's if left out.

    Cost: that of `evaluate_columns`; a mapping that columns cannot hold is computed row by row.
    """
    listed = list(mappings)
    quick = {m.attribute: m.expression for m in listed if in_columns(m.expression, listing)}
    absent = {name: mask for name, mask in listing.absent.items() if name != SOFT_DELETED}
    gone = nowhere(listing.height) if gone is None else gone
    frame = listing.frame.with_columns(gone.alias(SOFT_DELETED))
    result = evaluate_columns(frame, quick, absent=absent, circumstances=around)
    fates = _Fates(nowhere(listing.height), nowhere(listing.height))
    columns: dict[str, DesiredColumn] = {}
    for mapping in listed:
        if mapping.attribute not in quick:
            columns[mapping.attribute] = _row_by_row(
                listing, mapping, schema, around, (fates, gone)
            )
            continue
        found = result.columns[mapping.attribute]
        if found.problems:
            fates.stopped |= marked(pl.Series(list(found.problems)), listing.height)
        if found.object_dropped is not None:
            fates.ignored |= found.object_dropped
        columns[mapping.attribute] = _settled(
            found.values, found.dropped, mapping, field_of(mapping, schema), fates
        )
    return DesiredColumns(columns, fates.stopped, fates.ignored)


def in_columns(expression: Node, listing: Listing) -> object:
    """Say whether columns can hold what an expression reads and gives."""
    return not candidates(expression) and not listing.tangled & attributes_of(expression)


def _row_by_row(
    listing: Listing,
    mapping: AttributeMapping,
    schema: ObjectSchema,
    around: Circumstances,
    rows: tuple[_Fates, pl.Series],
) -> DesiredColumn:
    """Compute one mapping by its definition."""
    fates, gone = rows
    cells: list[Presence] = []
    stopped: list[bool] = []
    ignored: list[bool] = []
    records = listing.records(pl.int_range(listing.height, eager=True))
    for record, is_gone in zip(records, gone.to_list(), strict=True):
        values: Values = {**record.values, SOFT_DELETED: is_gone}
        mapped = map_values((mapping,), values, schema, around)
        cells.append(mapped.values.get(mapping.attribute, ABSENT))
        stopped.append(mapped.problem is not None or cells[-1] == "")
        ignored.append(mapped.ignored)
    fates.stopped |= pl.Series(stopped, dtype=pl.Boolean)
    fates.ignored |= pl.Series(ignored, dtype=pl.Boolean)
    dropped = pl.Series([cell is ABSENT for cell in cells], dtype=pl.Boolean)
    return DesiredColumn(_compared_forms(cells), dropped)


def _compared_forms(cells: list[Presence]) -> pl.Series:
    if any(isinstance(cell, tuple) for cell in cells):
        lists = [None if is_blank(cell) else _items(cell) for cell in cells]
        return pl.Series(lists, dtype=pl.List(pl.String))
    return pl.Series([None if is_blank(c) else as_text(c) for c in cells], dtype=pl.String)


def _items(cell: Presence) -> list[str]:
    return [as_text(item) for item in cell] if isinstance(cell, tuple) else [as_text(cell)]


# --- settling ----------------------------------------------------------------------------------


def _settled(
    values: pl.Series,
    dropped: pl.Series | None,
    mapping: AttributeMapping,
    attribute: Attribute | None,
    fates: _Fates,
) -> DesiredColumn:
    """Give a column its default and its type.

    Source: `provisor.domain.mapping.settle`.
    """
    series = filled(values)
    series = series if series.dtype == pl.List else texts(series)
    series, dropped = _with_policy(series, dropped, mapping)
    typing = _TYPES.get(attribute.type, _as_it_is) if attribute is not None else _as_it_is
    if attribute is not None and not attribute.multi and series.dtype == pl.List:
        # A list of one empty text is a value, though an empty one: rare enough for a second look.
        several = (series.list.len() > 1) | (series.list.first() == "")
        fates.stopped |= several.fill_null(value=False)
        series = series.list.first()
    if series.dtype == pl.List and typing is not _as_it_is:
        # Lists of numbers are rare: every row that has one is decided one by one.
        fates.stopped |= series.is_not_null()
    elif attribute is not None:
        series = typing(series, attribute, fates)
    if attribute is not None and attribute.required:
        missing = series.is_null()
        fates.stopped |= missing if dropped is None else missing & ~dropped
    return DesiredColumn(filled(series), dropped)


def _with_policy(
    series: pl.Series, dropped: pl.Series | None, mapping: AttributeMapping
) -> tuple[pl.Series, pl.Series | None]:
    """Say what flows where there is nothing, and in which rows nothing does."""
    if fills_always(mapping):
        return _with_default(series, mapping.default), None
    if keeps_empty(mapping):
        empty = series.is_null()
        return series, empty if dropped is None else empty | dropped
    return series, None if clears_absent(mapping) else dropped


def _with_default(series: pl.Series, default: Presence) -> pl.Series:
    if is_blank(default):
        return series
    if isinstance(default, tuple) and series.dtype != pl.List:
        column = pl.lit(series)
        series = computed(pl.when(column.is_not_null()).then(pl.concat_list(column)))
    if series.dtype != pl.List:
        return series.fill_null(as_text(default))
    spare = pl.Series([_items(default)], dtype=pl.List(pl.String))
    return computed(pl.when(pl.lit(series).is_not_null()).then(pl.lit(series)).otherwise(spare))


def _as_it_is(series: pl.Series, _attribute: Attribute, _fates: _Fates) -> pl.Series:
    return series


def _truth(series: pl.Series, _attribute: Attribute, fates: _Fates) -> pl.Series:
    told = series.str.to_lowercase().replace_strict(
        ["true", "1", "false", "0"],
        ["True", "True", "False", "False"],
        default=None,
        return_dtype=pl.String,
    )
    fates.stopped |= told.is_null() & series.is_not_null()
    return told


def _whole(series: pl.Series, attribute: Attribute, fates: _Fates) -> pl.Series:
    odd = (~series.str.contains(_PLAIN_WHOLE)).fill_null(value=False).arg_true()
    if not len(odd):
        return series
    told = [_told(text, attribute) for text in series.gather(odd).to_list()]
    wrong = pl.Series([text is None for text in told], dtype=pl.Boolean)
    fates.stopped |= marked(odd.filter(wrong), len(series))
    return series.clone().scatter(odd, pl.Series(told, dtype=pl.String))


def _told(text: Value, attribute: Attribute) -> str | None:
    try:
        return as_text(typed(text, attribute))
    except TypeMismatch:
        return None


_TYPES: Final[Mapping[AttributeType, Callable[[pl.Series, Attribute, _Fates], pl.Series]]] = {
    AttributeType.BOOLEAN: _truth,
    AttributeType.INTEGER: _whole,
}
