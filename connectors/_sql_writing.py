"""Rows made, changed and taken away, many in one statement; a bad one is found in a savepoint.

Each function gets rows of one kind, an open transaction, and gives one outcome per row. A lost
connection and a lock are for the caller, who knows what becomes of the whole transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlalchemy.exc import SQLAlchemyError

from connectors._outcomes import already_so, done, failed
from connectors._sql_problems import UNFIT, problem_of
from connectors._sql_relations import Relation
from connectors._sql_values import Stored, put_in
from provisor.domain.schema import ObjectSchema
from provisor.errors import (
    Ambiguous,
    Conflict,
    InvalidValue,
    NotFound,
    ReferenceMissing,
    TargetProblem,
)
from provisor.ports.connector import Written

_TARGET_ID = "provisor_target_id"


@dataclass(frozen=True, slots=True)
class Row:
    """One action as a row: its position in the batch and the values in the driver's types."""

    position: int
    native_id: str
    anchor: str | None
    values: Mapping[str, Stored]


@dataclass(frozen=True, slots=True)
class Keyed:
    """A table that is written, with the columns by which its rows are found."""

    relation: Relation
    schema: ObjectSchema
    where: str
    """How messages call the system."""

    @property
    def id(self) -> str:
        """The column with the native id."""
        return self.schema.key

    @property
    def anchor(self) -> str:
        """The column with our immutable id; empty when there is none."""
        return self.schema.anchor

    def ids(self, connection: sqlalchemy.Connection, column: str, texts: Sequence[str]) -> Ids:
        """Return the ids of the rows whose column has one of these texts, looked at again here."""
        place = self.relation.column(column)
        asked = set(texts)
        wanted = [value for text in asked if (value := typed(text, place)) is not None]
        found = sqlalchemy.select(place, self.relation.column(self.id)).where(place.in_(wanted))
        ids: Ids = {}
        for value, native_id in connection.execute(found):
            if str(value) in asked:
                ids.setdefault(str(value), []).append(str(native_id))
        return ids


Ids = dict[str, list[str]]
"""Text of an anchor or id to the ids of the rows that have it."""


def typed(text: str, place: sqlalchemy.ColumnElement[Any]) -> Stored:
    """Return the text in the column's type; None when no row can have it."""
    try:
        return put_in(text, place.type)
    except ValueError:
        return None


# --- create ---------------------------------------------------------------------------------


def create_rows(
    connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row]
) -> Iterator[Written]:
    """Make rows; one whose anchor is there already is ours, and is made no second time."""
    fresh: list[Row] = []
    repeated: list[Row] = []
    ours = _ids_by_anchor(connection, keyed, rows)
    coming: set[str] = set()
    for row in rows:
        if row.anchor is not None and row.anchor in ours:
            yield _found_ours(row, ours[row.anchor], keyed)
        elif row.anchor is not None and row.anchor in coming:
            repeated.append(row)
        else:
            coming |= {row.anchor} if row.anchor is not None else set()
            fresh.append(row)
    for some in _by_columns(fresh):
        yield from _together(connection, keyed, some, _insert_many, _insert_one)
    ours = _ids_by_anchor(connection, keyed, repeated)
    for row in repeated:
        yield (
            _found_ours(row, ours[row.anchor], keyed)
            if row.anchor in ours
            else _insert_one(connection, keyed, row)
        )


def _ids_by_anchor(connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row]) -> Ids:
    anchors = [row.anchor for row in rows if row.anchor is not None]
    if not keyed.anchor or not anchors:
        return {}
    return keyed.ids(connection, keyed.anchor, anchors)


def _found_ours(row: Row, ids: list[str], keyed: Keyed) -> Written:
    if len(ids) == 1:
        return already_so(row.position, ids[0])
    what = f"{len(ids)} rows carry the anchor of this one"
    return failed(row.position, Ambiguous(what, where=keyed.where))


def _insert_many(
    connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row]
) -> list[Written] | None:
    """Make all rows in one statement; None when their ids could not be learned afterwards."""
    if any(row.anchor is None for row in rows):
        return None
    connection.execute(sqlalchemy.insert(keyed.relation.table), [dict(r.values) for r in rows])
    ids = _ids_by_anchor(connection, keyed, rows)
    if any(len(ids.get(row.anchor or "", ())) != 1 for row in rows):
        return None
    return [done(row.position, ids[row.anchor or ""][0]) for row in rows]


def _insert_one(connection: sqlalchemy.Connection, keyed: Keyed, row: Row) -> Written:
    statement = sqlalchemy.insert(keyed.relation.table).values(dict(row.values))
    id_column = keyed.relation.column(keyed.id)
    try:
        with connection.begin_nested():
            if connection.dialect.insert_returning:
                native_id = connection.execute(statement.returning(id_column)).scalar_one()
            else:
                native_id = (connection.execute(statement).inserted_primary_key or (None,))[0]
    except (SQLAlchemyError, *UNFIT) as complaint:
        problem = _of_one_row(complaint, keyed)
    else:
        return done(row.position, str(native_id))
    if isinstance(problem, Conflict):
        # Somebody made it between our look and our insert; it may have been ourselves.
        ours = _ids_by_anchor(connection, keyed, [row])
        if row.anchor in ours:
            return _found_ours(row, ours[row.anchor], keyed)
    return failed(row.position, problem)


# --- update ---------------------------------------------------------------------------------


def update_rows(
    connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row]
) -> Iterator[Written]:
    """Change rows; each must be there exactly once."""
    present, others = _present(connection, keyed, rows)
    yield from (failed(r.position, p, r.native_id) for r, p in others)
    yield from (already_so(row.position, row.native_id) for row in present if not row.values)
    for some in _by_columns([row for row in present if row.values]):
        yield from _together(connection, keyed, some, _update_many, _update_one)


def _present(
    connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row]
) -> tuple[list[Row], list[tuple[Row, TargetProblem]]]:
    """Part the rows into those that are there exactly once and the others."""
    ids = keyed.ids(connection, keyed.id, [row.native_id for row in rows])
    present: list[Row] = []
    others: list[tuple[Row, TargetProblem]] = []
    for row in rows:
        match len(ids.get(row.native_id, ())):
            case 1:
                present.append(row)
            case 0:
                others.append((row, NotFound("no row has this native id", where=keyed.where)))
            case count:
                what = f"{count} rows have this native id"
                others.append((row, Ambiguous(what, where=keyed.where)))
    return present, others


def _update_many(
    connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row]
) -> list[Written] | None:
    """Change all rows in one statement; None when it hit more or fewer."""
    target = keyed.relation.column(keyed.id)
    names = sorted(rows[0].values)
    statement = (
        sqlalchemy.update(keyed.relation.table)
        .where(target == sqlalchemy.bindparam(_TARGET_ID, type_=target.type))
        .values({name: sqlalchemy.bindparam(f"set_{n}") for n, name in enumerate(names)})
    )
    parameters = [_parameters(row, names, target) for row in rows]
    hit = connection.execute(statement, parameters).rowcount
    return [done(row.position, row.native_id) for row in rows] if hit == len(rows) else None


def _parameters(
    row: Row, names: Sequence[str], target: sqlalchemy.ColumnElement[Any]
) -> dict[str, Stored]:
    """Name the parameters by number: a column may be called what no parameter may be."""
    values = {f"set_{n}": row.values[name] for n, name in enumerate(names)}
    return {**values, _TARGET_ID: typed(row.native_id, target)}


def _update_one(connection: sqlalchemy.Connection, keyed: Keyed, row: Row) -> Written:
    try:
        with connection.begin_nested() as savepoint:
            written = _update_many(connection, keyed, [row])
            if written is None:
                savepoint.rollback()
    except (SQLAlchemyError, *UNFIT) as complaint:
        return failed(row.position, _of_one_row(complaint, keyed), row.native_id)
    if written is None:
        what = "the update hit another number of rows than one, and was taken back"
        return failed(row.position, Ambiguous(what, where=keyed.where), row.native_id)
    return written[0]


# --- delete ---------------------------------------------------------------------------------


def delete_rows(
    connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row]
) -> Iterator[Written]:
    """Take rows away; what is not there is already so. Rows that refer to them are not touched."""
    present, others = _present(connection, keyed, rows)
    for row, problem in others:
        gone = isinstance(problem, NotFound)
        yield (
            already_so(row.position, row.native_id)
            if gone
            else failed(row.position, problem, row.native_id)
        )
    yield from _together(connection, keyed, present, _delete_many, _delete_one)


def _delete_many(
    connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row]
) -> list[Written] | None:
    target = keyed.relation.column(keyed.id)
    ids = [typed(row.native_id, target) for row in rows]
    hit = connection.execute(sqlalchemy.delete(keyed.relation.table).where(target.in_(ids)))
    return (
        [done(row.position, row.native_id) for row in rows] if hit.rowcount == len(rows) else None
    )


def _delete_one(connection: sqlalchemy.Connection, keyed: Keyed, row: Row) -> Written:
    try:
        with connection.begin_nested():
            _delete_many(connection, keyed, [row])
    except (SQLAlchemyError, *UNFIT) as complaint:
        problem = _of_one_row(complaint, keyed)
        if isinstance(problem, ReferenceMissing):
            what = "other rows refer to this one; its memberships go first"
            problem = Conflict(what, where=keyed.where)
        return failed(row.position, problem, row.native_id)
    return done(row.position, row.native_id)


# --- many rows, or one after the other ------------------------------------------------------

_Many = Callable[[sqlalchemy.Connection, Keyed, Sequence[Row]], list[Written] | None]
_One = Callable[[sqlalchemy.Connection, Keyed, Row], Written]


def _together(
    connection: sqlalchemy.Connection, keyed: Keyed, rows: Sequence[Row], many: _Many, one: _One
) -> list[Written]:
    """Do all rows in one statement; when that fails, each in a savepoint of its own."""
    if not rows:
        return []
    written: list[Written] | None = None
    try:
        with connection.begin_nested() as savepoint:
            written = many(connection, keyed, rows)
            if written is None:
                savepoint.rollback()
    except (SQLAlchemyError, *UNFIT) as complaint:
        raise_unless_about_a_row(complaint)
    return written if written is not None else [one(connection, keyed, row) for row in rows]


def _of_one_row(complaint: Exception, keyed: Keyed) -> TargetProblem:
    raise_unless_about_a_row(complaint)
    known = complaint if isinstance(complaint, SQLAlchemyError) else ValueError()
    return problem_of(known, keyed.where)


def raise_unless_about_a_row(complaint: Exception) -> None:
    """Let pass what concerns the whole transaction: a lost connection, a lock, a full disk."""
    if isinstance(complaint, SQLAlchemyError):
        about = problem_of(complaint, "")
        if not isinstance(about, InvalidValue | Conflict | ReferenceMissing):
            raise complaint


def _by_columns(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the rows that set the same columns, which one statement can carry."""
    groups: dict[frozenset[str], list[Row]] = {}
    for row in rows:
        groups.setdefault(frozenset(row.values), []).append(row)
    yield from groups.values()
