"""What is odd about one mapping, said before any record is seen: about its expression, its target.

Enters: a mapping, what its target takes, what its source says of itself. Leaves: remarks.
Never: what works is called wrong; what rests on the source's own word is a doubt at most.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from provisor.domain.expressions import FUNCTIONS, Call, Comparison, Flow, Keyword, Node
from provisor.domain.expressions.branches import IGNORE_IF_EMPTY, branch_places
from provisor.domain.expressions.function import Need, Type
from provisor.domain.expressions.inference import Foresight, foresee
from provisor.domain.expressions.nodes import attributes_of, children
from provisor.domain.expressions.prospect import Prospect, settled
from provisor.domain.expressions.remarks import Gravity, Remark, remarks
from provisor.domain.flow import Apply, AttributeMapping, WhenEmpty
from provisor.domain.mapping import field_of, fills_always, keeps_empty, typed
from provisor.domain.record import Value, is_blank
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import Attribute as Field
from provisor.domain.schema import AttributeType, ObjectSchema
from provisor.errors import TypeMismatch

ENGINE: Final = {SOFT_DELETED: settled((True, False))}
"""What is known of the attribute that the engine computes."""

_WANTED: Final = {
    AttributeType.BOOLEAN: 'true or false (`"true"`, `"false"`, `"1"`, `"0"`)',
    AttributeType.INTEGER: "a whole number",
}


@dataclass(frozen=True, slots=True)
class SourceWord:
    """What a source says of its attributes; it may be wrong."""

    prospects: Mapping[str, Prospect]
    """By attribute; those that are left out may be anything."""
    nullable: Collection[str] = ()
    """Attributes that it says may be empty."""


SILENT: Final = SourceWord({})


def oddities(tree: Node, source: SourceWord = SILENT) -> tuple[Remark, ...]:
    """Return what is odd about an expression, wherever it stands.

    Example:
        >>> from provisor.domain.expressions import parse
        >>> [one.position for one in oddities(parse('Coalesce("a", [b])'))]
        [14]
    """
    sure = foresee(tree, ENGINE)
    likely = foresee(tree, {**source.prospects, **ENGINE})
    return _merged(remarks(sure), remarks(likely))


def impossibilities(mapping: AttributeMapping, target: ObjectSchema) -> tuple[Remark, ...]:
    """Return what can never work about a mapping: the grave part of `misgivings`, for less."""
    told = _merged(_sure(mapping, target), ())
    return tuple(one for one in told if one.gravity is Gravity.WRONG)


def misgivings(
    mapping: AttributeMapping, target: ObjectSchema, source: SourceWord = SILENT
) -> tuple[Remark, ...]:
    """Return what is odd about a mapping, in the order of its text.

    Args:
        mapping: its expression may be anything that `parse` gives.
        target: attributes that it does not name may be anything.
        source: what the source says of its attributes.
    """
    likely = foresee(mapping.expression, {**source.prospects, **ENGINE})
    attribute = _measured(mapping, target)
    more = [*remarks(likely), *_clocked(mapping)]
    if attribute is not None:
        more += _unfit(attribute, likely)
        more += _incomplete(mapping, attribute, likely, source.nullable)
    return _merged(_sure(mapping, target), more)


def _sure(mapping: AttributeMapping, target: ObjectSchema) -> list[Remark]:
    """Return what is odd whatever the source says of itself."""
    foresight = foresee(mapping.expression, ENGINE)
    attribute = _measured(mapping, target)
    told = [*remarks(foresight)]
    if attribute is not None:
        told += _unfit(attribute, foresight)
        told += _empty(mapping, attribute, foresight)
    if not foresight.whole.barren and _has_spare(mapping):
        return [replace(one, gravity=Gravity.DOUBTFUL) for one in told]
    return told


def _measured(mapping: AttributeMapping, target: ObjectSchema) -> Field | None:
    """Return what the target says of the attribute; None where nothing is to be measured by it."""
    attribute = field_of(mapping, target)
    secret = attribute is not None and attribute.type is AttributeType.SECRET
    return None if secret else attribute


def _merged(told: Iterable[Remark], more: Iterable[Remark]) -> tuple[Remark, ...]:
    """Put remarks together that are sure and that are likely; no likely one is an error."""
    found = {(one.position, one.what): one for one in told}
    for one in more:
        gravity = Gravity.DOUBTFUL if one.gravity is Gravity.WRONG else one.gravity
        found.setdefault((one.position, one.what), replace(one, gravity=gravity))
    return tuple(sorted(found.values(), key=lambda one: one.position))


def _has_spare(mapping: AttributeMapping) -> bool:
    """Say whether something is written where the expression gives nothing."""
    return fills_always(mapping) or mapping.when_empty is WhenEmpty.DEFAULT_ON_CREATE


# --- the target's type ---------------------------------------------------------------------------


def _unfit(attribute: Field, foresight: Foresight) -> list[Remark]:
    """Remark the ends of branches whose value the target's attribute cannot take."""
    found: list[Remark] = []
    fruitful = False
    for end, prospect in foresight.ends():
        what = _misfit(prospect, attribute)
        fruitful = fruitful or not (what or prospect.ended or prospect.always_blank)
        what = what or _doubtful_fit(prospect, attribute)
        found += [Remark(what, end.position, "", Gravity.WRONG)] if what else []
    return [replace(one, gravity=Gravity.DOUBTFUL) for one in found] if fruitful else found


def _misfit(prospect: Prospect, attribute: Field) -> str:
    """Return why no value that comes can be told as the attribute's type; empty where one can."""
    takes = f"`{attribute.name}` takes {_WANTED.get(attribute.type, 'one value')}"
    if prospect.values is None:
        unfit = attribute.type in _WANTED and prospect.type is Type.DATE
        return f"{takes}; this gives a date" if unfit else ""
    filled = _filled(prospect)
    if not filled or any(_fits(value, attribute) for value in filled):
        return ""
    return f"{takes}; this gives something else"


def _doubtful_fit(prospect: Prospect, attribute: Field) -> str:
    """Return what speaks against some of the values that come; empty where nothing does."""
    takes = f"`{attribute.name}` takes {_WANTED.get(attribute.type, 'one value')}"
    if not all(_fits(value, attribute) for value in _filled(prospect)):
        return f"{takes}; not all of what this gives is that"
    if prospect.values is not None:
        return ""
    if prospect.type is Type.LIST and not attribute.multi:
        return f"`{attribute.name}` takes one value; this gives a list"
    if prospect.type is Type.WHOLE and attribute.type is AttributeType.BOOLEAN:
        return f"{takes}; this gives a number"
    return ""


def _filled(prospect: Prospect) -> list[Value]:
    return [value for value in prospect.values or () if not is_blank(value)]


def _fits(value: Value, attribute: Field) -> bool:
    try:
        typed(value, attribute)
    except TypeMismatch:
        return False
    return True


# --- what the target requires --------------------------------------------------------------------


def _empty(mapping: AttributeMapping, attribute: Field, foresight: Foresight) -> list[Remark]:
    """Remark an expression that never gives what the target requires."""
    whole = foresight.whole
    needed = attribute.required and not keeps_empty(mapping)
    if not needed or not whole.always_blank or whole.flows:
        return []
    what = f"`{attribute.name}` is required, and this gives nothing"
    return [Remark(what, mapping.expression.position, "", Gravity.WRONG)]


def _incomplete(
    mapping: AttributeMapping, attribute: Field, foresight: Foresight, nullable: Collection[str]
) -> Iterator[Remark]:
    """Remark what can leave a required attribute out, or leave it empty."""
    if not attribute.required or _has_spare(mapping):
        return
    without = f"`{attribute.name}` is required, and"
    kept = "no account can be made without it"
    lacking = kept if keeps_empty(mapping) else "such a record is set aside"
    for end, prospect in foresight.ends():
        read = sorted(attributes_of(end))
        if isinstance(end, Keyword) and end.flow is Flow.ATTRIBUTE:
            yield Remark(f"{without} this leaves it out; {kept}", end.position)
        elif prospect.always_blank and not foresight.whole.always_blank:
            yield Remark(f"{without} this gives nothing; {lacking}", end.position)
        elif prospect.blank and read and set(read) <= set(nullable):
            names = ", ".join(f"`[{name}]`" for name in read)
            what = f"{without} {names} may be empty; {lacking}"
            yield Remark(what, end.position, gravity=Gravity.NOTED)
    for node in _leaving_out(foresight):
        what = f"{without} this leaves it out where it is empty; {kept}"
        yield Remark(what, node.position)


def _leaving_out(foresight: Foresight) -> Iterator[Call]:
    """Yield the calls of `IgnoreFlowIfNullOrEmpty` that some record may have computed."""
    waiting = [foresight.tree]
    while waiting:
        node = waiting.pop()
        waiting.extend(foresight.open_parts(node))
        if isinstance(node, Call) and node.name == IGNORE_IF_EMPTY:
            yield from [node] if foresight.of(node.arguments[0]).blank else []


# --- the clock -----------------------------------------------------------------------------------


def _clocked(mapping: AttributeMapping) -> Iterator[Remark]:
    """Remark a value that is another one in every cycle; a comparison with the time is none."""
    if mapping.apply is not Apply.ALWAYS:
        return
    for node in _parts_of_the_value(mapping.expression):
        if isinstance(node, Call) and FUNCTIONS[node.name].needs is Need.CLOCK:
            what = (
                f"`{node.name}` gives another value each time, and this is written whenever it does"
            )
            then = "say `apply: on_create`, or let the time decide only, as in `IIF(… < Now(), …)`"
            yield Remark(what, node.position, then)


def _parts_of_the_value(tree: Node) -> Iterator[Node]:
    """Yield the parts that the value is made of: no condition, no source of a choice."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        decides = isinstance(node, Call) and FUNCTIONS[node.name].gives is Type.TRUTH
        if decides or isinstance(node, Comparison):
            continue
        branches = branch_places(node)
        below = children(node)
        waiting.extend(below if branches is None else (below[place] for place in branches))
