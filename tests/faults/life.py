"""A small firm whose every call can go wrong: what happens at its source, and what people do.

A step is something that changes outside, and the commands by which people answer it. A command
that failed is given again, as a person or a timer would.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from connectors.memory import SOURCE_SCHEMAS, MemoryConnector, World
from provisor.domain.approval import DecisionKind
from provisor.domain.expressions import parse
from provisor.domain.flow import Apply, AttributeMapping
from provisor.domain.plan import Ruling
from provisor.domain.record import Value
from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Job
from provisor.engine.run import Result, apply_plan, plan_job, run_job
from provisor.errors import InvalidValue, ProvisorError
from provisor.ports.connector import Connector, ReadItem, ReadRequest
from provisor.ports.delivery import Parcel
from provisor.ports.store import PlanStatus
from provisor.stores.database import SqlStore, open_store
from provisor.testing.clock import FixedClock
from tests.faults.board import Board, Died
from tests.faults.journal import Kept, WatchedWorld, look
from tests.faults.wires import Wire, watch_store
from tests.stories.workplace import Office, map_besides

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
PROTECTED, STRANGER = "root-admin", "svc-backup"
POISON = "POISON"
GENERATOR = 'RandomString(16, 2, 2, 2, 2, "")'
PASSWORD = AttributeMapping(
    "password",
    parse(GENERATOR),
    GENERATOR,
    apply=Apply.ON_CREATE,
    deliver="box",
)
BATCH = 3
"""Acts that are promised together: so few that a step has several batches."""
CANARY = "Qanary"
"""Stands in the family name of everybody."""
MOST_COMMANDS = 6
"""How often a command is given: a busy machine can miss a short time-out besides."""
MOST_CYCLES = 4
"""Cycles after which there must be rest, at the latest."""


class Stuck(Exception):
    """Without any fault there is neither obedience nor rest."""


class Box:
    """Takes the secrets of new accounts."""

    def hand_over(self, parcel: Parcel) -> None:
        """Keep nothing."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A life as it was before a step."""

    store: bytes
    """Empty where the store is no file."""
    source: Kept
    target: Kept
    now: datetime
    losing: frozenset[str]
    marks: Mapping[str, str]


class PassingClock(FixedClock):
    """Stands at its day, while seconds pass: whoever waits for a target waits to an end."""

    def monotonic(self) -> float:
        """Return the seconds that passed by themselves, and those that it was moved."""
        return super().monotonic() + time.monotonic()


@dataclass
class Life(Office):
    """An office between wires that break."""

    board: Board = field(default_factory=Board)
    step: str = ""
    losing: set[str] = field(default_factory=set)
    """Keys of those whom the truth, and not a broken read, takes something from."""
    told: list[ProvisorError] = field(default_factory=list)
    """What was said to people when something went wrong."""
    marks: dict[str, str] = field(default_factory=dict)
    """What steps remember for themselves."""
    seen_wrong: list[str] = field(default_factory=list)
    """What steps themselves saw go wrong."""
    shown: dict[ReadRequest, list[ReadItem]] = field(default_factory=dict)
    """What the lists of the target said last."""
    outside: Connector | None = None
    """The target as another process offers it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.changes["protected"] = frozenset({PROTECTED})
        # One of ten is no collapse here; half of a list still is.
        self.changes["guard"] = Guard(rows=1000, percent=30)
        self.deliveries["box"] = Box()
        map_besides(self, PASSWORD)
        self.watched.moment = lambda: look(self.path, self.step, frozenset(self.losing))
        self.watched.faults.rewrite(USERS, "title", refuse_poison)

    @property
    def path(self) -> Path:
        return self.folder / "office.db"

    @property
    def watched(self) -> WatchedWorld:
        assert isinstance(self.target, WatchedWorld)
        return self.target

    @property
    def store(self) -> SqlStore:
        if self._store is None:
            self._store = open_store(f"sqlite:///{self.path}", clock=self.clock)
            watch_store(self._store, self.board)
        return self._store

    def close(self) -> None:
        super().close()
        self._store = None

    def job(self, actor: str = "ann", reached: Callable[[str], None] | None = None) -> Job:
        job = super().job(actor, reached)
        target: Connector = self.outside or MemoryConnector("app", self.target)
        source = Wire(job.source, self.board, "source", lies=False)
        watched = Wire(target, self.board, "target", lies=True, shown=self.shown)
        return replace(job, source=source, target=watched)

    # --- what people do -------------------------------------------------------------------------

    def cycle(self) -> Result:
        """Run, let a second person approve what waits, and carry that out."""
        result = run_job(self.job())
        if result.stored.status is PlanStatus.WAITING:
            return self.approved(result.stored.plan.digest)
        return result

    def approved(self, digest: str) -> Result:
        stored = self.store.plans.find(digest)
        word = Vote(DecisionKind.APPROVE, "fine")
        needed = max((part.approvers for part in stored.parts), default=0)
        for name in ("bob", "cat")[:needed]:
            vote(self.job(name), stored, Actor(name, asserted=True), word)
        return apply_plan(self.job(), self.store.plans.find(digest))

    def first_day(self) -> Result:
        return self.approved(plan_job(self.job()).stored.plan.digest)

    def insist(self, command: Callable[[Life], object]) -> int:
        """Give a command until it is obeyed, and come back to life in between.

        Returns:
            How often it was given.
        """
        for attempt in range(1, MOST_COMMANDS + 1):
            try:
                command(self)
            except Died:
                self.come_back()
            except ProvisorError as error:
                self.told.append(error)
            else:
                return attempt
            self.pass_hours(1)
        raise Stuck(f"{self.step}: still refused without a fault: {self.told[-1:]}")

    def come_back(self) -> None:
        """Begin again as a new process: nothing is left but the store."""
        self.board = Board()
        self.close()

    def minded(self, name: str, holds: bool, otherwise: str) -> None:
        """Note what a step can only see in its midst."""
        if not holds:
            self.seen_wrong.append(f"{name}: {self.step}: {otherwise}")

    def rest(self) -> int:
        """Run cycles until there is nothing to do; the board has the calls of the last one.

        Returns:
            How many it took until nothing was written any more.
        """
        for cycles in range(MOST_CYCLES):
            before = len(self.watched.deeds)
            self.board.calls.clear()
            self.pass_hours(1)
            result = self.cycle()
            is_quiet = len(self.watched.deeds) == before and not result.stored.plan.actions
            if is_quiet and result.stored.verdict is not Ruling.REFUSED:
                return cycles
        raise Stuck(f"{self.step}: no rest after {MOST_CYCLES} cycles")

    def look_again(self) -> None:
        """See what the target holds now: this one's is always in view."""

    # --- keeping and bringing back --------------------------------------------------------------

    def kept(self) -> Snapshot:
        return Snapshot(
            self.kept_store(),
            Kept.of(self.source),
            Kept.of(self.target),
            self.clock.now(),
            frozenset(self.losing),
            dict(self.marks),
        )

    def kept_store(self) -> bytes:
        assert self.store.installation
        self.close()
        assert not self.path.with_name("office.db-wal").exists()
        return self.path.read_bytes()


def refuse_poison(value: Value) -> Value:
    if value == POISON:
        raise InvalidValue("the target takes no such title", attribute="title")
    return value


def new_life(folder: Path) -> Life:
    """A firm on its first day: eight people, and a target with accounts of others."""
    life = Life(folder, target=WatchedWorld(), clock=PassingClock())
    furnish(life)
    return life


def furnish(life: Life) -> None:
    """Put into the world of a life what is there on its first day."""
    with life.watched.by_hand():
        for name in (PROTECTED, STRANGER):
            life.target.add(USERS, {"userName": name, "active": True})
        strangers = life.target.add(GROUPS, {"displayName": "Operators"})
        life.target.join(strangers, tuple(life.target.users), ())
    staff(life)


def staff(life: Life) -> None:
    """Hire the first people."""
    for number in range(1, 9):
        life.hire(f"E{number:04d}", surname=f"{CANARY}{number:04d}")
    life.found_group("G1", "Press", "E0001", "E0002")
    life.found_group("G2", "Sales", "E0003")


def life_of(snapshot: Snapshot, folder: Path) -> Life:
    """A life as it was kept, in a folder of its own."""
    life = Life(folder, World(SOURCE_SCHEMAS), WatchedWorld(), PassingClock(snapshot.now))
    bring_back(life, snapshot)
    return life


def bring_back(life: Life, snapshot: Snapshot) -> None:
    """Let a life be as it was kept."""
    snapshot.source.back_into(life.source)
    snapshot.target.back_into(life.target)
    if snapshot.store:
        life.path.write_bytes(snapshot.store)
    life.losing, life.marks = set(snapshot.losing), dict(snapshot.marks)


def quick_folder() -> Path:
    """A new folder, in memory where the machine has such a place: thousands of stores are made."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="faults-", dir=memory if memory.is_dir() else None))
