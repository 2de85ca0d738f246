"""Rows read in a snapshot, and rows looked up; every row in the types of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy

from connectors._sql_relations import Relation, relation, schema_of
from connectors._sql_settings import KeyedSettings, MembershipSettings
from connectors._sql_values import put_in, taken_out
from provisor.domain.record import Record, Scalar, Value, Values, as_text
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, fold
from provisor.errors import UnknownName, nearest
from provisor.ports.connector import Candidate, Page, ReadEnd, ReadRequest

PAGE_ROWS = 10_000

_Wanted = Sequence[tuple[str, Attribute]]
"""Columns to read, each with the attribute that it becomes."""


def read_rows(
    connection: sqlalchemy.Connection,
    settings: KeyedSettings | MembershipSettings,
    request: ReadRequest,
    system: str,
) -> Iterator[Page | ReadEnd]:
    """Yield the rows of the snapshot that `connection` is in, then whether they are all.

    Raises:
        UnknownName: an attribute is asked for that the declared ones do not have.
    """
    live = relation(connection, settings)
    schema = schema_of(request.object_type, settings, live.columns)
    wanted = _wanted(settings, schema, request.attributes, system)
    offered = _offered(settings, schema, live)
    missing = [column for column, _ in wanted if column not in live.columns]
    if missing:
        known = ", ".join(f"`{name}`" for name in live.columns)
        reason = f"{settings.label} has no column `{missing[0]}`; it has {known}"
        yield ReadEnd(complete=False, reason=reason, columns=offered)
        return
    count = sqlalchemy.select(sqlalchemy.func.count()).select_from(live.source)
    total = int(connection.execute(count).scalar_one())
    seen = 0
    for rows in _pages(connection, live, wanted):
        seen += len(rows)
        yield Page(rows, declared_total=total)
    reason = "" if seen == total else f"{settings.label} gave {seen:,} rows of {total:,} counted"
    yield ReadEnd(complete=not reason, reason=reason, columns=offered)


def find_rows(
    connection: sqlalchemy.Connection, settings: KeyedSettings, candidate: Candidate, system: str
) -> tuple[Record, ...]:
    """Return the rows that fit, looked at again with the attribute's own comparison.

    Raises:
        UnknownName: an attribute is named that there is not.
    """
    live = relation(connection, settings)
    schema = schema_of(candidate.object_type, settings, live.columns)
    asked = _asked(candidate, schema)
    if asked is None:
        return ()
    name, value = asked
    shown = candidate.attributes or _readable(schema)
    wanted = _wanted(settings, schema, [*shown, name], system)
    _prove_columns(live, wanted, system)
    attribute = schema.attribute(name) or Attribute(name)
    condition = _equal(live, attribute, value)
    if condition is None:
        return ()
    rows = [row for page in _pages(connection, live, wanted, condition) for row in page]
    return tuple(
        Record(as_text(row[schema.key]), {n: row[n] for n in {*shown, schema.key}})
        for row in rows
        if _same(row[name], value, attribute)
    )


def _pages(
    connection: sqlalchemy.Connection,
    live: Relation,
    wanted: _Wanted,
    condition: sqlalchemy.ColumnElement[bool] | None = None,
) -> Iterator[list[Values]]:
    """Yield the rows as the server streams them."""
    columns: list[sqlalchemy.ColumnElement[Any]] = [live.column(name) for name, _ in wanted]
    statement = sqlalchemy.select(*columns)
    if condition is not None:
        statement = statement.where(condition)
    attributes = [attribute for _, attribute in wanted]
    streaming = connection.execution_options(yield_per=PAGE_ROWS)
    for partition in streaming.execute(statement).partitions():
        yield [_row(found, attributes) for found in partition]


def _row(found: Sequence[object], attributes: list[Attribute]) -> dict[str, Value]:
    # Text and null, which most cells are, stay as they are whatever the attribute's type.
    return {
        attribute.name: cell
        if cell is None or isinstance(cell, str)
        else taken_out(cell, attribute)
        for cell, attribute in zip(found, attributes, strict=True)
    }


def _wanted(
    settings: KeyedSettings | MembershipSettings,
    schema: ObjectSchema,
    names: Sequence[str],
    system: str,
) -> _Wanted:
    if isinstance(settings, MembershipSettings):
        return [(settings.group, Attribute("group")), (settings.member, Attribute("member"))]
    wanted = []
    for name in sorted({*names, schema.key}):
        attribute = schema.attribute(name) or Attribute(name)
        undeclared = settings.attributes is not None and schema.attribute(name) is None
        if undeclared or attribute.type is AttributeType.SECRET:
            raise _unknown(name, schema, system)
        wanted.append((name, attribute))
    return wanted


def _prove_columns(live: Relation, wanted: _Wanted, system: str) -> None:
    for column, _ in wanted:
        if column not in live.columns:
            what = f"`{system}` has no column `{column}`"
            raise UnknownName(what, where=f"system {system}")


def _unknown(name: str, schema: ObjectSchema, system: str) -> UnknownName:
    known = _readable(schema)
    near = nearest(name, known)
    return UnknownName(
        f"{schema.object_type.value} of `{system}` have no attribute `{name}` to read",
        where=f"system {system}",
        found=f"declared: {', '.join(known)}",
        next=f"did you mean `{near}`?" if near else "",
    )


def _readable(schema: ObjectSchema) -> tuple[str, ...]:
    return tuple(a.name for a in schema.attributes if a.type is not AttributeType.SECRET)


def _offered(
    settings: KeyedSettings | MembershipSettings, schema: ObjectSchema, live: Relation
) -> tuple[str, ...]:
    if isinstance(settings, MembershipSettings):
        return ("group", "member")
    return tuple(name for name in _readable(schema) if name in live.columns)


def _asked(candidate: Candidate, schema: ObjectSchema) -> tuple[str, Scalar] | None:
    if candidate.native_id is not None:
        return schema.key, candidate.native_id
    if candidate.anchor is not None:
        return (schema.anchor, candidate.anchor) if schema.anchor else None
    name, value = candidate.match or ("", None)
    return None if value is None or isinstance(value, tuple) else (name, value)


def _equal(
    live: Relation, attribute: Attribute, value: Scalar
) -> sqlalchemy.ColumnElement[bool] | None:
    """Return the database's own comparison; None when no row of that type can have the value."""
    column = live.column(attribute.name)
    if live.is_query:
        column, value = sqlalchemy.cast(column, sqlalchemy.String), as_text(value)
    try:
        typed = put_in(value, column.type)
    except ValueError:
        return None
    if isinstance(typed, str) and not attribute.case_exact:
        return sqlalchemy.func.lower(column) == sqlalchemy.func.lower(typed)
    return column == typed


def _same(stored: Value, value: Scalar, attribute: Attribute) -> bool:
    return fold(as_text(stored), attribute) == fold(as_text(value), attribute)
