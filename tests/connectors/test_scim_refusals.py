"""What is written although something was refused: other attributes, another version, or nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp import web

from provisor.domain.action import Operation
from provisor.domain.schema import ObjectType
from provisor.errors import (
    Conflict,
    InvalidValue,
    Overtaken,
    SilentDrop,
    TargetProblem,
    Transient,
    Uncertain,
    Unsupported,
)
from provisor.ports.connector import OutcomeState, Written
from provisor.testing.pace import RefusingPace
from provisor.testing.walk import outcome, outcomes, problem_of
from provisor.testing.works import change, create, delete, membership, update
from tests.connectors.faulty_scim import (
    DROP,
    FaultyScim,
    Script,
    Seen,
    connected,
    faulty_scim,
    refusal,
    reply,
)
from tests.connectors.odd_scim import OddScim

USERS = ObjectType.USERS
DONE, ALREADY_SO = OutcomeState.DONE, OutcomeState.ALREADY_SO
FAILED, UNCERTAIN = OutcomeState.FAILED, OutcomeState.UNCERTAIN
FIVE = {"title": "t", "nickName": "n", "displayName": "d", "userType": "u", "locale": "l"}


def blamed(written: Written) -> str:
    assert isinstance(written.problem, InvalidValue)
    return written.problem.attribute


# --- attributes -------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", FIVE)
def test_one_refused_attribute_does_not_hold_up_the_others(bad):
    server = OddScim(refuses=frozenset({bad}))
    with faulty_scim(server=server), connected(server) as scim:
        server.make(server.users, {"userName": "ann"})
        written = outcome(scim, update(USERS, "id-0", FIVE))

    assert (written.state, blamed(written)) == (FAILED, bad)
    assert {name: server.users["id-0"].get(name) for name in FIVE} == {**FIVE, bad: None}


@pytest.mark.parametrize("permits", range(1, 9))
def test_a_change_that_stops_half_way_is_never_told_as_unsent(permits):
    server = OddScim(refuses=frozenset({"title"}))
    with faulty_scim(server=server), connected(server) as scim:
        server.make(server.users, {"userName": "ann"})
        (written,) = scim.apply([update(USERS, "id-0", FIVE)], RefusingPace(after=permits))
    kept = [name for name in FIVE if name in server.users["id-0"]]

    if not kept:
        assert isinstance(written.problem, Transient)
    elif len(kept) < len(FIVE) - 1:
        assert (written.state, type(written.problem)) == (UNCERTAIN, Uncertain)
    else:
        assert isinstance(written.problem, Uncertain | InvalidValue)


def test_two_refused_attributes_are_both_named():
    server = OddScim(refuses=frozenset({"title", "locale"}))
    with faulty_scim(server=server), connected(server) as scim:
        server.make(server.users, {"userName": "ann"})
        problem = problem_of(outcome(scim, update(USERS, "id-0", FIVE)))

    assert "`locale`" in problem.what
    assert "`title`" in problem.what
    assert problem.safe == "the other 3 attributes were written"


def test_an_attribute_that_the_server_blames_is_not_sent_again():
    with faulty_scim() as server, connected(server) as scim:
        server.script("PATCH /Users", refusal(400, "invalidValue", "title is too long"))
        written = outcome(scim, update(USERS, "id-0", FIVE))
        server.make(server.users, {"userName": "ann"})
        again = outcome(scim, update(USERS, "id-0", FIVE))
        sent = [[one["path"] for one in seen.operations] for seen in server.sent("PATCH /Users")]

    assert written.state is FAILED
    assert again.state is DONE
    assert sent[0] == sent[-1] == sorted(FIVE)
    assert all("title" not in paths for paths in sent[1:-1])


def test_what_was_refused_once_is_sent_apart_for_the_next():
    server = OddScim(refuses=frozenset({"title"}))
    with faulty_scim(server=server), connected(server, in_flight=1) as scim:
        for name in ("ann", "bob"):
            server.make(server.users, {"userName": name})
        written = outcomes(scim, [update(USERS, f"id-{n}", FIVE) for n in range(2)])
        sent = [seen for seen in server.sent("PATCH /Users") if seen.path.endswith("id-1")]

    assert [blamed(one) for one in written] == ["title", "title"]
    assert [len(seen.operations) for seen in sent] == [5, 4, 1]


def test_somebody_is_switched_off_whatever_else_is_refused():
    server = OddScim(refuses=frozenset({"title", "locale"}))
    with faulty_scim(server=server), connected(server) as scim:
        server.make(server.users, {"userName": "ann", "active": True})
        written = outcome(scim, change(Operation.DISABLE, USERS, "id-0", FIVE))

    assert (written.state, server.users["id-0"]["active"]) == (DONE, False)
    assert isinstance(written.problem, InvalidValue)


def test_a_switch_that_is_refused_is_a_failure():
    with faulty_scim() as server, connected(server) as scim:
        server.make(server.users, {"userName": "ann"})
        server.script("PATCH /Users", *[refusal(400)] * 2)
        written = outcome(scim, change(Operation.DISABLE, USERS, "id-0", {"title": "x"}))

    assert (written.state, blamed(written)) == (FAILED, "active")


@pytest.mark.parametrize("bad", FIVE)
def test_a_user_is_made_without_the_refused_attribute(bad):
    server = OddScim(refuses=frozenset({bad}))
    with faulty_scim(server=server), connected(server) as scim:
        written = outcome(scim, create(USERS, {"userName": "ann", "active": False, **FIVE}, "E1"))

    (made,) = server.users.values()
    assert (written.state, written.native_id, blamed(written)) == (DONE, made["id"], bad)
    assert {name: made.get(name) for name in FIVE} == {**FIVE, bad: None}
    assert (made["externalId"], made["active"]) == ("E1", False)


def test_a_user_whose_name_is_refused_is_not_made():
    server = OddScim(refuses=frozenset({"userName"}))
    with faulty_scim(server=server), connected(server) as scim:
        written = outcome(scim, create(USERS, {"userName": "ann", **FIVE}, "E1"))

    assert (written.state, server.users) == (FAILED, {})


def test_a_user_that_was_made_is_ours_though_the_rest_could_not_be_written():
    with faulty_scim() as server, connected(server) as scim:
        server.script("POST /Users", refusal(400))
        server.script("PATCH /Users", refusal(403))
        written = outcome(scim, create(USERS, {"userName": "ann", **FIVE}, "E1"))

    assert (written.state, written.native_id) == (DONE, "id-0")
    assert isinstance(written.problem, TargetProblem)


# --- read back --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "kind"), [("old", SilentDrop), ("CEO", None), ("c.e.o.", None)], ids=str
)
def test_an_answer_that_shows_the_old_value_is_not_believed_either_way(kept, kind):
    with faulty_scim() as server, connected(server) as scim:
        server.make(server.users, {"userName": "ann", "title": kept})
        server.script("PATCH /Users", reply(200, {"id": "id-0", "userName": "ann", "title": "old"}))
        work = update(USERS, "id-0", {"title": "CEO"}, before={"title": "old"})
        written = outcome(scim, work)

    assert written.state is (DONE if kind is None else FAILED)
    assert (type(written.problem) if written.problem else None) is kind


# --- versions ---------------------------------------------------------------------------------


def meanwhile(**others: object) -> Script:
    """Somebody else writes first; then the request is answered as usual."""

    async def answer(server: FaultyScim, seen: Seen) -> web.StreamResponse:
        assert isinstance(server, OddScim)
        kind, _, native_id = seen.path.strip("/").partition("/")
        where = server.users if kind == "Users" else server.groups
        where[native_id] = server._versioned({**where[native_id], **others})
        return await reply(*server.usual(seen))(server, seen)

    return answer


def versioned(**more: object) -> OddScim:
    server = OddScim(versions=True)
    server.users["id-0"] = server._versioned({"id": "id-0", "userName": "ann", **more})
    server.groups["id-1"] = server._versioned({"id": "id-1", "displayName": "all", "members": []})
    return server


WORK = update(USERS, "id-0", {"title": "CEO"}, before={"title": "old"})
GUARDED = {"etags": True}
WHOLE = {"etags": True, "patch": "put", "member_add": "whole", "member_remove": "whole"}


@pytest.mark.parametrize("dialect", [GUARDED, WHOLE], ids=["patch", "put"])
def test_a_change_names_the_version_that_it_was_made_for(dialect):
    server = versioned(title="old")
    with faulty_scim(server=server), connected(server, dialect=dialect) as scim:
        assert outcome(scim, WORK).state is DONE
        (sent,) = [one for one in server.requests if one.method != "GET"]

    assert sent.headers["If-Match"] == 'W/"1"'


@pytest.mark.parametrize("dialect", [GUARDED, WHOLE], ids=["patch", "put"])
def test_a_change_goes_on_where_others_changed_something_else(dialect):
    server = versioned(title="old")
    server.script("PATCH /Users", meanwhile(nickName="theirs"))
    server.script("PUT /Users", meanwhile(nickName="theirs"))
    with faulty_scim(server=server), connected(server, dialect=dialect) as scim:
        assert outcome(scim, WORK).state is DONE

    assert (server.users["id-0"]["title"], server.users["id-0"]["nickName"]) == ("CEO", "theirs")


@pytest.mark.parametrize("dialect", [GUARDED, WHOLE], ids=["patch", "put"])
def test_what_others_wrote_meanwhile_is_never_overwritten(dialect):
    server = versioned(title="old")
    server.script("PATCH /Users", meanwhile(title="theirs"))
    server.script("PUT /Users", meanwhile(title="theirs"))
    with faulty_scim(server=server), connected(server, dialect=dialect) as scim:
        assert isinstance(problem_of(outcome(scim, WORK)), Overtaken)

    assert server.users["id-0"]["title"] == "theirs"


def test_what_changed_since_the_plan_is_not_overwritten():
    server = versioned(title="theirs")
    with faulty_scim(server=server), connected(server, dialect=GUARDED) as scim:
        assert isinstance(problem_of(outcome(scim, WORK)), Overtaken)
        assert server.sent("PATCH /Users") == []


def test_what_somebody_else_did_already_need_not_be_done():
    server = versioned(title="CEO")
    with faulty_scim(server=server), connected(server, dialect=GUARDED) as scim:
        assert outcome(scim, WORK).state is ALREADY_SO
        assert server.sent("PATCH /Users") == []


def test_an_object_that_changes_each_time_is_left_to_the_next_plan():
    server = versioned(title="old")
    server.script("PATCH /Users", *[meanwhile(nickName=str(n)) for n in range(9)])
    with faulty_scim(server=server), connected(server, dialect=GUARDED) as scim:
        assert isinstance(problem_of(outcome(scim, WORK)), Overtaken)
        assert len(server.sent("PATCH /Users")) == 3


def test_a_server_that_insists_on_a_version_gets_one():
    server = versioned(title="old")
    server.script("PATCH /Users", refusal(428))
    with faulty_scim(server=server), connected(server) as scim:
        assert outcome(scim, WORK).state is DONE
        assert server.sent("PATCH /Users")[1].headers["If-Match"] == 'W/"1"'


def test_an_object_that_changed_before_its_deletion_stays():
    server = versioned()
    server.script("DELETE /Users", meanwhile(title="theirs"))
    with faulty_scim(server=server), connected(server, dialect=GUARDED) as scim:
        assert isinstance(problem_of(outcome(scim, delete(USERS, "id-0"))), Overtaken)

    assert "id-0" in server.users


def test_members_that_others_let_in_stay_where_whole_lists_are_written():
    server = versioned()
    server.script("PUT /Groups", meanwhile(members=[{"value": "theirs"}]))
    with faulty_scim(server=server), connected(server, dialect=WHOLE) as scim:
        assert outcome(scim, membership("id-1", adds=["a"])).state is DONE

    assert [one["value"] for one in server.groups["id-1"]["members"]] == ["theirs", "a"]


def test_the_last_member_leaves_a_whole_list_too():
    server = versioned()
    server.groups["id-1"]["members"] = [{"value": "a"}]
    dialect = {"member_add": "whole", "member_remove": "whole"}
    with faulty_scim(server=server), connected(server, dialect=dialect) as scim:
        assert outcome(scim, membership("id-1", removes=["a"])).state is DONE
        assert outcome(scim, membership("id-1", removes=["a"])).state is DONE

    assert server.groups["id-1"]["members"] == []
    assert len(server.sent("PATCH /Groups")) == 1


# --- bins, anchors, deletions -----------------------------------------------------------------


@pytest.mark.parametrize("told", ["removes", "bin"])
def test_a_name_that_nobody_who_is_seen_holds_is_said_to_be_reserved(told):
    server = OddScim(deletion="bin")
    with faulty_scim(server=server), connected(server, dialect={"delete": told}) as scim:
        made = outcome(scim, create(USERS, {"userName": "ann"}, "E1")).native_id
        assert made
        assert outcome(scim, delete(USERS, made)).state is DONE
        problem = problem_of(outcome(scim, create(USERS, {"userName": "ann"}, "E1")))

    assert isinstance(problem, Conflict)
    assert problem.what == "the name is reserved, and no account that can be seen holds it"
    assert "recycle bin" in problem.next


def test_a_name_that_somebody_holds_is_not_said_to_be_in_a_bin():
    server = OddScim()
    with faulty_scim(server=server), connected(server, dialect={"delete": "bin"}) as scim:
        server.make(server.users, {"userName": "ann", "externalId": "E2"})
        problem = problem_of(outcome(scim, create(USERS, {"userName": "ann"}, "E1")))

    assert problem.what == "another object holds the name or key; it is not ours"


@pytest.mark.parametrize(
    ("held", "state"), [("E1", ALREADY_SO), ("E2", FAILED), (None, FAILED)], ids=str
)
def test_an_anchor_that_no_filter_finds_is_looked_for_under_the_name(held, state):
    server = OddScim(searchable=frozenset({"userName"}))
    dialect = {"anchor": "kept", "searchable": ["userName"]}
    with faulty_scim(server=server), connected(server, dialect=dialect) as scim:
        server.make(server.users, {"userName": "ann"} | ({"externalId": held} if held else {}))

        assert outcome(scim, create(USERS, {"userName": "ann"}, "E1")).state is state


@pytest.mark.parametrize("anchor", ["kept", "dropped"])
def test_an_open_create_without_a_searchable_anchor_waits_for_a_person(anchor):
    with faulty_scim() as server, connected(server, dialect={"anchor": anchor}) as scim:
        server.script("POST /Users", DROP)
        written = outcome(scim, create(USERS, {"userName": "ann"}, "E1"))

        assert (written.state, type(written.problem)) == (UNCERTAIN, Uncertain)
        assert len(server.sent("POST /Users")) == 1
        assert server.sent("GET /Users") == []


@pytest.mark.parametrize(("told", "state"), [("deactivates", DONE), ("removes", UNCERTAIN)])
def test_a_deletion_that_deactivates_is_done_when_the_account_is_off(told, state):
    server = OddScim(deletion="deactivates")

    async def lost(odd: FaultyScim, seen: Seen) -> web.StreamResponse:
        odd.usual(seen)
        return await refusal(500)(odd, seen)

    server.script("DELETE /Users", lost)
    with faulty_scim(server=server), connected(server, dialect={"delete": told}) as scim:
        server.make(server.users, {"userName": "ann", "active": True})

        assert outcome(scim, delete(USERS, "id-0")).state is state


def test_a_deletion_that_is_not_offered_is_no_deletion():
    server = OddScim(deletion="refused")
    with faulty_scim(server=server), connected(server) as scim:
        server.make(server.users, {"userName": "ann"})

        assert isinstance(problem_of(outcome(scim, delete(USERS, "id-0"))), Unsupported)


@pytest.mark.parametrize(
    ("place", "looks"), [("Users/id-0", 0), ("Groups/id-0", 1), ("", 1)], ids=str
)
def test_the_address_of_a_new_object_is_taken_where_it_is_one(place, looks):
    answers: Callable[..., Script] = reply
    with faulty_scim() as server, connected(server) as scim:

        async def bare(odd: FaultyScim, seen: Seen) -> web.StreamResponse:
            odd.usual(seen)
            headers = {"Location": f"{odd.url}/{place}"} if place else {}
            return await answers(201, None, **headers)(odd, seen)

        server.script("POST /Users", bare)
        written = outcome(scim, create(USERS, {"userName": "ann", "externalId": "E1"}, "E1"))

        assert (written.state, written.native_id) == (DONE, "id-0")
        assert min(len(server.sent("GET /Users")), 1) == looks
