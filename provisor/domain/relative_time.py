"""Days and instants as sources and configurations write them, and which comes first.

A date without a time is the whole day, in the time zone of the configuration; a time without an
offset is local there. Where either side is a day, days are compared; otherwise instants are.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final

LONGEST_DAYS: Final = 36_525
"""A relative time reaches at most a hundred years."""

When = date | datetime
"""A day, or an instant; a `datetime` without zone is local."""


class TimeUnreadable(ValueError):
    """A time of a rule cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a plan is made, and in which time zone its days begin."""

    now: datetime
    """With a time zone."""
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        """The day there."""
        return self.now.astimezone(self.zone).date()


# --- what a source says --------------------------------------------------------------------

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}")
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*")
_GENERALIZED: Final = re.compile(r"([0-9]{8})([0-9]{6})(?:[.,][0-9]+)?Z")


@lru_cache(maxsize=8192)
def read_when(text: str) -> When | None:
    """Return the day or the instant that a value says; None when it is neither.

    Source: ISO 8601 (`2031-04-07`, `20310407`, `2031-04-07T09:30:00Z`, a blank for the `T`) and the
    generalized time of directories, RFC 4517 section 3.3.13 (`20310407093000Z`).

    Example:
        >>> read_when("2031-04-07"), read_when("07.04.2031")
        (datetime.date(2031, 4, 7), None)
        >>> read_when("2031-04-07T09:30:00Z").isoformat()
        '2031-04-07T09:30:00+00:00'
    """
    written = text.strip().upper()
    try:
        if _DAY.fullmatch(written):
            return date.fromisoformat(written)
        if _INSTANT.fullmatch(written):
            return datetime.fromisoformat(written)
        if parts := _GENERALIZED.fullmatch(written):
            return datetime.fromisoformat(f"{parts[1]}T{parts[2]}Z")
    except ValueError:
        return None
    return None


# --- what a rule says ----------------------------------------------------------------------


class _Unit(StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_MINUTES: Final = {_Unit.MINUTE: 1, _Unit.HOUR: 60}
_DAYS: Final = {_Unit.DAY: 1, _Unit.WEEK: 7}
_MONTHS: Final = {_Unit.MONTH: 1, _Unit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, forwards or backwards."""

    minutes: int = 0
    days: int = 0
    months: int = 0

    def reversed(self) -> Span:
        """Return the same length the other way."""
        return Span(-self.minutes, -self.days, -self.months)

    def points_back(self) -> bool:
        """Say whether it leads into the past."""
        return min(self.minutes, self.days, self.months) < 0


@dataclass(frozen=True, slots=True)
class Bound:
    """A fixed day or instant, or one that moves with the clock."""

    fixed: When | None = None
    by_clock: bool = False
    """Whether a moving bound starts at the instant of the plan; else at its day."""
    spans: tuple[Span, ...] = ()

    def at(self, moment: Moment) -> When:
        """Return the day or the instant that is meant now."""
        if self.fixed is not None:
            return self.fixed
        start: When = moment.now.astimezone(moment.zone) if self.by_clock else moment.today
        for span in self.spans:
            start = _moved(start, span, moment.zone)
        return start


def _moved(start: When, span: Span, zone: tzinfo) -> When:
    """Go by the calendar for days and months, and by the clock for minutes."""
    months = start.year * 12 + start.month - 1 + span.months
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    moved = start.replace(year=year, month=month + 1, day=day) + timedelta(days=span.days)
    if isinstance(moved, datetime) and span.minutes:
        return (moved.astimezone(UTC) + timedelta(minutes=span.minutes)).astimezone(zone)
    return moved


_STARTS: Final = {"": 0, "TODAY": 0, "TOMORROW": 1, "YESTERDAY": -1, "NOW": 0}
_LENGTH: Final = r"\s*([0-9]{1,6})\s*(MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?"
_STEP: Final = re.compile(rf"([+-]){_LENGTH}")
_MOVING: Final = re.compile(rf"(TODAY|TOMORROW|YESTERDAY|NOW|)((?:\s*[+-]{_LENGTH})*)")
_WINDOW: Final = re.compile(rf"(NEXT|LAST|PAST|)\s*([+-]?){_LENGTH}")


@lru_cache(maxsize=512)
def read_bound(text: str) -> Bound:
    """Read a time of a rule.

    Raises:
        TimeUnreadable: it is none.

    Example:
        >>> noon = Moment(datetime(2031, 1, 31, 12, tzinfo=UTC))
        >>> [str(read_bound(text).at(noon)) for text in ("today", "+1 month", "2031-04-07")]
        ['2031-01-31', '2031-02-28', '2031-04-07']
        >>> str(read_bound("now - 90 minutes").at(noon))
        '2031-01-31 10:30:00+00:00'
    """
    fixed = read_when(text)
    if fixed is not None:
        return Bound(fixed)
    parts = _MOVING.fullmatch(text.strip().upper())
    if parts is None or not parts[0]:
        raise TimeUnreadable("a date, `today`, `now` or a distance such as `+14 days` was expected")
    spans = _bounded(*(_span(*step) for step in _STEP.findall(parts[2])))
    by_clock = parts[1] == "NOW" or (not parts[1] and any(span.minutes for span in spans))
    if not by_clock and any(span.minutes for span in spans):
        raise TimeUnreadable("hours and minutes are counted from `now`, not from a day")
    ahead = _STARTS[parts[1]]
    return Bound(None, by_clock, (Span(days=ahead), *spans) if ahead else spans)


@lru_cache(maxsize=512)
def read_window(text: str) -> tuple[Bound, Bound]:
    """Read a stretch of time that begins or ends now, as its two ends.

    Raises:
        TimeUnreadable: it is none.

    Example:
        >>> noon = Moment(datetime(2031, 4, 7, 12, tzinfo=UTC))
        >>> [str(bound.at(noon)) for bound in read_window("14 days")]
        ['2031-04-07', '2031-04-21']
        >>> read_window("last 2 weeks") == read_window("-2 weeks")
        True
    """
    parts = _WINDOW.fullmatch(text.strip().upper())
    if parts is None or (parts[1] and parts[2]):
        raise TimeUnreadable(
            "a length such as `14 days`, `last 14 days` or `-14 days` was expected"
        )
    (span,) = _bounded(_span(*parts.groups()[1:]))
    if parts[1] in {"LAST", "PAST"}:
        span = span.reversed()
    here, there = Bound(None, bool(span.minutes)), Bound(None, bool(span.minutes), (span,))
    return (there, here) if span.points_back() else (here, there)


@lru_cache(maxsize=512)
def read_age(text: str) -> Bound:
    """Read how old something is at least, as the time before which it was.

    Raises:
        TimeUnreadable: it is no length.

    Example:
        >>> str(read_age("30 days").at(Moment(datetime(2031, 4, 7, 12, tzinfo=UTC))))
        '2031-03-08'
    """
    parts = _WINDOW.fullmatch(text.strip().upper())
    if parts is None or parts[1] or parts[2]:
        raise TimeUnreadable("a length such as `30 days` was expected")
    (span,) = _bounded(_span("-", *parts.groups()[2:]))
    return Bound(None, bool(span.minutes), (span,))


def _span(sign: str, count: str, word: str) -> Span:
    unit = _Unit(word.lower())
    number = -int(count) if sign == "-" else int(count)
    return Span(
        number * _MINUTES.get(unit, 0), number * _DAYS.get(unit, 0), number * _MONTHS.get(unit, 0)
    )


def _bounded(*spans: Span) -> tuple[Span, ...]:
    days = sum(abs(s.minutes) // 1440 + abs(s.days) + abs(s.months) * 31 for s in spans)
    if days > LONGEST_DAYS:
        raise TimeUnreadable(f"it reaches further than {LONGEST_DAYS} days")
    return spans


# --- which comes first ---------------------------------------------------------------------


def order(value: When, bound: When, zone: tzinfo) -> int:
    """Return -1 when a value lies before a bound, 1 when after it, and 0 when on it.

    Example:
        >>> noon = datetime(2031, 4, 7, 12, tzinfo=UTC)
        >>> order(date(2031, 4, 7), noon, UTC), order(date(2031, 4, 6), noon, UTC)
        (0, -1)
    """
    if isinstance(value, datetime) and isinstance(bound, datetime):
        one, other = instant_of(value, zone), instant_of(bound, zone)
        return (one > other) - (one < other)
    left, right = day_of(value, zone), day_of(bound, zone)
    return (left > right) - (left < right)


def day_of(value: When, zone: tzinfo) -> date:
    """Return the day in a time zone."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        return value.date()
    try:
        return value.astimezone(zone).date()
    except OverflowError:  # the first or the last day of the calendar
        return value.date()


def instant_of(value: datetime, zone: tzinfo) -> datetime:
    """Return a time in UTC; one without an offset is local."""
    aware = value if value.tzinfo is not None else value.replace(tzinfo=zone)
    try:
        return aware.astimezone(UTC)
    except OverflowError:  # the first or the last day of the calendar
        return aware.replace(tzinfo=UTC)
