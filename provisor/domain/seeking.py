"""What an unlinked record shows to the match rules: the values that its account would have."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.expressions import Computed, Node, evaluate
from provisor.domain.mapping import Mapped
from provisor.domain.matching import Seeker, Tried, usable_rules, wanted_name
from provisor.domain.record import Record, Value, Values
from provisor.domain.rules import SOFT_DELETED, ObjectRules
from provisor.errors import RecordProblem


def seeker_of(rules: ObjectRules, record: Record, mapped: Mapped, identity: str) -> Seeker:
    """Return what matching needs of one record: mapped values and the rules' own expressions."""
    return _seeker(rules, usable_rules(rules), record, (mapped.values, identity))


def leaver_seeker(rules: ObjectRules, record: Record, identity: str) -> Seeker:
    """Return what matching needs of somebody who left: the compared attributes and no more."""
    (found,) = leaver_seekers(rules, [(record, identity)])
    return found


def leaver_seekers(rules: ObjectRules, leavers: Iterable[tuple[Record, str]]) -> list[Seeker]:
    """Return the same of many, each with the identity."""
    tried = usable_rules(rules)
    names = {name for _, rule in tried for name in rule.attributes} | {rules.schema.anchor}
    compared = [mapping for mapping in rules.mappings if mapping.attribute in names]
    found: list[Seeker] = []
    for record, identity in leavers:
        values = {**record.values, SOFT_DELETED: True}
        desired = {one.attribute: _quietly(one.expression, values, rules) for one in compared}
        found.append(_seeker(rules, tried, record, (desired, identity)))
    return found


def _seeker(
    rules: ObjectRules, tried: Iterable[Tried], record: Record, mapped: tuple[Values, str]
) -> Seeker:
    """Return what matching needs of one record, by its mapped values and its identity."""
    values, identity = mapped
    desired: dict[str, Value] = dict(values)
    if rules.schema.anchor and desired.get(rules.schema.anchor) is None:
        desired[rules.schema.anchor] = identity
    for position, rule in tried:
        for place, term in enumerate(rule.terms):
            name = wanted_name(position, place, term)
            if term.expression is not None:
                desired[name] = _quietly(term.expression, record.values, rules)
            elif name not in desired:
                desired[name] = _mapped_once(rules, name, record.values)
    return Seeker(record.key, desired)


def _mapped_once(rules: ObjectRules, attribute: str, values: Values) -> Value:
    """Return what an on-create mapping would give: a matching rule may look at it."""
    expression = next((m.expression for m in rules.mappings if m.attribute == attribute), None)
    return _quietly(expression, values, rules) if expression is not None else None


def _quietly(expression: Node, values: Values, rules: ObjectRules) -> Value:
    """Evaluate for a comparison only: what cannot be computed matches nothing."""
    try:
        result = evaluate(expression, values, rules.timeless)
    except RecordProblem:
        return None
    return result.value if isinstance(result, Computed) else None
