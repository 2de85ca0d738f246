"""One transaction at a time: every error of the database becomes a sentence of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from provisor.errors import StoreDamaged
from provisor.ports.clock import Clock

_KEEP = "keep a copy of the store as it is, then run `python -m provisor.verifier` on the copy"

# What an error code of SQLite or PostgreSQL (its beginning) means to an operator, and what helps.
_MEANINGS = (
    ("SQLITE_FULL", "the store has no room left", "free disk space, then repeat the command"),
    ("SQLITE_READONLY", "the store cannot be written", "let this user write the store's folder"),
    ("SQLITE_CANTOPEN", "the store cannot be opened", "let this user read and write the folder"),
    ("SQLITE_BUSY", "another program held the store for 30 seconds", "repeat the command later"),
    ("SQLITE_NOTADB", "the file is not a Provisor store", "check `store.url`"),
    ("SQLITE_CORRUPT", "the store is damaged", _KEEP),
    ("SQLITE_IOERR", "the disk failed while the store was used", _KEEP),
    ("SQLITE_CONSTRAINT", "the store refused rows that contradict what it holds", _KEEP),
    ("23", "the store refused rows that contradict what it holds", _KEEP),
    ("28", "the database server does not let this user in", "check `store.url`"),
    ("3D", "the database server has no such database", "create it, or check `store.url`"),
    ("53", "the database server has no room left", "free disk space or memory, then repeat"),
    # A driver that is not let in tells no code: who answered, and why not, stands in its text only.
    (
        "OperationalError",
        "the database server does not answer, or has no such database or user",
        "start it, create the database, or check `store.url`",
    ),
)


class Database:
    """An open database: reading and writing transactions over pooled connections."""

    def __init__(self, engine: Engine, *, where: str, clock: Clock) -> None:
        self.where = where
        """The place as messages name it, without a password."""
        self.clock = clock
        self.seed = b""
        """The installation's seed; keys the seals of fact rows."""
        self._engine = engine
        self._writer = engine.execution_options(provisor_writes=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging moment of the store.

        Raises:
            StoreDamaged: the database does not answer, or a stored row has no meaning.
        """
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise damaged(error, self.where) from error
        except (ValueError, KeyError) as error:
            raise unreadable(self.where, type(error).__name__) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that alone may write; all of it is kept, or nothing.

        Raises:
            StoreDamaged: the database did not take it; nothing was written.
        """
        try:
            with self._writer.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise damaged(error, self.where) from error

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def damaged(error: DBAPIError, where: str) -> StoreDamaged:
    """Say in five parts what a database error means.

    Only the error's code is told: the driver's own text may hold values.
    """
    name = _code(error)
    what, following = next(
        ((what, following) for start, what, following in _MEANINGS if name.startswith(start)),
        ("the store did not take or give what was asked", _KEEP),
    )
    return StoreDamaged(
        what,
        where=where,
        found=f"the database answered {name}",
        safe="the transaction was undone as a whole; nothing is half-written",
        next=following,
    )


def _code(error: DBAPIError) -> str:
    original = error.orig
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(code or type(original).__name__)


def is_missing_table(error: DBAPIError) -> bool:
    """Say whether the database only lacks the table that was asked."""
    return _code(error) in ("SQLITE_ERROR", "42P01")


def unreadable(where: str, found: str) -> StoreDamaged:
    """Say that a stored row has no meaning; `found` holds no stored value."""
    return StoreDamaged(
        "a row of the store cannot be understood",
        where=where,
        found=found,
        safe="nothing was written",
        next=_KEEP,
    )
