"""Drafts of new accounts, made for many newcomers at once.

Source: `provisor.domain.drafting.draft_create`, one newcomer at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import repeat
from typing import Final

import polars as pl

from provisor.domain.action import Action, Change, Operation, Wave
from provisor.domain.action_bytes import value_text
from provisor.domain.columns.comparing import values_of
from provisor.domain.columns.forms import texts
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.tables import coding_of
from provisor.domain.columns.writing import creates_written, quoted
from provisor.domain.drafting import awaiting_rule, creating_rule, hidden_attributes, redacted_in
from provisor.domain.minting import minted
from provisor.domain.plan import Draft
from provisor.domain.record import ABSENT, Presence, Value, as_text
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import Attribute
from provisor.domain.standing import Setting

_AT_ONCE: Final = 65_536
"""Newcomers whose drafts are made at one time: so much stands in memory twice."""

Cells = Sequence[Change | None]


@dataclass(frozen=True, slots=True)
class Born:
    """Newcomers whose accounts are made, in order of their keys."""

    keys: Sequence[str]
    identities: Sequence[str]
    awaited: pl.Series
    """Whose first day is still to come; a mask."""
    columns: Mapping[str, pl.Series]
    """Attribute to text forms, or lists of them; null for nothing."""


def create_drafts(born: Born, setting: Setting) -> list[Draft]:
    """Draft new accounts with every value that they should have.

    Values that many share are one object, so that a million accounts fit into memory.

    Cost: one object per value that few share, and two per account.
    """
    rules = setting.rules
    anchors, names = _anchors(born, rules), _names(born, rules)
    told = {rules.schema.name: names, rules.schema.anchor: anchors}
    makers = [
        _maker(name, born.columns[name], told.get(name), rules.schema.attribute(name))
        for name in sorted(born.columns)
    ]
    whole = _whole(born.columns.values(), len(born.keys))
    drafts: list[Draft] = []
    for start in range(0, len(born.keys), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        changes = _changes(makers, some, whole)
        written = _written(born, setting, makers, anchors, some)
        drafts += _drafts(born, setting, (changes, written), (anchors, names), start)
    return drafts


def _written(
    born: Born, setting: Setting, makers: Sequence[_Maker], anchors: Sequence[str], some: slice
) -> Iterable[bytes | None]:
    """Return the bytes of some creates, where they say nothing but values."""
    rules = setting.rules
    if not makers or setting.occasions.draws or hidden_attributes(rules):
        return repeat(None)
    told = (creating_rule(rules), awaiting_rule(rules))
    return creates_written(
        (rules.object_type.value, setting.target),
        (told, born.awaited[some].cast(pl.UInt32)),
        (
            pl.Series(anchors[some], dtype=pl.String),
            pl.Series(born.identities[some], dtype=pl.String),
        ),
        [(maker.name, maker.texts(some)) for maker in makers],
    )


def _anchors(born: Born, rules: ObjectRules) -> Sequence[str]:
    """Return everybody's anchor; where it is the key, it is the same text in memory."""
    column = born.columns.get(rules.schema.anchor)
    if column is None:
        return born.identities
    return born.keys if (column == pl.Series(born.keys)).all() else column.to_list()


def _names(born: Born, rules: ObjectRules) -> Sequence[str]:
    """Return what every account will be called."""
    column = born.columns.get(rules.schema.name)
    if column is None:
        return [""] * len(born.keys)
    return texts(column).fill_null("").to_list()


# --- changes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OneByOne:
    """The changes of an attribute of which most values are different."""

    name: str
    attribute: Attribute | None
    column: pl.Series

    def cells(self, some: slice) -> Cells:
        return _cells_of(self.name, values_of(self.column[some].to_list(), self.attribute))

    def texts(self, some: slice) -> pl.Series:
        """Return the values as JSON text."""
        if self.column.dtype == pl.String and _is_of_texts(self.attribute):
            return quoted(self.column[some])
        return _value_texts(values_of(self.column[some].to_list(), self.attribute))


@dataclass(frozen=True, slots=True)
class _Told:
    """The changes of an attribute whose texts are in memory anyway."""

    name: str
    values: Sequence[str]

    def cells(self, some: slice) -> Cells:
        return _cells_of(self.name, [value or None for value in self.values[some]])

    def texts(self, some: slice) -> pl.Series:
        """Return the values as JSON text."""
        values = [value or None for value in self.values[some]]
        return quoted(pl.Series(values, dtype=pl.String))


@dataclass(frozen=True, slots=True)
class _Shared:
    """The changes of an attribute whose values are few."""

    name: str
    changes: Cells
    rows: pl.Series

    def cells(self, some: slice) -> Cells:
        changes = self.changes
        return [changes[row] for row in self.rows[some].to_list()]

    def texts(self, some: slice) -> pl.Series:
        """Return the values as JSON text."""
        table = _value_texts([None if one is None else one.after for one in self.changes])
        return table.gather(self.rows[some])


_Maker = _OneByOne | _Told | _Shared


def _maker(
    name: str, column: pl.Series, told: Sequence[str] | None, attribute: Attribute | None
) -> _Maker:
    coding = coding_of(column)
    if coding is not None:
        cells = _cells_of(name, values_of(_texts(coding.values[0]), attribute))
        return _Shared(name, cells, coding.rows)
    if told is not None and _is_of_texts(attribute):
        return _Told(name, told)
    return _OneByOne(name, attribute, column)


def _texts(values: Iterable[Value]) -> list[str | tuple[str, ...] | None]:
    """Return values as columns hold them: texts, several texts, or nothing."""
    return [
        tuple(map(as_text, value))
        if isinstance(value, tuple)
        else None
        if value is None
        else as_text(value)
        for value in values
    ]


def _is_of_texts(attribute: Attribute | None) -> bool:
    """Say whether an attribute's values are the texts that columns hold."""
    return values_of(["7"], attribute) == ["7"]


def _value_texts(values: Iterable[Presence]) -> pl.Series:
    """Return values as JSON text; nothing for nothing."""
    found = [None if one is None or one is ABSENT else value_text(one) for one in values]
    return pl.Series(found, dtype=pl.String)


def _cells_of(name: str, values: Sequence[Value]) -> Cells:
    changes = minted(
        Change, len(values), attribute=repeat(name), before=repeat(ABSENT), after=values
    )
    if None not in values:
        return changes
    pairs = zip(changes, values, strict=True)
    return [None if value is None else change for change, value in pairs]


def _whole(columns: Iterable[pl.Series], height: int) -> pl.Series:
    """Say which accounts hold something in every attribute."""
    filled = (column.is_not_null() for column in columns if column.null_count())
    return reduce(pl.Series.__and__, filled, ~nowhere(height))


def _changes(makers: Sequence[_Maker], some: slice, whole: pl.Series) -> list[tuple[Change, ...]]:
    """Return the changes of some accounts, sorted by attribute."""
    if not makers:
        return [()] * len(whole[some])
    rows = zip(*(maker.cells(some) for maker in makers), strict=True)
    return [
        row if is_whole else tuple([cell for cell in row if cell is not None])
        for row, is_whole in zip(rows, whole[some].to_list(), strict=True)
    ]


# --- drafts --------------------------------------------------------------------------------------


def _drafts(
    born: Born,
    setting: Setting,
    made: tuple[Sequence[tuple[Change, ...]], Iterable[bytes | None]],
    called: tuple[Sequence[str], Sequence[str]],
    start: int,
) -> list[Draft]:
    """Return the drafts of some accounts.

    Args:
        born: all newcomers.
        setting: of the object type.
        made: the changes of those of the newcomers whose drafts are made, and their bytes.
        called: the anchors and the names of all newcomers.
        start: which of them is the first.
    """
    changes, written = made
    rules, end = setting.rules, start + len(changes)
    anchors, names = (one[start:end] for one in called)
    told = (creating_rule(rules), awaiting_rule(rules))
    hidden = hidden_attributes(rules)
    actions = minted(
        Action,
        len(changes),
        operation=repeat(Operation.CREATE),
        object_type=repeat(rules.object_type),
        target=repeat(setting.target),
        subject=born.identities[start:end],
        anchor=anchors,
        native_id=repeat(None),
        changes=changes,
        rule=[told[waits] for waits in born.awaited[start:end].to_list()],
        draws=repeat(setting.occasions.draws),
        redacted=[redacted_in(one, hidden) for one in changes] if hidden else repeat(()),
        written=written,
    )
    return minted(
        Draft,
        len(changes),
        action=actions,
        key=born.keys[start:end],
        name=names,
        wave=repeat(Wave.CREATE),
    )
