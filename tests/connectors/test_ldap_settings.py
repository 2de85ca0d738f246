"""LDAP: what settings are refused, and what is described without a server."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.ldap import LdapConnector
from provisor.domain.schema import AttributeType, ObjectType, Switch
from provisor.errors import ConfigurationError, LiteralSecret
from provisor.ports.secret import Secret

USERS = {
    "base": "ou=people,dc=lab,dc=test",
    "classes": ["inetOrgPerson"],
    "dn": "uid={uid},ou=people,dc=lab,dc=test",
    "name": "uid",
}
GROUPS = {"base": "ou=groups,dc=lab,dc=test", "classes": ["groupOfNames"], "name": "cn"}
SIGNED_IN = {"bind_dn": "cn=admin,dc=lab,dc=test", "password": Secret("s")}


def opened(**changed: Any) -> LdapConnector:
    users = USERS | changed.pop("users", {})
    groups = GROUPS | changed.pop("groups", {})
    settings = {"url": "ldaps://directory.example", **SIGNED_IN, **changed}
    return LdapConnector("d", {**settings, "objects": {"users": users, "groups": groups}})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": Secret("")}, "empty"),
        ({"bind_dn": "nonsense"}, "uid=anna"),
        ({"url": "http://directory.example"}, "ldaps://"),
        ({"url": "ldap://directory.example", "start_tls": False}, "unencrypted"),
        ({"start_tls": True}, "encrypted already"),
        ({"bind": "external"}, "certificate_path"),
        ({"users": {"dn": "uid={uid},ou=elsewhere,dc=lab,dc=test"}}, "outside"),
        ({"users": {"dn": "uid=everybody,ou=people,dc=lab,dc=test"}}, "uid={uid}"),
        ({"users": {"rename": True, "name": "mail"}}, "made of"),
        ({"users": {"disable": {"by": "ppolicy", "move": "ou=x"}}}, "one of"),
        ({"users": {"disable": {"attribute": "employeeType", "on": "a"}}}, "both"),
        (
            {
                "users": {
                    "dn": "uid={uid},ou={ou},ou=people,dc=lab,dc=test",
                    "disable": {"move": "ou=former,dc=lab,dc=test"},
                }
            },
            "same for everybody",
        ),
        ({"groups": {"classes": ["organizationalRole"]}}, "members"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(
    changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        opened(**changed)

    assert said in f"{refused.value.what} {refused.value.found}"


def test_a_password_in_the_file_is_refused_and_not_repeated() -> None:
    with pytest.raises(LiteralSecret) as refused:
        opened(password="kept-by-nobody")

    assert "kept-by-nobody" not in str(refused.value)


def test_another_machine_is_spoken_to_encrypted_unless_the_settings_say_otherwise() -> None:
    opened(url="ldap://directory.example")
    opened(url="ldap://directory.example", start_tls=False, allow_plain_text=True)


def test_the_standards_describe_the_classes() -> None:
    schema = opened().describe().schemas[ObjectType.USERS]
    types = {one.name: one.type for one in schema.attributes}

    assert types["manager"] is AttributeType.REFERENCE
    assert types["userPassword"] is AttributeType.SECRET
    assert [one.name for one in schema.attributes if one.required] == ["cn", "sn"]
    assert (schema.key, schema.name, schema.open) == ("entryUUID", "uid", False)


def test_a_lock_of_the_server_shows_as_one_truth_value() -> None:
    locked = opened(users={"disable": {"by": "nsAccountLock"}}).describe()
    marked = {"attribute": "employeeType", "on": "active", "off": "left"}
    told = opened(users={"disable": marked}).describe()

    assert locked.schemas[ObjectType.USERS].switch == Switch("active", on=True, off=False)
    assert told.schemas[ObjectType.USERS].switch == Switch("employeeType", "active", "left")


def test_declared_attributes_join_those_of_the_standards() -> None:
    declared = {"badge": {"type": "integer", "unique": True}, "mail": {"multi": True}}
    schema = opened(users={"attributes": declared}).describe().schemas[ObjectType.USERS]
    badge, mail = schema.attribute("badge"), schema.attribute("mail")

    assert badge is not None
    assert mail is not None
    assert (badge.type, badge.unique, mail.multi) == (AttributeType.INTEGER, True, True)
