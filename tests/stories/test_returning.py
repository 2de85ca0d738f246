"""Coming back: a leave that was withdrawn, and a new beginning."""

from __future__ import annotations

import pytest

from provisor.domain.bounds import DEFAULT_LIMITS, Limit
from provisor.domain.comeback import Return
from provisor.domain.leaving import Gone, LeavePolicy, OnLeave, OnReturn
from provisor.domain.override import NEW_ACCOUNT
from provisor.domain.plan import REENABLE
from provisor.domain.rules import MatchRule
from provisor.domain.tenure import Tenure
from provisor.engine.asking.answer import Answer, Word, hear
from tests.stories.lifecycles import allow, done, given, pass_days, ruled, settled, waiting
from tests.stories.workplace import MAIL

pytestmark = pytest.mark.both_executors


def left(office, key="E0001"):
    """Somebody left, and the account is off."""
    office.leave(key)
    office.run()
    assert office.account(key)["active"] is False


def back(office, key="E0001", **values):
    """The person is here again."""
    office.change(key, status="active", end_date=None, **values)
    return office.run()


def returns(result):
    """How those came back whose accounts are to be switched on."""
    return [a.action.returns for a in result.stored.plan.actions if a.action.returns]


def test_the_account_of_a_leaver_is_switched_on_again_only_by_a_second_person(office):
    settled(office)
    left(office)
    result = back(office)

    assert (done(result), returns(result)) == ([("enable", "E0001")], [Return.REINSTATED])
    assert (waiting(result), result.exit_code) == ({REENABLE}, 4)
    assert office.account("E0001")["active"] is False
    assert allow(office, result).exit_code == 0
    assert office.account("E0001")["active"] is True


def test_a_leave_that_was_withdrawn_gives_back_account_and_memberships(office):
    settled(office)
    office.found_group("G1", "Staff", "E0001", "E0002")
    office.run()
    left(office)
    office.part_from("G1", "E0001")
    away = office.run()
    office.join("G1", "E0001")
    allow(office, back(office))
    native = office.native("E0001")

    assert away.stored.plan.actions == ()
    assert sum(native in members for members in office.target.members.values()) == 2
    assert office.run().stored.plan.actions == ()


def test_a_job_may_switch_on_freely_what_was_withdrawn_and_never_a_rehire(office):
    ruled(office, on_return=OnReturn(rehire_after_days=90, reinstates_freely=True))
    settled(office)
    left(office)
    left(office, "E0002")
    pass_days(office, 10)
    soon = back(office)
    pass_days(office, 80)
    late = back(office, "E0002")

    assert (soon.exit_code, office.account("E0001")["active"]) == (0, True)
    assert (returns(late), waiting(late)) == ([Return.REHIRED], {REENABLE})
    assert office.account("E0002")["active"] is False


def test_a_start_after_the_leave_is_a_rehire_and_its_day_is_waited_for(office):
    ruled(office, tenure=Tenure(start="hire_date", pre_start_days=14))
    settled(office)
    left(office)
    pass_days(office, 3)
    announced = back(office, hire_date="2031-05-20", title="Chief")
    assert announced.stored.plan.actions == ()
    pass_days(office, 30)
    prepared = office.run()
    assert done(prepared) == [("update", "E0001")]
    assert (office.account("E0001")["title"], office.account("E0001")["active"]) == ("Chief", False)
    pass_days(office, 11)
    begun = office.run()

    assert (returns(begun), waiting(begun)) == ([Return.REHIRED], {REENABLE})
    allow(office, begun)
    assert office.account("E0001")["active"] is True


def test_a_rehire_has_the_memberships_of_today_and_not_those_of_before(office):
    ruled(office, on_return=OnReturn(rehire_after_days=30))
    settled(office)
    office.found_group("G1", "Old team", "E0001")
    office.found_group("G2", "New team", "E0002")
    office.run()
    left(office)
    pass_days(office, 40)
    office.part_from("G1", "E0001")
    office.join("G2", "E0001")
    allow(office, back(office))
    native = office.native("E0001")
    names = {
        office.target.groups[group]["displayName"]
        for group, members in office.target.members.items()
        if native in members
    }

    assert names == {"Everybody", "New team"}


def test_waiting_for_the_approver_makes_no_rehire_of_a_withdrawn_leave(office):
    ruled(office, on_return=OnReturn(rehire_after_days=30))
    settled(office)
    left(office)
    pass_days(office, 29)
    first = back(office)
    pass_days(office, 5)
    later = office.run()

    assert returns(first) == returns(later) == [Return.REINSTATED]


def test_attributes_of_somebody_who_is_back_are_put_right_before_anybody_votes(office):
    ruled(office, on_leave=OnLeave(sets=(given("title", '"left"'),)))
    settled(office)
    left(office)
    assert office.account("E0001")["title"] == "left"
    result = back(office)

    assert sorted(done(result)) == [("enable", "E0001"), ("update", "E0001")]
    assert (office.account("E0001")["title"], office.account("E0001")["active"]) == ("Clerk", False)


def test_whoever_leaves_again_before_the_vote_is_simply_gone(office):
    settled(office)
    left(office)
    waited = back(office)
    office.approve(waited.stored.plan.digest)
    office.leave("E0001")
    result = office.apply(waited.stored.plan.digest)

    assert result.outcomes["superseded"] == 1
    assert office.account("E0001")["active"] is False


def test_an_account_that_was_never_switched_off_needs_nobodys_word_on_return(office):
    ruled(office, on_leave=OnLeave(apart={Gone.LEAVER: LeavePolicy(disable=False)}))
    settled(office)
    office.leave("E0001")
    office.run()
    pass_days(office, 100)

    assert back(office).stored.plan.actions == ()
    office.leave("E0001")
    assert office.run().stored.plan.actions == ()


def test_whoever_comes_back_after_the_delete_gets_an_account_and_their_own_name(office):
    ruled(office, on_leave=OnLeave(delete_after_days=1))
    settled(office)
    left(office)
    pass_days(office, 1)
    allow(office, office.run())
    assert office.accounts_of("E0001") == 0
    result = back(office)

    assert done(result) == [("create", "E0001")]
    assert office.account("E0001")["userName"] == "sure0001"


# --- under a new key ----------------------------------------------------------------------------


def rehired_as(office, key, former="E0001"):
    """The same mail address stands under another key."""
    office.hire(key, mail=f"{former.lower()}@example.org", surname="Other")
    return office.run()


def test_the_account_of_a_former_person_is_proposed_and_never_taken(office):
    settled(office)
    left(office)
    before = dict(office.account("E0001"))
    result = rehired_as(office, "N1")

    (aside,) = result.stored.set_aside
    assert (aside.key, aside.code) == ("N1", "proposed_match")
    assert "who left" in aside.parts["what"]
    assert (result.stored.plan.actions, office.account("E0001")) == ((), before)


def test_whoever_is_only_out_of_scope_leaves_no_account_behind(office):
    settled(office)
    office.change("E0001", status="paused")
    office.run()

    assert [one.code for one in rehired_as(office, "N1").stored.set_aside] != ["proposed_match"]


def test_a_person_may_say_that_it_is_somebody_else(office):
    ruled(office, match=(MatchRule(MAIL, decides=True),))
    settled(office)
    left(office)
    rehired_as(office, "N1")
    (heard,) = hear(office.job("carl"), [Answer("N1", NEW_ACCOUNT)], Word("a namesake"))
    result = office.run()

    assert heard.refusal is None
    assert ("create", "N1") in done(result) or result.stored.set_aside[0].code == "name_taken"


def test_a_person_says_once_that_it_is_the_same_and_the_return_waits_for_a_second_one(office):
    settled(office)
    left(office)
    rehired_as(office, "N1")
    native = office.native("E0001")
    (heard,) = hear(office.job("carl"), [Answer("N1", native)], Word("hired again"))
    taken = office.run()

    assert heard.refusal is None
    assert taken.stored.set_aside == ()
    assert waiting(taken) >= {REENABLE}
    allow(office, taken)
    account = office.target.users[native]
    assert (account["externalId"], account["active"]) == ("N1", True)
    assert office.run().stored.plan.actions == ()


def test_a_limit_may_let_withdrawn_leaves_flow_and_a_rehire_waits_all_the_same(office):
    ruled(office, on_return=OnReturn(rehire_after_days=30))
    office.changes["limits"] = {**DEFAULT_LIMITS, "reenable": Limit(5)}
    settled(office)
    left(office)
    left(office, "E0002")
    pass_days(office, 1)
    soon = back(office)
    pass_days(office, 40)
    late = back(office, "E0002")

    assert (soon.exit_code, office.account("E0001")["active"]) == (0, True)
    assert (late.exit_code, waiting(late)) == (4, {REENABLE})
