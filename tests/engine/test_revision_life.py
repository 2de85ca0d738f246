"""The life of revisions as a state machine: what people say is held against a plain account."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.canonical import digest
from provisor.domain.charter import Charter
from provisor.domain.configuration_life import stages
from provisor.engine.job import Actor
from provisor.engine.revisions.agreeing import activate, speak
from provisor.engine.revisions.desk import Desk
from provisor.engine.revisions.revising import Proposal, propose
from provisor.errors import (
    CommandInvalid,
    ConfigurationUnchanged,
    DecisionMissing,
    RevisionClosed,
    SelfApproval,
)
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock
from provisor.verifier import verify

PEOPLE = st.sampled_from(["ann", "ben", "cleo", "scheduler"])
TEXTS = st.sampled_from(["one", "two", "three"])
CHARTER = {"approvals": {"four_eyes": True}, "revisions": {"run": "any", "expiry_hours": 10}}
HOURS = 10


@dataclass
class Known:
    """What the account says of one revision."""

    text: str
    author: str
    after: int
    shown: int
    yes: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    spoken: dict[str, str] = field(default_factory=dict)
    ended: str = ""

    def approvals(self, now: datetime) -> int:
        return sum(shown == self.shown and until > now for shown, until in self.yes.values())

    @property
    def needed(self) -> int:
        return 2 if self.author == "scheduler" else 1


class Lives(RuleBasedStateMachine):
    """People propose, speak and activate; time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.place = Path(self.folder.name) / "store.db"
        self.clock = FixedClock()
        self.store = open_store(f"sqlite:///{self.place}", clock=self.clock)
        self.known: dict[int, Known] = {}
        self.active = 0
        self.past: set[int] = set()

    def teardown(self) -> None:
        self.store.close()
        found = verify(self.place)
        self.folder.cleanup()
        assert found.problems == ()

    def desk(self, name: str) -> Desk:
        charter = Charter(hours=HOURS)
        actor = Actor(name, asserted=False)
        return Desk(
            self.store, self.clock, actor, ApprovalPolicy(), charter, lambda _milestone: None
        )

    def stage(self, number: int) -> str:
        one = self.known[number]
        if number == self.active:
            return "active"
        if number in self.past:
            return "superseded"
        if one.ended:
            return one.ended
        if one.after != self.active:
            return "overtaken"
        return "approved" if one.approvals(self.clock.now()) >= one.needed else "proposed"

    def is_open(self, number: int) -> bool:
        return self.stage(number) in ("proposed", "approved")

    @rule(name=PEOPLE, text=TEXTS, outcome=st.integers(0, 1))
    def somebody_proposes(self, name: str, text: str, outcome: int) -> None:
        document = json.dumps({"charter": CHARTER, "jobs": {}, "text": text}, sort_keys=True)
        given = Proposal(digest(text), document, text, {}, "because")
        same = [n for n, one in self.known.items() if one.text == text and self.is_open(n)]
        if self.active and self.known[self.active].text == text:
            self.refused(ConfigurationUnchanged, lambda: propose(self.desk(name), given, list))
            return
        found = propose(self.desk(name), given, lambda: {"what_if": [], "outcome": outcome})
        if same:
            assert found.revision.number == same[0]
            self.known[same[0]].shown = outcome
            return
        number = len(self.known) + 1
        assert found.revision.number == number
        self.known[number] = Known(text, name, self.active, outcome)

    @precondition(lambda self: self.known)
    @rule(name=PEOPLE, data=st.data())
    def somebody_approves(self, name: str, data: st.DataObject) -> None:
        self.approve(name, self.some(data))

    def approve(self, name: str, number: int) -> None:
        def act() -> None:
            speak(self.desk(name), str(number), DecisionKind.APPROVE, "fine")

        one = self.known[number]
        if not self.is_open(number):
            self.refused(RevisionClosed, act)
        elif name == one.author:
            self.refused(SelfApproval, act)
        else:
            act()
            one.yes[name] = (one.shown, self.clock.now() + timedelta(hours=HOURS))
            one.spoken[name] = "approve"

    @precondition(lambda self: self.known)
    @rule(name=PEOPLE, data=st.data())
    def somebody_rejects(self, name: str, data: st.DataObject) -> None:
        number = self.some(data)

        def act() -> None:
            speak(self.desk(name), str(number), DecisionKind.REJECT, "no")

        if not self.is_open(number):
            self.refused(RevisionClosed, act)
        else:
            act()
            self.known[number].ended = "rejected"

    @precondition(lambda self: self.known)
    @rule(name=PEOPLE, data=st.data())
    def somebody_withdraws(self, name: str, data: st.DataObject) -> None:
        number = self.some(data)

        def act() -> None:
            speak(self.desk(name), str(number), DecisionKind.WITHDRAW, "rather not")

        one = self.known[number]
        if not self.is_open(number):
            self.refused(RevisionClosed, act)
        elif one.spoken.get(name) == "approve":
            act()
            one.yes.pop(name)
            one.spoken[name] = "withdraw"
        elif name == one.author:
            act()
            one.ended = "withdrawn"
        else:
            self.refused(CommandInvalid, act)

    @precondition(lambda self: self.known)
    @rule(name=PEOPLE, data=st.data())
    def somebody_activates(self, name: str, data: st.DataObject) -> None:
        self.activate(name, self.some(data))

    @precondition(lambda self: self.known)
    @rule(name=PEOPLE, data=st.data())
    def everybody_agrees(self, name: str, data: st.DataObject) -> None:
        number = self.some(data)
        for voter in ("ann", "ben", "cleo"):
            self.approve(voter, number)
        self.activate(name, number)

    def activate(self, name: str, number: int) -> None:
        def act() -> None:
            activate(self.desk(name), str(number), "")

        match self.stage(number):
            case "active":
                act()
            case "approved":
                act()
                self.past.add(self.active)
                self.active = number
            case "proposed":
                self.refused(DecisionMissing, act)
            case _:
                self.refused(RevisionClosed, act)

    @rule(hours=st.integers(1, 8))
    def time_passes(self, hours: int) -> None:
        self.clock.move(hours * 3600)

    def some(self, data: st.DataObject) -> int:
        """One of the newest revisions, more often than an old one."""
        numbers = sorted(self.known)
        return data.draw(st.sampled_from(numbers[-3:]) | st.sampled_from(numbers))

    def refused(self, error, act) -> None:
        """The act is refused, and leaves no fact behind."""
        before = self.store.configurations.chronicle()
        try:
            act()
        except error:
            assert self.store.configurations.chronicle() == before
            return
        raise AssertionError(f"not refused with {error.__name__}")

    @invariant()
    def every_revision_stands_where_the_account_says(self) -> None:
        chronicle = self.store.configurations.chronicle()
        told = stages(chronicle, ApprovalPolicy(), self.clock.now())
        stood = {revision.number: stage.value for revision, stage in told}

        assert stood == {number: self.stage(number) for number in self.known}
        assert chronicle.active == self.active


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=20, stateful_step_count=50, deadline=None)


def test_what_was_compared_with_a_revision_that_is_active_no_more_is_not_kept(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", clock=FixedClock())

    def desk(name: str) -> Desk:
        actor = Actor(name, asserted=False)
        return Desk(store, FixedClock(), actor, ApprovalPolicy(), Charter(), lambda _: None)

    def given(text: str) -> Proposal:
        document = json.dumps({"charter": CHARTER, "jobs": {}, "text": text})
        return Proposal(digest(text), document, text, {}, "because")

    def work() -> dict[str, str]:
        propose(desk("cleo"), given("quick"), dict)
        speak(desk("ben"), "latest", DecisionKind.APPROVE, "fine")
        activate(desk("cleo"), "latest", "")
        return {}

    with pytest.raises(RevisionClosed):
        propose(desk("ann"), given("slow"), work)
    assert [one.text for one in store.configurations.chronicle().revisions] == ["quick"]
    store.close()
