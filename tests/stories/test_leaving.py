"""What follows when somebody is gone, and on which day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.leaving import CountedFrom, Gone, LeavePolicy, OnLeave
from provisor.domain.link import Absence, LinkState
from provisor.domain.plan import URGENT
from provisor.domain.schema import ObjectType
from tests.stories.lifecycles import allow, cleared, done, given, pass_days, ruled, settled, waiting

pytestmark = pytest.mark.both_executors


NOTHING = LeavePolicy(disable=False)


# --- one reason, one policy ---------------------------------------------------------------------


def test_one_leave_has_another_consequence_for_each_reason(office):
    """28: unlink only, delete, disable, each where it is written."""
    deleting = LeavePolicy(False, 0, CountedFrom.LEAVING)
    reasons = {Gone.OUT_OF_SCOPE: NOTHING, Gone.DENIED: deleting}
    ruled(office, on_leave=OnLeave(apart=reasons))
    settled(office)
    office.leave("E0001")
    office.change("E0002", status="paused")
    result = office.run()

    assert done(result) == [("disable", "E0001")]
    assert office.account("E0002")["active"] is True
    assert office.run().stored.plan.actions == ()


def test_whoever_is_only_out_of_scope_may_keep_the_account_and_comes_back_without_a_vote(office):
    """51: a long leave disables, keeps, and revives on return."""
    ruled(office, on_leave=OnLeave(delete_after_days=30, apart={Gone.OUT_OF_SCOPE: LeavePolicy()}))
    settled(office)
    office.change("E0001", status="parental leave")
    office.run()
    pass_days(office, 200)
    assert office.run().stored.plan.actions == ()
    assert office.account("E0001")["active"] is False
    office.change("E0001", status="active")
    back = office.run()

    assert done(back) == [("enable", "E0001")]
    assert back.exit_code == 0
    assert office.account("E0001")["active"] is True


def test_a_leaver_is_disabled_and_deleted_after_the_delay(office):
    """51: the same office, somebody who left."""
    ruled(office, on_leave=OnLeave(delete_after_days=30, apart={Gone.OUT_OF_SCOPE: LeavePolicy()}))
    settled(office)
    office.leave("E0001")
    office.run()
    pass_days(office, 30)
    due = office.run()

    assert done(due) == [("delete", "E0001")]
    assert waiting(due) == {"users.delete"}
    assert allow(office, due).exit_code == 0
    assert office.accounts_of("E0001") == 0


def test_a_disable_may_wait_a_day_and_flips_once(office):
    """50: nothing on day 0, one disable on day 1, nothing afterwards."""
    ruled(office, on_leave=OnLeave(wait_days=1))
    settled(office)
    office.leave("E0001")
    first, again = office.run(), office.run()
    pass_days(office, 1)
    due, after = office.run(), office.run()

    assert [one.stored.plan.actions for one in (first, again, after)] == [(), (), ()]
    assert done(due) == [("disable", "E0001")]
    assert [part.part for part in due.stored.parts] == [URGENT]


def test_a_leave_that_is_withdrawn_within_the_wait_leaves_no_trace(office):
    ruled(office, on_leave=OnLeave(wait_days=7))
    settled(office)
    office.leave("E0001")
    office.run()
    pass_days(office, 6)
    office.change("E0001", status="active", end_date=None)
    assert office.run().stored.plan.actions == ()
    pass_days(office, 2)
    office.leave("E0001")

    assert office.run().stored.plan.actions == ()
    assert office.account("E0001")["active"] is True


def test_whoever_first_fell_out_of_scope_and_then_left_waits_anew(office):
    ruled(office, on_leave=OnLeave(False, 0, counted_from=CountedFrom.LEAVING, wait_days=10))
    settled(office)
    office.change("E0001", status="paused")
    office.run()
    pass_days(office, 9)
    office.leave("E0001")
    assert office.run().stored.plan.actions == ()
    pass_days(office, 9)
    assert office.run().stored.plan.actions == ()
    pass_days(office, 1)

    assert done(office.run()) == [("delete", "E0001")]


# --- what accounts are given --------------------------------------------------------------------


def test_whoever_moves_to_the_leavers_lands_there_and_stays(office):
    """53: the retired branch; reconciling twice changes nothing."""
    sets = (given("title", '"left"'), given("department", '"OU=Leavers"'))
    ruled(office, on_leave=OnLeave(sets=sets))
    settled(office)
    office.leave("E0001")
    result = office.run()
    account = office.account("E0001")

    assert sorted(done(result)) == [("disable", "E0001"), ("update", "E0001")]
    assert (account["title"], account["department"]) == ("left", "OU=Leavers")
    assert [office.run().stored.plan.actions for _ in range(2)] == [(), ()]


def test_blanked_columns_of_a_leaver_clear_nothing_also_where_attributes_are_set(office):
    ruled(office, on_leave=OnLeave(sets=(given("title", "[title]"), given("department", "[mail]"))))
    settled(office)
    office.leave("E0001")
    office.change("E0001", title=None, mail=None, surname=None, given_name=None)
    result = office.run()

    assert done(result) == [("disable", "E0001")]
    assert office.account("E0001")["title"] == "Clerk"


def test_only_what_is_written_is_cleared_and_a_clear_is_never_hidden(office):
    ruled(office, on_leave=OnLeave(sets=(cleared("title"),)))
    settled(office)
    office.leave("E0001")
    result = office.run()

    assert sorted(done(result)) == [("clear", "E0001"), ("disable", "E0001")]
    assert waiting(result) == {"users.clear"}
    allow(office, result)
    assert not office.account("E0001").get("title")


def test_a_row_that_is_gone_gives_a_leaver_no_half_values(office):
    sets = (given("title", 'Join(" ", "left", [surname])'), given("department", '"gone"'))
    ruled(office, on_leave=OnLeave(sets=sets))
    settled(office)
    office.vanish("E0001")
    office.run()
    pass_days(office, 2)
    office.run()
    account = office.account("E0001")

    assert (account["active"], account["title"], account["department"]) == (False, "Clerk", "gone")


def test_bad_data_in_what_is_set_never_holds_the_disable_back(office):
    ruled(office, on_leave=OnLeave(sets=(given("title", "CDate([end_date])"),)))
    settled(office)
    office.leave("E0001", end_date="soon")
    result = office.run()

    assert done(result) == [("disable", "E0001")]
    assert [one.key for one in result.stored.set_aside] == ["E0001"]
    assert office.account("E0001")["active"] is False
    assert all(tally.adds_up() for tally in result.stored.records.values())


# --- deletes ------------------------------------------------------------------------------------


def test_a_delete_at_once_is_planned_at_once_and_still_waits_for_a_person(office):
    ruled(office, on_leave=OnLeave(False, 0, counted_from=CountedFrom.LEAVING))
    settled(office)
    office.leave("E0001")
    result = office.run()

    assert done(result) == [("delete", "E0001")]
    assert result.exit_code == 4
    assert office.accounts_of("E0001") == 1
    assert allow(office, result).exit_code == 0
    assert office.accounts_of("E0001") == 0


def test_a_delete_at_once_after_a_disable_leaves_nobody_with_access_while_it_waits(office):
    ruled(office, on_leave=OnLeave(True, 0, counted_from=CountedFrom.LEAVING))
    settled(office)
    office.leave("E0001")
    first, second = office.run(), office.run()

    assert (done(first), done(second)) == ([("disable", "E0001")], [("delete", "E0001")])
    assert second.exit_code == 4


def test_any_positive_sign_of_the_person_cancels_a_delayed_delete(office):
    settled(office)
    office.leave("E0001")
    office.run()
    pass_days(office, 31)
    due = office.run()
    office.change("E0001", status="active", end_date=None)
    office.approve(due.stored.plan.digest)
    office.apply(due.stored.plan.digest)

    assert office.accounts_of("E0001") == 1


def test_whoever_was_switched_off_long_before_leaving_is_not_deleted_on_the_day(office):
    """A mapping had switched the account off a year ago; the days begin with the leave."""
    settled(office)
    links = office.store.links.of_target("app", ObjectType.USERS)
    link = next(one for one in links if one.key == "E0001")
    office.target.users[link.native_id]["active"] = False
    office.store.links.put("app", [replace(link, state=LinkState.DISABLED)], [])
    pass_days(office, 400)
    office.leave("E0001")
    first = office.run()
    pass_days(office, 30)

    assert done(first) == []
    assert done(office.run()) == [("delete", "E0001")]


# --- absence ------------------------------------------------------------------------------------


def test_whoever_is_deleted_at_the_source_has_a_policy_of_their_own(office):
    ruled(office, on_leave=OnLeave(apart={Gone.ABSENT: NOTHING}))
    settled(office)
    office.vanish("E0001")
    office.run()
    pass_days(office, 2)

    assert office.run().stored.plan.actions == ()
    assert office.account("E0001")["active"] is True


# --- names --------------------------------------------------------------------------------------


def test_a_name_that_a_leavers_account_gives_up_is_given_to_nobody_else(office):
    ruled(office, on_leave=OnLeave(sets=(given("userName", 'Join("-", "left", [employee_id])'),)))
    settled(office)
    office.leave("E0001")
    allow(office, office.run())
    assert office.account("E0001")["userName"] == "left-E0001"
    office.hire("N1", surname="SurE0001")
    office.run()
    pass_days(office, 3 * 366)
    office.hire("N2", surname="SurE0001")
    office.run()

    assert office.account("N1")["userName"] == "sure00012"
    assert office.account("N2")["userName"] == "sure0001"


def test_the_names_of_an_account_that_was_deleted_at_once_are_kept_too(office):
    ruled(office, on_leave=OnLeave(False, 0, counted_from=CountedFrom.LEAVING))
    settled(office)
    office.leave("E0001")
    allow(office, office.run())
    office.hire("N1", surname="SurE0001")
    office.run()

    assert office.account("N1")["userName"] == "sure00012"


def test_the_word_of_the_source_that_somebody_was_deleted_is_enough(office):
    """A tombstone: no second read, no wait, and no vote."""
    settled(office)
    link = next(
        one for one in office.store.links.of_target("app", ObjectType.USERS) if one.key == "E0001"
    )
    office.vanish("E0001")
    office.plan()
    said = Absence(link.identity, ObjectType.USERS, "E0001", office.clock.now(), 1, said=True)
    office.store.observations.replace_absences("hr>app", ObjectType.USERS, [said])
    result = office.run()

    assert done(result) == [("disable", "E0001")]
    assert [part.part for part in result.stored.parts] == [URGENT]
    assert "deleted at the source" in result.stored.plan.actions[0].action.rule
