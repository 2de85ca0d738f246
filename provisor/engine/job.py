"""One job with everything it needs in hand; built by the wiring, read by the rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.charter import Charter
from provisor.domain.focus import Name
from provisor.domain.override import Override
from provisor.domain.rules import JobRules
from provisor.domain.undoing import Undo
from provisor.engine.carrying.halting import Halt
from provisor.ports.clock import Clock
from provisor.ports.connector import Connector
from provisor.ports.delivery import Delivery
from provisor.ports.store import Store


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and how we know."""

    name: str
    asserted: bool
    """True when the name was only claimed (`identity: {mode: asserted}`)."""


class Progress(Protocol):
    """Somebody who watches long work."""

    def begin(self, label: str, total: int | None) -> None:
        """A piece of work begins; `total` steps, or None when nobody knows."""
        ...

    def advance(self, steps: int) -> None:
        """Some steps are done."""
        ...

    def end(self) -> None:
        """The piece of work is over."""
        ...


class Unwatched:
    """Nobody watches."""

    def begin(self, label: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self, steps: int) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


class Executor(StrEnum):
    """Which executor plans."""

    BY_SIZE = "by_size"
    """Columns for large worlds, objects for small ones."""
    OBJECTS = "objects"
    COLUMNS = "columns"


def _pass(_milestone: str) -> None:
    """Walk on."""


FULL_EVERY_HOURS = 24
PART_ROWS = 1_000_000
"""Most people of a job that are in memory at a time, where its rules allow parts."""


@dataclass(frozen=True, slots=True)
class CyclePolicy:
    """How often everything is read, although what changed would be enough."""

    full_every_hours: int = FULL_EVERY_HOURS
    full: bool = False
    """Whether somebody asked for a full cycle now."""
    part_rows: int = PART_ROWS
    """When more people are linked, they are planned in parts of so many."""


@dataclass(frozen=True, slots=True)
class HistoryPolicy:
    """What is kept of what both sides held."""

    days: int = 0
    """For how many days; 0 keeps nothing."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job, ready to walk."""

    rules: JobRules
    document: str
    """Canonical JSON of the job's configuration, for the revision."""
    source: Connector
    target: Connector
    store: Store
    clock: Clock
    actor: Actor
    policy: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    charter: Charter = field(default_factory=Charter)
    """What the file says of revisions, votes and identities."""
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    """Hooks by name that are handed the secrets which mappings draw."""
    progress: Progress = field(default_factory=Unwatched)
    executor: Executor = Executor.BY_SIZE
    only: frozenset[Name] = frozenset()
    """Whom this walk is about; empty for everybody."""
    undo: Undo | None = None
    """What this walk takes back, and nothing besides; None for every other walk."""
    supposed: tuple[Override, ...] = ()
    """Decisions that are heeded as if somebody had given them."""
    cycle: CyclePolicy = CyclePolicy()
    history: HistoryPolicy = HistoryPolicy()
    reached: Callable[[str], None] = _pass
    """Told at every milestone of the walk; tests stop the process here."""
    calls_per_minute: int | None = None
    """How many calls the target's owner allows in a minute; None where nobody said."""
    lease_seconds: float = 120.0
    halt: Halt = field(default_factory=Halt)
    """Whether somebody asked to end."""
    in_flight: int = 16
    """The most calls to the target that may be open at one time."""
    fresh_seconds: float = 900.0
    """How old a read may be and still answer whether an account exists."""
