"""A check that cannot fail proves nothing: here the product is broken on purpose, once for each.

Each breach goes through a seam of the product or of a connector, and is live without any fault.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.memory import MemoryConnector, World
from provisor.domain.action import Action, Operation
from provisor.domain.event import Event
from provisor.engine import carry_out, journal, make_plan, run
from provisor.engine.allowance import allowance
from provisor.engine.carrying.pacing import TargetPace
from provisor.errors import InvalidValue
from provisor.ports.connector import OutcomeState, Work
from provisor.stores import acts
from provisor.stores.acts import SqlActs
from provisor.stores.controls import SqlControls
from provisor.testing.pace import OpenPace
from tests.faults.board import Aim, Fault
from tests.faults.invariants import INVARIANTS
from tests.faults.life import PROTECTED, USERS
from tests.faults.machine import tried

pytestmark = pytest.mark.outer

WITHOUT = Aim(0, Fault.BEFORE)


@pytest.fixture
def broken_by(book):
    """Return which invariants a step breaks, with the product as it is now."""

    def names(step: str, aim: Aim = WITHOUT) -> set[str]:
        (chapter,) = [one for one in book if one.step.name == step]
        problems = tried(chapter, aim).found.problems
        return {problem.split(":")[0] for problem in problems}

    return names


def last_write(book, step):
    (chapter,) = [one for one in book if one.step.name == step]
    return max(n for n, call in enumerate(chapter.calls, 1) if call.startswith("target write"))


def test_a_sound_product_breaks_no_invariant(broken_by):
    assert broken_by("joiners") == set()


def test_i1_a_connector_that_repeats_creates_blindly_is_caught(broken_by, monkeypatch):
    create = MemoryConnector._create

    def twice(self, position, work):
        create(self, position, work)
        return create(self, position, work)

    monkeypatch.setattr(World, "holder", lambda *_: None)
    monkeypatch.setattr(MemoryConnector, "_create", twice)
    assert "I1" in broken_by("joiners")


def test_i2_writing_without_a_promise_is_caught(broken_by, monkeypatch):
    monkeypatch.setattr(SqlActs, "intend", lambda *_: None)
    assert "I2" in broken_by("movers")


def test_i2_writing_something_else_than_was_planned_is_caught(broken_by, monkeypatch):
    accepted = MemoryConnector._accepted

    def improved(self, work):
        return {**accepted(self, work), "department": "Sales"}

    monkeypatch.setattr(MemoryConnector, "_accepted", improved)
    assert "I2" in broken_by("joiners")


def test_i3_doing_what_waits_for_a_decision_is_caught(broken_by, monkeypatch):
    def generous(job, stored):
        given = allowance(job, stored)
        return replace(given, actions=given.actions | given.undecided, undecided=frozenset())

    monkeypatch.setattr(run, "allowance", generous)
    assert "I3" in broken_by("a return")


def test_i4_switching_off_somebody_whom_the_truth_keeps_is_caught(broken_by, monkeypatch):
    visible = World.visible

    def confused(self, object_type):
        rows = visible(self, object_type)
        wrong = {"status": "terminated", "end_date": "2031-04-01"}
        return [{**r, **wrong} if r.get("employee_id") == "E0008" else r for r in rows]

    monkeypatch.setattr(World, "visible", confused)
    assert "I4" in broken_by("movers")


def test_i5_a_promise_that_nobody_ends_is_caught(broken_by, book, monkeypatch):
    monkeypatch.setattr(make_plan, "settle_unfinished", lambda *_: 0)
    aim = Aim(last_write(book, "movers"), Fault.AFTER)
    assert "I5" in broken_by("movers", aim)


def test_i6_an_outcome_without_a_leaf_is_caught(broken_by, monkeypatch):
    conclude = SqlActs.conclude
    monkeypatch.setattr(SqlActs, "conclude", lambda self, effects, _: conclude(self, effects, []))
    assert "I6" in broken_by("movers")


def test_i7_a_write_that_is_only_said_to_be_done_is_caught(broken_by, monkeypatch):
    do = MemoryConnector._do

    def pretended(self, position, work):
        if work.action.operation is not Operation.UPDATE:
            return do(self, position, work)
        observed = {one.attribute: one.after for one in work.action.changes}
        told = do(self, position, replace(work, action=replace(work.action, changes=())))
        return replace(told, state=OutcomeState.DONE, observed=observed)

    monkeypatch.setattr(MemoryConnector, "_do", pretended)
    assert "I7" in broken_by("movers")


def test_i8_writing_without_news_is_caught(broken_by, monkeypatch):

    def restless(job):
        (native, *_) = [n for n, row in job.target.inner.world.users.items() if "externalId" in row]
        action = Action(Operation.UPDATE, USERS, "app", "nobody", None, native)
        list(job.target.apply([Work(action, native)], OpenPace()))
        return make_plan.make_plan(job)

    monkeypatch.setattr(run, "make_plan", restless)
    assert "I8" in broken_by("movers")


def test_i9_writing_under_a_freeze_is_caught(broken_by, monkeypatch):
    monkeypatch.setattr(SqlControls, "frozen", lambda *_: None)
    monkeypatch.setattr(acts, "refuse_frozen", lambda *_: None)
    assert "I9" in broken_by("freeze")


def test_i10_giving_up_after_one_refusal_is_caught(broken_by, monkeypatch):
    effect = carry_out._effect

    def timid(carrying, doing, written):
        if isinstance(written.problem, InvalidValue):
            pace: TargetPace = carrying.pace
            pace.stop("one was refused")
        return effect(carrying, doing, written)

    monkeypatch.setattr(carry_out, "_effect", timid)
    assert "I10" in broken_by("a poisoned record")


def test_i11_touching_an_account_of_somebody_else_is_caught(broken_by, monkeypatch):
    do = MemoryConnector._do

    def careless(self, position, work):
        users = self.world.users
        (native,) = [n for n, row in users.items() if row["userName"] == PROTECTED]
        self.world.set(USERS, native, {"active": False})
        return do(self, position, work)

    monkeypatch.setattr(MemoryConnector, "_do", careless)
    assert "I11" in broken_by("movers")


def test_i12_a_name_in_the_log_is_caught(broken_by, monkeypatch):
    sealed = journal.plan_sealed

    def talkative(job, stored):
        event = sealed(job, stored)
        names = [planned.draft.name for planned in stored.plan.actions]
        facts = {**event.facts, "names": ", ".join(names)}
        return Event(event.kind, event.at, event.actor, facts)

    monkeypatch.setattr(journal, "plan_sealed", talkative)
    assert "I12" in broken_by("movers")


def test_every_invariant_has_a_breach_here():
    breaches = {name.split("_")[1].upper() for name in globals() if name.startswith("test_i")}
    assert breaches == INVARIANTS.keys()
