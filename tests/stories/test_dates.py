"""The first and the last day act when they come, where the person is."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from provisor.config.leaving import zone_named
from provisor.domain.leaving import OnLeave
from provisor.domain.plan import URGENT
from provisor.domain.schema import ObjectType
from provisor.domain.tenure import Tenure
from provisor.ports.store import PlanStatus
from tests.stories.lifecycles import allow, done, pass_days, ruled, settled, waiting

pytestmark = pytest.mark.both_executors


WORK = Tenure(start="hire_date", pre_start_days=14, end="end_date")


def working(office, tenure=WORK):
    """An office in which dates act; its clock stands at 2031-04-07 02:00 UTC."""
    office.pass_hours(14)
    ruled(office, tenure=tenure, on_leave=OnLeave(delete_after_days=30))
    return settled(office)


def test_an_account_is_made_switched_off_and_switched_on_with_the_first_day(office):
    working(office)
    office.hire("N1", hire_date="2031-04-21")
    made = office.run()
    assert done(made) == [("create", "N1")]
    assert office.account("N1")["active"] is False
    assert office.run().stored.plan.actions == ()
    pass_days(office, 13)
    assert office.run().stored.plan.actions == ()
    pass_days(office, 1)
    on = office.run()

    assert (done(on), on.exit_code) == ([("enable", "N1")], 0)
    assert office.account("N1")["active"] is True
    assert office.run().stored.plan.actions == ()


def test_nobody_has_an_account_before_its_days_begin(office):
    working(office)
    office.hire("N1", hire_date="2031-04-22")
    early = office.run()
    pass_days(office, 1)

    assert early.stored.plan.actions == ()
    assert early.stored.records[ObjectType.USERS].classes["out_of_scope"] == 1
    assert done(office.run()) == [("create", "N1")]


def test_attributes_of_somebody_who_is_awaited_are_kept_right(office):
    working(office)
    office.hire("N1", hire_date="2031-04-21")
    office.run()
    office.change("N1", title="Chief")

    assert done(office.run()) == [("update", "N1")]
    assert office.account("N1")["active"] is False


def test_a_start_that_moves_away_touches_nobodys_account(office):
    working(office)
    office.change("E0001", hire_date="2031-12-01", title="Chief")
    office.change("E0002", hire_date="2031-04-20", title="Chief")
    result = office.run()

    assert done(result) == [("update", "E0002")]
    assert [office.account(key)["active"] for key in ("E0001", "E0002")] == [True, True]


def test_the_last_day_is_worked_and_the_day_after_switches_off(office):
    working(office)
    office.change("E0001", end_date="2031-04-07")
    today = office.run()
    pass_days(office, 1)
    result = office.run()

    assert today.stored.plan.actions == ()
    assert done(result) == [("disable", "E0001")]
    assert [part.part for part in result.stored.parts] == [URGENT]


def test_an_end_that_lies_ahead_does_nothing_yet(office):
    working(office)
    office.change("E0001", end_date="2031-12-31")

    assert office.run().stored.status is PlanStatus.EMPTY


def test_a_day_begins_where_the_person_is(office):
    """02:00 UTC is still the sixth of April in Los Angeles, and well into the seventh in Tokyo."""
    tenure = Tenure(end="end_date", zone_attribute="zone", zone_of=zone_named)
    working(office, tenure)
    for key, zone in (("E0001", "America/Los_Angeles"), ("E0002", "Asia/Tokyo"), ("E0003", None)):
        office.change(key, zone=zone, end_date="2031-04-06")
    result = office.run()

    assert done(result) == [("disable", "E0002"), ("disable", "E0003")]
    pass_days(office, 0.25)
    assert done(office.run()) == [("disable", "E0001")]


def test_one_time_zone_may_be_fixed_for_all(office):
    working(office, Tenure(end="end_date", zone=ZoneInfo("America/Los_Angeles")))
    office.change("E0001", end_date="2031-04-06")

    assert office.run().stored.plan.actions == ()


@pytest.mark.parametrize("row", [{"end_date": "soon"}, {"hire_date": "07.04.2031"}])
def test_a_date_that_cannot_be_read_takes_nothing_from_anybody(office, row):
    working(office)
    office.change("E0001", title="Chief", **row)
    result = office.run()

    assert result.stored.plan.actions == ()
    (aside,) = result.stored.set_aside
    assert (aside.key, aside.code) == ("E0001", "condition_undecided")
    assert next(iter(row)) in aside.parts["where"]
    assert next(iter(row.values())) not in str(aside.parts)


def test_a_time_zone_that_is_none_takes_nothing_from_anybody(office):
    working(office, Tenure(end="end_date", zone_attribute="zone", zone_of=zone_named))
    office.change("E0001", zone="Mars/Base", end_date="2031-01-01")
    office.change("E0002", zone="Mars/Base")
    result = office.run()

    assert result.stored.plan.actions == ()
    assert [one.key for one in result.stored.set_aside] == ["E0001"]


def test_a_sure_sign_of_leaving_counts_whatever_the_dates_say(office):
    working(office)
    office.change("E0001", end_date="soon", status="terminated")

    assert done(office.run()) == [("disable", "E0001")]


def test_a_first_day_that_never_comes_is_a_leave_like_any_other(office):
    """Made ahead of time, and then the contract is cancelled: the days count from that."""
    working(office)
    office.hire("N1", hire_date="2031-04-21")
    office.run()
    pass_days(office, 10)
    office.leave("N1", end_date="2031-04-16")
    cancelled = office.run()
    pass_days(office, 29)
    young = office.run()
    pass_days(office, 1)
    due = office.run()

    assert (done(cancelled), done(young)) == ([], [])
    assert (done(due), waiting(due)) == ([("delete", "N1")], {"users.delete"})
    assert allow(office, due).exit_code == 0
