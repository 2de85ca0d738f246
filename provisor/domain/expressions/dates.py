"""Functions of dates. A date travels as the text `M/d/yyyy h:mm:ss tt` in UTC, as Entra prints it.

Where a date is asked for, every text will do that `CDate` reads.
"""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.date_texts import date_text, moment_in, ticks_in
from provisor.domain.expressions.function import (
    Argument,
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
from provisor.domain.expressions.nodes import Literal, Node
from provisor.domain.expressions.numbers import number
from provisor.domain.record import Value, as_text
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
    return each(expression, lambda text: date_text(moment_in(text, "CDate")))


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
    return date_text(moment_of(ticks, "DateAdd"))


def date_diff(interval: Argument, date1: Argument, date2: Argument) -> int:
    """Counts the intervals from the first date to the second; negative where it lies before.

    The intervals are those of `DateAdd`.
    `yyyy`, `q` and `m` count by the numbers of the calendar: from 31 December to 1 January is a
    year. `ww` counts from the Sunday before each date, at its time; `w` counts seven days.
    `d`, `y`, `h`, `n` and `s` count what has passed, cut to a whole number towards zero.
    Null is refused: a date that is missing must not decide anything.

    Source: Entra, "DateDiff", whose samples follow Visual Basic. Some samples of the Workday guide
    (`DateDiff("d", Now(), CDate([StatusHireDate])) >= 0` for "the hire date has passed") read the
    sign the other way round; they come out here as the reference says, and want `<= 0`.

    Example:
        >>> date_diff("d", "2021-08-18+08:00", "2021-08-31+08:00")
        13
        >>> date_diff("ww", "8/25/2021 5:41:18 PM", "2012-03-16-07:00")
        -493
    """
    return between(
        _date(date1, "DateDiff"), _date(date2, "DateDiff"), _interval(interval, "DateDiff")
    )


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


def _date(value: Argument, asked_by: str) -> Moment:
    if not isinstance(value, str):
        refuse(f"`{asked_by}` needs a date", found=kind(value))
    return moment_in(value, asked_by)


def _is_date(text: str) -> bool:
    ticks = ticks_in(text)
    return ticks is not None and 0 <= ticks <= LAST_TICK


def _interval(value: Argument, asked_by: str) -> Interval:
    interval = interval_of(as_text(value))
    if interval is None:
        refuse(f"`{asked_by}` does not know this interval", found=f"known are {_INTERVALS}")
    return interval


def inspect_interval(arguments: tuple[Node, ...]) -> Fault | None:
    """Find an interval that no date knows before any record is seen."""
    written = arguments[0]
    if not isinstance(written, Literal) or interval_of(as_text(written.value)) is not None:
        return None
    return Fault(f"no interval is written so; known are {_INTERVALS}", written.position)


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
