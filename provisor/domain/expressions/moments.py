"""Points in time, counted in ticks of 100 nanoseconds since 0001-01-01 as .NET counts them.

Whole numbers, so that nothing is lost to rounding and nothing overflows before it is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Final

from provisor.domain.expressions.bounds import refuse

SECOND: Final = 10_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

LAST_TICK: Final = date.max.toordinal() * DAY - 1
"""The last tick of the year 9999."""
TWO_DIGIT_YEAR_MAX: Final = 2029
"""A year of two digits is one of the hundred years up to this one."""
FARTHEST_OFFSET: Final = 14 * HOUR
"""No place on Earth is farther from UTC."""


class Zone(Enum):
    """What is known about the zone of a moment; it shows in `K` and nowhere else."""

    UTC = auto()
    """Written with `Z`."""
    LOCAL = auto()
    """Written with an offset and moved to the local zone, which is always UTC."""
    UNKNOWN = auto()
    """Written without a zone."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A tick of the years 1 to 9999."""

    ticks: int
    zone: Zone = Zone.UTC


@dataclass(frozen=True, slots=True)
class Civil:
    """A moment as calendar and clock show it."""

    day: date
    hour: int
    minute: int
    second: int
    fraction: int
    """Ticks below the second."""
    zone: Zone


def moment_of(ticks: int, asked_by: str, zone: Zone = Zone.UTC) -> Moment:
    """Return the moment at a tick.

    Raises:
        ExpressionFailed: the tick is not in the years 1 to 9999.

    Example:
        >>> moment_of(0, "CDate")
        Moment(ticks=0, zone=<Zone.UTC: 1>)
    """
    if not 0 <= ticks <= LAST_TICK:
        refuse(f"`{asked_by}` leaves the years 1 to 9999")
    return Moment(ticks, zone)


def civil(moment: Moment) -> Civil:
    """Return calendar day and time of day.

    Example:
        >>> shown = civil(Moment(DAY + 13 * HOUR + 5))
        >>> str(shown.day), shown.hour, shown.fraction
        ('0001-01-02', 13, 5)
    """
    days, rest = divmod(moment.ticks, DAY)
    seconds, fraction = divmod(rest, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Civil(date.fromordinal(days + 1), hour, minute, second, fraction, moment.zone)


def ticks_at(year: int, month: int, day: int) -> int | None:
    """Return the first tick of a day, or None where the calendar has no such day.

    Example:
        >>> ticks_at(1, 1, 2) == DAY, ticks_at(2023, 2, 29), ticks_at(10000, 1, 1)
        (True, None, None)
    """
    try:
        return (date(year, month, day).toordinal() - 1) * DAY
    except (ValueError, OverflowError):
        return None


def ticks_of_fraction(digits: str) -> int:
    """Return the ticks of the digits behind the seconds, rounded to the nearest.

    Example:
        >>> ticks_of_fraction("1"), ticks_of_fraction("00000019")
        (1000000, 2)
    """
    return int(digits[:7].ljust(7, "0")) + (digits[7:8] >= "5")


def full_year(short: int) -> int:
    """Return the year that two digits mean.

    Example:
        >>> full_year(29), full_year(30), full_year(0)
        (2029, 1930, 2000)
    """
    century = TWO_DIGIT_YEAR_MAX // 100 * 100
    return century + short - (100 if century + short > TWO_DIGIT_YEAR_MAX else 0)
