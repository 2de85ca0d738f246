"""Reading a date that is written in a given .NET format, as `DateTime.ParseExact` does.

The clock is never asked: what .NET would take from today is 2000-01-01 here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Flag, auto
from functools import lru_cache
from typing import Final

from provisor.domain.expressions.date_formats import Field, Verbatim, format_of
from provisor.domain.expressions.date_printing import MONTHS, WEEKDAYS
from provisor.domain.expressions.moments import (
    DAY,
    FARTHEST_OFFSET,
    HOUR,
    LAST_TICK,
    MINUTE,
    SECOND,
    Moment,
    Zone,
    full_year,
    ticks_at,
    ticks_of_fraction,
)
from provisor.domain.expressions.text import WHITE_SPACE

SOME_YEAR: Final = 2000
"""Stands for the year where none is written: a leap year, so that every day is one."""

_WHITE: Final = f"[{re.escape(WHITE_SPACE)}]*+"
_SHORT = 3  # letters of an abbreviated name
_NOON = 12


class Unreadable(Exception):
    """The text does not show a date in this format."""


class Style(Flag):
    """How exactly a text must follow its format, and what a missing zone means."""

    NONE = 0
    ALLOW_LEADING_WHITE = auto()
    ALLOW_TRAILING_WHITE = auto()
    ALLOW_INNER_WHITE = auto()
    NO_CURRENT_DATE_DEFAULT = auto()
    ADJUST_TO_UNIVERSAL = auto()
    ASSUME_LOCAL = auto()
    ASSUME_UNIVERSAL = auto()
    ROUNDTRIP_KIND = auto()
    ALLOW_WHITE_SPACES = ALLOW_LEADING_WHITE | ALLOW_TRAILING_WHITE | ALLOW_INNER_WHITE


DEFAULT_STYLE: Final = Style.ROUNDTRIP_KIND | Style.ALLOW_LEADING_WHITE | Style.ALLOW_TRAILING_WHITE
_ASSUMED: Final = Style.ASSUME_LOCAL | Style.ASSUME_UNIVERSAL
_STYLES_OF: Final = "datetimestyles."
"""Entra's reference writes the styles with the name of their type before each."""
_STYLES: Final[Mapping[str, Style]] = {
    "none": Style.NONE,
    "allowwhitespaces": Style.ALLOW_WHITE_SPACES,
    **{str(style.name).replace("_", "").lower(): style for style in Style},
}


@lru_cache(maxsize=128)
def style_of(names: str) -> Style | None:
    """Return the style that names of .NET's DateTimeStyles mean, or None where they mean none.

    Example:
        >>> style_of("AssumeUniversal, AdjustToUniversal") is None
        False
        >>> style_of("DateTimeStyles.RoundtripKind") == style_of("roundtripkind")
        True
        >>> style_of(""), style_of("RoundtripKind, AssumeLocal"), style_of("Sloppy")
        (<Style.ALLOW_LEADING_WHITE|ALLOW_TRAILING_WHITE|ROUNDTRIP_KIND: 131>, None, None)
    """
    if not names.strip(WHITE_SPACE):
        return DEFAULT_STYLE
    style = Style.NONE
    for name in names.split(","):
        known = _STYLES.get(name.strip(WHITE_SPACE).lower().removeprefix(_STYLES_OF))
        if known is None:
            return None
        style |= known
    kept = Style.ROUNDTRIP_KIND in style and style & (_ASSUMED | Style.ADJUST_TO_UNIVERSAL)
    return None if kept or _ASSUMED in style else style


@dataclass(frozen=True, slots=True)
class Reader:
    """A date format in one style, made ready for reading many texts."""

    pattern: re.Pattern[str]
    parts: tuple[str, ...]
    """What each group of the pattern holds."""
    style: Style
    in_utc: bool


@lru_cache(maxsize=512)
def reader_of(form: str, style: Style) -> Reader:
    """Make a date format ready for reading.

    Raises:
        FormatInvalid: the text is no date format.

    Cost: some microseconds per character of the format; reading is one step per character then.

    Example:
        >>> reader_of("yyyy-MM", Style.NONE).parts
        ('year', 'month')
    """
    taken = format_of(form)
    pieces = list(taken.pieces)
    white = _WHITE if Style.ALLOW_INNER_WHITE in style else ""
    before, behind = "", ""
    if Style.ALLOW_LEADING_WHITE in style:
        _drop_white(pieces, 0)
        before = _WHITE
    if Style.ALLOW_TRAILING_WHITE in style:
        _drop_white(pieces, -1)
        behind = _WHITE
    written = [white + _pattern(pieces, place, style) for place in range(len(pieces))]
    parts = [part for piece in pieces if isinstance(piece, Field) if (part := _part(piece))]
    pattern = re.compile(before + "".join(written) + behind, re.ASCII)
    return Reader(pattern, tuple(parts), style, taken.in_utc)


def read_exactly(text: str, reader: Reader) -> Moment:
    """Read a date that is written in a format.

    Raises:
        Unreadable: the text is not written so, or shows no day of the calendar.

    Example:
        >>> read_exactly("2020-03-16+02", reader_of("yyyy-MM-ddzz", DEFAULT_STYLE)).zone
        <Zone.LOCAL: 2>
    """
    match = reader.pattern.fullmatch(text)
    if match is None:
        raise Unreadable
    found: dict[str, int] = {}
    for part, given in zip(reader.parts, match.groups(), strict=True):
        if given is not None:
            name, meaning = _MEANINGS[part]
            number = meaning(given)
            if found.setdefault(name, number) != number:
                raise Unreadable
            if part == "zulu" or given == "Z":
                found["zulu"] = 1
    if "short hour" in reader.parts:
        found["halved"] = 1
    return _moment(found, reader.style, in_utc=reader.in_utc)


# --- a format as a pattern -----------------------------------------------------------------------
# As in .NET every piece takes what it can and gives nothing back: hence the `+` behind quantifiers
# and the groups of (?>…).


def _drop_white(pieces: list[Field | Verbatim], end: int) -> None:
    while pieces and _is_white(pieces[end]):
        del pieces[end]


def _is_white(piece: Field | Verbatim) -> bool:
    return isinstance(piece, Verbatim) and piece.text.strip(WHITE_SPACE) == ""


def _pattern(pieces: list[Field | Verbatim], place: int, style: Style) -> str:
    match pieces[place]:
        case Field(letter, count):
            return _FIELDS[letter](count)
        case Verbatim("."):
            following = pieces[place + 1] if place + 1 < len(pieces) else None
            optional = isinstance(following, Field) and following.letter == "F"
            return r"\.?+" if optional else r"\."
        case Verbatim(text):
            return "".join(_sign(sign, style) for sign in text)


def _sign(sign: str, style: Style) -> str:
    """Return the pattern of a character of the format; a space may be missing, as in .NET."""
    if sign != " ":
        return re.escape(sign)
    if Style.ALLOW_INNER_WHITE in style:
        return _WHITE
    return " ?+" if Style.ALLOW_TRAILING_WHITE in style else " "


def _digits(count: int) -> str:
    """Return the pattern of a number; a single letter stands for one or two digits."""
    return "([0-9]{1,2}+)" if count == 1 else f"([0-9]{{{count}}})"


def _clock(count: int) -> str:
    return _digits(min(count, 2))


def _names(names: tuple[str, ...], count: int) -> str:
    """Return the pattern of a number or a name, the longest first and in any case."""
    if count < _SHORT:
        return _digits(count)
    words = names if count > _SHORT else tuple(name[:_SHORT] for name in names)
    return f"((?>(?i:{'|'.join(sorted(words, key=len, reverse=True))})))"


def _offset(count: int) -> str:
    minutes = "" if count < _SHORT else ":?+[0-9]{2}"
    hours = "[0-9]{2}" if count == 2 else "[0-9]{1,2}+"
    return f"([+-]{hours}{minutes})"


_FIELDS: Final[Mapping[str, Callable[[int], str]]] = {
    "y": _digits,
    "M": lambda count: _names(MONTHS, count),
    "d": lambda count: _names(WEEKDAYS, count),
    "g": lambda _: r"(?>(?i:A\.D\.|AD))",
    "h": _clock,
    "H": _clock,
    "m": _clock,
    "s": _clock,
    "f": lambda count: f"([0-9]{{{count}}})",
    "F": lambda count: f"([0-9]{{0,{count}}}+)",
    "t": lambda count: "((?i:[AP]))" if count == 1 else "((?i:[AP]M))",
    "z": _offset,
    "Z": lambda _: "((?i:GMT|Z))",
    "K": lambda _: r"(Z|[+-][0-9]{1,2}+:?+[0-9]{2})?+",
    "GMT": lambda _: "((?i:GMT))",
}


def _part(field: Field) -> str:
    """Return what a field is called, by which its text gets a meaning."""
    match field:
        case Field("y", count) if count <= 2:
            return "short year"
        case Field("M", count) if count >= _SHORT:
            return "month name"
        case Field("d", count) if count >= _SHORT:
            return "weekday name"
        case _:
            return _PARTS[field.letter]


_PARTS: Final[Mapping[str, str]] = {
    "y": "year",
    "M": "month",
    "d": "day",
    "g": "",
    "h": "short hour",
    "H": "hour",
    "m": "minute",
    "s": "second",
    "f": "fraction",
    "F": "fraction",
    "t": "mark",
    "z": "offset",
    "Z": "zulu",
    "K": "offset",
    "GMT": "greenwich",
}


# --- what is read ---------------------------------------------------------------------------


def offset_ticks(text: str) -> int:
    """Return how far ahead of UTC a zone such as `+02:00`, `-8` or `Z` is.

    Raises:
        Unreadable: no place is so far from UTC.

    Example:
        >>> offset_ticks("-0130") == -90 * MINUTE, offset_ticks("Z")
        (True, 0)
    """
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    offset = int(hours) * HOUR + int(minutes) * MINUTE
    if int(minutes) > 59 or offset > FARTHEST_OFFSET:
        raise Unreadable
    return -offset if text[0] == "-" else offset


def month_number(name: str) -> int:
    """Return the number of a month by its name or its first three letters; 0 for no month.

    Example:
        >>> month_number("MAR"), month_number("march"), month_number("ma")
        (3, 3, 0)
    """
    return _MONTHS.get(name.lower(), 0)


def weekday_number(name: str) -> int:
    """Return the number of a weekday, from Monday 0; 7 for none.

    Example:
        >>> weekday_number("Sun"), weekday_number("someday")
        (6, 7)
    """
    return _WEEKDAYS.get(name.lower(), len(WEEKDAYS))


_MONTHS: Final = {
    form.lower(): place for place, name in enumerate(MONTHS, 1) for form in (name, name[:_SHORT])
}
_WEEKDAYS: Final = {
    form.lower(): place for place, name in enumerate(WEEKDAYS) for form in (name, name[:_SHORT])
}
_MEANINGS: Final[Mapping[str, tuple[str, Callable[[str], int]]]] = {
    "year": ("year", int),
    "short year": ("year", lambda text: full_year(int(text))),
    "month": ("month", int),
    "month name": ("month", month_number),
    "day": ("day", int),
    "weekday name": ("weekday", weekday_number),
    "hour": ("hour", int),
    "short hour": ("hour", int),
    "minute": ("minute", int),
    "second": ("second", int),
    "fraction": ("fraction", ticks_of_fraction),
    "mark": ("evening", lambda text: int(text[0] in "Pp")),
    "offset": ("offset", offset_ticks),
    "zulu": ("offset", lambda _: 0),
    "greenwich": ("offset", lambda _: 0),
}


def _moment(found: Mapping[str, int], style: Style, *, in_utc: bool) -> Moment:
    dateless = not found.keys() & {"year", "month", "day"}
    unsaid = 1 if dateless and Style.NO_CURRENT_DATE_DEFAULT in style else SOME_YEAR
    midnight = ticks_at(found.get("year", unsaid), found.get("month", 1), found.get("day", 1))
    if midnight is None:
        raise Unreadable
    weekday = midnight // DAY % 7
    if "year" in found and found.get("weekday", weekday) != weekday:
        raise Unreadable
    local = midnight + clock_ticks(_hour(found), found.get("minute", 0), found.get("second", 0))
    return _zoned(local + found.get("fraction", 0), found, style, in_utc=in_utc)


def clock_ticks(hour: int, minute: int, second: int) -> int:
    """Return the ticks since midnight.

    Raises:
        Unreadable: no clock shows this time.

    Example:
        >>> clock_ticks(0, 1, 1) == 61 * SECOND
        True
    """
    if hour > 23 or minute > 59 or second > 59:
        raise Unreadable
    return hour * HOUR + minute * MINUTE + second * SECOND


def _hour(found: Mapping[str, int]) -> int:
    hour = found.get("hour", 0)
    evening = found.get("evening")
    if "halved" not in found:
        if evening is not None and evening != (hour >= _NOON):
            raise Unreadable
        return hour
    if hour > _NOON:
        raise Unreadable
    return hour % _NOON + (_NOON if evening else 0)


def _zoned(local: int, found: Mapping[str, int], style: Style, *, in_utc: bool) -> Moment:
    offset = found.get("offset", 0 if in_utc or style & _ASSUMED else None)
    if offset is None:
        return Moment(local, Zone.UNKNOWN)
    if not 0 <= local - offset <= LAST_TICK:
        raise Unreadable
    kept = Style.ROUNDTRIP_KIND in style and "zulu" in found
    universal = kept or Style.ADJUST_TO_UNIVERSAL in style
    return Moment(local - offset, Zone.UTC if universal else Zone.LOCAL)
