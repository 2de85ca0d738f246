"""The intervals of Visual Basic: how dates are moved, and how far they lie apart.

Years and months follow the calendar; what is shorter has a fixed length.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from provisor.domain.expressions.moments import DAY, HOUR, MINUTE, SECOND, Moment, civil, ticks_at

_WEEK: Final = 7 * DAY
_MONTHS_OF_YEAR = 12
_SHORTER = 4  # so many days of a month may be missing from another, and one to stand on


class Interval(Enum):
    """What a date is moved by; the value is how it is written."""

    YEAR = "yyyy"
    QUARTER = "q"
    MONTH = "m"
    WEEK = "ww"
    """A week of the calendar: from Sunday to Saturday."""
    DAY = "d"
    DAY_OF_YEAR = "y"
    """As `DAY`."""
    WEEKDAY = "w"
    """Moves by a day, and lies apart by seven of them; Visual Basic has it so."""
    HOUR = "h"
    MINUTE = "n"
    SECOND = "s"


_MONTHS: Final[Mapping[Interval, int]] = {
    Interval.YEAR: 12,
    Interval.QUARTER: 3,
    Interval.MONTH: 1,
}
_STEPS: Final[Mapping[Interval, int]] = {
    Interval.WEEK: _WEEK,
    Interval.DAY: DAY,
    Interval.DAY_OF_YEAR: DAY,
    Interval.WEEKDAY: DAY,
    Interval.HOUR: HOUR,
    Interval.MINUTE: MINUTE,
    Interval.SECOND: SECOND,
}
_INTERVALS: Final = {interval.value: interval for interval in Interval}


def interval_of(text: str) -> Interval | None:
    """Return the interval that is written so, in any case.

    Example:
        >>> interval_of("YYYY"), interval_of("month")
        (<Interval.YEAR: 'yyyy'>, None)
    """
    return _INTERVALS.get(text.lower())


def moved(moment: Moment, interval: Interval, count: int) -> int | None:
    """Return the tick that lies `count` intervals later, or None outside the calendar.

    A day that the month does not have becomes its last.

    Example:
        >>> end_of_january = Moment(ticks_at(2024, 1, 31))
        >>> moved(end_of_january, Interval.MONTH, 1) == ticks_at(2024, 2, 29)
        True
    """
    if interval in _STEPS:
        return moment.ticks + count * _STEPS[interval]
    day = civil(moment).day
    months = day.year * _MONTHS_OF_YEAR + day.month - 1 + count * _MONTHS[interval]
    year, month = months // _MONTHS_OF_YEAR, months % _MONTHS_OF_YEAR + 1
    days = range(day.day, max(0, day.day - _SHORTER), -1)
    midnights = (ticks_at(year, month, possible) for possible in days)
    midnight = next((ticks for ticks in midnights if ticks is not None), None)
    return None if midnight is None else midnight + moment.ticks % DAY


def between(earlier: Moment, later: Moment, interval: Interval) -> int:
    """Count the intervals from one moment to another; negative where the other lies before.

    Years, quarters and months are counted by the calendar's numbers, and weeks by their Sundays;
    what is shorter by the time that has passed, cut to whole numbers towards zero.

    Example:
        >>> new_year, eve = Moment(ticks_at(2024, 1, 1)), Moment(ticks_at(2023, 12, 31))
        >>> between(eve, new_year, Interval.YEAR), between(new_year, eve, Interval.DAY)
        (1, -1)
    """
    if interval in _MONTHS:
        return _period(later, interval) - _period(earlier, interval)
    if interval is Interval.WEEK:
        return _whole(_week_start(later) - _week_start(earlier), _WEEK)
    length = _WEEK if interval is Interval.WEEKDAY else _STEPS[interval]
    return _whole(later.ticks - earlier.ticks, length)


def _period(moment: Moment, interval: Interval) -> int:
    day = civil(moment).day
    return (day.year * _MONTHS_OF_YEAR + day.month - 1) // _MONTHS[interval]


def _week_start(moment: Moment) -> int:
    """Return the tick of the same time on the Sunday before."""
    return moment.ticks - (moment.ticks // DAY + 1) % 7 * DAY


def _whole(ticks: int, length: int) -> int:
    count = abs(ticks) // length
    return count if ticks >= 0 else -count
