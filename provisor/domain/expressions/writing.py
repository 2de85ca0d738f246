"""Writing: a tree becomes text again, always in the same form."""

from __future__ import annotations

from provisor.domain.expressions.nodes import (
    Attribute,
    Blank,
    Call,
    Comparison,
    Concatenation,
    Keyword,
    Literal,
    Node,
    Variable,
)

_DIALECT = "@"
"""What stands in a function's key before the one dialect that knows it."""


def unparse(node: Node) -> str:
    r"""Write a tree as an expression; reading it again in its dialect gives an equal tree.

    Example:
        >>> unparse(Call("Left", (Attribute("a]"), Literal(4))))
        'Left([a\\]], 4)'
    """
    match node:
        case Comparison():
            return f"{unparse(node.left)} {node.operator.value} {unparse(node.right)}"
        case Concatenation():
            return " & ".join(map(unparse, node.parts))
        case Call():
            name = node.name.partition(_DIALECT)[0]
            written = ", ".join(map(unparse, node.arguments))
            return f"{name}({written or ',' * len(node.arguments)})"
        case _:
            return _leaf(node)


def _leaf(node: Attribute | Literal | Blank | Keyword | Variable) -> str:
    match node:
        case Attribute():
            return f"[{_escaped_name(node.name)}]"
        case Literal():
            return _literal(node.value)
        case Blank():
            return ""
        case Keyword():
            return node.flow.value
        case Variable():
            return f"${node.name}"


def _literal(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escaped_name(name: str) -> str:
    escaped = name.replace("\\", "\\\\")
    if _is_balanced(name):
        return escaped
    return escaped.replace("[", "\\[").replace("]", "\\]")


def _is_balanced(name: str) -> bool:
    depth = 0
    for character in name:
        depth += (character == "[") - (character == "]")
        if depth < 0:
            return False
    return depth == 0
