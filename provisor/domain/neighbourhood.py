"""The surroundings of the records of one plan: who refers to whom, who is in which group.

Nothing is gathered that no condition asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from provisor.domain.clause import Circle
from provisor.domain.elsewhere import NOTHING_ELSE
from provisor.domain.lifecycle import absence_is_proven
from provisor.domain.membership import Pair
from provisor.domain.record import Record, as_text, each_of
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.surroundings import NOTHING_READ, Roll, Shelf, Surroundings
from provisor.domain.world import Population, World


def surroundings_of(world: World, object_type: ObjectType) -> Surroundings:
    """Gather what the conditions of one object type look at besides the record.

    Cost: one pass over the records that are referred to, and over the memberships; nothing where
        no condition asks for them.
    """
    return Surroundings(
        Moment(world.now, world.rules.zone),
        {wanted: _shelf(world, wanted) for wanted in world.rules.referred_to(object_type)},
        _rolls(world, object_type),
    )


def _shelf(world: World, object_type: ObjectType) -> Shelf:
    population = world.populations.get(object_type)
    if population is None:
        return NOTHING_READ
    others = world.elsewhere.get(object_type, NOTHING_ELSE)
    records = {record.key: record.values for record in population.records}
    doubtful = _unproven(world, population, records) | frozenset(population.repeated)
    return Shelf({**others.records, **records}, doubtful | others.doubtful, world.absence_counts)


def _unproven(world: World, population: Population, read: Collection[str]) -> frozenset[str]:
    """Return the linked keys that are missing from the read, and not known to be gone."""
    return frozenset(
        link.key
        for link in population.links
        if link.key not in read
        and not absence_is_proven(
            population.absences.get(link.key), world.now, world.rules.absence_hours
        )
    )


# --- groups --------------------------------------------------------------------------------


def _rolls(world: World, object_type: ObjectType) -> dict[Circle, Roll]:
    circles = world.rules.circles(object_type)
    if not circles:
        return {}
    people = _keys(world.populations.get(ObjectType.USERS))
    groups = world.populations.get(ObjectType.GROUPS, Population(()))
    others = world.elsewhere.get(ObjectType.GROUPS, NOTHING_ELSE).records
    known_groups = [*groups.records, *(Record(key, values) for key, values in others.items())]
    rows = _Rows(world.source_members, people)
    rolls = {}
    for circle in circles:
        called = {record.key for record in known_groups if is_called(record, circle)}
        if not circle.by and rows.has(circle.group):
            called.add(circle.group)
        members = rows.members(called, circle)
        if object_type is ObjectType.GROUPS:
            members -= people
        known = is_known(circle, called, groups.repeated)
        rolls[circle] = Roll(members, complete=known and world.absence_counts)
    return rolls


def is_called(group: Record, circle: Circle) -> bool:
    """Say whether a condition means this group of the source."""
    if not circle.by:
        return group.key == circle.group
    return circle.group in map(as_text, each_of(group.values.get(circle.by)))


def is_known(circle: Circle, called: Collection[str], repeated: Collection[str]) -> bool:
    """Say whether it is certain which groups are meant.

    A group that nobody has heard of proves nothing about anybody, and neither does a name while
    rows of groups are set aside.
    """
    return bool(called) and not (circle.by and repeated)


def _keys(population: Population | None) -> frozenset[str]:
    if population is None:
        return frozenset()
    return frozenset(record.key for record in population.records) | frozenset(population.repeated)


class _Rows:
    """The memberships of the source, by group."""

    def __init__(self, rows: Iterable[Pair], people: Collection[str]) -> None:
        self._inside: dict[str, list[str]] = {}
        for group, member in rows:
            self._inside.setdefault(group, []).append(member)
        self._people = people

    def has(self, group: str) -> bool:
        """Say whether anybody is in a group."""
        return group in self._inside

    def members(self, groups: Iterable[str], circle: Circle) -> frozenset[str]:
        """Return everybody in these groups; a key that people and groups share is a person's."""
        found: set[str] = set()
        waiting = list(groups)
        entered = set(waiting)
        while waiting:
            inside = self._inside.get(waiting.pop(), ())
            found.update(inside)
            if circle.transitive:
                nested = {m for m in inside if m not in entered and m not in self._people}
                entered |= nested
                waiting += nested
        return frozenset(found)
