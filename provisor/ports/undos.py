"""The doorway to undos: what people asked to take back, append-only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from provisor.domain.event import Event
from provisor.domain.override import Override
from provisor.domain.undoing import Undo


class Undos(Protocol):
    """What people asked to take back."""

    def add(self, undo: Undo, overrides: Sequence[Override], events: Sequence[Event]) -> None:
        """Keep an undo and its decisions, in one transaction."""
        ...

    def get(self, undo_id: str) -> Undo:
        """Return one undo.

        Raises:
            UnknownName: no undo has this id.
        """
        ...
