"""Reading a date that is written in a given .NET format, as `DateTime.ParseExact` does.

The clock is never asked: what .NET would take from today is 2000-01-01 here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Flag, auto
from functools import lru_cache
from typing import Final

from provisor.domain.expressions.date_formats import Field, Format, Verbatim
from provisor.domain.expressions.date_printing import ERA, EVENING, MONTHS, MORNING, WEEKDAYS
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

_DIGITS: Final = "0123456789"
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
        >>> style_of(""), style_of("RoundtripKind, AssumeLocal"), style_of("Sloppy")
        (<Style.ALLOW_LEADING_WHITE|ALLOW_TRAILING_WHITE|ROUNDTRIP_KIND: 131>, None, None)
    """
    if not names.strip(WHITE_SPACE):
        return DEFAULT_STYLE
    style = Style.NONE
    for name in names.split(","):
        known = _STYLES.get(name.strip(WHITE_SPACE).lower())
        if known is None:
            return None
        style |= known
    kept = Style.ROUNDTRIP_KIND in style and style & (_ASSUMED | Style.ADJUST_TO_UNIVERSAL)
    return None if kept or _ASSUMED in style else style


def read_exactly(text: str, form: Format, style: Style) -> Moment:
    """Read a date that is written in a format.

    Raises:
        Unreadable: the text is not written so, or shows no day of the calendar.

    Cost: one step per character of the format.

    Example:
        >>> from provisor.domain.expressions.date_formats import format_of
        >>> read_exactly("2020-03-16+02", format_of("yyyy-MM-ddzz"), DEFAULT_STYLE).zone
        <Zone.LOCAL: 2>
    """
    pieces = list(form.pieces)
    if Style.ALLOW_LEADING_WHITE in style:
        text = text.lstrip(WHITE_SPACE)
        _drop_white(pieces, 0)
    if Style.ALLOW_TRAILING_WHITE in style:
        text = text.rstrip(WHITE_SPACE)
        _drop_white(pieces, -1)
    scan = _Scan(text, style)
    scan.follow(pieces)
    return _moment(scan.found, style, in_utc=form.in_utc)


def _drop_white(pieces: list[Field | Verbatim], end: int) -> None:
    while pieces and isinstance(pieces[end], Verbatim) and _is_white(pieces[end]):
        del pieces[end]


def _is_white(piece: Field | Verbatim) -> bool:
    return isinstance(piece, Verbatim) and piece.text.strip(WHITE_SPACE) == ""


class _Scan:
    """One pass over one text; what it finds is called by the name of the part."""

    def __init__(self, text: str, style: Style) -> None:
        self._text = text
        self._at = 0
        self._style = style
        self.found: dict[str, int] = {}

    def follow(self, pieces: list[Field | Verbatim]) -> None:
        for number, piece in enumerate(pieces):
            if Style.ALLOW_INNER_WHITE in self._style:
                self._skip_white()
            match piece:
                case Field(letter, count):
                    _FIELDS[letter](self, count)
                case Verbatim("."):
                    following = pieces[number + 1] if number + 1 < len(pieces) else None
                    self._dot(following)
                case Verbatim(expected):
                    self._verbatim(expected)
        if self._at < len(self._text):
            raise Unreadable

    def _verbatim(self, expected: str) -> None:
        """Meet characters of the format; a space may be missing, as in .NET."""
        for sign in expected:
            if sign == " " and Style.ALLOW_INNER_WHITE in self._style:
                self._skip_white()
            elif not self._take(sign) and (
                sign != " " or Style.ALLOW_TRAILING_WHITE not in self._style
            ):
                raise Unreadable

    def _dot(self, following: Field | Verbatim | None) -> None:
        """Meet a point, which may be missing before an optional fraction."""
        optional = isinstance(following, Field) and following.letter == "F"
        if not self._take(".") and not optional:
            raise Unreadable

    def _skip_white(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in WHITE_SPACE:
            self._at += 1

    def _take(self, expected: str) -> bool:
        if not self._text.startswith(expected, self._at):
            return False
        self._at += len(expected)
        return True

    def _note(self, part: str, number: int) -> None:
        """Keep what a field says; a part that is written twice must say the same twice."""
        if self.found.setdefault(part, number) != number:
            raise Unreadable

    def _run(self, least: int, most: int) -> str:
        end = self._at
        while end < len(self._text) and end - self._at < most and self._text[end] in _DIGITS:
            end += 1
        digits = self._text[self._at : end]
        if len(digits) < least:
            raise Unreadable
        self._at = end
        return digits

    def _number(self, count: int) -> int:
        """Read digits; a single letter of a format stands for one or two of them."""
        return int(self._run(1, 2) if count == 1 else self._run(count, count))

    def _word(self, words: tuple[str, ...]) -> int:
        """Read the longest of some words, in any case, and return its place."""
        for word in sorted(words, key=len, reverse=True):
            piece = self._text[self._at : self._at + len(word)]
            if piece.isascii() and piece.lower() == word.lower():
                self._at += len(word)
                return words.index(word)
        raise Unreadable

    def year(self, count: int) -> None:
        number = self._number(count)
        self._note("year", full_year(number) if count <= 2 else number)

    def month(self, count: int) -> None:
        if count < _SHORT:
            self._note("month", self._number(count))
        else:
            names = MONTHS if count > _SHORT else tuple(name[:_SHORT] for name in MONTHS)
            self._note("month", self._word(names) + 1)

    def day(self, count: int) -> None:
        if count < _SHORT:
            self._note("day", self._number(count))
        else:
            names = WEEKDAYS if count > _SHORT else tuple(name[:_SHORT] for name in WEEKDAYS)
            self._note("weekday", self._word(names))

    def clock(self, part: str, count: int) -> None:
        self._note(part, self._number(min(count, 2)))

    def half_day(self, count: int) -> None:
        self.found["halved"] = 1
        self.clock("hour", count)

    def fraction(self, count: int) -> None:
        self._note("fraction", ticks_of_fraction(self._run(count, count)))

    def optional_fraction(self, count: int) -> None:
        self._note("fraction", ticks_of_fraction(self._run(0, count)))

    def mark(self, count: int) -> None:
        marks = (MORNING, EVENING) if count > 1 else (MORNING[:1], EVENING[:1])
        self._note("evening", self._word(marks))

    def era(self, _: int) -> None:
        self._word((ERA, "AD"))

    def offset(self, count: int) -> None:
        sign = -1 if self._take("-") else 1
        if sign == 1 and not self._take("+"):
            raise Unreadable
        hours = self._number(min(count, 2)) if count < _SHORT else self._number(1)
        minutes = 0
        if count >= _SHORT:
            self._take(":")
            minutes = self._number(2)
        if minutes >= 60:
            raise Unreadable
        self._note("offset", sign * (hours * HOUR + minutes * MINUTE))

    def zulu(self, _: int) -> None:
        self._word(("GMT", "Z"))
        self._note("offset", 0)
        self.found["zulu"] = 1

    def kind(self, _: int) -> None:
        if self._text[self._at : self._at + 1] == "Z":
            self.zulu(1)
        elif self._text[self._at : self._at + 1] in {"+", "-"}:
            self.offset(_SHORT)

    def greenwich(self, _: int) -> None:
        self._word(("GMT",))
        self._note("offset", 0)


_FIELDS: Final[Mapping[str, Callable[[_Scan, int], None]]] = {
    "y": _Scan.year,
    "M": _Scan.month,
    "d": _Scan.day,
    "g": _Scan.era,
    "h": _Scan.half_day,
    "H": lambda scan, count: scan.clock("hour", count),
    "m": lambda scan, count: scan.clock("minute", count),
    "s": lambda scan, count: scan.clock("second", count),
    "f": _Scan.fraction,
    "F": _Scan.optional_fraction,
    "t": _Scan.mark,
    "z": _Scan.offset,
    "Z": _Scan.zulu,
    "K": _Scan.kind,
    "GMT": _Scan.greenwich,
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
    if abs(offset) > FARTHEST_OFFSET or not 0 <= local - offset <= LAST_TICK:
        raise Unreadable
    kept = Style.ROUNDTRIP_KIND in style and "zulu" in found
    universal = kept or Style.ADJUST_TO_UNIVERSAL in style
    return Moment(local - offset, Zone.UTC if universal else Zone.LOCAL)
