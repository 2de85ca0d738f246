"""Dialects: what is sent in each, what is found out of each, and how a person writes one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors._scim_dialect import (
    PRESETS,
    AnchorKept,
    BulkLimits,
    Deletion,
    MemberAdd,
    MemberRemove,
    Paging,
    PatchStyle,
    Verbs,
    Wrapping,
)
from connectors._scim_dialect_file import DialectSettings, dialect_of, written
from connectors.scim import ScimConnector
from provisor.domain.action import Operation
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError, SettingInvalid, UnknownName, Unsupported
from provisor.ports.connector import Anchoring, Candidate, OutcomeState, Work
from provisor.ports.secret import Secret
from provisor.testing.walk import outcome, problem_of, read_whole
from provisor.testing.works import change, create, delete, membership, update
from tests.connectors.faulty_scim import connected, faulty_scim
from tests.connectors.odd_scim import OddScim

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
DONE, ALREADY_SO = OutcomeState.DONE, OutcomeState.ALREADY_SO
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER = f"{ENTERPRISE}:manager"
MAIL = 'emails[type eq "work"].value'
GOOD = {"url": "https://app.example/scim/v2", "token": Secret("canary-6a01")}


def sent_in(dialect: dict[str, object], work: Work, **held: Any) -> list[Any]:
    """The bodies of the changes that a work becomes in a dialect."""
    with faulty_scim() as server, connected(server, dialect=dialect) as scim:
        server.make(server.users, {"userName": "ann", **held})
        server.make(server.groups, {"displayName": "all"})
        assert outcome(scim, work).state is DONE
        changes = [one for one in server.requests if one.method in {"PATCH", "PUT", "POST"}]
    return [one.body.get("Operations", one.body) for one in changes]


# --- what is sent ---------------------------------------------------------------------------


def test_the_clients_with_and_without_the_flag_are_two_dialects():
    work = update(USERS, "id-0", {"active": False, "name.givenName": "A", "title": "x"})
    values = {"active": False, "name.givenName": "A", "title": "x"}

    (flagged,) = sent_in({"preset": "entra"}, work)
    (legacy,) = sent_in({"preset": "entra-legacy"}, work)

    assert flagged == [{"op": "replace", "value": values}]
    assert legacy == [
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Replace", "path": "name.givenName", "value": "A"},
        {"op": "Replace", "path": "title", "value": "x"},
    ]


def test_paths_with_a_filter_stay_apart_from_merged_ones():
    work = update(
        USERS, "id-0", {"title": "x", MAIL: "b@x", "nickName": None}, before={MAIL: "a@x"}
    )
    (steps,) = sent_in({"preset": "entra"}, work)

    assert steps == [
        {"op": "replace", "value": {"title": "x"}},
        {"op": "remove", "path": "nickName"},
        {"op": "replace", "path": MAIL, "value": "b@x"},
    ]


def test_whole_objects_are_read_changed_and_put():
    held = {
        "emails": [{"type": "work", "value": "a@x", "primary": True}],
        "meta": {"version": "1"},
        "groups": [{"value": "g"}],
        "theirs": {"kept": 1},
    }
    work = update(
        USERS,
        "id-0",
        {MAIL: "b@x", f"{ENTERPRISE}:department": "R&D", "title": None, "name.givenName": "A"},
        before={MAIL: "a@x", "title": "x"},
    )
    (body,) = sent_in({"preset": "okta"}, work, title="x", **held)

    assert body == {
        "id": "id-0",
        "userName": "ann",
        "emails": [{"type": "work", "value": "b@x", "primary": True}],
        "theirs": {"kept": 1},
        "name": {"givenName": "A"},
        ENTERPRISE: {"department": "R&D"},
        "schemas": [ENTERPRISE],
    }


def test_a_switch_has_a_form_of_its_own_where_whole_objects_are_put():
    (steps,) = sent_in({"preset": "okta"}, change(Operation.DISABLE, USERS, "id-0", {}))

    assert steps == [{"op": "replace", "value": {"active": False}}]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("value", {"op": "replace", "path": MANAGER, "value": {"value": "id-7"}}),
        ("text", {"op": "add", "path": MANAGER, "value": "id-7"}),
        ("list", {"op": "add", "path": MANAGER, "value": [{"$ref": None, "value": "id-7"}]}),
        (
            "with_ref",
            {
                "op": "replace",
                "path": MANAGER,
                "value": {"value": "id-7", "$ref": "../Users/id-7"},
            },
        ),
    ],
)
def test_a_manager_is_written_in_the_form_of_the_dialect(reference, expected):
    (steps,) = sent_in({"reference": reference}, update(USERS, "id-0", {MANAGER: "id-7"}))

    assert steps == [expected]


@pytest.mark.parametrize(
    ("cleared", "expected"),
    [
        ("remove", {"op": "remove", "path": "title"}),
        ("null", {"op": "replace", "path": "title", "value": None}),
        ("empty", {"op": "replace", "path": "title", "value": ""}),
    ],
)
def test_a_value_is_taken_away_in_the_form_of_the_dialect(cleared, expected):
    work = update(USERS, "id-0", {"title": None}, before={"title": "x"})

    assert sent_in({"cleared": cleared}, work) == [[expected]]


@pytest.mark.parametrize(
    ("adding", "expected"),
    [
        ("values", {"path": "members", "value": [{"value": "a"}, {"value": "b"}]}),
        (
            "with_ref",
            {
                "path": "members",
                "value": [{"$ref": None, "value": "a"}, {"$ref": None, "value": "b"}],
            },
        ),
        ("pathless", {"value": {"members": [{"value": "a"}, {"value": "b"}]}}),
        ("object", {"path": "members", "value": {"members": [{"value": "a"}, {"value": "b"}]}}),
    ],
)
def test_members_join_in_the_form_of_the_dialect(adding, expected):
    (steps,) = sent_in({"member_add": adding}, membership("id-1", adds=["b", "a"]))

    assert steps == [{"op": "add", **expected}]


def test_members_are_told_in_as_many_calls_as_the_dialect_asks_for():
    sent = sent_in({"members_per_call": 2}, membership("id-1", adds=["a", "b", "c"]))

    assert [len(steps[0]["value"]) for steps in sent] == [2, 1]


@pytest.mark.parametrize("preset", sorted(PRESETS.keys() - {"entra-legacy"}))
def test_no_form_that_could_empty_a_group_is_sent_unasked(preset):
    (steps,) = sent_in({"preset": preset}, membership("id-1", removes=["a", "b"]))

    assert [step["path"] for step in steps] == ['members[value eq "a"]', 'members[value eq "b"]']
    assert not any("value" in step for step in steps)


def test_a_removal_by_values_is_sent_where_the_dialect_says_so():
    (steps,) = sent_in({"preset": "entra-legacy"}, membership("id-1", removes=["a", "b"]))

    assert steps == [{"op": "Remove", "path": "members", "value": [{"value": "a"}, {"value": "b"}]}]


def test_a_new_user_has_truth_and_manager_in_the_form_of_the_dialect():
    values: Values = {"userName": "bob", "active": True, MANAGER: "id-0"}
    (body,) = sent_in({"preset": "entra-legacy"}, create(USERS, values, "E2"))

    assert (body["active"], body[ENTERPRISE]) == ("True", {"manager": "id-0"})


def test_an_anchor_that_is_not_kept_is_not_sent():
    (body,) = sent_in({"anchor": "dropped"}, create(USERS, {"userName": "bob"}, "E2"))

    assert "externalId" not in body


def test_objects_are_where_the_system_has_them():
    with faulty_scim() as server:
        places = {"users": "/people/accounts", "groups": "/teams"}
        with connected(server, dialect=places) as scim:
            outcome(scim, delete(USERS, "id-9"))
            outcome(scim, membership("id-1", adds=["a"]))

        assert [one.path for one in server.requests] == ["/people/accounts/id-9", "/teams/id-1"]


# --- what is never sent ---------------------------------------------------------------------


def test_what_cannot_be_searched_for_is_not_asked():
    with faulty_scim() as server, connected(server, dialect={"searchable": ["userName"]}) as scim:
        server.make(server.users, {"userName": "ann", "title": "x"})
        with pytest.raises(Unsupported):
            scim.find(Candidate(USERS, match=("title", "x")))
        assert server.requests == []

        assert len(scim.find(Candidate(USERS, match=("userName", "ann")))) == 1


def test_where_there_is_no_deletion_none_is_sent():
    with faulty_scim() as server, connected(server, dialect={"delete": "refused"}) as scim:
        assert isinstance(problem_of(outcome(scim, delete(USERS, "id-0"))), Unsupported)
        assert server.requests == []


@pytest.mark.parametrize(("kept", "stands"), [("kept", "externalId"), ("dropped", "")])
def test_without_a_searchable_anchor_an_open_create_is_a_persons_matter(kept, stands):
    described = ScimConnector("app", {**GOOD, "dialect": {"anchor": kept}}).describe()

    assert described.capabilities.anchoring is Anchoring.NATIVE_ONLY
    assert described.schemas[USERS].anchor == stands


# --- lists ----------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 1, 7])
def test_a_list_by_cursor_begins_with_an_empty_one(more):
    server = OddScim(cursors=True)
    server.put_users(20 + more)
    by_cursor = {"paging": "cursor"}
    with (
        faulty_scim(server=server),
        connected(server, dialect=by_cursor, page_size=10) as scim,
    ):
        whole = read_whole(scim, USERS)

    assert whole.end.complete
    assert len(whole.rows) == 20 + more
    assert server.requests[0].query["cursor"] == ""
    assert all("startIndex" not in one.query for one in server.requests)


def test_a_list_that_comes_in_one_answer_is_asked_for_once():
    server = OddScim()
    server.put_users(30)
    with faulty_scim(server=server), connected(server, dialect={"paging": "one_answer"}) as scim:
        whole = read_whole(scim, USERS)

    assert whole.end.complete
    assert len(whole.rows) == 30
    assert [dict(one.query).keys() & {"startIndex", "count"} for one in server.requests] == [set()]


def test_one_answer_that_declares_more_is_no_whole_list():
    server = OddScim()
    server.put_users(300)
    server.page_limit = 5
    with faulty_scim(server=server), connected(server, dialect={"paging": "one_answer"}) as scim:
        whole = read_whole(scim, USERS)

    assert not whole.end.complete


# --- as people write them -------------------------------------------------------------------


def test_the_settings_go_before_the_file_and_the_file_before_its_preset(tmp_path: Path):
    file = tmp_path / "app.dialect.yaml"
    file.write_text("preset: entra-legacy\nbooleans: json\nmembers_per_call: 7\n")
    dialect = dialect_of(DialectSettings(members_per_call=3), str(file))

    assert dialect.verbs is Verbs.TITLE
    assert dialect.member_remove is MemberRemove.VALUES
    assert (dialect.booleans.value, dialect.members_per_call) == ("json", 3)


def test_what_was_found_out_is_read_again_as_it_was_written(tmp_path: Path):
    for name, dialect in PRESETS.items():
        file = tmp_path / f"{name}.yaml"
        whole = dict.fromkeys(dialect.__dataclass_fields__, "so it was seen")
        file.write_text(written(dialect, whole))

        assert dialect_of(DialectSettings(), str(file)) == dialect


def test_limits_and_attributes_are_read_again_as_they_were_written(tmp_path: Path):
    file = tmp_path / "app.yaml"
    told = dialect_of(DialectSettings(searchable=("userName", "emails.value")), None)
    file.write_text(written(told, {"searchable": "so"}) + "bulk: {operations: 20, bytes: 5000}\n")

    assert dialect_of(DialectSettings(), str(file)).searchable == ("userName", "emails.value")
    assert dialect_of(DialectSettings(), str(file)).bulk == BulkLimits(20, 5000)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("- a list", SettingInvalid),
        ("{not: [yaml", SettingInvalid),
        ("verbs: upper", SettingInvalid),
        ("preset: otka", SettingInvalid),
        ("verb: lower", UnknownName),
        ("users: Users", SettingInvalid),
    ],
)
def test_a_file_that_is_none_is_refused_where_it_is_named(tmp_path: Path, text, kind):
    file = tmp_path / "app.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        ScimConnector("app", {**GOOD, "dialect_path": str(file)})

    assert type(raised.value) is kind
    assert raised.value.where == "dialect_path"


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(SettingInvalid):
        ScimConnector("app", {**GOOD, "dialect_path": "/no/such/file.yaml"})


def test_a_wrong_switch_in_the_settings_is_named_by_its_path():
    with pytest.raises(SettingInvalid) as raised:
        ScimConnector("app", {**GOOD, "dialect": {"member_remove": "all"}})

    assert raised.value.where == "dialect.member_remove"
    assert json.dumps("filter")[1:-1] in raised.value.found


def test_every_switch_has_the_forms_of_the_rfc_where_nothing_is_said():
    dialect = dialect_of(DialectSettings(), None)

    assert (dialect.patch, dialect.verbs) == (PatchStyle.PATHS, Verbs.LOWER)
    assert (dialect.member_add, dialect.member_remove) == (MemberAdd.VALUES, MemberRemove.FILTER)
    assert (dialect.paging, dialect.anchor) == (Paging.INDEX, AnchorKept.SEARCHABLE)
    assert (dialect.delete, dialect.reference) == (Deletion.REMOVES, Wrapping.VALUE)
    assert (dialect.bulk, dialect.etags, dialect.searchable) == (None, False, None)
