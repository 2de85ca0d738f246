"""The words a connector ends an action with, and what an action asks for in plain values."""

from __future__ import annotations

from collections.abc import Mapping

from provisor.domain.action import Operation
from provisor.domain.record import ABSENT, Presence, Value, Values
from provisor.domain.schema import ObjectSchema, Writable
from provisor.errors import InvalidValue, TargetProblem, Transient, Uncertain, Unsupported, nearest
from provisor.ports.connector import OutcomeState, Work, Written

UNREACHED = "permission to write ended before this action; it was not sent"


def done(position: int, native_id: str | None, observed: Values | None = None) -> Written:
    """Say that the action was done."""
    return Written(position, OutcomeState.DONE, native_id, observed)


def already_so(position: int, native_id: str | None, observed: Values | None = None) -> Written:
    """Say that nothing had to be done."""
    return Written(position, OutcomeState.ALREADY_SO, native_id, observed)


def failed(position: int, problem: TargetProblem, native_id: str | None = None) -> Written:
    """Say why the action was not done; an `Uncertain` problem is an uncertain outcome."""
    unsure = isinstance(problem, Uncertain)
    state = OutcomeState.UNCERTAIN if unsure else OutcomeState.FAILED
    return Written(position, state, native_id, problem=problem)


def not_sent(position: int, system: str) -> Written:
    """Say that the pace gave no permit, so that nothing was sent."""
    return failed(position, Transient(UNREACHED, where=system, safe="nothing was changed"))


def half_done(position: int, system: str) -> Written:
    """Say that the pace gave no permit for the rest: what was done is for the next look to see."""
    what = "permission to write ended in the middle of this action; a part of it may be done"
    return failed(position, Uncertain(what, where=system))


def source_only(position: int, system: str) -> Written:
    """Say that this system is never written."""
    problem = Unsupported(
        "this connector reads only",
        where=system,
        safe="nothing was changed",
        next="choose a target",
    )
    return failed(position, problem)


def wanted(work: Work, schema: ObjectSchema) -> dict[str, Value]:
    """Return the values that the object must have afterwards; a value taken away is None.

    The anchor of a create and the switch of a disable or enable are added when the action's
    changes do not name them.
    """
    action = work.action
    values = {change.attribute: _value(change.after) for change in action.changes}
    if action.operation is Operation.CREATE and action.anchor is not None and schema.anchor:
        values.setdefault(schema.anchor, action.anchor)
    if schema.switch is not None and action.operation is Operation.DISABLE:
        values.setdefault(schema.switch.attribute, schema.switch.off)
    if schema.switch is not None and action.operation is Operation.ENABLE:
        values.setdefault(schema.switch.attribute, schema.switch.on)
    return values


def _value(after: Presence) -> Value:
    return None if after is ABSENT else after


def refused_attribute(
    values: Mapping[str, Value], schema: ObjectSchema, operation: Operation, where: str
) -> InvalidValue | None:
    """Return why the schema does not take these values by name, or None when it does."""
    for name in values:
        attribute = schema.attribute(name)
        if attribute is None:
            if not schema.open:
                return _unknown(name, schema, where)
        elif attribute.writable is Writable.NEVER:
            return InvalidValue(f"`{name}` cannot be written", attribute=name, where=where)
        elif attribute.writable is Writable.ON_CREATE and operation is not Operation.CREATE:
            return InvalidValue(
                f"`{name}` can be written on create only", attribute=name, where=where
            )
    return None


def _unknown(name: str, schema: ObjectSchema, where: str) -> InvalidValue:
    near = nearest(name, (attribute.name for attribute in schema.attributes))
    return InvalidValue(
        f"{schema.object_type.value} have no attribute `{name}`",
        attribute=name,
        where=where,
        safe="nothing was changed",
        next=f"did you mean `{near}`?" if near else "",
    )
