"""LDAP: what is written on a real slapd, and to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from provisor.domain.action import Operation
from provisor.domain.record import Values
from provisor.errors import (
    AuthFailed,
    Conflict,
    InvalidValue,
    NotFound,
    PermissionDenied,
    Transient,
    Uncertain,
    Unsupported,
)
from provisor.ports.connector import OutcomeState
from provisor.testing.pace import RefusingPace
from provisor.testing.walk import outcome, outcomes, problem_of, read_whole
from provisor.testing.works import change, create, delete, membership, update
from tests.connectors.ldap_bench import GROUPS, LIBRARIES, MEMBERSHIPS, USERS, LdapBench
from tests.services.slapd import SUFFIX, Slapd

DONE, ALREADY_SO = OutcomeState.DONE, OutcomeState.ALREADY_SO
Opened = Callable[..., LdapBench]


@pytest.fixture(params=LIBRARIES)
def opened(slapd: Slapd, request: pytest.FixtureRequest) -> Iterator[Opened]:
    benches: list[LdapBench] = []

    def open_one(**users: object) -> LdapBench:
        benches.append(LdapBench(slapd, request.param, **users))
        return benches[-1]

    yield open_one
    for bench in benches:
        bench.end()


def regrouped(bench: LdapBench, **groups: Any) -> LdapBench:
    """Put another connector on the bench, with other settings of groups."""
    bench.settings["objects"]["groups"] |= groups
    bench.reopen()
    return bench


def entry(bench: LdapBench, dn: str) -> dict[str, list[str]]:
    """Return what an entry holds, as an administrator sees it; nothing where there is none."""
    connection = bench.slapd.admin()
    connection.search(dn, "(objectClass=*)", "BASE", attributes=["*", "+"])
    found = [one for one in connection.response or [] if one["type"] == "searchResEntry"]
    connection.unbind()
    if not found:
        return {}
    return {n: [v.decode() for v in vs] for n, vs in found[0]["raw_attributes"].items()}


def column(bench: LdapBench, name: str) -> list[object]:
    return sorted(read_whole(bench.connector, USERS, [name]).column(name), key=str)


# --- names ----------------------------------------------------------------------------------


def test_a_rename_gives_the_entry_another_name_and_keeps_its_id(opened: Opened) -> None:
    bench = opened(rename=True)
    (elin,) = bench.put([bench.user(1)]).users
    renamed = change(Operation.RENAME, USERS, elin, {"uid": "a,b"}, before={"uid": "user1"})

    assert outcome(bench.connector, renamed).state is DONE
    held = entry(bench, f"uid=a\\,b,{bench.trial.people}")
    assert (held["uid"], held["entryUUID"]) == (["a,b"], [elin])
    assert outcome(bench.connector, renamed).state is ALREADY_SO


def test_an_entry_is_not_renamed_unless_the_settings_say_so(opened: Opened) -> None:
    bench = opened()
    (elin,) = bench.put([bench.user(1)]).users
    refused = outcome(bench.connector, change(Operation.RENAME, USERS, elin, {"uid": "other"}))

    assert isinstance(problem_of(refused), Unsupported)
    assert "rename: true" in problem_of(refused).next
    assert column(bench, "uid") == ["user1"]


def test_a_name_that_another_has_is_not_taken_by_a_rename(opened: Opened) -> None:
    bench = opened(rename=True)
    elin, _ = bench.put([bench.user(1), bench.user(2)]).users
    taken = outcome(bench.connector, change(Operation.RENAME, USERS, elin, {"uid": "user2"}))

    assert isinstance(problem_of(taken), Conflict)
    assert column(bench, "uid") == ["user1", "user2"]


def test_an_entry_that_was_moved_by_hand_is_still_met_by_its_id(opened: Opened) -> None:
    bench = opened()
    elin, omar = bench.put([bench.user(1), bench.user(2)]).users
    connection = bench.slapd.admin()
    for before, after in (("user1", "tmp"), ("user2", "user1"), ("tmp", "user2")):
        assert connection.modify_dn(f"uid={before},{bench.trial.people}", f"uid={after}")
    connection.unbind()
    outcome(bench.connector, update(USERS, elin, {"title": "poet"}))

    assert entry(bench, f"uid=user2,{bench.trial.people}")["title"] == ["poet"]
    assert "title" not in entry(bench, f"uid=user1,{bench.trial.people}")
    assert entry(bench, f"uid=user1,{bench.trial.people}")["entryUUID"] == [omar]


def test_a_name_that_changes_hands_within_a_batch_hits_nobody_else(opened: Opened) -> None:
    """The look-up is older than the rename; the server is asked whose name it is by now."""
    bench = opened(rename=True)
    elin, omar = bench.put([bench.user(1), bench.user(2)]).users
    bench.settings["connections"] = 1
    bench.reopen()
    work = [
        change(Operation.RENAME, USERS, elin, {"uid": "gone"}),
        change(Operation.RENAME, USERS, omar, {"uid": "user1"}),
        update(USERS, elin, {"title": "poet"}),
    ]

    assert {one.state for one in outcomes(bench.connector, work)} == {DONE}
    assert entry(bench, f"uid=gone,{bench.trial.people}")["title"] == ["poet"]
    assert "title" not in entry(bench, f"uid=user1,{bench.trial.people}")


def test_a_value_that_the_name_needs_and_nobody_gave_is_told(opened: Opened) -> None:
    bench = opened()
    made = outcome(bench.connector, create(USERS, {"cn": "x", "sn": "x"}, "anchor"))

    assert isinstance(problem_of(made), InvalidValue)
    assert column(bench, "uid") == []


def test_a_create_that_was_done_and_not_heard_is_not_done_again(opened: Opened) -> None:
    """Also when the person has another name by then."""
    bench = opened()
    first = outcome(bench.connector, bench.new_user(1))
    again = outcome(bench.connector, bench.new_user(1, uid="married"))

    assert (again.state, again.native_id) == (ALREADY_SO, first.native_id)
    assert column(bench, "uid") == ["user1"]


# --- values ---------------------------------------------------------------------------------


def test_what_others_gave_meanwhile_stays(opened: Opened) -> None:
    bench = opened()
    (elin,) = bench.put([{**bench.user(1), "provisorRole": ("a", "b")}]).users
    connection = bench.slapd.admin()
    dn = f"uid=user1,{bench.trial.people}"
    values = {"provisorRole": [("MODIFY_ADD", ["theirs", "c"]), ("MODIFY_DELETE", ["a"])]}
    assert connection.modify(dn, values)
    connection.unbind()
    after: Values = {"provisorRole": ("b", "c", "d")}
    written = outcome(
        bench.connector, update(USERS, elin, after, before={"provisorRole": ("a", "b")})
    )

    assert written.state is DONE
    assert sorted(entry(bench, dn)["provisorRole"]) == ["b", "c", "d", "theirs"]


def test_a_value_that_breaks_a_rule_of_the_server_is_told_by_its_attribute(opened: Opened) -> None:
    bench = opened()
    (elin,) = bench.put([bench.user(1)]).users
    work = update(USERS, elin, {"provisorUntil": "yesterday"})
    problem = problem_of(outcome(bench.connector, work))

    assert isinstance(problem, InvalidValue)
    assert problem.attribute == "provisorUntil"


def test_a_required_value_cannot_be_taken_away(opened: Opened) -> None:
    bench = opened()
    (elin,) = bench.put([bench.user(1)]).users
    cleared = outcome(bench.connector, change(Operation.CLEAR, USERS, elin, {"sn": None}))

    assert isinstance(problem_of(cleared), InvalidValue)


# --- switching ------------------------------------------------------------------------------


def test_whoever_is_switched_off_by_ppolicy_cannot_sign_in(opened: Opened) -> None:
    bench = opened()
    (elin,) = bench.put([{**bench.user(1), "userPassword": "elins-own-secret"}]).users
    dn = f"uid=user1,{bench.trial.people}"
    off = change(Operation.DISABLE, USERS, elin, {"active": False})
    on = change(Operation.ENABLE, USERS, elin, {"active": True})

    assert _signs_in(bench, dn)
    assert [outcome(bench.connector, one).state for one in (off, off)] == [DONE, ALREADY_SO]
    assert not _signs_in(bench, dn)
    assert [outcome(bench.connector, one).state for one in (on, on)] == [DONE, ALREADY_SO]
    assert _signs_in(bench, dn)


def _signs_in(bench: LdapBench, dn: str) -> bool:
    import ldap3

    server = ldap3.Server("127.0.0.1", port=bench.slapd.port, get_info=ldap3.NONE)
    connection = ldap3.Connection(server, dn, "elins-own-secret")
    bound = bool(connection.bind())
    connection.unbind()
    return bound


def test_whoever_is_switched_off_by_moving_is_read_there_and_comes_back(opened: Opened) -> None:
    bench = opened()
    bench.settings["objects"]["users"]["disable"] = {"move": bench.trial.former}
    bench.reopen()
    elin, _ = bench.put([bench.user(1), bench.user(2)]).users
    off = change(Operation.DISABLE, USERS, elin, {"active": False})
    on = change(Operation.ENABLE, USERS, elin, {"active": True})

    assert outcome(bench.connector, off).state is DONE
    assert entry(bench, f"uid=user1,{bench.trial.former}")["entryUUID"] == [elin]
    assert column(bench, "active") == [False, True]
    assert outcome(bench.connector, on).state is DONE
    assert entry(bench, f"uid=user1,{bench.trial.people}")["entryUUID"] == [elin]


def test_a_new_account_that_is_off_is_made_off(opened: Opened) -> None:
    bench = opened()
    bench.put([{**bench.user(1), "active": False}])

    assert column(bench, "active") == [False]


# --- groups ---------------------------------------------------------------------------------


def test_nobody_takes_the_place_of_the_last_member(opened: Opened) -> None:
    bench = opened()
    elin, omar = bench.put([bench.user(1), bench.user(2)]).users
    dn = f"cn=group1,{bench.trial.groups}"
    connection = bench.slapd.admin()
    members = [f"uid=user1,{bench.trial.people}"]
    assert connection.add(dn, "groupOfNames", {"member": members}), connection.result
    connection.unbind()
    group = entry(bench, dn)["entryUUID"][0]

    assert outcome(bench.connector, membership(group, removes=[elin])).state is DONE
    assert entry(bench, dn)["member"] == [f"cn=nobody,{SUFFIX}"]
    assert outcome(bench.connector, membership(group, adds=[omar])).state is DONE
    rows = read_whole(bench.connector, MEMBERSHIPS, ["group", "member"]).rows
    assert rows == ({"group": group, "member": omar},)


def test_without_a_placeholder_the_last_member_stays(opened: Opened) -> None:
    bench = opened()
    placed = bench.put([bench.user(1)], [bench.group(1)], [(0, 0)])
    connection = bench.slapd.admin()
    gone = {"member": [("MODIFY_DELETE", [f"cn=nobody,{SUFFIX}"])]}
    assert connection.modify(f"cn=group1,{bench.trial.groups}", gone), connection.result
    connection.unbind()
    regrouped(bench, placeholder=None)
    work = membership(placed.groups[0], removes=placed.users)

    assert isinstance(problem_of(outcome(bench.connector, work)), InvalidValue)
    assert len(read_whole(bench.connector, MEMBERSHIPS, ["group"]).rows) == 1


def test_members_that_are_partly_in_and_partly_out_end_as_wished(opened: Opened) -> None:
    bench = opened()
    users = [bench.user(n) for n in range(4)]
    placed = bench.put(users, [bench.group(1)], [(0, 0), (0, 1)])
    (group,), (elin, omar, ines, nils) = placed.groups, placed.users
    work = membership(group, adds=[elin, ines], removes=[omar, nils])

    assert outcome(bench.connector, work).state is DONE
    rows = read_whole(bench.connector, MEMBERSHIPS, ["group", "member"]).rows
    assert {row["member"] for row in rows} == {elin, ines}
    assert outcome(bench.connector, work).state is ALREADY_SO


@pytest.mark.parametrize(
    ("classes", "needed"),
    [(["groupOfUniqueNames"], {}), (["posixGroup"], {"gidNumber": 5001})],
    ids=["groupOfUniqueNames", "posixGroup"],
)
def test_other_kinds_of_groups_hold_members_too(
    opened: Opened, classes: list[str], needed: Values
) -> None:
    bench = regrouped(opened(), classes=classes, anchor=None)
    elin, omar = bench.put([bench.user(1), bench.user(2)]).users
    group = outcome(bench.connector, create(GROUPS, {"cn": "g", **needed})).native_id or ""
    join = membership(group, adds=[elin, omar])
    part = membership(group, removes=[elin])

    assert [outcome(bench.connector, one).state for one in (join, join)] == [DONE, ALREADY_SO]
    assert [outcome(bench.connector, one).state for one in (part, part)] == [DONE, ALREADY_SO]
    rows = read_whole(bench.connector, MEMBERSHIPS, ["group", "member"]).rows
    assert rows == ({"group": group, "member": omar},)


# --- deleting -------------------------------------------------------------------------------


def test_an_entry_with_others_below_it_is_not_deleted(opened: Opened) -> None:
    bench = opened()
    (elin,) = bench.put([bench.user(1)]).users
    connection = bench.slapd.admin()
    assert connection.add(f"ou=x,uid=user1,{bench.trial.people}", "organizationalUnit")
    connection.unbind()

    assert isinstance(problem_of(outcome(bench.connector, delete(USERS, elin))), Conflict)


def test_a_reference_goes_as_a_name_and_comes_as_an_id(opened: Opened) -> None:
    bench = opened()
    elin, omar = bench.put([bench.user(1), bench.user(2)]).users
    work = update(USERS, elin, {"manager": omar})
    outcome(bench.connector, replace(work, action=replace(work.action, references=("manager",))))

    assert entry(bench, f"uid=user1,{bench.trial.people}")["manager"] == [
        f"uid=user2,{bench.trial.people}"
    ]
    assert set(column(bench, "manager")) == {None, omar}


def test_a_branch_that_may_not_be_written_is_told_as_that(opened: Opened) -> None:
    bench = opened()
    other = opened()
    bench.settings["objects"]["users"]["dn"] = f"uid={{uid}},ou=none,{bench.trial.people}"
    bench.reopen()
    other.settings |= {"bind": "anonymous", "bind_dn": None, "password": None}
    other.reopen()

    assert isinstance(problem_of(outcome(bench.connector, bench.new_user(1))), NotFound)
    unsigned = problem_of(outcome(other.connector, other.new_user(1)))
    assert isinstance(unsigned, AuthFailed | PermissionDenied | NotFound)


@pytest.mark.parametrize("permits", range(6))
def test_what_may_be_half_done_is_never_told_as_unsent(opened: Opened, permits: int) -> None:
    bench = opened(rename=True)
    (elin,) = bench.put([bench.user(1)]).users
    named = read_whole(bench.connector, USERS, ["uid"]).rows[0]["uid"]
    wanted = {"uid": f"{named}x", "title": "poet"}
    held = read_whole(bench.connector, USERS, ["uid", "title"]).rows
    work = update(USERS, elin, wanted, before={"uid": named})
    (written,) = bench.connector.apply([work], RefusingPace(after=permits))
    after = read_whole(bench.connector, USERS, ["uid", "title"]).rows

    if after == held:
        assert isinstance(written.problem, Transient), permits
    elif written.state is not DONE:
        assert isinstance(written.problem, Uncertain), permits
        assert "may be done" in written.problem.what
    assert (written.state is DONE) is (after[0].get("title") == "poet")
