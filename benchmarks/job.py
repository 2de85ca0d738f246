"""The job that is measured: ten mappings (four nested), two scope clauses, two match rules."""

from __future__ import annotations

from datetime import UTC, datetime

from provisor.domain.expressions import parse
from provisor.domain.flow import Apply, AttributeMapping
from provisor.domain.leaving import OnLeave
from provisor.domain.record import ABSENT, Presence
from provisor.domain.rules import JobRules, MatchRule, ObjectRules, OwnerMode
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Switch
from provisor.domain.scope import AllOf, Clause, Operator

NOON = datetime(2031, 4, 7, 12, tzinfo=UTC)

_HANDLE = (
    'ToLower(Replace(NormalizeDiacritics(Join(".", [given_name], [surname])), , "[^a-zA-Z.]", , '
    '"", , ))'
)
_DEPARTMENT = (
    'Switch([department], [department], "Sales", "S1", "Finance", "F1", "People", "P1", "Legal", '
    '"L1", "Research", "R1", "Production", "P2", "Logistics", "L2", "Quality", "Q1", '
    '"Purchasing", "P3", "Marketing", "M1", "IT", "I1", "Security", "S2", "Facilities", "F2", '
    '"Service", "S3", "Board", "B1")'
)

USERS = ObjectSchema(
    ObjectType.USERS,
    (
        Attribute("externalId", case_exact=True, identity_key=True),
        Attribute("userName", unique=True, required=True, identity_key=True),
        Attribute("name.givenName"),
        Attribute("name.familyName"),
        Attribute("displayName"),
        Attribute("nickName"),
        Attribute("emails.value", identity_key=True),
        Attribute("title"),
        Attribute("department"),
        Attribute("phoneNumbers.value"),
        Attribute("active", AttributeType.BOOLEAN),
    ),
    key="id",
    anchor="externalId",
    name="userName",
    switch=Switch("active", on=True, off=False),
)
GROUPS = ObjectSchema(
    ObjectType.GROUPS,
    (Attribute("externalId", case_exact=True), Attribute("displayName", unique=True)),
    key="id",
    anchor="externalId",
    name="displayName",
)


def _mapping(attribute: str, text: str, default: Presence = ABSENT) -> AttributeMapping:
    return AttributeMapping(attribute, parse(text), text, default)


def user_rules() -> ObjectRules:
    """Return the rules for people."""
    unique = f"SelectUniqueValue({_HANDLE})"
    return ObjectRules(
        ObjectType.USERS,
        "employee_id",
        USERS,
        (
            _mapping("externalId", "[employee_id]"),
            AttributeMapping("userName", parse(unique), unique, apply=Apply.ON_CREATE),
            _mapping("name.givenName", "[given_name]"),
            _mapping("name.familyName", "[surname]"),
            _mapping("displayName", 'Join(" ", [given_name], [surname])'),
            _mapping("nickName", _HANDLE),
            _mapping("emails.value", "ToLower([mail])"),
            _mapping("title", "[title]", default="Employee"),
            _mapping("department", _DEPARTMENT),
            _mapping("phoneNumbers.value", 'Replace([phone], , "[ -]+", , "", , )'),
            _mapping("active", "Not([IsSoftDeleted])"),
        ),
        (MatchRule("externalId", decides=True), MatchRule("emails.value", decides=True)),
        scope=AllOf(
            (
                Clause("type", Operator.NOT_EQUALS, "external"),
                Clause("country", Operator.IS_NOT_NULL),
            )
        ),
        leaver=Clause("status", Operator.EQUALS, "terminated"),
        on_leave=OnLeave(delete_after_days=365),
    )


def group_rules() -> ObjectRules:
    """Return the rules for groups."""
    return ObjectRules(
        ObjectType.GROUPS,
        "group_id",
        GROUPS,
        (_mapping("externalId", "[group_id]"), _mapping("displayName", "[name]")),
        (MatchRule("displayName", decides=True),),
        on_leave=OnLeave(disable=False),
    )


def job_rules() -> JobRules:
    """Return the job over people alone."""
    return JobRules("hr-to-app", "hr", "app", "0" * 64, {ObjectType.USERS: user_rules()})


def job_rules_with_groups() -> JobRules:
    """Return the job over people, groups and memberships."""
    objects = {ObjectType.USERS: user_rules(), ObjectType.GROUPS: group_rules()}
    return JobRules("hr-to-app", "hr", "app", "0" * 64, objects, memberships=OwnerMode.OURS)
