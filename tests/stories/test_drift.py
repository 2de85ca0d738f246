"""Changed by others in the target: told apart, told with its window, decided on."""

from __future__ import annotations

import pytest

from provisor.domain.drift import DriftKind, Mover
from provisor.domain.oversight import DriftPolicy
from provisor.engine.drifting.drift_policy import Choice
from provisor.errors import CommandInvalid, SelfApproval, UnknownName
from tests.stories.drifting import USERS, by_hand, decide, drift, group, opened, policy, told
from tests.stories.workplace import MAIL


def test_a_value_set_by_hand_is_told_with_before_after_and_the_two_looks_between(office):
    opened(office)
    earlier = office.store.observations.last_complete("app", USERS)
    by_hand(office, "E0001", title="Boss")
    office.plan()
    later = office.store.observations.last_complete("app", USERS)

    (line,) = drift(office).standing

    assert (line.drift.key, line.drift.attribute) == ("E0001", "title")
    assert (line.drift.before, line.drift.after) == ("Clerk", "Boss")
    assert line.drift.earlier.by == f"read {earlier.id}"
    assert line.drift.later.by == f"read {later.id}"
    assert (line.drift.mover, line.drift.explained_by) == (Mover.TARGET, "")
    assert line.policy is DriftPolicy.REPAIR


def test_drift_is_set_right_by_the_ordinary_plan_and_stays_in_the_record(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")

    assert office.run().outcomes["done"] == 1
    assert office.account("E0001")["title"] == "Clerk"
    report = drift(office)
    assert report.standing == ()
    assert [one.after for one in report.passed] == ["Boss"]


def test_what_the_source_changed_is_no_drift(office):
    opened(office)
    office.change("E0001", title="Boss")
    office.plan()

    assert told(office) == []
    office.run()
    assert told(office) == []


def test_what_we_changed_ourselves_is_no_drift_and_counts_as_explained(office):
    opened(office)
    office.change("E0001", title="Boss")
    office.run()
    report = drift(office)

    assert report.standing == ()
    assert report.passed == ()
    assert report.rate.unexplained == 0 < report.rate.observed


def test_when_both_sides_moved_it_is_said(office):
    opened(office)
    office.change("E0001", title="Officer")
    by_hand(office, "E0001", title="Boss")

    (line,) = drift(office).standing

    assert (line.drift.before, line.drift.after) == ("Clerk", "Boss")
    assert line.drift.mover is Mover.BOTH


def test_a_change_that_was_turned_back_by_hand_is_recorded_and_does_not_stand(office):
    opened(office)
    policy(office, DriftPolicy.REPORT)
    by_hand(office, "E0001", title="Boss")
    office.plan()
    by_hand(office, "E0001", title="Clerk")
    office.pass_hours(1)
    office.plan()
    report = drift(office)

    assert report.standing == ()
    assert [(one.before, one.after) for one in report.passed] == [
        ("Clerk", "Boss"),
        ("Boss", "Clerk"),
    ]


def test_drift_is_written_down_once_however_often_it_is_seen(office):
    opened(office)
    policy(office, DriftPolicy.REPORT)
    by_hand(office, "E0001", title="Boss")
    for _ in range(3):
        office.plan()
        office.pass_hours(1)

    assert len(office.store.drifts.of_job("hr-to-app")) == 1


def test_reading_drift_writes_nothing_down(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")
    leaves = office.store.log.head().size
    drift(office)

    assert office.store.log.head().size == leaves


def test_the_rate_tells_numerator_and_denominator(office):
    opened(office)
    done = drift(office).rate.observed
    by_hand(office, "E0001", title="Boss")
    by_hand(office, "E0002", displayName="Somebody Else")

    rate = drift(office).rate
    assert (rate.unexplained, rate.observed) == (2, done + 2)
    assert rate.words().startswith(f"2 of {done + 2} (")


# --- accounts and memberships --------------------------------------------------------------------


def test_an_account_deleted_by_hand_is_told_and_made_again(office):
    opened(office, people=30)
    native = office.native("E0001")
    office.target.remove(USERS, native)

    kinds = [(kind, key) for kind, key, *_ in told(office)]
    assert kinds == [("deleted", "E0001")]
    office.run()
    assert office.native("E0001") != native
    assert told(office) == []


def test_a_leavers_account_switched_on_by_hand_is_told_raised_and_switched_off_again(office):
    opened(office)
    office.leave("E0001")
    office.run()
    office.pass_hours(1)
    policy(office, DriftPolicy.REPORT)
    by_hand(office, "E0001", active=True)
    result = office.plan()

    (line,) = drift(office).standing
    assert line.drift.kind is DriftKind.ENABLED
    assert [one.kind for one in office.store.alerts.open() if "leaver" in one.kind] == [
        "leaver_enabled"
    ]
    assert [a.draft.part for a in result.stored.plan.actions] == ["users.urgent"]


def test_an_account_switched_off_by_hand_stays_off_until_somebody_decides(office):
    opened(office)
    policy(office, DriftPolicy.REPORT)
    by_hand(office, "E0001", active=False)

    assert office.run().stored.plan.actions == ()
    (line,) = drift(office).standing
    assert line.drift.kind is DriftKind.DISABLED
    decide(office, "repair", "E0001")
    assert [a.action.operation.value for a in office.plan().stored.plan.actions] == ["enable"]


def test_a_member_taken_out_by_hand_is_told_and_put_back(office):
    opened(office)
    office.target.join(group(office, "G0"), (), (office.native("E0002"),))

    ((kind, key, _, before, after),) = told(office)
    assert (kind, key, before, after) == ("member_removed", "G0", "E0002", None)
    office.run()
    assert office.native("E0002") in office.target.members[group(office, "G0")]
    assert told(office) == []


def test_a_member_taken_out_by_hand_stays_out_until_the_exception_ends(office):
    opened(office)
    everybody = group(office, "G0")
    office.target.join(everybody, (), (office.native("E0002"),))
    decide(office, "except", "E0002", days=2)
    office.run()

    assert office.native("E0002") not in office.target.members[everybody]
    office.pass_hours(49)
    office.run()
    assert office.native("E0002") in office.target.members[everybody]


# --- decisions -----------------------------------------------------------------------------------


def test_an_adopted_value_stays_until_its_end(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")
    decide(office, "adopt", "E0001", "title", days=2)

    assert office.run().stored.plan.actions == ()
    (line,) = drift(office).standing
    assert line.decided is not None
    assert line.decided.choice is Choice.ADOPT
    office.pass_hours(49)
    office.run()
    assert office.account("E0001")["title"] == "Clerk"


def test_an_adopted_value_is_kept_against_everybody_and_the_source_is_left_alone(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")
    decide(office, "adopt", "E0001", "title", days=2)
    by_hand(office, "E0001", title="King")
    office.run()
    assert office.account("E0001")["title"] == "Boss"
    office.change("E0001", title="Chief")
    assert office.run().stored.plan.actions == ()
    office.pass_hours(49)
    office.run()

    assert office.account("E0001")["title"] == "Chief"


def test_an_exception_is_about_what_was_seen_and_ends_on_its_day(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")
    decide(office, "except", "E0001", "title", days=2)
    assert office.run().stored.plan.actions == ()

    by_hand(office, "E0001", title="King")
    office.run()
    assert office.account("E0001")["title"] == "Clerk"


def test_a_held_account_is_left_alone_until_somebody_decides(office):
    opened(office)
    policy(office, DriftPolicy.REPAIR, title=DriftPolicy.HOLD)
    by_hand(office, "E0001", title="Boss")
    office.change("E0001", mail="new@example.org")
    plan = office.run().stored

    assert plan.plan.actions == ()
    assert plan.accounts[USERS].classes["held"] == 1
    decide(office, "repair", "E0001", "title")
    office.run()
    assert (office.account("E0001")["title"], office.account("E0001")[MAIL]) == (
        "Clerk",
        "new@example.org",
    )


def test_reported_drift_stays_while_everything_else_goes_on(office):
    opened(office)
    policy(office, DriftPolicy.REPORT)
    by_hand(office, "E0001", title="Boss")
    office.change("E0001", mail="new@example.org")
    office.run()

    account = office.account("E0001")
    assert (account["title"], account[MAIL]) == ("Boss", "new@example.org")
    assert "drift_undecided" in [one.kind for one in office.store.alerts.open()]
    decide(office, "repair")
    office.run()
    assert office.account("E0001")["title"] == "Clerk"
    office.run()
    assert "drift_undecided" not in [one.kind for one in office.store.alerts.open()]


def test_a_leaver_is_switched_off_although_the_account_is_held(office):
    opened(office)
    policy(office, DriftPolicy.HOLD)
    by_hand(office, "E0001", title="Boss")
    office.plan()
    office.leave("E0001")
    office.run()

    assert office.account("E0001")["active"] is False


def test_one_word_decides_many_and_a_later_word_takes_its_place(office):
    opened(office)
    for key in ("E0001", "E0002"):
        by_hand(office, key, title="Boss")
    decide(office, "except", attribute="title")
    decide(office, "repair", "E0002")

    office.run()
    assert [office.account(key)["title"] for key in ("E0001", "E0002")] == ["Boss", "Clerk"]
    standing = [one for one in office.store.overrides.all() if one.ended_at is None]
    assert sorted(one.kind.value for one in standing) == ["except", "repair"]


def test_nobody_decides_about_their_own_account(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")

    with pytest.raises(SelfApproval):
        decide(office, "except", "E0001", "title", actor="E0001")
    assert office.store.overrides.all() == ()


def test_a_decision_needs_a_reason_an_end_and_something_that_drifts(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")

    with pytest.raises(CommandInvalid):
        decide(office, "except", "E0001", "title", reason=" ")
    with pytest.raises(CommandInvalid):
        decide(office, "except", "E0001", "title", days=-1)
    with pytest.raises(UnknownName):
        decide(office, "except", "E0003", "title")
