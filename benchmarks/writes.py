"""Writing: accounts, changes and groups in a real SCIM server, beside a bare client's same calls.

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
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import aiohttp

from benchmarks.meter import Measured, Meter, measured
from benchmarks.quick_scim import PER_SECOND, quick_scim
from benchmarks.table import show
from connectors.memory import SOURCE_SCHEMAS, MemoryConnector, World
from connectors.scim import ScimConnector
from provisor.demo.hosting import FOLDER, Application, start_application
from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.bounds import Limit
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.rules import JobRules, MatchRule, ObjectRules, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Job
from provisor.engine.run import apply_plan, plan_job
from provisor.ports.connector import Connector
from provisor.ports.secret import Secret
from provisor.stores.database import open_store
from provisor.system_clock import SystemClock
from tests.services.scimmy import missing, running_scimmy

HERE = "benchmarks.writes"
PEOPLE = 5_000
GROUPS = 500
MEMBERS = 100
OF_NOTHING = 5_000
"""Creates at the endpoint that does nothing but answer."""
ROUNDS = 3
SERVERS = ("scim2", "scimmy")
STEPS = ("creates", "patches", "groups")
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


@contextmanager
def endpoint(kind: str) -> Iterator[tuple[str, Path]]:
    """Start something to write to; give its address and a folder.

    Args:
        kind: `scim2` or `scimmy` for a whole server; else what `quick_scim` lets in.
    """
    if kind == "scimmy":
        with running_scimmy(TOKEN) as server, tempfile.TemporaryDirectory() as name:
            yield server.url, Path(name)
        return
    if kind == "scim2":
        with application() as (started, folder):
            yield started.url, folder
        return
    with tempfile.TemporaryDirectory() as name, quick_scim(kind) as url:
        yield url, Path(name)


# --- the bare client ---------------------------------------------------------------------------


def bare(meter: Meter, people: int, groups: int, server: int) -> None:
    """Do all calls with nothing around them."""
    with endpoint(SERVERS[server]) as (url, _folder):
        asyncio.run(_all_calls(meter, url, people, groups))


def bare_at_nothing(meter: Meter, people: int) -> None:
    """Create accounts at the endpoint that does nothing."""
    with endpoint("none") as (url, _folder):
        asyncio.run(_all_calls(meter, url, people, 0))


Call = tuple[str, str, bytes]


async def _all_calls(meter: Meter, url: str, people: int, groups: int) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        bodies = [json.dumps(_body(number)).encode() for number in range(people)]
        with meter.part("creates"):
            made = await _send(session, [("POST", f"{url}/Users", body) for body in bodies])
        if not groups:
            return
        changes = [("PATCH", f"{url}/Users/{one}", _patch("title", "Chief")) for one in made]
        called = [("POST", f"{url}/Groups", _group(number)) for number in range(groups)]
        with meter.part("patches"):
            await _send(session, changes)
        with meter.part("groups"):
            natives = await _send(session, called)
            joined = [
                ("PATCH", f"{url}/Groups/{native}", _patch("members", _members(made, number)))
                for number, native in enumerate(natives)
            ]
            await _send(session, joined)


async def _send(session: aiohttp.ClientSession, calls: Sequence[Call]) -> list[str]:
    """Make the calls, as many at a time as the product does; return the ids in the answers."""
    waiting = iter(enumerate(calls))
    found = [""] * len(calls)

    async def worker() -> None:
        for number, (method, url, body) in waiting:
            async with session.request(method, url, data=body) as answer:
                text = await answer.read()
                assert answer.status in (200, 201, 204), text
                found[number] = json.loads(text)["id"] if text else ""

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return found


def _patch(path: str, value: object) -> bytes:
    op = "add" if path == "members" else "replace"
    schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    steps = [{"op": op, "path": path, "value": value}]
    return json.dumps({"schemas": [schema], "Operations": steps}).encode()


def _group(number: int) -> bytes:
    schema = "urn:ietf:params:scim:schemas:core:2.0:Group"
    named = {"externalId": f"G{number:05d}", "displayName": f"Group {number}"}
    return json.dumps({"schemas": [schema], **named}).encode()


def _members(made: Sequence[str], group: int) -> list[dict[str, str]]:
    return [{"value": made[one]} for one in members_of(group, len(made))]


def members_of(group: int, people: int) -> list[int]:
    """Return who is in a group: a hundred people in a row, round and round."""
    return [(group * MEMBERS + one) % people for one in range(min(MEMBERS, people))]


def _body(number: int) -> dict[str, object]:
    told = person(number)
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": told["employee_id"],
        "userName": told["login"],
        "displayName": f"{told['given_name']} {told['surname']}",
        "name": {"givenName": told["given_name"], "familyName": told["surname"]},
        "emails": [{"type": "work", "value": told["mail"]}],
        "title": told["title"],
        "active": True,
    }


# --- the product -------------------------------------------------------------------------------


def product(meter: Meter, count: int, groups: int, server: int) -> None:
    """Do the same with plans, votes, intents, outcomes and audit."""
    with endpoint(SERVERS[server]) as (url, folder):
        world = people(count)
        for number in range(groups):
            named = {"group_id": f"G{number:05d}", "name": f"Group {number}"}
            world.add(ObjectType.GROUPS, named)
        with opened(url, folder, world) as job:
            carry(meter, job, "creates")
            for row in world.users.values():
                row["title"] = "Chief"
            carry(meter, job, "patches")
            natives = list(world.groups)
            keys = [str(row["employee_id"]) for row in world.users.values()]
            for number in range(groups):
                members = {keys[one]: None for one in members_of(number, count)}
                world.members[natives[number]] = members
            carry(meter, replace(job, rules=rules(job.target, with_groups=True)), "groups")


def product_at_nothing(meter: Meter, count: int) -> None:
    """Create accounts at the endpoint that does nothing."""
    with endpoint("none") as (url, folder), opened(url, folder, people(count)) as job:
        carry(meter, job, "creates")


def limited(meter: Meter, count: int, kind: int) -> None:
    """Create accounts at an endpoint that lets in so many in a second."""
    with endpoint(KINDS[kind]) as (url, folder), opened(url, folder, people(count)) as job:
        carry(meter, job, "creates")
        with urlopen(f"{url}/told", timeout=30) as answer:  # noqa: S310 - our own, on loopback
            told = json.loads(answer.read())
    meter.told.update({name: repr(number) for name, number in told.items()})


@contextmanager
def opened(url: str, folder: Path, world: World) -> Iterator[Job]:
    """Open a store and a connector, and give the job."""
    settings = {"url": url, "token": Secret(TOKEN), "in_flight": IN_FLIGHT}
    target = ScimConnector("app", settings)
    store = open_store(f"sqlite:///{folder / 'provisor.db'}", clock=SystemClock())
    try:
        yield Job(
            rules=rules(target),
            document="{}",
            source=MemoryConnector("hr", world),
            target=target,
            store=store,
            clock=SystemClock(),
            actor=Actor("ann", asserted=True),
            policy=ApprovalPolicy(four_eyes=False),
            in_flight=IN_FLIGHT,
        )
    finally:
        target.close()
        store.close()


def carry(meter: Meter, job: Job, step: str) -> None:
    """Plan, approve and apply; note how long it took to send and keep all of it."""
    marks: dict[str, float] = {}

    def reached(milestone: str) -> None:
        marks[milestone] = time.perf_counter()

    job = replace(job, reached=reached)
    planned = plan_job(job).stored
    vote(job, planned, Actor("ben", asserted=True), Vote(DecisionKind.APPROVE, "measured"))
    marks.clear()
    with meter.part(step):
        result = apply_plan(job, planned)
    meter.told[step] = repr(marks["wave.done"] - marks["apply.begun"])
    assert result.outcomes["done"] == len(planned.plan.actions), result.outcomes


def people(count: int) -> World:
    """Return a source of so many people."""
    world = World(SOURCE_SCHEMAS)
    for number in range(count):
        world.add(ObjectType.USERS, person(number))
    return world


def person(number: int) -> dict[str, str]:
    """Return what the source knows of one person."""
    return {
        "employee_id": f"E{number:06d}",
        "given_name": f"Given{number % 97}",
        "surname": f"Sur{number}",
        "login": f"given{number % 97}.sur{number}",
        "mail": f"sur{number}@example.org",
        "title": "Clerk",
    }


def rules(target: Connector, *, with_groups: bool = False) -> JobRules:
    """Return the job that keeps their accounts, and groups with members where they are wanted."""
    schemas = target.describe().schemas
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
        schemas[ObjectType.USERS],
        tuple(AttributeMapping(name, parse(text), text) for name, text in texts.items()),
        (MatchRule("externalId", decides=True),),
    )
    objects = {ObjectType.USERS: users}
    named = {"externalId": "[group_id]", "displayName": "[name]"}
    groups = ObjectRules(
        ObjectType.GROUPS,
        "group_id",
        schemas[ObjectType.GROUPS],
        tuple(AttributeMapping(name, parse(text), text) for name, text in named.items()),
        (MatchRule("externalId", decides=True),),
    )
    if with_groups:
        objects[ObjectType.GROUPS] = groups
    return JobRules(
        "hr-to-app",
        "hr",
        "app",
        "0" * 64,
        objects,
        memberships=OwnerMode.OURS if with_groups else None,
        limits={"create": Limit()},
    )


# --- what is shown -----------------------------------------------------------------------------

KINDS = ("window", "bucket")


def run(_sizes: Sequence[int], quick: object) -> None:
    """Measure in turns and print medians."""
    people, groups, rounds = (1_000, 50, 1) if quick else (PEOPLE, GROUPS, ROUNDS)
    counts = {"creates": people, "patches": people, "groups": groups}
    rows: list[tuple[str, ...]] = []
    for number, server in enumerate(SERVERS):
        if server == "scimmy" and missing():
            print(missing())
            continue
        sizes = (people, groups, number)
        pairs = [
            (measured(HERE, "bare", *sizes), measured(HERE, "product", *sizes))
            for _ in range(rounds)
        ]
        rows += [line(step, counts[step], pairs, f"{step}, {server}") for step in STEPS]
    nothing = 1_000 if quick else OF_NOTHING
    pairs = [
        (measured(HERE, "bare_at_nothing", nothing), measured(HERE, "product_at_nothing", nothing))
        for _ in range(rounds)
    ]
    rows.append(line("creates", nothing, pairs, "creates at nothing"))
    show(f"Writing, {IN_FLIGHT} in flight", HEAD, rows)
    count = 750 if quick else 3_000
    told = [_limited(kind, count) for kind in range(len(KINDS))]
    show(f"A target that lets in {PER_SECOND} a second, {count:,} creates", _HEAD_OF_LIMIT, told)


HEAD = ("what", "how many", "bare client/s", "carrying out/s", "ratio", "CPU s of all of apply")
_HEAD_OF_LIMIT = ("limit", "seconds", "let in/s", "of what it allows", "refused", "too early")


def line(
    step: str, count: int, pairs: Sequence[tuple[Measured, Measured]], what: str = ""
) -> tuple[str, ...]:
    """Return a row of the table: both rates, and the median of their ratios."""
    alone = [one.wall(step) for one, _ in pairs]
    ours = [float(other.told[step]) for _, other in pairs]
    ratio = statistics.median(a / b for a, b in zip(alone, ours, strict=True))
    cpu = statistics.median(other.cpu(step) for _, other in pairs)
    rates = [f"{count / statistics.median(walls):,.0f}" for walls in (alone, ours)]
    return (what or step, f"{count:,}", *rates, f"{ratio:.2f}", f"{cpu:.2f}")


def _limited(kind: int, count: int) -> tuple[str, ...]:
    told = measured(HERE, "limited", count, kind).told
    seconds, let_in = float(told["seconds"]), int(told["let_in"])
    rate = let_in / seconds
    shares = (f"{rate:.1f}", f"{rate / PER_SECOND:.3f}", told["refused"], told["early"])
    return (KINDS[kind], f"{seconds:.0f}", *shares)
