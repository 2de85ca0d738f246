"""The columnar executor's assembly: frames instead of records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import polars as pl

from provisor.domain.columns.alone import fulfilling
from provisor.domain.columns.forms import among, blanks, lowered, texts
from provisor.domain.columns.frames import EMPTY, Listing
from provisor.domain.columns.linking import (
    ColumnPopulation,
    LinkColumns,
    Ties,
    link_columns,
    tied,
)
from provisor.domain.columns.neighbours import Neighbours
from provisor.domain.columns.pages import Census, listing_of, pairs_of
from provisor.domain.columns.pairs import NO_MEMBERSHIPS, Pairs
from provisor.domain.columns.proposing import PlannedColumns, plan_columns
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.completeness import Measure
from provisor.domain.group_rules import COMPUTED
from provisor.domain.plan import Proposal
from provisor.domain.record import Record, Value
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition, attributes_of_condition
from provisor.domain.surroundings import Surroundings
from provisor.domain.world import Assign, World
from provisor.engine.assembly import Circumstance, MissingLinks, Side
from provisor.engine.collect import Gathered
from provisor.engine.garbage import uncollected
from provisor.engine.knowing.recalling import Recall, nothing_known
from provisor.ports.links import WholeLinks


class ColumnAssembly:
    """One cycle's reads as columns."""

    def __init__(self, links: WholeLinks, target: str, recall: Recall = nothing_known) -> None:
        self._store = links
        self._target = target
        self._recall = recall
        self._reads: dict[tuple[Side, ObjectType], Listing] = {}
        self._pairs: dict[Side, Pairs] = {}
        self._links: dict[ObjectType, LinkColumns] = {}
        self._ties: dict[ObjectType, Ties] = {}
        self.planned: PlannedColumns | None = None
        """What was proposed last, with what was said of everybody."""

    @staticmethod
    def of(
        links: WholeLinks, target: str, object_type: ObjectType, population: ColumnPopulation
    ) -> ColumnAssembly:
        """Return an assembly of one object type whose reads and links are in hand."""
        found = ColumnAssembly(links, target)
        found._reads[Side.SOURCE, object_type] = population.source
        found._reads[Side.TARGET, object_type] = population.target
        found._links[object_type] = population.links
        found._ties[object_type] = population.ties
        return found

    def add(self, side: Side, gathered: Gathered, needed: Collection[str]) -> Measure:
        """Take one read in and count it."""
        if gathered.object_type is ObjectType.MEMBERSHIPS:
            groups = self._listing(side, ObjectType.GROUPS)
            members = self._listing(side, ObjectType.USERS)
            pairs, census = pairs_of(gathered.pages, groups.keys, members.keys)
            self._pairs[side] = pairs
            return _measure(gathered, census, census.rows - pairs.height)
        listing, census = listing_of(gathered.pages, gathered.key, needed)
        self._reads[side, gathered.object_type] = listing
        self._ties.pop(gathered.object_type, None)
        return _measure(gathered, census, sum(listing.repeated.values()) + listing.unkeyed)

    def _listing(self, side: Side, object_type: ObjectType) -> Listing:
        return self._reads.get((side, object_type), EMPTY)

    def listing(self, side: Side, object_type: ObjectType) -> Listing:
        """Return one read of objects."""
        return self._listing(side, object_type)

    def links(self, object_type: ObjectType) -> LinkColumns:
        """Return the links of the target, read once per cycle."""
        if object_type not in self._links:
            columns = self._store.columns(self._target, object_type)
            self._links[object_type] = link_columns(object_type, columns)
        return self._links[object_type]

    def _tied(self, object_type: ObjectType) -> Ties:
        if object_type not in self._ties:
            self._ties[object_type] = tied(
                self.links(object_type),
                self._listing(Side.SOURCE, object_type),
                self._listing(Side.TARGET, object_type),
            )
        return self._ties[object_type]

    def missing_links(self, side: Side, object_type: ObjectType) -> MissingLinks:
        """Return the links whose source key, or target account, was not read."""
        links, ties = self.links(object_type), self._tied(object_type)
        missing = (ties.record if side is Side.SOURCE else ties.account).is_null()
        repeated = pl.Series(list(self._listing(side, object_type).repeated), dtype=pl.String)
        if len(repeated):
            name = "key" if side is Side.SOURCE else "native_id"
            missing &= ~among(links.frame[name], repeated)
        active = links.frame.height - int(links.is_disabled().sum())
        if side is Side.SOURCE:
            # A computed group is in no read; whether a rule still gives it is asked in planning.
            computed = links.frame["key"].str.starts_with(COMPUTED)
            missing &= ~computed
            active -= int((computed & ~links.is_disabled()).sum())
        return MissingLinks(active, tuple(links.links(links.ordered(missing.arg_true()))))

    def lacks(self, side: Side, object_type: ObjectType, keys: Collection[str]) -> tuple[str, ...]:
        """Return those of the keys that were not read, sorted."""
        if not keys:
            return ()
        listing = self._listing(side, object_type)
        wanted = pl.Series(sorted(set(keys) - listing.repeated.keys()), dtype=pl.String)
        return tuple(wanted.filter(~among(wanted, listing.keys)).to_list())

    def records(
        self, side: Side, object_type: ObjectType, keys: Collection[str]
    ) -> Mapping[str, Record]:
        """Return the records of one side by key; unknown keys are left out."""
        if not keys:
            return {}
        listing = self._listing(side, object_type)
        wanted = pl.Series(sorted(set(keys)), dtype=pl.String)
        numbers = among(listing.keys, wanted).arg_true()
        return {record.key: record for record in listing.records(numbers)}

    def accounts(self, object_type: ObjectType, natives: Collection[str]) -> Mapping[str, Record]:
        """Return accounts of the target by native id; unknown ids are left out."""
        return self.records(Side.TARGET, object_type, natives)

    def holders(
        self, object_type: ObjectType, attribute: str, values: Collection[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """Return, per value of an attribute (small letters), the native ids that hold it."""
        listing = self._listing(Side.TARGET, object_type)
        wanted = pl.Series(sorted({value.lower() for value in values}), dtype=pl.String)
        held = lowered(texts(listing.column(attribute)).fill_null(""))
        numbers = among(held, wanted).arg_true()
        found: dict[str, tuple[str, ...]] = {}
        pairs = zip(held.gather(numbers), listing.keys.gather(numbers), strict=True)
        for value, native in pairs:
            found[value] = (*found.get(value, ()), native)
        return found

    def shown(self, object_type: ObjectType, attribute: str) -> Mapping[str, Value]:
        """Return what accounts hold in one attribute, by native id; blanks are left out."""
        listing = self._listing(Side.TARGET, object_type)
        filled = (~blanks(listing.column(attribute))).arg_true()
        return {one.key: one.values.get(attribute) for one in listing.records(filled)}

    def linked_by(
        self, object_type: ObjectType, attribute: str, mirrored: str
    ) -> Mapping[str, int]:
        """Return how many links have each value of a source attribute."""
        ties = self._tied(object_type)
        source = self._listing(Side.SOURCE, object_type)
        target = self._listing(Side.TARGET, object_type)
        own = texts(source.column(attribute)).fill_null("").gather(ties.record)
        held = texts(target.column(mirrored)).fill_null("").gather(ties.account)
        values = own.zip_with(ties.record.is_not_null(), held.fill_null(""))
        return dict(values.value_counts(name="links").iter_rows())

    def linked_as(self, object_type: ObjectType, condition: Condition, moment: Moment) -> int:
        """Return how many linked accounts fulfil a condition, or may."""
        numbers = self._tied(object_type).account.drop_nulls().unique().sort()
        asked = attributes_of_condition(condition)
        accounts = self._listing(Side.TARGET, object_type).some(numbers, asked)
        return fulfilling(accounts, condition, moment)

    def pairs(self, side: Side) -> Pairs:
        """Return the memberships of one side."""
        return self._pairs.get(side, NO_MEMBERSHIPS)

    def members_of(self, group: str) -> frozenset[str]:
        """Return the native ids of a target group's members."""
        return frozenset(self.pairs(Side.TARGET).members_of(group).to_list())

    def members_by_group(self, groups: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return the native ids of the members of some target groups, by group."""
        found = self.pairs(Side.TARGET).by_group(pl.Series(sorted(groups), dtype=pl.String))
        return {group: frozenset(found.get(group, ())) for group in groups}

    def forget_links(self) -> None:
        """Read the links from the store again when they are next needed."""
        self._links.clear()
        self._ties.clear()

    def surroundings(
        self, circumstance: Circumstance, object_type: ObjectType, record: Record
    ) -> Surroundings:
        """Return what conditions look at besides this record."""
        return Neighbours(self.world(circumstance), object_type).around([record])

    def propose(self, circumstance: Circumstance, assign: Assign) -> Proposal:
        """Work out the proposal, column by column."""
        with uncollected():
            memories = self._recall(circumstance.rules)
            columns = replace(self.world(circumstance), memories=memories)
            self.planned = plan_columns(columns, assign)
        return self.planned.proposal

    def world(self, circumstance: Circumstance) -> ColumnWorld:
        """Return everything that is known, in columns."""
        world = World(
            rules=circumstance.rules,
            now=circumstance.now,
            populations={},
            overrides=circumstance.overrides,
            absence_counts=circumstance.absence_counts,
            kept_names=circumstance.kept_names,
            seeds=circumstance.seeds,
            granting=circumstance.granting,
        )
        populations = {
            object_type: self._population(object_type, circumstance)
            for object_type in circumstance.rules.objects
        }
        return ColumnWorld(
            world,
            populations,
            self.pairs(Side.SOURCE),
            self.pairs(Side.TARGET),
            lambda groups: self._store.memberships_in(self._target, groups),
        )

    def _population(self, object_type: ObjectType, circumstance: Circumstance) -> ColumnPopulation:
        return ColumnPopulation(
            self._listing(Side.SOURCE, object_type),
            self._listing(Side.TARGET, object_type),
            self.links(object_type),
            self._tied(object_type),
            circumstance.absences.get(object_type, {}),
        )


def _measure(gathered: Gathered, census: Census, set_aside: int) -> Measure:
    return Measure(
        gathered.system,
        gathered.object_type,
        census.rows,
        set_aside,
        census.nulls,
        census.digest,
    )
