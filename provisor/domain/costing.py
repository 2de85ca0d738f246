"""What carrying out a plan takes: calls and seconds, foretold by counting and by former runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from provisor.domain.action import Action, Operation, Risk
from provisor.domain.plan import Draft
from provisor.domain.schema import ObjectType

Kind = tuple[ObjectType, Operation]


class Basis(StrEnum):
    """What foretold seconds rest on."""

    OPERATION = "operation"
    """Former runs did the same on this target."""
    TARGET = "target"
    """Former runs did other things on this target."""
    NOTHING = "nothing"
    """Nothing was measured yet; the seconds are unknown."""
    MEASURED = "measured"
    """They are what it took."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """What the acts of one operation on one object type take."""

    object_type: ObjectType
    operation: Operation
    actions: int
    calls: int
    """Calls that write, and those that a connector makes to look before it writes."""
    looks: int = 0
    """Point look-ups afterwards, to read back."""
    seconds: float | None = None
    """None while nobody knows."""
    basis: Basis = Basis.NOTHING

    @property
    def kind(self) -> Kind:
        """The operation and what it is done to."""
        return self.object_type, self.operation


Cost = tuple[CostLine, ...]
"""One line per kind, in the order of carrying out."""


def calls_in(cost: Iterable[CostLine]) -> int:
    """Return all calls, looks included."""
    return sum(line.calls + line.looks for line in cost)


def seconds_in(cost: Iterable[CostLine]) -> float | None:
    """Return all seconds; None as soon as one line is unknown.

    Example:
        >>> seconds_in(())
        0.0
    """
    total = 0.0
    for line in cost:
        if line.seconds is None:
            return None
        total += line.seconds
    return total


@dataclass(frozen=True, slots=True)
class Manner:
    """How a target takes acts."""

    acts_per_call: int = 1
    """Acts of one kind that one call carries; members count as acts."""
    members_per_call: int = 1000
    looks_before_create: int = 0
    batch: int = 500
    """Acts that are handed over together."""
    reads_back: bool = False
    """Whether there is a point look-up at all."""
    answers: bool = False
    """Whether answers carry the object, so that only deletes are looked at again."""
    sample: int | None = 20
    """Acts without such an answer that are looked at per run; None for all, answered or not."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What calls of one kind took so far."""

    calls: int
    seconds: float

    def of(self, calls: int) -> float:
        """Return the seconds for so many calls."""
        return self.seconds * calls / self.calls


Rates = Mapping[Kind, Rate]
"""By kind, only where at least one call was measured."""


def rates_of(costs: Iterable[CostLine]) -> dict[Kind, Rate]:
    """Add up what former runs took."""
    calls: dict[Kind, int] = {}
    seconds: dict[Kind, float] = {}
    for line in costs:
        if line.seconds is not None:
            calls[line.kind] = calls.get(line.kind, 0) + line.calls + line.looks
            seconds[line.kind] = seconds.get(line.kind, 0.0) + line.seconds
    return {kind: Rate(count, seconds[kind]) for kind, count in calls.items() if count}


def foretell(drafts: Iterable[Draft], manner: Manner, rates: Rates) -> Cost:
    """Return what carrying out takes, if nothing fails.

    Args:
        drafts: the acts, in plan order.
        manner: how the target takes them.
        rates: what former runs on this target took.

    Cost: one look at each act.
    """
    sample = manner.sample
    lines: dict[Kind, CostLine] = {}
    for kind, acts in _by_kind(drafts).items():
        calls = _calls(kind[1], acts, manner)
        always = sum(is_always_read_back(act) for act in acts)
        drawn = _sampled(kind[1], acts, manner, sample)
        looks = always + drawn if manner.reads_back else 0
        sample = None if sample is None else sample - drawn
        seconds, basis = _seconds(kind, calls + looks, rates)
        lines[kind] = CostLine(*kind, len(acts), calls, looks, seconds, basis)
    return tuple(lines.values())


def _by_kind(drafts: Iterable[Draft]) -> dict[Kind, list[Action]]:
    acts: dict[Kind, list[Action]] = {}
    for draft in drafts:
        action = draft.action
        acts.setdefault((action.object_type, action.operation), []).append(action)
    return acts


def _calls(operation: Operation, acts: Sequence[Action], manner: Manner) -> int:
    if manner.acts_per_call > 1:
        starts = range(0, len(acts), manner.batch)
        return sum(_packed(acts[start : start + manner.batch], manner) for start in starts)
    if operation is Operation.MEMBERSHIP:
        return sum(-(-_size(act) // manner.members_per_call) for act in acts)
    each = 1 + (manner.looks_before_create if operation is Operation.CREATE else 0)
    return each * len(acts)


def _packed(acts: Iterable[Action], manner: Manner) -> int:
    """Count the calls when neighbours share them until one is full."""
    calls = filled = 0
    for act in acts:
        size = _size(act)
        if not calls or filled + size > manner.acts_per_call:
            calls, filled = calls + 1, 0
        filled += size
    return calls


def _size(act: Action) -> int:
    members = len(act.adds) + len(act.removes) + len(act.outsiders)
    return members if act.operation is Operation.MEMBERSHIP else 1


def is_always_read_back(action: Action) -> bool:
    """Say whether an act is looked at again whatever the job says: deletes and privileged ones."""
    if action.operation is Operation.MEMBERSHIP:
        return False
    return action.operation is Operation.DELETE or action.risk is Risk.PRIVILEGED


def _sampled(
    operation: Operation, acts: Sequence[Action], manner: Manner, sample: int | None
) -> int:
    """Count the acts that are looked at again besides those that always are."""
    if operation is Operation.MEMBERSHIP:
        return 0
    changing = sum(bool(act.changes) and not is_always_read_back(act) for act in acts)
    if sample is None:
        return changing
    return 0 if manner.answers else min(sample, changing)


def _seconds(kind: Kind, calls: int, rates: Rates) -> tuple[float | None, Basis]:
    own = rates.get(kind)
    if own is not None:
        return own.of(calls), Basis.OPERATION
    if not rates:
        return None, Basis.NOTHING
    every = Rate(sum(r.calls for r in rates.values()), sum(r.seconds for r in rates.values()))
    return every.of(calls), Basis.TARGET
