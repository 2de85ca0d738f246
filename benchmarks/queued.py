"""A queue of a million actions: voted on, looked at again, and carried out, by memory and time.

The target answers at once and keeps nothing, so what is measured is what the product holds and
does. Each step runs in a process of its own over the same store, as an administrator would do it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks.company import company
from benchmarks.job import NOON, USERS, job_rules
from benchmarks.meter import Measured, Meter, Stretches, measured
from benchmarks.table import show
from connectors.files import FilesConnector
from connectors.memory import MemoryConnector, World
from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Executor, Job
from provisor.engine.run import apply_plan, plan_job
from provisor.ports.connector import (
    Capabilities,
    Description,
    OutcomeState,
    Pace,
    Work,
    Written,
)
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock

HERE = "benchmarks.queued"
IN_FLIGHT = 16


class Void(MemoryConnector):
    """A target that says yes to everything and remembers nothing."""

    def describe(self) -> Description:
        """Return what it can: write, and nothing else."""
        return replace(super().describe(), capabilities=Capabilities(writes=True))

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Say of every action that it is done."""
        for position, item in enumerate(work):
            native = item.native_id or item.action.anchor or item.action.subject
            state = OutcomeState.DONE if pace.permit() else OutcomeState.FAILED
            yield Written(position, state, f"n-{native}")


@contextmanager
def _job(rows: int, place: str) -> Iterator[Job]:
    store = open_store(f"sqlite:///{place}", clock=FixedClock(NOON))
    people = {"path": str(company(rows).path("source")), "key": "employee_id"}
    try:
        yield Job(
            job_rules(),
            "{}",
            FilesConnector("hr", {"objects": {"users": people}}),
            Void("app", World({ObjectType.USERS: replace(USERS, open=True)})),
            store,
            FixedClock(NOON),
            Actor("ann", asserted=True),
            policy=ApprovalPolicy(four_eyes=False),
            executor=Executor.COLUMNS,
            in_flight=IN_FLIGHT,
        )
    finally:
        store.close()


_PLACE = Path(tempfile.gettempdir()) / "provisor-queued"


def _place(rows: int) -> str:
    _PLACE.mkdir(exist_ok=True)
    return str(_PLACE / f"{rows}.db")


def planned(meter: Meter, rows: int) -> None:
    """Plan, and let the actions wait."""
    for old in _PLACE.glob(f"{rows}.db*"):
        old.unlink()
    with _job(rows, _place(rows)) as job, meter.part("planned"):
        meter.told["actions"] = str(len(plan_job(job).stored.plan.actions))


def approved(meter: Meter, rows: int) -> None:
    """Say yes to all of it."""
    with _job(rows, _place(rows)) as job, meter.part("approved"):
        stored = job.store.plans.find("latest")
        vote(job, stored, Actor("ben", asserted=True), Vote(DecisionKind.APPROVE, "measured"))


def applied(meter: Meter, rows: int) -> None:
    """Look at both sides again, and carry out what still holds."""
    stretches = Stretches(meter)
    peaks: dict[str, int] = {}
    at: dict[str, int] = {}

    def reached(milestone: str) -> None:
        if milestone in _STEPS:
            stretches.reached(milestone)
            peaks[milestone], at[milestone] = _memory("VmHWM"), _memory("VmRSS")
            _forget_peak()

    with _job(rows, _place(rows)) as job:
        _forget_peak()
        stretches.reached("begun")
        result = apply_plan(replace(job, reached=reached), job.store.plans.find("latest"))
    meter.told |= {f"peak {name}": str(peak) for name, peak in peaks.items()}
    meter.told |= {f"at {name}": str(peak) for name, peak in at.items()}
    meter.told["done"] = str(result.outcomes["done"])


_STEPS = ("verified", "apply.begun", "wave.done", "run.ended")


def _memory(field: str) -> int:
    """Return a figure of this process's memory in MiB."""
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"{field}:\s+(\d+) kB", status)
    return int(found[1]) >> 10 if found else 0


def _forget_peak() -> None:
    """Let the highest figure so far begin anew; Linux does that on request."""
    Path("/proc/self/clear_refs").write_text("5")


def run(sizes: Sequence[int], _quick: object) -> None:
    """Measure and print, size by size."""
    rows = [_line(size) for size in sizes]
    show("A queue of actions, voted on and carried out into nothing (SQLite)", _HEAD, rows)


_HEAD = (
    "identities",
    "actions",
    "vote s",
    "vote MiB",
    "look again s",
    "look again MiB",
    "carry out s",
    "actions/s",
    "carry out MiB",
    "before it MiB",
)


def _line(size: int) -> tuple[str, ...]:
    made: Measured = measured(HERE, "planned", size)
    voted, done = measured(HERE, "approved", size), measured(HERE, "applied", size)
    actions = int(made.told["actions"])
    assert done.told["done"] == made.told["actions"], done.told
    for old in _PLACE.glob(f"{size}.db*"):
        old.unlink()
    carrying = done.wall("wave.done")
    return (
        f"{size:,}",
        f"{actions:,}",
        f"{voted.wall('approved'):.1f}",
        str(voted.peak),
        f"{done.wall('verified'):.1f}",
        done.told["peak verified"],
        f"{carrying:.1f}",
        f"{actions / carrying:,.0f}",
        done.told["peak wave.done"],
        done.told["at apply.begun"],
    )
