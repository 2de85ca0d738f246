"""The clock of the machine that we run on."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The operating system's clock, in UTC."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()
