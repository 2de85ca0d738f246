"""Values that chance gives once, the same in every plan; and values that nobody is shown."""

from __future__ import annotations

import json

import pytest

from provisor.cli.printing import _changes
from provisor.cli.shapes import action_shape
from provisor.domain.action import Operation
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.schema import ObjectType
from provisor.engine.explain import explain
from provisor.engine.mapped_lines import DRAWN
from provisor.ports.store import PlanStatus
from tests.stories.workplace import Office, created_values, map_besides, once

pytestmark = pytest.mark.both_executors

USERS = ObjectType.USERS
SECRET = 'RandomString(16, 2, 2, 2, 2, "")'


# --- values that chance gives once ------------------------------------------------------------


def test_a_random_value_is_the_same_in_every_plan_until_it_is_written(office):
    map_besides(office, once("employeeNumber", "Guid()"), once("title", "RandomNum(1000, 999999)"))
    office.hire_many(3)
    first = office.plan().stored.plan
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    result = office.apply(digest)

    planned = created_values(first)
    assert digest == first.digest
    assert result.exit_code == 0
    assert {key: office.account(key)["employeeNumber"] for key in planned} == {
        key: values["employeeNumber"] for key, values in planned.items()
    }
    assert len({values["employeeNumber"] for values in planned.values()}) == 3
    assert len({values["title"] for values in planned.values()}) == 3
    assert office.run().stored.status is PlanStatus.EMPTY


def test_nobody_foresees_a_random_value_who_does_not_know_the_store(office, tmp_path):
    map_besides(office, once("employeeNumber", "Guid()"))
    office.hire_many(1)
    (tmp_path / "other").mkdir()
    other = Office(tmp_path / "other")
    map_besides(other, once("employeeNumber", "Guid()"))
    other.hire_many(1)
    here, there = (
        created_values(office.plan().stored.plan),
        created_values(other.plan().stored.plan),
    )
    other.close()

    assert here["E0001"]["employeeNumber"] != there["E0001"]["employeeNumber"]


def test_a_random_name_that_is_taken_is_drawn_again(office):
    map_besides(office, once("userName", "SelectUniqueValue(RandomNum(1, 2), RandomNum(1, 2))"))
    office.target.add(USERS, {"userName": "1"})
    office.hire_many(1)
    stored = office.plan().stored
    names = {values["userName"] for values in created_values(stored.plan).values()}

    assert names <= {"2"}
    assert names or [one.code for one in stored.set_aside] == ["no_unique_value"]


def test_whoever_asks_for_the_story_is_not_told_a_draw_that_was_not_made(office):
    map_besides(office, once("employeeNumber", "Guid()"), once("password", SECRET))
    office.hire_many(1)
    lines = {line.attribute: line for line in explain(office.job(), "E0001").lines}

    assert lines["employeeNumber"].value == lines["password"].value == DRAWN
    assert lines["password"].problem == ""


# --- what is written and not shown ------------------------------------------------------------


def redacted(attribute: str, text: str) -> AttributeMapping:
    return AttributeMapping(attribute, parse(text), text, redacted=True)


def test_a_redacted_value_flows_and_is_shown_to_nobody(office):
    map_besides(office, redacted("department", "Redact([pin])"))
    for number in range(1, 31):
        office.hire(f"E{number:04d}", pin=f"pin-{number}")
    first = office.open_up().stored.plan
    office.change("E0001", pin="pin-changed")
    second = office.run().stored.plan
    story = explain(office.job(), "E0001")

    assert office.account("E0001")["department"] == "pin-changed"
    for planned in (*first.actions, *second.actions):
        assert "pin-" not in json.dumps(action_shape(planned, {}))
        assert "pin-" not in _changes(planned, {})
    (update,) = second.actions
    assert action_shape(update, {})["changes"] == [
        {"attribute": "department", "before": "[Redact]", "after": "[Redact]"}
    ]
    assert "pin-" not in repr(story)
    line = next(line for line in story.lines if line.attribute == "department")
    assert (line.value, line.present) == ("[Redact]", "[Redact]")


def test_a_redacted_value_that_is_cleared_or_deleted_is_not_shown_either(office):
    map_besides(office, redacted("department", "Redact([pin])"))
    for number in range(1, 41):
        office.hire(f"E{number:04d}", pin=f"pin-{number}")
    office.open_up()
    office.change("E0001", pin=None)
    office.leave("E0002")
    office.run()
    office.pass_hours(24 * 31)
    actions = office.run().stored.plan.actions

    assert {a.action.operation for a in actions} == {Operation.CLEAR, Operation.DELETE}
    assert "pin-" not in json.dumps([action_shape(one, {}) for one in actions])
    (cleared,) = [a for a in actions if a.action.operation is Operation.CLEAR]
    assert cleared.action.shown()[0].after is None
