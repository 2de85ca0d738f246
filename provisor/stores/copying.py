"""A server's store as a SQLite file, every row as it stands, for whoever reads files only."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, select

from provisor.stores.columns import schema
from provisor.stores.rows import insert
from provisor.stores.transactions import Database

_ROWS_AT_ONCE = 5_000


def copy_to_file(database: Database, path: Path) -> None:
    """Copy every table of one moment of the store into a new file that its owner alone reads.

    The copy proves what the store holds and is no store to work with: nothing guards its rows.

    Raises:
        FileExistsError: something is there already.
        StoreDamaged: the database does not answer.

    Cost: every row of the store is read once; a page of rows of memory.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with database.reading() as connection, engine.begin() as copy:
        schema.create_all(copy)
        _copy_rows(connection, copy)


def _copy_rows(connection: Connection, copy: Connection) -> None:
    for table in schema.sorted_tables:
        question = select(table).execution_options(yield_per=_ROWS_AT_ONCE)
        for rows in connection.execute(question).partitions():
            insert(copy, table, [tuple(row) for row in rows])
