"""What becomes of references when people leave, are deleted, pinned, or changed by others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.action import Operation
from provisor.domain.approval import DecisionKind
from provisor.domain.bounds import Limit
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import Ruling
from provisor.domain.record import Value
from provisor.engine import journal
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor
from provisor.engine.on_demand import on_demand
from provisor.engine.run import run_job
from tests.stories.drifting import decide, told
from tests.stories.referring import (
    GROUPS,
    USERS,
    led,
    manager,
    moves,
    pending,
    refers,
    refuse,
    settled,
)
from tests.stories.workplace import Office, map_besides

pytestmark = pytest.mark.both_executors


@pytest.fixture
def office(office):
    return led(office)


def test_a_manager_who_left_stays_until_the_source_says_otherwise(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()
    office.leave("E2")
    office.run()

    assert office.account("E2")["active"] is False
    assert manager(office, "E1") == "E2"
    settled(office)


def left_long_ago(office: Office) -> None:
    """E2 is everybody's manager, left, and is to be deleted today."""
    for key in ("E1", "E3"):
        office.hire(key, manager="E2")
    office.hire("E2")
    office.hire("E4")
    office.open_up()
    office.leave("E2")
    office.run()
    office.pass_hours(24 * 31)


def test_an_account_is_deleted_only_after_nobody_refers_to_it(office):
    left_long_ago(office)
    office.change("E1", manager="E4")
    office.change("E3", manager=None)
    stored = office.plan().stored

    operations = [one.action.operation for one in stored.plan.actions]
    assert operations[-1] is Operation.DELETE
    office.approve(stored.plan.digest)
    assert office.apply(stored.plan.digest).exit_code == 0
    assert office.accounts_of("E2") == 0
    assert [manager(office, key) for key in ("E1", "E3")] == ["E4", None]


def test_an_account_that_others_still_refer_to_waits_for_them_before_it_is_deleted(office):
    left_long_ago(office)
    office.change("E1", manager="E4")
    office.change("E3", manager="E4")
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    refuse(office, 1)
    result = office.apply(digest)

    assert result.outcomes["failed"] == 1
    assert result.outcomes["blocked"] == 1
    assert office.accounts_of("E2") == 1


def test_a_reference_to_an_account_that_is_deleted_is_told(office):
    left_long_ago(office)
    result = office.plan()

    assert pending(result) == [("E1", "E2", "deleted"), ("E3", "E2", "deleted")]
    assert [one.action.operation for one in result.stored.plan.actions] == [Operation.DELETE]


def test_a_reference_waits_for_the_word_that_its_account_waits_for(office):
    office.hire("E1", manager=None)
    office.open_up()
    office.changes["limits"] = {"create": Limit(0)}
    office.hire("E2")
    office.change("E1", manager="E2")
    waiting = office.run()

    assert waiting.exit_code == 4
    assert {p.part: p.verdict for p in waiting.stored.parts}["users.update"] is Ruling.ALLOWED
    assert manager(office, "E1") is None
    office.approve(waiting.stored.plan.digest)
    assert office.apply(waiting.stored.plan.digest).exit_code == 0
    assert manager(office, "E1") == "E2"


def test_a_colleague_is_named_by_their_mail_in_whatever_letters(office):
    map_besides(office, refers("manager", "[chief]", by="mail"))
    office.hire("E1", chief="E2@Example.Org")
    office.hire("E2")
    office.hire("E3", chief="both@example.org")
    office.hire("E4", mail="both@example.org")
    office.hire("E5", mail="Both@example.org", status="planned")
    result = office.open_up()

    assert manager(office, "E1") == "E2"
    assert pending(result) == [("E3", "both@example.org", "several")]


def test_a_reference_to_somebody_unknown_in_the_target_is_shown_as_theirs(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()
    stranger = office.target.add(USERS, {"userName": "somebody"})
    office.account("E1")["manager"] = stranger
    result = office.plan()

    subject = next(link.identity for link in office.store.links.of_key("app", USERS, "E2"))
    assert moves(result) == {"E1": (f"native:{stranger}", subject)}
    office.run()
    assert manager(office, "E1") == "E2"


def test_a_plan_of_references_keeps_its_digest_after_the_accounts_are_made(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    first = office.plan().stored.plan
    wanted = {one.id for one in first.actions if one.action.references}
    office.approve(first.digest)
    refuse(office, 4)
    office.apply(first.digest)
    second = office.plan().stored.plan

    assert {one.id for one in second.actions if one.action.references} == wanted


def test_a_group_has_owners_and_loses_those_who_are_not_any_more(office):
    objects = dict(office.changes["objects"])
    groups = objects[GROUPS]
    owners = refers("owners", "[owners]")
    objects[GROUPS] = replace(groups, mappings=(*groups.mappings, owners))
    office.changes["objects"] = objects
    office.hire("E1", manager=None)
    office.hire("E2")
    office.hire("E3", status="planned")
    office.source.add(GROUPS, {"group_id": "G1", "name": "Choir", "owners": ("E1", "E3")})
    result = office.open_up()

    assert owners_of(office, "G1") == {"E1"}
    assert pending(result) == [("G1", "E3", "no_account")]
    row = next(one for one in office.source.groups.values() if one["group_id"] == "G1")
    row["owners"] = ("E2", "E3")
    office.run()
    assert owners_of(office, "G1") == {"E2"}
    office.change("E3", status="active")
    office.run()
    assert owners_of(office, "G1") == {"E2", "E3"}
    settled(office)


def owners_of(office: Office, key: str) -> set[Value]:
    row = next(one for one in office.target.groups.values() if one["externalId"] == key)
    natives = row["owners"]
    assert isinstance(natives, tuple)
    return {office.target.users[str(native)]["externalId"] for native in natives}


def test_a_form_that_the_target_makes_of_a_reference_is_not_fought_over(office):
    office.target.faults.rewritings[USERS, "manager"] = lambda value: value and f"/Users/{value}"
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()

    assert str(office.account("E1")["manager"]).startswith("/Users/")
    settled(office)
    office.change("E1", manager="E1")
    assert len(office.run().stored.plan.actions) == 1


def test_a_reference_whose_answer_is_lost_is_settled_by_looking(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()
    office.change("E1", manager="E1")
    office.target.faults.lose_answer(office.writes + 1)
    lost = office.run()

    assert lost.outcomes["uncertain"] == 1
    settled(office)
    assert manager(office, "E1") == "E1"


def test_a_pinned_manager_takes_the_place_of_the_mapped_one(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.hire("E3")
    office.open_up()
    pin = Override(
        "pin-1", OverrideKind.PIN, "hr-to-app", USERS, "E1", "manager", "E3",
        "acting", "ann", "bob", office.clock.now(), None,
    )  # fmt: skip
    office.store.overrides.add(pin, [journal.override_added(pin)])
    office.run()

    assert manager(office, "E1") == "E3"
    settled(office)


def test_a_manager_whom_somebody_else_set_is_drift_and_our_own_is_none(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()
    assert told(office) == []
    office.pass_hours(1)
    office.change("E1", manager="E1")
    office.run()
    assert told(office) == []
    office.pass_hours(1)

    office.target.set(USERS, office.native("E1"), {"manager": office.native("E2")})
    before, after = office.native("E1"), office.native("E2")
    assert told(office) == [("changed", "E1", "manager", before, after)]
    office.run()
    assert manager(office, "E1") == "E1"
    assert told(office) == []


def test_a_plan_on_demand_leaves_out_references_to_those_whom_it_does_not_make(office):
    office.hire("E0", manager=None)
    office.open_up()
    office.hire("E1", manager="E2")
    office.hire("E2")
    only = run_job(on_demand(office.job(), ["E1"]))

    assert only.exit_code == 0
    assert not any(one.action.references for one in only.stored.plan.actions)
    office.run()
    assert manager(office, "E1") == "E2"


def test_a_manager_whom_somebody_else_set_can_be_adopted_for_a_while(office):
    office.hire("E1", manager="E2")
    office.hire("E2")
    office.open_up()
    office.pass_hours(1)
    office.target.set(USERS, office.native("E1"), {"manager": office.native("E1")})
    decide(office, "adopt", "E1", "manager")
    settled(office)

    assert manager(office, "E1") == "E1"
    office.pass_hours(24 * 8)
    office.run()
    assert manager(office, "E1") == "E2"


def test_a_rejected_account_takes_its_references_along(office):
    office.hire("E1", manager=None)
    office.open_up()
    office.changes["limits"] = {"create": Limit(0)}
    office.hire("E2")
    office.change("E1", manager="E2")
    digest = office.plan().stored.plan.digest
    create = next(
        one.id
        for one in office.store.plans.find(digest).plan.actions
        if one.action.operation is Operation.CREATE
    )
    ballot = Vote(DecisionKind.REJECT, "not her", only=(create,))
    vote(office.job("bob"), office.store.plans.find(digest), Actor("bob", asserted=True), ballot)
    office.run()

    assert office.accounts_of("E2") == 0
    assert manager(office, "E1") is None
