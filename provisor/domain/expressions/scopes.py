"""Variables: where `$item` is known, and where it is not."""

from __future__ import annotations

from provisor.domain.expressions.nodes import Call, Node, Variable, children
from provisor.domain.expressions.registry import FUNCTIONS
from provisor.domain.expressions.tokens import fault


def check_variables(text: str, tree: Node) -> None:
    """Refuse a variable that nothing around it has given a value.

    Raises:
        ExpressionSyntax: pointing at the variable.
    """
    waiting: list[tuple[Node, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node, known = waiting.pop()
        if isinstance(node, Variable) and node.name not in known:
            then = "variables belong to `Select`, `Where` and `With`, which name them first"
            fault(text, node.position, f"`${node.name}` stands for nothing here", then)
        waiting += [(child, names) for child, names in reversed(_scoped(node, known))]


def _scoped(node: Node, known: frozenset[str]) -> list[tuple[Node, frozenset[str]]]:
    """Return the parts of a node that are computed, with the variables that each may use."""
    parts = children(node)
    if isinstance(node, Call) and FUNCTIONS[node.name].binds:
        variable, source, body = parts
        name = variable.name if isinstance(variable, Variable) else ""
        return [(source, known), (body, known | {name})]
    return [(part, known) for part in parts]


def free_variables(node: Node) -> frozenset[str]:
    """Return the variables that a part uses and something around it must give.

    Example:
        >>> sorted(free_variables(Call("Trim", (Variable("item"),))))
        ['item']
    """
    found: set[str] = set()
    waiting: list[tuple[Node, frozenset[str]]] = [(node, frozenset())]
    while waiting:
        part, known = waiting.pop()
        if isinstance(part, Variable) and part.name not in known:
            found.add(part.name)
        waiting += _scoped(part, known)
    return frozenset(found)
