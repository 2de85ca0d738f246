"""A clock that stands still until it is moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2031, 4, 6, 12, 0, tzinfo=UTC)


class FixedClock:
    """Says the same moment until `move` is called.

    Example:
        >>> clock = FixedClock()
        >>> clock.move(90)
        >>> clock.now().isoformat(), clock.monotonic()
        ('2031-04-06T12:01:30+00:00', 90.0)
    """

    def __init__(self, moment: datetime = NOON) -> None:
        if moment.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        self._moment = moment.astimezone(UTC)
        self._seconds = 0.0

    def now(self) -> datetime:
        """Return the moment that the clock stands at, in UTC."""
        return self._moment

    def monotonic(self) -> float:
        """Return the seconds that the clock was moved in all."""
        return self._seconds

    def move(self, seconds: float) -> None:
        """Let time pass; it never goes back."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._moment += timedelta(seconds=seconds)
        self._seconds += seconds
