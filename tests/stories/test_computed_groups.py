"""Groups by rule and groups in groups: who is in them without anybody having said so."""

from __future__ import annotations

import pytest

from provisor.domain.group_rules import ComputedGroup, Nesting
from provisor.domain.leaving import CountedFrom, OnLeave
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.engine.explain import explain
from tests.stories.gatherings import (
    acts,
    carry,
    group_rules,
    groups_as_objects,
    members,
    native_of,
    told,
)

pytestmark = pytest.mark.both_executors

GROUPS = ObjectType.GROUPS


def named(result):
    """The rules of a plan's changes of members, by key of the group."""
    return {
        one.draft.key: one.action.rule
        for one in result.stored.plan.actions
        if one.draft.part == "memberships.membership"
    }


# --- groups by rule -----------------------------------------------------------------------------

SALES = ComputedGroup("Sales", Clause("department", Operator.EQUALS, "Sales"))
EACH = ComputedGroup("dept-{department}", values=(("about", "People of {department}"),))


@pytest.fixture
def firm(office):
    """Four people in two departments, and one of whom no department is known."""
    for key, department in (("E1", "Sales"), ("E2", "Sales"), ("E3", "Tech"), ("E4", "Tech")):
        office.hire(key, department=department)
    office.hire("E5", department=None)
    return office


def test_a_group_by_rule_is_made_and_filled_beside_those_that_were_read(firm):
    group_rules(firm, computed=(SALES,))
    result = firm.plan()
    carry(firm)

    assert members(firm, "Sales") == {"E1", "E2"}
    assert members(firm, "Everybody") == {"E1", "E2", "E3", "E4", "E5"}
    assert named(result)["computed:Sales"] == (
        "memberships: ours; computed: department EQUALS Sales"
    )
    assert firm.run().stored.plan.actions == ()


def test_whoever_moves_to_another_department_moves_to_its_group(firm):
    group_rules(firm, computed=(EACH,))
    carry(firm)
    firm.change("E1", department="Tech")
    firm.change("E5", department="Board")
    carry(firm)

    assert members(firm, "dept-Sales") == {"E2"}
    assert members(firm, "dept-Tech") == {"E1", "E3", "E4"}
    assert members(firm, "dept-Board") == {"E5"}


def test_a_family_of_groups_has_one_for_each_value_and_none_for_nobody(firm):
    firm.hire("E6", department="Ghosts", status="paused")
    group_rules(firm, computed=(EACH,))
    carry(firm)
    made = {row["displayName"] for row in firm.target.groups.values()}

    assert made == {"Everybody", "dept-Sales", "dept-Tech"}


def test_a_group_of_a_family_that_nobody_is_in_is_emptied_and_then_goes_its_way(firm):
    leaving = OnLeave(disable=False, delete_after_days=7, counted_from=CountedFrom.LEAVING)
    groups_as_objects(firm, on_leave=leaving)
    group_rules(firm, computed=(EACH,))
    carry(firm)
    firm.change("E1", department="Tech")
    firm.change("E2", department="Tech")
    carry(firm)
    emptied = members(firm, "dept-Sales")
    firm.pass_hours(24 * 8)
    gone = carry(firm)

    assert emptied == set()
    assert acts(gone) == [("groups.delete", "computed:dept-Sales")]


def test_a_group_whose_rule_is_taken_away_gives_back_what_it_gave(firm):
    group_rules(firm, computed=(SALES,))
    carry(firm)
    group_rules(firm, computed=())
    carry(firm)

    assert members(firm, "Sales") == set()


def test_a_source_without_groups_has_groups_by_rule(firm):
    firm.source.groups.clear()
    firm.source.members.clear()
    group_rules(firm, computed=(SALES, EACH), read=False, read_members=False)
    carry(firm)

    assert members(firm, "Sales") == members(firm, "dept-Sales") == {"E1", "E2"}
    assert members(firm, "dept-Tech") == {"E3", "E4"}
    assert firm.run().stored.plan.actions == ()


def test_of_whom_a_rule_cannot_say_anything_nothing_is_given_and_nothing_taken(firm):
    recent = Clause("since", Operator.AFTER, "2020-01-01")
    group_rules(firm, computed=(ComputedGroup("Recent", recent),))
    for key in ("E1", "E2", "E3"):
        firm.change(key, since="2025-05-05")
    carry(firm)
    firm.change("E1", since="soon")
    firm.change("E4", since="later")
    result = firm.run()

    assert acts(result) == []
    assert members(firm, "Recent") == {"E1", "E2", "E3"}


def test_two_rules_that_give_one_group_are_told_and_change_nothing(firm):
    group_rules(firm, computed=(SALES,))
    carry(firm)
    group_rules(firm, computed=(SALES, ComputedGroup("{department}")))
    result = firm.plan()
    (twice,) = [one for one in result.stored.set_aside if one.object_type is GROUPS]

    assert twice.key == "computed:Sales"
    assert members(firm, "Sales") == {"E1", "E2"}
    assert ("memberships.membership", "computed:Sales") not in acts(result)


def test_a_group_by_rule_that_is_authoritative_lets_nobody_else_stay(firm):
    firm.changes["memberships"] = OwnerMode.AUTHORITATIVE
    group_rules(firm, computed=(SALES,))
    carry(firm)
    firm.target.members[native_of(firm, "Sales")][firm.native("E3")] = None
    result = firm.run()
    carry(firm)

    assert acts(result) == [("memberships.foreign", "computed:Sales")]
    assert members(firm, "Sales") == {"E1", "E2"}


def test_explain_says_by_which_rule_there_is_a_group(firm):
    group_rules(firm, computed=(SALES, EACH))
    carry(firm)

    assert explain(firm.job(), "computed:dept-Tech").scope == "a group by rule: each department"
    assert explain(firm.job(), "computed:Sales").scope == (
        "a group by rule: department EQUALS Sales"
    )


# --- groups in groups ---------------------------------------------------------------------------


@pytest.fixture
def nested(office):
    """A company of two branches that share a team: EU and US hold Platform, World holds both."""
    office.hire_many(5)
    office.found_group("G1", "World", "G2", "G3", "E0001")
    office.found_group("G2", "EU", "G4", "E0002")
    office.found_group("G3", "US", "G4", "E0003")
    office.found_group("G4", "Platform", "E0004")
    return office


def test_groups_in_groups_are_kept_where_the_target_can(nested):
    carry(nested)

    assert members(nested, "World") == {"EU", "US", "E0001"}
    assert members(nested, "EU") == {"Platform", "E0002"}


def test_groups_in_groups_become_their_people_where_the_target_cannot(nested):
    group_rules(nested, nesting=Nesting.FLATTEN)
    carry(nested)
    world = members(nested, "World")
    nested.part_from("G4", "E0004")
    nested.join("G4", "E0005")
    result = carry(nested)

    assert world == {"E0001", "E0002", "E0003", "E0004"}
    assert members(nested, "World") == {"E0001", "E0002", "E0003", "E0005"}
    assert members(nested, "EU") == {"E0002", "E0005"}
    assert result.stored.records[ObjectType.MEMBERSHIPS].adds_up()
    assert nested.run().stored.plan.actions == ()


def test_one_way_into_a_group_is_enough_to_stay_in_it(nested):
    group_rules(nested, nesting=Nesting.FLATTEN)
    carry(nested)
    nested.part_from("G2", "G4")
    carry(nested)

    assert members(nested, "EU") == {"E0002"}
    assert "E0004" in members(nested, "World")


def test_groups_in_groups_can_be_left_to_others(nested):
    group_rules(nested, nesting=Nesting.IGNORE)
    carry(nested)
    nested.target.members[native_of(nested, "World")][native_of(nested, "EU")] = None
    result = nested.run()

    assert acts(result) == []
    assert members(nested, "World") == {"E0001", "EU"}


@pytest.mark.parametrize("nesting", [Nesting.KEEP, Nesting.FLATTEN])
def test_groups_that_contain_each_other_are_told_and_do_no_harm(nested, nesting):
    group_rules(nested, nesting=nesting)
    nested.join("G4", "G1")
    nested.join("G4", "G4")
    carry(nested)
    (cycle,) = told(nested, "cycle")

    assert cycle.detail == "4 group(s) of the source contain each other: G1, G2, G3, G4"
    assert "Platform" not in members(nested, "Platform")
    assert nested.run().stored.plan.actions == ()


def test_a_thousand_groups_inside_of_each_other_are_flattened(office):
    office.hire_many(1)
    for number in range(1, 1001):
        inner = f"G{number + 1}" if number < 1000 else "E0001"
        office.found_group(f"G{number}", f"Level {number}", inner)
    group_rules(office, nesting=Nesting.FLATTEN)
    result = office.plan()
    gaining = [one for one in result.stored.plan.actions if one.action.adds]

    assert len(gaining) == 1001
    assert {len(one.action.adds) for one in gaining} == {1}
