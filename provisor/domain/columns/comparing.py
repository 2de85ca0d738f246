"""Linked people who are here, beside their accounts: whose is not as it should be.

Slice by slice, so that the columns of one slice stay in the cache of the processor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from provisor.domain.columns.differing import differing
from provisor.domain.columns.forms import blanks
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.mapping import DesiredColumns, desired_columns
from provisor.domain.columns.scene import Scene
from provisor.domain.mapping import Mapped, flowing
from provisor.domain.record import Value
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import Attribute, AttributeType

SLICE: Final = 524_288
"""Records that are compared at one time."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing said about linked people who are here."""

    doubtful: pl.Series
    """Their rows, as far as the accounts may not be right or something went wrong."""
    ignored: pl.Series
    """The rows of those whose mapping said to leave the object alone."""
    mapped: Mapping[str, Mapped]
    """Key to desired values for some of the doubtful ones.

    Only those that composing may need: what differs, the name, the anchor and the switch.
    """


def compared(scene: Scene, records: pl.Series) -> Compared:
    """Compare accounts with what they should be.

    Args:
        scene: one object type.
        records: rows of linked people who are here and have an account.

    Cost: one evaluation of the mappings and one comparison per attribute.
    """
    mappings = flowing(scene.rules)
    if len({mapping.attribute for mapping in mappings}) < len(mappings):
        # The later of two mappings counts, which columns do not go into.
        return Compared(records, records.clear(), {})
    slices = [records.slice(start, SLICE) for start in range(0, len(records), SLICE)]
    found = [_compared(scene, part) for part in slices]
    return Compared(
        pl.concat([records.clear(), *(one.doubtful for one in found)]),
        pl.concat([records.clear(), *(one.ignored for one in found)]),
        {key: mapped for one in found for key, mapped in one.mapped.items()},
    )


def _compared(scene: Scene, records: pl.Series) -> Compared:
    rules, population = scene.rules, scene.population
    listing = population.source.some(records, rules.source_attributes())
    accounts = scene.account.gather(records)
    desired = desired_columns(listing, flowing(rules), rules.schema)
    doubtful = scene.protected.gather(accounts) | desired.stopped
    doubtful |= _waking(scene, records) | _unanchored(scene, accounts, desired)
    unequal: dict[str, pl.Series] = {}
    for name, column in desired.columns.items():
        held = population.target.column(name).gather(accounts)
        differs = differing(column.values, held, rules.schema.attribute(name)) & ~desired.ignored
        unequal[name] = differs if column.dropped is None else differs & ~column.dropped
        doubtful |= unequal[name]
    clear = doubtful & ~(desired.stopped | desired.ignored)
    mapped = _needed_values(rules, desired, unequal, clear)
    keys = listing.keys.filter(clear).to_list() if mapped else []
    return Compared(
        records.filter(doubtful),
        records.filter(desired.ignored),
        dict(zip(keys, mapped, strict=True)),
    )


def _waking(scene: Scene, records: pl.Series) -> pl.Series:
    """Say whose account we once switched off."""
    return scene.population.links.is_disabled().gather(scene.link.gather(records))


def _unanchored(scene: Scene, accounts: pl.Series, desired: DesiredColumns) -> pl.Series:
    """Say which accounts lack our anchor where no mapping fills it."""
    anchor = scene.rules.schema.anchor
    column = desired.columns.get(anchor)
    if not anchor or (column is not None and column.dropped is None):
        return nowhere(len(accounts))
    lacking = blanks(scene.population.target.column(anchor)).gather(accounts)
    return lacking if column is None else lacking & column.dropped


# --- values for composing ----------------------------------------------------------------------


def _needed_values(
    rules: ObjectRules,
    desired: DesiredColumns,
    unequal: Mapping[str, pl.Series],
    clear: pl.Series,
) -> list[Mapped]:
    """Return, per clear row, the desired values that composing may need.

    What is equal changes nothing and is left out. Nothing is returned where columns do not hold
    the values themselves; they are then computed record by record.
    """
    if not all(_is_exact(rules.schema.attribute(name)) for name in desired.columns):
        return []
    numbers = clear.arg_true()
    switch = rules.schema.switch
    always = {rules.schema.anchor, rules.schema.name, switch.attribute if switch else ""}
    values: list[dict[str, Value]] = [{} for _ in range(len(numbers))]
    for name, column in desired.columns.items():
        flows = clear if name in always else unequal[name]
        flows = flows if column.dropped is None else flows & ~column.dropped
        wanted = flows.gather(numbers).arg_true()
        cells = column.values.gather(numbers.gather(wanted)).to_list()
        told = _values(cells, rules.schema.attribute(name))
        for place, value in zip(wanted.to_list(), told, strict=True):
            values[place][name] = value
    return [Mapped(one) for one in values]


def _is_exact(attribute: Attribute | None) -> object:
    """Say whether an attribute's value can be told from its text form."""
    if attribute is None:
        return False
    return not attribute.multi or attribute.type not in {
        AttributeType.BOOLEAN,
        AttributeType.INTEGER,
    }


def _values(cells: Sequence[str | list[str] | None], attribute: Attribute | None) -> list[Value]:
    """Return values in the type of an attribute, of which columns hold the text forms."""
    if attribute is not None and attribute.multi:
        return [None if cell is None else _many(cell) for cell in cells]
    kind = attribute.type if attribute is not None else AttributeType.STRING
    if kind is AttributeType.BOOLEAN:
        return [None if cell is None else cell == "True" for cell in cells]
    texts = [cell for cell in cells if not isinstance(cell, list)]
    if kind is AttributeType.INTEGER:
        return [None if text is None else int(text) for text in texts]
    return list(texts)


def _many(cell: str | list[str]) -> tuple[str, ...]:
    return (cell,) if isinstance(cell, str) else tuple(cell)
