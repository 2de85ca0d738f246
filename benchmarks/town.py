"""A made-up town: both sides row by row from a number, and the store that knows all of it.

A fresh process finds the town as another one left it, so what is measured is Provisor, and not a
source. The first plan of a large town takes minutes: its store is kept from run to run.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Table, create_engine

from benchmarks.job import NOON
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.link import Link
from provisor.domain.record import Record, Values
from provisor.domain.rules import JobRules, MatchRule, ObjectRules
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Switch
from provisor.domain.scope import Clause, Operator
from provisor.engine.job import Actor, Executor, Job
from provisor.engine.run import plan_job
from provisor.errors import Unsupported
from provisor.ports.connector import (
    Anchoring,
    Candidate,
    Capabilities,
    Deltas,
    Description,
    Health,
    Pace,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Work,
    Written,
)
from provisor.ports.knowledge import FORMAT
from provisor.ports.store import Store
from provisor.stores.columns import schema
from provisor.stores.database import open_store

VERSION = 2
"""Raised with every change of what is made here."""
CHANGED = 1_000
USERS = ObjectType.USERS
_SOURCE = ObjectSchema(USERS, open=True, key="employee_id")
_TARGET = ObjectSchema(
    USERS,
    (
        Attribute("externalId", case_exact=True, identity_key=True),
        Attribute("userName", unique=True, required=True, identity_key=True),
        Attribute("displayName"),
        Attribute("title"),
        Attribute("department"),
        Attribute("active", AttributeType.BOOLEAN),
    ),
    key="id",
    anchor="externalId",
    name="userName",
    switch=Switch("active", on=True, off=False),
)
_MAPPINGS = {
    "externalId": "[employee_id]",
    "userName": "ToLower([login])",
    "displayName": 'Join(" ", [given], [surname])',
    "title": "[title]",
    "department": "[department]",
    "active": "Not([IsSoftDeleted])",
}


def rules() -> JobRules:
    """Return the job over people alone."""
    mappings = [AttributeMapping(name, parse(text), text) for name, text in _MAPPINGS.items()]
    users = ObjectRules(
        USERS,
        "employee_id",
        _TARGET,
        tuple(mappings),
        (MatchRule("externalId", decides=True),),
        scope=Clause("status", Operator.EQUALS, "active"),
        leaver=Clause("status", Operator.EQUALS, "terminated"),
    )
    return JobRules("hr-to-app", "hr", "app", "0" * 64, {USERS: users})


@dataclass(frozen=True, slots=True)
class Still:
    """A clock that stands; the kit of connector tests has one too, and takes long to import."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment."""
        return self.at

    def monotonic(self) -> float:
        """Return no time at all."""
        return 0.0


@dataclass(frozen=True, slots=True)
class Town:
    """One side of a town in which a thousand people get a new title in every round."""

    rows: int
    round: int
    of: Callable[[int, int], Values]
    """Number and round to row."""
    schema: ObjectSchema
    changes: bool

    def describe(self) -> Description:
        """Return the schema; what changed is told."""
        capabilities = Capabilities(Anchoring.STORED, finds=True, deltas={USERS: Deltas.STATES})
        return Description({USERS: self.schema}, capabilities)

    def probe(self) -> Health:
        """Say that the town is there."""
        return Health(reachable=True, allowed=True)

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        """Yield everybody, or those who changed since a round."""
        if request.since is None:
            for start in range(0, self.rows, 50_000):
                stop = min(start + 50_000, self.rows)
                yield Page([self.of(number, self.round) for number in range(start, stop)])
        elif self.changes and int(request.since) < self.round:
            yield Page([self.of(number, self.round) for number in changing(self.rows)])
        columns = tuple(sorted(self.of(0, 0)))
        yield ReadEnd(complete=True, watermark=str(self.round), columns=columns)

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Return one of the people."""
        text = candidate.native_id or (str(candidate.match[1]) if candidate.match else "E0")
        row = self.of(int(text[1:]), self.round)
        return (Record(str(row[self.schema.key]), row),)

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Refuse to write: cycles are planned here, and not carried out."""
        raise Unsupported("this town is only read")

    def close(self) -> None:
        """Do nothing."""


def changing(rows: int) -> range:
    """Return who gets a new title in every round."""
    return range(0, rows, max(1, rows // CHANGED))[:CHANGED]


def person(number: int, round_: int, step: int) -> Values:
    """Return one person of the source."""
    moved = round_ if number % step == 0 and number // step < CHANGED else 0
    return {
        "employee_id": f"E{number}",
        "login": f"U{number}",
        "given": "Given",
        "surname": f"Sur{number}",
        "title": f"Title {moved}",
        "department": f"D{number % 20}",
        "status": "active",
    }


def account(number: int, _round: int) -> Values:
    """Return one account, as it was when the town began."""
    return {
        "id": f"a{number}",
        "externalId": f"E{number}",
        "userName": f"u{number}",
        "displayName": f"Given Sur{number}",
        "title": "Title 0",
        "department": f"D{number % 20}",
        "active": True,
    }


def job(rows: int, round_: int, store: Store) -> Job:
    """Return the job in some round."""
    step = max(1, rows // CHANGED)
    return Job(
        rules(),
        "{}",
        Town(rows, round_, lambda number, at: person(number, at, step), _SOURCE, changes=True),
        Town(rows, 0, account, _TARGET, changes=False),
        store,
        Still(NOON + timedelta(minutes=round_)),
        Actor("ann", asserted=True),
        executor=Executor.BY_SIZE,
    )


def prepare(url: str, rows: int) -> None:
    """Link everybody, and make the first plan: it finds nothing to do, and is remembered."""
    store = open_store(url, clock=Still(NOON))
    for start in range(0, rows, 50_000):
        keys = [f"E{number}" for number in range(start, min(start + 50_000, rows))]
        ids = store.identities.assign("hr", USERS, keys, NOON)
        links = [Link(ids[key], USERS, key, f"a{key[1:]}", key) for key in keys]
        store.links.put("app", links, [])
    stored = plan_job(job(rows, 0, store)).stored
    assert not stored.plan.actions, stored.verdicts
    store.close()


def kept_store(rows: int) -> Path:
    """Return the file of a store that knows a town of that size, made now or found."""
    folder = Path(tempfile.gettempdir()) / f"provisor-benchmarks-town-{_kind()}"
    file = folder / f"{rows}.db"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        growing = folder / f"{rows}.new"
        growing.unlink(missing_ok=True)
        prepare(f"sqlite:///{growing}", rows)
        growing.rename(file)
    return file


def _kind() -> str:
    """Return what a store is called that holds what this program writes."""
    tables = [(table.name, *table.c.keys()) for table in schema.sorted_tables]
    return hashlib.sha256(repr((VERSION, FORMAT, tables)).encode()).hexdigest()[:8]


def copy_to_server(file: Path, url: str) -> None:
    """Put everything of a kept store into a server's empty database, table by table."""
    open_store(url, clock=Still(NOON)).close()
    engine = create_engine(url)
    with closing(sqlite3.connect(file)) as source, engine.begin() as connection:
        # What the empty store drew for itself gives way; nobody else has seen it.
        connection.exec_driver_sql("SET session_replication_role = replica")
        for table in schema.sorted_tables:
            _copy_table(source, connection, table)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()


def _copy_table(source: sqlite3.Connection, connection: Connection, table: Table) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.c)
    connection.execute(table.delete())
    cursor = connection.connection.cursor()
    with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copying:
        for row in source.execute(f'SELECT {names} FROM "{table.name}"'):  # noqa: S608 - our own tables
            copying.write_row(row)
