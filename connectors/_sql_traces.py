"""Where changes leave a trace: the columns that grow, and those that mark or list what is gone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy

from connectors._sql_relations import Relation, is_gone, relation
from connectors._sql_settings import ChangesSettings, KeyedSettings, MembershipSettings
from connectors._sql_values import Stored
from connectors._sql_watermarks import Course, Level, Order, level_of, lowered
from provisor.domain.schema import AttributeType

SECONDS_OVERLAP = 300
NUMBERS_OVERLAP = 1000

Settings = KeyedSettings | MembershipSettings
Condition = sqlalchemy.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Trace:
    """A relation, the columns that name its rows, and those that grow when one changes."""

    live: Relation
    keys: tuple[str, ...]
    growing: tuple[str, ...]

    @property
    def names(self) -> list[sqlalchemy.ColumnElement[Any]]:
        """The columns that name a row."""
        return [self.live.column(name) for name in self.keys]

    @property
    def is_unique(self) -> bool:
        """Whether the database itself lets a key stand in one row only."""
        if self.live.is_query or len(self.keys) > 1:
            return False
        key = self.keys[0]
        primary = [column.name for column in self.live.table.primary_key.columns]
        return primary == [key] or self.live.columns[key].unique


@dataclass(frozen=True, slots=True)
class Traces:
    """What tells changes of one object type, and what tells removals."""

    rows: Trace
    gone: Trace | None
    marked: str | None
    """The column that marks a row as gone."""

    def is_there(self) -> Condition | None:
        """Return the condition of rows that are not marked as gone; None when none can be."""
        return (
            None if self.marked is None else sqlalchemy.not_(is_gone(self.rows.live, self.marked))
        )

    def shown(self, changed: Condition) -> Condition:
        """Return the condition of the rows to show: every row of a key of which one changed.

        A key in several rows is set aside; a delta with one of them would hide that.
        """
        if not self.rows.is_unique and len(self.rows.keys) == 1:
            key = self.rows.names[0]
            changed = sqlalchemy.or_(changed, key.in_(sqlalchemy.select(key).where(changed)))
        there = self.is_there()
        return changed if there is None else sqlalchemy.and_(changed, there)


def traces_of(connection: sqlalchemy.Connection, settings: Settings) -> Traces | None:
    """Return the traces; None without `changes`, or when a column of it is not there."""
    changes = settings.changes
    if changes is None:
        return None
    live = relation(connection, settings)
    keys = _keys(settings)
    growing = [changes.column]
    if changes.deleted is not None and _is_alike(live, changes.column, changes.deleted):
        growing.append(changes.deleted)
    rows = Trace(live, keys, tuple(growing))
    needed = {*keys, changes.column, *([changes.deleted] if changes.deleted else [])}
    gone = None
    if changes.removed is not None:
        told = changes.removed
        names = (told.group, told.member) if len(keys) == 2 else (told.key,)
        places = tuple(given or own for given, own in zip(names, keys, strict=True))
        gone = Trace(relation(connection, told), places, (told.column,))
        if not {*places, told.column} <= gone.live.columns.keys():
            return None
    return Traces(rows, gone, changes.deleted) if needed <= live.columns.keys() else None


def _keys(settings: Settings) -> tuple[str, ...]:
    if isinstance(settings, MembershipSettings):
        return settings.group, settings.member
    return (settings.key_column,)


def _is_alike(live: Relation, one: str, other: str) -> bool:
    """Say whether two columns can be compared: times with times."""
    return (
        one in live.columns
        and other in live.columns
        and live.columns[one].kind is live.columns[other].kind is AttributeType.TIME
    )


def high_of(connection: sqlalchemy.Connection, trace: Trace) -> Level | None:
    """Return the greatest value; an index on the column makes this cheap."""
    highs = [
        level_of(connection.execute(sqlalchemy.select(sqlalchemy.func.max(column))).scalar())
        for column in (trace.live.column(name) for name in trace.growing)
    ]
    known = [level for level in highs if level is not None]
    greatest = known[0] if known else None
    for level in known[1:]:
        if greatest is not None and level.order is greatest.order and greatest.below(level):
            greatest = level
    return greatest


def since_of(trace: Trace, course: Course, changes: ChangesSettings) -> Condition:
    """Return the condition of rows that may have changed; equal values and nulls are told again."""
    if course.base is None:
        return sqlalchemy.true()
    low = lowered(course.base, _overlap(course.base, changes)).stored()
    columns = [trace.live.column(name) for name in trace.growing]
    conditions = [column >= _bound(low, column) for column in columns]
    if trace.live.is_query or trace.live.table.columns[trace.growing[0]].nullable:
        conditions.append(columns[0].is_(None))
    return sqlalchemy.or_(*conditions)


def _bound(low: Stored, column: sqlalchemy.ColumnElement[Any]) -> Stored:
    """Return the value as a column without a type takes it: SQLite's driver knows no fractions."""
    untyped = isinstance(column.type, sqlalchemy.types.NullType)
    return math.nextafter(float(low), -math.inf) if untyped and isinstance(low, Decimal) else low


def _overlap(level: Level, changes: ChangesSettings) -> int:
    if changes.overlap is not None:
        return changes.overlap
    return NUMBERS_OVERLAP if level.order is Order.NUMBER else SECONDS_OVERLAP
