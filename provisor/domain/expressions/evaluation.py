"""Computing: a tree and one record give one value, or a reason why there is none.

The definition of the language; the columnar executor is tested against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from provisor.domain.expressions.bounds import bounded
from provisor.domain.expressions.condition import compare
from provisor.domain.expressions.function import Argument, Later
from provisor.domain.expressions.nodes import (
    Attribute,
    Blank,
    Call,
    Comparison,
    Concatenation,
    Flow,
    Keyword,
    Literal,
    Node,
)
from provisor.domain.expressions.registry import FUNCTIONS
from provisor.domain.expressions.text import concatenate
from provisor.domain.expressions.uniqueness import TakenNames, nobody
from provisor.domain.record import ABSENT, Value, Values, is_blank

SELECT_UNIQUE_VALUE = "SelectUniqueValue"

_LAZY = frozenset(name for name, function in FUNCTIONS.items() if function.lazy)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an expression may depend on besides the record."""

    now: str | None = None
    """The time of the run, RFC 3339 in UTC; None where nothing asks for it."""
    taken: TakenNames = nobody
    """Which names the target holds already; asked with the name in small letters."""


@dataclass(frozen=True, slots=True)
class Computed:
    """The expression has a value; it may be null."""

    value: Value


@dataclass(frozen=True, slots=True)
class Dropped:
    """The target attribute is left as it is."""


@dataclass(frozen=True, slots=True)
class ObjectDropped:
    """The whole object is left as it is."""


Evaluation = Computed | Dropped | ObjectDropped

_Simple = Literal | Blank | Keyword | Comparison | Concatenation

UNAWARE = Circumstances()


class _FlowIgnored(Exception):
    """A keyword was reached.

    An exception because a keyword ends the computation from any depth, and values must not pay for
    being looked at on every level.
    """

    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self.flow = flow


def evaluate(node: Node, values: Values, circumstances: Circumstances = UNAWARE) -> Evaluation:
    """Compute an expression for one record.

    An attribute that the record lacks is null inside functions; an expression that is nothing but
    such an attribute is dropped.

    Args:
        node: a tree from `parse`.
        values: the record's attributes; normalised.
        circumstances: time and taken names.

    Returns:
        `Computed`, `Dropped` (write nothing) or `ObjectDropped` (leave the object alone).

    Raises:
        ExpressionFailed: a function refused its input, a limit was reached, or no unique value is
            left (`NoUniqueValue`); the message holds no value.

    Cost: each part of the tree once at most; branches that are not taken cost nothing.

    Example:
        >>> evaluate(Attribute("title"), {})
        Dropped()
        >>> evaluate(Call("ToLower", (Attribute("name"),)), {"name": "Elin"})
        Computed(value='elin')
    """
    if isinstance(node, Attribute):
        return Computed(values[node.name]) if node.name in values else Dropped()
    try:
        return Computed(_value(node, values, circumstances))
    except _FlowIgnored as ignored:
        return Dropped() if ignored.flow is Flow.ATTRIBUTE else ObjectDropped()


def candidates(node: Node) -> tuple[Node, ...]:
    """Return the rules of a `SelectUniqueValue`; empty for every other expression.

    Example:
        >>> candidates(Call("SelectUniqueValue", (Literal("elin"),)))[0].value
        'elin'
    """
    if isinstance(node, Call) and node.name == SELECT_UNIQUE_VALUE:
        return node.arguments
    return ()


def _value(node: Node, values: Values, circumstances: Circumstances) -> Value:
    if isinstance(node, Attribute):
        return values.get(node.name)
    if not isinstance(node, Call):
        return _simple(node, values, circumstances)
    # One or two Python frames per level, so that the deepest tree fits under the interpreter's
    # limit wherever it is computed.
    function = FUNCTIONS[node.name]
    if node.name in _LAZY:
        later: list[TakenNames | Later] = [
            partial(_value, argument, values, circumstances) for argument in node.arguments
        ]
        if node.name == SELECT_UNIQUE_VALUE:
            later.insert(0, circumstances.taken)
        return function.scalar(*later)
    given: list[Argument] = []
    for argument in node.arguments:
        blank = isinstance(argument, Blank)
        given.append(ABSENT if blank else _value(argument, values, circumstances))
    return bounded(function.scalar(*given))


def _simple(node: _Simple, values: Values, circumstances: Circumstances) -> Value:
    match node:
        case Literal():
            return node.value
        case Blank():
            return None
        case Keyword():
            raise _FlowIgnored(node.flow)
        case Comparison():
            return _compared(node, values, circumstances)
        case Concatenation():
            texts = [_value(part, values, circumstances) for part in node.parts]
            return bounded(concatenate(tuple(texts)))


def _compared(node: Comparison, values: Values, circumstances: Circumstances) -> bool:
    sides = []
    for side in (node.left, node.right):
        value = _value(side, values, circumstances)
        # What was written down may be empty; what was looked up and is empty compares to nothing.
        if is_blank(value) and not isinstance(side, Literal):
            return False
        sides.append(value)
    return compare(node.operator, *sides)
