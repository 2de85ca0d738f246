"""A gate is broken open: one target, one class, a short time, a reason, and somebody who looks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from provisor.domain.action import Operation
from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.bounds import Limit
from provisor.engine.emergency.break_glass import Wanted, break_glass, review_opening
from provisor.engine.job import Actor
from provisor.engine.run import run_job
from provisor.errors import (
    CommandInvalid,
    DecisionMissing,
    DeliveryFailed,
    Frozen,
    SelfApproval,
    UnknownName,
)
from provisor.ports.openings import Review
from provisor.ports.store import Freeze
from provisor.verifier import verify
from tests.stories.fences import bound

NOW_OR_NEVER = "payroll closes in ten minutes"


@pytest.fixture
def held(office):
    """Four people fell out of scope, and three joined; both wait for a word."""
    bound(
        office,
        disable=Limit(count=1),
        create=Limit(count=1),
    )
    office.hire_many(8)
    office.open_up()
    office.pass_hours(48)
    for key in ("E0001", "E0002", "E0003", "E0004"):
        office.change(key, status="on hold")
    office.hire_many(3, first=20)
    return office


def smash(office, part="users.disable", target="app", actor="eve", minutes=60, hooks=None):
    wanted = Wanted(target, part, NOW_OR_NEVER, minutes)
    by = Actor(actor, asserted=True)
    return break_glass(office.store, office.clock.now(), by, wanted, hooks or {})[0]


def look_at(office, opening, actor="bob", reason="four people, all on the list"):
    by = Actor(actor, asserted=True)
    return review_opening(office.store, office.clock.now(), by, opening.id, reason, office.policy)


def waiting(result):
    return {p.part for p in result.stored.parts if p.verdict.value == "needs_decision"}


def off(office):
    return sum(row["active"] is False for row in office.target.users.values())


def test_without_an_opening_both_wait(held):
    result = held.run()

    assert waiting(result) == {"users.create", "users.disable"}
    assert off(held) == 0


def test_an_opening_lets_its_class_out_and_no_other(held):
    opening = smash(held)
    result = held.run()

    assert off(held) == 4
    assert result.waiting == 3
    assert held.accounts_of("E0020") == 0
    (stored,) = held.store.openings.all()
    assert (stored.id, stored.acts) == (opening.id, 4)


def test_an_opening_of_another_target_lets_nothing_out(held):
    smash(held, target="elsewhere")
    held.run()

    assert off(held) == 0


def test_its_actions_cite_the_opening_in_the_store_and_in_the_log(held):
    opening = smash(held)
    plan = held.run().stored.plan
    disables = {a.id for a in plan.actions if a.action.operation is Operation.DISABLE}

    assert set(held.store.openings.actions(opening.id)) == disables
    leaves = b"\n".join(body for _, body in held.store.log.leaves())
    assert f'"openings":["{opening.id}"]'.encode() in leaves
    assert verify(held.folder / "office.db").problems == ()


def test_after_its_time_an_opening_lets_nothing_out(held):
    smash(held, minutes=30)
    held.pass_hours(0.6)
    held.run()

    assert off(held) == 0


def test_a_run_that_outlasts_the_opening_stops_letting_out(held):
    """The gate shuts while the run stands at it."""
    smash(held, minutes=30)
    job = held.job(reached=lambda at: held.pass_hours(1) if at == "apply.begun" else None)
    result = run_job(job)
    assert off(held) == 0
    assert "opening_over" in {one.code for one in result.left}
    assert verify(held.folder / "office.db").problems == ()


def test_a_review_stops_a_run_that_stands_at_the_gate(held):
    """Somebody looks at it before the first act has gone out."""
    opening = smash(held)

    def look(milestone):
        if milestone == "apply.begun":
            look_at(held, opening, reason="it was a mistake")

    result = run_job(held.job(reached=look))
    assert off(held) == 0
    assert "opening_over" in {one.code for one in result.left}
    assert verify(held.folder / "office.db").problems == ()


def test_whoever_is_alone_reviews_their_own_opening_and_the_record_is_believed(held):
    held.policy = ApprovalPolicy(four_eyes=False)
    opening = smash(held)
    held.run()
    look_at(held, opening, "eve")

    assert held.store.openings.all()[0].acts == 4
    assert verify(held.folder / "office.db").problems == ()


def test_the_verifier_finds_whoever_reviewed_their_own_opening_under_four_eyes(held):
    opening = smash(held)
    held.run()
    policy, held.policy = held.policy, ApprovalPolicy(four_eyes=False)
    look_at(held, opening, "eve")
    held.policy = policy

    (problem,) = verify(held.folder / "office.db").problems
    assert opening.id in problem


def test_no_gate_is_opened_for_a_first_run_or_a_new_configuration(office):
    office.hire_many(3)
    opening = smash(office, "users.create")
    assert office.run().waiting > 0
    assert office.target.users == {}

    office.open_up()
    office.changes["configuration"] = "d" * 64
    office.change("E0001", title="Chief")
    look_at(office, opening)
    smash(office, "users.update")
    assert office.run().waiting == 1


def test_no_opening_goes_through_a_freeze(held):
    smash(held)
    held.store.controls.freeze(Freeze("app", "ann", "odd", held.clock.now()), [])

    with pytest.raises(Frozen):
        held.run()
    assert off(held) == 0


def test_what_somebody_rejected_goes_through_no_opening(held):
    stored = held.plan().stored
    held.decide(stored.plan.digest, DecisionKind.REJECT)
    smash(held)
    held.run()

    assert off(held) == 0


def test_a_used_opening_that_nobody_reviewed_blocks_the_next(held):
    first = smash(held)
    held.run()
    held.pass_hours(2)
    with pytest.raises(DecisionMissing) as refused:
        smash(held, "users.create")
    assert first.id in refused.value.next

    look_at(held, first)
    smash(held, "users.create")
    held.run()
    assert held.accounts_of("E0020") == 1


def test_no_second_gate_is_opened_while_one_stands_open(held):
    first = smash(held)
    with pytest.raises(DecisionMissing) as refused:
        smash(held, "users.create", actor="carl")
    assert first.id in refused.value.next
    held.pass_hours(1)
    smash(held, "users.create")

    assert len(held.store.openings.all()) == 2


def test_of_two_people_who_open_a_gate_at_once_one_is_refused(held, monkeypatch):
    """The other opens it after the first was let through every check outside the store."""
    checked = held.store.log.refuse_broken
    others: list[str] = []

    def meanwhile():
        checked()
        if not others:
            others.append("carl")
            smash(held, "users.create", actor="carl")

    monkeypatch.setattr(held.store.log, "refuse_broken", meanwhile)
    with pytest.raises(DecisionMissing):
        smash(held)

    assert [one.actor for one in held.store.openings.all()] == ["carl"]


def test_an_opening_that_others_see_open_is_refused_by_the_store_itself(held):
    """Whoever looked before another opening was there comes too late in the transaction."""
    first = smash(held)
    twin = replace(first, id="0" * 16, actor="carl")
    with pytest.raises(DecisionMissing):
        held.store.openings.add(twin, [])

    assert held.store.openings.all() == (first,)


@pytest.mark.parametrize("name", ["E0002", " surE0002 ".upper(), "e0002@example.org"])
def test_nobody_reviews_a_gate_through_which_went_what_was_about_them(held, name):
    opening = smash(held)
    held.run()
    with pytest.raises(SelfApproval) as refused:
        look_at(held, opening, name)
    assert "E0002" not in str(refused.value).upper()

    assert held.store.openings.all()[0].review is None
    assert look_at(held, opening, "E0007").review is not None


def test_a_member_reviews_no_gate_through_which_they_joined_a_group(office):
    bound(office, membership=Limit(count=0), urgent=Limit(count=0))
    office.hire_many(3)
    office.found_group("G1", "Press")
    office.open_up()
    office.join("G1", "E0001")
    opening = smash(office, "memberships.membership")
    office.run()
    assert office.store.openings.all()[0].acts == 1
    with pytest.raises(SelfApproval):
        look_at(office, opening, "surE0001")

    assert look_at(office, opening, "E0002").review is not None


def test_a_review_of_acts_that_were_not_looked_at_is_not_kept(held):
    """What goes out between looking and saying is looked at, too."""
    opening = smash(held)
    held.run()
    said = Review("bob", "fine", held.clock.now())

    assert held.store.openings.review(opening.id, 3, said, []) is None
    assert held.store.openings.all()[0].review is None


def test_nobody_reviews_their_own_opening(held):
    opening = smash(held)
    held.run()
    with pytest.raises(SelfApproval):
        look_at(held, opening, " EVE ")

    assert held.store.openings.all()[0].review is None
    held.policy = ApprovalPolicy(four_eyes=False)
    assert look_at(held, opening, "eve").review is not None


def test_a_review_shuts_the_gate_and_closes_the_alert(held):
    opening = smash(held)
    (alert,) = [one for one in held.store.alerts.open() if one.kind == "glass_broken"]
    assert (alert.cause, alert.severity.value) == (opening.id, "critical")

    look_at(held, opening, reason="it was a mistake")
    held.run()
    assert off(held) == 0
    assert not [one for one in held.store.alerts.open() if one.kind == "glass_broken"]


def test_somebody_is_told_at_once_and_a_silent_hook_stops_nothing(held):
    class Told:
        def __init__(self):
            self.notes = []

        def hand_over(self, parcel):
            raise AssertionError("no secret is due")

        def tell(self, note):
            self.notes.append(dict(note))
            raise DeliveryFailed("the program ended with exit code 1")

    hook = Told()
    wanted = Wanted("app", "users.disable", NOW_OR_NEVER)
    by = Actor("eve", asserted=True)
    opening, unheard = break_glass(held.store, held.clock.now(), by, wanted, {"emergency": hook})

    assert hook.notes[0]["opening"] == opening.id
    assert "exit code 1" in unheard


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"part": "users.disabl"}, UnknownName),
        ({"reason": " "}, CommandInvalid),
        ({"minutes": 61}, CommandInvalid),
        ({"minutes": 0}, CommandInvalid),
    ],
)
def test_what_cannot_be_meant_opens_nothing(held, change, kind):
    wanted = replace(Wanted("app", "users.disable", NOW_OR_NEVER), **change)
    with pytest.raises(kind):
        break_glass(held.store, held.clock.now(), Actor("eve", asserted=True), wanted, {})

    assert held.store.openings.all() == ()


def test_the_verifier_finds_an_act_that_cites_no_opening(held):
    opening = smash(held)
    held.run()
    held.close()
    path = held.folder / "office.db"
    with closing(sqlite3.connect(path)) as store:
        store.execute("DROP TRIGGER opening_no_update")
        store.execute("UPDATE opening SET part = 'users.create' WHERE id = ?", (opening.id,))
        store.commit()

    problems = verify(path).problems
    assert any("opening" in problem and "users.disable" in problem for problem in problems)
