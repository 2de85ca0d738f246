"""The doorway to configuration revisions: append-only, and one step at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from provisor.domain.configuration_life import Chronicle, ConfigurationRevision, Fact
from provisor.domain.event import Event


class Configurations(Protocol):
    """What was proposed, shown, said and made active."""

    def chronicle(self) -> Chronicle:
        """Return everything that ever happened to configurations."""
        ...

    def active(self) -> ConfigurationRevision | None:
        """Return the active revision, or None while none ever was."""
        ...

    def revision(self, number: int) -> ConfigurationRevision | None:
        """Return the revision of a number, or None."""
        ...

    def add(self, facts: Sequence[Fact], seen: int, events: Sequence[Event]) -> bool:
        """Keep facts that follow from a chronicle of this length.

        Returns:
            False where somebody added a fact meanwhile: then nothing is kept; look again.
        """
        ...
