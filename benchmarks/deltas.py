"""A cycle over what changed: 1,000 people of many, with durable state and audit.

Both sides are made up row by row from a number, so that a fresh process finds them as another one
left them, and what is measured is Provisor, not a source.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.job import NOON
from benchmarks.table import show, times
from provisor.domain.expressions import parse
from provisor.domain.link import Link
from provisor.domain.record import Record, Values
from provisor.domain.rules import AttributeMapping, JobRules, MatchRule, ObjectRules
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
from provisor.ports.store import Store
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock

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
        FixedClock(NOON + timedelta(minutes=round_)),
        Actor("ann", asserted=True),
        executor=Executor.BY_SIZE,
    )


def prepare(url: str, rows: int) -> None:
    """Link everybody, and make the first plan: it finds nothing to do, and is remembered."""
    store = open_store(url, clock=FixedClock(NOON))
    for start in range(0, rows, 50_000):
        keys = [f"E{number}" for number in range(start, min(start + 50_000, rows))]
        ids = store.identities.assign("hr", USERS, keys, NOON)
        links = [Link(ids[key], USERS, key, f"a{key[1:]}", key) for key in keys]
        store.links.put("app", links, [])
    stored = plan_job(job(rows, 0, store)).stored
    assert not stored.plan.actions, stored.verdicts
    store.close()


def one_round(store: Store, rows: int, round_: int) -> float:
    """Plan what changed in one round; return how many seconds it took."""
    begun = time.perf_counter()
    stored = plan_job(job(rows, round_, store)).stored
    took = time.perf_counter() - begun
    assert len(stored.plan.actions) == min(CHANGED, rows), len(stored.plan.actions)
    assert stored.look is not None
    assert not stored.look.full, stored.look.reason
    return took


def floor(folder: Path) -> float:
    """Commit as many bytes, in one transaction, as a plan of so many actions has."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE act (position INTEGER PRIMARY KEY, body BLOB)")
    bodies = [(number, os.urandom(900)) for number in range(CHANGED)]
    begun = time.perf_counter()
    list(map(dict, (person(number, 1, 1) for number in range(CHANGED))))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO act VALUES (?, ?)", bodies)
    connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    return took


def measure(url: str, rows: int, folder: Path) -> tuple[float, float, float, float]:
    """Return preparing, the middle of five warm rounds, a fresh process, and the floor."""
    begun = time.perf_counter()
    prepare(url, rows)
    prepared = time.perf_counter() - begun
    store = open_store(url, clock=FixedClock(NOON))
    warm = sorted(one_round(store, rows, number) for number in range(1, 6))[2]
    store.close()
    begun = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.deltas", url, str(rows), "6"]
    subprocess.run(command, check=True)
    cold = time.perf_counter() - begun
    return prepared, warm, cold, floor(folder)


_HEAD = (
    "identities",
    "store",
    "first cycle s",
    "warm ms",
    "from process start ms",
    "floor ms",
    "warm / floor",
)


def run(sizes: Sequence[int], _quick: object) -> None:
    """Measure and print, size by size; PostgreSQL where `PROVISOR_BENCH_POSTGRESQL` names one."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            urls = {"SQLite": f"sqlite:///{folder / 'provisor.db'}"}
            server = os.environ.get("PROVISOR_BENCH_POSTGRESQL")
            if server:
                urls["PostgreSQL"] = server
            for kind, url in urls.items():
                prepared, warm, cold, lowest = measure(url, size, folder)
                rows.append(
                    (
                        f"{size:,}",
                        kind,
                        f"{prepared:.1f}",
                        f"{warm * 1000:.0f}",
                        f"{cold * 1000:.0f}",
                        f"{lowest * 1000:.1f}",
                        times(warm / lowest),
                    )
                )
                (folder / "floor.db").unlink()
    show(f"A cycle over {CHANGED:,} people who changed, planned, sealed and kept", _HEAD, rows)


def _once() -> None:
    url, rows, round_ = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    store = open_store(url, clock=FixedClock(NOON))
    one_round(store, rows, round_)
    store.close()


if __name__ == "__main__":
    _once()
