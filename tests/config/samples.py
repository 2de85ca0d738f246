"""One configuration that is right, to be spoilt by tests; and the two systems it speaks of."""

from provisor.config.compiling import compile_job, job_problems
from provisor.config.loading import load
from provisor.domain.schema import (
    Attribute,
    AttributeType,
    ObjectSchema,
    ObjectType,
    Switch,
    Writable,
)
from provisor.ports.connector import Anchoring, Capabilities, Description

TOKEN = "s3cr3t-token-value"
ENVIRONMENT = {"APP_TOKEN": TOKEN}

SAMPLE = """\
version: 1
time_zone: Europe/Berlin
store: {url: sqlite:///state/provisor.db}
identity: {mode: os}
systems:
  hr:
    connector: files
    objects:
      users: {path: hr.csv, key: employee_id}
      groups: {path: groups.csv, key: id}
      memberships: {path: members.csv, group: group_id, member: employee_id}
  app:
    connector: scim
    url: http://127.0.0.1:8765/v2
    token: {env: APP_TOKEN}
jobs:
  hr-to-app:
    source: hr
    target: app
    schedule: "*/20 * * * *"
    users:
      scope: {any: [{all: [{attribute: status, operator: EQUALS, value: active}]}]}
      leaver: {any: [{all: [{attribute: status, operator: EQUALS, value: terminated}]}]}
      match: [externalId, {attribute: 'emails[type eq "work"].value', decides: true}, \
{attribute: displayName, decides: false}]
      attributes:
        externalId: "[employee_id]"
        userName: {expression: 'SelectUniqueValue(ToLower(Join(".", [given_name], [surname])))', \
apply: on_create}
        name.givenName: "[given_name]"
        title: {expression: "[job_title]", default: "Employee"}
        active: "Not([IsSoftDeleted])"
      on_leave: {disable: now, delete_after_days: 30}
    groups: {match: [displayName], attributes: {displayName: "[name]"}, memberships: ours}
    limits: {disable: {count: 20, percent: 5}, delete: {count: 0}, clear: {count: 20, percent: 1}}
entitlements: {}        # catalogue: risk, owner, mode, reviewer, longest duration
accounts: {}            # register of service, shared, protected and break-glass accounts
"""

SOURCE_USERS = ("employee_id", "given_name", "surname", "job_title", "status")


def named(*names):
    """Plain attributes of these names."""
    return tuple(Attribute(name) for name in names)


def source(users=SOURCE_USERS, *, is_open=False):
    """What an HR system says of itself."""
    schemas = {
        ObjectType.USERS: ObjectSchema(
            ObjectType.USERS, named(*users), open=is_open, key="employee_id"
        ),
        ObjectType.GROUPS: ObjectSchema(ObjectType.GROUPS, named("id", "name"), key="id"),
        ObjectType.MEMBERSHIPS: ObjectSchema(ObjectType.MEMBERSHIPS, named("group", "member")),
    }
    return Description(schemas, Capabilities())


TARGET_USERS = ObjectSchema(
    ObjectType.USERS,
    (
        Attribute("id", writable=Writable.NEVER),
        Attribute("externalId", required=True),
        Attribute("userName", required=True, unique=True),
        Attribute("displayName"),
        Attribute("title"),
        Attribute("name.givenName"),
        Attribute("level", AttributeType.INTEGER),
        Attribute("active", AttributeType.BOOLEAN),
        Attribute("password", AttributeType.SECRET),
        Attribute('emails[type eq "work"].value'),
    ),
    key="id",
    anchor="externalId",
    name="userName",
    switch=Switch("active", on=True, off=False),
)
TARGET_GROUPS = ObjectSchema(
    ObjectType.GROUPS,
    (Attribute("id", writable=Writable.NEVER), Attribute("displayName", required=True)),
    key="id",
    name="displayName",
)


def target(users=TARGET_USERS, *, writes=True):
    """What an application says of itself."""
    members = ObjectSchema(ObjectType.MEMBERSHIPS, named("group", "member"))
    schemas = {
        ObjectType.USERS: users,
        ObjectType.GROUPS: TARGET_GROUPS,
        ObjectType.MEMBERSHIPS: members,
    }
    return Description(schemas, Capabilities(Anchoring.STORED, writes=writes, finds=True))


def spoilt(old, new, text=SAMPLE):
    """The sample with one part of it changed."""
    assert old in text, f"the sample has no {old!r}"
    return text.replace(old, new, 1)


def write(folder, text):
    """Put a configuration into a folder, as bytes or text; return its path."""
    path = folder / "provisor.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(folder, text=SAMPLE, environment=ENVIRONMENT):
    """A configuration as the program sees it."""
    return load(write(folder, text), environment)


def compiled(folder, text=SAMPLE, *, job="hr-to-app", seen=None, **systems):
    """The sample's job, compiled for the two systems of this module unless others are given."""
    return compile_job(
        loaded(folder, text),
        job,
        source=systems.get("source", source()),
        target=systems.get("target", target()),
        seen=seen or {},
    )


def misfits(folder, text=SAMPLE, *, job="hr-to-app", **systems):
    """Everything in the sample's job that does not fit the two systems."""
    return job_problems(
        loaded(folder, text),
        job,
        source=systems.get("source", source()),
        target=systems.get("target", target()),
        seen={},
    )
