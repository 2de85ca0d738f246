"""Date formats as .NET writes them, custom (`yyyy-MM-dd`) and standard (`o`), taken apart.

The names and orders of standard formats are those of en-US, in which Entra prints its dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from provisor.domain.expressions.bounds import refuse

FORMAT_CHARACTERS: Final = 200
"""The longest date format."""

GENERAL: Final = "M/d/yyyy h:mm:ss tt"
"""The form in which dates travel as text."""

_LONG_DAY: Final = "dddd, MMMM d, yyyy"
_ROUND_TRIP: Final = "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK"
_RFC1123: Final = "ddd', 'dd' 'MMM' 'yyyy' 'HH':'mm':'ss' GMT'"
_STANDARD: Final = {
    "d": "M/d/yyyy",
    "D": _LONG_DAY,
    "f": f"{_LONG_DAY} h:mm tt",
    "F": f"{_LONG_DAY} h:mm:ss tt",
    "g": "M/d/yyyy h:mm tt",
    "G": GENERAL,
    "m": "MMMM d",
    "M": "MMMM d",
    "o": _ROUND_TRIP,
    "O": _ROUND_TRIP,
    "r": _RFC1123,
    "R": _RFC1123,
    "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
    "t": "h:mm tt",
    "T": "h:mm:ss tt",
    "u": "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
    "U": f"{_LONG_DAY} h:mm:ss tt",
    "y": "MMMM yyyy",
    "Y": "MMMM yyyy",
}
_IN_UTC: Final = frozenset("rRuU")

_REPEATED: Final = frozenset("dfFghHmMstyz")
_SINGLE: Final = frozenset("KZ")
_QUOTES: Final = frozenset("'\"")
_FRACTION_DIGITS: Final = 7


class FormatInvalid(Exception):
    """A text is no date format; the message says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """A part of the date, such as `MM`: its letter and how often it stands."""

    letter: str
    count: int


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Characters that stand for themselves."""

    text: str


@dataclass(frozen=True, slots=True)
class Format:
    """A date format, taken apart."""

    pieces: tuple[Field | Verbatim, ...]
    shows: frozenset[str]
    """Which of year, month, day and weekday it holds."""
    in_utc: bool
    """Whether what it reads is UTC, although no field says so."""


@lru_cache(maxsize=512)
def format_of(text: str) -> Format:
    """Take a date format apart.

    A single letter is a standard format; `%` in front makes it a custom one.

    Raises:
        FormatInvalid: the text is no date format.

    Example:
        >>> format_of("yy'-'M").pieces
        (Field(letter='y', count=2), Verbatim(text='-'), Field(letter='M', count=1))
        >>> format_of("%d").pieces, format_of("r").in_utc
        ((Field(letter='d', count=1),), True)
    """
    if len(text) == 1:
        if text not in _STANDARD:
            raise FormatInvalid("one character alone must be a standard format, such as `o`")
        return _format(_STANDARD[text], in_utc=text in _IN_UTC)
    if not text:
        raise FormatInvalid("it is empty")
    if len(text) > FORMAT_CHARACTERS:
        raise FormatInvalid(f"it is longer than {FORMAT_CHARACTERS:,} characters")
    return _format(text, in_utc=False)


def _format(text: str, *, in_utc: bool) -> Format:
    pieces = _pieces(text)
    fields = [piece for piece in pieces if isinstance(piece, Field)]
    return Format(pieces, frozenset(map(_part, fields)) - {""}, in_utc)


def needed_format(text: str, asked_by: str) -> Format:
    """Return a date format while a record is computed.

    Raises:
        ExpressionFailed: the text is no date format.
    """
    try:
        return format_of(text)
    except FormatInvalid as fault:
        refuse(f"`{asked_by}` is given a date format that cannot be read: {fault}")


def _part(field: Field) -> str:
    match field:
        case Field("y"):
            return "year"
        case Field("M"):
            return "month"
        case Field("d", count):
            return "day" if count <= 2 else "weekday"
        case _:
            return ""


def _pieces(text: str) -> tuple[Field | Verbatim, ...]:
    pieces: list[Field | Verbatim] = []
    at = 0
    while at < len(text):
        piece, at = _piece(text, at)
        pieces.append(piece)
    return tuple(pieces)


def _piece(text: str, at: int) -> tuple[Field | Verbatim, int]:
    sign = text[at]
    if sign in _REPEATED:
        return _field(text, at)
    if sign in _SINGLE:
        return Field(sign, 1), at + 1
    if sign in _QUOTES:
        return _quoted(text, at)
    if sign in "\\%":
        return _escaped(text, at)
    if text.startswith("GMT", at):
        return Field("GMT", 1), at + 3
    return Verbatim(sign), at + 1


def _field(text: str, at: int) -> tuple[Field, int]:
    end = at
    while end < len(text) and text[end] == text[at]:
        end += 1
    if text[at] in "fF" and end - at > _FRACTION_DIGITS:
        raise FormatInvalid(f"seconds have at most {_FRACTION_DIGITS} digits behind them")
    return Field(text[at], end - at), end


def _quoted(text: str, at: int) -> tuple[Verbatim, int]:
    kept: list[str] = []
    end = at + 1
    while end < len(text) and text[end] != text[at]:
        if text[end] == "\\":
            end += 1
        kept.append(text[end : end + 1])
        end += 1
    if end >= len(text):
        raise FormatInvalid("a quotation mark is not closed")
    return Verbatim("".join(kept)), end + 1


def _escaped(text: str, at: int) -> tuple[Field | Verbatim, int]:
    sign = text[at + 1 : at + 2]
    if not sign:
        raise FormatInvalid(f"`{text[at]}` stands at its end")
    if text[at] == "\\":
        return Verbatim(sign), at + 2
    if sign == "%" or sign == "\\" or sign in _QUOTES:
        raise FormatInvalid("`%` stands before something that is not a letter")
    known = sign in _REPEATED or sign in _SINGLE
    return Field(sign, 1) if known else Verbatim(sign), at + 2
