"""Functions that choose one of their arguments; what is not chosen is never computed."""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.condition import is_true
from provisor.domain.expressions.function import Dialect, Function, Later, Parameter, Trait, Type
from provisor.domain.record import Value, as_text, is_blank


def if_then_else(condition: Later, when_true: Later, when_false: Later) -> Value:
    """Gives its second argument when the condition holds, otherwise its third.

    A comparison with an attribute or result that is null or empty does not hold, whatever the
    operator; `IsPresent` and `IsNullOrEmpty` test for that.
    Any other condition holds where its text form is `True`, in exactly these letters; `CBool` takes
    it in any case, and numbers.

    Source: Entra, "IIF"; it calls `IsPresent` and `IsNullOrEmpty` unsupported here, where the
    guides of Workday and SuccessFactors use them: they work.

    Example:
        >>> if_then_else(lambda: True, lambda: "yes", lambda: "no")
        'yes'
    """
    return when_true() if is_true(condition()) else when_false()


def coalesce(*sources: Later) -> Value:
    """Gives the first source that is neither null nor empty; if all are, the last one as it is.

    Source: Entra, "Coalesce"; the SuccessFactors guide shows that empty counts as null.

    Example:
        >>> coalesce(lambda: None, lambda: "", lambda: "Robert"), coalesce(lambda: None, lambda: "")
        ('Robert', '')
    """
    value: Value = None
    for source in sources:
        value = source()
        if not is_blank(value):
            break
    return value


def switch(source: Later, default: Later, *cases: Later) -> Value:
    """Gives the value behind the first key that equals the source, otherwise the default.

    Keys are compared by text form, case-sensitive; a null source equals the key `""`.

    Source: Entra, "Switch". The sample of Entra's "IsPresent", `Switch(IsPresent([a]), [a], …)`, is
    Connect sync's `Switch` and means that only in the dialect `connect`; here its conditions would
    be keys.

    Example:
        >>> switch(lambda: "2", lambda: "?", lambda: "1", lambda: "a", lambda: "2", lambda: "b")
        'b'
    """
    wanted = as_text(source())
    for key, value in zip(cases[::2], cases[1::2], strict=True):
        if as_text(key()) == wanted:
            return value()
    return default()


CHOICES: Final = (
    Function(
        "Coalesce",
        (Parameter("source", required=False, repeating=True),),
        1,
        coalesce,
        'Coalesce("", "Robert")',
        Trait.LAZY,
    ),
    Function(
        "IIF",
        (
            Parameter("condition", condition=True, type=Type.TRUTH),
            Parameter("when_true", required=False),
            Parameter("when_false", required=False),
        ),
        3,
        if_then_else,
        'IIF("a" = "a", "yes", "no")',
        Trait.LAZY,
    ),
    Function(
        "Switch",
        (
            Parameter("source", type=Type.TEXT),
            Parameter("default", required=False),
            Parameter("key", required=False, repeating=True, type=Type.TEXT),
            Parameter("value", required=False, repeating=True),
        ),
        4,
        switch,
        'Switch("2", "other", "1", "one", "2", "two")',
        Trait.LAZY,
        dialect=Dialect.ENTRA,
    ),
)
"""The functions of this file, for the registry."""
