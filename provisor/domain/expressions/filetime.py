"""Functions of FILETIME: ticks of 100 nanoseconds since 1601-01-01 UTC, as Active Directory counts.

Zero and 9223372036854775807 mean "never" there.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.date_texts import date_text, kind_of_text, ticks_in
from provisor.domain.expressions.function import Argument, Function, Parameter, Type, each
from provisor.domain.expressions.moments import DAY, moment_of
from provisor.domain.expressions.numbers import LARGEST, number
from provisor.domain.expressions.text import is_nothing
from provisor.domain.record import Value

EPOCH: Final = (date(1601, 1, 1).toordinal() - 1) * DAY
"""The tick from which FILETIME counts."""
NEVER: Final = frozenset({0, LARGEST})


def date_from_num(value: Argument) -> Value:
    """Gives the date that a FILETIME number means, in UTC, as `M/d/yyyy h:mm:ss tt`.

    0 and 9223372036854775807 mean "never" in Active Directory and give null, as null does.
    Text that shows a number will do. A negative number and one beyond the year 9999 are refused.

    Source: Entra, "DateFromNum"; null for "never" is our decision.

    Example:
        >>> date_from_num(129699324000000000), date_from_num("9223372036854775807")
        ('1/1/2012 11:00:00 PM', None)
    """
    if is_nothing(value):
        return None
    ticks = number(value, "DateFromNum")
    if ticks in NEVER:
        return None
    if ticks < 0:
        refuse("`DateFromNum` is given a number before the year 1601")
    return date_text(moment_of(EPOCH + ticks, "DateFromNum"))


def num_from_date(value: Argument) -> Value:
    """Gives the FILETIME number of a date, as `accountExpires` needs it.

    Every date will do that `CDate` reads; its offset counts, and without one it is in UTC.
    Null stays null. A text that shows no date and a date before the year 1601 are refused.
    The last day of the year 9999 has a number at every offset.

    Source: Entra, "NumFromDate".

    Example:
        >>> num_from_date("2012-01-01 23:00:00"), num_from_date("1601-01-01"), num_from_date(None)
        (129699324000000000, 0, None)
        >>> num_from_date("12/31/9999 11:59:59 PM -08:00")
        2650468031990000000
    """
    return each(value, _number)


def _number(text: str) -> int:
    ticks = ticks_in(text)
    if ticks is None:
        refuse("`NumFromDate` is given a text that shows no date", found=kind_of_text(text))
    if ticks < EPOCH:
        refuse("`NumFromDate` is given a date before the year 1601")
    return ticks - EPOCH


FILETIME: Final = (
    Function(
        "DateFromNum",
        (Parameter("value", type=Type.WHOLE),),
        1,
        date_from_num,
        "DateFromNum(129699324000000000)",
        gives=Type.DATE,
    ),
    Function(
        "NumFromDate",
        (Parameter("value", type=Type.DATE),),
        1,
        num_from_date,
        'NumFromDate("2025-09-30 23:59:59-08:00")',
        gives=Type.WHOLE,
    ),
)
"""The functions of this file, for the registry."""
