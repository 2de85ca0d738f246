"""Writing: creating accounts in a real SCIM server, beside a bare client that does the same calls.

The bare client keeps as many requests in flight and keeps nothing: no intent, no outcome, no log.
Both face a server of their own on this machine, and take turns.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from benchmarks.meter import Measured, Meter, measured
from benchmarks.table import show
from connectors.memory import SOURCE_SCHEMAS, MemoryConnector, World
from connectors.scim import ScimConnector
from provisor.demo.hosting import FOLDER, Application, start_application
from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.bounds import Limit
from provisor.domain.expressions import parse
from provisor.domain.rules import AttributeMapping, JobRules, MatchRule, ObjectRules
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Job
from provisor.engine.run import apply_plan, plan_job
from provisor.ports.secret import Secret
from provisor.stores.database import open_store
from provisor.system_clock import SystemClock

HERE = "benchmarks.writes"
CREATES = 2_000
ROUNDS = 5
IN_FLIGHT = 16
TOKEN = "benchmark-token"  # noqa: S105 - of a server that lives for seconds on loopback
MAIL = 'emails[type eq "work"].value'


@contextmanager
def application() -> Iterator[tuple[Application, Path]]:
    """Start a SCIM server of its own in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / FOLDER
        home.mkdir()
        (home / "token").write_text(TOKEN, encoding="utf-8")
        (home / "state.json").write_text("[]", encoding="utf-8")
        with start_application(folder) as started:
            yield started, folder


# --- the bare client ---------------------------------------------------------------------------


def bare(meter: Meter, count: int) -> None:
    """Create accounts with nothing around the calls."""
    bodies = [json.dumps(_body(number)).encode() for number in range(count)]
    with application() as (started, _folder):
        asyncio.run(_post_all(meter, f"{started.url}/Users", bodies))


def _body(number: int) -> dict[str, object]:
    person = _person(number)
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": person["employee_id"],
        "userName": person["login"],
        "displayName": f"{person['given_name']} {person['surname']}",
        "name": {"givenName": person["given_name"], "familyName": person["surname"]},
        "emails": [{"type": "work", "value": person["mail"]}],
        "title": person["title"],
        "active": True,
    }


async def _post_all(meter: Meter, url: str, bodies: Sequence[bytes]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
    waiting = iter(bodies)
    async with aiohttp.ClientSession(headers=headers) as session:

        async def worker() -> None:
            for body in waiting:
                async with session.post(url, data=body) as answer:
                    assert answer.status == 201, await answer.text()
                    await answer.read()

        with meter.part("write"):
            await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))


# --- the product -------------------------------------------------------------------------------


def product(meter: Meter, count: int) -> None:
    """Create accounts with intents, outcomes and audit."""
    with application() as (started, folder):
        settings = {"url": started.url, "token": Secret(TOKEN), "in_flight": IN_FLIGHT}
        target = ScimConnector("app", settings)
        store = open_store(f"sqlite:///{folder / 'provisor.db'}", clock=SystemClock())
        marks: dict[str, float] = {}

        def reached(milestone: str) -> None:
            marks[milestone] = time.perf_counter()

        job = Job(
            rules=rules(target.describe().schemas[ObjectType.USERS]),
            document="{}",
            source=MemoryConnector("hr", people(count)),
            target=target,
            store=store,
            clock=SystemClock(),
            actor=Actor("ann", asserted=True),
            policy=ApprovalPolicy(four_eyes=False),
            reached=reached,
            in_flight=IN_FLIGHT,
        )
        planned = plan_job(job).stored
        ballot = Vote(DecisionKind.APPROVE, "measured")
        vote(job, planned, Actor("ben", asserted=True), ballot)
        with meter.part("apply"):
            result = apply_plan(job, planned)
        meter.told = {
            "done": str(result.outcomes["done"]),
            "write": repr(marks["wave.done"] - marks["apply.begun"]),
            "verify": repr(marks["verified"] - marks["decision.kept"]),
            "confirm": repr(marks["confirmed"] - marks["wave.done"]),
        }
        target.close()
        store.close()
    assert result.outcomes["done"] == count, result


def people(count: int) -> World:
    """Return a source of so many people."""
    world = World(SOURCE_SCHEMAS)
    for number in range(count):
        world.add(ObjectType.USERS, _person(number))
    return world


def _person(number: int) -> dict[str, str]:
    return {
        "employee_id": f"E{number:06d}",
        "given_name": f"Given{number % 97}",
        "surname": f"Sur{number}",
        "login": f"given{number % 97}.sur{number}",
        "mail": f"sur{number}@example.org",
        "title": "Clerk",
    }


def rules(schema: ObjectSchema) -> JobRules:
    """Return the job that keeps their accounts."""
    texts: Mapping[str, str] = {
        "externalId": "[employee_id]",
        "userName": "[login]",
        "displayName": 'Join(" ", [given_name], [surname])',
        "name.givenName": "[given_name]",
        "name.familyName": "[surname]",
        MAIL: "[mail]",
        "title": "[title]",
        "active": "Not([IsSoftDeleted])",
    }
    users = ObjectRules(
        ObjectType.USERS,
        "employee_id",
        schema,
        tuple(AttributeMapping(name, parse(text), text) for name, text in texts.items()),
        (MatchRule("externalId", decides=True),),
    )
    limits = {"create": Limit()}
    return JobRules("hr-to-app", "hr", "app", "0" * 64, {ObjectType.USERS: users}, limits=limits)


# --- what is shown -----------------------------------------------------------------------------


def run(_sizes: Sequence[int], quick: object) -> None:
    """Measure in turns and print medians."""
    rounds = 2 if quick else ROUNDS
    pairs = [
        (measured(HERE, "bare", CREATES), measured(HERE, "product", CREATES)) for _ in range(rounds)
    ]
    alone = [one.wall("write") for one, _ in pairs]
    ours = [float(other.told["write"]) for _, other in pairs]
    rows = [
        _line("bare aiohttp client", alone, [one.cpu("write") for one, _ in pairs]),
        _line("carrying out", ours, [other.cpu("apply") for _, other in pairs]),
        _line("  verifying before", _told(pairs, "verify"), []),
        _line("  confirming after", _told(pairs, "confirm"), []),
    ]
    show(f"Writing {CREATES:,} creates, {IN_FLIGHT} in flight", _HEAD, rows)
    ratio = statistics.median(a / b for a, b in zip(alone, ours, strict=True))
    print(f"  carrying out keeps {ratio:.2f} of the bare client's rate")


_HEAD = ("what", "wall s (median)", "per second", "CPU s of the client, all of it")


def _told(pairs: Sequence[tuple[Measured, Measured]], name: str) -> list[float]:
    return [float(other.told[name]) for _, other in pairs]


def _line(what: str, walls: Sequence[float], cpus: Sequence[float]) -> tuple[str, ...]:
    wall = statistics.median(walls)
    cpu = f"{statistics.median(cpus):.2f}" if cpus else ""
    return (what, f"{wall:.2f}", f"{CREATES / wall:,.0f}", cpu)
