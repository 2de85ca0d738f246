"""What the store costs around planning: reading the links, sealing, keeping the plan."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from benchmarks.company import company
from benchmarks.job import NOON, job_rules
from benchmarks.meter import Meter, measured
from benchmarks.planning import FrameLinks, nothing_granted, planned, read
from benchmarks.table import seconds, show
from connectors.memory import MemoryConnector, World
from provisor.domain.columns.linking import LinkColumns, link_columns
from provisor.domain.plan import Draft, Proposal, Ruling
from provisor.domain.schema import ObjectType
from provisor.engine import journal
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.job import Actor, Job
from provisor.engine.make_plan import seal_drafts
from provisor.ports.store import PlanStatus, Store, StoredPlan
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock

HERE = "benchmarks.sealing"


def seal_and_keep(meter: Meter, rows: int) -> None:
    """Plan, then seal and keep in a new SQLite store."""
    source, target, links = read(company(rows))
    doorway = FrameLinks({ObjectType.USERS: links}, nothing_granted)
    proposal = planned(meter, ColumnAssembly(doorway, "app"), source, target)
    del source, target, links, doorway
    clock = FixedClock(NOON)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'provisor.db'}", clock=clock)
        job = _job(store, clock)
        drafts = _known_to(store, proposal.drafts)
        with meter.part("seal"):
            plan = seal_drafts(job, drafts)
        stored = replace(_empty(job, proposal), plan=plan)
        with meter.part("keep"):
            store.plans.save(stored, [journal.plan_sealed(job, stored)])
        store.close()
    meter.told["actions"] = str(len(drafts))


def read_links(meter: Meter, rows: int) -> None:
    """Read all links of a target from a SQLite store, as columns and as objects."""
    table = pl.read_parquet(company(rows).path("links"))
    everyone = pl.int_range(table.height, eager=True)
    links = LinkColumns(ObjectType.USERS, table).links(everyone)
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'provisor.db'}", clock=FixedClock(NOON))
        store.links.put("app", links, [])
        del links, table
        with meter.part("columns"):
            found = link_columns(ObjectType.USERS, store.links.columns("app", ObjectType.USERS))
        assert found.frame.height == len(everyone)
        del found
        with meter.part("objects"):
            store.links.of_target("app", ObjectType.USERS)
        store.close()


def _job(store: Store, clock: FixedClock) -> Job:
    nowhere = MemoryConnector("nowhere", World())
    actor = Actor("ann", asserted=True)
    return Job(job_rules(), "{}", nowhere, nowhere, store, clock, actor)


def _known_to(store: Store, drafts: Sequence[Draft]) -> list[Draft]:
    """Give the drafts identities that the store has keys for."""
    keys = [draft.key for draft in drafts]
    ids = store.identities.assign("hr", ObjectType.USERS, keys, NOON)
    return [
        replace(draft, action=replace(draft.action, subject=ids[draft.key])) for draft in drafts
    ]


def _empty(job: Job, proposal: Proposal) -> StoredPlan:
    return StoredPlan(
        plan=seal_drafts(job, []),
        status=PlanStatus.WAITING,
        created_at=NOON,
        initiator="ann",
        author="ben",
        four_eyes=True,
        asserted=True,
        verdict=Ruling.NEEDS_DECISION,
        parts=(),
        verdicts=(),
        records=proposal.records,
        accounts=proposal.accounts,
        set_aside=proposal.set_aside,
        findings=proposal.findings,
        baseline="none",
        observations=(),
        predecessor=None,
    )


_HEAD = (
    "identities",
    "actions",
    "plan CPU s",
    "seal CPU s",
    "keep CPU s",
    "keep wall s",
    "us per action",
    "links as columns CPU s",
    "as objects CPU s",
)


def run(sizes: Sequence[int], _quick: object) -> None:
    """Measure and print, size by size."""
    rows = []
    for size in sizes:
        found = measured(HERE, "seal_and_keep", size)
        links = measured(HERE, "read_links", size)
        actions = int(found.told["actions"])
        rows.append(
            (
                f"{size:,}",
                f"{actions:,}",
                seconds(found.cpu("take in", "propose")),
                seconds(found.cpu("seal")),
                seconds(found.cpu("keep")),
                seconds(found.wall("keep")),
                f"{found.cpu('seal', 'keep') * 1e6 / max(actions, 1):.0f}",
                seconds(links.cpu("columns")),
                seconds(links.cpu("objects")),
            )
        )
    show("The store around planning (SQLite; a plan is one durable transaction)", _HEAD, rows)
