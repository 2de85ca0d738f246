"""Functions of dates. A date travels as the text `M/d/yyyy h:mm:ss tt` in UTC, as Entra prints it.

Where a date is asked for, every text will do that `CDate` reads.
"""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.date_formats import (
    GENERAL,
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
from provisor.domain.expressions.date_texts import ticks_in
from provisor.domain.expressions.function import (
    Argument,
    Dialect,
    Fault,
    Function,
    Need,
    Parameter,
    Tier,
    Trait,
    Type,
    each,
    kind,
)
from provisor.domain.expressions.intervals import Interval, between, interval_of, moved
from provisor.domain.expressions.moments import LAST_TICK, Moment, moment_of
from provisor.domain.expressions.nodes import Blank, Literal, Node
from provisor.domain.expressions.numbers import number
from provisor.domain.record import ABSENT, Value, as_text
from provisor.errors import ExpressionFailed

_INTERVALS: Final = ", ".join(f"`{interval.value}`" for interval in Interval)


def c_date(expression: Argument) -> Value:
    """Reads a date in any usual form and gives it in UTC, as `M/d/yyyy h:mm:ss tt`.

    Read are ISO 8601 (`2020-03-16`, `2020-03-16T07:00:00.5Z`), `M/d/yyyy`, and names of months
    (`16 Mar 2020`, `March 16, 2020`), each with or without time, AM or PM, and offset.
    A date without a time is midnight, at its offset; a date without an offset is in UTC.
    Of two digits for the year, 00 to 29 mean 2000 to 2029 and the others 1930 to 1999.
    Fractions of a second are cut.
    Null stays null; empty text, and whatever shows no date, is refused.

    Source: Entra, "CDate"; what .NET would take from the clock (a time alone, a day without its
        year) and the dotted form `16.3.2020` are refused by our decision.

    Example:
        >>> c_date("2020-03-16-07:00"), c_date("2009-06-15T01:45:30-07:00"), c_date(None)
        ('3/16/2020 7:00:00 AM', '6/15/2009 8:45:30 AM', None)
    """
    return each(expression, lambda text: _printed(_moment(text, "CDate")))


def is_date(expression: Argument) -> Value:
    """Is true for a text that `CDate` reads, and for a list of such texts.

    Null, empty text and an empty list are none.

    Source: Connect sync, "IsDate".

    Example:
        >>> is_date("2020-02-29"), is_date("2021-02-29"), is_date(None)
        (True, False, False)
    """
    texts = expression if isinstance(expression, tuple) else (expression,)
    return bool(texts) and all(_is_date(as_text(text)) for text in texts)


def date_add(interval: Argument, value: Argument, date_time: Argument) -> Value:
    """Moves a date by a number of years, months, days or what else the interval names.

    Intervals: `yyyy` year, `q` quarter, `m` month, `ww` week, `d`, `y` and `w` day, `h` hour, `n`
    minute, `s` second.
    The number may be negative, and text that shows one will do.
    A day that the month does not have becomes its last.
    Null is refused, for the date and for the number.

    Source: Entra, "DateAdd"; the intervals `q`, `y` and `w` are Visual Basic's.

    Example:
        >>> date_add("m", 1, "2024-01-31"), date_add("d", "-10", "2012-03-16-07:00")
        ('2/29/2024 12:00:00 AM', '3/6/2012 7:00:00 AM')
    """
    ticks = moved(
        _date(date_time, "DateAdd"), _interval(interval, "DateAdd"), number(value, "DateAdd")
    )
    if ticks is None:
        refuse("`DateAdd` leaves the years 1 to 9999")
    return _printed(moment_of(ticks, "DateAdd"))


def date_diff(interval: Argument, date1: Argument, date2: Argument) -> int:
    """Counts the intervals from the first date to the second; negative where it lies before.

    The intervals are those of `DateAdd`.
    `yyyy`, `q` and `m` count by the numbers of the calendar: from 31 December to 1 January is a
    year. `ww` counts from the Sunday before each date, at its time; `w` counts seven days.
    `d`, `y`, `h`, `n` and `s` count what has passed, cut to a whole number towards zero.
    Null is refused: a date that is missing must not decide anything.

    Source: Entra, "DateDiff", whose samples follow Visual Basic.

    Example:
        >>> date_diff("d", "2021-08-18+08:00", "2021-08-31+08:00")
        13
        >>> date_diff("ww", "8/25/2021 5:41:18 PM", "2012-03-16-07:00")
        -493
    """
    return between(
        _date(date1, "DateDiff"), _date(date2, "DateDiff"), _interval(interval, "DateDiff")
    )


def format_date_time(source: Argument, *rest: Argument) -> Value:
    """Reads a date in one .NET format and prints it in another.

    The styles are those of .NET's DateTimeStyles, with commas between them; they may be left blank
    or out: `FormatDateTime(source, inputFormat, outputFormat)`.
    Left blank they mean `RoundtripKind, AllowLeadingWhite, AllowTrailingWhite`.
    Formats are custom (`yyyy-MM-dd`) or standard (`o`), with the names of en-US.
    A date with an offset is moved to UTC, which is also the local zone of the styles.
    Null stays null; a text that is not written in the input format, as empty text, is refused.
    A part of the date that the input does not have cannot be printed, for the clock is not asked.

    Source: Entra, "FormatDateTime"; the published form of three arguments is read as well.

    Example:
        >>> format_date_time("20150123105347.1Z", ABSENT, "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")
        '2015-01-23'
        >>> format_date_time("5:30 PM", "h:mm tt", "HH:mm")
        '17:30'
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
    return each(value, lambda text: show(_moment(text, "FormatDateTime"), after))


def now(clock: str | None = None) -> Value:
    """Gives the time of the run in UTC, as `M/d/yyyy h:mm:ss tt`.

    The clock is an argument of the run: the same inputs at the same time give the same plan.

    Source: Entra, "Now".

    Example:
        >>> now("2025-07-30T13:05:00Z")
        '7/30/2025 1:05:00 PM'
    """
    if clock is None:
        raise ExpressionFailed(
            "`Now` is asked where no time is given",
            safe="the record is set aside and counts as present; the others continue",
            next="give the time of the run",
        )
    return c_date(clock)


def _printed(moment: Moment) -> str:
    return show(moment, format_of(GENERAL))


def _moment(text: str, asked_by: str) -> Moment:
    ticks = ticks_in(text)
    if ticks is None:
        refuse(f"`{asked_by}` is given a text that shows no date", found=_found(text))
    return moment_of(ticks, asked_by)


def _found(text: str) -> str:
    return kind(text) if text else "empty text"


def _date(value: Argument, asked_by: str) -> Moment:
    if not isinstance(value, str):
        refuse(f"`{asked_by}` needs a date", found=kind(value))
    return _moment(value, asked_by)


def _is_date(text: str) -> bool:
    ticks = ticks_in(text)
    return ticks is not None and 0 <= ticks <= LAST_TICK


def _interval(value: Argument, asked_by: str) -> Interval:
    interval = interval_of(as_text(value))
    if interval is None:
        refuse(f"`{asked_by}` does not know this interval", found=f"known are {_INTERVALS}")
    return interval


def _places(rest: tuple[Argument, ...]) -> tuple[Argument, Argument, Argument]:
    """Return styles, input format and output format, whichever form the call has."""
    if len(rest) == 2:  # the form without styles
        return ABSENT, rest[0], rest[1]
    return rest[0], rest[1], rest[2]


def _reformatted(text: str, reader: Reader, after: Format) -> str:
    try:
        return show(read_exactly(text, reader), after)
    except Unreadable:
        what = "`FormatDateTime` is given a text that its input format does not fit"
        refuse(what, found=_found(text))


def _unsaid(before: Format, after: Format, style: Style) -> str:
    """Name a part that would have to be taken from the clock; empty where none is."""
    if "year" in before.shows:
        return ""
    dateless = not before.shows & {"month", "day"}
    if dateless and Style.NO_CURRENT_DATE_DEFAULT in style:
        return ""
    return min(after.shows if dateless else after.shows & {"year", "weekday"}, default="")


def inspect_interval(arguments: tuple[Node, ...]) -> Fault | None:
    """Find an interval that no date knows before any record is seen."""
    written = _written(arguments[0])
    if written is None or interval_of(written) is not None:
        return None
    return Fault(f"no interval is written so; known are {_INTERVALS}", arguments[0].position)


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
    read, printed = _written(before), _written(after)
    if fault is not None or read is None or printed is None:
        return fault
    missing = "" if _is_open(styles) else _unsaid(format_of(read), format_of(printed), style)
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


def _is_open(node: Node) -> bool:
    """Say whether only a record can tell what an argument is."""
    return not isinstance(node, (Literal, Blank))


def _written(node: Node) -> str | None:
    """Return the text of an argument that is written down, or None."""
    return as_text(node.value) if isinstance(node, Literal) else None


_INTERVAL = Parameter("interval", type=Type.TEXT)

DATES: Final = (
    Function(
        "CDate",
        (Parameter("expression", type=Type.TEXT),),
        1,
        c_date,
        'CDate("2020-03-16-07:00")',
        gives=Type.DATE,
    ),
    Function(
        "DateAdd",
        (_INTERVAL, Parameter("value", type=Type.WHOLE), Parameter("dateTime", type=Type.DATE)),
        3,
        date_add,
        'DateAdd("m", 10, CDate("2012-03-16-07:00"))',
        inspect=inspect_interval,
        gives=Type.DATE,
    ),
    Function(
        "DateDiff",
        (_INTERVAL, Parameter("date1", type=Type.DATE), Parameter("date2", type=Type.DATE)),
        3,
        date_diff,
        'DateDiff("d", CDate("2021-08-18"), CDate("2021-08-31"))',
        inspect=inspect_interval,
        gives=Type.WHOLE,
    ),
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
        "IsDate",
        (Parameter("expression", required=False),),
        1,
        is_date,
        'IsDate("2021-02-29")',
        gives=Type.TRUTH,
        tier=Tier.CONNECT_SYNC,
    ),
    Function("Now", (), 0, now, "Now()", Trait.IMPURE, gives=Type.DATE, needs=Need.CLOCK),
)
"""The functions of this file, for the registry."""

CONNECT_DATES: Final = (
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
"""What Connect sync calls by the same names and means otherwise, for its dialect."""
