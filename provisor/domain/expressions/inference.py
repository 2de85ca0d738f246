"""What an expression can give, worked out before any record is seen.

Sound, not complete: what is ruled out never comes; what is not ruled out may still never come.
Where everything that a part depends on is known, the part is computed: `evaluate` stays the one
definition of the language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Final

from provisor.domain.expressions.branches import (
    COALESCE,
    IGNORE_IF_EMPTY,
    Prospects,
    branch_places,
    open_places,
)
from provisor.domain.expressions.evaluation import Computed, Dropped, ObjectDropped
from provisor.domain.expressions.function import Function, Type
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
    children,
    walk,
)
from provisor.domain.expressions.prospect import (
    ENDED,
    MOST_VALUES,
    UNKNOWN,
    Prospect,
    either,
    settled,
)
from provisor.domain.expressions.registry import FUNCTIONS
from provisor.domain.expressions.trials import doom_of, foreseeable, tried
from provisor.domain.record import Value, as_text

_NEVER_BLANK: Final = frozenset({"IsNullOrEmpty", "IsPresent", "Not", "SelectUniqueValue"})
_BLANK_AS_SOURCE: Final = frozenset({"ToLower", "ToUpper"})
_OF_ITS_SOURCE: Final = frozenset({"CRef", "RemoveDuplicates"})
"""What these give is of the type that they are given."""
_LIFTED: Final = frozenset({"CNum"})
"""These work on each value of a list, as functions of texts do."""
_UNEQUAL: Final = frozenset({Operator.DIFFERENT, Operator.GREATER, Operator.LESS})


@dataclass(frozen=True, slots=True)
class Foresight:
    """The prospects of a whole expression and of each of its parts."""

    tree: Node
    parts: Prospects

    @property
    def whole(self) -> Prospect:
        """What the expression can give."""
        return self.of(self.tree)

    def of(self, node: Node) -> Prospect:
        """Return what a part of the tree can give."""
        return self.parts[id(node)]

    def open_parts(self, node: Node) -> tuple[Node, ...]:
        """Return those parts right below a node that some record may have computed."""
        below = children(node)
        return tuple(below[place] for place in open_places(node, self.parts))

    def ends(self) -> Iterator[tuple[Node, Prospect]]:
        """Yield the parts whose value may become the whole value: where all branches end.

        Each with what of it may become so: of a source of `Coalesce` nothing that is blank.
        """
        waiting = [(self.tree, False)]
        while waiting:
            node, filled = waiting.pop()
            opened = open_places(node, self.parts)
            branches = branch_places(node)
            if branches is None:
                yield node, self.of(node).filled if filled else self.of(node)
                continue
            below = children(node)
            waiting.extend(
                (below[place], filled or _passes_on(node, place, opened[-1]))
                for place in reversed(branches)
                if place in opened
            )


def _passes_on(node: Node, place: int, last: int) -> bool:
    """Say whether a choice goes on, or gives no value at all, where a part of it is blank."""
    name = node.name if isinstance(node, Call) else ""
    return (name == COALESCE and place != last) or name == IGNORE_IF_EMPTY


def open_numbers(foresight: Foresight) -> frozenset[int]:
    """Return the numbers, in the order of the text, of the parts that some record may compute."""
    waiting, opened = [foresight.tree], set()
    while waiting:
        node = waiting.pop()
        opened.add(id(node))
        waiting.extend(foresight.open_parts(node))
    return frozenset(n for n, node in enumerate(walk(foresight.tree)) if id(node) in opened)


def foresee(tree: Node, known: Mapping[str, Prospect]) -> Foresight:
    """Work out what an expression and its parts can give.

    Args:
        tree: from `parse`.
        known: what is known of source attributes; the others may be anything.

    Cost: some dozen evaluations of each part, alone; no recursion.

    Example:
        >>> tree = Call("IIF", (Call("IsPresent", (Attribute("a"),)), Literal("x"), Literal("y")))
        >>> foresee(tree, {}).whole.values
        ('x', 'y')
    """
    parts: dict[int, Prospect] = {}
    for node in reversed(list(walk(tree))):
        parts[id(node)] = _prospect(node, parts, known)
    return Foresight(tree, parts)


def _prospect(node: Node, parts: Prospects, known: Mapping[str, Prospect]) -> Prospect:
    match node:
        case Literal():
            return settled((node.value,))
        case Blank():
            return settled((None,))
        case Keyword():
            return replace(ENDED, flows=frozenset({node.flow}))
        case Attribute():
            return known.get(node.name, UNKNOWN)
        case Call() | Comparison() | Concatenation():
            return _computed(node, parts) or _composed(node, parts)
        case _:
            return UNKNOWN


# --- parts whose every input is known ------------------------------------------------------------


def _computed(node: Node, parts: Prospects) -> Prospect | None:
    """Compute a part for everything that its own parts can give; None when that is too much."""
    offered = [parts[id(child)] for child in children(node)]
    lists = [one.values for one in offered if one.values and not one.flows]
    if len(lists) < len(offered) or not foreseeable(node) or prod(map(len, lists)) > MOST_VALUES:
        return None
    values: list[Value] = []
    flows: set[Flow] = set()
    for given in product(*lists):
        match tried(node, given):
            case Computed(value):
                values.append(value)
            case Dropped():
                flows.add(Flow.ATTRIBUTE)
            case ObjectDropped():
                flows.add(Flow.OBJECT)
    return settled(values, frozenset(flows))


# --- parts of which only something is known ------------------------------------------------------


def _composed(node: Call | Comparison | Concatenation, parts: Prospects) -> Prospect:
    below = children(node)
    opened = [parts[id(below[place])] for place in open_places(node, parts)]
    match node:
        case Comparison():
            found = _compared(node, opened)
        case Concatenation():
            blank = all(one.blank for one in opened)
            lists = any(one.type in (Type.LIST, Type.ANY) for one in opened)
            found = _given(Prospect(Type.ANY if lists else Type.TEXT, blank), opened)
        case Call():
            found = _called(node, opened, parts)
    return replace(found, flows=found.flows.union(*(one.flows for one in opened)))


def _given(found: Prospect, needed: Iterable[Prospect]) -> Prospect:
    """Return what is found, unless something that it needs never comes."""
    return ENDED if any(one.ended for one in needed) else found


def _called(node: Call, opened: list[Prospect], parts: Prospects) -> Prospect:
    function = FUNCTIONS[node.name]
    match node.name:
        case "IIF" | "Switch":
            return _given(_chosen(node, parts), opened[:1])
        case "Coalesce":
            return either([*(one.filled for one in opened[:-1]), opened[-1]])
        case "Error":
            return ENDED
        case "Redact":
            return opened[0]
        case "IgnoreFlowIfNullOrEmpty":
            (source,) = opened
            drops = {Flow.ATTRIBUTE} if source.blank else set()
            return replace(source.filled, flows=source.flows | drops)
    doom = None if function.lazy else doom_of(node, opened)
    if doom is not None:
        return _given(doom.prospect, opened)
    blank = opened[0].blank if node.name in _BLANK_AS_SOURCE else node.name not in _NEVER_BLANK
    found = Prospect(_type_given(node, function, opened), blank)
    if function.gives is Type.TRUTH:
        found = settled((True, False, None) if blank else (True, False))
    return found if function.lazy else _given(found, opened)


def _chosen(node: Call, parts: Prospects) -> Prospect:
    """Return what the branches that can be taken give."""
    branches = set(branch_places(node) or ()) & set(open_places(node, parts))
    return either(parts[id(node.arguments[place])] for place in sorted(branches))


def _type_given(node: Call, function: Function, opened: list[Prospect]) -> Type:
    """Return the type of what a function gives: those of texts may work on each one of a list."""
    if node.name in _OF_ITS_SOURCE:
        return opened[0].type
    each_value = function.gives is Type.TEXT or node.name in _LIFTED
    lists = any(one.type in (Type.LIST, Type.ANY) for one in opened)
    return Type.ANY if lists and each_value else function.gives


# --- comparisons ---------------------------------------------------------------------------------


def _compared(node: Comparison, sides: list[Prospect]) -> Prospect:
    left, right = sides
    if left.ended or (right.ended and not left.blank):
        return ENDED
    never = (
        _contradicts_itself(node)
        or any(_is_nothing(*side) for side in ((node.left, left), (node.right, right)))
        or (node.operator is Operator.EQUAL and (_apart(left, right) or _apart(right, left)))
    )
    return settled((False,) if never else (True, False))


def _contradicts_itself(node: Comparison) -> bool:
    same = node.left == node.right and node.operator in _UNEQUAL
    return same and all(foreseeable(part) for part in walk(node.left))


def _is_nothing(side: Node, prospect: Prospect) -> bool:
    """Say whether a side is always blank: what was looked up and is blank compares to nothing."""
    return prospect.always_blank and not isinstance(side, Literal)


def _apart(numbers: Prospect, others: Prospect) -> bool:
    """Say whether one side is a whole number and no text of the other shows one."""
    if numbers.type is not Type.WHOLE or others.values is None:
        return False
    return not any(_shows_whole(as_text(value)) for value in others.values)


def _shows_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits == "0" or (digits.isascii() and digits.isdigit() and digits[0] != "0")
