"""Limits for each department and group, for what an act is, and for power over others."""

from __future__ import annotations

import pytest

from provisor.domain.bounds import Limit
from provisor.domain.scope import Clause, Operator
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

pytestmark = pytest.mark.both_executors

EXECUTORS = [Executor.OBJECTS, Executor.COLUMNS]
POWER = Clause("title", Operator.EQUALS, "Admin")


def people(count, first=1):
    return [f"E{number:04d}" for number in range(first, first + count)]


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
    for voter in ("bob", "Bob"):
        office.approve(digest, voter)
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
