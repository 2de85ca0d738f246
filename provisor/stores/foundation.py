"""A new store's tables, guards and first rows, without the migration tool."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, Engine, inspect, select

from provisor.domain.canonical import Frontier
from provisor.stores import postgresql, sqlite
from provisor.stores.columns import schema
from provisor.stores.rows import insert
from provisor.stores.tables import (
    APPEND_ONLY,
    PARTIAL_INDEXES,
    REVISIONS,
    installation,
    log_head,
    revision_mark,
)

_ID_BYTES = 16
_SEED_BYTES = 32


def lay_foundation(engine: Engine) -> None:
    """Make every table of the newest revision in an empty database, in one transaction.

    The same schema as by the migrations, without importing Alembic; a test compares the two.
    """
    with engine.execution_options(provisor_writes=True).begin() as connection:
        if inspect(connection).has_table(revision_mark.name):
            return
        schema.create_all(connection)
        for statement in PARTIAL_INDEXES:
            connection.exec_driver_sql(statement)
        guard(connection)
        insert(connection, revision_mark, [(REVISIONS[-1],)])
        add_first_rows(connection)


def guard(connection: Connection) -> None:
    """Make the database refuse changes to append-only tables."""
    statements = (
        sqlite.guard_statements
        if connection.dialect.name == "sqlite"
        else postgresql.guard_statements
    )
    for table in APPEND_ONLY:
        for statement in statements(table):
            connection.exec_driver_sql(statement)


def add_first_rows(connection: Connection) -> None:
    """Draw the installation's id and seed and begin an empty log, unless that was done."""
    if connection.execute(select(installation.c.id)).first() is not None:
        return
    row = (secrets.token_hex(_ID_BYTES), secrets.token_bytes(_SEED_BYTES))
    insert(connection, installation, [row])
    insert(connection, log_head, [(1, 0, b"", Frontier().root())])
