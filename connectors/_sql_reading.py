"""Rows read in a snapshot, every row in the types of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy

from connectors._sql_relations import Relation, is_there, relation, schema_of
from connectors._sql_settings import KeyedSettings, MembershipSettings
from connectors._sql_values import taken_out
from provisor.domain.record import Value, Values
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema
from provisor.errors import UnknownName, nearest
from provisor.ports.connector import Page, ReadEnd, ReadRequest

PAGE_ROWS = 10_000

Wanted = Sequence[tuple[str, Attribute]]
"""Columns to read, each with the attribute that it becomes."""


def read_rows(
    connection: sqlalchemy.Connection,
    settings: KeyedSettings | MembershipSettings,
    request: ReadRequest,
    system: str,
    watermark: str | None,
) -> Iterator[Page | ReadEnd]:
    """Yield the rows of the snapshot that `connection` is in, then whether they are all.

    Args:
        watermark: where a delta after this snapshot starts.

    Raises:
        UnknownName: an attribute is asked for that the declared ones do not have.
    """
    live = relation(connection, settings)
    schema = schema_of(request.object_type, settings, live.columns)
    wanted = wanted_columns(settings, schema, request.attributes, system)
    columns = offered(settings, schema, live)
    marked = settings.changes.deleted if settings.changes else None
    needed = [column for column, _ in wanted] + ([marked] if marked else [])
    missing = [column for column in needed if column not in live.columns]
    if missing:
        known = ", ".join(f"`{name}`" for name in live.columns)
        reason = f"{settings.label} has no column `{missing[0]}`; it has {known}"
        yield ReadEnd(complete=False, reason=reason, columns=columns)
        return
    there = is_there(live, settings)
    count = sqlalchemy.select(sqlalchemy.func.count()).select_from(live.source)
    total = int(connection.execute(count if there is None else count.where(there)).scalar_one())
    seen = 0
    for rows in pages_of(connection, live, wanted, there):
        seen += len(rows)
        yield Page(rows, declared_total=total)
    reason = "" if seen == total else f"{settings.label} gave {seen:,} rows of {total:,} counted"
    mark = None if reason else watermark
    yield ReadEnd(complete=not reason, reason=reason, watermark=mark, columns=columns)


def pages_of(
    connection: sqlalchemy.Connection,
    live: Relation,
    wanted: Wanted,
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


def wanted_columns(
    settings: KeyedSettings | MembershipSettings,
    schema: ObjectSchema,
    names: Sequence[str],
    system: str,
) -> Wanted:
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


def _unknown(name: str, schema: ObjectSchema, system: str) -> UnknownName:
    known = readable(schema)
    near = nearest(name, known)
    return UnknownName(
        f"{schema.object_type.value} of `{system}` have no attribute `{name}` to read",
        where=f"system {system}",
        found=f"declared: {', '.join(known)}",
        next=f"did you mean `{near}`?" if near else "",
    )


def readable(schema: ObjectSchema) -> tuple[str, ...]:
    return tuple(a.name for a in schema.attributes if a.type is not AttributeType.SECRET)


def offered(
    settings: KeyedSettings | MembershipSettings, schema: ObjectSchema, live: Relation
) -> tuple[str, ...]:
    if isinstance(settings, MembershipSettings):
        return ("group", "member")
    return tuple(name for name in readable(schema) if name in live.columns)
