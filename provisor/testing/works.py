"""Actions as a test writes them: one short call per operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provisor.domain.action import Action, Change, Operation
from provisor.domain.record import ABSENT, NOTHING, Presence, Values
from provisor.domain.schema import ObjectType
from provisor.ports.connector import MemberChange, Work

TARGET = "bench"


def create(object_type: ObjectType, values: Values, anchor: str | None = None) -> Work:
    """Return a create with these values; the anchor stands in the action only.

    Example:
        >>> create(ObjectType.USERS, {"userName": "elin"}, "E1").action.changes[0].after
        'elin'
    """
    return Work(_action(Operation.CREATE, object_type, None, values, anchor=anchor), None)


def update(
    object_type: ObjectType, native_id: str, after: Values, *, before: Values = NOTHING
) -> Work:
    """Return an update; what `before` does not name was absent."""
    return change(Operation.UPDATE, object_type, native_id, after, before=before)


def change(
    operation: Operation,
    object_type: ObjectType,
    native_id: str,
    after: Values,
    *,
    before: Values = NOTHING,
) -> Work:
    """Return an operation on the attributes of one existing object."""
    action = _action(operation, object_type, native_id, after, before=before)
    return Work(action, native_id)


def delete(object_type: ObjectType, native_id: str) -> Work:
    """Return the delete of one object."""
    return change(Operation.DELETE, object_type, native_id, NOTHING)


def membership(group: str, adds: Sequence[str] = (), removes: Sequence[str] = ()) -> Work:
    """Return one group's membership change in native ids, sorted."""
    action = _action(Operation.MEMBERSHIP, ObjectType.MEMBERSHIPS, group, NOTHING)
    return Work(action, group, MemberChange(tuple(sorted(adds)), tuple(sorted(removes))))


def _action(
    operation: Operation,
    object_type: ObjectType,
    native_id: str | None,
    after: Mapping[str, Presence],
    *,
    before: Values = NOTHING,
    anchor: str | None = None,
) -> Action:
    changes = tuple(Change(name, before.get(name, ABSENT), after[name]) for name in sorted(after))
    subject = f"subject-{anchor or native_id}"
    return Action(operation, object_type, TARGET, subject, anchor, native_id, changes, rule="test")
