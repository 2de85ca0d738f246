"""Whether what a plan says of somebody follows from their row, their account and their link alone.

Where it does, a plan that found nothing to do finds nothing again as long as these are the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisor.domain.clause import OF_TIMES, Belonging, Clause
from provisor.domain.expressions import FUNCTIONS, Call, Node
from provisor.domain.expressions.function import Need
from provisor.domain.expressions.nodes import children
from provisor.domain.mapping import flowing
from provisor.domain.rules import ObjectRules
from provisor.domain.scope import leaves_of

_MOVING = frozenset({Need.CLOCK, Need.CHANCE})


def unquiet(rules: ObjectRules) -> str:
    """Return why everybody must be looked at in every plan, as a phrase; empty when nobody must.

    Days of work are no reason: whose days turn is asked in every plan.

    Example:
        >>> from provisor.domain.schema import ObjectSchema, ObjectType
        >>> unquiet(ObjectRules(ObjectType.USERS, "id", ObjectSchema(ObjectType.USERS), ()))
        ''
    """
    for condition in (*rules.conditions, *rules.protection.conditions):
        for leaf in leaves_of(condition):
            if isinstance(leaf, Belonging):
                return "a condition asks who is in a group"
            if isinstance(leaf, Clause) and leaf.steps:
                return "a condition looks at other records"
            if isinstance(leaf, Clause) and leaf.operator in OF_TIMES:
                return "a condition depends on the moment"
    if any(FUNCTIONS[call.name].needs in _MOVING for call in _calls(rules)):
        return "what accounts should hold depends on the moment"
    return ""


def _calls(rules: ObjectRules) -> Iterator[Call]:
    waiting: list[Node] = [mapping.expression for mapping in flowing(rules)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call):
            yield node
        waiting.extend(children(node))
