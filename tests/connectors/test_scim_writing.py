"""What the SCIM connector sends, and what it says of answers that do not come as they should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.scim import ScimConnector
from provisor.domain.action import Operation
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.errors import (
    Conflict,
    Pending,
    Uncertain,
)
from provisor.ports.connector import OutcomeState, Work, Written
from provisor.testing.walk import outcome
from provisor.testing.works import change, create, delete, update
from tests.connectors.faulty_scim import (
    DROP,
    LATE,
    FaultyScim,
    connected,
    done_then,
    faulty_scim,
    html,
    refusal,
    reply,
)

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
DONE, ALREADY_SO = OutcomeState.DONE, OutcomeState.ALREADY_SO
FAILED, UNCERTAIN = OutcomeState.FAILED, OutcomeState.UNCERTAIN

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ANN = create(USERS, {"userName": "ann"}, "E1")

LOST = {"reset": DROP, "hang": LATE, "fault": refusal(500), "portal": html(200)}


@pytest.fixture
def server() -> Iterator[FaultyScim]:
    with faulty_scim() as running:
        yield running


@pytest.fixture
def scim(server: FaultyScim, request: pytest.FixtureRequest) -> Iterator[ScimConnector]:
    # A test of a server that hangs waits for the time-out; the others must never meet one.
    seconds = 1 if "hang" in request.node.name else 30
    with connected(server, time_out_seconds=seconds) as connector:
        yield connector


def ended(written: Written) -> tuple[OutcomeState, type | None]:
    return written.state, type(written.problem) if written.problem else None


# --- create ---------------------------------------------------------------------------------


def test_a_create_sends_what_is_mapped_and_no_null(server, scim):
    values: Values = {
        "userName": "ann",
        "active": True,
        "title": None,
        "name.givenName": "Ann",
        'emails[type eq "work"].value': "ann@x.example",
        'addresses[type eq "work"].locality': "Łódź",
        'addresses[type eq "work"].country': "PL",
        f"{ENTERPRISE}:department": "R&D",
        f"{ENTERPRISE}:manager": "id-9",
        "roles.value": ("b", "a"),
    }
    outcome(scim, create(USERS, values, "E1"))

    assert server.sent("POST /Users")[0].body == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "userName": "ann",
        "externalId": "E1",
        "active": True,
        "name": {"givenName": "Ann"},
        "emails": [{"type": "work", "value": "ann@x.example"}],
        "addresses": [{"type": "work", "locality": "Łódź", "country": "PL"}],
        ENTERPRISE: {"department": "R&D", "manager": {"value": "id-9"}},
        "roles": [{"value": "b"}, {"value": "a"}],
    }


def test_a_create_says_what_the_answer_showed(server, scim):
    server.script("POST /Users", reply(201, {"id": "x", "userName": "ANN", "title": "foreign"}))
    written = outcome(scim, ANN)

    # The anchor was sent, and the server shows none.
    assert written == Written(0, DONE, "x", {"id": "x", "userName": "ANN", "externalId": None})


def test_an_answer_that_is_no_whole_resource_shows_nothing(server, scim):
    server.script("POST /Users", reply(201, {"id": "x"}))

    assert outcome(scim, ANN).observed is None


def test_a_secret_is_sent_and_never_observed(server, scim):
    answer = {"id": "x", "userName": "ann", "password": "hunter2"}
    server.script("POST /Users", reply(201, answer))
    observed = outcome(scim, create(USERS, {"userName": "ann", "password": "hunter2"})).observed

    assert server.requests[0].body["password"] == "hunter2"
    assert observed == {"id": "x", "userName": "ann", "externalId": None}


def test_a_create_answered_without_an_id_is_looked_up_by_its_anchor(server, scim):
    server.script("POST /Users", done_then(reply(201, {"userName": "ann"})))

    assert ended(outcome(scim, ANN)) == (DONE, None)


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
def test_a_create_whose_answer_is_lost_is_found_by_its_anchor(server, scim, lost):
    server.script("POST /Users", done_then(lost))
    written = outcome(scim, ANN)

    assert (written.state, written.native_id) == (DONE, "id-0")
    assert len(server.users) == 1
    assert len(server.sent("POST /Users")) == 1


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
def test_a_create_that_is_not_found_afterwards_stays_uncertain_and_is_not_repeated(
    server, scim, lost
):
    server.script("POST /Users", lost)

    assert ended(outcome(scim, ANN)) == (UNCERTAIN, Uncertain)
    assert len(server.sent("POST /Users")) == 1


def test_a_create_without_an_anchor_stays_uncertain_without_a_look(server, scim):
    server.script("POST /Users", refusal(500))

    assert ended(outcome(scim, create(USERS, {"userName": "ann"}))) == (UNCERTAIN, Uncertain)
    assert server.sent("GET /Users") == []


def test_a_create_that_could_not_be_looked_up_stays_uncertain(server, scim):
    server.script("POST /Users", refusal(500))
    server.script("GET /Users", refusal(403))

    assert ended(outcome(scim, ANN)) == (UNCERTAIN, Uncertain)


def test_a_conflict_with_our_own_object_is_already_so(server, scim):
    server.make(server.users, {"userName": "Ann", "externalId": "E1"})
    written = outcome(scim, ANN)

    assert (written.state, written.native_id) == (ALREADY_SO, "id-0")


@pytest.mark.parametrize("anchor", ["E2", "e1", None])
def test_a_conflict_with_somebody_elses_object_is_never_adopted(server, scim, anchor):
    server.make(server.users, {"userName": "Ann"} | ({"externalId": anchor} if anchor else {}))

    assert ended(outcome(scim, ANN)) == (FAILED, Conflict)


def test_a_foreign_object_is_not_adopted_where_filters_are_ignored(server, scim):
    server.make(server.users, {"userName": "Ann", "externalId": "E2"})
    server.ignores_filters = True

    assert ended(outcome(scim, ANN)) == (FAILED, Conflict)


def test_a_create_that_is_accepted_for_later_is_pending(server, scim):
    server.script("POST /Users", reply(202))

    assert ended(outcome(scim, ANN)) == (UNCERTAIN, Pending)


# --- update ---------------------------------------------------------------------------------


def patched(server: FaultyScim, scim: ScimConnector, work: Work) -> list[object]:
    """The operations that reached the server."""
    server.make(server.users, {"userName": "ann"})
    assert outcome(scim, work).state is DONE
    return [one for seen in server.sent("PATCH /Users") for one in seen.operations]


CITY, STREET = 'addresses[type eq "work"].locality', 'addresses[type eq "work"].streetAddress'
MAIL = 'emails[type eq "work"].value'
MANAGER = f"{ENTERPRISE}:manager"

FORMS = {
    "simple": ("title", None, "CEO", {"op": "replace", "path": "title", "value": "CEO"}),
    "boolean": ("active", True, False, {"op": "replace", "path": "active", "value": False}),
    "part": ("name.givenName", "A", "B", {"op": "replace", "path": "name.givenName", "value": "B"}),
    "empty": ("title", "CEO", "", {"op": "replace", "path": "title", "value": ""}),
    "cleared": ("title", "CEO", None, {"op": "remove", "path": "title"}),
    "many": (
        "roles.value", ("a",), ("b",),
        {"op": "replace", "path": "roles", "value": [{"value": "b"}]},
    ),
    "none of many": ("roles.value", ("a",), (), {"op": "remove", "path": "roles"}),
    "changed element": (MAIL, "a@x", "b@x", {"op": "replace", "path": MAIL, "value": "b@x"}),
    "new element": (
        MAIL, None, "b@x",
        {"op": "add", "path": "emails", "value": [{"type": "work", "value": "b@x"}]},
    ),
    "cleared element": (MAIL, "a@x", None, {"op": "remove", "path": 'emails[type eq "work"]'}),
    "primary": (
        "emails[primary eq true].value", "a@x", "b@x",
        {"op": "replace", "path": "emails[primary eq true].value", "value": "b@x"},
    ),
    "extension": (
        f"{ENTERPRISE}:department", "A", "B",
        {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "B"},
    ),
    "reference": (
        MANAGER, "id-1", "id-2", {"op": "replace", "path": MANAGER, "value": {"value": "id-2"}},
    ),
    "cleared reference": (MANAGER, "id-1", None, {"op": "remove", "path": MANAGER}),
}  # fmt: skip


@pytest.mark.parametrize(("path", "before", "after", "expected"), FORMS.values(), ids=FORMS.keys())
def test_each_change_is_one_operation_in_the_form_of_the_rfc(
    server, scim, path, before, after, expected
):
    work = update(USERS, "id-0", {path: after}, before={path: before})

    assert patched(server, scim, work) == [expected]


def test_a_patch_names_its_schema(server, scim):
    patched(server, scim, update(USERS, "id-0", {"title": "x"}))

    assert server.requests[-1].body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    assert server.requests[-1].headers["Content-Type"] == "application/scim+json"


def test_parts_of_one_new_element_are_added_together(server, scim):
    server.make(server.users, {})
    outcome(scim, update(USERS, "id-0", {CITY: "Łódź", STREET: "Piotrkowska 1"}))

    assert server.sent("PATCH /Users")[0].operations == [
        {
            "op": "add",
            "path": "addresses",
            "value": [{"type": "work", "locality": "Łódź", "streetAddress": "Piotrkowska 1"}],
        }
    ]


def test_a_part_of_an_element_that_exists_is_replaced_in_it(server, scim):
    server.make(server.users, {"addresses": [{"type": "work", "country": "PL"}]})
    outcome(scim, update(USERS, "id-0", {CITY: "Łódź"}))

    assert server.sent("PATCH /Users")[0].operations == [
        {"op": "replace", "path": CITY, "value": "Łódź"}
    ]


def test_an_element_that_turns_out_to_be_gone_is_added(server, scim):
    server.make(server.users, {})
    server.script("PATCH /Users", refusal(400, "noTarget"))
    outcome(scim, update(USERS, "id-0", {MAIL: "b@x"}, before={MAIL: "a@x"}))
    (again,) = server.sent("PATCH /Users")[1].operations

    assert again == {"op": "add", "path": "emails", "value": [{"type": "work", "value": "b@x"}]}


@pytest.mark.parametrize(
    ("operation", "expected"), [(Operation.DISABLE, False), (Operation.ENABLE, True)]
)
def test_a_switch_without_changes_still_switches(server, scim, operation, expected):
    (sent,) = patched(server, scim, change(operation, USERS, "id-0", {}))

    assert sent == {"op": "replace", "path": "active", "value": expected}


def test_a_group_is_renamed_by_its_display_name(server, scim):
    server.make(server.groups, {"displayName": "old"})
    outcome(scim, change(Operation.RENAME, GROUPS, "id-0", {"displayName": "new"}))

    assert server.sent("PATCH /Groups")[0].operations == [
        {"op": "replace", "path": "displayName", "value": "new"}
    ]


def test_an_action_without_changes_sends_nothing(server, scim):
    assert outcome(scim, update(USERS, "id-0", {})).state is ALREADY_SO
    assert server.requests == []


def test_a_value_that_the_server_keeps_is_shown(server, scim):
    server.script("PATCH /Users", reply(200, {"id": "id-0", "userName": "ann", "title": "CTO"}))
    written = outcome(scim, update(USERS, "id-0", {"title": "CEO"}))

    assert written.state is DONE
    assert written.observed == {
        "id": "id-0",
        "userName": "ann",
        "title": "CTO",
        "externalId": None,
    }


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
@pytest.mark.parametrize(("kept", "state"), [("CEO", DONE), ("old", UNCERTAIN), (None, UNCERTAIN)])
def test_an_update_whose_answer_is_lost_is_read_back_once(server, scim, lost, kept, state):
    server.make(server.users, {"title": kept})
    server.script("PATCH /Users", lost)

    assert outcome(scim, update(USERS, "id-0", {"title": "CEO"})).state is state
    assert len(server.sent("PATCH /Users")) == 1


def test_a_secret_whose_answer_is_lost_stays_uncertain(server, scim):
    server.make(server.users, {"password": "hunter2"})
    server.script("PATCH /Users", refusal(500))

    assert outcome(scim, update(USERS, "id-0", {"password": "hunter2"})).state is UNCERTAIN


# --- delete ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lost", "state"), [(done_then(refusal(500)), DONE), (refusal(500), UNCERTAIN)]
)
def test_a_delete_whose_answer_is_lost_is_looked_at_once(server, scim, lost, state):
    server.make(server.users, {})
    server.script("DELETE /Users", lost)

    assert outcome(scim, delete(USERS, "id-0")).state is state
    assert len(server.sent("DELETE /Users")) == 1
