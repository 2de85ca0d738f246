"""Small worlds for planning: people, accounts and rules, written short."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from provisor.domain.expressions import parse
from provisor.domain.flow import Apply, AttributeMapping
from provisor.domain.leaving import OnLeave
from provisor.domain.link import Link
from provisor.domain.record import Record, Value
from provisor.domain.rules import JobRules, MatchRule, ObjectRules, OwnerMode
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Switch
from provisor.domain.scope import Clause, Operator
from provisor.domain.world import Population, World

NOON = datetime(2031, 4, 7, 12, tzinfo=UTC)

USERS = ObjectSchema(
    ObjectType.USERS,
    (
        Attribute("externalId", case_exact=True, identity_key=True),
        Attribute("userName", unique=True, required=True, identity_key=True),
        Attribute("mail", identity_key=True),
        Attribute("displayName"),
        Attribute("title"),
        Attribute("active", AttributeType.BOOLEAN),
    ),
    key="id",
    anchor="externalId",
    name="userName",
    switch=Switch("active", on=True, off=False),
)
GROUPS = ObjectSchema(
    ObjectType.GROUPS,
    (
        Attribute("externalId", case_exact=True),
        Attribute("displayName", unique=True, required=True),
    ),
    key="id",
    anchor="externalId",
    name="displayName",
)


def mapping(attribute: str, text: str, default: Value = None, once: str = "") -> AttributeMapping:
    """Write a mapping short; `once` makes it flow on creation only."""
    apply = Apply.ON_CREATE if once else Apply.ALWAYS
    if default is None:
        return AttributeMapping(attribute, parse(text), text, apply=apply)
    return AttributeMapping(attribute, parse(text), text, default, apply)


def user_rules(**changes: object) -> ObjectRules:
    """The rules that most tests use; name a field to change it."""
    rules: dict[str, object] = {
        "object_type": ObjectType.USERS,
        "key": "employee_id",
        "schema": USERS,
        "mappings": (
            mapping("externalId", "[employee_id]"),
            mapping("userName", "SelectUniqueValue(ToLower([login]))", once="yes"),
            mapping("mail", "[mail]"),
            mapping("displayName", 'Join(" ", [given], [surname])'),
            mapping("title", "[title]", default="Employee"),
            mapping("active", "Not([IsSoftDeleted])"),
        ),
        "match": (
            MatchRule("externalId", decides=True),
            MatchRule("mail", decides=True),
            MatchRule("displayName", decides=False),
        ),
        "scope": Clause("status", Operator.EQUALS, "active"),
        "leaver": Clause("status", Operator.EQUALS, "terminated"),
        "on_leave": OnLeave(delete_after_days=30),
    }
    return ObjectRules(**{**rules, **changes})  # type: ignore[arg-type]  # tests name fields freely


def group_rules() -> ObjectRules:
    """Groups by display name."""
    return ObjectRules(
        ObjectType.GROUPS,
        "id",
        GROUPS,
        (mapping("externalId", "[id]"), mapping("displayName", "[name]")),
        (MatchRule("displayName", decides=True),),
        on_leave=OnLeave(disable=False),
    )


def job_rules(users: ObjectRules | None = None, **changes: object) -> JobRules:
    """A job over users, and groups when `memberships` is named."""
    objects = {ObjectType.USERS: users or user_rules()}
    if changes.get("memberships"):
        objects[ObjectType.GROUPS] = group_rules()
    return JobRules("hr-to-app", "hr", "app", "0" * 64, objects, **changes)  # type: ignore[arg-type]  # tests name fields freely


def person(key: str, **values: Value) -> Record:
    """A person in scope, unless told otherwise."""
    default: dict[str, Value] = {
        "employee_id": key,
        "login": key.lower(),
        "mail": f"{key.lower()}@example.org",
        "given": "Given",
        "surname": key,
        "title": "Clerk",
        "status": "active",
        "end_date": None,
    }
    return Record(key, {**default, **values})


def account(native: str, key: str = "", **values: Value) -> Record:
    """An account as our rules would make it for the person `key`."""
    default: dict[str, Value] = {"id": native, "active": True}
    if key:
        default |= {
            "externalId": key,
            "userName": key.lower(),
            "mail": f"{key.lower()}@example.org",
            "displayName": f"Given {key}",
            "title": "Clerk",
        }
    return Record(native, {**default, **values})


def link(key: str, native: str, **changes: object) -> Link:
    """A link as carrying out would make it."""
    return Link(f"identity-{key}", ObjectType.USERS, key, native, key, **changes)  # type: ignore[arg-type]  # tests name fields freely


def world(
    records: Collection[Record] = (),
    accounts: Collection[Record] = (),
    links: Collection[Link] = (),
    rules: JobRules | None = None,
    **changes: object,
) -> World:
    """One cycle's world over users."""
    population = Population(tuple(records), accounts=tuple(accounts), links=tuple(links))
    return World(rules or job_rules(), NOON, {ObjectType.USERS: population}, **changes)  # type: ignore[arg-type]  # tests name fields freely


def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
    """Identity ids that tests can foresee."""
    prefix = "identity" if object_type is ObjectType.USERS else "group"
    return {key: f"{prefix}-{key}" for key in keys}


MODE_OURS = OwnerMode.OURS
