"""The SCIM connector before real servers: text of every kind, large groups, strict patches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from connectors.scim import ScimConnector
from provisor.domain.action import Operation
from provisor.domain.record import Value, Values
from provisor.domain.schema import ObjectType
from provisor.errors import AuthFailed, InvalidValue
from provisor.ports.connector import Candidate, OutcomeState
from provisor.ports.secret import Secret
from provisor.testing.walk import outcome, outcomes, problem_of, read_whole
from provisor.testing.works import change, create, membership, update
from tests.connectors.scim_server import TOKEN, RunningServer, running_server
from tests.services.scimmy import running_scimmy

pytestmark = pytest.mark.outer

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS
DONE, ALREADY_SO = OutcomeState.DONE, OutcomeState.ALREADY_SO

MAIL, HOME = 'emails[type eq "work"].value', 'emails[type eq "home"].value'
CITY, COUNTRY = 'addresses[type eq "work"].locality', 'addresses[type eq "work"].country'
DEPARTMENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"

TEXTS = ("O'Brien", 'say "hi"', "back\\slash", "Żółć 王小明 🙂", "a+b&c=d%20#e/f?g", "x\ty", "<b>")

WORDED = (CITY, DEPARTMENT, "displayName", "userName")

ALONE = pytest.mark.parametrize("server", [running_server], indirect=True)
"""For what scimmy has not: filters by an extension's name, members that nobody is."""


@pytest.fixture(scope="module", params=[running_server, running_scimmy])
def server(request) -> Iterator[RunningServer]:
    with request.param() as running:
        yield running


@pytest.fixture
def scim(server: RunningServer) -> Iterator[ScimConnector]:
    server.reset()
    connector = ScimConnector(
        "app", {"url": server.url, "token": Secret(TOKEN), "projection": False}
    )
    yield connector
    connector.close()


def made(scim: ScimConnector, **values: Value) -> str:
    written = outcome(scim, create(USERS, {"userName": "ann", **values}, "E1"))
    assert written.native_id is not None
    return written.native_id


def values_of(scim: ScimConnector, native_id: str, *names: str) -> Values:
    (record,) = scim.find(Candidate(USERS, native_id=native_id, attributes=names))
    return record.values


def written_everywhere(scim: ScimConnector, text: str) -> str:
    return made(scim, **dict.fromkeys(WORDED, text))


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_written_and_read_unchanged(scim, text):
    native_id = written_everywhere(scim, text)

    assert values_of(scim, native_id, *WORDED) == dict.fromkeys(WORDED, text)


@ALONE
@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_found_whatever_it_stands_in(scim, text):
    native_id = written_everywhere(scim, text)

    for name in WORDED:
        assert [r.key for r in scim.find(Candidate(USERS, match=(name, text)))] == [native_id]


def test_the_same_login_name_in_other_letters_is_already_so_when_it_is_ours(scim):
    native_id = made(scim)
    again = outcome(scim, create(USERS, {"userName": "ANN"}, "E1"))

    assert (again.state, again.native_id) == (ALREADY_SO, native_id)


STEPS: list[tuple[Values, Values]] = [
    ({MAIL: "a@x.example"}, {}),
    ({MAIL: "b@x.example"}, {MAIL: "a@x.example"}),
    ({HOME: "h@x.example"}, {}),
    ({MAIL: None}, {MAIL: "b@x.example"}),
    ({MAIL: "c@x.example"}, {}),
    ({CITY: "Łódź"}, {}),
    ({COUNTRY: "PL"}, {}),
    ({CITY: None, COUNTRY: "DE"}, {CITY: "Łódź", COUNTRY: "PL"}),
    ({CITY: "Ulm"}, {}),
    ({DEPARTMENT: "R&D", MANAGER: "m1"}, {}),
    ({DEPARTMENT: None, MANAGER: "m2"}, {DEPARTMENT: "R&D", MANAGER: "m1"}),
    ({MANAGER: None}, {MANAGER: "m2"}),
    ({"name.givenName": "Ann", "title": "x"}, {}),
    ({"title": None, "name.givenName": "Anne"}, {"title": "x", "name.givenName": "Ann"}),
    ({"roles.value": ("b", "a")}, {}),
    ({"roles.value": ("c",)}, {"roles.value": ("b", "a")}),
    ({"roles.value": ()}, {"roles.value": ("c",)}),
    ({"roles.value": ("d", "e")}, {}),
    ({"roles.value": None}, {"roles.value": ("d", "e")}),
]


def test_a_strict_server_takes_every_kind_of_change(scim):
    native_id = made(scim)
    expected: dict[str, object] = {}
    for after, before in STEPS:
        assert outcome(scim, update(USERS, native_id, after, before=before)).state is DONE
        expected |= after
        seen = values_of(scim, native_id, *expected)

        assert {name: seen.get(name) or None for name in expected} == {
            name: value or None for name, value in expected.items()
        }


def test_an_address_that_gained_a_part_is_still_one_address(scim):
    native_id = made(scim)
    outcome(scim, update(USERS, native_id, {CITY: "Ulm"}))
    outcome(scim, update(USERS, native_id, {COUNTRY: "DE"}))

    assert values_of(scim, native_id, CITY, COUNTRY) == {CITY: "Ulm", COUNTRY: "DE"}


def test_a_stale_before_value_does_not_make_a_strict_server_refuse(scim):
    native_id = made(scim)
    work = update(USERS, native_id, {MAIL: "b@x.example"}, before={MAIL: "a@x.example"})

    assert outcome(scim, work).state is DONE
    assert values_of(scim, native_id, MAIL) == {MAIL: "b@x.example"}


def test_what_a_server_must_keep_cannot_be_cleared(scim):
    native_id = made(scim)
    problem = problem_of(
        outcome(scim, change(Operation.CLEAR, USERS, native_id, {"userName": None}))
    )

    assert isinstance(problem, InvalidValue)
    assert problem.attribute == "userName"


@ALONE
def test_a_group_of_five_thousand_is_written_and_read(scim):
    group = outcome(scim, create(GROUPS, {"displayName": "all"}, "g1")).native_id
    assert group is not None
    members = [f"u{n:04}" for n in range(5000)]
    assert outcome(scim, membership(group, adds=members)).state is DONE
    whole = read_whole(scim, MEMBERSHIPS)

    assert whole.column("member") == members
    # This server takes half a second for each member that leaves so large a group.
    assert outcome(scim, membership(group, removes=members[:2])).state is DONE
    assert read_whole(scim, MEMBERSHIPS).column("member") == members[2:]


def test_hundreds_of_users_are_made_and_read_page_by_page(server, scim):
    work = [
        create(USERS, {"userName": f"u{n}", MAIL: f"u{n}@x.example"}, f"E{n}") for n in range(500)
    ]
    written = outcomes(scim, work)

    assert {w.state for w in written} == {DONE}
    whole = read_whole(scim, USERS, ["externalId", MAIL])

    assert whole.end.complete
    assert {row["id"]: row["externalId"] for row in whole.rows} == {
        w.native_id: f"E{n}" for n, w in enumerate(written)
    }


def test_a_wrong_token_is_a_matter_of_credentials(server):
    settings = {"url": server.url, "token": Secret("wrong")}
    with closing(ScimConnector("app", settings)) as connector:
        problem = problem_of(outcome(connector, create(USERS, {"userName": "ann"}, "E1")))
        health = connector.probe()

    assert isinstance(problem, AuthFailed)
    assert (health.reachable, health.allowed) == (True, False)
