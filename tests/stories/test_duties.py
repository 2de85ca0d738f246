"""Rights that nobody may hold together, across targets: refused, asked, excepted for a while."""

from dataclasses import replace

import pytest

from provisor.domain.duties import Claim, Then
from provisor.domain.plan import Ruling
from provisor.domain.schema import ObjectType
from tests.stories.gatherings import members, stranger
from tests.stories.rightful import (
    ORDER_AND_PAY,
    branch,
    except_from_duty,
    keep_apart,
    said_of_duties,
    settle,
    told_of_duties,
)

pytestmark = pytest.mark.both_executors


@pytest.fixture
def both(office):
    """Anna buys in the application; the bank knows her, too."""
    office.found_group("G1", "Buyers")
    office.found_group("G2", "Payments")
    office.hire("E1")
    office.hire("E2")
    office.join("G1", "E1")
    bank = branch(office)
    keep_apart(office, bank)
    settle(office)
    settle(bank)
    return office, bank


def test_a_toxic_pair_across_two_targets_is_refused_and_the_rest_flows(both):
    office, bank = both
    office.join("G2", "E1")
    office.join("G2", "E2")

    result = settle(bank)

    assert members(bank, "Payments") == {"E2"}
    assert result.exit_code == 3
    (verdict,) = said_of_duties(result)
    assert verdict.result is Ruling.REFUSED
    assert verdict.value == "E1: bank: group Payments"
    assert verdict.reason == "duty order-and-pay: app: group Buyers and bank: group Payments"
    (told,) = told_of_duties(result)
    assert told.name == "E1"


def test_what_is_refused_stays_out_in_the_next_cycle_and_is_told_again(both):
    office, bank = both
    office.join("G2", "E1")
    settle(bank)
    before = bank.writes

    result = bank.run()

    assert bank.writes == before
    assert len(said_of_duties(result)) == 1


def test_once_the_one_right_is_gone_the_other_is_given(both):
    office, bank = both
    office.join("G2", "E1")
    settle(bank)
    office.part_from("G1", "E1")
    settle(office)

    settle(bank)

    assert members(bank, "Payments") == {"E1"}


def test_a_mover_gets_the_new_right_only_after_the_old_one_is_gone(both):
    office, bank = both
    office.part_from("G1", "E1")
    office.join("G2", "E1")

    settle(bank)
    assert members(bank, "Payments") == set()

    settle(office)
    settle(bank)
    assert members(bank, "Payments") == {"E1"}


def test_a_duty_that_asks_lets_that_one_grant_wait_alone(both):
    office, bank = both
    keep_apart(office, bank, then=Then.ASK)
    office.join("G2", "E1")
    office.join("G2", "E2")

    result = bank.run()

    assert members(bank, "Payments") == {"E2"}
    assert result.exit_code == 4
    (verdict,) = said_of_duties(result)
    assert verdict.result is Ruling.NEEDS_DECISION
    bank.approve(result.stored.plan.digest)
    bank.apply(result.stored.plan.digest)
    assert members(bank, "Payments") == {"E1", "E2"}


def test_a_vote_on_a_harmless_grant_does_not_hold_once_it_is_toxic(both):
    office, bank = both
    keep_apart(office, bank, then=Then.ASK)
    office.part_from("G1", "E1")
    settle(office)
    office.join("G2", "E1")
    digest = bank.plan().stored.plan.digest
    office.join("G1", "E1")
    settle(office)

    bank.run()

    assert members(bank, "Payments") == set()
    assert bank.plan().stored.plan.digest != digest


def test_an_exception_lets_one_person_through_until_it_ends_and_then_it_is_told(both):
    office, bank = both
    office.join("G2", "E1")
    except_from_duty(office, "E1", days=2)

    result = settle(bank)
    assert members(bank, "Payments") == {"E1"}
    assert not said_of_duties(result)
    assert not told_of_duties(result)

    office.pass_hours(49)
    (told,) = told_of_duties(bank.run())
    assert "holds both already" in told.detail


def test_after_an_exception_the_grant_is_asked_about_again(both):
    office, bank = both
    keep_apart(office, bank, then=Then.ASK)
    except_from_duty(office, "E1", days=2)
    office.join("G2", "E1")
    settle(bank)
    office.part_from("G2", "E1")
    settle(bank)
    office.pass_hours(49)
    office.join("G2", "E1")

    result = bank.run()

    assert members(bank, "Payments") == set()
    assert result.exit_code == 4
    assert len(said_of_duties(result)) == 1


def test_what_others_gave_in_one_target_counts_in_the_other(both):
    office, bank = both
    native = next(n for n, row in office.target.groups.items() if row["displayName"] == "Buyers")
    office.target.members.setdefault(native, {})[office.native("E2")] = None
    office.run()
    office.join("G2", "E2")

    result = settle(bank)

    assert members(bank, "Payments") == set()
    assert said_of_duties(result)[0].value.startswith("E2")


def test_two_grants_of_one_plan_that_clash_are_both_left_out(office):
    office.found_group("G1", "Buyers")
    office.found_group("G2", "Payments")
    office.hire("E1")
    own = replace(ORDER_AND_PAY, other=(Claim("app", "", "payments"),))
    office.changes["duties"] = (own,)
    settle(office)
    office.join("G1", "E1")
    office.join("G2", "E1")

    result = settle(office)

    assert members(office, "Buyers") == members(office, "Payments") == set()
    assert len(said_of_duties(result)) == 2


def test_what_a_found_account_holds_already_counts_in_the_plan_that_takes_it_over(office):
    office.found_group("G1", "Buyers")
    office.found_group("G2", "Payments")
    office.hire("E2")
    own = replace(ORDER_AND_PAY, other=(Claim("app", "", "payments"),))
    office.changes["duties"] = (own,)
    settle(office)
    office.hire("E1")
    found = stranger(office, "anna")
    office.target.users[found]["externalId"] = "E1"
    group = next(n for n, row in office.target.groups.items() if row["displayName"] == "Payments")
    office.target.members.setdefault(group, {})[found] = None
    office.join("G1", "E1")

    result = settle(office)

    assert office.store.links.of_accounts("app", ObjectType.USERS, [found])
    assert members(office, "Buyers") == set()
    assert len(said_of_duties(result)) == 1


def test_a_plan_that_became_toxic_is_not_carried_out_even_where_the_source_is_not_read(both):
    office, bank = both
    office.part_from("G1", "E1")
    settle(office)
    office.join("G2", "E1")
    office.join("G2", "E2")
    digest = bank.plan().stored.plan.digest
    office.join("G1", "E1")
    settle(office)
    bank.source.faults.cut_reads.append(1)

    bank.apply(digest)

    assert members(bank, "Payments") & {"E1"} == set()


def test_a_vote_that_knew_of_the_clash_counts_where_the_source_is_not_read(both):
    office, bank = both
    keep_apart(office, bank, then=Then.ASK)
    office.join("G2", "E1")
    digest = bank.run().stored.plan.digest
    bank.approve(digest)
    bank.source.faults.cut_reads.append(1)

    bank.apply(digest)

    assert members(bank, "Payments") == {"E1"}


def test_a_grant_elsewhere_whose_answer_was_lost_counts_as_given(both):
    office, bank = both
    office.join("G1", "E2")
    office.target.faults.lose_answer(office.writes + 1)
    assert office.run().outcomes["uncertain"] == 1
    office.join("G2", "E2")

    result = bank.run()

    assert members(bank, "Payments") == set()
    assert said_of_duties(result)[0].value.startswith("E2")
