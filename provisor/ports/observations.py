"""The doorway to what was read, when, and whether it proved complete."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from provisor.domain.event import Event
from provisor.domain.link import Absence
from provisor.domain.schema import ObjectType
from provisor.ports.facts import Observation
from provisor.ports.history import Looked

Events = Sequence[Event]


class Observations(Protocol):
    """What was read, when, and whether it proved complete."""

    def add(
        self, observations: Sequence[Observation], events: Events, looked: Looked | None = None
    ) -> None:
        """Keep the observations of one look, all of them or none, with what it saw."""
        ...

    def last_complete(self, system: str, object_type: ObjectType) -> Observation | None:
        """Return the newest complete read, or None when there is none yet."""
        ...

    def newest(self, system: str, object_type: ObjectType) -> Observation | None:
        """Return the newest read of any kind."""
        ...

    def named(self, ids: Collection[str]) -> tuple[Observation, ...]:
        """Return some reads, oldest first; unknown ids are left out."""
        ...

    def before(self, system: str, object_type: ObjectType, at: datetime) -> Observation | None:
        """Return the newest read that had ended by a moment."""
        ...

    def absences(self, system: str, object_type: ObjectType) -> tuple[Absence, ...]:
        """Return who was linked and missing from the last complete reads."""
        ...

    def replace_absences(
        self, system: str, object_type: ObjectType, absences: Iterable[Absence]
    ) -> None:
        """Keep exactly these absences after a complete read."""
        ...
