"""Names that nobody has yet: the candidates of `SelectUniqueValue` and their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from provisor.domain.expressions.bounds import bounded
from provisor.domain.expressions.function import Function, Later, Need, Parameter, Trait, Type
from provisor.domain.expressions.letters import lower
from provisor.domain.numbering import Numbering
from provisor.domain.record import Value, as_text
from provisor.errors import ExpressionFailed

TakenNames = Callable[[str], bool]
"""Says whether a name is taken; it compares as the target does."""

NUMBERING: Final = Numbering()
"""The numbers behind a single rule: 2, 3, … 99."""


class NoUniqueValue(ExpressionFailed):
    """Every candidate is taken or empty."""


def folded(name: str) -> str:
    """Return the form in which two names count as the same: small letters.

    Example:
        >>> folded("Elin.Ek@Example.org")
        'elin.ek@example.org'
    """
    return lower(name)


def taken_from(names: Iterable[str]) -> TakenNames:
    """Make a register of taken names out of a list of them.

    Example:
        >>> taken_from(["Elin"])("elin")
        True
    """
    held = frozenset(map(folded, names))
    return lambda name: folded(name) in held


def nobody(name: str) -> bool:  # noqa: ARG001 - has the shape of a register
    """Say that a name is free: the register of an empty target."""
    return False


def select_unique_value(taken: TakenNames, *rules: Later) -> Value:
    """Gives the first of its rules' values that is not taken in the target.

    Upper and lower case count as the same.
    Values that are null or empty are passed over.
    A single rule is followed by its value with 2, 3, … 99 behind it, before an `@`; with several
    rules only their own values are tried.

    Source: Entra, "SelectUniqueValue"; the numbers behind a single rule are ours.

    Example:
        >>> select_unique_value(taken_from(["elin"]), lambda: "Elin", lambda: "Elin.Ek")
        'Elin.Ek'
        >>> select_unique_value(taken_from(["elin", "elin2"]), lambda: "Elin")
        'Elin3'
    """
    tried = 0
    for name in _names(rules):
        tried += 1
        if not taken(name):
            return name
    raise none_left("`SelectUniqueValue` has no value left", tried)


def none_left(what: str, tried: int) -> NoUniqueValue:
    """Return the error for a choice that ended without a name.

    Args:
        what: one sentence.
        tried: how many names were looked at.
    """
    return NoUniqueValue(
        what,
        found=f"{tried} values, all taken" if tried else "every rule gives nothing",
        safe="the record is set aside and counts as present; the others continue",
        next="add a rule to the mapping, or free a name in the target",
    )


def _names(rules: tuple[Later, ...]) -> Iterator[str]:
    for rule in rules:
        name = as_text(rule())
        if name:
            yield name
            if len(rules) == 1:
                yield from (as_text(bounded(other)) for other in NUMBERING.numbered(name))


UNIQUENESS: Final = (
    Function(
        "SelectUniqueValue",
        (Parameter("rule", repeating=True, type=Type.TEXT),),
        1,
        select_unique_value,
        'SelectUniqueValue("elin", "elin.ek")',
        Trait.LAZY | Trait.IMPURE | Trait.TOP_LEVEL,
        gives=Type.TEXT,
        needs=Need.NAMES,
    ),
)
"""The functions of this file, for the registry."""
