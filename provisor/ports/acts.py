"""The doorway to what was done: runs, intents and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from provisor.domain.budget import Pauses
from provisor.domain.costing import Cost
from provisor.domain.event import Event
from provisor.domain.harm import Counted, Window
from provisor.ports.facts import ActOutcome, Effect, Intent, Run, Unfinished

Events = Sequence[Event]

APART = 0
"""The epoch of an act that waits for no lease: a kill. It only takes away."""
DESPITE_FREEZE = -1
"""The same, where a person said that it goes out although writing is frozen."""


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

    def runs_of_plan(self, plan: str) -> tuple[Run, ...]:
        """Return every run of a plan, newest first."""
        ...

    def intend(self, intents: Sequence[Intent], epoch: int, events: Events) -> None:
        """Make intents durable before any call; one row of the log may hold a batch.

        Under `APART` and `DESPITE_FREEZE` no lease is asked for, and nothing but disables,
        rights that are taken back and memberships may be promised.

        Raises:
            LeaseHeld: the lease of the target has a newer epoch; nothing may be sent.
            Frozen: the target, or everything, is frozen; nothing may be sent.
        """
        ...

    def conclude(self, effects: Sequence[Effect], events: Events) -> None:
        """Make outcomes durable together with links, memberships and used decisions."""
        ...

    def spent(self, target: str, runs: int = 20) -> Cost:
        """Return the lines of what the newest ended runs on a target took."""
        ...

    def paused(self, target: str, runs: int = 20) -> tuple[tuple[Cost, Pauses], ...]:
        """Return what the newest ended runs on a target took, with the pauses asked for."""
        ...

    def unfinished(self, target: str) -> tuple[Unfinished, ...]:
        """Return intents without a final outcome: never ended, or uncertain at the last try."""
        ...

    def run_named(self, digits: str) -> tuple[Run, ...]:
        """Return the runs whose ids begin with these digits, newest first; at most three."""
        ...

    def newest_run(self) -> Run | None:
        """Return the run that began last, of whatever job; None before there was any."""
        ...

    def of_run(self, run: str) -> dict[str, ActOutcome]:
        """Return the newest outcome per action id of one run."""
        ...

    def outcomes(self, plan: str) -> dict[str, ActOutcome]:
        """Return the newest outcome per action id of a plan."""
        ...

    def settled(self, plan: str, since: datetime) -> frozenset[str]:
        """Return the ids of a plan's acts whose newest outcome is that they are done, since then.

        What was there already is done.
        """
        ...

    def attempts(self, plan: str) -> dict[str, int]:
        """Return how often each act of a plan was tried."""
        ...

    def done_since(self, target: str, since: datetime, window: Window) -> Counted:
        """Return what was intended on the target since then, in everything it counts in.

        What failed does not count, nor what people voted on; what is uncertain does. Within a day
        a vote that left others of its part waiting changes nothing.
        """
        ...

    def promised(self) -> int:
        """Return the number of the newest intent; they count up."""
        ...

    def acted_on(self, target: str, after: int) -> frozenset[str]:
        """Return the identities that acts were about which were promised after an intent."""
        ...
