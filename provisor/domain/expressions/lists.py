"""Functions that take single values out of a list, or make one without repetitions."""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import check_count, refuse
from provisor.domain.expressions.function import (
    Argument,
    Function,
    Parameter,
    Tier,
    Type,
    kind,
    whole,
)
from provisor.domain.record import Missing, Scalar, Value, as_text


def item(attribute: Argument, index: Argument) -> Value:
    """Gives the value of a list that stands in a place, counted from 1; none there is an error.

    A single value is a list of one.

    Source: Entra, "Item"; the error is that of cloud sync and Connect sync.

    Example:
        >>> item(("a", "b"), 2), item("a", 1)
        ('b', 'a')
    """
    values, place = values_of(attribute), whole(index, "Item")
    if not 1 <= place <= len(values):
        refuse("`Item` finds no value in this place", found=f"{kind(attribute)}, counted from 1")
    return values[place - 1]


def item_or_null(attribute: Argument, index: Argument) -> Value:
    """Gives the value of a list that stands in a place, counted from 1, or null where none is.

    A single value is a list of one.

    Source: Connect sync, "ItemOrNull".

    Example:
        >>> item_or_null(("a", "b"), 2), item_or_null(("a", "b"), 3), item_or_null(None, 1)
        ('b', None, None)
    """
    values, place = values_of(attribute), whole(index, "ItemOrNull")
    return values[place - 1] if 1 <= place <= len(values) else None


def remove_duplicates(attribute: Argument) -> Value:
    """Keeps the first of equal values of a list; they are compared as text, case-sensitive.

    A single value stays as it is, and null stays null.

    Source: Entra, "RemoveDuplicates"; that case counts is our reading.

    Example:
        >>> remove_duplicates(("a", "b", "a", "A")), remove_duplicates("a")
        (('a', 'b', 'A'), 'a')
    """
    if not isinstance(attribute, tuple):
        return None if isinstance(attribute, Missing) else attribute
    check_count(attribute)
    first: dict[str, Scalar] = {}
    for value in attribute:
        first.setdefault(as_text(value), value)
    return tuple(first.values())


def values_of(source: Argument) -> tuple[Scalar, ...]:
    """Return the values of a list; a single value is a list of one, nothing a list of none.

    Example:
        >>> values_of(("a", "b")), values_of("a"), values_of(None)
        (('a', 'b'), ('a',), ())
    """
    if isinstance(source, tuple):
        check_count(source)
        return source
    return () if source is None or isinstance(source, Missing) else (source,)


_LIST = Parameter("attribute", type=Type.LIST)
_PLACE = (_LIST, Parameter("index", type=Type.WHOLE))

LISTS: Final = (
    Function("Item", _PLACE, 2, item, 'Item(Split("a,b", ","), 2)'),
    Function(
        "ItemOrNull",
        _PLACE,
        2,
        item_or_null,
        'ItemOrNull(Split("a,b", ","), 3)',
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "RemoveDuplicates",
        (_LIST,),
        1,
        remove_duplicates,
        'RemoveDuplicates(Split("a,b,a", ","))',
        gives=Type.LIST,
    ),
)
"""The functions of this file, for the registry."""
