"""Batches of actions: what is repeated, what is asked of the pace, what is never said."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from connectors.scim import ScimConnector
from provisor.domain.action import Operation
from provisor.domain.schema import ObjectType
from provisor.errors import (
    AuthFailed,
    Conflict,
    InvalidValue,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    ReferenceMissing,
    RetryAfter,
    TargetProblem,
    Transient,
    Uncertain,
    Unsupported,
)
from provisor.ports.connector import OutcomeState
from provisor.testing import OpenPace, RefusingPace
from provisor.testing.walk import all_text_of, outcome, outcomes, problem_of, read_whole
from provisor.testing.works import change, create, delete, membership, update
from tests.connectors.faulty_scim import (
    CANARY,
    DROP,
    LATE,
    FaultyScim,
    connected,
    done_then,
    faulty_scim,
    html,
    listing,
    refusal,
    reply,
)

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
DONE, UNCERTAIN = OutcomeState.DONE, OutcomeState.UNCERTAIN
PERSON = "zq7-siobhan-canary"


@pytest.fixture
def server() -> Iterator[FaultyScim]:
    with faulty_scim() as running:
        running.make(running.users, {"userName": "ann"})
        yield running


@pytest.fixture
def scim(server: FaultyScim, request: pytest.FixtureRequest) -> Iterator[ScimConnector]:
    # A test of a server that hangs waits for the time-out; the others must never meet one.
    seconds = 1 if "hang" in request.node.name else 30
    with connected(server, time_out_seconds=seconds) as connector:
        yield connector


# --- what a refusal means -------------------------------------------------------------------

MEANINGS = [
    (refusal(400, "invalidValue"), InvalidValue),
    (refusal(400, "invalidSyntax"), InvalidValue),
    (refusal(400, "mutability"), InvalidValue),
    (refusal(400, "tooMany"), QuotaExceeded),
    (refusal(400, "uniqueness"), Conflict),
    (refusal(400), InvalidValue),
    (refusal(401), AuthFailed),
    (refusal(403), PermissionDenied),
    (refusal(404), NotFound),
    (refusal(405), Unsupported),
    (refusal(409), Conflict),
    (refusal(412), Conflict),
    (refusal(413), QuotaExceeded),
    (refusal(418), Unsupported),
    (refusal(422), InvalidValue),
    (reply(307, Location="http://127.0.0.1:9/"), Unsupported),
]


@pytest.mark.parametrize(("answer", "kind"), MEANINGS)
def test_each_refusal_is_called_what_it_is_and_not_repeated(server, scim, answer, kind):
    server.script("PATCH /Users", answer)
    problem = problem_of(outcome(scim, update(USERS, "id-0", {"title": "x"})))

    assert type(problem) is kind
    assert len(server.sent("PATCH /Users")) == 1


def test_the_only_attribute_that_was_sent_is_the_refused_one(server, scim):
    server.script("PATCH /Users", refusal(400, "invalidValue"))
    problem = problem_of(outcome(scim, update(USERS, "id-0", {"title": "x"})))

    assert isinstance(problem, InvalidValue)
    assert problem.attribute == "title"


def test_of_several_attributes_the_one_that_the_server_names_is_the_refused_one(server, scim):
    detail = f"displayName must not be {PERSON}"
    server.script("PATCH /Users", refusal(400, "invalidValue", detail))
    work = update(USERS, "id-0", {"displayName": PERSON, "title": "x"})
    problem = problem_of(outcome(scim, work))

    assert isinstance(problem, InvalidValue)
    assert problem.attribute == "displayName"
    assert PERSON not in all_text_of(problem)


# --- what is repeated -----------------------------------------------------------------------


@pytest.mark.parametrize("where", ["POST /Users", "PATCH /Users", "DELETE /Users"])
@pytest.mark.parametrize(
    ("status", "asked", "seconds"),
    [
        (429, "7", 7.0),
        (503, "7", 7.0),
        (429, "Sun, 06 Apr 2031 12:00:20 GMT", 20.0),
        (429, "Sun, 06 Apr 2031 11:00:00 GMT", 0.0),
        (429, "99999999", 366 * 86_400.0),
        (429, "soon", 0.5),
        (429, "-5", 0.5),
    ],
)
def test_a_write_that_was_surely_not_done_is_repeated_after_the_pause(
    server, scim, where, status, asked, seconds
):
    server.script(where, reply(status, Retry_After=asked, Date="Sun, 06 Apr 2031 12:00:00 GMT"))
    works = {
        "POST /Users": create(USERS, {"userName": "eve"}, "E2"),
        "PATCH /Users": update(USERS, "id-0", {"title": "x"}),
        "DELETE /Users": delete(USERS, "id-0"),
    }
    pace = OpenPace()
    (written,) = outcomes(scim, [works[where]], pace)

    assert written.state is DONE
    assert pace.pauses == [seconds]
    assert pace.calls == 2


def test_a_server_that_only_asks_to_wait_is_given_up_after_some_calls(server, scim):
    server.script("PATCH /Users", *[reply(429, Retry_After="3")] * 40)
    pace = OpenPace()
    (written,) = outcomes(scim, [update(USERS, "id-0", {"title": "x"})], pace)
    problem = problem_of(written)

    assert isinstance(problem, RetryAfter)
    assert problem.seconds == 3
    assert (pace.calls, pace.pauses) == (30, [3.0] * 29)


def test_a_server_that_is_not_there_is_tried_again_and_then_reported(server):
    pace = OpenPace()
    with connected(server, url="http://127.0.0.1:9/") as scim:
        (written,) = outcomes(scim, [create(USERS, {"userName": "eve"}, "E2")], pace)

    assert isinstance(problem_of(written), Transient)
    assert pace.pauses == [0.5, 1.0, 2.0, 4.0]


# --- what is asked of the pace --------------------------------------------------------------


def test_every_call_has_a_permit_also_the_look_after_a_conflict(server, scim):
    pace = OpenPace()
    outcomes(scim, [create(USERS, {"userName": "ann"}, "E1")], pace)

    assert pace.calls == len(server.requests)


def test_a_look_without_a_permit_leaves_the_create_uncertain(server, scim):
    server.script("POST /Users", done_then(refusal(500)))
    (written,) = outcomes(scim, [create(USERS, {"userName": "eve"}, "E2")], RefusingPace(after=1))

    assert (written.state, type(written.problem)) == (UNCERTAIN, Uncertain)


def test_after_the_first_refusal_nobody_asks_any_more(server, scim):
    pace = RefusingPace(after=0)
    written = outcomes(scim, [create(USERS, {"userName": f"u{n}"}) for n in range(50)], pace)

    assert {type(w.problem) for w in written} == {Transient}
    assert pace.refused == 1
    assert server.requests == []


def test_no_more_calls_are_open_than_the_pace_allows(server, scim):
    busiest = 0
    open_calls = 0

    async def slowly(_server, seen):
        nonlocal busiest, open_calls
        open_calls += 1
        busiest = max(busiest, open_calls)
        answer = await reply(201, {"id": seen.body["userName"]})(_server, seen)
        open_calls -= 1
        return answer

    server.script("POST /Users", *[slowly] * 40)
    work = [create(USERS, {"userName": f"u{n}"}) for n in range(40)]
    outcomes(scim, work, OpenPace(in_flight=3))

    assert 1 <= busiest <= 3


def test_actions_on_one_object_keep_their_order(server, scim):
    titles = [str(n) for n in range(30)]
    outcomes(scim, [update(USERS, "id-0", {"title": title}) for title in titles])
    sent = [seen.operations[0]["value"] for seen in server.sent("PATCH /Users")]

    assert sent == titles


def test_outcomes_come_while_others_are_still_on_their_way(server):
    server.script("POST /Users", LATE)
    with connected(server, time_out_seconds=20, in_flight=2) as scim:
        work = [create(USERS, {"userName": f"u{n}"}) for n in range(4)]
        with closing(scim.apply(work, OpenPace())) as coming:  # type: ignore[type-var]  # a generator
            first = [next(coming) for _ in range(3)]

    assert {w.state for w in first} == {DONE}


def test_a_fault_of_the_pace_is_not_swallowed(server, scim):
    class Broken(OpenPace):
        def permit(self, calls: int = 1) -> bool:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(scim.apply([create(USERS, {"userName": "eve"})], Broken()))


def test_a_closed_connector_leaves_no_thread_behind(server):
    before = set(threading.enumerate())
    with connected(server) as scim:
        outcome(scim, create(USERS, {"userName": "eve"}))
        own = {one for one in threading.enumerate() if one.name.startswith("scim ")} - before

    assert own
    assert not any(one.is_alive() for one in own)


# --- members --------------------------------------------------------------------------------


@pytest.fixture
def group(server: FaultyScim) -> str:
    return str(server.make(server.groups, {"members": []})["id"])


def test_five_thousand_members_join_in_calls_of_a_thousand(server, scim, group):
    members = [f"u{n:04}" for n in range(5000)]
    assert outcome(scim, membership(group, adds=members)).state is DONE
    calls = [seen.operations for seen in server.sent("PATCH /Groups")]

    assert [[len(one["value"]) for one in call] for call in calls] == [[1000]] * 5
    assert [m["value"] for (one,) in calls for m in one["value"]] == members


def test_members_leave_each_by_name_and_never_all_at_once(server, scim, group):
    outcome(scim, membership(group, adds=["c"], removes=["a", 'b"\\']))
    (call,) = server.sent("PATCH /Groups")

    assert call.operations == [
        {"op": "remove", "path": 'members[value eq "a"]'},
        {"op": "remove", "path": 'members[value eq "b\\"\\\\"]'},
        {"op": "add", "path": "members", "value": [{"value": "c"}]},
    ]
    assert '"path": "members"}' not in json.dumps(call.body)


def test_a_member_without_an_id_would_stand_for_all_and_is_not_sent(server, scim, group):
    assert isinstance(problem_of(outcome(scim, membership(group, removes=["", "a"]))), InvalidValue)
    assert server.requests == []


def test_a_change_of_no_members_sends_nothing(server, scim, group):
    assert outcome(scim, membership(group)).state is OutcomeState.ALREADY_SO
    assert server.requests == []


def test_a_member_who_left_already_does_not_hold_the_others_back(server, scim, group):
    server.groups[group]["members"] = [{"value": "b"}]
    server.script("PATCH /Groups", refusal(400, "noTarget"))
    outcome(scim, membership(group, adds=["c"], removes=["a", "b"]))

    assert server.sent("PATCH /Groups")[1].operations == [
        {"op": "remove", "path": 'members[value eq "b"]'},
        {"op": "add", "path": "members", "value": [{"value": "c"}]},
    ]


@pytest.mark.parametrize(
    ("kept", "state"), [(["a"], DONE), (["a", "b"], UNCERTAIN), ([], UNCERTAIN)]
)
@pytest.mark.parametrize("lost", [DROP, LATE, refusal(500)], ids=["reset", "hang", "fault"])
def test_members_whose_answer_is_lost_are_looked_at_once(server, scim, group, lost, kept, state):
    server.groups[group]["members"] = [{"value": one} for one in kept]
    server.script("PATCH /Groups", lost)
    written = outcome(scim, membership(group, adds=["a"], removes=["b"]))

    assert written.state is state
    assert len(server.sent("PATCH /Groups")) == 1


def test_members_that_the_server_does_not_take_are_a_missing_reference(server, scim, group):
    server.script("PATCH /Groups", refusal(400, "invalidValue"))

    assert isinstance(problem_of(outcome(scim, membership(group, ["x"]))), ReferenceMissing)


def test_a_membership_that_stops_half_way_says_how_far_it_came(server, group):
    server.script("PATCH /Groups", reply(204), reply(204), refusal(403))
    with connected(server, members_per_call=10) as scim:
        problem = problem_of(outcome(scim, membership(group, [f"u{n}" for n in range(50)])))

    assert problem.safe == "2 of 5 calls were carried out before it"


# --- what is never said ---------------------------------------------------------------------


def test_neither_token_nor_person_stands_in_errors_logs_or_texts(server, scim, caplog):
    caplog.set_level(logging.DEBUG)
    spoken = refusal(400, "invalidValue", f"{PERSON} is wrong, and so is {CANARY}")
    page = reply(500, f"<html>{PERSON} {CANARY}</html>", Content_Type="text/html")
    answers = [spoken, page, DROP, refusal(409), refusal(401, detail=PERSON), html(200)]
    server.script("POST /Users", *answers)
    work = [create(USERS, {"userName": f"{PERSON}{n}"}, f"{PERSON}{n}") for n in range(6)]
    said = [all_text_of(w.problem) for w in outcomes(scim, work) if w.problem]
    server.script("GET /Users", listing([{"userName": PERSON}], 1))
    said.append(read_whole(scim, USERS, ["userName"]).end.reason)
    server.script("GET /Users", spoken)
    with pytest.raises(TargetProblem) as raised:
        read_whole(scim, USERS)
    said += [
        all_text_of(raised.value),
        repr(scim),
        str(vars(scim)),
        caplog.text,
        scim.probe().found,
    ]

    assert len(said) >= 10
    assert [text for text in said if PERSON in text or CANARY in text] == []


def test_the_token_goes_out_as_a_bearer_token(server, scim):
    scim.probe()

    assert {seen.headers["Authorization"] for seen in server.requests} == {f"Bearer {CANARY}"}


def test_a_grant_that_names_neither_members_nor_changes_sends_nothing(server, scim):
    written = outcome(scim, change(Operation.GRANT, GROUPS, "id-0", {}))

    assert written.state is OutcomeState.ALREADY_SO
    assert server.requests == []
