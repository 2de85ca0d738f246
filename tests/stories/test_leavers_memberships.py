"""The memberships of somebody who is gone: kept or taken back, and what a return makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.action import Operation
from provisor.domain.bounds import Limit
from provisor.domain.leaving import Gone, LeavePolicy, OnLeave, OnReturn
from provisor.domain.override import OverrideKind
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from provisor.engine.explain import explain
from provisor.engine.former_groups import FormerGroups, former_groups
from provisor.engine.run import Result
from tests.stories.gatherings import let_in, members, stranger
from tests.stories.lifecycles import allow, done, given, pass_days, ruled, waiting
from tests.stories.test_writing import override
from tests.stories.workplace import Office, office_rules

pytestmark = pytest.mark.both_executors

TAKING = OnLeave(takes_memberships=True)


def club(office: Office, policy: OnLeave = TAKING, *people: str) -> Office:
    """Thirty people, some of them in a club; leaving is as told."""
    ruled(office, on_leave=policy)
    office.hire_many(30)
    office.found_group("G1", "Club", *(people or ("E0001", "E0002")))
    for row in office.source.users.values():
        row |= {"hire_date": "2029-01-01", "zone": None}
    office.open_up()
    return office


def losses(result: Result) -> dict[str, int]:
    """How many members each group loses in a plan, by key."""
    return {
        one.draft.key: one.action.members_lost
        for one in result.stored.plan.actions
        if one.action.operation is Operation.MEMBERSHIP and one.action.members_lost
    }


def test_a_leaver_keeps_the_memberships_where_nothing_is_written(office):
    club(office, OnLeave())
    office.leave("E0001")

    assert done(office.run()) == [("disable", "E0001")]
    assert members(office, "Club") == {"E0001", "E0002"}


def test_a_leavers_memberships_are_taken_back_after_the_disable_and_it_stays_so(office):
    club(office)
    office.leave("E0001")
    result = office.run()
    operations = [one.action.operation for one in result.stored.plan.actions]

    assert operations == [Operation.DISABLE, Operation.MEMBERSHIP, Operation.MEMBERSHIP]
    assert losses(result) == {"G0": 1, "G1": 1}
    assert members(office, "Club") == {"E0002"}
    assert office.run().stored.plan.actions == ()


def test_only_what_we_gave_is_taken_back(office):
    club(office)
    office.found_group("G2", "Team")
    office.run()
    let_in(office, "Team", office.native("E0001"))
    let_in(office, "Club", stranger(office, "guest"))
    office.leave("E0001")
    office.run()

    assert members(office, "Team") == {"E0001"}
    assert members(office, "Club") == {"E0002", "guest"}


def test_each_reason_to_be_gone_has_its_own_word_on_memberships(office):
    club(office, OnLeave(apart={Gone.OUT_OF_SCOPE: LeavePolicy(False, takes_memberships=True)}))
    office.leave("E0001")
    office.change("E0002", status="paused")
    result = office.run()

    assert done(result) == [("disable", "E0001")]
    assert losses(result) == {"G0": 1, "G1": 1}
    assert members(office, "Club") == {"E0001"}
    assert office.account("E0002")["active"] is True


def test_memberships_wait_as_long_as_everything_else(office):
    club(office, replace(TAKING, wait_days=7))
    office.leave("E0001")
    office.run()
    pass_days(office, 6.9)
    assert office.run().stored.plan.actions == ()
    pass_days(office, 0.1)

    assert losses(office.run()) == {"G0": 1, "G1": 1}


def test_a_value_that_cannot_be_had_holds_no_membership_back(office):
    club(office, replace(TAKING, sets=(given("title", 'Error("no")'),)))
    office.leave("E0001")
    office.run()

    assert office.account("E0001")["active"] is False
    assert members(office, "Club") == {"E0002"}


def test_whom_somebody_keeps_or_holds_keeps_the_memberships_too(office):
    club(office)
    for key, kind in (("E0001", OverrideKind.KEEP), ("E0002", OverrideKind.HOLD)):
        override(office, kind, key)
        office.leave(key)

    assert office.run().stored.plan.actions == ()
    assert members(office, "Club") == {"E0001", "E0002"}


def test_memberships_of_leavers_are_under_the_limits_of_memberships(office):
    limits = {**office_rules(office.target).limits, "members_lost": Limit(1)}
    office.changes["limits"] = limits
    club(office)
    office.leave("E0001")
    office.leave("E0002")
    result = office.run()

    assert waiting(result) == {"memberships.membership:G0", "memberships.membership:G1"}
    assert office.account("E0001")["active"] is False
    assert members(office, "Club") == {"E0001", "E0002"}
    allow(office, result)
    assert members(office, "Club") == set()


def test_an_authoritative_job_takes_from_a_leaver_no_more_than_it_gave(office):
    office.changes["memberships"] = OwnerMode.AUTHORITATIVE
    club(office)
    office.found_group("G2", "Team")
    office.run()
    let_in(office, "Team", office.native("E0001"))
    office.leave("E0001")
    office.run()

    assert members(office, "Team") == {"E0001"}
    assert members(office, "Club") == {"E0002"}


# --- who comes back -----------------------------------------------------------------------------


def test_a_leave_that_was_withdrawn_gives_the_memberships_of_today_back(office):
    club(office)
    office.leave("E0001")
    office.run()
    office.change("E0001", status="active", end_date=None)
    result = office.run()

    assert waiting(result) == {"users.reenable"}
    assert members(office, "Club") == {"E0001", "E0002"}
    assert former_groups(office.store, result.stored) == ()


def test_of_a_rehire_former_groups_are_proposed_and_given_by_nothing(office):
    ruled(office, on_return=OnReturn(rehire_after_days=30))
    club(office)
    office.leave("E0001")
    office.run()
    office.part_from("G1", "E0001")
    pass_days(office, 40)
    office.change("E0001", status="active", end_date=None)
    result = office.run()

    assert waiting(result) == {"users.reenable"}
    assert former_groups(office.store, result.stored) == (FormerGroups("E0001", ("G1",)),)
    assert explain(office.job(), "E0001").former == ("G1",)
    assert members(office, "Club") == {"E0002"}
    assert "E0001" in members(office, "Everybody")


def test_former_groups_are_forgotten_once_the_account_serves_again(office):
    club(office)
    office.leave("E0001")
    office.run()
    office.part_from("G1", "E0001")
    office.change("E0001", status="active", end_date=None)
    allow(office, office.run())
    office.run()

    assert explain(office.job(), "E0001").former == ()
    assert office.native("E0001") in office.target.table(ObjectType.USERS)
