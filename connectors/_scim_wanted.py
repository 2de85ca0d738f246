"""What an action asks for, by the fields of its schema; what the schema has not is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from connectors._scim_patch import FieldChange
from connectors._scim_schema import ANCHOR, Field, ScimSchema
from provisor.domain.action import Action, Operation
from provisor.domain.record import ABSENT, Presence
from provisor.domain.schema import AttributeType, ObjectType, Writable
from provisor.errors import InvalidValue, nearest

_SWITCHED: Final = {Operation.DISABLE: False, Operation.ENABLE: True}


def wanted_of(action: Action, schema: ScimSchema) -> tuple[FieldChange, ...]:
    """Return the action's changes by field.

    The anchor of a create and the switch of a disable or enable are added when the action's
    changes do not name them.

    Raises:
        InvalidValue: an attribute is unknown, or is not written by this operation.
    """
    named = {c.attribute: (c.before, c.after) for c in action.changes}
    for name, value in _implied(action):
        named.setdefault(name, (ABSENT, value))
    return tuple(
        FieldChange(_writable(name, schema, action.operation), before, after)
        for name, (before, after) in sorted(named.items())
    )


def _implied(action: Action) -> Iterator[tuple[str, Presence]]:
    if action.operation is Operation.CREATE and action.anchor is not None:
        yield ANCHOR, action.anchor
    if action.operation in _SWITCHED and action.object_type is ObjectType.USERS:
        yield "active", _SWITCHED[action.operation]


def _writable(name: str, schema: ScimSchema, operation: Operation) -> Field:
    field = schema.field(name)
    if field is None:
        near = nearest(name, schema.fields)
        what = f"the schema has no attribute `{name}`"
        raise InvalidValue(
            what,
            attribute=name,
            safe="nothing was sent",
            next=f"did you mean `{near}`?" if near else "declare it under `attributes`",
        )
    when = field.attribute.writable
    if when is Writable.NEVER or (when is Writable.ON_CREATE and operation is not Operation.CREATE):
        limit = "never written" if when is Writable.NEVER else "written on create only"
        what = f"`{name}` is {limit}"
        raise InvalidValue(what, attribute=name, safe="nothing was sent")
    return field


def names_of(changes: Sequence[FieldChange]) -> tuple[str, ...]:
    """Return the names of the attributes that were sent, for messages."""
    return tuple(change.field.attribute.name for change in changes)


def has_secret(changes: Sequence[FieldChange]) -> bool:
    """Say whether a value among them can never be read back."""
    return any(change.field.attribute.type is AttributeType.SECRET for change in changes)
