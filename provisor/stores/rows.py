"""Many rows at once, through the driver's own bulk call.

Statements are written out here because SQLAlchemy's insert costs several times the driver's per
row; the text is the same on SQLite and PostgreSQL, only the placeholder differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table

Values = tuple[object, ...]

_CHUNK = 1_000
_AT_ONCE = 10_000
"""Rows in one call of the driver."""
_TOGETHER = 100
"""Rows in one statement; more of them save nothing."""


def ask(connection: Connection, question: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows that answer a question of every transaction; `?` stands for a value.

    Cost: a third of what composing the same statement takes.
    """
    rows = connection.exec_driver_sql(question.replace("?", _mark(connection)), values)
    return [tuple(row) for row in rows]


def change(connection: Connection, statement: str, *values: object) -> None:
    """Run one statement that changes rows; `?` stands for a value."""
    connection.exec_driver_sql(statement.replace("?", _mark(connection)), values)


def change_many(connection: Connection, statement: str, rows: Sequence[Values]) -> None:
    """Run one statement that changes rows, once for each of many lists of values."""
    if rows:
        connection.exec_driver_sql(statement.replace("?", _mark(connection)), list(rows))


def insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, each with every column in the table's order."""
    one, several = _insertions(table, _mark(connection))
    # Piece by piece: rows that are made where they are asked for are never held together.
    for start in range(0, len(rows), _AT_ONCE):
        piece = rows[start : start + _AT_ONCE]
        full = len(piece) - len(piece) % _TOGETHER
        groups = (piece[at : at + _TOGETHER] for at in range(0, full, _TOGETHER))
        if full:
            connection.exec_driver_sql(several, [tuple(chain(*group)) for group in groups])
        if full < len(piece):
            connection.exec_driver_sql(one, list(piece[full:]))


def insert_new(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows whose primary key is not there yet; leave the others as they are."""
    if rows:
        statement = f"{_insertion(table, _mark(connection))} ON CONFLICT DO NOTHING"
        connection.exec_driver_sql(statement, list(rows))


def put(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, or replace those with the same primary key."""
    if rows:
        connection.exec_driver_sql(_replacement(table, _mark(connection)), list(rows))


def rewrite(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    where: Sequence[str],
    rows: Sequence[Values],
) -> None:
    """Change some columns of some rows; each row gives the new values, then the old `where`."""
    if rows:
        mark = _mark(connection)
        given = ", ".join(f'"{column}" = {mark}' for column in columns)
        found = " AND ".join(f'"{column}" = {mark}' for column in where)
        statement = f'UPDATE "{table.name}" SET {given} WHERE {found}'  # noqa: S608 - names of our own tables
        connection.exec_driver_sql(statement, list(rows))


def remove(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Values]
) -> None:
    """Remove every row whose columns equal one of the given rows."""
    if rows:
        mark = _mark(connection)
        where = " AND ".join(f'"{column}" = {mark}' for column in columns)
        statement = f'DELETE FROM "{table.name}" WHERE {where}'  # noqa: S608 - names of our own tables
        connection.exec_driver_sql(statement, list(rows))


def chosen(
    connection: Connection, table: Table, columns: Sequence[str], wanted: Iterable[str]
) -> Iterator[tuple[object, ...]]:
    """Yield the columns of every row whose first column is one of the wanted texts."""
    mark = _mark(connection)
    names = ", ".join(f'"{column}"' for column in columns)
    remaining = iter(wanted)
    while chunk := tuple(islice(remaining, _CHUNK)):
        marks = ", ".join([mark] * len(chunk))
        statement = f'SELECT {names} FROM "{table.name}" WHERE "{columns[0]}" IN ({marks})'  # noqa: S608 - names of our own tables
        # All of a chunk at once: asking the driver row by row costs twice as much.
        yield from connection.exec_driver_sql(statement, chunk).all()


def chosen_of(
    connection: Connection,
    question: str,
    values: Values,
    wanted: Iterable[str | bytes],
    after: str = "",
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a question that ends in `IN`, for all of the wanted texts.

    Args:
        connection: of the transaction.
        question: `?` stands for a value.
        values: those of the question, without the wanted texts.
        wanted: any number of texts.
        after: what stands behind the wanted texts.
    """
    mark = _mark(connection)
    text = question.replace("?", mark)
    listed: list[Any] = sorted(set(wanted))  # either all text, or all bytes
    for start in range(0, len(listed), _CHUNK):
        some: Values = (*values, *listed[start : start + _CHUNK])
        marks = ", ".join([mark] * (len(some) - len(values)))
        found = connection.exec_driver_sql(f"{text} ({marks}) {after}", some)
        yield from map(tuple, found.all())


def next_number(connection: Connection, table: Table) -> int:
    """Return the number that the table's next row gets; its first column counts the rows.

    Writers take turns, so nobody else draws the same number.
    """
    counting = next(iter(table.c)).name
    question = f'SELECT max("{counting}") FROM "{table.name}"'  # noqa: S608 - names of our own tables
    ((newest,),) = ask(connection, question)
    return 1 if newest is None else int(newest) + 1


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


@cache
def _insertion(table: Table, mark: str) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.c)
    marks = ", ".join([mark] * len(table.c))
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - names of our own tables


@cache
def _insertions(table: Table, mark: str) -> tuple[str, str]:
    """Return the statements that insert one row, and several."""
    one = _insertion(table, mark)
    marks = ", ".join([mark] * len(table.c))
    return one, one + f", ({marks})" * (_TOGETHER - 1)


@cache
def _replacement(table: Table, mark: str) -> str:
    key = [column.name for column in table.primary_key]
    rest = [column.name for column in table.c if column.name not in key]
    renewed = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    target = ", ".join(f'"{name}"' for name in key)
    return f"{_insertion(table, mark)} ON CONFLICT ({target}) DO UPDATE SET {renewed}"
