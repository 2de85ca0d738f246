"""What people are not shown: values of mappings that say `Redact`, on both sides of them."""

from __future__ import annotations

from collections.abc import Collection

from provisor.domain.action import REDACTED
from provisor.domain.expressions import Call, attributes_of
from provisor.domain.expressions.nodes import walk
from provisor.domain.record import Value, Values, is_blank
from provisor.domain.rules import ObjectRules


def hidden_in_target(rules: ObjectRules) -> frozenset[str]:
    """Return the target attributes whose values are written and not shown."""
    return frozenset(mapping.attribute for mapping in rules.mappings if mapping.redacted)


def hidden_in_source(rules: ObjectRules) -> frozenset[str]:
    """Return the source attributes that stand inside `Redact`."""
    return frozenset(
        name
        for mapping in rules.mappings
        for part in walk(mapping.expression)
        if isinstance(part, Call) and part.name == "Redact"
        for name in attributes_of(part)
    )


def hide(values: Values, names: Collection[str]) -> Values:
    """Return values as people may see them; that there is none may be seen.

    Example:
        >>> hide({"pin": "1234", "title": "Clerk", "code": None}, {"pin", "code"})
        {'pin': '[Redact]', 'title': 'Clerk', 'code': None}
    """
    return {name: hidden(value) if name in names else value for name, value in values.items()}


def hidden(value: Value) -> Value:
    """Return what is shown in place of one value."""
    return value if is_blank(value) else REDACTED
