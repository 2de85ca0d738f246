"""The tree of an expression: frozen values, each with the place where it stands in the text.

Two trees are equal when they say the same; where a part stands in the text does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class Operator(Enum):
    """How a condition compares its two sides."""

    EQUAL = "="
    DIFFERENT = "<>"
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="


class Flow(Enum):
    """The bare words that stand for "write nothing"."""

    ATTRIBUTE = "IgnoreAttributeFlow"
    """The target attribute keeps what it has."""
    OBJECT = "IgnoreObjectFlow"
    """The whole object is left alone."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A source attribute: `[surname]`, `[emails[type eq "work"].value]`."""

    name: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or a whole number written into the expression."""

    value: str | int
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Blank:
    """An argument left out between two commas."""

    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A bare word: `IgnoreAttributeFlow`, `IgnoreObjectFlow`."""

    flow: Flow
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, in the order of the function's parameters."""

    name: str
    """The function's key: its name, and `@connect` behind it where only that dialect means it."""
    arguments: tuple[Node, ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A condition: two sides and how they are compared."""

    operator: Operator
    left: Node
    right: Node
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Two or more parts joined by `&`."""

    parts: tuple[Node, ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that `Select`, `Where` or `With` gives to a value: `$item`."""

    name: str
    position: int = field(default=0, compare=False)


Node = Attribute | Literal | Blank | Keyword | Variable | Call | Comparison | Concatenation


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts directly below a node, in the order of the text.

    Example:
        >>> children(Comparison(Operator.EQUAL, Attribute("a"), Literal("x")))[0].name
        'a'
    """
    match node:
        case Call():
            return node.arguments
        case Concatenation():
            return node.parts
        case Comparison():
            return (node.left, node.right)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, in the order of the text."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def attributes_of(node: Node) -> frozenset[str]:
    """Return the names of all source attributes that an expression reads.

    Example:
        >>> sorted(attributes_of(Concatenation((Attribute("b"), Attribute("a"), Attribute("b")))))
        ['a', 'b']
    """
    return frozenset(part.name for part in walk(node) if isinstance(part, Attribute))
