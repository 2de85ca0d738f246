"""Names that nobody may take twice: what the target holds, looked up only when somebody asks."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

import polars as pl

from provisor.domain.columns.forms import among, lowered
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.link import HeldName
from provisor.domain.numbering import Form
from provisor.domain.register import as_written, small_letters


class ShownByColumns:
    """What accounts show, column by column.

    Source: `provisor.domain.register.ShownByRecords`.

    Cost: one pass over a unique attribute, when the first name is sought.
    """

    def __init__(self, population: ColumnPopulation) -> None:
        self._population = population
        self._told: dict[str, tuple[pl.Series, pl.Series]] = {}

    def forms(self, attribute: str, form: Form) -> frozenset[str]:
        """Return the form of every value; only texts count."""
        return frozenset(self._forms(attribute, form)[0].to_list())

    def holders(
        self, attribute: str, form: Form, wanted: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """Return, per wanted form, the native ids of the accounts that show it."""
        told, natives = self._forms(attribute, form)
        numbers = among(told, pl.Series(sorted(wanted), dtype=pl.String)).arg_true()
        found: dict[str, frozenset[str]] = {}
        pairs = zip(told.gather(numbers), natives.gather(numbers), strict=True)
        for name, native in pairs:
            found[name] = found.get(name, frozenset()) | {native}
        return found

    def _forms(self, attribute: str, form: Form) -> tuple[pl.Series, pl.Series]:
        """Return the forms of an attribute, each with the native id of its account."""
        if attribute not in self._told:
            names, natives = self._names(attribute)
            self._told[attribute] = (in_form(names, form), natives)
        return self._told[attribute]

    def sent(self, attribute: str) -> Iterable[HeldName]:
        """Return what was sent for an attribute where the target keeps another form of it."""
        frame = self._population.links.frame.select("identity", "accepted")
        quoted = json.dumps(attribute, ensure_ascii=False)
        named = frame["accepted"].str.contains(quoted, literal=True).fill_null(value=False)
        for identity, accepted in frame.filter(named).iter_rows():
            name = json.loads(accepted).get(attribute, (None, None))[0]
            if isinstance(name, str) and name:
                yield HeldName(attribute, name, identity)

    def _names(self, attribute: str) -> tuple[pl.Series, pl.Series]:
        """Return the texts of an attribute, each with the native id of its account."""
        target = self._population.target
        column = target.column(attribute)
        if target.rows is not None and attribute in target.strange:
            cells = [row.get(attribute) for row in target.rows]
            texts = [cell if isinstance(cell, str) else None for cell in cells]
            column = pl.Series(texts, dtype=pl.String)
        if column.dtype != pl.String:
            column = pl.repeat(None, target.height, dtype=pl.String, eager=True)
        filled = (column != "").fill_null(value=False)
        return column.filter(filled), target.keys.filter(filled)


def in_form(names: pl.Series, form: Form) -> pl.Series:
    """Return the form of every name; null stays null."""
    if form is as_written:
        return names
    if form is small_letters:
        return lowered(names)
    told = [None if name is None else form(name) for name in names.to_list()]
    return pl.Series(told, dtype=pl.String)
