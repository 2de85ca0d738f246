"""A bound on the changes of one attribute: whoever changes it waits apart, the others flow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.bounds import Limit
from provisor.domain.schema import ObjectType
from tests.stories.lifecycles import allow, pass_days, ruled, settled, waiting
from tests.stories.workplace import MAIL, Office

pytestmark = pytest.mark.both_executors


def bounded(office: Office, **bounds: Limit) -> Office:
    names = {"mail": MAIL, "name": "displayName", "title": "title"}
    ruled(office, limits={names[name]: bound for name, bound in bounds.items()})
    return settled(office)


def move(office: Office, attribute: str, first: int, last: int, suffix: str = "x") -> None:
    for number in range(first, last + 1):
        key = f"E{number:04d}"
        office.change(key, **{attribute: f"{key}.{suffix}@example.org"})


def test_changes_of_an_attribute_above_its_bound_wait_and_everything_else_flows(office):
    bounded(office, mail=Limit(3))
    move(office, "mail", 1, 4)
    office.change("E0010", title="Chief")
    result = office.run()

    assert waiting(result) == {f"users.identity_key:{MAIL}"}
    assert office.account("E0010")["title"] == "Chief"
    assert office.account("E0001")[MAIL] == "e0001@example.org"
    allow(office, result)
    assert office.account("E0001")[MAIL] == "E0001.x@example.org"


def test_small_steps_do_not_walk_around_the_bound_of_an_attribute(office):
    bounded(office, title=Limit(3))
    move(office, "title", 1, 2)
    assert waiting(office.run()) == set()
    move(office, "title", 3, 4)

    assert waiting(office.run()) == {"users.update:title"}
    pass_days(office, 1.1)
    assert waiting(office.run()) == set()
    assert office.run().stored.plan.actions == ()


def test_a_slow_leak_of_changes_reaches_the_bound_of_a_month(office):
    bounded(office, title=Limit(5, month=Limit(5)))
    for day in range(3):
        move(office, "title", 2 * day + 1, 2 * day + 2)
        result = office.run()
        pass_days(office, 2)

    assert waiting(result) == {"users.update:title"}
    told = {one.name: one.value for one in result.stored.verdicts if one.part.endswith(":title")}
    assert told["attribute_month_count"] == "6 in 30 days"
    assert "attribute_count" not in told


def test_an_attribute_is_counted_by_every_operation_that_changes_it(office):
    bounded(office, title=Limit(1))
    office.change("E0001", title="Chief")
    office.change("E0002", title="Chief", mail="two@example.org")
    result = office.run()

    assert waiting(result) == {"users.update:title", "users.identity_key:title"}


def test_groups_have_bounds_of_their_own(office):
    ruled(office)
    objects = dict(office.changes["objects"])
    groups = replace(objects[ObjectType.GROUPS], limits={"displayName": Limit(0)})
    office.changes["objects"] = {**objects, ObjectType.GROUPS: groups}
    settled(office)
    office.source.set(ObjectType.GROUPS, next(iter(office.source.groups)), {"name": "All"})

    assert {part.partition(":")[2] for part in waiting(office.run())} == {"displayName"}


def test_joiners_and_leavers_wait_for_no_bound_on_attributes(office):
    bounded(office, mail=Limit(0), title=Limit(0))
    office.hire("E0099")
    office.leave("E0001")
    result = office.run()

    assert waiting(result) == set()
    assert office.account("E0001")["active"] is False
    assert office.account("E0099")["title"] == "Clerk"
