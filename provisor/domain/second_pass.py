"""The second pass of the object executor: everybody who refers, and who is who."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from provisor.domain.reference import Lack, Reference, texts_of
from provisor.domain.referring import Directory, Referrals, refer_all
from provisor.domain.roster import Roster
from provisor.domain.schema import ObjectType
from provisor.domain.world import World


def refer(world: World, roster: Roster) -> Referrals:
    """Work out to whom everybody refers.

    Args:
        world: for the records of the source.
        roster: everybody who is or will be in the target.

    Cost: one look-up for each reference; one pass over the records that references name by
        something else than their key.
    """
    referrals = Referrals()
    directory = _Directory(world, roster)
    for object_type, rules in world.rules.objects.items():
        if object_type in world.populations:
            referrers = roster.referrers.get(object_type, ())
            refer_all(rules, world.rules.target, referrers, directory, referrals)
    return referrals


def directory_of(world: World, roster: Roster) -> Directory:
    """Return who is who, for single questions."""
    return _Directory(world, roster)


class _Directory:
    """Who is who, by dictionaries that are made when they are first needed."""

    def __init__(self, world: World, roster: Roster) -> None:
        self._world = world
        self._roster = roster
        self._known: dict[ObjectType, frozenset[str]] = {}
        self._named: dict[Reference, Mapping[str, Collection[str]]] = {}
        self._owners: dict[ObjectType, Mapping[str, str]] = {}

    def find(self, reference: Reference, value: str) -> str | Lack:
        """Return the identity that a value of the source names, or why it cannot be written."""
        key = value
        if reference.by:
            keys = self._keys_of(reference).get(value.lower(), ())
            if len(keys) > 1:
                return Lack.SEVERAL
            if not keys:
                return Lack.NOBODY
            (key,) = keys
        found = self._roster.located(reference.leads_to, key)
        if found is not None:
            return found
        return Lack.NO_ACCOUNT if key in self._keys(reference.leads_to) else Lack.NOBODY

    def owner(self, object_type: ObjectType, native: str) -> str | None:
        """Return the identity to which an object of the target belongs."""
        if object_type not in self._owners:
            subjects = self._roster.carried.get(object_type, {}).values()
            self._owners[object_type] = {s.native_id: s.identity for s in subjects if s.native_id}
        return self._owners[object_type].get(native)

    def _keys(self, object_type: ObjectType) -> frozenset[str]:
        """Return every key that the source has, whatever became of it."""
        if object_type not in self._known:
            population = self._world.populations.get(object_type)
            records = population.records if population is not None else ()
            repeated = population.repeated if population is not None else {}
            self._known[object_type] = frozenset(one.key for one in records) | repeated.keys()
        return self._known[object_type]

    def _keys_of(self, reference: Reference) -> Mapping[str, Collection[str]]:
        """Return the keys of the records that have each value, in small letters."""
        if reference not in self._named:
            population = self._world.populations.get(reference.leads_to)
            found: dict[str, set[str]] = {}
            for record in population.records if population is not None else ():
                for text in texts_of(record.values.get(reference.by)):
                    found.setdefault(text.lower(), set()).add(record.key)
            self._named[reference] = found
        return self._named[reference]
