"""Many writes in one call: each has an outcome of its own, and what is not said is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from aiohttp import web

from connectors.scim import ScimConnector
from provisor.domain.schema import ObjectType
from provisor.errors import AuthFailed, Conflict, NotFound, RetryAfter, Transient, Uncertain
from provisor.ports.connector import OutcomeState, Work
from provisor.ports.secret import Secret
from provisor.testing.pace import OpenPace, RefusingPace
from provisor.testing.walk import outcomes, problem_of, read_whole
from provisor.testing.works import create, delete, membership, update
from tests.connectors.faulty_scim import (
    DROP,
    FaultyScim,
    Script,
    Seen,
    connected,
    done_then,
    faulty_scim,
    html,
    refusal,
    reply,
)
from tests.connectors.odd_scim import OddScim
from tests.connectors.scim_server import TOKEN, running_server

USERS = ObjectType.USERS
DONE, ALREADY_SO = OutcomeState.DONE, OutcomeState.ALREADY_SO
FAILED, UNCERTAIN = OutcomeState.FAILED, OutcomeState.UNCERTAIN


@pytest.fixture
def server() -> Iterator[OddScim]:
    with faulty_scim(server=OddScim(bulk=1000)) as running:
        assert isinstance(running, OddScim)
        yield running


@pytest.fixture
def scim(server: OddScim) -> Iterator[ScimConnector]:
    with connected(server, dialect={"bulk": {"operations": 50}}) as connector:
        yield connector


def newcomers(count: int) -> list[Work]:
    return [create(USERS, {"userName": f"u{n}"}, f"E{n}") for n in range(count)]


def calls(server: FaultyScim) -> Counter[str]:
    return Counter(f"{one.method} /{one.path.split('/')[1]}" for one in server.requests)


def test_many_newcomers_are_made_in_few_calls(server, scim):
    pace = OpenPace()
    written = outcomes(scim, newcomers(120), pace)

    assert {one.state for one in written} == {DONE}
    assert calls(server) == {"POST /Bulk": 3}
    assert pace.calls == 3
    assert {one.native_id for one in written} == set(server.users)
    assert [server.users[w.native_id or ""]["userName"] for w in written] == [
        f"u{n}" for n in range(120)
    ]


def test_each_operation_has_its_own_outcome(server, scim):
    server.make(server.users, {"userName": "u1", "externalId": "E1"})
    server.make(server.users, {"userName": "u2", "externalId": "other"})
    work = [
        *newcomers(4),
        update(USERS, "id-0", {"title": "x"}),
        update(USERS, "no-such-id", {"title": "x"}),
        delete(USERS, "id-1"),
        delete(USERS, "gone"),
    ]
    written = outcomes(scim, work)

    assert [one.state for one in written] == [
        *(DONE, ALREADY_SO, FAILED, DONE, DONE, FAILED, DONE, ALREADY_SO)
    ]
    assert isinstance(written[2].problem, Conflict)
    assert isinstance(written[5].problem, NotFound)
    assert calls(server)["POST /Bulk"] == 1
    assert server.users["id-0"]["title"] == "x"


def test_acts_on_one_object_stay_in_their_order(server, scim):
    server.make(server.users, {"userName": "ann"})
    work = [update(USERS, "id-0", {"title": str(n)}) for n in range(4)]
    assert {one.state for one in outcomes(scim, [*work, *newcomers(3)])} == {DONE}

    assert server.users["id-0"]["title"] == "3"


def test_members_travel_together_too(server, scim):
    for name in ("a", "b"):
        server.make(server.groups, {"displayName": name})
    work = [membership("id-0", adds=["u1"]), membership("id-1", adds=["u2"], removes=["u1"])]
    assert {one.state for one in outcomes(scim, work)} == {DONE}

    assert calls(server) == {"POST /Bulk": 1}
    assert server.groups["id-1"]["members"] == [{"value": "u2"}]


LOST = {"reset": DROP, "fault": refusal(500), "portal": html(200), "empty": reply(200, {"x": 1})}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
def test_an_answer_that_is_lost_is_settled_by_looking_at_each(server, scim, lost):
    server.script("POST /Bulk", done_then(lost))
    written = outcomes(scim, newcomers(5))

    assert {one.state for one in written} == {DONE}
    assert len(server.users) == 5
    assert calls(server)["POST /Bulk"] == 1
    assert calls(server)["POST /Users"] == 0


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
def test_what_a_look_does_not_find_stays_uncertain_and_is_not_sent_again(server, scim, lost):
    server.script("POST /Bulk", lost)
    written = outcomes(scim, newcomers(5))

    assert {(one.state, type(one.problem)) for one in written} == {(UNCERTAIN, Uncertain)}
    assert (calls(server)["POST /Bulk"], calls(server)["POST /Users"]) == (1, 0)


def test_what_a_server_that_stops_does_not_mention_is_looked_at(server, scim):
    server.bulk_stops_after = 1
    server.make(server.users, {"userName": "u1", "externalId": "other"})
    written = outcomes(scim, newcomers(4))

    assert [one.state for one in written] == [DONE, FAILED, UNCERTAIN, UNCERTAIN]
    assert calls(server)["POST /Users"] == 0


def test_a_call_that_is_too_large_did_nothing_and_goes_out_in_smaller_ones(server, scim):
    server.bulk = 10
    assert {one.state for one in outcomes(scim, newcomers(100))} == {DONE}

    assert len(server.users) == 100


def test_calls_keep_to_the_size_that_the_dialect_names(server):
    small = {"bulk": {"operations": 50, "bytes": 2000}}
    with connected(server, dialect=small) as scim:
        assert {one.state for one in outcomes(scim, newcomers(40))} == {DONE}

    sizes = [int(one.headers["Content-Length"]) for one in server.requests]
    assert max(sizes) <= 2000


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_a_server_that_takes_no_such_call_is_written_to_one_by_one(server, scim, status):
    server.script("POST /Bulk", refusal(status))
    assert {one.state for one in outcomes(scim, newcomers(20))} == {DONE}

    assert calls(server) == {"POST /Bulk": 1, "POST /Users": 20}


def test_a_call_that_has_to_wait_is_sent_again(server, scim):
    server.script("POST /Bulk", reply(429, Retry_After="7"))
    pace = OpenPace()
    assert {one.state for one in outcomes(scim, newcomers(5), pace)} == {DONE}

    assert pace.pauses == [7.0]


def test_an_operation_that_has_to_wait_is_sent_again_alone(server, scim):
    server.script("POST /Bulk", among(429))
    assert {one.state for one in outcomes(scim, newcomers(3))} == {DONE}

    assert calls(server) == {"POST /Bulk": 1, "POST /Users": 3}


def among(status: int) -> Script:
    """Answer every operation with this status, and do none."""

    async def answer(server: FaultyScim, seen: Seen) -> web.StreamResponse:
        told = [
            {"bulkId": one["bulkId"], "method": one["method"], "status": status}
            for one in seen.body["Operations"]
        ]
        return await reply(200, {"Operations": told})(server, seen)

    return answer


@pytest.mark.parametrize(("status", "kind"), [(401, AuthFailed), (429, RetryAfter)])
def test_a_refusal_that_is_about_us_is_every_operations_own(server, scim, status, kind):
    server.script("POST /Bulk", *[refusal(status)] * 99)
    written = outcomes(scim, newcomers(3))

    assert {type(problem_of(one)) for one in written} == {kind}
    assert calls(server)["POST /Users"] == 0


def test_nothing_is_sent_without_a_permit(server, scim):
    written = outcomes(scim, newcomers(30), RefusingPace())

    assert {type(problem_of(one)) for one in written} == {Transient}
    assert server.requests == []


def test_what_comes_alone_is_sent_alone(server, scim):
    assert outcomes(scim, newcomers(1))[0].state is DONE
    assert calls(server) == {"POST /Users": 1}


def test_versions_travel_with_their_operations():
    server = OddScim(bulk=100, versions=True)
    dialect = {"bulk": {"operations": 50}, "etags": True}
    with faulty_scim(server=server), connected(server, dialect=dialect) as scim:
        assert {one.state for one in outcomes(scim, newcomers(3))} == {DONE}
        work = [update(USERS, native_id, {"title": "x"}) for native_id in server.users]
        assert {one.state for one in outcomes(scim, work)} == {DONE}
        together = [s for one in server.sent("POST /Bulk") for s in one.body["Operations"]]
        told = {one["version"] for one in together if "version" in one}
        told |= {one.headers["If-Match"] for one in server.sent("PATCH /Users")}

    assert told == {'W/"1"', 'W/"2"', 'W/"3"'}


@pytest.mark.outer
def test_a_real_server_takes_a_hundred_in_one_call_and_shows_them_all():
    with running_server() as real:
        dialect = {"bulk": {"operations": 100}}
        settings = {"url": real.url, "token": Secret(TOKEN), "dialect": dialect}
        scim = ScimConnector("app", settings)
        pace = OpenPace()
        written = outcomes(scim, newcomers(100), pace)
        whole = read_whole(scim, USERS, ["externalId"])
        scim.close()

    assert pace.calls == 1
    assert {one.state for one in written} == {DONE}
    assert {row["id"]: row["externalId"] for row in whole.rows} == {
        one.native_id: f"E{n}" for n, one in enumerate(written)
    }
