"""Reading a date in whatever usual form it is written, as `DateTime.Parse` does.

Numbers with slashes or dashes are month, day, year, as in en-US; where the year comes first, year,
month, day. A form that needs the clock (a time alone, a day without a year) is none, and neither
are bare digits and the dotted day-first form, which en-US would misread: for those there is
`FormatDateTime`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.date_formats import GENERAL, format_of
from provisor.domain.expressions.date_printing import show
from provisor.domain.expressions.date_reading import (
    Unreadable,
    clock_ticks,
    month_number,
    offset_ticks,
    weekday_number,
)
from provisor.domain.expressions.function import kind
from provisor.domain.expressions.moments import (
    DAY,
    Moment,
    full_year,
    moment_of,
    ticks_at,
    ticks_of_fraction,
)
from provisor.domain.expressions.text import WHITE_SPACE

DATE_CHARACTERS: Final = 100
"""No date is longer."""

_READ = re.ASCII | re.IGNORECASE

_NAME = r"(?P<name>[a-z]{3,9})\.?"
_DAYS: Final = tuple(
    re.compile(r"(?:(?P<weekday>[a-z]{3,9})[.,]*\s+)?" + day, _READ)
    for day in (
        r"(?P<year>\d{4})(?P<cut>[-/.])(?P<month>\d\d?)(?P=cut)(?P<day>\d\d?)",
        r"(?P<month>\d\d?)(?P<cut>[-/])(?P<day>\d\d?)(?P=cut)(?P<year>\d{4}|\d\d)(?!\d)",
        r"(?P<day>\d\d?)[-\s]" + _NAME + r"[-\s,]\s*(?P<year>\d{4}|\d\d)(?!\d)",
        _NAME + r"\s+(?P<day>\d\d?)(?:,\s*|\s+)(?P<year>\d{4})",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?=T)",
        r"(?P<year>\d{4})-(?P<month>\d\d)\Z",
        _NAME + r",?\s+(?P<year>\d{4})\Z",
    )
)
_ZONE = r"(?:Z|GMT|UTC|(?P<ahead>[+-]\d\d?(?::?\d\d)?))"
_REST: Final = tuple(
    re.compile(rest, _READ)
    for rest in (
        r"(?:\s*(?:Z|GMT|UTC|(?P<ahead>[+-]\d\d:?\d\d)))?",
        r"(?:T|,?\s+)(?P<hour>\d\d?)"
        r"(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
        r"(?:\s*(?P<mark>[AP])M)?(?:\s*" + _ZONE + ")?",
        r"T(?P<hour>\d\d)(?P<minute>\d\d)(?:(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
        + _ZONE
        + "?",
    )
)
_Parts = dict[str, str]


def ticks_in(text: str) -> int | None:
    """Return the tick in UTC that a text shows, or None where it shows no date.

    Without an offset the text is in UTC; without a time it is midnight. The tick may lie up to 14
    hours outside the years 1 to 9999.

    Example:
        >>> ticks_in("0001-01-02"), ticks_in("1/1/0001 2:00 AM +02:00"), ticks_in("31/12/2020")
        (864000000000, 0, None)
        >>> ticks_in("16 Mar 2020") == ticks_in("Mon, 16 Mar 2020 00:00:00 GMT") != None
        True
    """
    return _ticks_in(text.strip(WHITE_SPACE)) if len(text) <= DATE_CHARACTERS else None


def moment_in(text: str, asked_by: str) -> Moment:
    """Return the moment that a text shows.

    Raises:
        ExpressionFailed: it shows none, or one outside the years 1 to 9999.

    Example:
        >>> moment_in("0001-01-02", "CDate").ticks == DAY
        True
    """
    ticks = ticks_in(text)
    if ticks is None:
        refuse(f"`{asked_by}` is given a text that shows no date", found=kind_of_text(text))
    return moment_of(ticks, asked_by)


def date_text(moment: Moment) -> str:
    """Return the text as which a date travels from one function to the other.

    Example:
        >>> date_text(Moment(0))
        '1/1/0001 12:00:00 AM'
    """
    return show(moment, format_of(GENERAL))


def kind_of_text(text: str) -> str:
    """Name the kind of a text, for messages that must not show it."""
    return kind(text) if text else "empty text"


@lru_cache(maxsize=4096)
def _ticks_in(text: str) -> int | None:
    for parts in _readings(text):
        try:
            return _ticks(parts)
        except Unreadable:
            continue
    return None


def _readings(text: str) -> Iterator[_Parts]:
    for pattern in _DAYS:
        day = pattern.match(text)
        if day is None:
            continue
        for rest in _REST:
            clock = rest.fullmatch(text, day.end())
            if clock is not None:
                yield {part: given for part, given in _given(day, clock) if given}


def _given(*matches: re.Match[str]) -> Iterator[tuple[str, str | None]]:
    for match in matches:
        yield from match.groupdict().items()


def _ticks(parts: _Parts) -> int:
    midnight = ticks_at(_year(parts["year"]), _month(parts), int(parts.get("day", "1")))
    if midnight is None:
        raise Unreadable
    if "weekday" in parts and weekday_number(parts["weekday"]) != midnight // DAY % 7:
        raise Unreadable
    ahead = offset_ticks(parts["ahead"]) if "ahead" in parts else 0
    return midnight + _time(parts) - ahead


def _year(digits: str) -> int:
    return full_year(int(digits)) if len(digits) <= 2 else int(digits)


def _month(parts: _Parts) -> int:
    if "name" not in parts:
        return int(parts["month"])
    return month_number(parts["name"])


def _time(parts: _Parts) -> int:
    if "hour" in parts and not parts.keys() & {"minute", "mark"}:
        raise Unreadable
    hour = int(parts.get("hour", "0"))
    match parts.get("mark", "").upper():
        case "A" if hour > 12:
            raise Unreadable
        case "A":
            hour %= 12
        case "P" if hour < 12:
            hour += 12
    clock = clock_ticks(hour, int(parts.get("minute", "0")), int(parts.get("second", "0")))
    return clock + ticks_of_fraction(parts.get("fraction", ""))
