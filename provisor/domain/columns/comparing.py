"""People who are here, beside their accounts: whose is not as it should be, or not there.

Slice by slice, so that memory has a bound; a slice is large, because what is computed once per
distinct value is computed once per slice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from provisor.domain.columns.accepting import without_accepted
from provisor.domain.columns.differing import differing
from provisor.domain.columns.forms import blanks
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import marked, nowhere
from provisor.domain.columns.mapping import DesiredColumn, DesiredColumns, desired_columns
from provisor.domain.columns.scene import Scene
from provisor.domain.mapping import Mapped, field_of, flowing
from provisor.domain.record import Value
from provisor.domain.rules import AnchorPolicy, Lifecycle, ObjectRules, sign_of
from provisor.domain.schema import Attribute, AttributeType

SLICE: Final = 1_048_576
"""Records that are compared at one time."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What the source says of the records to which some others refer."""

    records: pl.Series
    """The rows of those who refer."""
    columns: Mapping[str, DesiredColumn]
    """By reference attribute."""

    def some(self, rows: pl.Series) -> Sought:
        """Return some of them; a mask."""
        columns = {name: column.some(rows) for name, column in self.columns.items()}
        return Sought(self.records.filter(rows), columns)


@dataclass(frozen=True, slots=True)
class Fresh:
    """People who are here, have neither link nor account, and whose mappings all gave an answer."""

    records: pl.Series
    """Their rows."""
    places: pl.Series
    """Where they stand in the columns."""
    columns: Mapping[str, DesiredColumn]
    """What always flows; others may stand in there, too."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing said about people who are here."""

    doubtful: pl.Series
    """The rows of those whose account may be wrong or is missing, or where a mapping failed.

    Without those who are fresh.
    """
    ignored: pl.Series
    """The rows of those whose mapping said to leave the object alone."""
    mapped: Mapping[str, Mapped]
    """Key to desired values for some of the doubtful ones.

    Where there is an account only those that composing may need: what differs, the name, the
    anchor, the switch, and to whom they refer.
    """
    sought: tuple[Sought, ...] = ()
    """To whom all the others shall refer, slice by slice."""
    fresh: tuple[Fresh, ...] = ()


def compared(scene: Scene, records: pl.Series, rows_at_once: int = SLICE) -> Compared:
    """Compare accounts with what they should be.

    Args:
        scene: one object type.
        records: rows of people who are here, linked or not.
        rows_at_once: how many of them are compared at one time.

    Cost: one evaluation of the mappings and one comparison per attribute.
    """
    mappings = flowing(scene.rules)
    if len({mapping.attribute for mapping in mappings}) < len(mappings):
        # The later of two mappings counts, which columns do not go into.
        return Compared(records, records.clear(), {})
    starts = range(0, len(records), rows_at_once)
    found = [_compared(scene, records.slice(start, rows_at_once)) for start in starts]
    return Compared(
        pl.concat([records.clear(), *(one.doubtful for one in found)]),
        pl.concat([records.clear(), *(one.ignored for one in found)]),
        {key: mapped for one in found for key, mapped in one.mapped.items()},
        tuple(sought for one in found for sought in one.sought),
        tuple(fresh for one in found for fresh in one.fresh),
    )


def _compared(scene: Scene, records: pl.Series) -> Compared:
    rules, population = scene.rules, scene.population
    listing = population.source.some(records, rules.source_attributes())
    accounts = scene.account.gather(records)
    links = scene.link.gather(records)
    newcomers = accounts.is_null()
    desired = desired_columns(listing, flowing(rules), rules.schema, scene.around)
    if rules.borrows:
        desired = replace(desired, stopped=desired.stopped | _awaiting(listing, rules))
    doubtful = desired.stopped | newcomers | _waking(scene, records)
    doubtful |= scene.protected.gather(accounts).fill_null(value=False)
    doubtful |= _unanchored(scene, accounts, desired)
    needed: dict[str, pl.Series] = {}
    references = {mapping.attribute for mapping in rules.references}
    for name, column in desired.columns.items():
        if name in references:
            continue
        held = population.target.column(name).gather(accounts)
        attribute = rules.schema.attribute(name)
        differs = differing(column.values, held, attribute) & ~desired.ignored
        sides = (column.values, held)
        differs = without_accepted(population, attribute, links, differs, sides)
        if name == rules.schema.anchor and rules.anchor_policy is AnchorPolicy.KEEP_FOREIGN:
            differs &= blanks(held)
        needed[name] = _flowing(column, differs | newcomers)
        doubtful |= needed[name]
    clear = doubtful & ~(desired.stopped | desired.ignored)
    fresh = _fresh(scene, records, desired, clear & newcomers)
    there = ~marked(fresh.places, len(records))
    doubtful, clear = doubtful & there, clear & there
    mapped = _needed_values(rules, desired, needed, clear)
    keys = listing.keys.filter(clear).to_list() if mapped else []
    return Compared(
        records.filter(doubtful),
        records.filter(desired.ignored),
        dict(zip(keys, mapped, strict=True)),
        _sought(records, desired, references, ~doubtful & ~desired.ignored & there),
        (fresh,),
    )


def _fresh(scene: Scene, records: pl.Series, desired: DesiredColumns, rows: pl.Series) -> Fresh:
    """Return those of some rows who have no link, where columns hold the values themselves."""
    rules = scene.rules
    fields = [field_of(mapping, rules.schema) for mapping in flowing(rules)]
    if rules.lifecycle is Lifecycle.NONE or not all(map(is_told_by_text, fields)):
        return Fresh(records.clear(), records.clear(), {})
    places = (rows & scene.link.gather(records).is_null()).arg_true()
    return Fresh(records.gather(places), places, desired.columns if len(places) else {})


def _sought(
    records: pl.Series, desired: DesiredColumns, references: Collection[str], rows: pl.Series
) -> tuple[Sought, ...]:
    """Return to whom those shall refer with whose account nothing else is to be done."""
    if not references:
        return ()
    columns = {name: desired.columns[name] for name in sorted(references)}
    return (Sought(records, columns).some(rows),)


def _flowing(column: DesiredColumn, rows: pl.Series) -> pl.Series:
    return rows if column.dropped is None else rows & ~column.dropped


def _awaiting(listing: Listing, rules: ObjectRules) -> pl.Series:
    """Say for whom something that another job brings about is not there yet."""
    there = ~nowhere(listing.height)
    for name in rules.borrows:
        there &= blanks(listing.column(sign_of(name)))
    return ~there


def _waking(scene: Scene, records: pl.Series) -> pl.Series:
    """Say whose account we once switched off."""
    disabled = scene.population.links.is_disabled()
    return disabled.gather(scene.link.gather(records)).fill_null(value=False)


def _unanchored(scene: Scene, accounts: pl.Series, desired: DesiredColumns) -> pl.Series:
    """Say which accounts lack our anchor where no mapping fills it."""
    anchor = scene.rules.schema.anchor
    column = desired.columns.get(anchor)
    if not anchor or (column is not None and column.dropped is None):
        return nowhere(len(accounts))
    lacking = blanks(scene.population.target.column(anchor)).gather(accounts)
    lacking = lacking.fill_null(value=False)
    return lacking if column is None else lacking & column.dropped


# --- values for composing ----------------------------------------------------------------------


def _needed_values(
    rules: ObjectRules,
    desired: DesiredColumns,
    needed: Mapping[str, pl.Series],
    clear: pl.Series,
) -> list[Mapped]:
    """Return, per clear row, the desired values that composing may need.

    What is equal changes nothing and is left out. Nothing is returned where columns do not hold
    the values themselves; they are then computed record by record.
    """
    fields = {mapping.attribute: field_of(mapping, rules.schema) for mapping in flowing(rules)}
    if not all(is_told_by_text(fields[name]) for name in desired.columns):
        return []
    numbers = clear.arg_true()
    switch = rules.schema.switch
    always = {rules.schema.anchor, rules.schema.name, switch.attribute if switch else ""}
    always |= {mapping.attribute for mapping in rules.references}
    values: list[dict[str, Value]] = [{} for _ in range(len(numbers))]
    for name, column in desired.columns.items():
        flows = _flowing(column, clear) if name in always else needed[name]
        wanted = flows.gather(numbers).arg_true()
        cells = column.values.gather(numbers.gather(wanted)).to_list()
        told = values_of(cells, fields[name])
        for place, value in zip(wanted.to_list(), told, strict=True):
            values[place][name] = value
    return [Mapped(one) for one in values]


def is_told_by_text(attribute: Attribute | None) -> object:
    """Say whether an attribute's value can be told from its text form."""
    if attribute is None:
        return False
    return not attribute.multi or attribute.type not in {
        AttributeType.BOOLEAN,
        AttributeType.INTEGER,
    }


def values_of(
    cells: Sequence[str | Sequence[str] | None], attribute: Attribute | None
) -> list[Value]:
    """Return values in the type of an attribute, of which columns hold the text forms."""
    if attribute is not None and attribute.multi:
        return [None if cell is None else _many(cell) for cell in cells]
    kind = attribute.type if attribute is not None else AttributeType.STRING
    if kind is AttributeType.BOOLEAN:
        return [None if cell is None else cell == "True" for cell in cells]
    texts = [cell for cell in cells if cell is None or isinstance(cell, str)]
    if kind is AttributeType.INTEGER:
        return [None if text is None else int(text) for text in texts]
    return list(texts)


def _many(cell: str | Sequence[str]) -> tuple[str, ...]:
    return (cell,) if isinstance(cell, str) else tuple(cell)
