"""Groups: made, renamed and retired; memberships added and taken back, and nobody else's."""

from __future__ import annotations

import pytest

from provisor.domain.leaving import CountedFrom, OnLeave
from provisor.domain.protection import Protection
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.errors import Transient
from provisor.ports.store import ActState
from tests.stories.gatherings import (
    acts,
    carry,
    gains,
    groups_as_objects,
    let_in,
    members,
    native_of,
    stranger,
    told,
)

pytestmark = pytest.mark.both_executors

GROUPS, MEMBERSHIPS = ObjectType.GROUPS, ObjectType.MEMBERSHIPS


@pytest.fixture
def team(office):
    """Eight people in Everybody, three of them in Sales; all of it in the application."""
    office.hire_many(8)
    office.found_group("G1", "Sales", "E0001", "E0002", "E0003")
    office.open_up()
    return office


# --- groups as objects --------------------------------------------------------------------------


def test_a_renamed_group_stays_the_same_object_and_keeps_its_members(team):
    """57."""
    native = native_of(team, "Sales")
    row = next(row for row in team.source.groups.values() if row["group_id"] == "G1")
    row["name"] = "Sales and Service"
    result = carry(team)

    assert acts(result) == [("groups.rename", "G1")]
    assert native_of(team, "Sales and Service") == native
    assert members(team, "Sales and Service") == {"E0001", "E0002", "E0003"}
    assert team.run().stored.plan.actions == ()


def test_a_group_that_is_deleted_at_its_source_goes_in_steps_that_can_be_seen(team):
    """58: nothing at first, then our members, then, by a decision, the group."""
    leaving = OnLeave(disable=False, delete_after_days=7, counted_from=CountedFrom.LEAVING)
    groups_as_objects(team, on_leave=leaving)
    team.source.remove(
        GROUPS, next(n for n, r in team.source.groups.items() if r["name"] == "Sales")
    )
    first = team.run()
    untouched = members(team, "Sales")
    team.pass_hours(25)
    second = carry(team)
    emptied = members(team, "Sales")
    team.pass_hours(24 * 7)
    third = team.run()
    waits = native_of(team, "Sales")
    carry(team)

    assert acts(first) == []
    assert untouched == {"E0001", "E0002", "E0003"}
    assert acts(second) == [("memberships.membership", "G1")]
    assert emptied == set()
    assert acts(third) == [("groups.delete", "G1")]
    assert waits
    assert "Sales" not in {row["displayName"] for row in team.target.groups.values()}


def test_a_group_whose_row_is_missing_once_keeps_its_members(team):
    native = next(n for n, row in team.source.groups.items() if row["group_id"] == "G1")
    row, inside = dict(team.source.groups[native]), dict(team.source.members[native])
    team.source.remove(GROUPS, native)
    assert acts(team.run()) == []
    team.source.add(GROUPS, row)
    for key in inside:
        team.join("G1", key)

    assert acts(team.run()) == []
    assert members(team, "Sales") == {"E0001", "E0002", "E0003"}


def test_a_group_that_is_out_of_scope_gains_nobody(team):
    groups_as_objects(team, scope=Clause("name", Operator.NOT_EQUALS, "Sales"))
    team.join("G1", "E0004")
    team.part_from("G1", "E0001")
    carry(team)

    assert members(team, "Sales") == {"E0002", "E0003"}


# --- memberships --------------------------------------------------------------------------------


def test_a_member_that_is_no_person_of_the_source_is_counted_and_nothing_follows(team):
    """56."""
    team.join("G1", "E9999")
    result = team.run()
    tally = result.stored.records[MEMBERSHIPS]

    assert result.exit_code == 0
    assert acts(result) == []
    assert tally.classes["set_aside"] == 1
    assert tally.adds_up()


def test_the_same_membership_said_twice_is_given_once_and_two_taken_at_once_both_go(team):
    """49, as far as it is about grants."""
    twice = [*team.source.visible(MEMBERSHIPS), {"group": "G1", "member": "E0004"}]
    team.source.visible = lambda kind: (
        [*twice, twice[-1]] if kind is MEMBERSHIPS else type(team.source).visible(team.source, kind)
    )
    given = carry(team)
    del team.source.visible
    team.join("G1", "E0004")
    team.part_from("G1", "E0001")
    team.part_from("G1", "E0002")
    carry(team)

    assert gains(given) == {"G1": 1}
    assert members(team, "Sales") == {"E0003", "E0004"}


def test_a_member_who_comes_into_scope_later_is_let_in_by_itself(office):
    office.hire_many(4)
    office.hire("E0009", status="paused")
    office.found_group("G1", "Sales", "E0001", "E0009")
    office.open_up()
    before = members(office, "Sales")
    office.change("E0009", status="active")
    result = office.run()

    assert before == {"E0001"}
    assert ("memberships.membership", "G1") in acts(result)
    assert members(office, "Sales") == {"E0001", "E0009"}
    assert office.run().stored.plan.actions == ()


def test_a_leaver_keeps_memberships_until_the_account_goes(team):
    team.part_from("G1", "E0001")
    team.leave("E0001")
    team.run()

    assert team.account("E0001")["active"] is False
    assert "E0001" in members(team, "Sales")


# --- whose memberships --------------------------------------------------------------------------


def test_memberships_of_others_are_told_by_group_and_left(team):
    let_in(team, "Sales", stranger(team, "guest"))
    let_in(team, "Sales", team.native("E0007"))
    result = team.run()
    (foreign,) = told(team, "foreign")

    assert acts(result) == []
    assert (foreign.object_type, foreign.name) == (MEMBERSHIPS, "Sales")
    assert foreign.detail.startswith("2 member(s) that this job did not put in: ")
    assert result.stored.accounts[MEMBERSHIPS].classes["orphan"] == 2
    assert members(team, "Sales") == {"E0001", "E0002", "E0003", "E0007", "guest"}


def test_authoritative_shows_who_falls_out_and_waits_for_a_decision(team):
    team.changes["memberships"] = OwnerMode.AUTHORITATIVE
    guest = stranger(team, "guest")
    let_in(team, "Sales", guest)
    let_in(team, "Sales", team.native("E0007"))
    team.join("G1", "E0005")
    result = team.run()
    waiting = members(team, "Sales")
    (expelling,) = [one for one in result.stored.plan.actions if one.action.expels]
    carry(team)

    assert acts(result) == [("memberships.membership", "G1"), ("memberships.foreign", "G1")]
    assert result.exit_code == 4
    assert expelling.action.outsiders == (guest,)
    assert len(expelling.action.removes) == 1
    assert waiting == {"E0001", "E0002", "E0003", "E0005", "E0007", "guest"}
    assert members(team, "Sales") == {"E0001", "E0002", "E0003", "E0005"}
    assert team.run().stored.plan.actions == ()


def test_members_of_others_in_a_privileged_group_wait_like_all_others(team):
    team.changes["memberships"] = OwnerMode.AUTHORITATIVE
    team.changes["privileged_groups"] = ("sales",)
    let_in(team, "Sales", team.native("E0007"))

    assert acts(team.run()) == [("memberships.foreign", "G1")]
    assert "E0007" in members(team, "Sales")


def test_authoritative_takes_no_leaver_and_no_protected_account_out(team):
    team.changes["memberships"] = OwnerMode.AUTHORITATIVE
    team.changes["protected"] = frozenset({"backup"})
    let_in(team, "Sales", stranger(team, "backup"))
    let_in(team, "Sales", team.native("E0007"))
    team.leave("E0007")
    team.run()
    result = team.run()

    assert acts(result) == []
    assert {"backup", "E0007"} <= members(team, "Sales")


def test_add_only_takes_nobody_out(team):
    team.changes["memberships"] = OwnerMode.ADD_ONLY
    team.part_from("G1", "E0001")
    result = team.run()

    assert acts(result) == []
    assert result.stored.accounts[MEMBERSHIPS].classes["held"] == 1


# --- groups that are only read ------------------------------------------------------------------


def test_a_built_in_group_is_counted_and_told_and_never_touched(office):
    builtin = office.target.add(GROUPS, {"displayName": "Domain Users", "externalId": None})
    marked = Clause("displayName", Operator.STARTS_WITH, "Domain ")
    groups_as_objects(office, protection=Protection(conditions=(marked,)))
    office.hire_many(3)
    guest = stranger(office, "guest")
    let_in(office, "Domain Users", guest)
    office.changes["memberships"] = OwnerMode.AUTHORITATIVE
    office.open_up()
    result = office.run()

    assert members(office, "Domain Users") == {"guest"}
    assert [one.native_id for one in told(office, "protected")] == [builtin]
    assert result.stored.accounts[GROUPS].classes["protected"] == 1
    assert result.stored.accounts[MEMBERSHIPS].classes["protected"] == 1
    assert result.stored.plan.actions == ()


def test_a_linked_group_that_becomes_read_only_keeps_its_name_and_members(team):
    marked = Clause("displayName", Operator.EQUALS, "Sales")
    groups_as_objects(team, protection=Protection(conditions=(marked,)))
    row = next(row for row in team.source.groups.values() if row["group_id"] == "G1")
    row["name"] = "Sales and Service"
    team.join("G1", "E0005")
    team.part_from("G1", "E0001")

    assert acts(team.run()) == []
    assert members(team, "Sales") == {"E0001", "E0002", "E0003"}


# --- large groups -------------------------------------------------------------------------------


def test_a_refused_chunk_ends_the_act_and_the_next_plan_does_the_rest(office, monkeypatch):
    monkeypatch.setattr("provisor.engine.carrying.carry_members.CHUNK", 10)
    office.hire_many(35)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    # 35 people and one group are made; then the members come, ten at a time.
    office.target.faults.fail(36 + 3, Transient("the system is busy"))
    office.apply(digest)
    outcomes = office.store.acts.outcomes(digest).values()
    (outcome,) = [one for one in outcomes if one.state is ActState.FAILED]
    ours = len(office.store.links.memberships("app"))
    partly = len(members(office, "Everybody"))
    rest = carry(office)

    assert outcome.message.endswith("20 of 35 members were sent before it")
    assert (partly, ours) == (20, 20)
    assert gains(rest) == {"G0": 15}
    assert len(members(office, "Everybody")) == 35
    assert len(office.store.links.memberships("app")) == 35


def test_a_lost_answer_in_the_middle_is_settled_member_by_member(office, monkeypatch):
    monkeypatch.setattr("provisor.engine.carrying.carry_members.CHUNK", 10)
    office.hire_many(35)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    office.target.faults.lose_answer(36 + 2)
    office.apply(digest)
    ours = len(office.store.links.memberships("app"))
    carry(office)

    assert ours == 10
    assert len(members(office, "Everybody")) == 35
    assert len(office.store.links.memberships("app")) == 35
    assert told(office, "foreign") == []
