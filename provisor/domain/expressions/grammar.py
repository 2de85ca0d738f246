"""Reading: a text becomes a tree in one pass, without recursion.

What is open (the whole, a bracket, a call) stands on a stack of our own; its height is limited, so
that no text, however hostile, costs more than its length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from provisor.domain.expressions import hints, tokens
from provisor.domain.expressions.bounds import DEPTH
from provisor.domain.expressions.calling import call_of_other_dialect, misfit, of_other_dialect
from provisor.domain.expressions.function import Dialect, Function, Parameter, Trait
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
    Operator,
    Variable,
    walk,
)
from provisor.domain.expressions.registry import FUNCTIONS, MEANINGS
from provisor.domain.expressions.scopes import check_variables
from provisor.domain.expressions.tokens import fault
from provisor.errors import UnknownName

_FLOWS: Final = {flow.value: flow for flow in Flow}
_CONNECT_FLOWS: Final = {**_FLOWS, "IgnoreThisFlow": Flow.ATTRIBUTE}
_CONNECT_WORDS: Final = ("True", "False")
_CONNECT_TEXTS: Final = {"CRLF": "\r\n"}
_CONNECT_NULLS: Final = ("NULL", "AuthoritativeNull")


def parse(text: str, dialect: Dialect = Dialect.ENTRA) -> Node:
    """Read an expression into its tree.

    Args:
        text: an expression of at most 10,000 characters.
        dialect: which meaning a name has that two products know.

    Returns:
        The tree; every part knows its zero-based position in the text.

    Raises:
        ExpressionSyntax: the text is not an expression; `position` points at the fault.
        UnknownName: a function is not known; the nearest name is suggested.

    Cost: linear in the length of the text.

    Example:
        >>> parse('Left([surname], 4)').name
        'Left'
        >>> parse('"t-" & [alias]').parts[1].name
        'alias'
    """
    tokens.check_text(text)
    tree = _Reader(text, dialect).whole()
    for node in walk(tree):
        if isinstance(node, Call) and node is not tree and _is_top_level(node.name):
            what = f"`{node.name}` can only be the whole expression"
            fault(text, node.position, what, "take it out of the other function")
    check_variables(text, tree)
    return tree


def _is_top_level(name: str) -> bool:
    return Trait.TOP_LEVEL in FUNCTIONS[name].traits


@dataclass(slots=True)
class _Open:
    """What has begun and not ended: the whole, a bracket or a call, and its current argument."""

    position: int
    function: Function | None = None
    arguments: list[Node] = field(default_factory=list)
    parts: list[Node] = field(default_factory=list)
    """Operands of the current argument, between `&` signs."""
    left: Node | None = None
    operator: Operator | None = None
    wants_operand: bool = True


class _Reader:
    """One pass over one text."""

    def __init__(self, text: str, dialect: Dialect) -> None:
        self._text = text
        self._dialect = dialect
        self._at = 0
        self._stack = [_Open(0)]

    def whole(self) -> Node:
        while (start := tokens.skip_space(self._text, self._at)) < len(self._text):
            self._at = start
            if self._stack[-1].wants_operand:
                self._operand(start)
            else:
                self._joint(start)
        last = self._stack[-1]
        if len(self._stack) > 1:
            what = f"`{last.function.name}` is not closed" if last.function else "`(` is not closed"
            fault(self._text, last.position, what, "add `)`")
        return self._value(last, len(self._text))

    def _operand(self, start: int) -> None:
        character = self._text[start]
        if character == "[":
            name, self._at = tokens.read_attribute(self._text, start)
            self._add(Attribute(name, start))
        elif character == '"':
            value, self._at = tokens.read_text(self._text, start)
            self._add(Literal(value, start))
        elif character == "(":
            self._open(_Open(start), start + 1)
        elif character in ",)":
            self._close(start)
        elif (number := tokens.read_number(self._text, start)) is not None:
            self._at = number[1]
            self._add(Literal(number[0], start))
        elif (name_read := tokens.read_name(self._text, start)) is not None:
            self._named(name_read[0], start, name_read[1])
        elif (variable := tokens.read_variable(self._text, start)) is not None:
            self._at = variable[1]
            self._add(Variable(variable[0], start))
        else:
            tokens.stranger(self._text, start)

    def _named(self, name: str, start: int, end: int) -> None:
        behind = tokens.skip_space(self._text, end)
        if self._text[behind : behind + 1] == "(":
            self._open(_Open(start, self._known(name, start)), behind + 1)
        else:
            self._at = end
            self._add(self._word(name, start))

    def _word(self, name: str, start: int) -> Node:
        """Return what a bare word means here: a keyword, or a word that the function knows."""
        connect = self._dialect is Dialect.CONNECT
        flow = (_CONNECT_FLOWS if connect else _FLOWS).get(name)
        if flow is not None:
            return Keyword(flow, start)
        if connect and name in _CONNECT_NULLS:
            return Blank(start)
        if connect and name in _CONNECT_TEXTS:
            return Literal(_CONNECT_TEXTS[name], start)
        words = self._words()
        if name in words or (connect and name in _CONNECT_WORDS):
            return Literal(name, start)
        flows = _CONNECT_FLOWS if connect else _FLOWS
        meant = hints.for_word(name, MEANINGS[self._dialect], flows)
        then = f"write {' or '.join(words)}" if words else meant
        return fault(self._text, start, f"`{name}` is neither a function nor quoted", then)

    def _words(self) -> tuple[str, ...]:
        """Return the words that the current argument may be."""
        current = self._stack[-1]
        if current.function is None:
            return ()
        parameter = _parameter_at(current.function, len(current.arguments))
        return () if parameter is None else parameter.words

    def _known(self, name: str, start: int) -> Function:
        known = MEANINGS[self._dialect]
        function = known.get(name)
        if function is not None:
            return function
        what = f"no function is called `{name}`"
        raise UnknownName(
            what,
            where=f"character {start + 1} of the expression",
            found=f"{len(known)} functions are known; their names are case-sensitive",
            safe="nothing was read or written",
            next=hints.for_function(name, known),
        )

    def _open(self, opened: _Open, behind: int) -> None:
        if len(self._stack) > DEPTH:
            what = f"the expression nests deeper than {DEPTH} levels"
            fault(self._text, opened.position, what, "cut it into several attributes")
        self._stack.append(opened)
        self._at = behind

    def _add(self, node: Node) -> None:
        current = self._stack[-1]
        current.parts.append(node)
        current.wants_operand = False

    def _joint(self, start: int) -> None:
        current = self._stack[-1]
        character = self._text[start]
        if character == "&":
            current.wants_operand = True
            self._at = start + 1
        elif (operator := tokens.read_operator(self._text, start)) is not None:
            if current.operator is not None:
                fault(self._text, start, "a condition compares two sides only", "nest `IIF`")
            current.left = self._side(current)
            current.operator, self._at = operator
            current.wants_operand = True
        elif character in ",)":
            self._close(start)
        else:
            expected = "`,` or `)`" if len(self._stack) > 1 else "the end of the expression"
            fault(self._text, start, f"{expected} is expected", hints.for_joint(self._text, start))

    def _close(self, start: int) -> None:
        """Meet a comma or a closing bracket: an argument ends, or a call, or a bracket."""
        current = self._stack[-1]
        if len(self._stack) == 1 or (current.function is None and self._text[start] == ","):
            fault(self._text, start, f"`{self._text[start]}` is out of place")
        self._at = start + 1
        if current.function is None:
            self._stack.pop()
            self._add(self._value(current, start))
            return
        empty = not current.parts and current.operator is None
        closes = self._text[start] == ")"
        if not (empty and closes and not current.arguments):
            current.arguments.append(Blank(start) if empty else self._value(current, start))
        current.left = current.operator = None
        current.wants_operand = True
        if closes:
            self._stack.pop()
            self._add(self._call(current, current.function))

    def _value(self, current: _Open, end: int) -> Node:
        """Put the current argument together out of its operands and its comparison."""
        if current.wants_operand:
            fault(self._text, end, "a value is missing")
        if current.left is None or current.operator is None:
            return self._placed(self._joined(current), current)
        left, right = current.left, self._side(current)
        return self._placed(Comparison(current.operator, left, right, left.position), current)

    def _placed(self, node: Node, current: _Open) -> Node:
        """Refuse a comparison where no condition is asked for."""
        if isinstance(node, Comparison) and current.function is not None:
            parameter = _parameter_at(current.function, len(current.arguments))
            if parameter is None or not parameter.condition:
                self._misplaced(node, current)
        elif isinstance(node, Comparison) and len(self._stack) == 1:
            self._misplaced(node)
        return node

    def _misplaced(self, node: Node, current: _Open | None = None) -> None:
        then = "comparisons stand in conditions, as in `IIF([a] = [b], …)` and `CBool([a] = [b])`"
        if current is not None and current.function is not None:
            then = of_other_dialect(current.function, [*current.arguments, node]) or then
        fault(self._text, node.position, "a comparison stands where a value is expected", then)

    def _side(self, current: _Open) -> Node:
        """Put one side of a comparison together, which cannot be a comparison itself."""
        side = self._joined(current)
        if isinstance(side, Comparison):
            self._misplaced(side)
        return side

    def _joined(self, current: _Open) -> Node:
        parts = [piece for part in current.parts for piece in _pieces(part)]
        current.parts = []
        if len(parts) == 1:
            return parts[0]
        for part in parts:
            if isinstance(part, Comparison):
                self._misplaced(part)
        return Concatenation(tuple(parts), parts[0].position)

    def _call(self, current: _Open, function: Function) -> Call:
        arguments = tuple(_without_idle_blanks(function, current.arguments))
        found = misfit(function, arguments, current.position)
        if found is not None:
            then = call_of_other_dialect(function, current.arguments)
            fault(self._text, found.position, found.what, then)
        return Call(function.key, arguments, current.position)


def _parameter_at(function: Function, index: int) -> Parameter | None:
    beyond = not function.repeating and index >= len(function.parameters)
    return None if beyond else function.parameter(index)


def _pieces(node: Node) -> tuple[Node, ...]:
    """Return the operands of a bracketed concatenation, which `&` puts beside the others."""
    return node.parts if isinstance(node, Concatenation) else (node,)


def _without_idle_blanks(function: Function, arguments: list[Node]) -> list[Node]:
    """Drop blanks behind the last argument, as far as the function can do without them."""
    kept = list(arguments)
    step = max(function.repeating, 1)
    while len(kept) > function.minimum and isinstance(kept[-1], Blank):
        if step > 1 and function.accepts(len(kept)):
            break
        kept.pop()
    return kept
