"""The doorway to overrides: what people decided against the rules, append-only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisor.domain.event import Event
from provisor.domain.override import Consent, Override, OverrideKind


@dataclass(frozen=True, slots=True)
class Handover:
    """What was said of one key and holds for another from now on."""

    ended: tuple[str, ...] = ()
    """Ids of the words as they were."""
    added: tuple[Override, ...] = ()


class Overrides(Protocol):
    """People's decisions that outlive cycles."""

    def add(self, override: Override, events: Sequence[Event]) -> None:
        """Keep one override."""
        ...

    def all(self) -> tuple[Override, ...]:
        """Return every override ever given, oldest first."""
        ...

    def agree(self, override_id: str, consent: Consent, events: Sequence[Event]) -> Override:
        """Keep a second person's word; the first one stays.

        Raises:
            UnknownName: no override has this id.
        """
        ...

    def standing(self, kind: OverrideKind) -> tuple[Override, ...]:
        """Return those of one kind that nobody ended, oldest first."""
        ...

    def exchange(
        self,
        ended: Collection[str],
        added: Sequence[Override],
        at: datetime,
        events: Sequence[Event],
    ) -> None:
        """End overrides, by id, and keep others in their place, in one transaction."""
        ...

    def end(self, override_id: str, at: datetime, events: Sequence[Event]) -> Override:
        """End one override now.

        Raises:
            UnknownName: no override has this id.
        """
        ...
