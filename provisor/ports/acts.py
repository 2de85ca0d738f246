"""The doorway to what was done: runs, intents and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from provisor.domain.event import Event
from provisor.ports.facts import ActOutcome, Effect, Intent, Run, Unfinished

Events = Sequence[Event]


class Acts(Protocol):
    """Runs, intents and outcomes."""

    def begin_run(self, run: Run) -> None:
        """Keep a run that starts."""
        ...

    def end_run(self, run: Run, events: Events) -> None:
        """Complete a run."""
        ...

    def runs(self, job: str, limit: int = 20) -> tuple[Run, ...]:
        """Return the newest runs of a job, newest first."""
        ...

    def intend(self, intents: Sequence[Intent], epoch: int, events: Events) -> None:
        """Make intents durable before any call; one row of the log may hold a batch.

        Raises:
            LeaseHeld: the lease of the target has a newer epoch; nothing may be sent.
            Frozen: the target, or everything, is frozen; nothing may be sent.
        """
        ...

    def conclude(self, effects: Sequence[Effect], events: Events) -> None:
        """Make outcomes durable together with links, memberships and used decisions."""
        ...

    def unfinished(self, target: str) -> tuple[Unfinished, ...]:
        """Return intents without a final outcome: never ended, or uncertain at the last try."""
        ...

    def outcomes(self, plan: str) -> dict[str, ActOutcome]:
        """Return the newest outcome per action id of a plan."""
        ...

    def done_since(self, target: str, since: datetime) -> dict[str, int]:
        """Return how many actions of each part were intended on the target since then.

        Failed ones do not count, nor those that people voted on; uncertain ones do.
        """
        ...
