"""Rights for a time: taken back on their day, told before, given again by a decision only."""

from datetime import timedelta

import pytest

from provisor.domain.entitlement import Level
from provisor.domain.holding import GrantedValue
from provisor.domain.override import OverrideKind
from provisor.engine.explain import explain, findings
from provisor.stores.rights import SqlRights
from tests.stories.gatherings import members
from tests.stories.rightful import classified, decide_on, settle, with_roles

pytestmark = pytest.mark.both_executors

DAY = 24


def roles(office, key):
    return set(office.account(key).get("roles") or ())


def told(office, kind):
    return [one for one in findings(office.job()) if one.kind == kind]


@pytest.fixture
def lent(office):
    """A role and a group, both for ninety days."""
    with_roles(office)
    classified(
        office, ("roles", "deputy", Level.MEDIUM), ("", "guests", Level.LOW), longest_days=90
    )
    classified(office, ("roles", "reader", Level.LOW), ("", "everybody", Level.LOW))
    office.found_group("G1", "Guests")
    office.hire("E1", roles=("reader", "deputy"))
    office.join("G1", "E1")
    settle(office)
    return office


def test_on_its_day_a_right_is_taken_back_by_a_planned_revoke(lent):
    lent.pass_hours(89 * DAY)
    assert lent.run().outcomes == {}
    lent.pass_hours(DAY)

    result = lent.run()

    assert roles(lent, "E1") == {"reader"}
    assert members(lent, "Guests") == set()
    rules = [one.action.rule for one in result.stored.plan.actions]
    assert len(rules) == 2
    assert all("override term:" in rule for rule in rules)


def test_what_has_ended_is_not_given_again_by_itself_and_is_told(lent):
    lent.pass_hours(90 * DAY)
    lent.run()
    before = lent.writes
    lent.pass_hours(DAY)

    assert lent.run().exit_code == 0

    assert lent.writes == before
    assert [one.name for one in told(lent, "ended")] == ["E1", "E1"]
    assert "only a decision gives it again" in told(lent, "ended")[0].detail


def test_a_week_before_the_end_people_are_reminded(lent):
    lent.pass_hours(82 * DAY)
    lent.run()
    assert told(lent, "ending") == []
    lent.pass_hours(2 * DAY)
    lent.run()

    assert len(told(lent, "ending")) == 2
    (alert,) = [one for one in lent.store.alerts.open() if one.kind == "rights_end"]
    assert "2 right(s) of app end within 7 days" in alert.message
    assert "E1" not in alert.message


def test_prolonging_needs_a_decision_and_lasts_as_long_as_that(lent):
    lent.pass_hours(85 * DAY)
    decide_on(lent, "E1", OverrideKind.GRANT, "roles", "deputy", days=30)
    decide_on(lent, "E1", OverrideKind.GRANT, "", "G1", days=30)
    lent.pass_hours(10 * DAY)
    lent.run()
    assert roles(lent, "E1") == {"reader", "deputy"}
    assert members(lent, "Guests") == {"E1"}

    lent.pass_hours(21 * DAY)
    lent.run()

    assert roles(lent, "E1") == {"reader"}
    assert members(lent, "Guests") == set()


def test_a_right_that_has_ended_comes_back_with_a_decision(lent):
    lent.pass_hours(90 * DAY)
    lent.run()
    decide_on(lent, "E1", OverrideKind.GRANT, "roles", "deputy", days=5)

    lent.run()
    assert roles(lent, "E1") == {"reader", "deputy"}

    lent.pass_hours(6 * DAY)
    lent.run()
    assert roles(lent, "E1") == {"reader"}


def test_what_others_gave_does_not_end(lent):
    held = lent.account("E1")["roles"]
    lent.hire("E2", roles=None)
    settle(lent)
    lent.account("E2")["roles"] = ("deputy",)
    lent.pass_hours(100 * DAY)

    lent.run()

    assert roles(lent, "E2") == {"deputy"}
    assert held


def test_the_days_of_what_was_given_before_begin_when_somebody_says_that_it_ends(office):
    office.found_group("G1", "Guests")
    office.hire("E1")
    office.join("G1", "E1")
    office.open_up()
    office.pass_hours(50 * DAY)
    classified(office, ("", "guests", Level.LOW), ("", "everybody", Level.LOW), longest_days=90)
    office.run()

    office.pass_hours(89 * DAY)
    office.run()
    assert members(office, "Guests") == {"E1"}
    office.pass_hours(DAY)
    office.run()

    assert members(office, "Guests") == set()


def test_a_story_says_what_somebody_holds_who_gave_it_and_until_when(lent):
    held = lent.account("E1")["roles"]
    lent.account("E1")["roles"] = (*held, "poet")

    told = {one.right.words(): one for one in explain(lent.job(), "E1").rights}

    deputy, guest = told["app: roles deputy"], told["app: group Guests"]
    assert (deputy.level, deputy.ours, told["app: roles poet"].level) == ("medium", True, "unknown")
    assert not told["app: roles poet"].ours
    assert deputy.since is not None
    assert deputy.ends == deputy.since + timedelta(days=90)
    assert (guest.ours, guest.ends) == (True, deputy.ends)


def test_a_plan_looks_only_at_rights_that_end_soon(lent, monkeypatch):
    lent.hire("E2", roles=("reader",))
    lent.run()
    lent.pass_hours(84 * DAY)
    lent.hire("E3", roles=("deputy", "reader"))
    seen: list[GrantedValue] = []
    ask_until = SqlRights.given_until

    def until(rights, *asked):
        seen.extend(found := ask_until(rights, *asked))
        return found

    lent.run()
    monkeypatch.setattr(SqlRights, "given_until", until)
    lent.run()

    of_whom = lent.store.links.of_identities("app", {one.identity for one in seen})
    assert {link.key for link in of_whom.values()} == {"E1", "E2"}
    assert len(told(lent, "ending")) == 2
