"""Conditions on groups and on other records: what is known, what is not, and both executors."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.clause import OF_GROUPS, Belonging, Circle, Clause, Operator, Step
from provisor.domain.columns.neighbours import Neighbours
from provisor.domain.columns.scoping import holds
from provisor.domain.comparison import Truth
from provisor.domain.link import Absence
from provisor.domain.membership import Pair
from provisor.domain.neighbourhood import surroundings_of
from provisor.domain.proposing import propose
from provisor.domain.record import Record, Value
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.domain.scope import AllOf, AnyOf, Condition, Not, judge
from provisor.domain.world import Population, World
from provisor.engine.assembly import Circumstance
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.objectwise import ObjectAssembly
from tests.domain.chance import ChanceWorld, chance_world
from tests.domain.chance_conditions import CIRCLES, chance_condition, chance_leaf
from tests.domain.test_columns_equal_objects import (
    ChanceLinks,
    Pages,
    as_rows,
    as_tables,
    check,
    fill,
    plainly,
)
from tests.domain.worlds import (
    MODE_OURS,
    NOON,
    account,
    assign,
    job_rules,
    link,
    person,
    user_rules,
)

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
MANAGER = Step("manager", USERS)


def rules_for(condition: Condition) -> JobRules:
    rules = job_rules(user_rules(scope=condition, leaver=None), memberships=MODE_OURS)
    return replace(rules, memberships=None)


def scene(
    condition: Condition, people: Sequence[Record], members: Iterable[Pair] = (), **changes: object
) -> ChanceWorld:
    """A world of people, and of what else a condition may look at.

    Args:
        condition: the scope of users.
        people: records.
        members: memberships of the source.
        changes: `groups` as records, or a field of `ChanceWorld`.
    """
    groups: Sequence[Record] = changes.pop("groups", ())  # type: ignore[assignment]  # tests name fields freely
    world = ChanceWorld(rules_for(condition), **changes)  # type: ignore[arg-type]  # the same
    world.rows = {
        ("source", USERS): [{**one.values, "employee_id": one.key} for one in people],
        ("source", GROUPS): [{**one.values, "id": one.key} for one in groups],
    }
    world.members = {"source": [{"group": group, "member": member} for group, member in members]}
    return world


def circumstance(world: ChanceWorld) -> Circumstance:
    return Circumstance(
        world.rules, NOON, absences=world.absences, absence_counts=world.absence_counts
    )


def answers(condition: Condition, world: ChanceWorld) -> dict[str, Truth]:
    """What both executors say of everybody; they must not differ."""
    links = ChanceLinks(world)
    objects, columns = ObjectAssembly(links, "app"), ColumnAssembly(links, "app")
    fill(objects, world, as_rows)
    fill(columns, world, as_rows)
    plain = objects.world(circumstance(world))
    people = plain.populations[USERS].records
    around = surroundings_of(plain, USERS)
    by_objects = {one.key: judge(condition, one, around).holds for one in people}
    neighbours = Neighbours(columns.world(circumstance(world)), USERS)
    keys = neighbours.listing.keys.to_list()
    assert by_objects == dict(zip(keys, holds(condition, neighbours).to_list(), strict=True))
    few = neighbours.around(people)
    assert by_objects == {one.key: judge(condition, one, few).holds for one in people}
    return by_objects


def staff(*keys: str, **values: Value) -> list[Record]:
    return [person(key, **values) for key in keys]


# --- groups --------------------------------------------------------------------------------

SALES = Belonging(Circle("G1"))
ALL_SALES = Belonging(Circle("G1", transitive=True))
NESTED = [("G1", "E1"), ("G1", "G2"), ("G2", "E2"), ("G2", "G3"), ("G3", "E3"), ("G3", "G1")]


def test_a_direct_member_is_one_whose_key_stands_beside_the_group():
    found = answers(SALES, scene(SALES, staff("E1", "E2", "E3", "E4"), NESTED))

    assert found == {"E1": True, "E2": False, "E3": False, "E4": False}


def test_members_of_groups_in_groups_belong_to_it_and_circles_end():
    found = answers(ALL_SALES, scene(ALL_SALES, staff("E1", "E2", "E3", "E4"), NESTED))

    assert found == {"E1": True, "E2": True, "E3": True, "E4": False}


def test_a_key_that_a_person_and_a_group_share_is_the_persons():
    members = [("G1", "G2"), ("G2", "E2")]
    found = answers(ALL_SALES, scene(ALL_SALES, staff("E2", "G2"), members))

    assert found == {"E2": False, "G2": True}


def test_a_group_may_be_named_by_an_attribute():
    named = Belonging(Circle("Sales", by="name"))
    groups = [Record("G1", {"name": "Sales"}), Record("G2", {"name": "sales"})]
    members = [("G1", "E1"), ("G2", "E2")]

    assert answers(named, scene(named, staff("E1", "E2"), members, groups=groups)) == {
        "E1": True,
        "E2": False,
    }


def test_two_groups_of_one_name_are_both_meant():
    named = Belonging(Circle("Sales", by="name"))
    groups = [Record("G1", {"name": "Sales"}), Record("G2", {"name": ("Sales", "Selling")})]
    members = [("G1", "E1"), ("G2", "E2")]

    assert set(
        answers(named, scene(named, staff("E1", "E2"), members, groups=groups)).values()
    ) == {True}


@pytest.mark.parametrize("asked", [Belonging(Circle("G9")), Belonging(Circle("Sales", by="name"))])
def test_a_group_that_nobody_has_heard_of_proves_nothing(asked):
    everybody = scene(asked, staff("E1"), [("G1", "E1")], groups=[Record("G1", {"name": "Salez"})])

    assert answers(asked, everybody) == {"E1": None}


def test_a_known_group_without_anybody_has_no_members():
    empty = scene(SALES, staff("E1"), [("G2", "E1")], groups=[Record("G1", {})])

    assert answers(SALES, empty) == {"E1": False}


def test_a_name_proves_nothing_while_rows_of_groups_are_set_aside():
    named = Belonging(Circle("Sales", by="name"))
    groups = [Record("G1", {"name": "Sales"}), Record("G7", {}), Record("G7", {})]
    found = answers(named, scene(named, staff("E1", "E2"), [("G1", "E1")], groups=groups))

    assert found == {"E1": True, "E2": None}


def test_an_incomplete_read_of_memberships_shows_who_is_in_and_nobody_who_is_not():
    outside = Not(SALES)
    partial = scene(outside, staff("E1", "E2"), [("G1", "E1")], absence_counts=False)

    assert answers(outside, partial) == {"E1": False, "E2": None}


def test_nobody_falls_out_of_scope_by_a_membership_that_was_not_read():
    population = Population(
        tuple(staff("E1", "E2")), accounts=(account("a2", "E2"),), links=(link("E2", "a2"),)
    )
    world = World(
        rules_for(SALES), NOON, {USERS: population},
        source_members=(("G1", "E1"),), absence_counts=False,
    )  # fmt: skip
    proposal = propose(world, assign)

    assert [d.action.operation for d in proposal.drafts] == ["create"]
    assert [(s.key, s.code) for s in proposal.set_aside] == [("E2", "condition_undecided")]
    assert proposal.accounts[USERS].classes["held"] == 1


PEOPLE = tuple("uvwx")
TEAMS = tuple("ABCD")
ROWS = st.lists(st.tuples(st.sampled_from(TEAMS), st.sampled_from(PEOPLE + TEAMS)), max_size=14)


@given(ROWS, st.sampled_from(TEAMS))
def test_transitive_members_are_those_that_a_walk_reaches(rows: list[Pair], start: str) -> None:
    asked = Belonging(Circle(start, transitive=True))
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        group = waiting.pop()
        inside = {member for one, member in rows if one == group} - reached
        reached |= inside
        waiting += inside & set(TEAMS)
    known = any(group == start for group, _ in rows)
    found = answers(asked, scene(asked, staff(*PEOPLE), rows))

    assert found == {one: (one in reached) if known else None for one in PEOPLE}


# --- references ----------------------------------------------------------------------------

IN_SALES = Clause("department", Operator.EQUALS, "Sales", steps=(MANAGER,))
HIGH_IN_SALES = Clause("department", Operator.EQUALS, "Sales", steps=(MANAGER, MANAGER))


def test_an_attribute_of_the_record_that_is_referred_to_is_compared():
    people = [
        person("E1", department="Sales"),
        person("E2", manager="E1"),
        person("E3", manager="E2", department="Sales"),
        person("E4", manager="E3"),
    ]

    assert answers(IN_SALES, scene(IN_SALES, people)) == {
        "E1": False, "E2": True, "E3": False, "E4": True,
    }  # fmt: skip
    assert answers(HIGH_IN_SALES, scene(HIGH_IN_SALES, people))["E3"] is True


def test_people_who_refer_to_each_other_are_no_trap():
    people = [
        person("E1", manager="E2", department="Sales"),
        person("E2", manager="E1"),
        person("E3", manager="E3", department="Sales"),
    ]

    assert answers(HIGH_IN_SALES, scene(HIGH_IN_SALES, people)) == {
        "E1": True, "E2": False, "E3": True,
    }  # fmt: skip


def test_a_reference_to_nobody_is_nothing():
    nothing = Clause("department", Operator.IS_NULL, steps=(MANAGER,))
    people = [person("E1", manager="E9"), person("E2", manager=""), person("E3")]

    assert set(answers(IN_SALES, scene(IN_SALES, people)).values()) == {False}
    assert set(answers(nothing, scene(nothing, people)).values()) == {True}


def test_a_reference_to_several_gives_all_their_values():
    people = [
        person("E1", department="Sales"),
        person("E2", department="HR"),
        person("E3", manager=("E1", "E2")),
        person("E4", manager=("E2",)),
    ]

    assert answers(IN_SALES, scene(IN_SALES, people)) == {
        "E1": False, "E2": False, "E3": True, "E4": False,
    }  # fmt: skip


def test_a_record_that_may_be_there_decides_nothing():
    people = [person("E2", manager="E1"), person("E3", manager="E5")]
    repeated = scene(IN_SALES, [*people, person("E1"), person("E1")])
    unread = scene(IN_SALES, people, absence_counts=False)

    assert answers(IN_SALES, repeated) == {"E2": None, "E3": False}
    assert set(answers(IN_SALES, unread).values()) == {None}


@pytest.mark.parametrize(
    ("reads", "hours", "expected"), [(2, 25, False), (2, 23, None), (1, 30, None)]
)
def test_a_missing_record_is_nothing_only_once_its_absence_is_proven(reads, hours, expected):
    absence = Absence("identity-E1", USERS, "E1", NOON - timedelta(hours=hours), reads)
    missing = scene(
        IN_SALES,
        [person("E2", manager="E1")],
        links={USERS: [link("E1", "a1")]},
        absences={USERS: {"E1": absence}},
    )

    assert answers(IN_SALES, missing) == {"E2": expected}


# --- what is read --------------------------------------------------------------------------


def test_what_conditions_look_at_in_other_records_is_read_and_guarded():
    owner = Clause("end_date", Operator.IS_NULL, steps=(Step("owner", USERS), MANAGER))
    rules = rules_for(Belonging(Circle("Sales", by="label")))
    groups = replace(rules.objects[GROUPS], scope=owner)
    both = replace(rules, objects={**rules.objects, GROUPS: groups})

    assert {"manager", "end_date"} <= set(both.source_attributes(USERS))
    assert {"owner", "label"} <= set(both.source_attributes(GROUPS))
    assert both.asks_for_groups


# --- by chance -----------------------------------------------------------------------------


@settings(max_examples=100)
@given(
    st.integers(0, 2**40), st.sampled_from([USERS, GROUPS]), st.sampled_from([as_rows, as_tables])
)
def test_whatever_is_asked_both_executors_say_the_same(
    seed: int, object_type: ObjectType, pages: Pages
) -> None:
    chance = random.Random(seed)
    world = chance_world(seed, 6, 4)
    conditions = [chance_condition(chance, chance_leaf(chance)) for _ in range(6)]
    conditions += [chance_leaf(chance) for _ in range(3)]
    conditions += [Belonging(chance.choice(CIRCLES), op) for op in sorted(OF_GROUPS)]
    rules = world.rules.objects[object_type]
    asking = replace(rules, scope=AllOf(tuple(conditions)), leaver=None)
    world.rules = replace(world.rules, objects={**world.rules.objects, object_type: asking})
    links = ChanceLinks(world)
    objects, columns = ObjectAssembly(links, "app"), ColumnAssembly(links, "app")
    fill(objects, world, plainly(pages))
    fill(columns, world, pages)
    plain = objects.world(circumstance(world))
    records = plain.populations[object_type].records
    around = surroundings_of(plain, object_type)
    neighbours = Neighbours(columns.world(circumstance(world)), object_type)
    few = neighbours.around(records)

    assert [record.key for record in records] == neighbours.listing.keys.to_list()
    for condition in conditions:
        said = [judge(condition, record, around) for record in records]
        assert [answer.holds for answer in said] == holds(condition, neighbours).to_list()
        assert [repr(judge(condition, record, few)) for record in records] == list(map(repr, said))


@settings(max_examples=60)
@given(st.integers(0, 2**40), st.sampled_from(CIRCLES), st.sampled_from(["left", "unless", "or"]))
def test_leavers_by_a_group_are_the_same_in_both_executors(
    seed: int, circle: Circle, form: str
) -> None:
    world = chance_world(seed, 8, 4)
    inside = Belonging(circle)
    leavers: dict[str, Condition] = {
        "left": inside,
        "unless": Not(inside),
        "or": AnyOf((Not(inside), Clause("status", Operator.EQUALS, "terminated"))),
    }
    users = replace(world.rules.objects[USERS], leaver=leavers[form])
    world.rules = replace(world.rules, objects={**world.rules.objects, USERS: users})

    check(world)
