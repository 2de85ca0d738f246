"""A small town for stories of cycles: both sides tell what changes, and ten people are settled."""

from __future__ import annotations

from dataclasses import replace

from provisor.domain.action import Operation
from provisor.domain.bounds import Limit
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.engine.job import CyclePolicy
from provisor.engine.run import plan_job
from provisor.ports.connector import Deltas
from tests.stories.workplace import office_rules

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
ACTIVE = Clause("status", Operator.EQUALS, "active")
NO_LIMITS = {operation.value: Limit(1_000) for operation in Operation}


def settled(office):
    """An office whose two sides tell what changes, with ten people who have their accounts."""
    office.source.feed.kind = office.target.feed.kind = Deltas.STATES
    office.changes["limits"] = NO_LIMITS
    hire(office, *range(1, 11))
    office.open_up()
    office.plan()
    return office


def hire(office, *numbers, **values):
    for number in numbers:
        key = f"E{number:04d}"
        row = {
            "employee_id": key, "given_name": "Given", "surname": f"Sur{key}",
            "mail": f"{key.lower()}@example.org", "title": "Clerk", "status": "active",
            "end_date": None,
        }  # fmt: skip
        office.source.add(USERS, {**row, **values})
        office.source.join("G0", (key,), ())


def change(office, key, **values):
    office.source.set(USERS, key, values)


def users(office, **changes):
    objects = dict(office_rules(office.target).objects)
    objects[USERS] = replace(objects[USERS], **changes)
    office.changes["objects"] = objects


def planned(result):
    return [(a.action.operation.value, a.draft.key) for a in result.stored.plan.actions]


def look(result):
    found = result.stored.look
    return found.full, found.reason


def plan_in_full(office):
    """The same, read as a whole."""
    return plan_job(replace(office.job(), cycle=CyclePolicy(full=True)))
