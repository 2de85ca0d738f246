"""What an unlinked record shows to the match rules: the values that its account would have."""

from __future__ import annotations

from provisor.domain.expressions import Computed, Node, evaluate
from provisor.domain.mapping import Mapped
from provisor.domain.matching import Seeker, usable_rules, wanted_name
from provisor.domain.record import Record, Value, Values
from provisor.domain.rules import SOFT_DELETED, ObjectRules
from provisor.errors import RecordProblem


def seeker_of(rules: ObjectRules, record: Record, mapped: Mapped, identity: str) -> Seeker:
    """Return what matching needs of one record: mapped values and the rules' own expressions."""
    desired: dict[str, Value] = dict(mapped.values)
    if rules.schema.anchor and desired.get(rules.schema.anchor) is None:
        desired[rules.schema.anchor] = identity
    for position, rule in usable_rules(rules):
        for place, term in enumerate(rule.terms):
            name = wanted_name(position, place, term)
            if term.expression is not None:
                desired[name] = _quietly(term.expression, record.values, rules)
            elif name not in desired:
                desired[name] = _mapped_once(rules, name, record.values)
    return Seeker(record.key, desired)


def leaver_seeker(rules: ObjectRules, record: Record, identity: str) -> Seeker:
    """Return what matching needs of somebody who left: the compared attributes and no more."""
    names = {name for _, rule in usable_rules(rules) for name in rule.attributes}
    names |= {rules.schema.anchor}
    values = {**record.values, SOFT_DELETED: True}
    desired = {
        mapping.attribute: _quietly(mapping.expression, values, rules)
        for mapping in rules.mappings
        if mapping.attribute in names
    }
    return seeker_of(rules, record, Mapped(desired), identity)


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
