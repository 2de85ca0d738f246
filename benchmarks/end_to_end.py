"""From a feed to accounts that were looked at again: a whole first cycle, beside published figures.

Everything counts: reading both sides, planning, sealing, the vote, intents, writing, outcomes, the
log, and reading back. What other products publish was measured by others on other machines; it
stands here to show the order of magnitude, not to three digits.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.meter import Meter, measured
from benchmarks.table import show
from benchmarks.writes import IN_FLIGHT, MAIL, TOKEN, application, people, rules
from connectors.memory import MemoryConnector
from connectors.scim import ScimConnector
from connectors.sql import SqlConnector
from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.rules import JobRules
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Job
from provisor.engine.run import apply_plan, plan_job
from provisor.ports.connector import Connector
from provisor.ports.secret import Secret
from provisor.stores.database import open_store
from provisor.system_clock import SystemClock

HERE = "benchmarks.end_to_end"
INTO_SQL = 10_000
INTO_SCIM = 2_000
ROUNDS = 3
PUBLISHED = (
    ("Entra provisioning, initial cycle", "0.2 to 1.7", "its own formula, objects per second"),
    ("midPoint, import of users", "about 115", "midScale 2021, 2 nodes, 32 threads"),
)
_COLUMNS: dict[str, dict[str, object]] = {
    "id": {},
    "externalId": {},
    "userName": {"required": True, "unique": True, "case_exact": False},
    "displayName": {},
    "name.givenName": {},
    "name.familyName": {},
    MAIL: {},
    "title": {},
    "active": {"type": "boolean"},
}


def _table() -> str:
    quoted = ('"' + name.replace('"', '""') + '"' for name in _COLUMNS if name != "id")
    texts = ", ".join(f"{name} TEXT" for name in quoted)
    return f"CREATE TABLE users (id TEXT DEFAULT (lower(hex(randomblob(8)))), {texts})"


def into_sql(meter: Meter, count: int) -> None:
    """Fill an SQL table."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "app.db"
        with closing(sqlite3.connect(path)) as database:
            database.execute(_table())
        users = {
            "table": "users",
            "id": "id",
            "anchor": "externalId",
            "name": "userName",
            "disable": {"column": "active", "on": True, "off": False},
            "attributes": _COLUMNS,
        }
        target = SqlConnector("app", {"url": f"sqlite:///{path}", "objects": {"users": users}})
        _first_cycle(meter, count, target, Path(name))


def into_scim(meter: Meter, count: int) -> None:
    """Fill a SCIM server."""
    with application() as (started, folder):
        settings = {"url": started.url, "token": Secret(TOKEN), "in_flight": IN_FLIGHT}
        _first_cycle(meter, count, ScimConnector("app", settings), folder)


def _first_cycle(meter: Meter, count: int, target: Connector, folder: Path) -> None:
    with meter.part("all"):
        store = open_store(f"sqlite:///{folder / 'provisor.db'}", clock=SystemClock())
        job = Job(
            rules=_job_rules(target),
            document="{}",
            source=MemoryConnector("hr", people(count)),
            target=target,
            store=store,
            clock=SystemClock(),
            actor=Actor("ann", asserted=True),
            policy=ApprovalPolicy(four_eyes=False),
            in_flight=IN_FLIGHT,
        )
        planned = plan_job(job).stored
        vote(job, planned, Actor("ben", asserted=True), Vote(DecisionKind.APPROVE, "measured"))
        result = apply_plan(job, planned)
        target.close()
        store.close()
    assert result.outcomes["done"] == count, result


def _job_rules(target: Connector) -> JobRules:
    return rules(target)


def run(_sizes: Sequence[int], quick: object) -> None:
    """Measure and print, beside what others publish."""
    rounds = 1 if quick else ROUNDS
    rows = [
        _line("into an SQL table", "into_sql", INTO_SQL, rounds),
        _line("into a SCIM server", "into_scim", INTO_SCIM, rounds),
        *((what, "", "", "", rate, said) for what, rate, said in PUBLISHED),
    ]
    show("A first cycle from end to end", _HEAD, rows)


_HEAD = ("what", "accounts", "wall s (median)", "CPU s", "per second", "")


def _line(what: str, function: str, count: int, rounds: int) -> tuple[str, ...]:
    found = [measured(HERE, function, count) for _ in range(rounds)]
    wall = statistics.median(one.wall("all") for one in found)
    cpu = statistics.median(one.cpu("all") for one in found)
    return (what, f"{count:,}", f"{wall:.2f}", f"{cpu:.2f}", f"{count / wall:,.0f}", "")
