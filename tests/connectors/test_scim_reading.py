"""What a SCIM read proves, and what it does when the server does not let it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from connectors._scim_wire import Patience
from connectors.scim import ScimConnector
from provisor.domain.schema import ObjectType
from provisor.errors import (
    AuthFailed,
    PermissionDenied,
    RetryAfter,
    TargetProblem,
    Transient,
    UnknownName,
    Unsupported,
)
from provisor.ports.connector import ReadRequest
from provisor.testing.walk import Whole, read_whole
from tests.connectors.faulty_scim import (
    DROP,
    LATE,
    SCIM,
    FaultyScim,
    connected,
    faulty_scim,
    html,
    listing,
    refusal,
    reply,
)

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS


@pytest.fixture
def server() -> Iterator[FaultyScim]:
    with faulty_scim() as running:
        yield running


@pytest.fixture
def scim(server: FaultyScim) -> Iterator[ScimConnector]:
    with connected(server, page_size=10) as connector:
        yield connector


def names(scim: ScimConnector) -> Whole:
    return read_whole(scim, USERS, ["userName"])


def reason(scim: ScimConnector) -> str:
    end = names(scim).end
    assert not end.complete
    return end.reason


def user(number: int) -> dict[str, object]:
    return {"id": f"id-{number}", "userName": f"user{number}"}


def test_a_list_of_many_pages_is_read_in_order_and_wholly(server, scim):
    ids = server.put_users(47)
    whole = names(scim)

    assert whole.end.complete
    assert whole.column("id") == ids


def test_only_the_attributes_that_the_rules_use_are_asked_for(server, scim):
    asked = ["active", 'emails[type eq "work"].value', "name.givenName"]
    read_whole(scim, USERS, asked)

    assert server.requests[0].query["attributes"] == "active,emails,id,name"


def test_without_projection_groups_are_read_without_their_members(server):
    with connected(server, projection=False) as scim:
        read_whole(scim, GROUPS, ["displayName"])

    assert server.requests[0].query["excludedAttributes"] == "members"
    assert "attributes" not in server.requests[0].query


def test_pages_that_come_shorter_than_asked_leave_no_gap(server, scim):
    ids = server.put_users(23)
    server.page_limit = 3

    assert names(scim).column("id") == ids


def test_pages_of_uneven_length_leave_no_gap(server, scim):
    ids = server.put_users(9)
    everyone = list(server.users.values())
    server.script("GET /Users", listing(everyone[:4], 9), listing(everyone[4:6], 9))
    server.page_limit = 4

    # The page that begins at 9 was asked for ahead, and 7 turned out to be next.
    assert names(scim).column("id") == ids


def test_a_path_that_is_understood_though_not_listed_is_offered(server, scim):
    billing = 'emails[type eq "billing"].value'

    assert billing in read_whole(scim, USERS, [billing]).end.columns


def test_an_empty_server_is_read_wholly_also_when_it_leaves_the_list_out(server, scim):
    server.script("GET /Users", reply(200, {"totalResults": 0}))

    assert names(scim).end.complete


def test_keys_in_any_letter_case_are_understood(server, scim):
    server.script(
        "GET /Users", reply(200, {"totalresults": 1, "resources": [{"ID": "a", "USERNAME": "Ann"}]})
    )
    server.script("GET /Users", listing([], 1))

    assert names(scim).rows == ({"id": "a", "userName": "Ann"},)


def test_booleans_sent_as_text_become_booleans(server, scim):
    for text in ("True", "False", "true"):
        server.make(server.users, {"userName": text, "active": text})

    assert read_whole(scim, USERS, ["active"]).column("active") == [True, False, True]


def test_an_unasked_cursor_is_followed_to_its_end(server, scim):
    server.script(
        "GET /Users",
        listing([user(1)], None, nextCursor="c1"),
        listing([user(2)], None, nextCursor="c2"),
        listing([user(3)], None),
    )
    whole = names(scim)
    queries = [dict(seen.query) for seen in server.requests]

    assert whole.end.complete
    assert whole.column("id") == ["id-1", "id-2", "id-3"]
    assert [query.pop("cursor", None) for query in queries] == [None, "c1", "c2"]
    assert "startIndex" not in queries[1]
    assert queries[1] == queries[2]


def test_a_cursor_that_comes_twice_is_no_end(server, scim):
    server.script(
        "GET /Users",
        listing([user(1)], None, nextCursor="c1"),
        listing([user(2)], None, nextCursor="c1"),
    )

    assert "one cursor twice" in reason(scim)


# --- lists that prove nothing ---------------------------------------------------------------


def test_a_page_that_comes_again_is_no_complete_read(server, scim):
    server.put_users(30)
    server.ignores_index = True

    assert "10 of 10 objects of a page were listed before, after 10 of 30" in reason(scim)


def test_one_object_on_two_pages_is_no_complete_read(server, scim):
    server.script("GET /Users", listing([user(1), user(2)], 4), listing([user(2), user(3)], 4))

    assert "1 of 2 objects of a page were listed before" in reason(scim)


def test_a_total_that_is_too_high_is_no_complete_read(server, scim):
    server.put_users(12)
    server.total = lambda count: count + 5

    assert reason(scim) == "the list ends after 12 of 17 declared objects"


def test_a_total_that_is_too_low_is_no_complete_read(server, scim):
    server.put_users(12)
    server.total = lambda _: 11

    assert reason(scim) == "the system declares 11 objects and lists 12"


def test_the_page_size_as_total_is_no_complete_read(server, scim):
    server.put_users(30)
    server.total = lambda count: min(count, 10)

    assert reason(scim) == "the system declares 10 objects and lists more"


def test_the_page_size_as_total_is_seen_through_where_the_index_is_ignored_too(server, scim):
    server.put_users(30)
    server.ignores_index = True
    server.total = lambda count: min(count, 10)

    assert "wherever a page should begin" in reason(scim)


@pytest.mark.parametrize("count", [1, 7, 10, 20, 23])
def test_a_server_that_starts_again_behind_its_end_is_read_wholly(server, scim, count):
    server.put_users(count)
    server.starts_again = True

    whole = names(scim)

    assert (whole.end.complete, len(whole.rows)) == (True, count)


def test_a_total_that_changes_while_pages_are_read_is_no_complete_read(server, scim):
    server.script("GET /Users", listing([user(1)], 2), listing([user(2)], 3))

    assert reason(scim) == "the declared total changed from 2 to 3 while pages were read"


def test_a_resource_without_an_id_is_no_complete_read(server, scim):
    server.script("GET /Users", listing([user(1), {"userName": "ann"}], 2))

    assert reason(scim) == "1 of 2 objects of a page have no id"


def test_an_empty_page_before_the_end_is_no_complete_read(server, scim):
    server.script("GET /Users", listing([user(1)], 2), listing([], 2))

    assert reason(scim) == "the list ends after 1 of 2 declared objects"


# --- servers that do not answer as they should --------------------------------------------------


def problem(scim: ScimConnector) -> TargetProblem:
    with pytest.raises(TargetProblem) as raised:
        names(scim)
    assert raised.value.__context__ is None
    return raised.value


@pytest.mark.parametrize(
    ("status", "expected"), [(401, AuthFailed), (403, PermissionDenied), (501, Unsupported)]
)
def test_a_refusal_is_not_asked_twice(server, scim, status, expected):
    server.script("GET /Users", refusal(status))

    assert type(problem(scim)) is expected
    assert len(server.requests) == 1


def test_a_pause_asked_for_in_seconds_is_made(server, scim):
    server.script("GET /Users", reply(429, Retry_After="7"))

    assert names(scim).end.complete
    assert server.sleeps == [7.0]


def test_a_pause_asked_for_by_date_is_made_by_the_systems_own_clock(server, scim):
    there = {"Date": "Sun, 06 Apr 2031 15:00:00 GMT"}
    server.script("GET /Users", reply(503, Retry_After="Sun, 06 Apr 2031 15:00:20 GMT", **there))

    assert names(scim).end.complete
    assert server.sleeps == [20.0]


def test_calls_that_meet_one_pause_wait_it_out_together():
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async def meet() -> list[bool]:
        patience = Patience(60, sleep)
        return await asyncio.gather(*(patience.pause(40) for _ in range(4)))

    assert asyncio.run(meet()) == [True] * 4
    assert slept == [40]


def test_a_half_read_list_can_be_dropped_after_closing(server):
    server.put_users(60)
    with connected(server, page_size=10) as scim:
        half_read = scim.read(ReadRequest(USERS, ("id",)))
        next(half_read)

    del half_read


def test_a_pause_beyond_all_patience_is_reported_instead(server, scim):
    server.script("GET /Users", reply(429, Retry_After="86400"))
    found = problem(scim)

    assert isinstance(found, RetryAfter)
    assert found.seconds == 86_400
    assert server.sleeps == []


PASSING = {
    "fault": refusal(500),
    "gateway": html(502),
    "garbage": reply(200, "{no json", Content_Type=SCIM),
    "reset": DROP,
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_a_passing_fault_is_waited_out(server, scim, fault):
    server.put_users(3)
    server.script("GET /Users", fault, fault)

    assert len(names(scim).rows) == 3
    assert server.sleeps == [0.5, 1.0]


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_a_fault_that_stays_is_reported(server, scim, fault):
    server.script("GET /Users", *[fault] * 12)

    assert isinstance(problem(scim), Transient)
    assert server.sleeps == [0.5, 1.0, 2.0, 4.0]


def test_a_server_that_hangs_is_given_up(server):
    server.script("GET /Users", *[LATE] * 9)
    with connected(server, time_out_seconds=0.05) as scim:
        assert problem(scim).what == "no sign of life within 0.05 seconds"


def test_an_answer_that_trickles_without_end_is_given_up(server):
    server.script("GET /Users", *[LATE] * 9)
    with connected(server, total_deadline_seconds=0.05) as scim:
        assert problem(scim).what == "the answer did not end within 0.05 seconds"


def test_a_server_that_is_not_there_is_reported(server):
    with connected(server, url="http://127.0.0.1:9/") as scim:
        assert problem(scim).what == "no connection could be made"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_refused_and_no_token_follows_it(server, scim, status):
    with faulty_scim() as elsewhere:
        server.script("GET /Users", reply(status, Location=f"{elsewhere.url}/Users"))
        found = problem(scim)

    assert isinstance(found, Unsupported)
    assert "redirect" in found.what
    assert elsewhere.requests == []


def test_a_sign_in_page_with_status_200_is_no_list(server, scim):
    server.script("GET /Users", html(200))

    assert problem(scim).what == "the answer is not SCIM"


@pytest.mark.parametrize("status", [201, 202, 204, 206])
def test_a_success_that_is_not_200_is_no_list(server, scim, status):
    server.script("GET /Users", reply(status, {"totalResults": 0, "Resources": []}))

    assert isinstance(problem(scim), Transient)


def test_an_error_under_status_200_is_no_list(server, scim):
    server.script("GET /Users", reply(200, {"schemas": ["…:Error"], "totalResults": 0}))

    assert isinstance(problem(scim), Transient)


def test_a_wrong_address_is_called_so(server, scim):
    server.script("GET /Users", refusal(404))

    assert "`url`" in problem(scim).next


def test_a_secret_is_neither_asked_for_nor_shown(server, scim):
    server.make(server.users, {"password": "hunter2"})
    whole = read_whole(scim, USERS, ["password"])

    assert whole.rows == ({"id": "id-0"},)
    assert server.requests[0].query["attributes"] == "id"


def test_an_unknown_attribute_is_refused_with_the_nearest_name(scim):
    with pytest.raises(UnknownName, match="username") as raised:
        read_whole(scim, USERS, ["username"])

    assert "`userName`" in raised.value.next
