"""The doorway to gates that somebody broke open: append-only, each with its review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisor.domain.event import Event
from provisor.domain.plan import PlannedAction


@dataclass(frozen=True, slots=True)
class Review:
    """What somebody else said of an opening afterwards."""

    reviewer: str
    reason: str
    at: datetime
    asserted: bool = False


@dataclass(frozen=True, slots=True)
class Opening:
    """One gate, broken open for one target, one class of acts and a short time."""

    id: str
    target: str
    part: str
    """The kind of acts, such as `users.disable`."""
    actor: str
    reason: str
    opened_at: datetime
    expires_at: datetime
    asserted: bool = False
    acts: int = 0
    """How many acts went out through it so far."""
    review: Review | None = None

    def is_open(self, now: datetime) -> bool:
        """Say whether acts may still go out through it."""
        return self.opened_at <= now < self.expires_at and self.review is None

    def blocks_others(self, now: datetime) -> bool:
        """Say whether no other gate may be opened: this one may still be used, or was."""
        return self.review is None and (self.acts > 0 or now < self.expires_at)


class Openings(Protocol):
    """What was broken open, and who looked at it afterwards."""

    def add(self, opening: Opening, events: Sequence[Event]) -> None:
        """Keep an opening.

        Raises:
            DecisionMissing: another one may still be used, or was used and not reviewed; of two at
                once the second is refused.
        """
        ...

    def review(
        self, opening: str, acts: int, review: Review, events: Sequence[Event]
    ) -> Opening | None:
        """Keep a review; the first one stays.

        Args:
            opening: its id.
            acts: how many acts of it were looked at.
            review: what was said of them.
            events: that tell of it.

        Returns:
            The opening; None, with nothing kept, where more acts went out than were looked at.

        Raises:
            UnknownName: no opening has this id.
        """
        ...

    def all(self) -> tuple[Opening, ...]:
        """Return every opening ever made, oldest first."""
        ...

    def actions(self, opening: str) -> tuple[str, ...]:
        """Return the ids of the acts that went out through an opening, in their order."""
        ...

    def acts(self, opening: str) -> tuple[PlannedAction, ...]:
        """Return the acts that went out through an opening.

        Raises:
            StoreDamaged: an act is not the one that was sealed.
        """
        ...
