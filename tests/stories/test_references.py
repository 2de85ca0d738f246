"""Who refers to whom: written after everybody has an account, completed as soon as it can be."""

from __future__ import annotations

import pytest

from provisor.domain.action import Operation, Wave
from provisor.domain.flow import WhenEmpty
from provisor.domain.reference import Lack
from provisor.ports.store import ActState, PlanStatus
from tests.stories.referring import (
    USERS,
    led,
    manager,
    pending,
    refers,
    refuse,
    settled,
)
from tests.stories.workplace import map_besides

pytestmark = pytest.mark.both_executors


@pytest.fixture
def office(office):
    return led(office)


def test_a_new_account_gets_its_manager_in_the_same_plan_after_all_are_made(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    stored = office.plan().stored

    waves = [(one.draft.wave, one.draft.key) for one in stored.plan.actions][:4]
    created = [(Wave.CREATE, "G0"), (Wave.CREATE, "E1"), (Wave.CREATE, "E2")]
    assert waves == [*created, (Wave.REFERENCES, "E1")]
    first = next(one.action for one in stored.plan.actions if one.draft.key == "E1")
    assert "manager" not in {change.attribute for change in first.changes}
    office.approve(stored.plan.digest)
    assert office.apply(stored.plan.digest).exit_code == 0
    assert manager(office, "E1") == "E2"
    settled(office)


def test_two_are_each_others_manager_and_one_is_their_own(office):
    office.hire("E1", manager="E2")
    office.hire("E2", manager="E1")
    office.hire("E3", manager="E3")
    office.open_up()

    assert [manager(office, key) for key in ("E1", "E2", "E3")] == ["E2", "E1", "E3"]
    settled(office)


def test_a_chain_of_a_thousand_is_written_in_one_plan(office):
    for number in range(1000):
        office.hire(f"E{number:04d}", manager=f"E{number + 1:04d}" if number < 999 else None)
    result = office.open_up()

    assert result.outcomes["failed"] == result.outcomes["blocked"] == 0
    assert {manager(office, f"E{n:04d}") for n in range(999)} == {
        f"E{n + 1:04d}" for n in range(999)
    }
    settled(office)


def test_a_manager_out_of_scope_is_left_out_and_told_and_completed_when_they_come(office):
    office.hire("E1", manager="E2")
    office.hire("E2", status="planned")
    result = office.open_up()

    assert result.exit_code == 0
    assert pending(result) == [("E1", "E2", "no_account")]
    assert result.stored.references[USERS]["manager"].classes == {
        "planned": 0,
        "unchanged": 0,
        "pending": 1,
    }
    office.pass_hours(24)
    settled(office)

    office.change("E2", status="active")
    office.pass_hours(24)
    assert office.run().exit_code == 0
    assert manager(office, "E1") == "E2"
    settled(office)


def test_a_manager_whom_the_source_does_not_know_changes_nothing(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()
    office.change("E1", manager="E404")
    result = office.run()

    assert pending(result) == [("E1", "E404", Lack.NOBODY.value)]
    assert result.stored.status is PlanStatus.EMPTY
    assert manager(office, "E1") == "E2"


def test_what_needs_an_account_that_was_not_made_is_blocked_and_done_tomorrow(office):
    office.hire("E0", manager=None)
    office.open_up()
    office.hire("E1", manager="E2")
    office.hire("E2")
    refuse(office, 2)
    failed = office.run()

    states = {one.state for one in failed.left}
    assert ActState.BLOCKED in states
    assert failed.exit_code == 3
    office.pass_hours(1)
    assert office.run().exit_code == 0
    assert manager(office, "E1") == "E2"
    settled(office)


def test_a_manager_who_becomes_nobody_is_a_clear(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()
    office.change("E1", manager=None)
    stored = office.run().stored

    (planned,) = stored.plan.actions
    assert planned.action.operation is Operation.CLEAR
    assert {part.part for part in stored.parts} == {"users.clear"}
    assert manager(office, "E1") is None
    settled(office)


def test_a_reference_that_is_kept_is_not_cleared_by_silence(office):
    map_besides(office, refers("manager", "[manager]", when_empty=WhenEmpty.KEEP))
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()
    office.change("E1", manager=None)
    settled(office)

    assert manager(office, "E1") == "E2"


def test_people_swap_their_managers(office):
    office.hire("E1", manager="E3")
    office.hire("E2", manager="E4")
    office.hire("E3")
    office.hire("E4")
    office.open_up()
    office.change("E1", manager="E4")
    office.change("E2", manager="E3")
    office.run()

    assert [manager(office, key) for key in ("E1", "E2")] == ["E4", "E3"]
    settled(office)
