"""When only what changed is looked at: sums, names and questions are those of a full look."""

from __future__ import annotations

import pytest

from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.group_rules import GroupRules, Nesting
from provisor.domain.rules import Guard, MatchRule
from provisor.domain.schema import ObjectType
from tests.stories.towns import USERS, change, hire, look, plan_in_full, planned, settled, users
from tests.stories.workplace import office_rules

MEMBERSHIPS = ObjectType.MEMBERSHIPS


@pytest.fixture
def town(office):
    return settled(office)


def told(result):
    stored = result.stored
    return stored.plan.digest, stored.records, stored.accounts, stored.findings


def look_twice(town):
    """Plan what changed, then everything; both must say the same."""
    part = town.plan()
    whole = plan_in_full(town)
    assert look(part) == (False, "")
    assert told(part) == told(whole)
    return part


def nested(town, nesting):
    """Two groups, one in the other, with one person in the inner one."""
    town.changes["groups"] = GroupRules(nesting=nesting)
    town.changes["configuration"] = nesting.value * 8
    town.found_group("G1", "Inner")
    town.found_group("G2", "Outer")
    town.source.join("G1", ("E0001",), ())
    town.source.join("G2", ("G1",), ())
    digest = town.plan().stored.plan.digest
    town.approve(digest)
    town.apply(digest)
    assert planned(town.plan()) == []
    return town


# --- groups in groups -----------------------------------------------------------------------------


@pytest.mark.parametrize("nesting", list(Nesting))
def test_a_group_taken_out_of_another_keeps_its_own_count(town, nesting):
    nested(town, nesting).source.join("G2", (), ("G1",))

    look_twice(town)


def test_who_joins_an_outer_group_changes_nothing_inside_of_it(town):
    nested(town, Nesting.FLATTEN).source.join("G2", ("E0002",), ())

    part = look_twice(town)
    assert planned(part) == [("membership", "G2")]


@pytest.mark.parametrize("nesting", list(Nesting))
def test_groups_that_contain_each_other_are_told_of_until_they_do_not(town, nesting):
    nested(town, nesting).source.join("G1", ("G2",), ())
    knotted = look_twice(town)
    town.source.join("G2", ("E0003",), ())
    still = look_twice(town)
    town.source.join("G2", (), ("G1",))
    loose = look_twice(town)

    for result, count in ((knotted, 1), (still, 1), (loose, 0)):
        assert [one.kind for one in result.stored.findings].count("cycle") == count


def test_a_member_whom_the_source_did_not_have_counts_as_one_who_came(town):
    town.source.members["G0"]["E0099"] = None
    town.changes["configuration"] = "e" * 64
    assert town.plan().stored.records[MEMBERSHIPS].classes["set_aside"] == 1
    row = {"employee_id": "E0099", "surname": "X", "status": "terminated", "end_date": "2031-04-01"}
    town.source.add(USERS, row)

    part = look_twice(town)
    assert part.stored.records[MEMBERSHIPS].classes["set_aside"] == 0


# --- accounts -------------------------------------------------------------------------------------


def test_the_name_of_an_account_that_was_just_lost_stays_its_owners(town):
    text = "SelectUniqueValue(ToLower([surname]))"
    own = office_rules(town.target).objects[USERS].mappings
    name = AttributeMapping("userName", parse(text), text)
    users(town, mappings=(*(one for one in own if one.attribute != "userName"), name))
    town.changes["configuration"] = "e" * 64
    # That an account is missing from a full read is nobody's fault here.
    town.changes["guard"] = Guard(rows=100, percent=101)
    town.plan()
    town.target.remove(USERS, town.native("E0005"))
    hire(town, 0, surname="SurE0005")

    names = {one.draft.key: one.draft.name for one in look_twice(town).stored.plan.actions}
    assert (names["E0005"], names["E0000"]) == ("sure0005", "sure00052")


def test_an_account_about_which_nobody_asks_any_more_belongs_to_nobody(town):
    rules = office_rules(town.target).objects[USERS]
    users(town, match=(*rules.match, MatchRule("displayName", decides=False)))
    town.changes["configuration"] = "e" * 64
    town.target.add(USERS, {"userName": "x", "displayName": "Given Twin", "active": True})
    hire(town, 11, surname="Twin")
    asked = town.plan().stored.findings
    assert "ambiguous" in [one.kind for one in asked]
    change(town, "E0011", surname="Single")

    part = look_twice(town)
    assert "ambiguous" not in [one.kind for one in part.stored.findings]
