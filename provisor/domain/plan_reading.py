"""What somebody with five minutes reads of a plan: what is gravest, shared by many, and odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, islice
from typing import Protocol, runtime_checkable

from provisor.domain.action import Change, Operation, Risk
from provisor.domain.plan import PlannedAction
from provisor.domain.record import Presence
from provisor.domain.schema import ObjectType

MOST_READ = 100_000
"""More changed accounts are not summed up by values: reading each takes longer than planning it."""
FEWEST_ALIKE = 3
"""Fewer equal changes are no cluster."""
FEWEST_CHANGES = 20
"""Among fewer changed accounts nothing stands out."""
RARE_PERCENT = 5
"""An attribute that so few of the changed accounts change stands out."""

_RISKS = {
    Risk.DESTRUCTIVE: 0,
    Risk.PRIVILEGED: 1,
    Risk.UNKNOWN: 2,
    Risk.IDENTITY_KEY: 3,
    Risk.ORDINARY: 4,
}
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

    def grades(self) -> Mapping[Grade, int]:
        """Return how many actions there are of each operation and risk."""
        ...

    def of_grades(self, wanted: Collection[Grade]) -> Iterator[PlannedAction]:
        """Yield the actions of some grades in order; others are not made."""
        ...


Writing = tuple[int, bytes, bytes, str, str, bool]
"""Position, digest, canonical bytes, key and bundle; whether it is urgent or waits apart."""


@runtime_checkable
class Written(Protocol):
    """Many actions that tell their bytes without being made one by one."""

    def written(self) -> Iterator[Writing]:
        """Yield what is written of every action, in order."""
        ...

    def naming(self) -> int:
        """Return how many actions name other identities."""
        ...

    def __getitem__(self, place: int) -> PlannedAction:
        """Return one action."""
        ...


def grades_of(actions: Iterable[PlannedAction]) -> Mapping[Grade, int]:
    """Return how many actions there are of each operation and risk."""
    if isinstance(actions, Graded):
        return actions.grades()
    return Counter((one.action.operation, one.action.risk) for one in actions)


def gravity(planned: PlannedAction) -> tuple[int, int]:
    """Return what sorts actions, the gravest first: by operation, then by risk."""
    return _weight((planned.action.operation, planned.action.risk))


def _weight(grade: Grade) -> tuple[int, int]:
    return _PLACES[grade[0]], _RISKS[grade[1]]


def gravest(actions: Sequence[PlannedAction], most: int) -> list[PlannedAction]:
    """Return so many actions, the gravest first, else in plan order.

    Cost: one look at the grade of each action; of many that tell their grades, the first of the
        gravest only.
    """
    if isinstance(actions, Graded):
        grades = sorted(actions.grades(), key=_weight)
        return list(islice(chain.from_iterable(actions.of_grades({g}) for g in grades), most))
    weights = [_weight((one.action.operation, one.action.risk)) for one in actions]
    places = nsmallest(most, range(len(weights)), key=weights.__getitem__)
    return [actions[place] for place in places]


def clusters(actions: Sequence[PlannedAction], most: int = 10) -> tuple[Cluster, ...]:
    """Return the changes that most accounts share, the widest first.

    Example:
        >>> clusters(())
        ()
    """
    counted: Counter[tuple[ObjectType, Operation, str, Presence, Presence, bool]] = Counter()
    for action in (planned.action for planned in changing(actions)):
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


def changing(actions: Sequence[PlannedAction]) -> Sequence[PlannedAction]:
    """Return the acts that change single attributes; none of them where they are too many."""
    grades = {grade: n for grade, n in grades_of(actions).items() if grade[0] in _BY_ATTRIBUTE}
    if sum(grades.values()) > MOST_READ:
        return ()
    if isinstance(actions, Graded):
        return tuple(actions.of_grades(grades)) if grades else ()
    return [one for one in actions if one.action.operation in _BY_ATTRIBUTE]


def _width(cluster: Cluster) -> tuple[int, str, str, str]:
    return -cluster.count, cluster.attribute, repr(cluster.before), repr(cluster.after)


def outliers(actions: Sequence[PlannedAction], most: int = 10) -> tuple[PlannedAction, ...]:
    """Return the changes of an attribute that hardly anybody else changes in this plan."""
    changed = changing(actions)
    if len(changed) < FEWEST_CHANGES:
        return ()
    counted = Counter(map(_name, chain.from_iterable(one.action.changes for one in changed)))
    rare = {name for name, count in counted.items() if count * 100 <= RARE_PERCENT * len(changed)}
    standing_out = (one for one in changed if rare & set(map(_name, one.action.changes)))
    return tuple(sorted(standing_out, key=gravity)[:most])


def _name(change: Change) -> str:
    return change.attribute
