"""Tables and queries as they are found: columns come from the database or from the settings.

No name from outside reaches a statement as text; SQLAlchemy quotes them, and values are bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy
from sqlalchemy import types
from sqlalchemy.exc import NoSuchTableError

from connectors._sql_settings import (
    AttributeSettings,
    KeyedSettings,
    MembershipSettings,
    RelationSettings,
)
from connectors._sql_values import attribute_type
from provisor.domain.record import Scalar
from provisor.domain.schema import (
    Attribute,
    AttributeType,
    ObjectSchema,
    ObjectType,
    Switch,
    Writable,
)
from provisor.errors import NotFound


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says about a column."""

    kind: AttributeType = AttributeType.STRING
    required: bool = False
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or query with its live columns."""

    source: sqlalchemy.FromClause
    columns: Mapping[str, Facts]
    is_query: bool

    def column(self, name: str) -> sqlalchemy.ColumnElement[Any]:
        """Return a column by its live name."""
        return self.source.c[name]

    @property
    def table(self) -> sqlalchemy.Table:
        """The table, to be written."""
        if not isinstance(self.source, sqlalchemy.Table):
            raise TypeError("a query is not written")
        return self.source


def relation(connection: sqlalchemy.Connection, settings: RelationSettings) -> Relation:
    """Return a table or query as the database has it now.

    Raises:
        NotFound: there is no such table.
    """
    if settings.query is not None:
        return _query(connection, settings.query)
    try:
        table = sqlalchemy.Table(
            settings.table or "",
            sqlalchemy.MetaData(),
            schema=settings.in_schema,
            autoload_with=connection,
            resolve_fks=False,
            listeners=[("column_reflect", _remember_type)],
        )
    except NoSuchTableError:
        what = f"{settings.label} is not in the database"
    else:
        unique = _unique_columns(table)
        return Relation(table, {c.name: _facts(c, unique) for c in table.columns}, is_query=False)
    raise NotFound(what)


def _remember_type(inspector: Any, _table: object, column: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event
    """Keep the declared type; in SQLite a column holds anything, so nothing is converted there."""
    column["info"] = {"declared": column["type"]}
    if inspector.dialect.name == "sqlite":
        column["type"] = types.NullType()


def _facts(column: sqlalchemy.Column[Any], unique: set[str]) -> Facts:
    needed = not column.nullable and column.server_default is None and not column.primary_key
    return Facts(attribute_type(column.info["declared"]), needed, column.name in unique)


def _unique_columns(table: sqlalchemy.Table) -> set[str]:
    """Return the columns that are unique by themselves."""
    groups: list[Iterable[sqlalchemy.Column[Any]]] = [
        c.columns for c in table.constraints if isinstance(c, sqlalchemy.UniqueConstraint)
    ]
    groups += [index.columns for index in table.indexes if index.unique]
    names = [[column.name for column in group] for group in groups]
    return {group[0] for group in names if len(group) == 1}


def _query(connection: sqlalchemy.Connection, query: str) -> Relation:
    plain = sqlalchemy.text(query.replace(":", "\\:"))  # a colon in it is no parameter of ours
    everything: sqlalchemy.Select[Any] = sqlalchemy.select(sqlalchemy.literal_column("*"))
    nothing = everything.select_from(plain.columns().subquery("provisor_query"))
    names = list(connection.execute(nothing.where(sqlalchemy.false())).keys())
    columns: list[sqlalchemy.ColumnClause[Any]] = [sqlalchemy.column(name) for name in names]
    source = plain.columns(*columns).subquery("provisor_query")
    return Relation(source, dict.fromkeys(names, Facts()), is_query=True)


def is_gone(live: Relation, marked: str) -> sqlalchemy.ColumnElement[bool]:
    """Return the condition of rows that a column marks as gone: true, or any value."""
    column = live.column(marked)
    if live.columns[marked].kind is AttributeType.BOOLEAN:
        return sqlalchemy.func.coalesce(column, sqlalchemy.false()) == sqlalchemy.true()
    return column.is_not(None)


def is_there(
    live: Relation, settings: KeyedSettings | MembershipSettings
) -> sqlalchemy.ColumnElement[bool] | None:
    """Return the condition of rows that are not marked as gone; None when none can be."""
    marked = settings.changes.deleted if settings.changes else None
    return None if marked is None else sqlalchemy.not_(is_gone(live, marked))


# --- schemas --------------------------------------------------------------------------------


def schema_of(
    object_type: ObjectType,
    settings: KeyedSettings | MembershipSettings,
    columns: Mapping[str, Facts] | None,
) -> ObjectSchema:
    """Return the schema: the declared attributes, else the columns, else only those with a duty.

    Args:
        columns: what the database says; None when it was not asked.
    """
    if isinstance(settings, MembershipSettings):
        return ObjectSchema(object_type, (Attribute("group"), Attribute("member")))
    known = columns or {}
    offered = settings.attributes if settings.attributes is not None else known
    names = dict.fromkeys([*settings.duties, *offered])
    switch = settings.disable
    return ObjectSchema(
        object_type,
        tuple(_attribute(name, settings, known.get(name, Facts())) for name in names),
        open=settings.attributes is None and columns is None,
        key=settings.key_column,
        anchor=settings.anchor or "",
        name=settings.name or "",
        switch=Switch(switch.column, switch.on, switch.off) if switch else None,
    )


def _attribute(name: str, settings: KeyedSettings, facts: Facts) -> Attribute:
    said = (settings.attributes or {}).get(name, AttributeSettings())
    shown = settings.duties.get(name)
    kind = facts.kind if shown is None else _kind(shown)
    attribute = said.attribute(name, kind)
    attribute = replace(
        attribute,
        required=attribute.required or facts.required or name in settings.required,
        unique=attribute.unique or facts.unique,
    )
    return _with_duty(attribute, settings)


def _with_duty(attribute: Attribute, settings: KeyedSettings) -> Attribute:
    name = attribute.name
    if name in (settings.anchor, settings.name):
        attribute = replace(attribute, unique=True, identity_key=True)
    if name in (settings.anchor, settings.key_column):
        # Ids travel as text everywhere, also those that the database counts.
        attribute = replace(attribute, type=AttributeType.STRING, case_exact=True)
    if name == settings.key_column:
        given = settings.anchor == name
        writable = Writable.ON_CREATE if given else Writable.NEVER
        attribute = replace(attribute, writable=writable, required=False)
    return attribute


def _kind(shown: Scalar) -> AttributeType:
    match shown:
        case bool():
            return AttributeType.BOOLEAN
        case int():
            return AttributeType.INTEGER
        case _:
            return AttributeType.STRING
