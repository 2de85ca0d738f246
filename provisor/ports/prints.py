"""The doorway to fingerprints: what full plans found nothing to do about, as bytes.

They are a cache. Whoever loses them compares everything once more, and nothing else. What the
bytes mean, and what they hold for, is known to those who wrote them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Printed:
    """The fingerprints of one kind of thing."""

    seal: str
    """What they hold for: another seal means that they say nothing."""
    body: bytes


class Prints(Protocol):
    """The fingerprints of all jobs."""

    def of(self, job: str, name: str) -> Printed | None:
        """Return what is kept of a job under a name; None where nothing is.

        Cost: one SELECT over rows of at most 1 MiB.
        """
        ...

    def keep(self, job: str, name: str, printed: Printed) -> None:
        """Keep this under a name, in place of what was there.

        Cost: one row per MiB.
        """
        ...

    def forget(self, job: str) -> None:
        """Forget all fingerprints of a job: its next full plan compares everything."""
        ...
