"""Two plans side by side, a plan under another configuration, and what is read in five minutes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.action import Change
from provisor.domain.plan_difference import difference
from provisor.domain.plan_reading import clusters, gravest, outliers
from provisor.domain.record import Presence
from provisor.domain.reference import texts_of
from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from provisor.engine.what_if import what_if
from tests.stories.workplace import map_besides, mapping, office_rules

USERS = ObjectType.USERS


@pytest.fixture
def settled(office):
    office.changes["guard"] = Guard(rows=1000, percent=100)
    map_besides(office, mapping("department", "[department]"))
    for number in range(1, 41):
        office.hire(f"E{number:04d}", department="Stores")
    office.open_up()
    office.changes["configuration"] = "d" * 64
    return office


def after(change: Change | None) -> Presence:
    assert change is not None
    return change.after


def keys(actions):
    return [one.draft.key for one in actions]


def test_what_came_went_and_changed_between_two_plans_is_told_apart(settled):
    settled.change("E0001", title="Chief")
    settled.change("E0002", title="Chief")
    settled.change("E0003", title="Chief")
    was = settled.plan().stored.plan
    settled.change("E0001", title="Clerk")
    settled.change("E0002", title="Treasurer")
    settled.hire("E0099", department="Stores")
    now = settled.plan().stored.plan
    found = difference(now.actions, was.actions)

    assert sorted(keys(found.came)) == ["E0099", "G0"]
    assert keys(found.went) == ["E0001"]
    assert keys(turn.now for turn in found.changed) == ["E0002"]
    assert found.unchanged == 1
    (facet,) = found.changed[0].facets
    assert (facet.attribute, after(facet.was), after(facet.now)) == ("title", "Chief", "Treasurer")
    assert found.counts()["came"] == {"create": 1, "membership": 1}


def test_an_attribute_that_only_one_plan_touches_is_shown_as_left_alone_in_the_other(settled):
    settled.change("E0001", title="Chief")
    was = settled.plan().stored.plan
    settled.change("E0001", department="Sales")
    now = settled.plan().stored.plan
    (turn,) = difference(now.actions, was.actions).changed

    assert [(f.attribute, f.was, after(f.now)) for f in turn.facets] == [
        ("department", None, "Sales")
    ]


def test_members_that_join_a_planned_change_are_a_change_of_that_act(settled):
    settled.hire("E0098", department="Stores")
    was = settled.plan().stored.plan
    settled.hire("E0099", department="Stores")
    now = settled.plan().stored.plan
    (turn,) = difference(now.actions, was.actions).changed

    assert turn.now.draft.key == "G0"
    (facet,) = turn.facets
    assert [len(texts_of(after(side))) for side in (facet.was, facet.now)] == [1, 2]


def test_a_plan_does_not_differ_from_itself(settled):
    for number in range(1, 9):
        settled.change(f"E{number:04d}", title="Chief")
    plan = settled.plan().stored.plan
    found = difference(plan.actions, plan.actions)

    assert (found.came, found.went, found.changed, found.unchanged) == ((), (), (), 8)


def test_another_configuration_is_tried_on_todays_data_and_nothing_is_kept(settled):
    settled.change("E0001", title="Chief")
    job = settled.job()
    users = office_rules(settled.target, **settled.changes).objects[USERS]
    narrower = replace(users, scope=Clause("title", Operator.NOT_EQUALS, "Clerk"))
    objects = {**job.rules.objects, USERS: narrower}
    other = replace(job, rules=replace(job.rules, objects=objects, configuration="e" * 64))
    before = (settled.store.log.head(), settled.writes)
    found = what_if(job, other)

    assert found.difference.counts()["came"] == {"disable": 39}
    assert found.difference.counts()["went"] == {}
    assert found.difference.unchanged == 1
    assert found.other.verdict.value == "needs_decision"
    assert "new_revision" in {verdict.name for verdict in found.other.verdicts}
    assert (settled.store.log.head(), settled.writes) == before
    assert settled.store.revisions.get("hr-to-app", "e" * 64) is None


def test_newcomers_are_compared_by_key_before_anybody_has_an_identity(settled):
    settled.hire("E0099", department="Stores")
    job = settled.job()
    other = replace(job, rules=replace(job.rules, configuration="e" * 64))
    found = what_if(job, other)
    known = settled.store.identities.known("hr", USERS)

    assert found.difference.unchanged == 2
    assert "E0099" not in known


def test_an_incomplete_read_refuses_both_sides_of_a_comparison(settled):
    settled.changes["guard"] = Guard()
    for number in range(1, 21):
        settled.vanish(f"E{number:04d}")
    found = what_if(settled.job(), settled.job())

    assert {found.today.verdict.value, found.other.verdict.value} == {"refused"}
    assert found.other.actions == ()


def test_a_change_that_many_share_is_one_line_with_its_count(settled):
    for number in range(1, 31):
        settled.change(f"E{number:04d}", department="Sales")
    settled.change("E0031", title="Chief")
    plan = settled.plan().stored.plan
    (widest, *others) = clusters(plan.actions)

    assert (widest.attribute, widest.before, widest.after, widest.count) == (
        "department",
        "Stores",
        "Sales",
        30,
    )
    assert others == []


def test_a_change_that_hardly_anybody_has_stands_out(settled):
    for number in range(1, 31):
        settled.change(f"E{number:04d}", department="Sales")
    settled.change("E0007", title="Chief")
    plan = settled.plan().stored.plan

    assert keys(outliers(plan.actions)) == ["E0007"]
    assert outliers(plan.actions[:5]) == ()


def test_the_gravest_acts_are_read_first(settled):
    settled.change("E0001", title="Chief")
    settled.change("E0002", title=None)
    settled.change("E0003", status="on hold")
    settled.hire("E0099", department="Stores")
    actions = settled.plan().stored.plan.actions
    operations = [one.action.operation.value for one in gravest(actions, 10)]

    assert operations[0] == "disable"
    assert operations[-1] == "create"
