"""One run's work on one target while it is under way: what was done, and what others wait for."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from provisor.engine.carrying.breaking import Breaker
from provisor.engine.carrying.carry_members import room_of
from provisor.engine.carrying.pacing import TargetPace
from provisor.engine.carrying.parking import Parking
from provisor.engine.carrying.results import Results
from provisor.engine.confirm import Drift, Looks, looks_of
from provisor.engine.job import Job
from provisor.engine.ownership import Owners
from provisor.ports.openings import Opening
from provisor.ports.store import ActOutcome, Lease


@dataclass(slots=True)
class Carrying:
    """One run's work on one target: what was done, and what others wait for."""

    job: Job
    run: str
    plan: str
    lease: Lease
    pace: TargetPace
    outcomes: dict[str, ActOutcome] = field(default_factory=dict)
    """Of the batch under way."""
    results: Results = field(init=False)
    looks: Looks = field(init=False)
    drift: list[Drift] = field(default_factory=list)
    """What was looked at while writing went on, and was not there."""
    broken: dict[str, str] = field(default_factory=dict)
    """Subject or bundle to the action id that failed."""
    attempts: Mapping[str, int] = field(default_factory=dict)
    moves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Identity whose account is deleted to the acts after which nobody refers to it."""
    partly: Set[str] = frozenset()
    """Actions of parts of which votes left others waiting."""
    opened: Mapping[str, Opening] = field(default_factory=dict)
    """Action id to the broken gate through which it goes."""
    parking: Parking | None = None
    """What waits to be tried again; None where nobody keeps that."""
    breaker: Breaker = field(init=False)
    owners: Owners = field(init=False)
    room: int = field(init=False)
    """Members that are sent together."""

    def __post_init__(self) -> None:
        self.room = room_of(self.job)
        self.results = Results({one for acts in self.moves.values() for one in acts})
        self.looks = looks_of(self.job)
        self.breaker = Breaker(self.job, self.pace)
        self.owners = Owners(self.job.store.links, self.lease.target)
