"""Somebody who watches an office and writes down, in plain Python, who said and did what.

It knows the rules of approvals and limits from the guide, not from the engine: what the target was
told to do is held against what people said and against plain sliding windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.memory import MemoryConnector
from provisor.domain.action import Action, Operation
from provisor.domain.plan import PlannedAction
from provisor.engine.job import Job
from provisor.ports.connector import Work, Written
from tests.stories.workplace import Office

DAY, MONTH = timedelta(hours=24), timedelta(days=30)
COUNTS = {
    "create": 3,
    "update": 3,
    "identity_key": 1,
    "clear": 1,
    "disable": 2,
    "reenable": 0,
    "delete": 0,
    "membership": 4,
    "urgent": 2,
}
"""Most acts of a class in 24 hours without a vote."""
IN_A_MONTH = {"disable": 4}
IN_A_DEPARTMENT = 1
LOST_BY_A_GROUP = 2
TWO_ABOVE = 1
"""More deletes than this in one plan need two people."""


@dataclass(frozen=True)
class Told:
    """What the application was told to do, and what moved in it then, whatever it answered."""

    action: Action
    moved: bool
    joined: int
    left: int


class WatchedConnector(MemoryConnector):
    """The application, with somebody looking over its shoulder."""

    told: list[Told]

    def _written(self, position: int, work: Work) -> Written:
        """Look at the application before and after each single act."""
        before = self._seen(work.native_id)
        written = super()._written(position, work)
        after = self._seen(work.native_id)
        (_, _, were), (_, _, are) = before, after
        self.told.append(Told(work.action, before != after, len(are - were), len(were - are)))
        return written

    def _seen(self, native_id: str | None) -> tuple[object, int, frozenset[str]]:
        """The object that an act is about, how many there are, and the group's members."""
        world = self.world
        found = world.users.get(native_id or "") or world.groups.get(native_id or "")
        members = frozenset(world.members.get(native_id or "", {}))
        return dict(found or {}), len(world.users) + len(world.groups), members


@dataclass
class WatchedOffice(Office):
    """An office whose application tells what it was told to do."""

    told: list[Told] = field(default_factory=list)

    def job(self, actor: str = "ann", reached=None) -> Job:
        target = WatchedConnector("app", self.target)
        target.told = self.told
        return replace(super().job(actor, reached), target=target)


@dataclass
class Said:
    """One vote that was taken."""

    approver: str
    plan: str
    configuration: str
    actions: frozenset[str]
    until: datetime
    used: set[str] = field(default_factory=set)
    void: bool = False


@dataclass(frozen=True)
class Done:
    """One act that flowed without a vote, and what it counts for."""

    at: datetime
    kind: str
    weight: int
    department: str
    group: str
    lost: int


@dataclass
class Notary:
    """Everything that was said and done."""

    votes: list[Said] = field(default_factory=list)
    rejected: set[tuple[str, str]] = field(default_factory=set)
    """(configuration, action id)."""
    flowed: list[Done] = field(default_factory=list)
    partly: list[Done] = field(default_factory=list)
    """What flowed by votes that left others waiting; counted for a day."""

    def heard(self, said: Said) -> None:
        self.votes.append(said)
        self.rejected -= {(said.configuration, action) for action in said.actions}

    def rejection(self, plan: str, configuration: str, actions: Iterable[str]) -> None:
        self.rejected |= {(configuration, action) for action in actions}
        for vote in self.votes:
            vote.void |= vote.plan == plan

    def valid(self, action: str, configuration: str, now: datetime) -> list[Said]:
        return [
            vote
            for vote in self.votes
            if action in vote.actions
            and action not in vote.used
            and vote.configuration == configuration
            and vote.until > now
            and not vote.void
        ]

    def saw(
        self,
        actions: Sequence[PlannedAction],
        told: Iterable[Told],
        configuration: str,
        now: datetime,
        departments: dict[str, str],
    ) -> None:
        """Hold what the target was told against what people said.

        Args:
            actions: of the plan that was carried out.
            told: what the target was told, and what moved in it.
            configuration: that the plan cites.
            now: when.
            departments: of people, by key.
        """
        planned = {one.action.subject + one.action.operation: one for one in actions}
        deletes = sum(one.action.operation is Operation.DELETE for one in actions)
        assert len(planned) == len(actions)
        before = len(self.flowed)
        sent = [(planned[one.action.subject + one.action.operation], one) for one in told]
        assert len({one.id for one, _ in sent}) == len(sent), "an act was sent twice in one run"
        for one, seen in sent:
            assert (configuration, one.id) not in self.rejected, "a rejected act was sent"
            if not seen.moved:
                # A try that the target refused is no harm: limits count what may have happened.
                continue
            votes = self.valid(one.id, configuration, now)
            needed = 2 if one.action.operation is Operation.DELETE and deletes > TWO_ABOVE else 1
            if len({vote.approver for vote in votes}) >= needed:
                for vote in votes:
                    vote.used.add(one.id)
                continue
            self.flowed.append(counted(one, seen, now, departments))
        free = {one.kind for one in self.flowed[before:]} - {"urgent"}
        said = any(vote.configuration == configuration for vote in self.votes)
        assert said or not free, "something flowed under a configuration that nobody approved"

    def refuse_above(self, now: datetime) -> None:
        """No window of a day or a month holds more than may flow without a vote."""
        for kind in {one.kind for one in self.flowed}:
            day = [one for one in self.flowed if one.kind == kind and one.at > now - DAY]
            assert sum(one.weight for one in day) <= COUNTS.get(kind, 10), f"{kind} in a day"
            month = [one for one in self.flowed if one.kind == kind and one.at > now - MONTH]
            most = IN_A_MONTH.get(kind, 1000)
            assert sum(one.weight for one in month) <= most, f"{kind} in a month"
        recent = [one for one in self.flowed if one.at > now - DAY]
        for name in {one.department for one in recent}:
            own = [one for one in recent if (one.kind, one.department) == ("disable", name)]
            assert len(own) <= IN_A_DEPARTMENT, f"disables of {name}"
        for group in {one.group for one in recent if one.group}:
            lost = sum(one.lost for one in recent if one.group == group)
            assert lost <= LOST_BY_A_GROUP, f"members of {group}"


def counted(one: PlannedAction, seen: Told, now: datetime, departments: dict[str, str]) -> Done:
    """What an act counts for, as the guide has it: of members, those who really moved."""
    action = one.action
    joins = action.operation is Operation.MEMBERSHIP
    return Done(
        now,
        kind_of(one),
        seen.joined + seen.left if joins else 1,
        departments.get(one.draft.key, ""),
        action.subject if joins else "",
        seen.left if joins else 0,
    )


def kind_of(one: PlannedAction) -> str:
    """The class of an act, told from what it does."""
    action = one.action
    if one.draft.urgent:
        return "urgent"
    if action.operation is Operation.ENABLE:
        return "enable" if action.returns is None else "reenable"
    keyed = {change.attribute for change in action.changes} & {
        "externalId",
        'emails[type eq "work"].value',
    }
    if action.operation is Operation.UPDATE and (keyed or action.adopts):
        return "identity_key"
    return action.operation.value
