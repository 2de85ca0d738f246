"""From a record to the attributes that its account should have.

Enters: a source record. Leaves: `Mapped`, with at most one problem. Never looks at the target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from provisor.domain.choosing import choose
from provisor.domain.expressions import Attribute as Read
from provisor.domain.expressions import (
    Circumstances,
    Computed,
    Evaluation,
    ObjectDropped,
    evaluate,
)
from provisor.domain.flow import Apply, AttributeMapping, WhenEmpty
from provisor.domain.minting import swiftly
from provisor.domain.record import ABSENT, Presence, Scalar, Value, Values, as_text, is_blank
from provisor.domain.reference import as_reference
from provisor.domain.rules import ObjectRules, sign_of
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema
from provisor.errors import RecordProblem, RequiredMissing, TypeMismatch


@swiftly
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
    mappings = (one for one in mappings if not one.borrows or _is_there(one, values))
    return _map(mappings, schema, lambda one: evaluate(one.expression, values, circumstances))


def _is_there(mapping: AttributeMapping, values: Values) -> bool:
    """Say whether everything that a mapping borrows is confirmed; else the target keeps its own."""
    return all(is_blank(values.get(sign_of(name))) for name in mapping.borrows)


def map_chosen(
    mapping: AttributeMapping,
    values: Values,
    schema: ObjectSchema,
    circumstances: Circumstances,
) -> Mapped:
    """Compute one attribute whose value nobody else may have.

    Args:
        mapping: one that chooses.
        values: of the record.
        schema: of the target.
        circumstances: `taken` says which names cannot be had.
    """
    return _map((mapping,), schema, lambda one: choose(one, values, circumstances))


def _map(
    mappings: Iterable[AttributeMapping],
    schema: ObjectSchema,
    compute: Callable[[AttributeMapping], Evaluation],
) -> Mapped:
    desired: dict[str, Value] = {}
    for mapping in mappings:
        try:
            result = compute(mapping)
            if isinstance(result, ObjectDropped):
                return Mapped({}, ignored=True)
            told = result.value if isinstance(result, Computed) else ABSENT
            settled = settle(told, mapping, schema)
            if settled is not ABSENT:
                desired[mapping.attribute] = settled
        except RecordProblem as problem:
            problem.where = problem.where or f"attribute `{mapping.attribute}`"
            return Mapped(desired, problem)
    return Mapped(desired)


def settle(value: Presence, mapping: AttributeMapping, schema: ObjectSchema) -> Presence:
    """Give a computed value its default and the type that the target asks for.

    Args:
        value: what the expression gave; `ABSENT` when it said that nothing flows.
        mapping: for its default, and what it does with nothing.
        schema: of the target.

    Returns:
        The value, null for a value that is taken away, or `ABSENT` when the target keeps its own.

    Raises:
        TypeMismatch: the value cannot be of that type.
        RequiredMissing: nothing is left for an attribute that the target requires.
    """
    attribute = field_of(mapping, schema)
    settled = _told(value, attribute)
    if settled is None and fills_always(mapping):
        settled = _told(mapping.default, attribute)
    elif settled is None and _keeps(value, mapping):
        return ABSENT
    if settled is None and attribute is not None and attribute.required:
        raise _required(mapping)
    return settled


def field_of(mapping: AttributeMapping, schema: ObjectSchema) -> Attribute | None:
    """Return what the target says of a mapping's attribute; a reference is a key until sent."""
    attribute = schema.attribute(mapping.attribute)
    if attribute is None or mapping.reference is None:
        return attribute
    return as_reference(attribute)


def _told(value: Presence, attribute: Attribute | None) -> Value:
    if value is ABSENT or is_blank(value):
        return None
    told = typed(value, attribute)
    return None if is_blank(told) else told


def fills_always(mapping: AttributeMapping) -> bool:
    """Say whether a default takes the place of nothing in every cycle."""
    always = mapping.when_empty in (None, WhenEmpty.DEFAULT_ALWAYS)
    return always and mapping.default is not ABSENT


def keeps_empty(mapping: AttributeMapping) -> bool:
    """Say whether the target keeps its value wherever the expression gives nothing."""
    return mapping.when_empty in (WhenEmpty.KEEP, WhenEmpty.DEFAULT_ON_CREATE)


def clears_absent(mapping: AttributeMapping) -> bool:
    """Say whether an attribute that the record lacks is taken away, as a null one is.

    Whoever wrote `IgnoreAttributeFlow` into an expression asked for the opposite, and gets it.
    """
    return mapping.when_empty is WhenEmpty.CLEAR and isinstance(mapping.expression, Read)


def _keeps(value: Presence, mapping: AttributeMapping) -> bool:
    return keeps_empty(mapping) or (value is ABSENT and not clears_absent(mapping))


def complete_new(
    mappings: Iterable[AttributeMapping], desired: Values, schema: ObjectSchema
) -> Mapped:
    """Give a new account the defaults that count at its creation only.

    Args:
        mappings: those of which `is_completed` holds.
        desired: what flows so far.
        schema: of the target.

    Returns:
        All values, with a problem where an attribute that the target requires has none.
    """
    complete = dict(desired)
    for mapping in mappings:
        if mapping.attribute in complete:
            continue
        attribute = schema.attribute(mapping.attribute)
        try:
            if mapping.when_empty is WhenEmpty.DEFAULT_ON_CREATE:
                complete[mapping.attribute] = default_of(mapping, schema)
            blank = complete.get(mapping.attribute) is None
            if blank and is_needed(attribute, schema):
                raise _required(mapping)
        except RecordProblem as problem:
            problem.where = problem.where or f"attribute `{mapping.attribute}`"
            return Mapped(complete, problem)
    return Mapped(complete)


def default_of(mapping: AttributeMapping, schema: ObjectSchema) -> Value:
    """Return a mapping's default in the type of its attribute; null for none.

    Raises:
        TypeMismatch: it cannot be of that type.
    """
    return _told(mapping.default, schema.attribute(mapping.attribute))


def is_completed(mapping: AttributeMapping, schema: ObjectSchema) -> bool:
    """Say whether a mapping matters to a new account although nothing flows from it."""
    attribute = schema.attribute(mapping.attribute)
    return is_needed(attribute, schema) or mapping.when_empty is WhenEmpty.DEFAULT_ON_CREATE


def is_needed(attribute: Attribute | None, schema: ObjectSchema) -> bool:
    """Say whether no account can be made without a value; the anchor is filled with an id."""
    return attribute is not None and attribute.required and attribute.name != schema.anchor


def _required(mapping: AttributeMapping) -> RequiredMissing:
    return RequiredMissing(
        f"the required attribute `{mapping.attribute}` has no value",
        where=f"attribute `{mapping.attribute}`",
        found=f"nothing, from {mapping.text}",
        safe="the record is set aside and counts as present; the others continue",
        next="complete the record at its source, or give the mapping a default",
    )


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
    """Return the mappings that flow in every cycle; secrets never do."""
    always = (m for m in rules.mappings if m.apply is Apply.ALWAYS)
    return tuple(m for m in always if not rules.is_secret(m.attribute))


def creating(rules: ObjectRules) -> tuple[AttributeMapping, ...]:
    """Return the mappings that flow on creation only, without those that draw a secret."""
    once = (m for m in rules.mappings if m.apply is Apply.ON_CREATE)
    return tuple(m for m in once if not rules.is_secret(m.attribute))
