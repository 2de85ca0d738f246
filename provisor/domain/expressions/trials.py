"""Computing one part of an expression for values that are given in place of its own parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from provisor.domain.expressions.evaluation import Computed, Evaluation, evaluate
from provisor.domain.expressions.function import Function, Type, whole_in
from provisor.domain.expressions.nodes import (
    Attribute,
    Blank,
    Call,
    Comparison,
    Concatenation,
    Literal,
    Node,
    children,
)
from provisor.domain.expressions.prospect import Prospect, settled, type_of
from provisor.domain.expressions.registry import FUNCTIONS
from provisor.domain.record import Value, is_blank
from provisor.errors import ExpressionFailed

_PROBES: Final[tuple[Value, ...]] = (
    None,
    "",
    "1",
    "Elin Ek",
    "2031-04-07T00:00:00Z",
    "a-1, b@c.d " * 50,
    True,
    ("a", "b") * 20,
)
"""What stands for a value that is not known when a call is tried."""

_TYPICAL: Final[dict[Type, Value]] = {
    Type.WHOLE: 1,
    Type.DATE: "2031-04-07T00:00:00Z",
    Type.TRUTH: True,
    Type.LIST: ("a", "b"),
}
_OF_TYPE: Final[dict[Type, tuple[Value, ...]]] = {
    Type.DATE: ("1/1/1601 12:00:00 AM", "4/7/2031 8:00:00 AM"),
    Type.LIST: (("a", "b"), ("1",), ("2031-04-07",)),
}
"""What stands for every value of a type, where no value of it may be readable."""
_STRICT: Final = frozenset({Type.WHOLE, Type.DATE})
"""Types of parameters that refuse what they cannot read."""


def foreseeable(node: Node) -> bool:
    """Say whether equal inputs give equal answers, soon, for this node alone.

    Searches by regular expressions may be long, and are left to the records.
    """
    if not isinstance(node, Call):
        return True
    function = FUNCTIONS[node.name]
    return function.pure and function.needs is None and not function.binds


def tried(node: Node, given: Iterable[Value]) -> Evaluation | ExpressionFailed:
    """Compute a node with these values in place of its parts.

    Example:
        >>> tried(Call("Left", (Attribute("a"), Literal(2))), ["Elin", 2])
        Computed(value='El')
    """
    values: dict[str, Value] = {}
    inputs: list[Node] = []
    for place, (child, value) in enumerate(zip(children(node), given, strict=True)):
        # What was written down counts as written, also where an equal value would not.
        if isinstance(child, Blank) or (isinstance(child, Literal) and child.value == value):
            inputs.append(child)
            continue
        values[f"\x00{place}"] = value
        inputs.append(Attribute(f"\x00{place}"))
    try:
        return evaluate(_with_children(node, tuple(inputs)), values)
    except ExpressionFailed as failed:
        return failed


def _with_children(node: Node, inputs: tuple[Node, ...]) -> Node:
    match node:
        case Call():
            return replace(node, arguments=inputs)
        case Concatenation():
            return replace(node, parts=inputs)
        case Comparison():
            return replace(node, left=inputs[0], right=inputs[1])
        case _:
            return node


@dataclass(frozen=True, slots=True)
class Doom:
    """That a call fails, or gives nothing, whatever the record, and which argument is to blame."""

    place: int
    what: str
    prospect: Prospect


def doom_of(node: Call, offered: Sequence[Prospect]) -> Doom | None:
    """Find an argument with which a call cannot work: fixed, or of a type that is never read.

    Args:
        node: a call whose arguments are all computed.
        offered: what each argument can give.
    """
    function = FUNCTIONS[node.name]
    for place, one in enumerate(offered):
        kind = function.parameter(place).type
        samples = _samples(one) if not isinstance(node.arguments[place], Blank) else ()
        if kind in _STRICT and samples and not any(_is_read(value, kind) for value in samples):
            found = _doom(node, offered, place, (*samples, None) if one.blank else samples)
            if found is not None:
                return found
    return None


def _samples(one: Prospect) -> tuple[Value, ...]:
    """Return what stands for everything that an argument may be; nothing if that is not known.

    Blanks are left out where something else may come.
    """
    if one.always_blank:
        return one.values or ()
    if one.values is not None:
        return tuple(value for value in one.values if not is_blank(value))
    return _OF_TYPE.get(one.type, ())


def _is_read(value: Value, kind: Type) -> bool:
    """Say whether a value is plainly one that a parameter of this type can read."""
    shows = isinstance(value, str) and whole_in(value) is not None
    return kind is Type.WHOLE and (shows or type_of(value) is Type.WHOLE)


def _doom(
    node: Call, offered: Sequence[Prospect], place: int, samples: Sequence[Value]
) -> Doom | None:
    function = FUNCTIONS[node.name]
    nothing: list[Value] = []
    failure = ""
    works = False
    for given in _scenes(function, offered):
        other = tried(node, _put(given, place, _typical(function, place)))
        works = works or isinstance(other, Computed)
        for value in samples:
            scene = _put(given, place, value)
            match tried(node, scene):
                case Computed(answer) if is_blank(answer) and any(map(is_blank, scene)):
                    nothing.append(answer)
                case ExpressionFailed() as failed:
                    failure = failed.what
                case _:
                    return None
    return Doom(place, failure, settled(nothing)) if works and failure else None


def _scenes(function: Function, offered: Sequence[Prospect]) -> Iterator[list[Value]]:
    """Yield lists of arguments: what is fixed, and in place of the others one probe after another.

    The first scene has what each parameter asks for.
    """
    yield [_fixed(one, _typical(function, n)) for n, one in enumerate(offered)]
    for probe in _PROBES:
        yield [_fixed(one, probe) for one in offered]


def _fixed(one: Prospect, otherwise: Value) -> Value:
    return one.values[0] if one.values is not None and len(one.values) == 1 else otherwise


def _typical(function: Function, place: int) -> Value:
    parameter = function.parameter(place)
    return parameter.words[0] if parameter.words else _TYPICAL.get(parameter.type, "Elin Ek")


def _put(given: Sequence[Value], place: int, value: Value) -> list[Value]:
    return [*given[:place], value, *given[place + 1 :]]
