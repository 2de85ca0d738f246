"""Computing: a tree and one record give one value, or a reason why there is none.

The definition of the language; the columnar executor is tested against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from provisor.domain.expressions.bounds import bounded
from provisor.domain.expressions.chance import Draw
from provisor.domain.expressions.condition import compare
from provisor.domain.expressions.effort import Effort
from provisor.domain.expressions.function import Argument, FlowIgnored, Need
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
    Variable,
)
from provisor.domain.expressions.registry import FUNCTIONS
from provisor.domain.expressions.text import concatenate
from provisor.domain.expressions.uniqueness import TakenNames, nobody
from provisor.domain.minting import swiftly
from provisor.domain.record import ABSENT, Value, Values, is_blank

SELECT_UNIQUE_VALUE: Final = "SelectUniqueValue"

_LAZY = frozenset(name for name, function in FUNCTIONS.items() if function.lazy)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an expression may depend on besides the record."""

    now: str | None = None
    """The time of the run, RFC 3339 in UTC; None where nothing asks for it."""
    taken: TakenNames = nobody
    """Which names the target holds already."""
    default_domain: str | None = None
    """What `DefaultDomain()` gives; None where nothing is set."""
    draw: Draw | None = None
    """Where `RandomString`, `RandomNum` and `Guid` get their chance; None refuses them."""


@swiftly
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

UNAWARE = Circumstances()


@dataclass(slots=True)
class _Scene:
    """What the parts of one evaluation share."""

    values: Values
    circumstances: Circumstances
    effort: Effort
    bound: Mapping[str, Value]
    """What variables stand for."""

    def binding(self, name: str, value: Value) -> _Scene:
        return _Scene(self.values, self.circumstances, self.effort, {**self.bound, name: value})


def evaluate(node: Node, values: Values, circumstances: Circumstances = UNAWARE) -> Evaluation:
    """Compute an expression for one record.

    An attribute that the record lacks is null inside functions; an expression that is nothing but
    such an attribute is dropped.

    Args:
        node: a tree from `parse`.
        values: the record's attributes; normalised.
        circumstances: time, taken names, default domain, chance.

    Returns:
        `Computed`, `Dropped` (write nothing) or `ObjectDropped` (leave the object alone).

    Raises:
        ExpressionFailed: a function refused its input, a limit was reached, something that the
            expression depends on is not known, or no unique value is left (`NoUniqueValue`); the
            message holds no value.

    Cost: each part of the tree once at most, but for the bodies of `Select` and `Where`; branches
        that are not taken cost nothing.

    Example:
        >>> evaluate(Attribute("title"), {})
        Dropped()
        >>> evaluate(Call("ToLower", (Attribute("name"),)), {"name": "Elin"})
        Computed(value='elin')
    """
    if isinstance(node, Attribute):
        return Computed(values[node.name]) if node.name in values else Dropped()
    try:
        return Computed(_COMPUTE[type(node)](node, _Scene(values, circumstances, Effort(), {})))
    except FlowIgnored as ignored:
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


def _attribute(node: Attribute, scene: _Scene) -> Value:
    return scene.values.get(node.name)


def _literal(node: Literal, _scene: _Scene) -> Value:
    return node.value


def _blank(_node: Blank, _scene: _Scene) -> Value:
    return None


def _variable(node: Variable, scene: _Scene) -> Value:
    return scene.bound[node.name]


def _keyword(node: Keyword, _scene: _Scene) -> Value:
    raise FlowIgnored(node.flow)


def _call(node: Call, scene: _Scene) -> Value:
    function = FUNCTIONS[node.name]
    if function.needs is None:
        before: tuple[object, ...] = ()
    else:
        before = _before(node, function.needs, scene)
    if node.name in _LAZY:
        scene.effort.call(())
        return function.scalar(*before, *_later(node, scene))
    given: list[Argument] = []
    for argument in node.arguments:
        kind = type(argument)
        given.append(ABSENT if kind is Blank else _COMPUTE[kind](argument, scene))
    scene.effort.call(given)
    return bounded(function.scalar(*before, *given))


def _comparison(node: Comparison, scene: _Scene) -> Value:
    sides: list[Argument] = []
    for side in (node.left, node.right):
        value: Value = _COMPUTE[type(side)](side, scene)
        # What was written down may be empty; what was looked up and is empty compares to nothing.
        if is_blank(value) and not isinstance(side, Literal):
            return False
        sides.append(value)
    scene.effort.call(sides)
    return compare(node.operator, *sides)


def _concatenation(node: Concatenation, scene: _Scene) -> Value:
    texts: list[Argument] = []
    for part in node.parts:
        text: Value = _COMPUTE[type(part)](part, scene)
        texts.append(text)
    scene.effort.call(texts)
    return bounded(concatenate(tuple(texts)))


# Looked up wherever a part is computed, and no comprehensions there: one or two Python frames per
# level, so that the deepest tree fits under the interpreter's limit wherever it is computed.
_COMPUTE: Final[Mapping[type[Node], Callable[..., Value]]] = {
    Attribute: _attribute,
    Blank: _blank,
    Call: _call,
    Comparison: _comparison,
    Concatenation: _concatenation,
    Keyword: _keyword,
    Literal: _literal,
    Variable: _variable,
}


def _before(node: Call, need: Need, scene: _Scene) -> tuple[object, ...]:
    """Return what the scalar receives before the arguments that are written."""
    match need:
        case Need.NAMES:
            return (scene.circumstances.taken,)
        case Need.CLOCK:
            return (scene.circumstances.now,)
        case Need.DOMAIN:
            return (scene.circumstances.default_domain,)
        case Need.CHANCE:
            return (scene.circumstances.draw,)
        case Need.PATIENCE:
            return (scene.effort,)
        case Need.WORDING:
            return (_wording(node.arguments),)


def _later(node: Call, scene: _Scene) -> list[Callable[..., Value]]:
    """Return what a lazy scalar receives: arguments that are computed when it asks."""
    if FUNCTIONS[node.name].binds:
        return _bound(node, scene)
    return [partial(_COMPUTE[type(argument)], argument, scene) for argument in node.arguments]


def _bound(node: Call, scene: _Scene) -> list[Callable[..., Value]]:
    """Return the source of values, and what makes something of each."""
    variable, source, body = node.arguments
    name = variable.name if isinstance(variable, Variable) else ""
    compute = _COMPUTE[type(body)]

    def with_value(value: Value) -> Value:
        scene.effort.call(())
        return compute(body, scene.binding(name, value))

    return [partial(_COMPUTE[type(source)], source, scene), with_value]


def _wording(arguments: tuple[Node, ...]) -> str:
    """Return what is written in the arguments, with … for what a record would fill in."""
    parts = [
        part
        for argument in arguments
        for part in (argument.parts if isinstance(argument, Concatenation) else (argument,))
    ]
    return "".join(str(part.value) if isinstance(part, Literal) else "…" for part in parts)
