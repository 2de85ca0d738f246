"""What differs between an account as it is and as it should be."""

from __future__ import annotations

from collections.abc import Mapping

from provisor.domain.action import Change
from provisor.domain.record import Presence, Value, Values, as_text, is_blank
from provisor.domain.schema import Attribute, ObjectSchema, fold

Accepted = Mapping[str, tuple[Value, Value]]


def same(desired: Value, present: Presence, attribute: Attribute | None) -> bool:
    """Say whether the target already holds the desired value, as the target compares.

    Nothing equals nothing, whether absent, null or empty: a target keeps no difference there.
    Many values are a set.

    Source: RFC 7643 section 2.5 (unassigned, null and empty are equivalent); section 7 (caseExact).

    Example:
        >>> same("Anna", "anna", Attribute("userName")), same(None, "", None)
        (True, True)
    """
    if desired == present and type(desired) is type(present) is not tuple:
        return True
    if is_blank(desired) or is_blank(present):
        return is_blank(desired) and is_blank(present)
    if isinstance(desired, tuple) or isinstance(present, tuple):
        return _as_set(desired, attribute) == _as_set(present, attribute)
    return _one(desired, attribute) == _one(present, attribute)


def _one(value: Presence, attribute: Attribute | None) -> str:
    """Types of schema-less attributes are not known: their text forms are compared."""
    text = as_text(value)
    return str(fold(text, attribute)) if attribute is not None else text


def _as_set(value: Presence, attribute: Attribute | None) -> frozenset[str]:
    items = value if isinstance(value, tuple) else (value,)
    return frozenset(_one(item, attribute) for item in items)


def differences(
    desired: Values, present: Values, schema: ObjectSchema, accepted: Accepted
) -> tuple[Change, ...]:
    """Return the changes that make the account right, sorted by attribute.

    A form that the target once made of the same value is accepted and not fought over.

    Cost: one comparison per desired attribute.
    """
    changes: list[Change] = []
    for name in sorted(desired):
        value = desired[name]
        attribute = schema.attribute(name)
        held = present.get(name)
        if same(value, held, attribute):
            continue
        if name in accepted and accepted[name] == (value, held):
            continue
        after = None if is_blank(value) else value
        changes.append(Change(name, held if name in present else None, after))
    return tuple(changes)
