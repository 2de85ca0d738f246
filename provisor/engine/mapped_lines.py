"""What every mapping gives for one record, beside what its account holds: for people to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from provisor.domain.choosing import name_to_keep, names_given
from provisor.domain.difference import Accepted
from provisor.domain.drawing import is_random
from provisor.domain.expressions import Circumstances
from provisor.domain.flow import AttributeMapping
from provisor.domain.hiding import hidden, hidden_in_target
from provisor.domain.mapping import map_values
from provisor.domain.record import NOTHING, Record, Value, Values
from provisor.domain.register import chooses, form_of
from provisor.domain.rules import SOFT_DELETED, ObjectRules

DRAWN = "drawn once, on creation"
"""What is told of a value that chance gives."""


@dataclass(frozen=True, slots=True)
class MappedLine:
    """One attribute of the story."""

    attribute: str
    rule: str
    value: Value
    present: Value
    problem: str = ""
    drawn: bool = False
    """Chance gives the value, so nobody can say it beforehand."""


def mapped_lines(
    rules: ObjectRules,
    values: Values,
    account: Record | None,
    around: Circumstances,
    accepted: Accepted,
) -> list[MappedLine]:
    """Return what every mapping gives for one record, beside what an account holds.

    Args:
        rules: of the object type.
        values: of the record.
        account: the record's, where it has one; a name that it may keep is what it should hold.
        around: what expressions depend on besides the record.
        accepted: forms that the target once made of what was sent.
    """
    present = account.values if account is not None else NOTHING
    record = {**values, SOFT_DELETED: False}
    lines = []
    for mapping in rules.mappings:
        held = present.get(mapping.attribute)
        if is_random(mapping.expression):
            lines.append(MappedLine(mapping.attribute, mapping.text, None, held, drawn=True))
            continue
        mapped = map_values((mapping,), record, rules.schema, around)
        problem = mapped.problem.what if mapped.problem is not None else ""
        value = mapped.values.get(mapping.attribute)
        if chooses(mapping) and account is not None and not problem:
            value = _kept(rules, mapping, (record, account, value), around, accepted)
        lines.append(MappedLine(mapping.attribute, mapping.text, value, held, problem))
    return lines


def _kept(
    rules: ObjectRules,
    mapping: AttributeMapping,
    beside: tuple[Values, Record, Value],
    around: Circumstances,
    accepted: Accepted,
) -> Value:
    """Return the name that an account may keep, or the one it would get if nobody had it."""
    record, account, value = beside

    def given() -> Iterator[str]:
        return names_given(mapping, record, around)

    name = mapping.attribute
    held = (account.value(name), rules.schema.attribute(name))
    kept = name_to_keep(mapping, held, value, accepted, given, form_of(rules, name))
    return value if kept is None else kept


def shown(rules: ObjectRules, line: MappedLine) -> MappedLine:
    """Return a line as people may see it."""
    if line.drawn:
        line = replace(line, value=DRAWN)
    if line.attribute not in hidden_in_target(rules):
        return line
    return replace(line, value=hidden(line.value), present=hidden(line.present))
