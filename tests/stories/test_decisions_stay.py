"""Decisions as one machine: what people decided and undid stays so, whatever happens around it.

To everything that `test_limits_and_approvals` lets happen, people here decide against the rules,
undo runs, take that back, and let decisions end. A registrar that knows none of the engine's rules
holds what the application is told, and shows at rest, against the decisions in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.engine.journal import override_added, override_ended
from provisor.engine.run import Result
from provisor.engine.undoing.retrace import carried_out
from provisor.engine.undoing.undo import Order, undo
from provisor.engine.undoing.undo_ends import decisions_of, end_undo
from provisor.errors import (
    CommandInvalid,
    PlanApplied,
    PlanSuperseded,
    ReadIncomplete,
    SelfApproval,
)
from provisor.ports.store import StoredPlan
from provisor.verifier import verify
from tests.stories.registrar import refuse_contradiction, refuse_neglect, said
from tests.stories.test_limits_and_approvals import (
    LimitsAndApprovals,
    _Watch,
    approver,
    runner,
    some,
)

KINDS = ("hold", "keep", "deny", "pin", "revoke", "grant")
DAYS = (None, 1, 14)
OFTEN = ("people", "moves", "run", "decide", "undo", "carry_out")
SOMETIMES = ("time", "approve_and_run", "leave_the_group", "undo_one", "come_to_rest")
SELDOM = ("drift", "vanish", "configure", "reject", "take_back", "vote_for_oneself")
ENDS = ("end", "end_undo", "reject_undo", "own_undo")
what = st.sampled_from((*OFTEN * 4, *SOMETIMES * 2, *SELDOM, *ENDS))


class DecisionsStay(LimitsAndApprovals):
    """The office of limits and approvals, with people who decide against the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.undos: list[str] = []
        """Digests of the plans of undos."""
        self.given = 0
        self._chosen: str | None = None

    @rule(what=what, keys=some, to=st.integers(0, 17), runner=runner, approver=approver)
    def something_happens(
        self, what: str, keys: list[str], to: int, runner: str, approver: str
    ) -> None:
        """One rule, so that every example has some of everything."""
        acts: dict[str, Callable[[], None]] = {
            "decide": lambda: self.decide(keys[0], KINDS[to % 6], DAYS[to // 6], runner),
            "undo": lambda: self.undo(runner, to),
            "undo_one": lambda: self.undo(runner, to, keys[0]),
            "carry_out": lambda: self.carry_out(to, runner, approver),
            "end": lambda: self.end(to),
            "end_undo": lambda: self.end_undo(to, approver),
            "reject_undo": lambda: self.reject_undo(to, approver),
            "own_undo": lambda: self.own_undo(to),
        }
        self._tick()
        if what in acts:
            self.still = False
            acts[what]()
        else:
            super().something_happens(what, keys, to % 12, runner, approver)

    def _tick(self) -> None:
        """No two things happen in the same instant."""
        self.office.pass_hours(1 / 3600)

    def _plan(self, actor: str) -> Result:
        self._tick()
        return super()._plan(actor)

    # --- deciding ---------------------------------------------------------------------------

    def decide(self, key: str, kind: str, days: int | None, actor: str) -> None:
        now = self.office.clock.now()
        self.given += 1
        value: dict[str, Value] = {"pin": f"P{self.given}", "revoke": "G0", "grant": "G0"}
        override = Override(
            id=f"o{self.given}",
            kind=OverrideKind(kind),
            job="",
            object_type=ObjectType.USERS,
            key=key,
            attribute="title" if kind == "pin" else "",
            value=value.get(kind),
            reason="because",
            author=actor,
            approver="",
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
        self.office.store.overrides.add(override, [override_added(override)])

    def in_force(self) -> list[Override]:
        now = self.office.clock.now()
        every = self.office.store.overrides.all()
        active = [one for one in every if one.ended_at is None]
        return [one for one in active if one.expires_at is None or one.expires_at > now]

    def end(self, place: int) -> None:
        active = self.in_force()
        if active:
            one, now = active[place % len(active)], self.office.clock.now()
            event = override_ended(one.id, now, "eve", "enough")
            self.office.store.overrides.end(one.id, now, [event])

    # --- undoing ----------------------------------------------------------------------------

    def undo(self, actor: str, place: int, key: str = "") -> None:
        """Asking for an undo writes nothing, and asked twice it wants nothing new."""
        if not self.runs:
            return
        run = self.runs[-1 - place % min(3, len(self.runs))]
        order = Order("it was wrong", only=(key,) if key else ())
        carried = carried_out(self.office.store, run)
        before = len(self.office.told)
        with suppress(CommandInvalid, ReadIncomplete):
            undone = undo(self.office.job(actor), carried, order)
            decided = len(self.in_force())
            assert not undo(self.office.job("eve"), carried, order).overrides
            assert len(self.in_force()) == decided, "the same undo decided twice"
            if undone.stored is not None:
                self.undos.append(undone.stored.plan.digest)
        assert len(self.office.told) == before, "asking for an undo wrote"

    @contextmanager
    def _looking_at(self, place: int) -> Iterator[StoredPlan | None]:
        """Let everybody look at the plan of an undo in place of the newest about everybody."""
        if not self.undos:
            yield None
            return
        self._chosen = self.undos[-1 - place % min(2, len(self.undos))]
        try:
            yield self.newest
        finally:
            self._chosen = None

    @property
    def newest(self):
        plans = self.office.store.plans
        return plans.newest("hr-to-app") if self._chosen is None else plans.find(self._chosen)

    def carry_out(self, place: int, runner: str, approver: str) -> None:
        with self._looking_at(place) as stored:
            if stored is not None:
                self.approve(approver)
                self._apply(runner)

    def end_undo(self, place: int, actor: str) -> None:
        with self._looking_at(place) as stored:
            if stored is not None:
                undo_id = stored.plan.header.undoes
                end_undo(self.office.job(actor), undo_id, "enough")
                assert not decisions_of(self.office.job(actor), undo_id)

    def reject_undo(self, place: int, approver: str) -> None:
        """What somebody rejects of an undo is decided by nobody any more."""
        with self._looking_at(place) as stored:
            if stored is None or self.office.store.acts.outcomes(stored.plan.digest):
                return
            before = len(self.in_force())
            self.reject(approver)
            if len(self.in_force()) < before:
                assert not decisions_of(self.office.job(approver), stored.plan.header.undoes)

    def own_undo(self, place: int) -> None:
        """Whoever asked for an undo approves it nowhere."""
        with self._looking_at(place) as stored:
            if stored is None:
                return
            author = self.office.store.undos.get(stored.plan.header.undoes).author
            votes = len(self._decisions())
            with pytest.raises((SelfApproval, PlanApplied, PlanSuperseded, CommandInvalid)):
                self.office.approve(stored.plan.digest, author.upper())
            assert len(self._decisions()) == votes

    # --- watching ---------------------------------------------------------------------------

    def _apply(self, actor: str) -> None:
        with self._watching():
            self._note(self.office.apply(self.newest.plan.digest, actor))

    def run_now(self, actor: str) -> None:
        with self._watching():
            self._note(self.office.run(actor))

    def _note(self, result: Result) -> None:
        if result.run is not None:
            self.runs.append(result.run.id)

    def _watching(self):
        return _Guarded(self)

    def here(self) -> list[str]:
        rows = self.office.source.users.values()
        return [str(row["employee_id"]) for row in rows if row["status"] == "active"]

    def come_to_rest(self) -> None:
        super().come_to_rest()
        aside = {one.key for one in self.newest.set_aside}
        now = self.office.clock.now()
        if not self.newest.plan.actions:
            given = said(self.office.store.overrides.all(), now)
            refuse_neglect(given, self.office, set(self.here()) - aside)

    def teardown(self) -> None:
        self.office.store.log.refuse_broken()
        copy = self.folder / "copy.db"
        self.office.store.copy_to(str(copy))
        assert verify(copy).problems == ()
        super().teardown()


class _Guarded(_Watch):
    """While something is carried out: what was told goes to the registrar, too."""

    machine: DecisionsStay

    def __enter__(self) -> None:
        office = self.machine.office
        self.given = said(office.store.overrides.all(), office.clock.now())
        self.was_here = self.machine.here()

    def __exit__(self, kind, error, trace) -> bool:
        machine = self.machine
        told = {
            (one.action.subject, one.action.operation) for one in machine.office.told[self.before :]
        }
        held_back = super().__exit__(kind, error, trace)
        known = machine.office.store.identities.known("hr", ObjectType.USERS)
        acts = [
            one
            for one in machine.newest.plan.actions
            if (one.action.subject, one.action.operation) in told
        ]
        keys = {identity: key for key, identity in known.items()}
        refuse_contradiction(self.given, acts, keys, self.was_here)
        return held_back


TestDecisionsStay = DecisionsStay.TestCase
TestDecisionsStay.settings = settings(
    max_examples=5,
    stateful_step_count=60,
    deadline=None,
    print_blob=True,
    # Making a failure small takes minutes; the seed that is printed brings it back.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
