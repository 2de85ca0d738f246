"""Somebody who watches an office and writes down, in plain Python, who said and did what.

It knows the rules of approvals and limits from the guide, not from the engine: what the target was
told to do is held against what people said and against plain sliding windows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connectors.memory import MemoryConnector
from provisor.domain.action import Action, Operation
from provisor.domain.plan import PlannedAction
from provisor.engine.job import Job
from provisor.ports.connector import Pace, Work, Written
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


class WatchedConnector(MemoryConnector):
    """The application, with somebody looking over its shoulder."""

    told: list[Action]

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        for written, item in zip(super().apply(work, pace), work, strict=True):
            self.told.append(item.action)
            yield written


@dataclass
class WatchedOffice(Office):
    """An office whose application tells what it was told to do."""

    told: list[Action] = field(default_factory=list)

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
        told: Iterable[Action],
        configuration: str,
        now: datetime,
        departments: dict[str, str],
    ) -> None:
        """Hold what the target was told against what people said.

        Args:
            actions: of the plan that was carried out.
            told: what the target was told.
            configuration: that the plan cites.
            now: when.
            departments: of people, by key.
        """
        planned = {one.action.subject + one.action.operation: one for one in actions}
        deletes = sum(one.action.operation is Operation.DELETE for one in actions)
        assert len(planned) == len(actions)
        done = [planned[action.subject + action.operation] for action in told]
        assert len({one.id for one in done}) == len(done), "an act was sent twice in one run"
        for one in done:
            assert (configuration, one.id) not in self.rejected, "a rejected act was sent"
            votes = self.valid(one.id, configuration, now)
            needed = 2 if one.action.operation is Operation.DELETE and deletes > TWO_ABOVE else 1
            if len({vote.approver for vote in votes}) >= needed:
                for vote in votes:
                    vote.used.add(one.id)
                continue
            self.flowed.append(counted(one, now, departments))
        free = {one.kind for one in self.flowed if one.at == now} - {"urgent"}
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


def counted(one: PlannedAction, now: datetime, departments: dict[str, str]) -> Done:
    """What an act counts for, as the guide has it."""
    action = one.action
    joins = action.operation is Operation.MEMBERSHIP
    lost = len(action.removes)
    return Done(
        now,
        kind_of(one),
        len(action.adds) + lost if joins else 1,
        departments.get(one.draft.key, ""),
        action.subject if joins else "",
        lost if joins else 0,
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
