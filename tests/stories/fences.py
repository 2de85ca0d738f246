"""Limits in the office: bounds that a story sets, departments, and people with power."""

from __future__ import annotations

from dataclasses import replace

from provisor.domain.bounds import DEFAULT_LIMITS, Limit
from provisor.domain.plan import Ruling, Verdict
from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition
from provisor.engine.run import Result
from tests.stories.workplace import Office, mapping, office_rules

DEPARTMENTS = ("Sales", "IT", "Legal", "Board")


def bound(office: Office, **own: Limit) -> None:
    """Let the office have these limits beside the defaults."""
    limits = {**DEFAULT_LIMITS, **own}
    office.changes["limits"] = limits
    names = tuple(sorted({name for limit in limits.values() for name in limit.by}))
    with_users(office, counted_by=names)


def with_users(office: Office, **changes: object) -> None:
    """Change the rules of users."""
    rules = office_rules(office.target, **office.changes)
    objects = dict(rules.objects)
    objects[ObjectType.USERS] = replace(objects[ObjectType.USERS], **changes)  # type: ignore[arg-type]  # tests name fields freely
    office.changes["objects"] = objects


def powerful(office: Office, condition: Condition, *groups: str) -> None:
    """Mark accounts and groups as privileged."""
    with_users(office, privileged=condition)
    office.changes["privileged_groups"] = groups


def with_departments(office: Office) -> None:
    """Let accounts hold the department."""
    rules = office_rules(office.target, **office.changes).objects[ObjectType.USERS]
    with_users(office, mappings=(*rules.mappings, mapping("department", "[department]")))


def staffed(office: Office, count: int) -> None:
    """Hire people into departments in turn, and open up."""
    office.changes["guard"] = Guard(rows=1000, percent=100)
    for number in range(1, count + 1):
        department = DEPARTMENTS[number % len(DEPARTMENTS)]
        office.hire(f"E{number:04d}", department=department)
    office.open_up()


def staff_of(office: Office, department: str) -> list[str]:
    rows = office.source.users.values()
    return sorted(str(row["employee_id"]) for row in rows if row["department"] == department)


def drop(office: Office, keys: list[str]) -> None:
    """Let people fall out of scope: nobody says that they left."""
    for key in keys:
        office.change(key, status="on hold")


def disabled(office: Office) -> int:
    return sum(row["active"] is False for row in office.target.users.values())


def parts(result: Result) -> dict[str, str]:
    return {part.part: part.verdict.value for part in result.stored.parts}


def over(result: Result) -> list[Verdict]:
    return [one for one in result.stored.verdicts if one.result is Ruling.NEEDS_DECISION]
