"""Values that people pinned: they take the place of mapped ones, and obey the target's schema."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.mapping import typed
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Value, Values, is_blank
from provisor.domain.reference import as_reference
from provisor.domain.rules import ObjectRules
from provisor.errors import RequiredMissing


def pinned(values: Values, overrides: Iterable[Override], rules: ObjectRules) -> Values:
    """Return the desired values with those that people pinned in place of the mapped ones.

    Pins of attributes that nobody may pin are left out.

    Raises:
        TypeMismatch: a pinned value cannot be of the attribute's type.
        RequiredMissing: nothing is pinned to an attribute that the target requires.
    """
    pins = {
        one.attribute: pinned_value(one.value, one.attribute, rules)
        for one in overrides
        if one.kind is OverrideKind.PIN and may_be_pinned(one.attribute, rules)
    }
    return {**values, **pins} if pins else values


def may_be_pinned(attribute: str, rules: ObjectRules) -> bool:
    """Say whether people may pin an attribute: no secret, and nothing that says who is who."""
    schema = rules.schema
    return attribute not in (schema.anchor, schema.key) and not rules.is_secret(attribute)


def pinned_value(value: Value, attribute: str, rules: ObjectRules) -> Value:
    """Return a pinned value in the attribute's type; null for an empty one.

    Raises:
        TypeMismatch: it cannot be of that type.
        RequiredMissing: it is empty, and the target requires the attribute.
    """
    known = rules.schema.attribute(attribute)
    if known is not None and rules.is_reference(attribute):
        known = as_reference(known)
    told = None if is_blank(value) else typed(value, known)
    if told is None and known is not None and known.required:
        raise RequiredMissing(
            f"the required attribute `{attribute}` is pinned to nothing",
            where=f"attribute `{attribute}`",
            safe="the record is set aside and counts as present; the others continue",
            next="end that override, or pin a value",
        )
    return told
