"""From a record to the attributes that its account should have.

Enters: a source record. Leaves: `Mapped`, with at most one problem. Never looks at the target.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provisor.domain.expressions import (
    Circumstances,
    Computed,
    Dropped,
    ObjectDropped,
    evaluate,
)
from provisor.domain.record import ABSENT, Scalar, Value, Values, as_text, is_blank
from provisor.domain.rules import Apply, AttributeMapping, ObjectRules
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema
from provisor.errors import RecordProblem, RequiredMissing, TypeMismatch


@dataclass(frozen=True, slots=True)
class Mapped:
    """What the mappings say about one record."""

    values: Values
    """Attribute to value; null for nothing. Attributes that do not flow have no entry."""
    problem: RecordProblem | None = None
    """The first thing that went wrong, in mapping order; the record is then set aside."""
    ignored: bool = False
    """True when a mapping said that the whole object does not flow."""


def map_values(
    mappings: Iterable[AttributeMapping],
    values: Values,
    schema: ObjectSchema,
    circumstances: Circumstances,
) -> Mapped:
    """Compute the attributes of one record, in mapping order; the first problem ends it.

    Cost: one evaluation per mapping; no I/O.
    """
    desired: dict[str, Value] = {}
    for mapping in mappings:
        try:
            result = evaluate(mapping.expression, values, circumstances)
            match result:
                case ObjectDropped():
                    return Mapped({}, ignored=True)
                case Dropped():
                    if mapping.default is not ABSENT:
                        desired[mapping.attribute] = settle(None, mapping, schema)
                case Computed(value):
                    desired[mapping.attribute] = settle(value, mapping, schema)
        except RecordProblem as problem:
            problem.where = problem.where or f"attribute `{mapping.attribute}`"
            return Mapped(desired, problem)
    return Mapped(desired)


def settle(value: Value, mapping: AttributeMapping, schema: ObjectSchema) -> Value:
    """Give a computed value its default and the type that the target asks for.

    Raises:
        TypeMismatch: the value cannot be of that type.
        RequiredMissing: nothing is left for an attribute that the target requires.
    """
    attribute = schema.attribute(mapping.attribute)
    if is_blank(value) and mapping.default is not ABSENT:
        value = mapping.default
    settled = None if is_blank(value) else typed(value, attribute)
    if settled is None and attribute is not None and attribute.required:
        raise RequiredMissing(
            f"the required attribute `{mapping.attribute}` has no value",
            where=f"attribute `{mapping.attribute}`",
            found=f"nothing, from {mapping.text}",
            safe="the record is set aside and counts as present; the others continue",
            next="complete the record at its source, or give the mapping a default",
        )
    return settled


def typed(value: Value, attribute: Attribute | None) -> Value:
    """Return the value in the attribute's type, one or many.

    Raises:
        TypeMismatch: it cannot be told as that type, or many values meet a single place.
    """
    if attribute is None or value is None:
        return value
    if attribute.multi:
        items = value if isinstance(value, tuple) else (value,)
        return tuple(_typed_one(item, attribute) for item in items)
    if isinstance(value, tuple):
        if len(value) != 1:
            raise _mismatch(attribute, f"{len(value)} values for a single-valued attribute")
        value = value[0]
    return _typed_one(value, attribute)


def _typed_one(value: Scalar, attribute: Attribute) -> Scalar:
    match attribute.type:
        case AttributeType.BOOLEAN:
            return _boolean(value, attribute)
        case AttributeType.INTEGER:
            return _integer(value, attribute)
        case _:
            return value if type(value) is str else as_text(value)


def _boolean(value: Scalar, attribute: Attribute) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "1": True, "false": False, "0": False}
    text = as_text(value).lower()
    if text not in known:
        raise _mismatch(attribute, "text that is neither true nor false")
    return known[text]


def _integer(value: Scalar, attribute: Attribute) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(as_text(value))
    except ValueError:
        raise _mismatch(attribute, "text that is no whole number") from None


def _mismatch(attribute: Attribute, found: str) -> TypeMismatch:
    return TypeMismatch(
        f"the value for `{attribute.name}` is not of type {attribute.type.value}",
        where=f"attribute `{attribute.name}`",
        found=f"{found}; {attribute.type.value} expected",
        safe="the record is set aside and counts as present; the others continue",
        next="mend the mapping or the record at its source",
    )


def flowing(rules: ObjectRules) -> tuple[AttributeMapping, ...]:
    """Return the mappings that flow in every cycle."""
    return tuple(m for m in rules.mappings if m.apply is Apply.ALWAYS)


def creating(rules: ObjectRules) -> tuple[AttributeMapping, ...]:
    """Return the mappings that flow on creation only."""
    return tuple(m for m in rules.mappings if m.apply is Apply.ON_CREATE)
