"""Where a value comes from: the source of an attribute mapping, to the text of an expression.

An export says it twice: as text (`expression`) and as a tree of functions, attributes and
constants. The text is preferred as people wrote it; the tree takes its place where the text
cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provisor.config.entra.parts import Part
from provisor.config.entra.resources import Verdict
from provisor.domain.expressions import (
    FUNCTIONS,
    Attribute,
    Blank,
    Call,
    Comparison,
    Concatenation,
    Function,
    Literal,
    Node,
    parse,
    unparse,
)
from provisor.domain.expressions.nodes import children
from provisor.errors import ConfigurationError

_TREE: Final = ("type", "name", "parameters")
_SHORTER: Final = {
    "find": "oldvalue",
    "regexgroupname": "regexgroup",
    "replacementvalue": "replacement",
    "replacementattributename": "replacementattribute",
    "defaultvalue": "default",
}
"""What Microsoft calls some parameters, and what they are called here; folded."""


@dataclass(frozen=True, slots=True)
class Read:
    """A source that could be read, or why it could not."""

    text: str = ""
    """The expression; empty when there is none, and when it cannot be read."""
    fault: str = ""
    """Why it cannot be read; it names functions and places, never constants."""


class _Unreadable(Exception):
    """A tree that is no expression of ours."""


def read_source(source: Part | None) -> Read:
    """Return the expression that a source stands for.

    Says in the ledger which of its two forms was taken.
    """
    if source is None or not (source.text("expression").strip() or source.text("name")):
        return Read()
    text = source.text("expression").strip()
    written, text_fault = _parsed(text)
    built, tree_fault = _built(source)
    if written is not None:
        if built is not None and _plain(built) != _plain(written):
            why = "the tree says something else than the text of the expression; the text was taken"
            for key in _TREE:
                source.say(key, Verdict.CHANGED, why)
        return Read(text)
    if built is None:
        return Read(fault=text_fault or tree_fault)
    if text:
        why = f"the text cannot be read ({text_fault}); it was put together from the tree"
        source.say("expression", Verdict.CHANGED, why)
    return Read(unparse(built))


def _parsed(text: str) -> tuple[Node | None, str]:
    if not text:
        return None, ""
    try:
        return parse(text), ""
    except ConfigurationError as wrong:
        return None, wrong.what


def _built(source: Part) -> tuple[Node | None, str]:
    """Put the tree together; written and read again, so that it obeys every rule of the text."""
    try:
        return parse(unparse(_node(source))), ""
    except _Unreadable as wrong:
        return None, str(wrong)
    except ConfigurationError as wrong:
        return None, wrong.what


def _node(source: Part) -> Node:
    name = source.text("name")
    match source.text("type").lower():
        case "attribute" | "":
            if name:
                return Attribute(name)
            raise _Unreadable("an attribute of the tree has no name")
        case "constant":
            return Literal(name)
        case "function":
            return Call(name, _arguments(name, source.parts("parameters")))
    raise _Unreadable("a part of the tree is no attribute, constant or function")


def _arguments(name: str, parameters: tuple[Part, ...]) -> tuple[Node, ...]:
    """Return the arguments in the order of the function; what the tree leaves out stays blank."""
    values = tuple(_argument(parameter) for parameter in parameters)
    function = FUNCTIONS.get(name)
    if function is None or function.repeating:
        return values
    places = [_place(function, parameter.text("key")) for parameter in parameters]
    if None in places or len(set(places)) < len(places):
        return _in_order(function, values)
    placed = dict(zip(places, values, strict=True))
    last = max((place for place in places if place is not None), default=-1)
    return tuple(placed.get(place, Blank()) for place in range(last + 1))


def _in_order(function: Function, values: tuple[Node, ...]) -> tuple[Node, ...]:
    """Take arguments of strange names by their order, where nothing can be left out between."""
    before = function.parameters[: len(values)]
    if len(values) == len(function.parameters) or all(each.required for each in before):
        return values
    raise _Unreadable(f"the tree names parameters that `{function.name}` does not have")


def _argument(parameter: Part) -> Node:
    value = parameter.part("value")
    return Blank() if value is None else _node(value)


def _place(function: Function, key: str) -> int | None:
    """Return the parameter that a key names."""
    names = [_folded(parameter.name) for parameter in function.parameters]
    wanted = _SHORTER.get(_folded(key), _folded(key))
    return names.index(wanted) if wanted in names else None


def _folded(name: str) -> str:
    return name.lower().replace("_", "")


def _plain(node: Node) -> tuple[object, ...]:
    """Return what a tree says, whether its numbers are quoted or not, without idle blanks."""
    match node:
        case Literal():
            return ("literal", str(node.value))
        case Call() | Comparison() | Concatenation():
            parts = [_plain(part) for part in children(node)]
            while parts and parts[-1] == _NOTHING:
                parts.pop()
            word = node.name if isinstance(node, Call) else getattr(node, "operator", "&")
            return (type(node).__name__, word, *parts)
        case _:
            return (type(node).__name__, unparse(node))


_NOTHING: Final = _plain(Blank())
