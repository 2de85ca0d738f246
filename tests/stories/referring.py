"""Who manages whom in the office, on both sides."""

from __future__ import annotations

from provisor.domain.bounds import Limit
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.record import Value
from provisor.domain.reference import Reference
from provisor.domain.schema import ObjectType
from provisor.engine.run import Result
from provisor.errors import Transient
from provisor.ports.store import PlanStatus
from tests.stories.workplace import Office, map_besides

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS


def refers(attribute: str, text: str, **more: object) -> AttributeMapping:
    """A mapping whose value is the key of another person."""
    reference = Reference(USERS, str(more.pop("by", "")))
    return AttributeMapping(attribute, parse(text), text, reference=reference, **more)  # type: ignore[arg-type]  # tests name fields freely


def led(office: Office) -> Office:
    """Give everybody a manager, and put the limits of clears out of the way."""
    map_besides(office, refers("manager", "[manager]"))
    office.changes["limits"] = {"delete": Limit(0)}
    return office


def manager(office: Office, key: str) -> Value:
    """The source key of the manager whom an account shows."""
    native = office.account(key).get("manager")
    return office.target.users[str(native)]["externalId"] if native else None


def moves(result: Result) -> dict[str, tuple[object, object]]:
    """Key to before and after of every reference of a plan, as keys."""
    keys = {one.action.subject: one.draft.key for one in result.stored.plan.actions}
    return {
        planned.draft.key: (
            keys.get(str(change.before), change.before),
            keys.get(str(change.after), change.after),
        )
        for planned in result.stored.plan.actions
        for change in planned.action.changes
        if planned.action.references
    }


def pending(result: Result) -> list[tuple[str, str, str]]:
    return [(one.key, one.value, one.lack.value) for one in result.stored.pending]


def refuse(office: Office, nth: int) -> None:
    """Let one of the next writes fail, counted from 1."""
    office.target.faults.fail(office.writes + nth, Transient("the system is busy"))


def settled(office: Office) -> None:
    assert office.run().stored.status is PlanStatus.EMPTY
