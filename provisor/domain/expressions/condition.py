"""Functions that answer true or false, and the comparison of two values."""

from __future__ import annotations

import operator as compare_by
import re
from collections.abc import Callable
from typing import Final

from provisor.domain.expressions.function import Argument, Function, Parameter, Tier, Type, whole_in
from provisor.domain.expressions.nodes import Operator
from provisor.domain.record import Missing, Value, as_text, is_blank

TRUE: Final = "True"
_DATE: Final = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}) ([0-9]{1,2})(:[0-9]{2}:[0-9]{2}) ([AP]M)"
)

_ORDER: Final[dict[Operator, Callable[[int | str, int | str], bool]]] = {
    Operator.GREATER: compare_by.gt,
    Operator.GREATER_OR_EQUAL: compare_by.ge,
    Operator.LESS: compare_by.lt,
    Operator.LESS_OR_EQUAL: compare_by.le,
}


def is_true(value: Argument) -> bool:
    """Say whether a condition holds: its text form is `True`, in exactly these letters.

    Example:
        >>> [is_true(v) for v in (True, "True", "true", 1, None)]
        [True, True, False, False, False]
    """
    return as_text(value) == TRUE


def compare(operator: Operator, left: Argument, right: Argument) -> bool:
    """Compare two values: equal by their text form, ordered as numbers where both are numbers.

    Text is case-sensitive; dates as functions write them (`1/31/2025 12:00:00 AM`) are ordered in
    time, other texts by code point, which puts dates written as 2025-01-31 in their order.

    Source: Entra, "IIF", for the operators; the order of texts is our decision.

    Example:
        >>> compare(Operator.EQUAL, True, "True"), compare(Operator.EQUAL, "a", "A")
        (True, False)
        >>> compare(Operator.LESS, "9", 10), compare(Operator.LESS, "2025-01-02", "2025-02-01")
        (True, True)
        >>> compare(Operator.LESS, "9/1/2024 1:00:00 AM", "10/1/2024 1:00:00 AM")
        True
    """
    first, second = as_text(left), as_text(right)
    if operator is Operator.EQUAL:
        return first == second
    if operator is Operator.DIFFERENT:
        return first != second
    small, large = whole_in(first), whole_in(second)
    if small is not None and large is not None:
        return _ORDER[operator](small, large)
    earlier, later = _sortable(first), _sortable(second)
    if earlier and later:
        return _ORDER[operator](earlier, later)
    return _ORDER[operator](first, second)


def _sortable(text: str) -> str:
    """Return a date as functions write it in a form that sorts; empty for other texts."""
    match = _DATE.fullmatch(text) if text.endswith("M") else None
    if match is None:
        return ""
    month, day, year, hour, rest, half = match.groups()
    hours = int(hour) % 12 + (12 if half == "PM" else 0)
    return f"{year}{int(month):02}{int(day):02}{hours:02}{rest}"


def is_null_or_empty(value: Argument) -> Value:
    """Is true for null, empty text and an empty list.

    Source: Entra, "IsNullOrEmpty"; it works inside `IIF`, as the published guides use it.

    Example:
        >>> is_null_or_empty(None), is_null_or_empty(""), is_null_or_empty(" ")
        (True, True, False)
    """
    return is_blank(value)


def is_null(value: Argument) -> Value:
    """Is true for null; an attribute that is absent is null, empty text is not.

    Source: Entra, "IsNull".

    Example:
        >>> is_null(None), is_null("")
        (True, False)
    """
    return value is None or isinstance(value, Missing)


def is_nothing(value: Argument) -> Value:
    """Is true for null, as `IsNull` is.

    Source: the list of functions of Microsoft Graph, "IsNothing"; by its name.

    Example:
        >>> is_nothing(None), is_nothing(False)
        (True, False)
    """
    return is_null(value)


def is_empty(value: Argument) -> Value:
    """Is true for empty text and an empty list; null is not empty, and nothing absent is.

    Source: Connect sync, "IsEmpty".

    Example:
        >>> is_empty(""), is_empty(None), is_empty(" ")
        (True, False, False)
    """
    return value in {"", ()}


def is_present(value: Argument) -> Value:
    """Is true for everything but null, empty text and an empty list.

    Source: Entra, "IsPresent".

    Example:
        >>> is_present("x"), is_present(False), is_present("")
        (True, True, False)
    """
    return not is_blank(value)


def negate(source: Argument) -> Value:
    """Turns `True` into false and everything else into true.

    `True` is meant in exactly these letters; `Not(CBool([a]))` takes it in any case.

    Source: Entra, "Not".

    Example:
        >>> negate("True"), negate(True), negate("False"), negate(None)
        (False, False, True, True)
    """
    return not is_true(source)


_VALUE = (Parameter("value", required=False, condition=True),)

CONDITIONS: Final = (
    Function(
        "IsEmpty",
        _VALUE,
        1,
        is_empty,
        'IsEmpty("")',
        gives=Type.TRUTH,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "IsNothing",
        _VALUE,
        1,
        is_nothing,
        'IsNothing("")',
        gives=Type.TRUTH,
        tier=Tier.GRAPH,
    ),
    Function("IsNull", _VALUE, 1, is_null, 'IsNull("")', gives=Type.TRUTH),
    Function("IsNullOrEmpty", _VALUE, 1, is_null_or_empty, 'IsNullOrEmpty("")', gives=Type.TRUTH),
    Function("IsPresent", _VALUE, 1, is_present, 'IsPresent("Elin")', gives=Type.TRUTH),
    Function(
        "Not",
        (Parameter("source", condition=True, type=Type.TRUTH),),
        1,
        negate,
        'Not("False")',
        gives=Type.TRUTH,
    ),
)
"""The functions of this file, for the registry."""
