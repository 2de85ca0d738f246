"""What conditions look at besides the record, in columns: other records, and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import polars as pl

from provisor.domain.clause import Circle, Clause, Step
from provisor.domain.columns.forms import among, filled, texts
from provisor.domain.columns.frames import EMPTY, Listing
from provisor.domain.columns.joining import positions
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.pairs import Pairs
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.lifecycle import absence_is_proven
from provisor.domain.neighbourhood import is_called, is_known
from provisor.domain.record import Record, Values, as_text, each_of, is_blank
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.scope import leaves_of
from provisor.domain.surroundings import NOTHING_READ, Roll, Shelf, Surroundings


@dataclass(frozen=True, slots=True)
class Reached:
    """What a clause looks at, for every record."""

    values: pl.Series
    unsure: pl.Series | None = None
    """Where a record on the way was not read for sure; null in `values`."""


@dataclass(frozen=True, slots=True)
class Members:
    """The keys of those in a group."""

    keys: pl.Series
    """Each once."""
    complete: bool


class Neighbours:
    """Everything around the records of one type."""

    def __init__(self, columns: ColumnWorld, object_type: ObjectType) -> None:
        self._columns = columns
        self._type = object_type
        self._circles: dict[Circle, Members] = {}
        self._concludes = True
        self._doubtful: dict[ObjectType, pl.Series] = {}
        world = columns.world
        self.listing = columns.populations[object_type].source
        self.moment = Moment(world.now, world.rules.zone)

    def _listing(self, object_type: ObjectType) -> Listing:
        population = self._columns.populations.get(object_type)
        return EMPTY if population is None else population.source

    # --- references ---------------------------------------------------------------------------

    def reached(self, clause: Clause) -> Reached | None:
        """Return what a clause looks at; None where a reference leads to several records.

        Cost: a join of keys for each reference on the way.
        """
        listing = self.listing
        rows: pl.Series | None = None
        unsure: pl.Series | None = None
        for step in clause.steps:
            held = _taken(listing.column(step.attribute), rows)
            if held.dtype == pl.List:
                return None
            keys = filled(texts(held))
            listing = self._listing(step.leads_to)
            rows = positions(keys, listing.keys)
            lost = self._lost(keys, rows, step)
            unsure = lost if unsure is None else unsure | lost
        return Reached(_taken(listing.column(clause.attribute), rows), unsure)

    def _lost(self, keys: pl.Series, rows: pl.Series, step: Step) -> pl.Series:
        """Say which keys lead nowhere although there may be such a record."""
        missing = keys.is_not_null() & rows.is_null()
        if not self._is_complete(step.leads_to):
            return missing
        return missing & among(keys, self._in_doubt(step.leads_to))

    def _is_complete(self, object_type: ObjectType) -> bool:
        return self._columns.world.absence_counts and object_type in self._columns.populations

    def _in_doubt(self, object_type: ObjectType) -> pl.Series:
        """Return the keys that stand in several rows, or are missing without proof."""
        if object_type not in self._doubtful:
            population = self._columns.populations.get(object_type)
            keys = self._unproven(population) if population is not None else set()
            self._doubtful[object_type] = pl.Series(sorted(keys), dtype=pl.String)
        return self._doubtful[object_type]

    def _unproven(self, population: ColumnPopulation) -> set[str]:
        world = self._columns.world
        hours = world.rules.absence_hours
        missing = population.links.frame["key"].gather(population.absent_links()).to_list()
        unproven = {
            key
            for key in missing
            if not absence_is_proven(population.absences.get(key), world.now, hours)
        }
        return unproven | set(population.source.repeated)

    # --- groups -------------------------------------------------------------------------------

    def members(self, circle: Circle) -> Members:
        """Return who is in a group.

        Cost: one pass over the memberships for each level of groups in groups.
        """
        if circle not in self._circles:
            self._circles[circle] = self._gathered(circle)
        members = self._circles[circle]
        return members if self._concludes else Members(members.keys, complete=False)

    def as_seen(self) -> Neighbours:
        """Return the same without conclusions from who is not in a group."""
        seen = copy(self)
        seen._concludes = False
        return seen

    def _gathered(self, circle: Circle) -> Members:
        rows = self._columns.source_members
        groups = self._listing(ObjectType.GROUPS)
        called = self._called(circle, groups, rows)
        keys = self._inside(called, rows, circle)
        if self._type is ObjectType.GROUPS:
            keys = keys.filter(~among(keys, self._people()))
        known = is_known(circle, called.to_list(), groups.repeated)
        return Members(keys, complete=known and self._columns.world.absence_counts)

    def _called(self, circle: Circle, groups: Listing, rows: Pairs) -> pl.Series:
        if not circle.by:
            known = bool((groups.keys == circle.group).any())
            known = known or len(rows.members_of(circle.group)) > 0
            return pl.Series([circle.group] if known else [], dtype=pl.String)
        named = groups.column(circle.by)
        if named.dtype != pl.List:
            return groups.keys.filter((texts(named) == circle.group).fill_null(value=False))
        everyone = groups.records(pl.int_range(groups.height, eager=True))
        keys = [group.key for group in everyone if is_called(group, circle)]
        return pl.Series(keys, dtype=pl.String)

    def _inside(self, called: pl.Series, rows: Pairs, circle: Circle) -> pl.Series:
        """Go into groups in groups, each once; a key that a person has is a person's."""
        found = rows.members_in(called)
        if not circle.transitive:
            return found
        people, entered, level = self._people(), called, found
        groups = rows.groups_with_members()
        while len(level):
            nested = level.filter(among(level, groups) & ~among(level, people))
            nested = nested.filter(~among(nested, entered))
            entered = pl.concat([entered, nested])
            level = rows.members_in(nested)
            found = pl.concat([found, level]).unique()
        return found

    def _people(self) -> pl.Series:
        people = self._listing(ObjectType.USERS)
        return pl.concat([people.keys, pl.Series(list(people.repeated), dtype=pl.String)])

    # --- for the definition -------------------------------------------------------------------

    def around(self, records: Sequence[Record]) -> Surroundings:
        """Return the surroundings of some records as the definition takes them.

        Source: `provisor.domain.neighbourhood.surroundings_of`, without what these records do
        not come to.

        Cost: one object for each record that they refer to.
        """
        rules = self._columns.world.rules
        rolls = {circle: self._roll(circle, records) for circle in rules.circles(self._type)}
        return Surroundings(self.moment, self._shelves(records), rolls)

    def _roll(self, circle: Circle, records: Sequence[Record]) -> Roll:
        members = self.members(circle)
        keys = pl.Series([record.key for record in records], dtype=pl.String)
        return Roll(frozenset(keys.filter(among(keys, members.keys)).to_list()), members.complete)

    def _shelves(self, records: Sequence[Record]) -> Mapping[ObjectType, Shelf]:
        found: dict[ObjectType, dict[str, Values]] = {}
        for steps in self._ways():
            held = [record.values for record in records]
            for step in steps:
                reached = self._referred(held, step)
                found.setdefault(step.leads_to, {}).update({r.key: r.values for r in reached})
                held = [record.values for record in reached]
        return {object_type: self._shelf(object_type, found[object_type]) for object_type in found}

    def _ways(self) -> set[tuple[Step, ...]]:
        conditions = self._columns.world.rules.conditions_of(self._type)
        leaves = (leaf for condition in conditions for leaf in leaves_of(condition))
        return {leaf.steps for leaf in leaves if isinstance(leaf, Clause) and leaf.steps}

    def _referred(self, held: Sequence[Values], step: Step) -> Sequence[Record]:
        named = (item for values in held for item in each_of(values.get(step.attribute)))
        keys = {as_text(item) for item in named if not is_blank(item)}
        listing = self._listing(step.leads_to)
        wanted = pl.Series(sorted(keys), dtype=pl.String)
        return listing.records(among(listing.keys, wanted).arg_true())

    def _shelf(self, object_type: ObjectType, records: Mapping[str, Values]) -> Shelf:
        if object_type not in self._columns.populations:
            return NOTHING_READ
        doubtful = frozenset(self._in_doubt(object_type).to_list())
        return Shelf(records, doubtful, self._columns.world.absence_counts)


def _taken(column: pl.Series, rows: pl.Series | None) -> pl.Series:
    return column if rows is None else column.gather(rows)
