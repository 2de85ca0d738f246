"""Functions that give a value a name: `$item` for each value of a list, or once for a part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from provisor.domain.expressions.bounds import bounded, check_count
from provisor.domain.expressions.condition import is_true
from provisor.domain.expressions.function import Function, Later, Parameter, Tier, Trait, Type
from provisor.domain.expressions.lists import values_of
from provisor.domain.record import Scalar, Value

WithValue = Callable[[Value], Value]
"""Computes the part that may use the variable, for one value of it."""


def select(source: Later, function: WithValue) -> Value:
    """Gives what a function makes of each value of a list, the value being `$item` or so.

    Nulls are left out, lists are put in value by value.
    A single value is a list of one, and null stays null.

    Source: Connect sync, "Select".

    Example:
        >>> select(lambda: ("0-1", "2-3"), lambda item: str(item).replace("-", ""))
        ('01', '23')
    """
    values = source()
    if values is None:
        return None
    made: list[Scalar] = []
    for value in values_of(values):
        made.extend(values_of(function(value)))
        check_count(made)
    return bounded(tuple(made))


def where(source: Later, condition: WithValue) -> Value:
    """Gives the values of a list for which a condition holds, the value being `$item` or so.

    A single value is a list of one, and null stays null.

    Source: Connect sync, "Where".

    Example:
        >>> where(lambda: ("a", "bb"), lambda item: len(str(item)) > 1)
        ('bb',)
    """
    values = source()
    if values is None:
        return None
    return tuple(value for value in values_of(values) if is_true(condition(value)))


def with_variable(source: Later, expression: WithValue) -> Value:
    """Computes one part of an expression once, under a name that the rest may use.

    The part is computed even where the rest does not use it.

    Source: Connect sync, "With".

    Example:
        >>> with_variable(lambda: "ab", lambda part: f"{part}-{part}")
        'ab-ab'
    """
    return expression(source())


def _parameters(body: Parameter) -> tuple[Parameter, ...]:
    return (Parameter("$item"), Parameter("source", type=Type.LIST), body)


BINDING: Final = (
    Function(
        "Select",
        _parameters(Parameter("function")),
        3,
        select,
        'Select($item, Split("0-1,2-3", ","), ToUpper($item))',
        Trait.LAZY | Trait.BINDS,
        gives=Type.LIST,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "Where",
        _parameters(Parameter("condition", condition=True, type=Type.TRUTH)),
        3,
        where,
        'Where($item, Split("a,bb", ","), Len($item) > 1)',
        Trait.LAZY | Trait.BINDS,
        gives=Type.LIST,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "With",
        (Parameter("$variable"), Parameter("part"), Parameter("expression")),
        3,
        with_variable,
        'With($name, Trim(" Elin "), $name & "." & $name)',
        Trait.LAZY | Trait.BINDS,
        tier=Tier.CONNECT_SYNC,
    ),
)
"""The functions of this file, for the registry."""
