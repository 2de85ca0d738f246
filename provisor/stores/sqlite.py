"""SQLite: one file, one writer at a time, every commit on the disk before it is believed."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, Table, create_engine, event

from provisor.errors import StoreDamaged

_BUSY_SECONDS = 30.0
_CACHE_KIB = 65_536
"""What a connection may keep of the file: a first load writes rows in no order, all over it."""
_MAGIC = b"SQLite format 3\0"
_SIDECARS = ("-wal", "-shm")


def open_engine(path: Path) -> Engine:
    """Return an engine over an existing file; it never makes one."""
    place = f"file:{quote(str(path.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            place, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")


def _begin(connection: Connection) -> None:
    # A writer takes its turn at once: a reader that turns writer later could be refused midway.
    writes = connection.get_execution_options().get("provisor_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def refuse_unusable(path: Path) -> None:
    """Refuse a file that cannot serve as a store, before anything opens it.

    Raises:
        StoreDamaged: it is a folder, something else, or this user may not write it.
    """
    if not path.is_file():
        raise _unusable(path, "is not a file", "check `store.url`")
    if not (os.access(path, os.R_OK | os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)):
        raise _unusable(
            path, "cannot be written by this user", "give this user the file and its folder"
        )
    with path.open("rb") as content:
        # SQLite takes an empty or very short file for a new database and overwrites it.
        if content.read(len(_MAGIC)) != _MAGIC:
            raise _unusable(path, "is no SQLite file", "check `store.url`, or restore a backup")


def _unusable(path: Path, why: str, following: str) -> StoreDamaged:
    return StoreDamaged(
        f"the store's file {why}",
        where=str(path),
        found="expected a SQLite file that this user may read and write",
        safe="nothing was written",
        next=following,
    )


def create_file(path: Path, fill: Callable[[Engine], None]) -> None:
    """Make a new store beside its place and move it there whole.

    A crash leaves either no store or a complete one; of two processes that create the same store
    the first wins and the second uses it. File mode 0600, new folders 0700.

    Args:
        path: where the store goes; nothing is there yet.
        fill: makes tables and first rows through an engine over the new file.

    Raises:
        StoreDamaged: the place cannot be written, or holds remains of a vanished store.
    """
    for sidecar in _SIDECARS:
        if path.with_name(path.name + sidecar).exists():
            raise _vanished(path, sidecar)
    try:
        _make_folder(path.parent)
        with _growing(path) as growing:
            engine = open_engine(growing)
            try:
                fill(engine)
            finally:
                engine.dispose()
            _place(growing, path)
    except OSError as error:
        raise _unusable(path, f"cannot be made: {error.strerror}", "check `store.url`") from error


def _vanished(path: Path, sidecar: str) -> StoreDamaged:
    return StoreDamaged(
        "the store's file is gone, but what belongs to it is still there",
        where=str(path),
        found=f"{path.name}{sidecar} without {path.name}",
        safe="nothing was written",
        next="put the store's file back, or move the remains away to begin a new store",
    )


def _make_folder(folder: Path) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _growing(path: Path) -> Iterator[Path]:
    growing = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    os.close(os.open(growing, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        yield growing
    finally:
        for suffix in ("", *_SIDECARS):
            growing.with_name(growing.name + suffix).unlink(missing_ok=True)


def _place(growing: Path, path: Path) -> None:
    try:
        os.link(growing, path)
    except FileExistsError:
        return
    with closing(_Folder(path.parent)) as folder:
        os.fsync(folder.descriptor)


class _Folder:
    """An open folder, so that its new entry can be forced to the disk."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDONLY)

    def close(self) -> None:
        os.close(self.descriptor)


def guard_statements(table: Table) -> tuple[str, ...]:
    """Return the statements that make the database refuse to change or remove a table's rows."""
    return tuple(
        f'CREATE TRIGGER {table.name}_no_{act.lower()} BEFORE {act} ON "{table.name}" '
        f"BEGIN SELECT RAISE(ABORT, '{table.name} is append-only'); END"
        for act in ("UPDATE", "DELETE")
    )
