"""`FormatDateTime`: from one .NET date format to another, and the form of it in Connect sync."""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.date_formats import (
    Format,
    FormatInvalid,
    format_of,
    needed_format,
)
from provisor.domain.expressions.date_printing import show
from provisor.domain.expressions.date_reading import (
    DEFAULT_STYLE,
    Reader,
    Style,
    Unreadable,
    read_exactly,
    reader_of,
    style_of,
)
from provisor.domain.expressions.date_texts import date_text, kind_of_text, moment_in, ticks_in
from provisor.domain.expressions.function import (
    Argument,
    Dialect,
    Fault,
    Function,
    Parameter,
    Tier,
    Type,
    each,
)
from provisor.domain.expressions.moments import LAST_TICK, Moment
from provisor.domain.expressions.nodes import Blank, Literal, Node
from provisor.domain.record import ABSENT, Value, as_text


def format_date_time(source: Argument, *rest: Argument) -> Value:
    """Reads a date in one .NET format and prints it in another.

    The styles are those of .NET's DateTimeStyles, with commas between them; they may be left blank
    or out: `FormatDateTime(source, inputFormat, outputFormat)`.
    `DateTimeStyles.` may stand before each of them.
    Left blank they mean `RoundtripKind, AllowLeadingWhite, AllowTrailingWhite`.
    Formats are custom (`yyyy-MM-dd`) or standard (`o`), with the names of en-US.
    A date with an offset is moved to UTC, which is also the local zone of the styles.
    Null stays null; a text that is not written in the input format, as empty text, is refused.
    What `CDate`, `DateAdd`, `DateFromNum` and `Now` give is read whatever the input format says.
    A part of the date that the input does not have cannot be printed, for the clock is not asked.

    Source: Entra, "FormatDateTime"; the published form of three arguments is read as well, and the
        published `FormatDateTime(DateAdd(…), , "yyyy-MM-dd", …)` reads a date as no text.

    Example:
        >>> format_date_time("20150123105347.1Z", ABSENT, "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")
        '2015-01-23'
        >>> format_date_time("5:30 PM", "h:mm tt", "HH:mm")
        '17:30'
        >>> format_date_time("1/15/2030 12:00:00 AM", "yyyy-MM-dd", "dd.MM.yyyy")
        '15.01.2030'
    """
    styles, given, wanted = _places(rest)
    style = style_of(as_text(styles))
    if style is None:
        refuse("`FormatDateTime` is given styles that .NET does not have or does not combine")
    before = as_text(given)
    after = needed_format(as_text(wanted), "FormatDateTime")
    if missing := _unsaid(needed_format(before, "FormatDateTime"), after, style):
        refuse(f"`FormatDateTime` shall print the {missing}, which its input format does not read")
    reader = reader_of(before, style)
    return each(source, lambda text: _reformatted(text, reader, after))


def connect_format_date_time(value: Argument, form: Argument) -> Value:
    """Prints a date in a .NET format, custom (`yyyy-MM-dd`) or standard (`o`).

    Every date will do that `CDate` reads; it is printed in UTC.
    Null stays null; a text that shows no date is refused.

    Source: Connect sync, "FormatDateTime".

    Example:
        >>> connect_format_date_time("12/25/2007", "yyyy-MM-dd")
        '2007-12-25'
        >>> connect_format_date_time("2014-09-05T08:14:53Z", "yyyyMMddHHmmss.0Z")
        '20140905081453.0Z'
    """
    after = needed_format(as_text(form), "FormatDateTime")
    return each(value, lambda text: show(moment_in(text, "FormatDateTime"), after))


def _places(rest: tuple[Argument, ...]) -> tuple[Argument, Argument, Argument]:
    """Return styles, input format and output format, whichever form the call has."""
    if len(rest) == 2:  # the form without styles
        return ABSENT, rest[0], rest[1]
    return rest[0], rest[1], rest[2]


def _reformatted(text: str, reader: Reader, after: Format) -> str:
    try:
        return show(read_exactly(text, reader), after)
    except Unreadable:
        moment = _travelling(text)
    if moment is None:
        what = "`FormatDateTime` is given a text that its input format does not fit"
        refuse(what, found=kind_of_text(text))
    return show(moment, after)


def _travelling(text: str) -> Moment | None:
    """Return the date that a text is which a function of dates has printed."""
    ticks = ticks_in(text)
    if ticks is None or not 0 <= ticks <= LAST_TICK:
        return None
    moment = Moment(ticks)
    return moment if date_text(moment) == text else None


def _unsaid(before: Format, after: Format, style: Style) -> str:
    """Name a part that would have to be taken from the clock; empty where none is."""
    if "year" in before.shows:
        return ""
    dateless = not before.shows & {"month", "day"}
    if dateless and Style.NO_CURRENT_DATE_DEFAULT in style:
        return ""
    return min(after.shows if dateless else after.shows & {"year", "weekday"}, default="")


def inspect_formats(arguments: tuple[Node, ...]) -> Fault | None:
    """Find what is wrong with the formats of a `FormatDateTime` before any record is seen."""
    styles = Blank() if len(arguments) == 3 else arguments[1]
    before, after = arguments[-2:]
    if isinstance(before, Blank):
        return Fault("`FormatDateTime` needs its argument `inputFormat`", before.position)
    style = DEFAULT_STYLE if isinstance(styles, Blank) else style_of(_written(styles) or "")
    if style is None:
        return Fault("the styles are none that .NET has, or do not go together", styles.position)
    fault = _format_fault(before) or _format_fault(after)
    read, shown = _written(before), _written(after)
    if fault is not None or read is None or shown is None:
        return fault
    missing = "" if _is_open(styles) else _unsaid(format_of(read), format_of(shown), style)
    what = f"the output format shows the {missing}, which the input format does not read"
    return Fault(what, after.position) if missing else None


def inspect_connect_format(arguments: tuple[Node, ...]) -> Fault | None:
    """Find what is wrong with the one format of the `FormatDateTime` of Connect sync."""
    return _format_fault(arguments[1])


def _format_fault(node: Node) -> Fault | None:
    written = _written(node)
    if written is None:
        return None
    try:
        format_of(written)
    except FormatInvalid as fault:
        return Fault(f"the date format cannot be read: {fault}", node.position)
    return None


def _written(node: Node) -> str | None:
    """Return the text of an argument that is written down, or None."""
    return as_text(node.value) if isinstance(node, Literal) else None


def _is_open(node: Node) -> bool:
    """Say whether only a record can tell what an argument is."""
    return not isinstance(node, (Literal, Blank))


REFORMATTING: Final = (
    Function(
        "FormatDateTime",
        (
            Parameter("source", type=Type.TEXT),
            Parameter("dateTimeStyles", required=False, type=Type.TEXT),
            Parameter("inputFormat", type=Type.TEXT),
            Parameter("outputFormat", type=Type.TEXT),
        ),
        3,
        format_date_time,
        'FormatDateTime("20150123105347.1Z", , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")',
        inspect=inspect_formats,
        gives=Type.TEXT,
        dialect=Dialect.ENTRA,
    ),
    Function(
        "FormatDateTime",
        (Parameter("value", type=Type.DATE), Parameter("format", type=Type.TEXT)),
        2,
        connect_format_date_time,
        'FormatDateTime(CDate("12/25/2007"), "yyyy-MM-dd")',
        inspect=inspect_connect_format,
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
        dialect=Dialect.CONNECT,
    ),
)
"""The functions of this file, for the registry."""
