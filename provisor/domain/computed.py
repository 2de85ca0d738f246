"""Groups by rule: who is in them, worked out before the groups that were read are looked at.

A computed group becomes a record like those that the source has, so that everything else of the
walk is the same for both: matching, naming, members, and what follows when a group is gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product
from typing import Final

from provisor.domain.group_rules import ComputedGroup, is_computed
from provisor.domain.lifecycle import judge_all
from provisor.domain.link import Absence, Link
from provisor.domain.neighbourhood import surroundings_of
from provisor.domain.override import Override
from provisor.domain.record import Record, Values, as_text, each_of, is_blank
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.domain.scope import judge
from provisor.domain.world import Population, World

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS


@dataclass(frozen=True, slots=True)
class Computed:
    """The groups that rules give for one world."""

    records: tuple[Record, ...] = ()
    """One per group, by key; no key twice."""
    repeated: Mapping[str, int] = field(default_factory=dict)
    """Keys that several rules, or several values, give."""
    unsure: frozenset[tuple[str, str]] = frozenset()
    """(group key, person key) of which it cannot be said whether the person is in."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Group key to the rule in words."""


NO_COMPUTED: Final = Computed()


def with_computed(world: World) -> tuple[World, Computed]:
    """Return the world with computed groups and their members as if they had been read.

    Cost: nothing without computed groups; else one evaluation of scope, and of each rule, for each
        record of a person.
    """
    rules = world.rules
    population = world.populations.get(GROUPS, Population(()))
    given = any(is_computed(link.key) for link in population.links)
    if GROUPS not in rules.objects or not (rules.groups.computed or given):
        return world, NO_COMPUTED
    pairs: list[tuple[str, str]] = []
    unsure: set[tuple[str, str]] = set()
    found = Gathering(rules)
    people = tuple(_here(world))
    around = surroundings_of(world, USERS)
    for rule in rules.groups.computed:
        if not rule.attributes:
            found.enter(rule, {})
        for person in people:
            holds = True if rule.where is None else judge(rule.where, person, around).holds
            for held in _values_of(rule, person.values):
                key = found.enter(rule, held) if holds else found.key(rule, held)
                if holds:
                    pairs.append((key, person.key))
                elif holds is None:
                    unsure.add((key, person.key))
    computed = replace(found.computed(), unsure=frozenset(unsure))
    absences = {**population.absences, **absences_of(population.links, computed, world)}
    populations = {
        **world.populations,
        GROUPS: replace(
            population,
            records=(*population.records, *computed.records),
            repeated={**population.repeated, **computed.repeated},
            absences=absences,
        ),
    }
    members = (*world.source_members, *pairs)
    return replace(world, populations=populations, source_members=members), computed


def _here(world: World) -> Iterable[Record]:
    """Return the records of everybody who is here and in scope, by key."""
    population, rules = world.populations.get(USERS), world.rules.objects.get(USERS)
    if population is None or rules is None:
        return ()

    def overrides(key: str) -> tuple[Override, ...]:
        return world.overrides.get((USERS, key), ())

    judged = judge_all(rules, population.records, overrides, surroundings_of(world, USERS))
    gone = judged.departures.keys() | judged.undecided.keys()
    here = (record for record in population.records if record.key not in gone)
    return sorted(here, key=lambda record: record.key)


def _values_of(rule: ComputedGroup, values: Values) -> Iterable[dict[str, str]]:
    """Yield the values that put a person into groups of a rule; of a list each."""
    names = rule.attributes
    held = [
        dict.fromkeys(as_text(item) for item in each_of(values.get(name)) if not is_blank(item))
        for name in names
    ]
    for chosen in product(*held):
        yield dict(zip(names, chosen, strict=True))


class Gathering:
    """Groups as rules and values give them."""

    def __init__(self, rules: JobRules) -> None:
        self._key = rules.objects[GROUPS].key
        self._records: dict[tuple[int, tuple[tuple[str, str], ...]], Record] = {}
        self._places = {id(rule): place for place, rule in enumerate(rules.groups.computed)}
        self._reasons: dict[str, str] = {}

    def key(self, rule: ComputedGroup, held: Mapping[str, str]) -> str:
        """Return the key of a rule's group for some values."""
        return as_text(rule.record(held, self._key)[self._key])

    def enter(self, rule: ComputedGroup, held: Mapping[str, str]) -> str:
        """Write down a group that has somebody in it, or stands by itself; return its key."""
        place = (self._places[id(rule)], tuple(held.items()))
        if place not in self._records:
            record = rule.record(held, self._key)
            self._records[place] = Record(record[self._key], record)
            self._reasons[record[self._key]] = rule.rule
        return self._records[place].key

    def computed(self) -> Computed:
        """Return the groups, by key."""
        numbers = Counter(record.key for record in self._records.values())
        single = [record for record in self._records.values() if numbers[record.key] == 1]
        return Computed(
            tuple(sorted(single, key=lambda record: record.key)),
            {key: number for key, number in sorted(numbers.items()) if number > 1},
            reasons=self._reasons,
        )


def absences_of(links: Iterable[Link], computed: Computed, world: World) -> dict[str, Absence]:
    """Return the absence of each linked computed group that no rule gives any more.

    Nothing was forgotten to be read there: the rule is gone, or nobody fulfils it.
    """
    given = {record.key for record in computed.records} | computed.repeated.keys()
    since = world.now - timedelta(hours=world.rules.absence_hours)
    return {
        link.key: Absence(link.identity, GROUPS, link.key, since, 2)
        for link in links
        if is_computed(link.key) and link.key not in given
    }
