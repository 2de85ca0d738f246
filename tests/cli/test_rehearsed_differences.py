"""Each kind of expectation: what fulfils it, and what a difference says."""

import pytest

from tests.cli.test_rehearsing import cases

ELIN = {
    "employee_id": "E1",
    "given_name": "Elin",
    "surname": "Ek",
    "mail": "elin@example.org",
    "job_title": "Head",
    "status": "active",
}
IDA = {**ELIN, "employee_id": "E2", "given_name": "Ida", "mail": None, "job_title": None}
JUN = {**ELIN, "employee_id": "E3", "status": "external"}
LARS = {**ELIN, "employee_id": "E4", "status": "terminated"}
ACCOUNT = {
    "id": "u-4",
    "staff_no": "E4",
    "login": "lars",
    "given_name": "Elin",
    "surname": "Ek",
    "mail": "lars@example.org",
    "title": "Head",
    "active": 1,
}
STRANGER = {"id": "u-9", "login": "root", "active": 1}
GROUP = {"group_id": "G1", "name": "Finance"}
GIVEN = {
    "source": {
        "users": [ELIN, IDA, JUN, LARS],
        "groups": [GROUP],
        "memberships": [{"group": "G1", "member": "E1"}, {"group": "G1", "member": "E2"}],
    },
    "accounts": {"users": [ACCOUNT, STRANGER]},
    "links": [{"key": "E4", "account": "u-4"}],
}
PLAN = ["create E1", "create E2", "create G1", "disable E4", "membership G1"]


def differences(shell, expect, given=GIVEN):
    cases(shell, {"name": "x", **given, "expect": expect}, job="hr-to-app")
    file = str(shell.folder / "tests" / "people.yaml")
    said = shell("test", file, "--json")
    assert said.code in (0, 3), said.out
    return [
        (one["place"], one["expected"], one["found"])
        for one in said.json["cases"][0]["differences"]
    ]


def membership(**words):
    line = {"operation": "membership", "key": "G1", **words}
    return {"plan": [*(one for one in PLAN if one != "membership G1"), line]}


def create(**words):
    return {"plan": [*PLAN[1:], {"operation": "create", "key": "E1", **words}]}


EVERYTHING = {
    "staff_no": "E1",
    "login": "elin.ek",
    "given_name": "Elin",
    "surname": "Ek",
    "mail": "elin@example.org",
    "title": "Head",
    "active": 1,
}


@pytest.mark.parametrize(
    "expect",
    [
        {"plan": PLAN},
        {"plan": list(reversed(PLAN))},
        {"plan": ["create users E1", *PLAN[1:]]},
        {"desired": {"E1": {"login": "elin.ek", "title": "Head"}}},
        {"desired": {"E2": {"title": "Employee", "mail": None}}},
        {"desired": {"E2": {"mail": "IgnoreAttributeFlow"}}},
        {"desired": {"groups G1": {"name": "Finance"}}},
        {"desired": {"E1": {}}},
        {"out_of_scope": ["E3"]},
        {"out_of_scope": {"E3": "status EQUALS active"}},
        {"leavers": {"E4": "status EQUALS terminated"}},
        {"accounts": {"u-9": "orphan"}},
        {"parts": {"users.urgent": "allowed", "users.create": "allowed"}},
        membership(adds=["E2", "E1"], removes=[]),
        membership(adds=["E1", "E2"]),
        create(changes=EVERYTHING),
        create(including={"active": "1"}),
        create(changes={}, including=EVERYTHING),
    ],
)
def test_what_comes_out_as_expected_is_no_difference(shell, expect):
    assert differences(shell, expect) == []


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ({"plan": PLAN[1:]}, ("plan", "", "create users E1: active = 1; given_name = Elin")),
        ({"plan": [*PLAN, "rename E1"]}, ("plan", "rename users E1", "")),
        ({"desired": {"E1": {"title": "Boss"}}}, ("desired users E1 title", "Boss", "Head")),
        ({"desired": {"E2": {"mail": "x"}}}, ("desired users E2 mail", "x", "nothing")),
        ({"desired": {"E1": {"mail": None}}}, ("desired users E1 mail", "nothing", "elin@ex")),
        (
            {"desired": {"E1": {"mail": "IgnoreAttributeFlow"}}},
            ("desired users E1 mail", "nothing", "elin@example.org"),
        ),
        (
            {"desired": {"E3": {"mail": "x"}}},
            ("desired users E3", "mail = x", "out of scope: status EQUALS active"),
        ),
        ({"desired": {"E4": {}}}, ("desired users E4", "an account", "leaver: status EQUALS ter")),
        ({"set_aside": ["E1"]}, ("set aside users E1", "set aside", "not set aside")),
        ({"out_of_scope": ["E1"]}, ("out of scope users E1", "out of scope", "here and in scope")),
        (
            {"out_of_scope": {"E3": "status EQUALS here"}},
            ("out of scope users E3", "status EQUALS here", "status EQUALS active"),
        ),
        ({"out_of_scope": ["E4"]}, ("out of scope users E4", "out of scope", "leaver: status")),
        ({"leavers": ["E3"]}, ("leaver users E3", "leaver", "out of scope: status EQUALS active")),
        ({"accounts": {"u-9": "held"}}, ("account u-9", "held", "orphan")),
        ({"accounts": {"u-1": "held"}}, ("account u-1", "held", "not there")),
        ({"parts": {"users.create": "refused"}}, ("part users.create", "refused", "allowed")),
        ({"parts": {"users.delete": "allowed"}}, ("part users.delete", "allowed", "not there")),
        (membership(adds=["E1"]), ("plan membership memberships G1 adds", "E1", "E1, E2")),
        (
            membership(removes="E1"),
            ("plan membership memberships G1 removes", "E1", "nobody"),
        ),
        (
            create(changes={**EVERYTHING, "title": "Boss"}),
            ("plan create users E1 title", "Boss", "Head"),
        ),
        (
            create(changes={k: v for k, v in EVERYTHING.items() if k != "mail"}),
            ("plan create users E1 mail", "", "elin@example.org"),
        ),
        (
            create(including={"provisor_id": "x"}),
            ("plan create users E1 provisor_id", "x", "not changed"),
        ),
    ],
)
def test_what_comes_out_otherwise_is_one_difference(shell, expect, found):
    (difference,) = differences(shell, expect)

    assert difference[:2] == found[:2]
    assert difference[2].startswith(found[2])


def test_a_record_that_is_set_aside_and_not_expected_to_is_a_difference(shell):
    given = {"source": {"users": [ELIN, ELIN, {**IDA, "employee_id": None}]}}

    found = differences(shell, {"plan": []}, given)

    assert [one[:2] for one in found] == [
        ("set aside users (no key)", "not set aside"),
        ("set aside users E1", "not set aside"),
    ]
    assert found[1][2].startswith("repeated_key: ")
    expect = {"plan": [], "set_aside": {"E1": "repeated_key", "(no key)": "empty_key"}}
    assert differences(shell, expect, given) == []


def test_what_people_decided_before_is_part_of_a_case(shell):
    given = {
        "source": {"users": [ELIN]},
        "accounts": {"users": [{**ACCOUNT, "staff_no": None, "mail": "elin@example.org"}]},
        "overrides": [
            {"kind": "link", "key": "E1", "value": "u-4"},
            {"kind": "pin", "key": "E1", "attribute": "title", "value": "Boss"},
        ],
    }

    expect = {"desired": {"E1": {"title": "Boss", "login": "lars"}}, "plan": ["update E1"]}

    assert differences(shell, expect, given) == [
        ("desired users E1 login", "lars", "left alone"),
    ]


def test_a_linked_account_needs_no_anchor_of_its_own(shell):
    given = {
        "source": {"users": [{**ELIN, "employee_id": "E4", "mail": "lars@example.org"}]},
        "accounts": {"users": [ACCOUNT]},
        "links": [{"key": "E4", "account": "u-4"}],
    }

    assert differences(shell, {"plan": [], "desired": {"E4": {"title": "Head"}}}, given) == []


def test_who_is_missing_from_two_reads_is_gone_and_from_one_is_not(shell):
    given = {"accounts": {"users": [ACCOUNT]}}
    link = {"key": "E4", "account": "u-4"}
    long = {**link, "missing_since": "2031-04-06"}
    short = {**link, "missing_since": "2031-04-07T00:00:00Z"}

    assert differences(shell, {"plan": []}, {**given, "links": [link]}) == []
    assert differences(shell, {"plan": ["disable E4"]}, {**given, "links": [long]}) == []
    assert differences(shell, {"plan": []}, {**given, "links": [short]}) == []
