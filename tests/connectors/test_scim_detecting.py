"""What a trial finds out of a system's habits, and that it leaves nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors._scim_dialect import (
    RFC,
    AnchorKept,
    Booleans,
    BulkLimits,
    Deletion,
    Dialect,
    MemberRemove,
    Paging,
    PatchStyle,
    Verbs,
    Wrapping,
)
from connectors._scim_dialect_file import DialectSettings, dialect_of
from connectors.scim import ScimConnector
from provisor.domain.action import Operation
from provisor.domain.schema import ObjectType
from provisor.ports.connector import Detected, Detects, Manner, OutcomeState
from provisor.ports.secret import Secret
from provisor.testing.walk import outcome, read_whole
from provisor.testing.works import change, create, membership, update
from tests.connectors.faulty_scim import DROP, connected, done_then, faulty_scim, refusal
from tests.connectors.odd_scim import OddScim
from tests.connectors.scim_server import TOKEN, running_server

OFFERED: dict[str, Any] = {
    "patch": {"supported": True},
    "bulk": {"supported": True, "maxOperations": 100, "maxPayloadSize": 100_000},
    "filter": {"supported": True},
    "etag": {"supported": True},
}


def read_again(found: Detected, tmp_path: Path) -> Dialect:
    """The dialect that the file means which was found out."""
    file = tmp_path / "app.dialect.yaml"
    file.write_text(found.text)
    return dialect_of(DialectSettings(), str(file))


def tried(server: OddScim, manner: Manner = Manner.TRYING) -> Detected:
    with faulty_scim(server=server), connected(server) as scim:
        assert isinstance(scim, Detects)
        return scim.detect(manner)


HABITS: dict[str, tuple[OddScim, dict[str, object]]] = {
    "none": (OddScim(), {}),
    "title verbs": (OddScim(title_verbs=True), {"verbs": Verbs.TITLE}),
    "no paths": (OddScim(wants_no_path=True, leaving="filter"), {"patch": PatchStyle.NESTED}),
    "text booleans": (OddScim(text_booleans=True), {"booleans": Booleans.TEXT}),
    "bare managers": (OddScim(manager_as="text"), {"reference": Wrapping.TEXT}),
    "leaving by values": (OddScim(leaving="values"), {"member_remove": MemberRemove.WHOLE}),
    "dropped anchors": (OddScim(drops_anchor=True), {"anchor": AnchorKept.DROPPED}),
    "hidden anchors": (
        OddScim(searchable=frozenset({"userName", "displayName"})),
        {"anchor": AnchorKept.KEPT, "searchable": ("userName", "displayName")},
    ),
    "bin": (OddScim(deletion="bin"), {"delete": Deletion.BIN}),
    "deactivation": (OddScim(deletion="deactivates"), {"delete": Deletion.DEACTIVATES}),
    "no deletion": (OddScim(deletion="refused"), {"delete": Deletion.REFUSED}),
    "cursors": (OddScim(cursors=True), {"paging": Paging.CURSOR}),
    "versions": (OddScim(versions=True), {"etags": True}),
    "bulk": (OddScim(bulk=100, config=OFFERED), {"bulk": BulkLimits(100, 100_000)}),
}


@pytest.mark.parametrize(("server", "habit"), HABITS.values(), ids=HABITS.keys())
def test_a_trial_finds_the_habit_and_leaves_nobody_in(tmp_path, server, habit):
    found = tried(server)
    dialect = read_again(found, tmp_path)

    assert {name: getattr(dialect, name) for name in habit} == habit
    left = {name: one for name, one in server.users.items() if one.get("active") in (True, "True")}
    assert left == {}
    assert server.groups == {}
    assert len(found.left_behind) == len(server.users)


def test_a_habit_that_was_found_out_can_be_lived_with(tmp_path):
    """Written with the file alone, a server of many habits takes every kind of change."""
    server = OddScim(title_verbs=True, text_booleans=True, manager_as="text", leaving="values")
    server.drops_anchor, server.deletion, server.cursors = True, "bin", True
    file = tmp_path / "app.dialect.yaml"
    file.write_text(tried(server).text)
    with faulty_scim(server=server), connected(server, dialect_path=str(file)) as scim:
        users = ObjectType.USERS
        ann = outcome(scim, create(users, {"userName": "ann", "active": True}, "E1")).native_id
        boss = outcome(scim, create(users, {"userName": "bob", "active": True}, "E2")).native_id
        group = outcome(scim, create(ObjectType.GROUPS, {"displayName": "all"})).native_id
        assert ann
        assert boss
        assert group
        manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
        works = [
            update(users, ann, {"title": "x", "name.givenName": "A", manager: boss}),
            change(Operation.DISABLE, users, ann, {}),
            membership(group, adds=[ann, boss]),
            membership(group, removes=[ann]),
        ]

        assert [outcome(scim, work).state for work in works] == [OutcomeState.DONE] * 4
        assert server.users[ann]["active"] == "False"
        assert [one["value"] for one in server.groups[group]["members"]] == [boss]


def test_a_form_that_empties_a_group_is_never_chosen(tmp_path):
    """By the RFC a list under `path: members` removes everybody; the trial sees that."""
    dialect = read_again(tried(OddScim(leaving="filter")), tmp_path)

    assert dialect.member_remove is MemberRemove.FILTER


def test_without_patches_whole_objects_are_written(tmp_path):
    found = tried(OddScim(takes_patch=False))
    dialect = read_again(found, tmp_path)

    assert dialect.patch is PatchStyle.PUT


def test_looking_writes_nothing_and_takes_what_is_announced(tmp_path):
    config = OFFERED | {
        "patch": {"supported": False},
        "filter": {"supported": "False"},
        "pagination": {"cursor": True, "index": False},
    }
    user = "urn:ietf:params:scim:schemas:core:2.0:User"
    badge = "urn:example:params:scim:schemas:extension:badge:2.0:User"
    names = ["userName", "name", "active"]
    server = OddScim(
        config=config,
        types=[{"endpoint": "/accounts", "schema": user}],
        schemas=[
            {"id": user, "attributes": [{"name": name, "type": "string"} for name in names]},
            {
                "id": badge,
                "attributes": [
                    {"name": "number", "type": "integer", "mutability": "readOnly"},
                    {"name": "teams", "type": "string", "multiValued": True},
                    {"name": "odd", "type": "complex"},
                ],
            },
        ],
    )
    found = tried(server, Manner.LOOKING)
    dialect = read_again(found, tmp_path)

    assert {one.method for one in server.requests} == {"GET"}
    assert (dialect.patch, dialect.paging) == (PatchStyle.PUT, Paging.CURSOR)
    assert (dialect.searchable, dialect.users, dialect.etags) == ((), "/accounts", True)
    assert dialect.bulk == BulkLimits(100, 100_000)
    assert f"#   {badge}:number: {{type: integer, writable: never}}" in found.text
    assert f"#   {badge}:teams: {{type: string, multi: true}}" in found.text
    assert "odd" not in found.text
    assert "it announces no resource type for groups" in found.findings
    assert any("`nickName`" in finding for finding in found.findings)


def test_what_says_nothing_of_itself_is_taken_as_the_rfc_has_it(tmp_path):
    server = OddScim()
    server.script("GET /ServiceProviderConfig", refusal(404))
    server.script("GET /ServiceProviderConfigs", refusal(404))
    found = tried(server, Manner.LOOKING)

    assert read_again(found, tmp_path) == RFC
    assert found.findings


def test_a_server_that_lets_nobody_in_is_only_looked_at():
    server = OddScim(refuses=frozenset({"userName"}))
    found = tried(server)

    assert "no user could be made for the trial; only looked at" in found.findings
    assert (server.users, found.left_behind) == ({}, ())


def test_a_user_whose_making_was_not_answered_is_found_and_removed():
    server = OddScim()
    server.script("POST /Users", done_then(DROP))
    found = tried(server)

    assert (server.users, found.left_behind) == ({}, ())


def test_a_user_that_may_have_been_made_is_told_by_name():
    server = OddScim()
    server.script("POST /Users", DROP)
    found = tried(server)

    (left,) = found.left_behind
    assert left.startswith("users called provisor-probe-")
    assert len(server.sent("POST /Users")) == 1


@pytest.mark.outer
def test_a_real_server_is_found_to_keep_to_the_rfc(tmp_path):
    with running_server() as real:
        scim = ScimConnector("app", {"url": real.url, "token": Secret(TOKEN)})
        found = scim.detect(Manner.TRYING)
        rows = read_whole(scim, ObjectType.USERS).rows + read_whole(scim, ObjectType.GROUPS).rows
        scim.close()
    dialect = read_again(found, tmp_path)

    assert (dialect.etags, dialect.bulk) == (True, BulkLimits(1000, 1_048_576))
    assert dialect.patch is PatchStyle.PATHS
    assert (found.findings, found.left_behind, rows) == ((), (), ())
