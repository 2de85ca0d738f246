"""Attribute mappings: sources, defaults, flow types, matching, and what no mapping may fill."""

import pytest

from tests.config.entra_samples import (
    LOGIN,
    SWITCH,
    attribute,
    constant,
    flow,
    function,
    of_users,
    verdicts,
)

E = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"


def entry(told):
    """What one mapping becomes beside a login, and what is said of it."""
    settings, proven = of_users(LOGIN, SWITCH, told)
    attributes = settings["attributes"]
    found = {
        name: value for name, value in attributes.items() if name not in ("userName", "active")
    }
    assert proven.left == ()
    return found, proven


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (flow("title", attribute("jobTitle")), {"expression": "[jobTitle]", "when_empty": "keep"}),
        (flow("title", constant("Pilot")), '"Pilot"'),
        (
            flow("title", function("ToUpper([jobTitle], )", "ToUpper")),
            {"expression": "ToUpper([jobTitle], )", "when_empty": "keep"},
        ),
        (
            flow("title", attribute("jobTitle"), defaultValue="Employee"),
            {
                "expression": "[jobTitle]",
                "default": "Employee",
                "when_empty": "default_on_create",
            },
        ),
        (
            flow("title", None, defaultValue="Employee"),
            {"expression": '"Employee"', "apply": "on_create"},
        ),
        (
            flow("title", attribute("jobTitle"), flowType="ObjectAddOnly"),
            {"expression": "[jobTitle]", "apply": "on_create"},
        ),
        (
            flow("title", attribute("jobTitle"), flowType="MultiValueAddOnly"),
            {"expression": "[jobTitle]", "apply": "on_create"},
        ),
        (flow("active", constant("True")), None),
    ],
)
def test_a_mapping_is_taken(told, expected):
    found, _ = entry(told)

    assert found == ({"title": expected} if expected is not None else {})


@pytest.mark.parametrize(
    ("told", "key", "word"),
    [
        (
            flow("title", attribute("a"), flowType="MultiValueAddOnly"),
            "flowType",
            "takes none away",
        ),
        (flow("title", attribute("a"), flowType="ValueAddOnly"), "flowType", "takes none away"),
        (flow("title", attribute("a"), flowType="AttributeAddOnly"), "flowType", "fills it later"),
        (flow("title", attribute("a"), flowBehavior="FlowAlways"), "flowBehavior", "every cycle"),
        (flow("title", None, defaultValue="x"), "defaultValue", "fills it later"),
        (flow("TITLE", attribute("a")), "targetAttributeName", "`title`"),
        (flow("title", attribute("appRoleAssignments")), "source", "assignments"),
        (
            flow("title", {**attribute("a"), "expression": "[b]"}),
            "source.name",
            "something else",
        ),
        (flow("title", {**attribute("a"), "expression": "[a"}), "source.expression", "tree"),
    ],
)
def test_what_differs_is_said(told, key, word):
    found, proven = entry(told)

    assert list(found) == ["title"]
    verdict, why = verdicts(proven, f"attributeMappings[2].{key}")[0]
    assert verdict == "changed"
    assert word in why


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (flow("", attribute("a")), "no target attribute"),
        (flow("title", attribute("a"), flowType="Now and then"), "flow types"),
        (flow("title", function("Shorten([a])", "Shorten")), "Shorten"),
        (flow("password", constant("hunter2-secret")), "secret"),
        (flow("x.Password", constant("hunter2-secret")), "secret"),
        (flow(f"{E}manager", attribute("manager"), flowType="ObjectAddOnly"), "reference"),
        (flow(f"{E}division", attribute("manager")), "reference"),
        (flow("userName", attribute("mail")), "same target attribute"),
        (flow("id", attribute("objectId")), "cannot be written"),
        (flow("meta.version", attribute("a")), "cannot be written"),
        (flow("active", constant("perhaps")), "same target attribute"),
    ],
)
def test_a_mapping_that_cannot_be_taken_is_left_out_and_said(told, word):
    found, proven = entry(told)

    assert found == {}
    verdict, why = verdicts(proven, "attributeMappings[2].targetAttributeName")[0]
    assert verdict == "unsupported"
    assert word in why
    assert "hunter2" not in proven.text


def test_a_reference_is_taken_and_leads_to_the_account_of_the_other():
    found, proven = entry(flow(f"{E}manager", attribute("manager"), defaultValue="x"))

    assert found[f"{E}manager"] == {
        "expression": "[manager]",
        "reference": "users",
        "when_empty": "keep",
    }
    verdict, why = verdicts(proven, "attributeMappings[2].source")[0]
    assert verdict == "changed"
    assert "key of the other object" in why
    verdict, _ = verdicts(proven, "attributeMappings[2].defaultValue")[0]
    assert verdict == "unsupported"


def test_what_the_checks_of_a_configuration_refuse_is_left_out_and_said():
    settings, proven = of_users(LOGIN, flow("active", constant("perhaps")))

    assert list(settings["attributes"]) == ["userName"]
    assert proven.left == ()
    verdict, why = verdicts(proven, "attributeMappings[1].targetAttributeName")[0]
    assert verdict == "unsupported"
    assert "provisor check" in why


def test_a_password_that_is_drawn_is_taken():
    drawn = function('RandomString(16, 2, 2, 2, 2, "")', "RandomString")
    found, proven = entry(flow("password", drawn, defaultValue="hunter2-secret"))

    assert found == {
        "password": {"expression": 'RandomString(16, 2, 2, 2, 2, "")', "apply": "on_create"}
    }
    assert "deliver" in verdicts(proven, "attributeMappings[2].source")[0][1]
    assert "hunter2" not in proven.text


def test_nothing_is_left_of_an_export_without_a_login_but_a_word_about_it():
    _, proven = of_users(flow("title", attribute("jobTitle")))

    assert any("userName" in problem.what for problem in proven.left)


@pytest.mark.parametrize(
    "name",
    [
        'emails[type eq "work"].value',
        'phoneNumbers[type eq "mobile"].value',
        'addresses[type eq "work"].formatted',
        f"{E}department",
        "name.givenName",
        "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User:tag",
        "SomeColumn",
        "urn:x-y:with spaces [and brackets]",
    ],
)
def test_paths_of_attributes_keep_their_form(name):
    found, proven = entry(flow(name, attribute("a")))

    assert list(found) == [name]
    assert verdicts(proven, "attributeMappings[2].targetAttributeName")[0][0] == "taken"


def test_the_primary_element_is_written_as_the_standard_writes_it():
    found, _ = entry(flow('roles[primary eq "True"].value', attribute("a")))

    assert list(found) == ["roles[primary eq true].value"]


def test_accounts_are_recognised_in_the_order_of_priorities():
    settings, _ = of_users(
        flow("userName", attribute("userPrincipalName"), matchingPriority=3),
        flow('emails[type eq "work"].value', attribute("mail"), matchingPriority=1),
        flow("displayName", attribute("displayName"), matchingPriority=2),
        flow("title", attribute("jobTitle")),
        flow("nickName", function("SelectUniqueValue([a])", "SelectUniqueValue"),
             matchingPriority=4, flowType="ObjectAddOnly"),
    )  # fmt: skip

    assert settings["match"] == [
        'emails[type eq "work"].value',
        {"attribute": "displayName", "decides": False},
        "userName",
    ]


def test_a_shared_priority_and_a_name_are_said():
    _, proven = of_users(
        LOGIN,
        flow("title", attribute("t"), matchingPriority=1),
        flow("displayName", attribute("d"), matchingPriority=2),
    )

    assert "order" in verdicts(proven, "attributeMappings[1].matchingPriority")[0][1]
    assert "proposed" in verdicts(proven, "attributeMappings[2].matchingPriority")[0][1]
