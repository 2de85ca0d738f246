"""Cycles that read only what changed: what they see, what they cost, and when they do not suffice.

Numbers in brackets are those of scenarios of other products.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest

from provisor.domain.clause import Belonging, Circle, Step
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.override import OverrideKind
from provisor.domain.reference import Reference
from provisor.domain.scope import AnyOf, Clause, Operator
from provisor.domain.tenure import Tenure
from provisor.engine.job import CyclePolicy
from provisor.engine.run import plan_job, run_job
from provisor.ports.connector import Deltas
from tests.house.tree import ROOT
from tests.stories.test_writing import override
from tests.stories.towns import (
    USERS,
    change,
    hire,
    look,
    plan_in_full,
    planned,
    settled,
    users,
)
from tests.stories.workplace import office_rules


@pytest.fixture
def town(office):
    return settled(office)


# --- what is read ---------------------------------------------------------------------------------


def test_the_first_cycle_reads_everything_and_the_second_only_what_changed(office):
    office.source.feed.kind = office.target.feed.kind = Deltas.STATES
    hire(office, 1, 2, 3)
    first = office.plan()
    second = office.plan()

    assert look(first) == (True, "nothing is known from an earlier plan")
    assert look(second) == (False, "")
    assert second.stored.plan.digest == first.stored.plan.digest
    assert second.stored.look.rows < first.stored.look.rows


def test_an_empty_feed_of_changes_writes_nothing(town):
    """[45, 54] Twice nothing is nothing, and the plan has the same digest."""
    writes = town.writes
    first, second = town.run(), town.run()

    assert planned(first) == planned(second) == []
    assert first.stored.plan.digest == second.stored.plan.digest
    assert town.writes == writes
    assert second.stored.look.rows == 0


def test_one_change_is_one_act_and_everybody_is_still_counted(town):
    change(town, "E0003", title="Treasurer")
    result = town.plan()

    assert look(result) == (False, "")
    assert planned(result) == [("update", "E0003")]
    assert result.stored.records[USERS].seen == 10
    assert all(tally.adds_up() for tally in result.stored.records.values())
    assert all(tally.adds_up() for tally in result.stored.accounts.values())


def test_what_is_still_to_be_done_stays_in_the_plan_of_every_cycle(town):
    change(town, "E0003", title="Treasurer")
    town.plan()
    change(town, "E0004", title="Clown")

    assert planned(town.plan()) == [("update", "E0003"), ("update", "E0004")]


def test_a_joiner_gets_account_and_memberships_without_a_full_read(town):
    hire(town, 11)
    result = town.run()

    assert look(result) == (False, "")
    assert ("create", "E0011") in planned(result)
    assert town.native("E0011") in next(iter(town.target.members.values()))
    assert planned(town.run()) == []


def test_a_leaver_is_off_without_a_full_read(town):
    change(town, "E0005", status="terminated", end_date="2031-04-01")
    result = town.run()

    assert look(result) == (False, "")
    assert town.account("E0005")["active"] is False


def test_polars_is_not_loaded_where_only_what_changed_is_looked_at(town, tmp_path):
    script = (
        "import sys; from provisor.engine import cycle, make_plan; "
        "from provisor.engine.knowing import keep_knowledge, knownwise; "
        "assert 'polars' not in sys.modules, 'polars'"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)


# --- whom else a change concerns ------------------------------------------------------------------


def test_who_refers_to_somebody_new_is_completed_by_itself(town):
    """A manager who comes late is written as soon as they have an account."""
    own = office_rules(town.target).objects[USERS].mappings
    boss = AttributeMapping("manager", parse("[boss]"), "[boss]", reference=Reference(USERS))
    users(town, mappings=(*own, boss))
    town.changes["configuration"] = "d" * 64
    change(town, "E0002", boss="E0099")
    town.approve(town.plan().stored.plan.digest) if planned(town.plan()) else None
    hire(town, 99)
    digest = town.plan().stored.plan.digest
    town.approve(digest)
    town.apply(digest)
    town.run()
    last = town.run()

    assert look(last) == (False, "")
    assert town.account("E0002")["manager"] == town.native("E0099")


def test_a_scope_that_follows_a_reference_sees_what_changes_at_its_end(town):
    users(town, scope=Clause("department", Operator.EQUALS, "sales", steps=(Step("boss", USERS),)))
    for number in range(1, 11):
        change(town, f"E{number:04d}", boss="E0001")
    change(town, "E0001", department="sales")
    town.changes["configuration"] = "e" * 64
    town.plan()
    change(town, "E0001", department="plant")
    result = town.plan()

    assert look(result) == (False, "")
    assert {key for operation, key in planned(result) if operation == "disable"} == {
        f"E{number:04d}" for number in range(1, 11)
    }


def test_a_scope_by_group_sees_who_came_into_a_group_inside_of_it(town):
    town.found_group("G1", "Inner")
    town.found_group("G2", "Outer")
    town.source.join("G2", ("G1",), ())
    town.source.join("G1", ("E0001",), ())
    users(town, scope=AnyOf((Belonging(Circle("G2", transitive=True)),)))
    town.changes["configuration"] = "f" * 64
    town.changes["memberships"] = None
    town.plan()
    before = town.plan().stored.records[USERS].classes["out_of_scope"]
    town.source.join("G1", ("E0002",), ())
    result = town.plan()

    assert look(result) == (False, "")
    assert ("disable", "E0002") not in planned(result)
    assert result.stored.records[USERS].classes["out_of_scope"] <= before


def test_a_date_acts_on_its_day_without_any_event(town):
    """[50] Before the day nothing, on the day once, afterwards nothing."""
    users(town, tenure=Tenure(end="end_date"))
    town.changes["configuration"] = "a" * 64
    change(town, "E0004", end_date="2031-04-07")
    town.plan()
    early = town.plan()
    town.pass_hours(48)
    job = replace(town.job(), cycle=CyclePolicy(full_every_hours=1_000))
    on_the_day = run_job(job)
    again = plan_job(job)

    assert planned(early) == []
    assert look(on_the_day) == (False, "")
    assert planned(on_the_day) == [("disable", "E0004")]
    assert planned(again) == []


def test_an_override_that_runs_out_counts_no_longer_without_any_event(town):
    override(town, OverrideKind.HOLD, "E0006")
    change(town, "E0006", title="Treasurer")
    held = town.plan()
    given = town.store.overrides.all()[0]
    town.store.overrides.end(given.id, town.clock.now(), [])
    free = town.plan()

    assert planned(held) == []
    assert look(free) == (False, "")
    assert planned(free) == [("update", "E0006")]


def test_what_others_change_in_the_target_is_put_right_by_the_next_cycle(town):
    town.target.set(USERS, town.native("E0007"), {"title": "Emperor"})
    result = town.plan()

    assert look(result) == (False, "")
    assert planned(result) == [("update", "E0007")]


# --- events lost, repeated, late and out of order -------------------------------------------------


def test_events_told_again_and_out_of_order_change_nothing(town):
    """[55] Rows are states: however often and in whatever order they come, the end is the same."""
    town.source.faults.repeated_events = 50
    town.source.faults.order = Random(7)
    change(town, "E0002", title="First")
    change(town, "E0003", title="Second")
    change(town, "E0002", title="Third")
    town.run()
    town.run()

    assert town.account("E0002")["title"] == "Third"
    assert planned(town.run()) == []


def test_a_late_event_is_told_by_the_next_cycle(town):
    town.source.faults.late_events = 1
    change(town, "E0002", title="Late")
    first = town.plan()
    town.source.faults.late_events = 0
    second = town.plan()

    assert planned(first) == []
    assert planned(second) == [("update", "E0002")]


def test_a_lost_event_is_brought_by_the_next_full_cycle_and_nothing_wrong_is_done_before(town):
    """[55] Live changes may be missed, so a periodic full comparison is kept."""
    town.source.faults.lost_events.add(len(town.source.feed.mentions) + 1)
    change(town, "E0002", title="Lost")
    lost = town.plan()
    town.pass_hours(24)
    full = town.plan()

    assert look(lost) == (False, "")
    assert planned(lost) == []
    assert look(full) == (True, "the last full cycle is 24 hours old")
    assert planned(full) == [("update", "E0002")]


def test_who_was_deleted_by_the_source_itself_is_gone_at_once(town):
    town.source.remove(USERS, "E0008")
    result = town.plan()

    assert look(result) == (False, "")
    assert planned(result) == [("disable", "E0008")]
    assert planned(plan_in_full(town)) == [("disable", "E0008")]


def test_a_delta_proves_no_absence(town):
    """Who is in no delta simply did not change."""
    town.source.feed.kind = Deltas.HINTS
    town.source.remove(USERS, "E0008")
    town.source.faults.lost_events.clear()
    result = town.plan()

    assert ("disable", "E0008") not in planned(result)
    assert result.stored.accounts[USERS].classes["held"] == 1
