"""One database: opened when first used, read in a snapshot, written in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

from connectors._sql_problems import problem_of
from connectors._sql_settings import SqlSettings
from provisor.errors import NotFound, SettingInvalid

_SNAPSHOT = {
    "postgresql": "REPEATABLE READ",
    "mysql": "REPEATABLE READ",
    "mariadb": "REPEATABLE READ",
}
_BEGIN = "provisor_begin"


class Database:
    """The engine behind one system's address; nothing is connected before it is needed."""

    def __init__(self, settings: SqlSettings, system: str) -> None:
        self.system = system
        self.url = settings.url
        self.engine = _engine(settings)

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for servers and for memory."""
        name = self.url.database
        is_file = self.is_sqlite and name and name != ":memory:" and not name.startswith("file:")
        return Path(name) if is_file and name else None

    @property
    def is_sqlite(self) -> bool:
        """Whether columns hold values of any type, whatever the table says."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[sqlalchemy.Connection]:
        """Give a connection in one snapshot; whatever a query did is rolled back.

        Raises:
            TargetProblem: in place of every complaint of the database.
        """
        options: dict[str, Any] = {_BEGIN: "BEGIN"}
        if self.url.get_backend_name() in _SNAPSHOT:
            options["isolation_level"] = _SNAPSHOT[self.url.get_backend_name()]
        if self.url.get_backend_name() == "postgresql":
            options["postgresql_readonly"] = True
        with self.translated(), self._connect() as connection:
            connection = connection.execution_options(**options)
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    @contextmanager
    def writing(self) -> Iterator[sqlalchemy.Connection]:
        """Give a connection in a transaction; who uses it commits. Complaints come as they are."""
        with self._connect() as connection:
            # SQLite: to ask for the lock first is better than to be refused it half-way.
            yield connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn every complaint of the database into a `TargetProblem`."""
        try:
            yield
        except SQLAlchemyError as complaint:
            raise problem_of(complaint, f"system {self.system}") from None

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def _connect(self) -> sqlalchemy.Connection:
        # SQLite would make an empty database of a mistyped path.
        if self.file is not None and not self.file.exists():
            what = f"`{self.file.name}` does not exist"
            raise NotFound(what, where=f"system {self.system}")
        return self.engine.connect()


def _engine(settings: SqlSettings) -> sqlalchemy.Engine:
    try:
        engine = sqlalchemy.create_engine(settings.url, hide_parameters=True, pool_pre_ping=True)
    except (NoSuchModuleError, ImportError):
        what = f"there is no driver for `{settings.url.drivername}` here"
        advice = "install the driver, or name another one in the address"
        raise SettingInvalid(what, where="url", next=advice) from None
    if settings.url.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, settings.busy_timeout_seconds)
    return engine


def _prepare_sqlite(engine: sqlalchemy.Engine, busy_timeout_seconds: float) -> None:
    """Make SQLite keep its own foreign keys, wait for its lock, and begin when we say so."""

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver's own idea of a transaction excludes reads
        connection.execute(f"PRAGMA busy_timeout = {int(busy_timeout_seconds * 1000)}")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
