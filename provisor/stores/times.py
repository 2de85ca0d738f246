"""Times as the store keeps them: text that sorts as it stands."""

from __future__ import annotations

from datetime import UTC, datetime


def time_text(at: datetime) -> str:
    """Return a time as RFC 3339 text in UTC with six digits of fraction and `Z`.

    Raises:
        ValueError: the time does not say its zone.

    Example:
        >>> time_text(datetime(2031, 1, 2, tzinfo=UTC))
        '2031-01-02T00:00:00.000000Z'
    """
    if at.tzinfo is None:
        raise ValueError("a stored time must say its zone")
    there = at if at.tzinfo is UTC else at.astimezone(UTC)
    return there.isoformat("T", "microseconds")[:-6] + "Z"


def optional_time_text(at: datetime | None) -> str | None:
    """Return the text of a time, or None for none."""
    return None if at is None else time_text(at)


def time_of(text: str) -> datetime:
    """Return the time that a stored text means.

    Raises:
        ValueError: the text is no time.
    """
    return datetime.fromisoformat(text)


def optional_time_of(text: str | None) -> datetime | None:
    """Return the time that a stored text means, or None for none."""
    return None if text is None else time_of(text)
