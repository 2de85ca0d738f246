"""When something that failed is tried again: soon at first, later seldom, and never forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

RUNGS = (timedelta(0), timedelta(hours=1), timedelta(hours=6), timedelta(hours=12))
"""How long an act waits after its first, second … failure; the first waits for the next run."""
DAILY = timedelta(hours=24)
LADDER_DAYS = 28
"""Afterwards an act is tried again when a person says so, or when it becomes another one."""

FAULTS_IN_A_ROW = 10
"""So many acts in a row that a target fails, and not their objects, put it into quarantine."""
FIRST_QUARANTINE = timedelta(minutes=1)
LONGEST_QUARANTINE = timedelta(hours=1)


def next_attempt(attempts: int, since: datetime, at: datetime) -> datetime | None:
    """Return when an act is tried again that failed just now; None for not by itself.

    Args:
        attempts: how often it failed, this time included.
        since: when it failed first.
        at: now.

    Example:
        >>> from datetime import UTC
        >>> noon = datetime(2031, 4, 6, 12, tzinfo=UTC)
        >>> [str(next_attempt(n, noon, noon) - noon) for n in (1, 2, 3, 4, 5, 9)]
        ['0:00:00', '1:00:00', '6:00:00', '12:00:00', '1 day, 0:00:00', '1 day, 0:00:00']
        >>> next_attempt(30, noon, noon + timedelta(days=28)) is None
        True
    """
    if at - since >= timedelta(days=LADDER_DAYS):
        return None
    return at + (RUNGS[attempts - 1] if attempts <= len(RUNGS) else DAILY)


def quarantine_ends(series: int, at: datetime) -> datetime:
    """Return when a target is asked again; twice as late each time, at most an hour.

    Example:
        >>> from datetime import UTC
        >>> noon = datetime(2031, 4, 6, 12, tzinfo=UTC)
        >>> [f"{quarantine_ends(n, noon):%H:%M}" for n in (1, 2, 3, 7, 90)]
        ['12:01', '12:02', '12:04', '13:00', '13:00']
    """
    pause = FIRST_QUARANTINE * float(2 ** min(series - 1, 10))
    return at + min(pause, LONGEST_QUARANTINE)
