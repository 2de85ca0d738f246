"""What a SCIM system is told, how it describes itself, and which paths it understands."""

from __future__ import annotations

import json

import pytest

from connectors._scim_paths import parse
from connectors._scim_schema import ENTERPRISE_URN, user_schema
from connectors._scim_settings import scim_settings
from connectors._scim_values import Columns, nested
from connectors.scim import ScimConnector
from provisor.domain.record import Values
from provisor.domain.schema import AttributeType, ObjectType, Writable
from provisor.errors import ConfigurationError, LiteralSecret, SettingInvalid, UnknownName
from provisor.ports.secret import Secret
from provisor.testing.walk import all_text_of

CANARY = "canary-5e11-token"
GOOD = {"url": "https://app.example/scim/v2/", "token": Secret(CANARY)}

USERS = user_schema({})


def refused(**settings: object) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as raised:
        ScimConnector("app", {**GOOD, **settings})
    assert CANARY not in all_text_of(raised.value)
    return raised.value


# --- settings -------------------------------------------------------------------------------


def test_two_settings_are_enough():
    settings = scim_settings(GOOD)

    assert (settings.page_size, settings.in_flight, settings.time_out_seconds) == (100, 16, 30)


def test_a_token_in_plain_text_is_refused_and_not_repeated():
    error = refused(token=CANARY)

    assert isinstance(error, LiteralSecret)
    assert error.where == "token"


def test_an_unknown_setting_is_refused_with_the_nearest_name():
    error = refused(page_sise=10)

    assert isinstance(error, UnknownName)
    assert (error.where, error.next) == ("page_sise", "did you mean `page_size`?")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("url", "app.example/scim"),
        ("url", "ftp://app.example"),
        ("url", f"https://user:{CANARY}@app.example"),
        ("url", "https://app.example/#part"),
        ("url", "https://app.example/a b"),
        ("url", "https://app.example:99999/"),
        ("url", "http://app.example/scim"),
        ("url", 7),
        ("token", Secret("")),
        ("token", Secret(f"{CANARY}\nX-Evil: 1")),
        ("token", None),
        ("page_size", 0),
        ("page_size", "10"),
        ("in_flight", 0),
        ("time_out_seconds", -1),
        ("members_per_call", 5000),
        ("ca_file", "/no/such/file.pem"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_by_its_path(name, value):
    error = refused(**{name: value})

    assert isinstance(error, SettingInvalid)
    assert error.where == name


def test_a_wrong_declaration_is_named_by_its_path():
    error = refused(attributes={"users": {"urn:x:User:a": {"typ": "string"}}})

    assert error.where == "attributes.users.urn:x:User:a.typ"


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:80"])
def test_plain_http_stays_on_this_machine(host):
    ScimConnector("app", {**GOOD, "url": f"http://{host}/v2"})


def test_plain_http_to_another_machine_has_to_be_wanted():
    ScimConnector("app", {**GOOD, "url": "http://app.example", "allow_plain_http": True})


# --- description ----------------------------------------------------------------------------


def test_the_duties_of_attributes_are_those_of_the_rfc():
    schemas = ScimConnector("app", GOOD).describe().schemas
    users, groups = schemas[ObjectType.USERS], schemas[ObjectType.GROUPS]

    assert (users.key, users.anchor, users.name) == ("id", "externalId", "userName")
    assert (groups.key, groups.anchor, groups.name) == ("id", "externalId", "displayName")
    assert users.switch is not None
    assert (users.switch.attribute, users.switch.on, users.switch.off) == ("active", True, False)
    assert [a.name for a in users.attributes if a.required] == ["userName"]
    assert [a.name for a in groups.attributes if a.required] == ["displayName"]


@pytest.mark.parametrize(
    ("name", "exact"),
    [
        ("userName", False),
        ("externalId", True),
        ("id", True),
        ('emails[type eq "work"].value', False),
    ],
)
def test_letter_case_counts_where_the_rfc_says_so(name, exact):
    assert USERS.known(name).attribute.case_exact is exact


@pytest.mark.parametrize(
    "name",
    [
        "name.givenName",
        "active",
        'emails[type eq "home"].value',
        "emails[primary eq true].value",
        'phoneNumbers[type eq "pager"].value',
        'addresses[type eq "work"].locality',
        "roles.value",
        "meta.lastModified",
        f"{ENTERPRISE_URN}:department",
        f"{ENTERPRISE_URN}:manager",
    ],
)
def test_the_core_and_the_enterprise_schema_are_listed(name):
    assert name in USERS.fields


@pytest.mark.parametrize(
    "name",
    [
        'emails[type eq "billing"].value',
        'roles[value eq "admin"].display',
        "urn:ietf:params:scim:schemas:core:2.0:User:userName",
        f"{ENTERPRISE_URN}:manager.value",
    ],
)
def test_what_parses_against_the_schema_is_known_though_not_listed(name):
    assert name not in USERS.fields
    assert USERS.known(name).attribute.name == name


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("username", "userName"),
        ("name.givenname", "name.givenName"),
        ("emails[type eq 'work'].value", 'emails[type eq "work"].value'),
        (f"{ENTERPRISE_URN}:departmnt", f"{ENTERPRISE_URN}:department"),
        ("userName.value", "userName"),
        ('emails[type eq "work"]', 'emails[type eq "work"].value'),
    ],
)
def test_an_unknown_path_is_refused_with_the_nearest_name(name, near):
    with pytest.raises(UnknownName) as raised:
        USERS.known(name)

    assert near in raised.value.next


def test_the_values_of_all_elements_are_read_and_not_written_where_types_would_be_lost():
    attributes = [USERS.known(n).attribute for n in ("emails.value", "groups.value", "roles.value")]

    assert [a.multi for a in attributes] == [True] * 3
    assert [a.writable for a in attributes] == [Writable.NEVER, Writable.NEVER, Writable.ALWAYS]


def test_a_declared_attribute_is_described_as_it_was_declared():
    declared = {"urn:x:2.0:User:badge": {"type": "integer", "multi": True, "required": True}}
    connector = ScimConnector("app", {**GOOD, "attributes": {"users": declared}})
    found = connector.describe().schemas[ObjectType.USERS].attribute("urn:x:2.0:User:badge")

    assert found is not None
    assert (found.type, found.multi, found.required) == (AttributeType.INTEGER, True, True)


# --- paths and values -------------------------------------------------------------------------


@pytest.mark.parametrize("name", USERS.fields)
def test_every_listed_path_reads_as_itself(name):
    assert str(parse(name)) == name


@pytest.mark.parametrize(
    "text", ["", ".", "a.b.c", "a[b]", 'a[b eq "c]', "a b", "1a", 'a[b ne "c"].d', "urn:x:", "a..b"]
)
def test_what_is_no_path_is_none(text):
    assert parse(text) is None


def row(resource: object, *names: str) -> dict[str, object]:
    text = json.dumps(resource)
    return dict(Columns(tuple(USERS.known(name) for name in names)).row(json.loads(text)))


MAIL = 'emails[type eq "work"].value'
MANAGER = f"{ENTERPRISE_URN}:manager"


@pytest.mark.parametrize(
    ("resource", "name", "expected"),
    [
        ({}, "title", {}),
        ({"title": None}, "title", {"title": None}),
        ({"title": ""}, "title", {"title": ""}),
        ({"name": None}, "name.givenName", {"name.givenName": None}),
        ({"name": {"givenName": "A"}}, "name.givenName", {"name.givenName": "A"}),
        ({"emails": [{"type": "home", "value": "h"}]}, MAIL, {}),
        ({"emails": []}, MAIL, {}),
        ({"emails": [{"type": "Work", "value": "w"}]}, MAIL, {MAIL: "w"}),
        ({"emails": {"type": "work", "value": "w"}}, MAIL, {MAIL: "w"}),
        (
            {"emails": [{"type": "work", "value": "1"}, {"type": "work", "value": "2"}]},
            MAIL,
            {MAIL: "1"},
        ),
        (
            {
                "emails": [
                    {"type": "work", "value": "1"},
                    {"type": "work", "value": "2", "primary": "True"},
                ]
            },
            MAIL,
            {MAIL: "2"},
        ),
        ({"roles": [{"value": "a"}, {"value": "b"}]}, "roles.value", {"roles.value": ("a", "b")}),
        ({"roles": ["a"]}, "roles.value", {"roles.value": ("a",)}),
        (
            {ENTERPRISE_URN: {"manager": {"value": "m", "displayName": "M"}}},
            MANAGER,
            {MANAGER: "m"},
        ),
        ({ENTERPRISE_URN: {"manager": "m"}}, MANAGER, {MANAGER: "m"}),
        ({ENTERPRISE_URN: {"manager": [{"value": "m"}]}}, MANAGER, {MANAGER: "m"}),
        ({ENTERPRISE_URN.upper(): {"MANAGER": {"VALUE": "m"}}}, MANAGER, {MANAGER: "m"}),
        ({"active": "False"}, "active", {"active": False}),
        ({"active": "perhaps"}, "active", {"active": "perhaps"}),
        ({"title": 7}, "title", {"title": "7"}),
        (
            {"meta": {"lastModified": "2031-04-06T14:00:00+02:00"}},
            "meta.lastModified",
            {"meta.lastModified": "2031-04-06T12:00:00Z"},
        ),
    ],
)
def test_a_value_is_found_however_the_server_writes_it(resource, name, expected):
    assert row(resource, name) == expected


def test_what_is_written_reads_back_the_same():
    values: Values = {
        "userName": "ann",
        "name.givenName": "Ann",
        MAIL: "a@x.example",
        'phoneNumbers[type eq "mobile"].value': "+48 1",
        "active": False,
        "roles.value": ("a", "b"),
        MANAGER: "m",
    }
    body = nested((USERS.known(name), value) for name, value in values.items())

    assert row(body, *values) == values
