"""Limits and approvals as one machine: whatever happens, in whatever order, nothing gets through.

Several people plan, vote, reject, take back and carry out, while people come, move, leave and come
back, accounts drift, clocks move, configurations change and writing is frozen. A notary that knows
none of the engine's rules watches what the application is told to do.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from provisor.domain.approval import DecisionKind
from provisor.domain.bounds import Limit
from provisor.domain.record import Value
from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.engine.run import Result
from provisor.errors import (
    CommandInvalid,
    DecisionMissing,
    Frozen,
    PlanApplied,
    PlanSuperseded,
    SelfApproval,
)
from provisor.ports.store import EVERYWHERE, Freeze, PlanStatus
from tests.stories.fences import DEPARTMENTS, bound
from tests.stories.notary import (
    COUNTS,
    IN_A_DEPARTMENT,
    IN_A_MONTH,
    LOST_BY_A_GROUP,
    TWO_ABOVE,
    Notary,
    Said,
    WatchedOffice,
)

PEOPLE = tuple(f"E{number:04d}" for number in range(1, 13))
RUNNERS, APPROVERS = ("ann", "carl"), ("bob", "dora", "eve")
CONFIGURATIONS = ("c" * 64, "d" * 64)
FAST = Path("/dev/shm")

who = st.sampled_from(PEOPLE)
some = st.lists(who, min_size=1, max_size=4, unique=True)
runner = st.sampled_from(RUNNERS)
approver = st.sampled_from(APPROVERS)


def memory() -> Path:
    return Path(tempfile.mkdtemp(dir=FAST if FAST.is_dir() else None))


OFTEN = ("people", "moves", "run")
SOMETIMES = ("drift", "time", "leave_the_group", "apply", "approve_one", "approve_and_run")
VOTES = ("approve", "approve_a_part", "reject", "take_back", "vote_for_oneself")
SELDOM = ("plan", "configure", "vanish", "freeze", "come_to_rest", *VOTES)
what = st.sampled_from((*OFTEN * 5, *SOMETIMES * 2, *SELDOM))
STATUSES = ("active", "on hold", "active", "terminated")
CHANGES = ("title", "mail", "department", "no mail")
DRIFTS = ("title", "switch", "gone")
HOURS = (1, 7, 9, 25, 25, 24 * 31)


class LimitsAndApprovals(RuleBasedStateMachine):
    """An office in which everything happens in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = memory()
        self.office = WatchedOffice(self.folder)
        self.notary = Notary()
        self.departments: dict[str, str] = {}
        self.still = False
        """Nothing moved since the last plan."""

    @initialize()
    def open_up(self) -> None:
        office = self.office
        office.changes["guard"] = Guard(rows=1000, percent=100)
        office.changes["urgent_count"] = COUNTS["urgent"]
        office.changes["configuration"] = CONFIGURATIONS[0]
        own = {name: Limit(count) for name, count in COUNTS.items() if name != "urgent"}
        own["disable"] = Limit(
            COUNTS["disable"],
            month=Limit(IN_A_MONTH["disable"]),
            by={"department": Limit(IN_A_DEPARTMENT)},
        )
        own["delete"] = Limit(COUNTS["delete"], two_above=TWO_ABOVE)
        own["members_lost"] = Limit(LOST_BY_A_GROUP)
        bound(office, **own)
        for key in PEOPLE[:8]:
            self._hire(key)
        self._plan("ann")
        self._approve("bob")
        self._apply("ann")
        assert len(office.target.users) == 8

    def teardown(self) -> None:
        self.office.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(what=what, keys=some, to=st.integers(0, 11), runner=runner, approver=approver)
    def something_happens(
        self, what: str, keys: list[str], to: int, runner: str, approver: str
    ) -> None:
        """One rule, so that every example has some of everything."""
        acts: dict[str, Callable[[], None]] = {
            "people": lambda: self.come_go_and_return(keys, STATUSES[to % 4]),
            "moves": lambda: self.move(keys, CHANGES[to % 4]),
            "drift": lambda: self.somebody_else_writes(keys[0], DRIFTS[to % 3]),
            "time": lambda: self.time_passes(HOURS[to % 6]),
            "configure": lambda: self.configure(int(to % 4 == 3)),
            "vanish": lambda: self.vanish(keys[0]),
            "leave_the_group": lambda: self.leave_the_group(keys),
            "plan": lambda: self.plan(runner),
            "run": lambda: self.run_now(runner),
            "apply": lambda: self.apply(runner),
            "freeze": lambda: self.freeze(runner),
            "approve": lambda: self.approve(approver),
            "approve_one": lambda: self.approve_one(approver, keys[0]),
            "approve_a_part": lambda: self.approve_a_part(approver, to),
            "approve_and_run": lambda: self.approve_and_run(approver),
            "reject": lambda: self.reject(approver),
            "take_back": lambda: self.take_back(approver),
            "vote_for_oneself": self.vote_for_oneself,
            "come_to_rest": self.come_to_rest,
        }
        acts[what]()

    # --- the world moves --------------------------------------------------------------------

    def _hire(self, key: str) -> None:
        self.departments[key] = DEPARTMENTS[PEOPLE.index(key) % 3]
        self.office.hire(key, department=self.departments[key])

    def _is_here(self, key: str) -> bool:
        return any(row["employee_id"] == key for row in self.office.source.users.values())

    def come_go_and_return(self, keys: list[str], status: str) -> None:
        self.still = False
        for key in keys:
            if not self._is_here(key):
                self._hire(key)
            self.office.change(key, status=status)

    def move(self, keys: list[str], change: str) -> None:
        self.still = False
        moment = f"{self.office.clock.now():%d%H}{len(self.office.told)}"
        for key in filter(self._is_here, keys):
            if change == "department":
                self.departments[key] = DEPARTMENTS[len(moment + key) % 4]
            values: dict[str, dict[str, Value]] = {
                "title": {"title": f"T{moment}"},
                "mail": {"mail": f"{key.lower()}.{moment}@example.org"},
                "department": {"department": self.departments[key]},
                "no mail": {"mail": None},
            }
            self.office.change(key, **values[change])

    def vanish(self, key: str) -> None:
        if self._is_here(key):
            self.still = False
            self.office.vanish(key)

    def leave_the_group(self, keys: list[str]) -> None:
        self.still = False
        for key in keys:
            with suppress(KeyError):
                self.office.part_from("G0", key)

    def somebody_else_writes(self, key: str, drift: str) -> None:
        users = self.office.target.users
        native = next((n for n, row in users.items() if row.get("externalId") == key), None)
        if native is None:
            return
        self.still = False
        if drift == "gone":
            self.office.target.remove(ObjectType.USERS, native)
        elif drift == "switch":
            users[native]["active"] = not users[native]["active"]
        else:
            users[native]["title"] = "Intruder"

    def time_passes(self, hours: int) -> None:
        self.still = False
        self.office.pass_hours(hours)

    def configure(self, to: int) -> None:
        self.still &= self.office.changes["configuration"] == CONFIGURATIONS[to]
        self.office.changes["configuration"] = CONFIGURATIONS[to]

    def freeze(self, actor: str) -> None:
        """While writing is frozen nothing is sent, whoever asks."""
        controls, now = self.office.store.controls, self.office.clock.now()
        controls.freeze(Freeze(EVERYWHERE, "ops", "drill", now), [])
        before = len(self.office.told)
        for command in (self.office.run, lambda who: self.office.apply("latest", who)):
            with pytest.raises(Frozen):
                command(actor)
        assert len(self.office.told) == before
        controls.unfreeze(EVERYWHERE, [])

    # --- people act -------------------------------------------------------------------------

    @property
    def newest(self):
        return self.office.store.plans.newest("hr-to-app")

    def _plan(self, actor: str) -> Result:
        before = len(self.office.told)
        result = self.office.plan(actor)
        assert len(self.office.told) == before, "planning wrote"
        self.still = True
        return result

    def plan(self, actor: str) -> None:
        """The same need keeps its plan, whoever asks, and what waits goes on waiting."""
        unmoved, before = self.still, self.newest
        now = self._plan(actor).stored
        if unmoved:
            assert now.plan.digest == before.plan.digest
            if before.status is PlanStatus.WAITING:
                assert (now.status, now.initiator) == (PlanStatus.WAITING, before.initiator)

    def run_now(self, actor: str) -> None:
        with self._watching():
            self.office.run(actor)

    def apply(self, actor: str) -> None:
        self._apply(actor)

    def _apply(self, actor: str) -> None:
        with self._watching():
            self.office.apply("latest", actor)

    def _watching(self):
        return _Watch(self)

    def _approve(self, actor: str, **ballot: tuple[str, ...]) -> None:
        stored, now = self.newest, self.office.clock.now()
        before = {one.id for one in self._decisions()}
        self.office.approve(stored.plan.digest, actor, **ballot)
        (made,) = [one for one in self._decisions() if one.id not in before]
        assert made.expires_at > now
        self.notary.heard(Said(actor, made.plan, made.configuration, made.actions, made.expires_at))

    def _decisions(self):
        configuration = self.newest.plan.header.configuration
        return self.office.store.decisions.of_job("hr-to-app", configuration)

    def approve(self, actor: str) -> None:
        with suppress(PlanSuperseded, PlanApplied, CommandInvalid):
            self._approve(actor)

    def approve_one(self, actor: str, key: str) -> None:
        with suppress(PlanSuperseded, PlanApplied, CommandInvalid):
            self._approve(actor, only=(key,))

    def approve_a_part(self, actor: str, place: int) -> None:
        parts = self.newest.parts
        with suppress(PlanSuperseded, PlanApplied, CommandInvalid):
            self._approve(actor, parts=(parts[place % len(parts)].part,) if parts else ("none",))

    def reject(self, actor: str) -> None:
        stored = self.newest
        with suppress(PlanSuperseded, PlanApplied, CommandInvalid):
            self.office.decide(stored.plan.digest, DecisionKind.REJECT, actor)
            header = stored.plan.header
            # Leavers' disables wait for nobody, and nobody's no holds them back.
            ids = [one.id for one in stored.plan.actions if not one.draft.urgent]
            self.notary.rejection(stored.plan.digest, header.configuration, ids)
            self.still = False

    def take_back(self, actor: str) -> None:
        stored = self.newest
        with suppress(PlanSuperseded, PlanApplied, CommandInvalid):
            self.office.decide(stored.plan.digest, DecisionKind.WITHDRAW, actor)
            for vote in self.notary.votes:
                vote.void |= (vote.plan, vote.approver) == (stored.plan.digest, actor)
            self.still = False

    def vote_for_oneself(self) -> None:
        """Who asked for a plan, and whom it is about, approves nothing of it."""
        stored = self.newest
        if stored.status not in (PlanStatus.WAITING, PlanStatus.ALLOWED):
            return
        subjects = [one.draft.key for one in stored.plan.actions if one.draft.key in PEOPLE]
        for name in [stored.initiator, *subjects[:1]]:
            votes = len(self._decisions())
            with pytest.raises((SelfApproval, PlanSuperseded, CommandInvalid)):
                self.office.approve(stored.plan.digest, name.upper())
            assert len(self._decisions()) == votes

    def approve_and_run(self, actor: str) -> None:
        self._plan("ann")
        self.approve(actor)
        self.run_now("carl")

    def come_to_rest(self) -> None:
        """When people say yes to everything, a few cycles suffice, and one more writes nothing."""
        for _ in range(6):
            if not self._plan("ann").stored.plan.actions:
                break
            for actor in APPROVERS[:2]:
                self.approve(actor)
            self.run_now("carl")
        before = len(self.office.told)
        self.run_now("ann")
        assert len(self.office.told) == before, "something was written after convergence"

    @invariant()
    def nothing_flowed_above_a_limit(self) -> None:
        self.notary.refuse_above(self.office.clock.now())


class _Watch:
    """While something is carried out: what was told goes to the notary."""

    def __init__(self, machine: LimitsAndApprovals) -> None:
        self.machine = machine
        self.before = len(machine.office.told)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, error, trace) -> bool:
        machine = self.machine
        told = machine.office.told[self.before :]
        machine.still = machine.still and not told and kind is None
        refusals = (DecisionMissing, PlanApplied, PlanSuperseded, Frozen)
        if error is not None:
            assert not told, "a refused command wrote"
            return isinstance(error, refusals)
        plan = machine.newest.plan
        machine.notary.saw(
            plan.actions,
            told,
            plan.header.configuration,
            machine.office.clock.now(),
            machine.departments,
        )
        machine.still = False
        return False


TestLimitsAndApprovals = LimitsAndApprovals.TestCase
TestLimitsAndApprovals.settings = settings(
    max_examples=8,
    stateful_step_count=60,
    deadline=None,
    print_blob=True,
    # Making a failure small takes minutes; the seed that is printed brings it back.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
