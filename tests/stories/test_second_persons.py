"""What lets somebody have what the rules would take waits for a second person; ends are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.override import Override, OverrideKind, Until
from provisor.domain.schema import ObjectType
from provisor.engine.job import Actor
from provisor.engine.journal import override_added, override_ended
from provisor.engine.overriding.overruling import agree, needs_second, refuse_own_end
from provisor.engine.own_affairs import affair_of
from provisor.errors import AnswerRefused, CommandInvalid, SelfApproval
from provisor.verifier import verify

USERS = ObjectType.USERS


@pytest.fixture
def settled(office):
    office.hire_many(3)
    office.found_group("G1", "Press")
    office.open_up()
    office.run()
    return office


def say(office, kind, value=None, *, approver="", days=None, until=Until.NOTHING, key="E0001"):
    now = office.clock.now()
    end = None if days is None else now + timedelta(days=days)
    override = Override(
        f"{kind.value}-{key}", kind, "", USERS, key, "", value, "because", "ann", approver, now,
        end, needs_consent=needs_second(kind, "", office.policy), until=until,
    )  # fmt: skip
    office.store.overrides.add(override, [override_added(override)])
    return override


def consent(office, override, actor="bob", reason="seen"):
    affair = affair_of(office.job(), USERS, override.key)
    now, by = office.clock.now(), Actor(actor, asserted=True)
    standing = next(one for one in office.store.overrides.all() if one.id == override.id)
    return agree(office.store, now, by, office.policy, standing, affair, reason)


def inside(office, group="G1"):
    native = next(n for n, row in office.target.groups.items() if row["externalId"] == group)
    return len(office.target.members.get(native, ()))


def alerts(office, kind):
    return [one for one in office.store.alerts.open() if one.kind == kind]


def cycle(office, hours=1.0):
    office.pass_hours(hours)
    return office.run()


def test_a_keep_has_no_force_before_somebody_else_agreed(settled):
    kept = say(settled, OverrideKind.KEEP)
    settled.leave("E0001")
    cycle(settled)
    assert settled.account("E0001")["active"] is False

    other = say(settled, OverrideKind.KEEP, key="E0002")
    assert consent(settled, other).consent.approver == "bob"
    settled.leave("E0002")
    cycle(settled)
    assert settled.account("E0002")["active"] is True
    assert kept.waits
    assert verify(settled.folder / "office.db").problems == ()


def test_a_grant_gives_nothing_before_somebody_else_agreed(settled):
    granted = say(settled, OverrideKind.GRANT, "G1")
    cycle(settled)
    assert inside(settled) == 0

    consent(settled, granted)
    cycle(settled)
    assert inside(settled) == 1


@pytest.mark.parametrize("name", ["ann", " ANN", "E0001", "surE0001", "e0001@example.org"])
def test_neither_the_author_nor_the_person_concerned_agrees(settled, name):
    granted = say(settled, OverrideKind.GRANT, "G1")
    with pytest.raises(SelfApproval):
        consent(settled, granted, name)

    cycle(settled)
    assert inside(settled) == 0


def test_whoever_was_asked_is_the_one_who_agrees(settled):
    granted = say(settled, OverrideKind.GRANT, "G1", approver="carol")
    with pytest.raises(SelfApproval):
        consent(settled, granted, "bob")

    assert consent(settled, granted, "Carol").consent is not None


def test_a_second_word_has_a_reason_and_something_that_waits(settled):
    granted = say(settled, OverrideKind.GRANT, "G1", days=1)
    with pytest.raises(CommandInvalid):
        consent(settled, granted, reason=" ")
    denied = say(settled, OverrideKind.DENY, key="E0002")
    with pytest.raises(AnswerRefused):
        consent(settled, denied)
    settled.pass_hours(25)
    with pytest.raises(AnswerRefused):
        consent(settled, granted)


def test_one_person_alone_needs_nobody(settled):
    settled.policy = ApprovalPolicy(four_eyes=False)
    say(settled, OverrideKind.GRANT, "G1")
    cycle(settled)

    assert inside(settled) == 1


def test_what_waited_under_four_eyes_is_not_released_by_its_author_without_them(settled):
    granted = say(settled, OverrideKind.GRANT, "G1")
    settled.policy = ApprovalPolicy(four_eyes=False)
    with pytest.raises(SelfApproval):
        consent(settled, granted, "Ann")
    cycle(settled)

    assert inside(settled) == 0


def test_a_hold_is_quick_and_lasts_a_week_without_a_second_person(settled):
    say(settled, OverrideKind.HOLD)
    settled.change("E0001", title="Chief")
    cycle(settled)
    assert settled.account("E0001")["title"] == "Clerk"

    cycle(settled, 7 * 24)
    assert settled.account("E0001")["title"] == "Chief"


def test_a_hold_that_somebody_agreed_with_stays(settled):
    consent(settled, say(settled, OverrideKind.HOLD))
    settled.change("E0001", title="Chief")
    cycle(settled, 30 * 24)

    assert settled.account("E0001")["title"] == "Clerk"


@pytest.mark.parametrize("kind", [OverrideKind.DENY, OverrideKind.REVOKE])
def test_whoever_took_something_away_does_not_give_it_back_alone(settled, kind):
    taken = say(settled, kind, "G0" if kind is OverrideKind.REVOKE else None)
    with pytest.raises(SelfApproval):
        refuse_own_end(taken, Actor("Ann ", asserted=True), settled.policy)

    refuse_own_end(taken, Actor("bob", asserted=True), settled.policy)


def test_a_reminder_comes_once_and_goes_with_the_override(settled):
    consent(settled, say(settled, OverrideKind.GRANT, "G1", days=20))
    cycle(settled)
    assert alerts(settled, "override_ending") == []

    for _ in range(3):
        cycle(settled, 14 * 24 / 3)
    for _ in range(2):
        cycle(settled)
    (alert,) = alerts(settled, "override_ending")
    assert (alert.cause, alert.repeats) == ("grant-E0001", 1)

    cycle(settled, 7 * 24)
    assert alerts(settled, "override_ending") == []
    assert inside(settled) == 0


def test_an_override_that_waits_is_told_once(settled):
    granted = say(settled, OverrideKind.GRANT, "G1")
    for _ in range(3):
        cycle(settled)
    (alert,) = alerts(settled, "override_waiting")
    assert (alert.cause, alert.repeats) == (granted.id, 1)

    consent(settled, granted)
    cycle(settled)
    assert alerts(settled, "override_waiting") == []


def test_what_holds_until_somebody_leaves_does_not_come_back_with_them(settled):
    consent(settled, say(settled, OverrideKind.GRANT, "G1", until=Until.LEAVING))
    cycle(settled)
    assert inside(settled) == 1

    settled.leave("E0001")
    cycle(settled)
    (over,) = settled.store.overrides.all()
    assert over.ended_at is not None
    settled.change("E0001", status="active", end_date=None)
    digest = cycle(settled).stored.plan.digest
    settled.approve(digest)
    settled.apply(digest)
    cycle(settled)
    assert settled.account("E0001")["active"] is True
    assert inside(settled) == 0


def test_a_denial_does_not_end_with_the_leave_that_it_makes(settled):
    say(settled, OverrideKind.DENY, until=Until.LEAVING)
    for _ in range(2):
        cycle(settled)
    (standing,) = settled.store.overrides.all()

    assert standing.ended_at is None
    assert settled.account("E0001")["active"] is False


def test_an_ended_override_is_over_whoever_agreed(settled):
    granted = say(settled, OverrideKind.GRANT, "G1")
    consent(settled, granted)
    now = settled.clock.now()
    settled.store.overrides.end(granted.id, now, [override_ended(granted.id, now, "bob", "over")])
    cycle(settled)

    assert inside(settled) == 0
