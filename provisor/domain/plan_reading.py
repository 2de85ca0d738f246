"""What somebody with five minutes reads of a plan: what is gravest, shared by many, and odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from typing import Protocol, runtime_checkable

from provisor.domain.action import Change, Operation, Risk
from provisor.domain.plan import PlannedAction
from provisor.domain.record import Presence
from provisor.domain.schema import ObjectType

MOST_READ = 100_000
"""Larger plans are not summed up by values: reading each action would take longer than the plan."""
FEWEST_ALIKE = 3
"""Fewer equal changes are no cluster."""
FEWEST_CHANGES = 20
"""Among fewer changed accounts nothing stands out."""
RARE_PERCENT = 5
"""An attribute that so few of the changed accounts change stands out."""

_RISKS = {Risk.DESTRUCTIVE: 0, Risk.PRIVILEGED: 1, Risk.IDENTITY_KEY: 2, Risk.ORDINARY: 3}
_OPERATIONS = (
    Operation.DELETE,
    Operation.DISABLE,
    Operation.REVOKE,
    Operation.CLEAR,
    Operation.RENAME,
    Operation.GRANT,
    Operation.MEMBERSHIP,
    Operation.ENABLE,
    Operation.UPDATE,
    Operation.CREATE,
)
_PLACES = {operation: place for place, operation in enumerate(_OPERATIONS)}
_BY_ATTRIBUTE = frozenset({Operation.UPDATE, Operation.CLEAR, Operation.RENAME})


@dataclass(frozen=True, slots=True)
class Cluster:
    """One change that many accounts share."""

    object_type: ObjectType
    operation: Operation
    attribute: str
    before: Presence
    after: Presence
    refers: bool
    """Whether the values are other objects, by identity id."""
    count: int


Grade = tuple[Operation, Risk]


@runtime_checkable
class Graded(Protocol):
    """Many actions that tell what they are without being made one by one."""

    def grades(self) -> Iterator[Grade]:
        """Yield operation and risk of every action, in order."""
        ...


def grades_of(actions: Iterable[PlannedAction]) -> Iterator[Grade]:
    """Yield operation and risk of every action, in order."""
    if isinstance(actions, Graded):
        return actions.grades()
    return ((one.action.operation, one.action.risk) for one in actions)


def gravity(planned: PlannedAction) -> tuple[int, int]:
    """Return what sorts actions, the gravest first: by operation, then by risk."""
    return _weight((planned.action.operation, planned.action.risk))


def _weight(grade: Grade) -> tuple[int, int]:
    return _PLACES[grade[0]], _RISKS[grade[1]]


def gravest(actions: Sequence[PlannedAction], most: int) -> list[PlannedAction]:
    """Return so many actions, the gravest first, else in plan order.

    Cost: one look at the grade of each action; only the returned ones are made.
    """
    weights = [_weight(grade) for grade in grades_of(actions)]
    places = nsmallest(most, range(len(weights)), key=weights.__getitem__)
    return [actions[place] for place in places]


def clusters(actions: Sequence[PlannedAction], most: int = 10) -> tuple[Cluster, ...]:
    """Return the changes that most accounts share, the widest first.

    Example:
        >>> clusters(())
        ()
    """
    if len(actions) > MOST_READ:
        return ()
    counted: Counter[tuple[ObjectType, Operation, str, Presence, Presence, bool]] = Counter()
    for action in (planned.action for planned in actions):
        if action.operation in _BY_ATTRIBUTE:
            for change in action.shown():
                counted[
                    action.object_type,
                    action.operation,
                    change.attribute,
                    change.before,
                    change.after,
                    change.attribute in action.references,
                ] += 1
    wide = [Cluster(*what, count) for what, count in counted.items() if count >= FEWEST_ALIKE]
    return tuple(sorted(wide, key=_width)[:most])


def _width(cluster: Cluster) -> tuple[int, str, str, str]:
    return -cluster.count, cluster.attribute, repr(cluster.before), repr(cluster.after)


def outliers(actions: Sequence[PlannedAction], most: int = 10) -> tuple[PlannedAction, ...]:
    """Return the changes of an attribute that hardly anybody else changes in this plan."""
    if len(actions) > MOST_READ:
        return ()
    changing = [one for one in actions if one.action.operation in _BY_ATTRIBUTE]
    if len(changing) < FEWEST_CHANGES:
        return ()
    counted = Counter(map(_name, chain.from_iterable(one.action.changes for one in changing)))
    rare = {name for name, count in counted.items() if count * 100 <= RARE_PERCENT * len(changing)}
    standing_out = (one for one in changing if rare & set(map(_name, one.action.changes)))
    return tuple(sorted(standing_out, key=gravity)[:most])


def _name(change: Change) -> str:
    return change.attribute
