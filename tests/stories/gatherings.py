"""The office with groups of every kind: what stories about them need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from provisor.domain.action import Operation
from provisor.domain.plan import Finding
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.engine.explain import findings
from provisor.engine.run import Result
from tests.stories.workplace import Office, office_rules

GROUPS = ObjectType.GROUPS


def rules_of(office: Office) -> JobRules:
    """The rules of the office as they are now."""
    return office_rules(office.target, **office.changes)


def group_rules(office: Office, **changes: object) -> None:
    """Let the rules for groups of a job be others; name fields of `GroupRules`."""
    office.changes["groups"] = replace(rules_of(office).groups, **changes)  # type: ignore[arg-type]  # tests name fields freely


def groups_as_objects(office: Office, **changes: object) -> None:
    """Let the rules for groups as objects be others; name fields of `ObjectRules`."""
    objects = dict(rules_of(office).objects)
    objects[GROUPS] = replace(objects[GROUPS], **changes)  # type: ignore[arg-type]  # tests name fields freely
    office.changes["objects"] = objects


def carry(office: Office) -> Result:
    """Plan, let a second person approve it, and carry it out."""
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    return office.apply(digest)


def native_of(office: Office, name: str) -> str:
    """The native id of the group that is called so in the application."""
    return next(n for n, row in office.target.groups.items() if row["displayName"] == name)


def members(office: Office, name: str) -> set[str]:
    """Who is in a group of the application: people by key, groups by name."""
    people, groups = office.target.users, office.target.groups
    inside = office.target.members.get(native_of(office, name), {})
    return {
        str(people[one]["externalId"] or people[one]["userName"])
        if one in people
        else str(groups[one]["displayName"])
        for one in inside
    }


def let_in(office: Office, name: str, native: str) -> None:
    """Somebody else puts a member into a group of the application."""
    office.target.members.setdefault(native_of(office, name), {})[native] = None


def stranger(office: Office, name: str) -> str:
    """Make an account of nobody; return its native id."""
    row = {"userName": name, "externalId": None, "active": True}
    return office.target.add(ObjectType.USERS, row)


def told(office: Office, kind: str) -> list[Finding]:
    """What is told of one kind."""
    return [one for one in findings(office.job()) if one.kind == kind]


def acts(result: Result) -> list[tuple[str, str]]:
    """What a plan does about groups and their members, as (part, key)."""
    return [
        (one.draft.part, one.draft.key)
        for one in result.stored.plan.actions
        if one.action.object_type is not ObjectType.USERS
    ]


def gains(result: Result) -> Mapping[str, int]:
    """How many members each group gains in a plan, by key."""
    return {
        one.draft.key: len(one.action.adds)
        for one in result.stored.plan.actions
        if one.action.operation is Operation.MEMBERSHIP and one.action.adds
    }
