"""What is odd about an expression, seen before any record: parts that fail, parts never reached.

Never: something that works is called wrong. What can be computed for one record is a doubt at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from provisor.domain.expressions.branches import open_places
from provisor.domain.expressions.function import Type
from provisor.domain.expressions.inference import Foresight
from provisor.domain.expressions.nodes import Call, Comparison, Literal, Node, Operator
from provisor.domain.expressions.prospect import Prospect
from provisor.domain.expressions.registry import FUNCTIONS
from provisor.domain.expressions.trials import doom_of, foreseeable, tried
from provisor.domain.record import as_text
from provisor.errors import ExpressionFailed


class Gravity(StrEnum):
    """How bad it is."""

    WRONG = "wrong"
    """It can never work, whatever the records say."""
    DOUBTFUL = "doubtful"
    """It can be meant, and hardly is."""
    NOTED = "noted"
    """It is meant, and good to know."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd, and where in the expression."""

    what: str
    position: int
    """Offset of the character that it is about, from 0."""
    next: str = ""
    """What to write instead, where that is plain."""
    gravity: Gravity = Gravity.DOUBTFUL


def remarks(foresight: Foresight) -> Iterator[Remark]:
    """Yield what is odd about an expression, in the order of its text.

    Parts that are never reached are told once and not looked into.

    Args:
        foresight: of the whole expression.
    """
    whole = foresight.whole
    fruitless = whole.barren or (whole.always_blank and not whole.flows)
    gravity = Gravity.WRONG if fruitless else Gravity.DOUBTFUL
    conditions: set[int] = set()
    waiting = [foresight.tree]
    while waiting:
        node = waiting.pop()
        match node:
            case Call(name="IIF"):
                conditions.add(id(node.arguments[0]))
                yield from _one_sided(node, foresight)
            case Call(name="Switch"):
                yield from _idle_keys(node, foresight)
            case Call(name="Coalesce"):
                yield from _idle_sources(node, foresight)
            case Call():
                yield from _failing(node, foresight, gravity)
            case Comparison() if id(node) not in conditions:
                yield from _hopeless(node, foresight)
        waiting.extend(reversed(foresight.open_parts(node)))


def _one_sided(node: Call, foresight: Foresight) -> Iterator[Remark]:
    condition = node.arguments[0]
    if foresight.of(condition).ended:
        return
    match open_places(node, foresight.parts):
        case (0, 1):
            what = "this condition holds for every record; `when_false` is never taken"
            yield Remark(what, condition.position)
        case (0, 2):
            what = "this condition holds for no record; `when_true` is never taken"
            yield Remark(what, condition.position, _advice(condition, foresight))
        case _ if _compares_with_nothing(condition):
            yield from _hopeless(condition, foresight)


def _hopeless(node: Node, foresight: Foresight) -> Iterator[Remark]:
    if foresight.of(node).values == (False,) or _compares_with_nothing(node):
        what = "this comparison holds for no record"
        yield Remark(what, node.position, _advice(node, foresight))


def _compares_with_nothing(node: Node) -> bool:
    """Say whether something is compared with `""`: what is empty equals nothing."""
    if not isinstance(node, Comparison) or node.operator is not Operator.EQUAL:
        return False
    empty = [isinstance(side, Literal) and side.value == "" for side in (node.left, node.right)]
    literal = [isinstance(side, Literal) for side in (node.left, node.right)]
    return any(empty) and not all(literal)


def _advice(node: Node, foresight: Foresight) -> str:
    if not isinstance(node, Comparison):
        return ""
    if _compares_with_nothing(node):
        return 'what is empty equals nothing, not even `""`; write `IsNullOrEmpty(…)`'
    sides = (foresight.of(node.left), foresight.of(node.right))
    for one, other in (sides, sides[::-1]):
        if one.type is Type.TRUTH and _looks_true(other):
            return 'true and false are compared as `"True"` and `"False"`'
        if one.type is Type.WHOLE and other.values is not None:
            return 'a whole number equals only text that shows one, such as `"7"`'
    return ""


def _looks_true(prospect: Prospect) -> bool:
    words = {as_text(value).lower() for value in prospect.values or ()}
    return bool(words & {"true", "false", "1", "0", "yes", "no"})


def _idle_keys(node: Call, foresight: Foresight) -> Iterator[Remark]:
    source = foresight.of(node.arguments[0])
    if source.ended:
        return
    if source.values is not None and len(source.values) == 1:
        yield Remark("this source is always the same", node.arguments[0].position)
        return
    yield from _conditions_as_keys(node, foresight)
    opened = open_places(node, foresight.parts)
    seen: set[str] = set()
    for place in range(2, len(node.arguments), 2):
        key = node.arguments[place]
        forms = {as_text(value) for value in foresight.of(key).values or ()}
        if place in opened and place + 1 not in opened and forms:
            again = forms <= seen
            what = "this key stands before already" if again else "the source never equals this key"
            advice = _advice_on_key(source, foresight.of(key)) if not again else ""
            yield Remark(f"{what}; its value is never taken", key.position, advice)
        seen |= forms if len(forms) == 1 else set()


def _conditions_as_keys(node: Call, foresight: Foresight) -> Iterator[Remark]:
    """Remark a condition that stands where the value it is compared with should."""
    for key in node.arguments[2::2]:
        if isinstance(key, Call) and foresight.of(key).type is Type.TRUTH:
            what = "a condition stands as a key: the source is compared with its `True` or `False`"
            advice = "for the first condition that holds nest `IIF`, or write `dialect: connect`"
            yield Remark(what, key.position, advice)


def _advice_on_key(source: Prospect, key: Prospect) -> str:
    if source.type is Type.TRUTH and _looks_true(key):
        return 'the keys of true and false are `"True"` and `"False"`'
    return ""


def _idle_sources(node: Call, foresight: Foresight) -> Iterator[Remark]:
    needed = len(open_places(node, foresight.parts))
    if needed < len(node.arguments):
        what = "this is never reached: the source before it is never empty"
        if foresight.of(node.arguments[needed - 1]).ended:
            what = "this is never reached: the source before it gives no value at all"
        yield Remark(what, node.arguments[needed].position)


def _failing(node: Call, foresight: Foresight, gravity: Gravity) -> Iterator[Remark]:
    """Remark a call that fails whatever the record, once: not those that contain it."""
    offered = [foresight.of(argument) for argument in node.arguments]
    if FUNCTIONS[node.name].lazy or not foreseeable(node) or any(one.ended for one in offered):
        return
    doom = doom_of(node, offered)
    if doom is not None:
        position = node.arguments[doom.place].position
        yield Remark(f"{doom.what}; what stands here is none", position, "", gravity)
    elif foresight.of(node).barren:
        failed = tried(node, (one.values[0] if one.values else None for one in offered))
        why = failed.what if isinstance(failed, ExpressionFailed) else "this fails"
        yield Remark(f"{why}, for every record", node.position, "", gravity)
