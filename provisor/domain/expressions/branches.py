"""Which parts of a choice can be taken, going by what its other parts can give.

`IIF`, `Switch` and `Coalesce` choose; everything else computes all of its parts, or may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provisor.domain.expressions.condition import is_true
from provisor.domain.expressions.function import Type
from provisor.domain.expressions.nodes import Call, Node, children
from provisor.domain.expressions.prospect import Prospect
from provisor.domain.record import as_text

IIF: Final = "IIF"
SWITCH: Final = "Switch"
COALESCE: Final = "Coalesce"
IGNORE_IF_EMPTY: Final = "IgnoreFlowIfNullOrEmpty"

CHOICES: Final = frozenset({IIF, SWITCH, COALESCE})

Prospects = Mapping[int, Prospect]
"""What the parts of one tree can give, by the identity of the part."""


def branch_places(node: Node) -> tuple[int, ...] | None:
    """Return which arguments may become the value of a choice; None for everything else.

    Example:
        >>> from provisor.domain.expressions.nodes import Blank
        >>> branch_places(Call("Switch", (Blank(),) * 6))
        (1, 3, 5)
    """
    if not isinstance(node, Call):
        return None
    match node.name:
        case "IIF":
            return (1, 2)
        case "Switch":
            return (1, *range(3, len(node.arguments), 2))
        case "Coalesce":
            return tuple(range(len(node.arguments)))
        case "IgnoreFlowIfNullOrEmpty" | "Redact":
            return (0,)
        case _:
            return None


def open_places(node: Node, parts: Prospects) -> tuple[int, ...]:
    """Return, in order, which parts right below a node some record may have computed."""
    if not isinstance(node, Call) or node.name not in CHOICES:
        return tuple(range(len(children(node))))
    match node.name:
        case "IIF":
            return (0, *_sides(parts[id(node.arguments[0])]))
        case "Coalesce":
            return tuple(range(_needed(node, parts)))
        case _:
            return tuple(sorted(_cases(node, parts)))


def _sides(condition: Prospect) -> tuple[int, ...]:
    if condition.values is None:
        # No text form of a number is `True`.
        return (2,) if condition.type is Type.WHOLE else (1, 2)
    return tuple(sorted({1 if is_true(value) else 2 for value in condition.values}))


def _needed(node: Call, parts: Prospects) -> int:
    """Return how many sources a `Coalesce` may look at."""
    for place, source in enumerate(node.arguments):
        if not parts[id(source)].blank:
            return place + 1
    return len(node.arguments)


def _cases(node: Call, parts: Prospects) -> set[int]:
    """Return the places of a `Switch` that may be looked at."""
    wanted = _text_forms(parts[id(node.arguments[0])])
    if wanted is None:
        return _cases_of(node, parts, None)
    return {0}.union(*(_cases_of(node, parts, text) for text in wanted))


def _cases_of(node: Call, parts: Prospects, wanted: str | None) -> set[int]:
    """Return the places that may be looked at for one source value; None stands for any."""
    opened = {0}
    passed: set[str] = set()
    for key in range(2, len(node.arguments), 2):
        opened.add(key)
        forms = _text_forms(parts[id(node.arguments[key])])
        if forms == frozenset():
            return opened
        if forms is None or (not forms <= passed and (wanted is None or wanted in forms)):
            opened.add(key + 1)
        if forms is not None and len(forms) == 1:
            passed |= forms
            if forms == {wanted}:
                return opened
    return opened | {1}


def _text_forms(prospect: Prospect) -> frozenset[str] | None:
    """Return the text forms of all that may come; None when they are not known."""
    if prospect.values is None:
        return None
    return frozenset(map(as_text, prospect.values))
