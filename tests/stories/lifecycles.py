"""The office with rules for leaving, coming back and dates: what stories about them need."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from provisor.domain.action import Operation
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping, WhenEmpty
from provisor.domain.plan import Ruling
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.engine.run import Result
from tests.stories.workplace import Office, office_rules


def given(attribute: str, text: str) -> AttributeMapping:
    """What a leaver's account is given."""
    return AttributeMapping(attribute, parse(text), text, when_empty=WhenEmpty.KEEP)


def cleared(attribute: str) -> AttributeMapping:
    """What is taken from a leaver's account."""
    return AttributeMapping(attribute, parse('""'), "null", when_empty=WhenEmpty.CLEAR)


def ruled(office: Office, **changes: object) -> Office:
    """Let the rules for the office's users be others; name fields of `ObjectRules`."""
    objects = dict(office_rules(office.target, **office.changes).objects)
    users = objects[ObjectType.USERS]
    objects[ObjectType.USERS] = replace(users, **changes)  # type: ignore[arg-type]  # stories name fields freely
    office.changes["objects"] = objects
    return office


def users_of(office: Office) -> ObjectRules:
    """The rules for the office's users."""
    return office_rules(office.target, **office.changes).objects[ObjectType.USERS]


def settled(office: Office, people: int = 30) -> Office:
    """People whose accounts are right, under rules that were approved."""
    office.hire_many(people)
    for row in office.source.users.values():
        row |= {"hire_date": "2029-01-01", "zone": None}
    office.open_up()
    return office


def pass_days(office: Office, days: float) -> None:
    """Let days go by."""
    office.clock.move(timedelta(days=days).total_seconds())


def done(result: Result) -> list[tuple[str, str]]:
    """What a plan does, as (operation, key), memberships left out."""
    return [
        (one.action.operation.value, one.draft.key)
        for one in result.stored.plan.actions
        if one.action.operation is not Operation.MEMBERSHIP
    ]


def waiting(result: Result) -> set[str]:
    """The parts that wait for a decision."""
    parts = result.stored.parts
    return {one.part for one in parts if one.verdict is Ruling.NEEDS_DECISION}


def allow(office: Office, result: Result) -> Result:
    """A second person approves a plan, and it is carried out."""
    office.approve(result.stored.plan.digest)
    return office.apply(result.stored.plan.digest)
