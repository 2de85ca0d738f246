"""The fuse: exact, on the plan, before the first write; a repaired source clears it by itself."""

from __future__ import annotations

import pytest

from provisor.domain.bounds import Limit
from provisor.domain.scope import Clause, Operator
from provisor.engine.alert_limits import LIMIT_REACHED
from provisor.engine.job import Executor
from tests.stories.fences import (
    bound,
    disabled,
    drop,
    over,
    parts,
    powerful,
    staff_of,
    staffed,
    with_departments,
)

EXECUTORS = [Executor.OBJECTS, Executor.COLUMNS]
POWER = Clause("title", Operator.EQUALS, "Admin")


@pytest.fixture(params=EXECUTORS, ids=lambda one: one.value)
def executor(request):
    return request.param


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


# --- by department, group, target ------------------------------------------------------------


def test_a_department_that_crosses_its_own_limit_waits_alone(office):
    bound(office, disable=Limit(20, by={"department": Limit(5, 20, 5)}))
    staffed(office, 40)
    drop(office, staff_of(office, "Sales")[:3] + staff_of(office, "IT")[:1])
    result = office.run()

    assert (result.exit_code, disabled(office)) == (4, 1)
    assert parts(result) == {"users.disable": "allowed", "users.disable:Sales": "needs_decision"}
    (verdict,) = over(result)
    assert (verdict.about, verdict.value) == ("department Sales", "3 of 10 (30.0 %)")
    assert (verdict.limit, verdict.base) == ("20 %", "10")
    office.approve(result.stored.plan.digest, parts=("users.disable:Sales",))
    assert office.apply(result.stored.plan.digest).outcomes["done"] == 3


def test_a_department_is_looked_at_over_a_month(office):
    month = Limit(count=4)
    bound(office, disable=Limit(20, by={"department": Limit(3, month=month)}))
    staffed(office, 80)
    sales = staff_of(office, "Sales")
    codes = []
    for cycle in range(3):
        drop(office, sales[2 * cycle : 2 * cycle + 2])
        codes.append(office.run().exit_code)
        office.pass_hours(48)

    assert (codes, disabled(office)) == ([0, 0, 4], 4)


def test_somebody_without_a_row_counts_for_the_department_of_the_account(office):
    with_departments(office)
    bound(office, disable=Limit(20, by={"department": Limit(1)}))
    staffed(office, 20)
    for key in staff_of(office, "Legal")[:2]:
        office.vanish(key)
    office.run()
    office.pass_hours(25)

    assert over(office.run())[0].about == "department Legal"


def test_a_group_that_loses_many_members_waits_alone(office):
    staffed(office, 24)
    office.found_group("G1", "Sales team", *people(24))
    office.found_group("G2", "Everybody else", *people(24))
    office.approve(office.run().stored.plan.digest)
    office.run()
    for key in people(7):
        office.part_from("G1", key)
    office.part_from("G2", "E0001")
    result = office.run()

    kinds = parts(result)
    assert kinds["memberships.membership:G1"] == "needs_decision"
    assert kinds["memberships.membership"] == "allowed"
    (verdict,) = over(result)
    assert (verdict.about, verdict.value) == ("group Sales team", "7 of 24 (29.2 %)")
    assert result.outcomes["done"] == 1


def test_a_group_that_loses_its_members_slowly_waits_within_the_month(office):
    bound(office, members_lost=Limit(percent=90, month=Limit(percent=50)))
    staffed(office, 40)
    office.found_group("G1", "Sales team", *people(40))
    office.approve(office.run().stored.plan.digest)
    office.run()
    codes = []
    for cycle in range(3):
        for key in people(9, 1 + 9 * cycle):
            office.part_from("G1", key)
        codes.append(office.run().exit_code)
        office.pass_hours(25)

    assert codes == [0, 0, 4]


def test_everything_on_a_target_together_has_a_limit(office):
    bound(office, total=Limit(5), disable=Limit(20))
    staffed(office, 40)
    for key in people(3):
        office.change(key, title="Moved")
    drop(office, people(3, 20))
    result = office.run()

    assert (result.exit_code, {one.name for one in over(result)}) == (4, {"total_count"})


def test_several_jobs_on_one_target_share_its_windows(office):
    bound(office, disable=Limit(7))
    staffed(office, 40)
    drop(office, people(4))
    assert office.run().exit_code == 0
    office.changes["job"] = "other-to-app"
    drop(office, people(4, 10))
    result = office.run()

    assert any(one.value == "8 in 24 h" for one in over(result))


# --- by what it is ----------------------------------------------------------------------------


def test_identity_keys_are_counted_apart_from_ordinary_updates(office):
    staffed(office, 100)
    for key in people(3):
        office.change(key, mail=f"new.{key.lower()}@example.org")
    for key in people(10, 50):
        office.change(key, title="Moved")
    result = office.run()

    assert parts(result) == {"users.identity_key": "needs_decision", "users.update": "allowed"}
    assert (result.outcomes["done"], over(result)[0].name) == (10, "limit_percent")


def test_mass_clears_wait(office):
    staffed(office, 100)
    for key in people(2):
        office.change(key, mail=None)

    assert parts(office.run()) == {"users.clear": "needs_decision"}


def test_an_account_of_somebody_who_left_is_not_switched_on_without_a_word(office):
    staffed(office, 20)
    office.leave("E0001")
    office.run()
    office.change("E0001", status="active", end_date=None)
    result = office.run()

    assert parts(result)["users.reenable"] == "needs_decision"
    assert disabled(office) == 1


def test_more_than_five_deletes_need_two_people(office):
    staffed(office, 40)
    for key in people(6):
        office.leave(key)
    office.run()
    office.pass_hours(24 * 31)
    digest = office.run().stored.plan.digest
    office.approve(digest, "bob")
    assert office.run().outcomes.get("done", 0) == 0
    office.approve(digest, "carl")

    assert office.apply(digest).outcomes["done"] == 6


# --- power --------------------------------------------------------------------------------------


def test_power_is_given_by_two_people(office):
    powerful(office, POWER, "*admins")
    staffed(office, 20)
    office.hire("E0900", title="Admin", department="IT")
    office.found_group("G1", "Domain admins", "E0001")
    result = office.run()

    kinds = ("users", "groups", "memberships")
    assert {parts(result)[f"{kind}.privileged_grant"] for kind in kinds} == {"needs_decision"}
    digest = result.stored.plan.digest
    office.approve(digest, "bob")
    office.run()
    assert (office.accounts_of("E0900"), len(office.target.groups)) == (0, 1)
    office.approve(digest, "carl")
    office.run()
    assert (office.accounts_of("E0900"), len(office.target.groups)) == (1, 2)


def test_a_privileged_account_is_changed_by_nobody_alone_and_others_flow(office):
    office.hire("E0900", title="Admin", department="IT")
    staffed(office, 20)
    powerful(office, POWER)
    office.change("E0900", given_name="Eve")
    office.change("E0001", given_name="Ann")
    office.change("E0002", title="Admin")
    result = office.run()

    assert parts(result)["users.privileged_change"] == "needs_decision"
    assert (result.outcomes["done"], result.waiting) == (1, 2)


def test_power_is_taken_away_within_a_limit_of_its_own(office):
    for number in range(12):
        office.hire(f"E09{number:02d}", title="Admin", department="Board")
    staffed(office, 200)
    powerful(office, POWER)
    drop(office, ["E0900", "E0901", "E0001"])
    first = office.run()
    drop(office, ["E0902"])
    second = office.run()

    assert (first.exit_code, disabled(office)) == (0, 3)
    (verdict,) = over(second)
    assert (verdict.part, verdict.value) == ("users.privileged_revoke", "3 of 12 (25.0 %)")


# --- leavers ------------------------------------------------------------------------------------


def test_the_first_leavers_flow_under_every_limit(office):
    none = Limit(0)
    bound(
        office,
        disable=Limit(0, by={"department": none}),
        total=none,
        privileged_revoke=none,
        privileged_grant=none,
    )
    powerful(office, POWER)
    office.changes["urgent_count"] = 3
    office.hire("E0900", title="Admin", department="IT")
    staffed(office, 20)
    for key in ["E0900", *people(3)]:
        office.leave(key)
    result = office.run()

    assert (result.outcomes["done"], disabled(office), result.exit_code) == (3, 3, 4)
    assert parts(result)["users.urgent"] == "allowed"


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
