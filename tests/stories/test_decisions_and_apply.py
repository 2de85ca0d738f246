"""What the design says of decisions and of apply, sentence by sentence, where no story told it."""

from __future__ import annotations

import pytest

from provisor.domain.approval import DecisionKind
from provisor.domain.bounds import Limit
from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor
from provisor.errors import CommandInvalid, DecisionMissing, PlanSuperseded, SelfApproval
from provisor.ports.store import PlanStatus

USERS = ObjectType.USERS
NOTHING_FLOWS = {"update": Limit(0), "clear": Limit(0), "disable": Limit(0), "membership": Limit(0)}


@pytest.fixture
def gated(office):
    """Thirty people with accounts, and a limit of nothing: every change needs a vote."""
    office.changes["guard"] = Guard(rows=1000, percent=100)
    office.hire_many(30)
    office.open_up()
    office.changes["limits"] = NOTHING_FLOWS
    return office


def planned(office, actor="ann"):
    return office.plan(actor).stored.plan.digest


def cut_source(office):
    """Let the next reads of the source end early."""
    office.source.faults.cut_reads.extend([3] * 3)


def test_a_vote_is_used_up_by_carrying_out_what_it_allows(gated):
    gated.change("E0001", title="Chief")
    digest = planned(gated)
    gated.approve(digest)
    gated.apply(digest)
    gated.pass_hours(1)
    gated.target.users[gated.native("E0001")]["title"] = "Clerk"
    again = gated.run().stored

    assert again.plan.digest == digest
    assert again.status is PlanStatus.WAITING
    assert gated.account("E0001")["title"] == "Clerk"


def test_a_vote_that_was_not_carried_out_is_not_used_up(gated):
    gated.change("E0001", title="Chief")
    digest = planned(gated)
    gated.approve(digest)
    gated.change("E0001", title="Clerk")
    gated.apply(digest)
    gated.change("E0001", title="Chief")
    gated.run()

    assert gated.account("E0001")["title"] == "Chief"


def test_a_decision_keeps_what_was_approved_by_whom_why_and_until_when(gated):
    gated.change("E0001", title="Chief")
    digest = planned(gated)
    gated.approve(digest)
    (kept,) = gated.store.decisions.of_plan(digest)
    stored = gated.store.plans.find(digest)

    assert kept.actions == {one.id for one in stored.plan.actions}
    assert kept.configuration == stored.plan.header.configuration
    assert (kept.approver, kept.reason) == ("bob", "fine")
    assert (kept.expires_at - kept.decided_at).total_seconds() == 24 * 3600


def test_a_vote_on_something_destructive_holds_a_shorter_time(gated):
    gated.leave("E0001")
    gated.run()
    gated.pass_hours(24 * 31)
    digest = planned(gated)
    gated.approve(digest)
    (kept,) = gated.store.decisions.of_plan(digest)

    assert (kept.expires_at - kept.decided_at).total_seconds() == 8 * 3600
    gated.pass_hours(9)
    with pytest.raises(DecisionMissing):
        gated.apply(digest)


@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.REJECT, DecisionKind.WITHDRAW])
def test_no_word_is_taken_without_a_reason(gated, kind):
    gated.change("E0001", title="Chief")
    stored = gated.store.plans.find(planned(gated))
    with pytest.raises(CommandInvalid, match="reason"):
        vote(gated.job("bob"), stored, Actor("bob", asserted=True), Vote(kind, "  "))


def test_nobody_approves_what_is_done_to_themselves_under_any_of_their_names(gated):
    gated.change("E0001", title="Chief")
    gated.change("E0002", title="Chief")
    digest = planned(gated)
    for name in ("E0001", "sure0001", "SurE0001"):
        with pytest.raises(SelfApproval):
            gated.approve(digest, name)
    gated.approve(digest, "sure0001", only=("E0002",))
    gated.apply(digest)

    assert gated.account("E0001")["title"] == "Clerk"
    assert gated.account("E0002")["title"] == "Chief"


def test_a_superseded_plan_takes_no_votes(gated):
    gated.change("E0001", title="Chief")
    digest = planned(gated)
    gated.change("E0002", title="Chief")
    planned(gated)
    with pytest.raises(PlanSuperseded):
        gated.approve(digest)


def test_a_successor_names_its_predecessor(gated):
    gated.change("E0001", title="Chief")
    digest = planned(gated)
    gated.change("E0002", title="Chief")
    successor = gated.plan("carl").stored

    assert successor.predecessor == digest
    assert gated.store.plans.find(digest).status is PlanStatus.SUPERSEDED


def test_whoever_may_not_read_the_source_still_creates_and_updates(gated):
    gated.hire("E0099")
    gated.change("E0001", title="Chief")
    digest = planned(gated)
    gated.approve(digest)
    cut_source(gated)
    result = gated.apply(digest)

    assert gated.accounts_of("E0099") == 1
    assert gated.account("E0001")["title"] == "Chief"
    assert result.outcomes["superseded"] == 0


def test_without_the_source_nothing_is_taken_away(gated):
    gated.change("E0001", status="on hold")
    gated.change("E0002", mail=None)
    gated.part_from("G0", "E0003")
    gated.change("E0004", title="Chief")
    digest = planned(gated)
    gated.approve(digest)
    cut_source(gated)
    result = gated.apply(digest)
    group = next(iter(gated.target.groups))

    assert gated.account("E0001")["active"] is True
    assert gated.account("E0002")['emails[type eq "work"].value'] == "e0002@example.org"
    assert gated.native("E0003") in gated.target.members[group]
    assert gated.account("E0004")["title"] == "Chief"
    assert result.exit_code == 4


def test_without_the_source_a_leaver_who_was_said_to_leave_goes_all_the_same(gated):
    gated.leave("E0001")
    digest = planned(gated)
    cut_source(gated)
    gated.apply(digest)

    assert gated.account("E0001")["active"] is False


def meddle(office, first, count):
    """Somebody changes accounts in the target before the plan is carried out."""
    for number in range(first, first + count):
        office.target.users[office.native(f"E{number:04d}")]["title"] = "Meddled"


def test_too_many_stale_acts_stop_their_part_and_no_other(gated):
    for number in range(1, 26):
        gated.change(f"E{number:04d}", title="Chief")
    gated.hire("E0099")
    gated.leave("E0030")
    digest = planned(gated)
    gated.approve(digest)
    meddle(gated, 1, 3)
    result = gated.apply(digest)

    assert "users.update: 3 of 25" in result.stopped
    assert gated.account("E0020")["title"] == "Clerk"
    assert gated.accounts_of("E0099") == 1
    assert gated.account("E0030")["active"] is False
    assert result.exit_code == 4


def test_a_few_stale_acts_stop_nothing_but_themselves(gated):
    for number in range(1, 26):
        gated.change(f"E{number:04d}", title="Chief")
    digest = planned(gated)
    gated.approve(digest)
    meddle(gated, 1, 2)
    result = gated.apply(digest)

    assert (result.outcomes["stale"], result.outcomes["done"]) == (2, 23)
    assert gated.account("E0001")["title"] == "Meddled"


def test_a_plan_whose_rest_was_approved_later_is_finished_and_nothing_done_twice(gated):
    for number in (1, 2, 3):
        gated.change(f"E{number:04d}", title="Chief")
    digest = planned(gated)
    gated.approve(digest, only=("E0001",))
    first = gated.apply(digest)
    writes = gated.writes
    gated.approve(digest, "carl", only=("E0002", "E0003"))
    second = gated.apply(digest)

    assert (first.outcomes["done"], second.outcomes["done"]) == (1, 2)
    assert gated.writes == writes + 2
    assert gated.store.plans.find(digest).status is PlanStatus.APPLIED


def test_the_small_flows_while_the_large_waits(office):
    office.hire_many(30)
    office.open_up()
    for number in range(1, 26):
        office.change(f"E{number:04d}", status="on hold")
    office.hire("E0099")
    result = office.run()

    assert result.exit_code == 4
    assert office.accounts_of("E0099") == 1
    assert all(row["active"] for row in office.target.users.values())
