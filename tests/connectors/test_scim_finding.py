"""Point look-ups, probes and memberships of the SCIM connector before a server with faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.scim import ScimConnector
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem, Transient, UnknownName, Unsupported
from provisor.ports.connector import Candidate
from provisor.testing.walk import read_whole
from tests.connectors.faulty_scim import (
    FaultyScim,
    connected,
    faulty_scim,
    html,
    listing,
    refusal,
    reply,
)

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS
MAIL = 'emails[type eq "work"].value'


@pytest.fixture
def server() -> Iterator[FaultyScim]:
    with faulty_scim() as running:
        yield running


@pytest.fixture
def scim(server: FaultyScim) -> Iterator[ScimConnector]:
    with connected(server, page_size=10) as connector:
        yield connector


def by(scim: ScimConnector, attribute: str, value: Value) -> list[str]:
    return [r.key for r in scim.find(Candidate(USERS, match=(attribute, value)))]


# --- find -----------------------------------------------------------------------------------


def test_a_server_that_ignores_filters_does_not_hand_over_somebody_else(server, scim):
    ids = server.put_users(5)
    server.ignores_filters = True

    assert by(scim, "userName", "user3") == [ids[3]]
    assert by(scim, "userName", "nobody") == []


def test_a_server_that_ignores_filters_and_holds_many_is_not_believed(server, scim):
    server.put_users(150)
    server.ignores_filters = True

    with pytest.raises(Unsupported, match="filter"):
        by(scim, "userName", "user3")


def test_login_names_are_compared_without_letter_case_and_anchors_with_it(server, scim):
    native_id = server.make(server.users, {"userName": "Anna", "externalId": "Ab"})["id"]
    by_anchor = [scim.find(Candidate(USERS, anchor=anchor)) for anchor in ("Ab", "AB")]

    assert by(scim, "userName", "aNNA") == [native_id]
    assert [len(found) for found in by_anchor] == [1, 0]


@pytest.mark.parametrize(
    "name",
    [
        *("o'brien", 'say "hi"', "back\\slash", "a+b&c=d%20#e", "Żółć 王", "two\nlines", "a b"),
        *("*", "(x)", ') or (userName eq "other', 'a" or userName pr or userName eq "'),
    ],
)
def test_any_text_can_be_looked_for(server, scim, name):
    native_id = server.make(server.users, {"userName": name})["id"]
    server.make(server.users, {"userName": "other"})

    assert by(scim, "userName", name) == [native_id]


def test_a_blank_in_a_filter_never_travels_as_a_plus(server, scim):
    by(scim, "userName", "a b")
    # The server would read both as a blank; others take the plus at its word.
    assert server.requests[0].query["filter"] == 'userName eq "a b"'


def test_several_hits_are_all_shown(server, scim):
    for number in range(3):
        server.make(server.users, {"userName": f"u{number}", "externalId": "same"})

    assert len(scim.find(Candidate(USERS, anchor="same"))) == 3


def test_an_address_is_looked_for_in_all_elements_and_checked_in_the_right_one(server, scim):
    work = {"id": "w", "emails": [{"type": "work", "value": "a@x.example"}]}
    home = {"id": "h", "emails": [{"type": "home", "value": "a@x.example"}]}
    server.script("GET /Users", listing([work, home], 2), listing([], 2))

    assert by(scim, MAIL, "A@x.example") == ["w"]
    assert server.requests[0].query["filter"] == 'emails.value eq "A@x.example"'


def test_a_server_without_that_filter_is_asked_in_the_other_form(server, scim):
    work = {"id": "w", "emails": [{"type": "work", "value": "a@x.example"}]}
    server.script("GET /Users", refusal(400, "invalidFilter"), listing([work], 1), listing([], 1))

    assert by(scim, MAIL, "a@x.example") == ["w"]
    assert server.requests[1].query["filter"] == 'emails[type eq "work"].value eq "a@x.example"'


def test_a_look_up_that_is_not_wholly_answered_proves_no_absence(server, scim):
    server.script("GET /Users", listing([], 1))

    with pytest.raises(Transient, match="whole"):
        scim.find(Candidate(USERS, anchor="E1"))


def test_an_answer_about_somebody_else_is_none(server, scim):
    server.script("GET /Users", reply(200, {"id": "other"}))

    with pytest.raises(Transient):
        scim.find(Candidate(USERS, native_id="id-1"))


def test_an_id_with_signs_of_addresses_stays_one_part_of_the_path(server, scim):
    assert scim.find(Candidate(USERS, native_id="a/b?c=1#d é")) == ()
    assert server.requests[0].path == "/Users/a%2Fb%3Fc%3D1%23d%20%C3%A9"


@pytest.mark.parametrize("native_id", ["", ".", ".."])
def test_an_id_that_would_lead_elsewhere_is_never_sent(server, scim, native_id):
    with pytest.raises(TargetProblem):
        scim.find(Candidate(USERS, native_id=native_id))

    assert server.requests == []


def test_an_unknown_attribute_cannot_be_looked_for(scim):
    with pytest.raises(UnknownName):
        by(scim, "no-such", "x")


def test_a_query_string_of_the_address_goes_with_every_call(server):
    with connected(server, url=f"{server.url}/?flag=1") as scim:
        scim.find(Candidate(USERS, anchor="E1"))
        scim.find(Candidate(USERS, native_id="id-1"))

    assert [seen.query["flag"] for seen in server.requests] == ["1", "1"]
    assert [seen.path for seen in server.requests] == ["/Users", "/Users/id-1"]


# --- probe ----------------------------------------------------------------------------------


def test_a_probe_says_what_the_server_can_do(server, scim):
    server.put_users(3)
    health = scim.probe()

    assert (health.reachable, health.allowed) == (True, True)
    assert health.found == (
        "3 users; patch yes, bulk no, filter unknown, sort unknown, etag unknown"
    )


def test_a_probe_measures_the_clock_of_the_server(server, scim):
    # The connector's clock stands at noon.
    answer = reply(200, {"totalResults": 0}, Date="Sun, 06 Apr 2031 12:01:30 GMT")
    server.script("GET /Users", answer)

    assert scim.probe().clock_offset_seconds == 90


def test_a_probe_with_a_wrong_token_reaches_and_is_not_allowed(server, scim):
    server.script("GET /Users", refusal(401))
    health = scim.probe()

    assert (health.reachable, health.allowed) == (True, False)
    assert "401" in health.found


def test_a_probe_of_a_portal_is_not_allowed(server, scim):
    server.script("GET /Users", html())

    assert not scim.probe().allowed


def test_a_probe_of_nothing_reaches_nothing(server):
    with connected(server, url="http://127.0.0.1:9/v2") as scim:
        health = scim.probe()

    assert (health.reachable, health.allowed) == (False, False)


def test_a_probe_asks_for_no_more_than_an_id(server, scim):
    scim.probe()

    assert server.sent("GET /Users")[0].query["attributes"] == "id"


# --- memberships ----------------------------------------------------------------------------


def test_members_are_pairs_of_ids_and_each_is_one(server, scim):
    members = [{"value": "u1", "display": "Ann"}, {"value": "u2"}, {"value": "u1"}]
    group = server.make(server.groups, {"members": members})["id"]
    server.make(server.groups, {"displayName": "empty"})
    whole = read_whole(scim, MEMBERSHIPS, ["group", "member"])

    assert whole.end.complete
    assert whole.rows == ({"group": group, "member": "u1"}, {"group": group, "member": "u2"})


def test_a_group_in_a_group_is_a_member(server, scim):
    inner = server.make(server.groups, {})["id"]
    outer = server.make(server.groups, {"members": [{"value": inner, "type": "Group"}]})["id"]

    assert read_whole(scim, MEMBERSHIPS).rows == ({"group": outer, "member": inner},)


def test_a_member_without_an_id_is_no_complete_read(server, scim):
    server.make(server.groups, {"members": [{"display": "Ann"}]})
    end = read_whole(scim, MEMBERSHIPS).end

    assert not end.complete
    assert "Ann" not in end.reason


def test_a_list_that_leaves_members_out_is_no_complete_read(server, scim):
    native_id = server.make(server.groups, {"members": [{"value": "u1"}]})["id"]
    server.script("GET /Groups", listing([{"id": native_id}], 1), listing([], 1))

    assert "leaves their members out" in read_whole(scim, MEMBERSHIPS).end.reason


def test_groups_that_are_empty_are_read_wholly(server, scim):
    server.make(server.groups, {"displayName": "empty"})

    assert read_whole(scim, MEMBERSHIPS).end.complete


def test_memberships_are_read_over_all_pages_of_groups(server, scim):
    for number in range(25):
        server.make(server.groups, {"members": [{"value": f"u{number}"}]})

    assert len(read_whole(scim, MEMBERSHIPS).rows) == 25
