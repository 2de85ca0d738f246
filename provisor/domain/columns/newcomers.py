"""People who are here and have no account yet, in columns: what each new account will hold.

Everything that is the same rule for everybody is worked out for all of them at once. Whoever needs
a closer look (a mapping that fails, a required value that is missing, a date that cannot be read)
is pointed out, and composed by the definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.comparing import Fresh, values_of
from provisor.domain.columns.forms import blanks
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import NUMBER
from provisor.domain.columns.mapping import DesiredColumn
from provisor.domain.columns.operand import computed
from provisor.domain.columns.scene import Scene
from provisor.domain.mapping import Mapped, field_of, flowing
from provisor.domain.record import Value
from provisor.domain.rules import ObjectRules


@dataclass(frozen=True, slots=True)
class Newcomers:
    """People who are here and have neither link nor account, in order of their keys."""

    records: pl.Series
    """Their rows."""
    listing: Listing
    """What the rules look at."""
    columns: Mapping[str, DesiredColumn]
    """What always flows, references included."""

    @property
    def height(self) -> int:
        """How many they are."""
        return len(self.records)

    def some(self, rows: pl.Series) -> Newcomers:
        """Return some of them; a mask."""
        if rows.all():
            return self
        listing = self.listing.some(rows.arg_true(), self.listing.frame.columns)
        columns = {name: column.some(rows) for name, column in self.columns.items()}
        return Newcomers(self.records.filter(rows), listing, columns)

    def mapped(self, rules: ObjectRules) -> dict[str, Mapped]:
        """Return, by key, what the mappings say of each of them, as the definition takes it."""
        values: list[dict[str, Value]] = [{} for _ in range(self.height)]
        for mapping in flowing(rules) if self.height else ():
            column = self.columns[mapping.attribute]
            told = values_of(column.values.to_list(), field_of(mapping, rules.schema))
            gaps = column.dropped.to_list() if column.dropped is not None else [False] * len(told)
            for one, value, gap in zip(values, told, gaps, strict=True):
                if not gap:
                    one[mapping.attribute] = value
        keys = self.listing.keys.to_list()
        return {key: Mapped(one) for key, one in zip(keys, values, strict=True)}


def newcomers_of(scene: Scene, fresh: Sequence[Fresh]) -> Newcomers:
    """Put the newcomers of all slices into the order of their keys.

    Cost: one sort, and one gathering of each column.
    """
    source, rules = scene.population.source, scene.rules
    some = [one for one in fresh if len(one.records)]
    records = pl.concat([pl.Series([], dtype=NUMBER), *(o.records.cast(NUMBER) for o in some)])
    order = source.keys.gather(records).arg_sort()
    columns: dict[str, DesiredColumn] = {}
    for mapping in flowing(rules) if some else ():
        parts = [(one.columns[mapping.attribute], one.places) for one in some]
        columns[mapping.attribute] = _gathered(parts, order)
    records = records.gather(order)
    return Newcomers(records, source.some(records, rules.source_attributes()), columns)


def _gathered(parts: Iterable[tuple[DesiredColumn, pl.Series]], order: pl.Series) -> DesiredColumn:
    listed = list(parts)
    values = [column.values.gather(places) for column, places in listed]
    if len({one.dtype for one in values}) > 1:
        values = [_as_lists(one) for one in values]
    together = pl.concat(values).gather(order)
    if all(column.dropped is None for column, _ in listed):
        return DesiredColumn(together)
    gaps = [
        pl.repeat(value=False, n=len(places), dtype=pl.Boolean, eager=True)
        if column.dropped is None
        else column.dropped.gather(places)
        for column, places in listed
    ]
    return DesiredColumn(together, pl.concat(gaps).gather(order))


def _as_lists(series: pl.Series) -> pl.Series:
    if series.dtype == pl.List:
        return series
    text = pl.lit(series)
    return computed(pl.when(~pl.lit(blanks(series))).then(pl.concat_list(text)))
