"""Printing a moment in a .NET date format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from provisor.domain.expressions.date_formats import Format, Verbatim
from provisor.domain.expressions.moments import Civil, Moment, Zone, civil

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
MORNING: Final = "AM"
EVENING: Final = "PM"
ERA: Final = "A.D."

_SHORT = 3  # letters of an abbreviated name
_FRACTION_DIGITS = 7


def show(moment: Moment, form: Format) -> str:
    """Print a moment; the zone that `z` prints is always UTC.

    Example:
        >>> from provisor.domain.expressions.date_formats import format_of
        >>> show(Moment(0), format_of("ddd d MMM yyyy")), show(Moment(0), format_of("G"))
        ('Mon 1 Jan 0001', '1/1/0001 12:00:00 AM')
        >>> show(Moment(5_000_000), format_of("ss.FFF")), show(Moment(0), format_of("ss.FFF"))
        ('00.5', '00')
    """
    seen = civil(moment)
    shown: list[str] = []
    for piece in form.pieces:
        if isinstance(piece, Verbatim):
            shown.append(piece.text)
            continue
        text = _FIELDS[piece.letter](seen, piece.count)
        if not text and piece.letter == "F" and shown and shown[-1].endswith("."):
            shown[-1] = shown[-1][:-1]
        shown.append(text)
    return "".join(shown)


def _year(seen: Civil, count: int) -> str:
    if count <= 2:
        return f"{seen.day.year % 100:0{count}d}"
    return f"{seen.day.year:0{count}d}"


def _month(seen: Civil, count: int) -> str:
    return _digits(seen.day.month, count) or _name(MONTHS[seen.day.month - 1], count)


def _day(seen: Civil, count: int) -> str:
    return _digits(seen.day.day, count) or _name(WEEKDAYS[seen.day.weekday()], count)


def _digits(number: int, count: int) -> str:
    return f"{number:0{count}d}" if count < _SHORT else ""


def _name(name: str, count: int) -> str:
    return name[:_SHORT] if count == _SHORT else name


def _two(number: int, count: int) -> str:
    return f"{number:0{min(count, 2)}d}"


def _fixed_fraction(seen: Civil, count: int) -> str:
    return f"{seen.fraction:0{_FRACTION_DIGITS}d}"[:count]


def _mark(seen: Civil, count: int) -> str:
    mark = MORNING if seen.hour < 12 else EVENING
    return mark[:count] if count == 1 else mark


def _offset(_: Civil, count: int) -> str:
    return ("+0", "+00", "+00:00")[min(count, 3) - 1]


def _kind(seen: Civil, _: int) -> str:
    return {Zone.UTC: "Z", Zone.LOCAL: "+00:00", Zone.UNKNOWN: ""}[seen.zone]


_FIELDS: Final[Mapping[str, Callable[[Civil, int], str]]] = {
    "y": _year,
    "M": _month,
    "d": _day,
    "g": lambda _seen, _count: ERA,
    "h": lambda seen, count: _two(seen.hour % 12 or 12, count),
    "H": lambda seen, count: _two(seen.hour, count),
    "m": lambda seen, count: _two(seen.minute, count),
    "s": lambda seen, count: _two(seen.second, count),
    "f": _fixed_fraction,
    "F": lambda seen, count: _fixed_fraction(seen, count).rstrip("0"),
    "t": _mark,
    "z": _offset,
    "K": _kind,
    "Z": lambda _seen, _count: "Z",
    # Outside quotes .NET reads the word GMT, and prints a month between two letters.
    "GMT": lambda seen, _count: f"G{seen.day.month}T",
}
