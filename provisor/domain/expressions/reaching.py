"""Which branches of an expression are computed for a record.

A branch is reached when a bomb in its place goes off: the expression is computed once more with a
word in place of the branch that ends everything. So `evaluate` stays the one definition of what is
lazy, and computing costs nothing more where nobody asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from provisor.domain.expressions.evaluation import (
    Circumstances,
    Dropped,
    Evaluation,
    ObjectDropped,
    evaluate,
)
from provisor.domain.expressions.nodes import (
    Call,
    Comparison,
    Concatenation,
    Flow,
    Keyword,
    Node,
    children,
    walk,
)
from provisor.domain.expressions.writing import unparse
from provisor.domain.record import Values
from provisor.errors import ExpressionFailed


@dataclass(frozen=True, slots=True)
class Branch:
    """One way that `IIF`, `Switch` or `Coalesce` can take."""

    place: int
    """Its number among the parts of the expression, in the order of the text."""
    name: str
    """Such as `IIF: when_true`."""
    text: str
    position: int
    """Offset in the expression, from 0."""


def branches_of(tree: Node) -> tuple[Branch, ...]:
    """Return every branch of an expression, in the order of its text.

    Example:
        >>> from provisor.domain.expressions import parse
        >>> tree = parse('Switch([a], "other", "1", "one")')
        >>> [(branch.name, branch.text) for branch in branches_of(tree)]
        [('Switch: otherwise', '"other"'), ('Switch: "1"', '"one"')]
    """
    numbers = {id(node): place for place, node in enumerate(walk(tree))}
    return tuple(
        Branch(numbers[id(part)], name, unparse(part), part.position)
        for node in walk(tree)
        if isinstance(node, Call)
        for name, part in _ways(node)
    )


def _ways(node: Call) -> Iterator[tuple[str, Node]]:
    match node.name, node.arguments:
        case "IIF", (_, when_true, when_false):
            yield "IIF: when_true", when_true
            yield "IIF: when_false", when_false
        case "Switch", (_, otherwise, *cases):
            yield "Switch: otherwise", otherwise
            for key, value in zip(cases[::2], cases[1::2], strict=True):
                yield f"Switch: {unparse(key)}", value
        case "Switch@connect", pairs:
            for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
                yield f"Switch: {unparse(condition)}", value
        case "Coalesce", sources:
            for place, source in enumerate(sources):
                yield f"Coalesce: source {place + 1}", source


def reached_branches(tree: Node, values: Values, circumstances: Circumstances) -> frozenset[Branch]:
    """Return the branches that are computed for one record.

    Args:
        tree: from `parse`.
        values: the record's attributes.
        circumstances: as for `evaluate`.

    Cost: one evaluation, and one for each branch.
    """
    branches = branches_of(tree)
    if not branches:
        return frozenset()
    plain = _end(tree, values, circumstances)
    bomb = Flow.ATTRIBUTE if isinstance(plain, ObjectDropped) else Flow.OBJECT
    gone_off = Dropped() if bomb is Flow.ATTRIBUTE else ObjectDropped()
    return frozenset(
        branch
        for branch in branches
        if _end(put(tree, branch.place, Keyword(bomb)), values, circumstances) == gone_off
    )


def _end(tree: Node, values: Values, circumstances: Circumstances) -> Evaluation | None:
    try:
        return evaluate(tree, values, circumstances)
    except ExpressionFailed:
        return None


def put(tree: Node, place: int, new: Node) -> Node:
    """Return a tree with another node in one place.

    Args:
        tree: from `parse`.
        place: number of the part among all, in the order of the text; 0 is the tree itself.
        new: what stands there instead.
    """
    trail: list[tuple[Node, int]] = []
    here, left = tree, place
    while left:
        left -= 1
        for number, child in enumerate(children(here)):
            size = sum(1 for _ in walk(child))
            if left < size:
                trail.append((here, number))
                here = child
                break
            left -= size
    for parent, number in reversed(trail):
        new = _with_child(parent, number, new)
    return new


def _with_child(node: Node, number: int, child: Node) -> Node:
    below = [*children(node)]
    below[number] = child
    match node:
        case Call():
            return replace(node, arguments=tuple(below))
        case Concatenation():
            return replace(node, parts=tuple(below))
        case Comparison():
            return replace(node, left=below[0], right=below[1])
        case _:
            return node
