"""The object executor's assembly: plain records, nothing heavy imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from provisor.domain.completeness import Measure
from provisor.domain.group_rules import is_computed
from provisor.domain.link import Link, LinkState
from provisor.domain.marking import gives_power
from provisor.domain.membership import Pair
from provisor.domain.neighbourhood import surroundings_of
from provisor.domain.plan import Proposal
from provisor.domain.proposing import Planned, plan_world
from provisor.domain.record import Record, Value, as_text, is_blank
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition
from provisor.domain.surroundings import Surroundings
from provisor.domain.world import Assign, Population, World
from provisor.engine.assembly import Circumstance, MissingLinks, Side
from provisor.engine.collect import Gathered, Rowwise, as_pairs, as_records
from provisor.ports.links import WholeLinks

_EMPTY = Rowwise((), {}, 0, Measure("", ObjectType.USERS, 0))


class ObjectAssembly:
    """One cycle's reads as plain records."""

    def __init__(self, links: WholeLinks, target: str) -> None:
        self._store = links
        self._target = target
        self._reads: dict[tuple[Side, ObjectType], Rowwise] = {}
        self._pairs: dict[Side, tuple[Pair, ...]] = {}
        self._links: dict[ObjectType, tuple[Link, ...]] = {}
        self.planned: Planned | None = None
        """What was proposed last, with what was said of everybody."""

    def add(self, side: Side, gathered: Gathered, needed: Collection[str]) -> Measure:
        """Take one read in and count it."""
        if gathered.object_type is ObjectType.MEMBERSHIPS:
            self._pairs[side], measure = as_pairs(gathered)
            return measure
        read = as_records(gathered, needed)
        self._reads[side, gathered.object_type] = read
        return read.measure

    def read(self, side: Side, object_type: ObjectType) -> Rowwise:
        """Return one read of objects, row by row."""
        return self._reads.get((side, object_type), _EMPTY)

    def links(self, object_type: ObjectType) -> tuple[Link, ...]:
        """Return the links of the target, read once per cycle."""
        if object_type not in self._links:
            self._links[object_type] = self._store.of_target(self._target, object_type)
        return self._links[object_type]

    def missing_links(self, side: Side, object_type: ObjectType) -> MissingLinks:
        """Return the links whose source key, or target account, was not read."""
        present = self._present(side, object_type)
        links = self.links(object_type)
        # A computed group is in no read; whether a rule still gives it is asked in planning.
        links = tuple(o for o in links if side is Side.TARGET or not is_computed(o.key))
        missing = tuple(
            link
            for link in links
            if (link.key if side is Side.SOURCE else link.native_id) not in present
        )
        return MissingLinks(sum(link.state is LinkState.ACTIVE for link in links), missing)

    def _present(self, side: Side, object_type: ObjectType) -> frozenset[str]:
        read = self._reads.get((side, object_type), _EMPTY)
        return frozenset(record.key for record in read.records) | frozenset(read.repeated)

    def lacks(self, side: Side, object_type: ObjectType, keys: Collection[str]) -> tuple[str, ...]:
        """Return those of the keys that were not read, sorted."""
        return tuple(sorted(set(keys) - self._present(side, object_type))) if keys else ()

    def accounts(self, object_type: ObjectType, natives: Collection[str]) -> Mapping[str, Record]:
        """Return accounts of the target by native id; unknown ids are left out."""
        return self.records(Side.TARGET, object_type, natives)

    def records(
        self, side: Side, object_type: ObjectType, keys: Collection[str]
    ) -> Mapping[str, Record]:
        """Return the records of one side by key; unknown keys are left out."""
        wanted = set(keys)
        read = self._reads.get((side, object_type), _EMPTY)
        return {record.key: record for record in read.records if record.key in wanted}

    def holders(
        self, object_type: ObjectType, attribute: str, values: Collection[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """Return, per value of an attribute (small letters), the native ids that hold it."""
        wanted = {value.lower() for value in values}
        found: dict[str, tuple[str, ...]] = {}
        for record in self._reads.get((Side.TARGET, object_type), _EMPTY).records:
            value = as_text(record.values.get(attribute)).lower()
            if value in wanted:
                found[value] = (*found.get(value, ()), record.key)
        return found

    def shown(self, object_type: ObjectType, attribute: str) -> Mapping[str, Value]:
        """Return what accounts hold in one attribute, by native id; blanks are left out."""
        read = self._reads.get((Side.TARGET, object_type), _EMPTY)
        found = {record.key: record.values.get(attribute) for record in read.records}
        return {native: value for native, value in found.items() if not is_blank(value)}

    def linked_by(
        self, object_type: ObjectType, attribute: str, mirrored: str
    ) -> Mapping[str, int]:
        """Return how many links have each value of a source attribute."""
        links = self.links(object_type)
        records = self.records(Side.SOURCE, object_type, {link.key for link in links})
        accounts = self.accounts(object_type, {link.native_id for link in links})
        nobody = Record("", {})
        return Counter(
            as_text(records[link.key].values.get(attribute))
            if link.key in records
            else as_text(accounts.get(link.native_id, nobody).values.get(mirrored))
            for link in links
        )

    def linked_as(self, object_type: ObjectType, condition: Condition, moment: Moment) -> int:
        """Return how many linked accounts fulfil a condition, or may."""
        natives = {link.native_id for link in self.links(object_type)}
        accounts = self.accounts(object_type, natives).values()
        return sum(gives_power(one.values, condition, moment) for one in accounts)

    def pairs(self, side: Side) -> tuple[Pair, ...]:
        """Return the memberships of one side."""
        return self._pairs.get(side, ())

    def repeated(self, object_type: ObjectType) -> tuple[Mapping[str, int], int]:
        """Return the source's keys that stand in several rows, and how many rows have none."""
        read = self._reads.get((Side.SOURCE, object_type), _EMPTY)
        return read.repeated, read.unkeyed

    def members_of(self, group: str) -> frozenset[str]:
        """Return the native ids of a target group's members."""
        pairs = self._pairs.get(Side.TARGET, ())
        return frozenset(member for one, member in pairs if one == group)

    def members_by_group(self, groups: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return the native ids of the members of some target groups, by group."""
        found: dict[str, set[str]] = {group: set() for group in groups}
        for group, member in self._pairs.get(Side.TARGET, ()):
            if group in found:
                found[group].add(member)
        return {group: frozenset(members) for group, members in found.items()}

    def forget_links(self) -> None:
        """Read the links from the store again when they are next needed."""
        self._links.clear()

    def surroundings(
        self, circumstance: Circumstance, object_type: ObjectType, record: Record
    ) -> Surroundings:
        """Return what conditions look at besides this record."""
        return surroundings_of(self.world(circumstance), object_type)

    def propose(self, circumstance: Circumstance, assign: Assign) -> Proposal:
        """Work out the proposal, record by record."""
        self.planned = plan_world(self.world(circumstance), assign)
        return self.planned.proposal

    def world(self, circumstance: Circumstance) -> World:
        """Return everything that is known as one frozen value."""
        populations = {
            object_type: self._population(object_type, circumstance)
            for object_type in circumstance.rules.objects
        }
        return World(
            rules=circumstance.rules,
            now=circumstance.now,
            populations=populations,
            overrides=circumstance.overrides,
            source_members=self._pairs.get(Side.SOURCE, ()),
            target_members=self._pairs.get(Side.TARGET, ()),
            granted=circumstance.granted,
            absence_counts=circumstance.absence_counts,
            kept_names=circumstance.kept_names,
            seeds=circumstance.seeds,
            granting=circumstance.granting,
        )

    def _population(self, object_type: ObjectType, circumstance: Circumstance) -> Population:
        source = self._reads.get((Side.SOURCE, object_type), _EMPTY)
        target = self._reads.get((Side.TARGET, object_type), _EMPTY)
        return Population(
            records=source.records,
            repeated=source.repeated,
            unkeyed=source.unkeyed,
            accounts=target.records,
            links=self.links(object_type),
            absences=circumstance.absences.get(object_type, {}),
        )
