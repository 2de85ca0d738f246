"""The fuse: exact, on the plan, before the first write; a repaired source clears it by itself."""

from __future__ import annotations

import pytest

from provisor.domain.bounds import Limit
from provisor.engine.alert_limits import LIMIT_REACHED
from provisor.engine.job import Executor
from tests.stories.fences import (
    bound,
    disabled,
    drop,
    over,
    parts,
    staff_of,
    staffed,
)

pytestmark = pytest.mark.both_executors

EXECUTORS = [Executor.OBJECTS, Executor.COLUMNS]


def people(count, first=1):
    return [f"E{number:04d}" for number in range(first, first + count)]


def limit_alerts(office):
    return [one for one in office.store.alerts.open() if one.kind == LIMIT_REACHED]


# --- exact, and nothing before it (scenarios 21 to 26) --------------------------------------


def test_the_tenth_joiner_makes_all_of_them_wait_and_planning_writes_nothing(office):
    bound(office, create=Limit(9))
    staffed(office, 1)
    office.hire_many(100, first=100)
    planned = office.plan()
    ran = office.run()

    assert (planned.exit_code, ran.exit_code, len(office.target.users)) == (4, 4, 1)
    assert over(ran)[0].value == "100 in 24 h"
    office.approve(ran.stored.plan.digest, only=tuple(people(9, 100)))
    office.apply(ran.stored.plan.digest)
    assert len(office.target.users) == 10


@pytest.mark.parametrize(("changed", "written"), [(25, 0), (5, 0), (4, 4)])
def test_changes_up_to_the_limit_flow_and_one_more_stops_them_all(office, changed, written):
    bound(office, update=Limit(4))
    staffed(office, 40)
    before = office.writes
    for key in people(changed):
        office.change(key, title="Moved")
    office.run()

    assert office.writes - before == written


def test_people_removed_at_the_source_wait_above_the_limit_and_flow_without_one(office):
    bound(office, disable=Limit(4))
    staffed(office, 100)
    for key in people(100)[3::4]:
        office.vanish(key)
    office.run()
    office.pass_hours(25)
    waiting = office.run()

    assert (disabled(office), parts(waiting)["users.disable"]) == (0, "needs_decision")
    bound(office, disable=Limit(25))
    assert office.run().exit_code == 0
    assert disabled(office) == 25


def test_a_repaired_source_clears_the_fuse_by_itself(office):
    bound(office, disable=Limit(7))
    staffed(office, 40)
    drop(office, people(8))
    assert [office.run().exit_code for _ in range(3)] == [4, 4, 4]
    assert len(limit_alerts(office)) == 1

    for key in people(7):
        office.change(key, status="active")
    assert office.run().exit_code == 0
    assert (disabled(office), limit_alerts(office)) == (1, [])


def test_who_was_left_out_by_a_vote_does_not_flow_after_it(office):
    bound(office, disable=Limit(7))
    staffed(office, 40)
    drop(office, people(8))
    digest = office.run().stored.plan.digest
    office.approve(digest, only=("E0001", "E0002"))
    office.apply(digest)
    rest = office.run()

    assert (rest.exit_code, disabled(office)) == (4, 2)
    assert over(rest)[0].value == "8 in 24 h"
    office.pass_hours(25)
    assert office.run().exit_code == 0


def test_what_was_approved_as_a_whole_uses_up_nothing(office):
    bound(office, disable=Limit(7))
    staffed(office, 40)
    drop(office, people(8))
    digest = office.run().stored.plan.digest
    office.approve(digest)
    office.apply(digest)
    drop(office, people(7, 20))

    assert office.run().exit_code == 0
    assert disabled(office) == 15


def test_a_plan_that_was_allowed_waits_when_another_job_used_up_the_window(office):
    bound(office, disable=Limit(7))
    staffed(office, 40)
    office.changes["job"] = "other-to-app"
    office.change("E0001", title="Moved")
    office.open_up()
    office.changes["job"] = "hr-to-app"
    drop(office, people(5))
    digest = office.plan().stored.plan.digest
    for key in people(5):
        office.change(key, status="active")
    drop(office, people(7, 20))
    office.changes["job"] = "other-to-app"
    assert office.run().exit_code == 0
    office.changes["job"] = "hr-to-app"
    drop(office, people(5))
    late = office.apply(digest)

    assert office.store.plans.find(digest).verdict.value == "allowed"
    assert (late.exit_code, late.outcomes["done"], disabled(office)) == (4, 0, 7)


def test_a_source_that_cannot_be_read_opens_no_limit(office):
    bound(office, update=Limit(7))
    staffed(office, 40)
    office.changes["job"] = "other-to-app"
    office.change("E0001", title="Boss")
    office.open_up()
    office.changes["job"] = "hr-to-app"
    for key in people(5, 10):
        office.change(key, title="Moved")
    digest = office.plan().stored.plan.digest
    for key in people(5, 10):
        office.change(key, title="Clerk")
    for key in people(4, 30):
        office.change(key, title="Moved")
    office.changes["job"] = "other-to-app"
    assert office.run().exit_code == 0
    office.changes["job"] = "hr-to-app"
    office.source.faults.cut_reads.append(5)
    late = office.apply(digest)

    assert (late.exit_code, late.outcomes["done"]) == (4, 0)


# --- 24 hours and 30 days --------------------------------------------------------------------


def test_a_slow_leak_is_stopped_in_the_first_cycle_that_crosses_the_day(office):
    bound(office, disable=Limit(percent=10))
    staffed(office, 100)
    codes = []
    for cycle in range(3):
        drop(office, people(4, 1 + 4 * cycle))
        codes.append(office.run().exit_code)
        office.pass_hours(1)

    assert (codes, disabled(office)) == ([0, 0, 4], 8)


def test_thirty_cycles_of_four_percent_are_stopped_in_the_first_that_crosses_the_month(office):
    staffed(office, 100)
    codes = []
    for cycle in range(7):
        drop(office, people(4, 1 + 4 * cycle))
        result = office.run()
        codes.append(result.exit_code)
        office.pass_hours(25)

    assert codes == [0, 0, 0, 0, 0, 4, 4]
    assert disabled(office) == 20
    crossed = next(one for one in over(result) if one.name == "limit_month_percent")
    assert (crossed.limit, crossed.base) == ("20 %", "100")
    office.pass_hours(24 * 30)
    for key in people(4, 25):
        office.change(key, status="active")
    office.run()
    assert disabled(office) == 24


# --- what people see ------------------------------------------------------------------------


def test_each_limit_that_holds_something_back_is_one_alert_and_no_leaf_names_a_department(office):
    bound(office, disable=Limit(1, by={"department": Limit(1)}))
    staffed(office, 40)
    drop(office, staff_of(office, "Sales")[:2])
    office.run()
    office.run()

    alerts = limit_alerts(office)
    assert [one.repeats for one in alerts] == [2]
    assert "2 in 24 h, limit 1 (department Sales)" in alerts[0].message
    assert not any(b"Sales" in body for _, body in office.store.log.leaves())
