"""The doorway to what others changed in targets, and to our own acts that may explain it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisor.domain.action import Action
from provisor.domain.drift import Drift
from provisor.domain.event import Event

Events = Sequence[Event]


@dataclass(frozen=True, slots=True)
class SentAct:
    """One act that was sent to a target, and whether it was done."""

    action_id: str
    action: Action
    at: datetime
    """When its outcome was known; of one without an outcome when it was intended."""
    done: bool
    native_id: str
    """The account that it was done to; empty where nobody knows."""


class Drifts(Protocol):
    """What others changed, append-only; and what we changed ourselves."""

    def add(self, job: str, target: str, drifts: Sequence[Drift], events: Events) -> None:
        """Keep what was found; each has an id already."""
        ...

    def of_job(self, job: str, since: datetime | None = None) -> tuple[Drift, ...]:
        """Return what was found for a job, oldest first."""
        ...

    def acts(
        self, target: str, identities: Collection[str] | None, since: datetime | None = None
    ) -> tuple[SentAct, ...]:
        """Return the acts on a target, oldest first.

        Args:
            target: the system.
            identities: whose accounts or groups; None for everybody's.
            since: only those that were intended then or later.

        Cost: one pass over the target's intents since then.
        """
        ...
