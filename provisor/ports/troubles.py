"""The doorway to what does not get through: targets left alone, and acts that wait to be tried."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisor.domain.event import Event
from provisor.domain.schema import ObjectType

Events = Sequence[Event]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A target that is left alone because it failed, not one of its objects."""

    target: str
    reason: str
    since: datetime
    until: datetime
    """When it is asked whether it is well again."""
    series: int = 1
    """How often in a row it was not."""


@dataclass(frozen=True, slots=True)
class Parked:
    """One act that failed for its object's sake, and when it is tried again."""

    action_id: str
    target: str
    job: str
    object_type: ObjectType
    subject: str
    key: str
    operation: str
    since: datetime
    """When it failed first."""
    last_at: datetime
    next_at: datetime | None
    """When a run tries it again; None: only a person, or another act, ends that it waits."""
    attempts: int
    code: str
    message: str
    owner: str
    """Who looks after it."""


class Troubles(Protocol):
    """What does not get through. Nothing of it is ever dropped by time."""

    def quarantined(self, target: str) -> Quarantine | None:
        """Return the quarantine of a target, also one that is over and not yet lifted."""
        ...

    def quarantines(self) -> tuple[Quarantine, ...]:
        """Return every quarantine, by target."""
        ...

    def isolate(self, quarantine: Quarantine, events: Events) -> None:
        """Keep a quarantine; one of the same target is replaced."""
        ...

    def readmit(self, target: str, events: Events) -> bool:
        """Lift a quarantine; say whether there was one."""
        ...

    def parked(self, target: str = "", job: str = "") -> tuple[Parked, ...]:
        """Return what waits, the oldest first; of one target, of one job, or all."""
        ...

    def park(self, parked: Sequence[Parked], events: Events) -> None:
        """Keep acts that wait; what is known of the same ones is replaced."""
        ...

    def release(self, target: str, actions: Collection[str], events: Events) -> None:
        """Forget that acts wait."""
        ...
