"""What a configuration says about itself: which of its revisions may act, and who is believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Runs(StrEnum):
    """Which configurations jobs may act under."""

    ANY = "any"
    """Whatever the file says; its first plan waits for a decision."""
    ACTIVE = "active"
    """Only the active revision: proposed, approved by somebody else, and made active."""


REVISION_HOURS: Final = 168
"""Hours until an approval of a revision loses its force."""


@dataclass(frozen=True, slots=True)
class Charter:
    """How changes and votes work, whatever the jobs do."""

    runs: Runs = Runs.ANY
    document: str = "{}"
    """Canonical JSON of approvals, identity and revisions; equal charters are equal texts."""
    hours: int = REVISION_HOURS
