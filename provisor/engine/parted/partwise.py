"""The columnar executor's assembly where people do not fit into memory: parts on the disk.

It says what `ColumnAssembly` says of the same reads; nothing but the order of work differs. Whoever
is asked for by name is looked for in every part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

import polars as pl

from provisor.domain.columns.frames import EMPTY
from provisor.domain.columns.joining import NUMBER
from provisor.domain.columns.linking import COLUMNS, ColumnPopulation, Ties, link_columns
from provisor.domain.columns.neighbours import Neighbours
from provisor.domain.columns.pairs import NO_MEMBERSHIPS
from provisor.domain.columns.parted import Parted, parted_of
from provisor.domain.columns.proposing import plan_columns
from provisor.domain.columns.quiet import Peace
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.completeness import Measure
from provisor.domain.plan import Proposal
from provisor.domain.record import Record, Value
from provisor.domain.relative_time import Moment
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition
from provisor.domain.surroundings import Surroundings
from provisor.domain.world import Assign, World
from provisor.engine.assembly import Circumstance, MissingLinks, Side
from provisor.engine.collect import Gathered
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.garbage import uncollected
from provisor.engine.knowing.recalling import Recall
from provisor.engine.parted.spilling import Spill
from provisor.ports.links import PagedLinks

NOBODY: frozenset[str] = frozenset()


class PartAssembly:
    """One cycle's reads in files, people in closed parts."""

    def __init__(self, links: PagedLinks, rules: JobRules, count: int, recall: Recall) -> None:
        self._store = links
        self._rules = rules
        self._count = count
        self._recall = recall
        self.folder = Path(mkdtemp(prefix="provisor-parts-"))
        """Where the files lie; they go with this assembly, and only we can read them."""
        finalize(self, rmtree, self.folder, ignore_errors=True)
        self._spills: dict[ObjectType, Spill] = {}
        self._missing: dict[tuple[Side, ObjectType], MissingLinks] = {}
        self.peace: Mapping[ObjectType, Peace] = {}
        """What came of remembering, by the last proposal."""

    # --- taking in -------------------------------------------------------------------------------

    def spill(self, object_type: ObjectType) -> Spill:
        """Return where the pages of an object type go, its links before them."""
        if object_type not in self._spills:
            self._spills[object_type] = self._with_links(object_type, "read")
        return self._spills[object_type]

    def _with_links(self, object_type: ObjectType, name: str) -> Spill:
        count = self._count if object_type is ObjectType.USERS else 1
        spill = Spill(self.folder / f"{object_type}.{name}", object_type, count)
        for page in self._store.pages(self._rules.target, object_type):
            spill.put_links(link_columns(object_type, page).frame)
        spill.linked()
        return spill

    def ended(self, side: Side, object_type: ObjectType) -> int:
        """Return how many rows of a read nobody can be made of, because of their keys."""
        return self.spill(object_type).unusable(side, self._key(side, object_type))

    def add(self, side: Side, gathered: Gathered, needed: Collection[str]) -> Measure:
        """Take no read in one piece.

        Raises:
            TypeError: always; pages come one by one.
        """
        raise TypeError("parts take pages, not reads")

    def forget_links(self) -> None:
        """Read the links from the store again, and bring everybody to the parts they say."""
        for kind, old in list(self._spills.items()):
            fresh = self._with_links(kind, f"again{len(self._missing)}")
            fresh.take_over(old, (self._key(Side.SOURCE, kind), self._key(Side.TARGET, kind)))
            self._spills[kind] = fresh
        self._missing.clear()

    def _key(self, side: Side, object_type: ObjectType) -> str:
        rules = self._rules.objects[object_type]
        return rules.key if side is Side.SOURCE else rules.schema.key

    # --- one part after the other ----------------------------------------------------------------

    def _keys(self, object_type: ObjectType) -> tuple[str, str]:
        return self._key(Side.SOURCE, object_type), self._key(Side.TARGET, object_type)

    def _parts(self, object_type: ObjectType) -> Iterator[ColumnAssembly]:
        """Yield every part as an assembly of its own."""
        if object_type in self._spills:
            for one in self._spills[object_type].parts(self._keys(object_type), {}):
                yield self._as_whole(object_type, one)

    def _as_whole(self, object_type: ObjectType, part: ColumnPopulation) -> ColumnAssembly:
        return ColumnAssembly.of(self._store, self._rules.target, object_type, part)

    def missing_links(self, side: Side, object_type: ObjectType) -> MissingLinks:
        """Return the links whose source key, or target account, was not read."""
        place = (side, object_type)
        if place not in self._missing:
            for one, found in self._all_missing(object_type).items():
                self._missing[one, object_type] = found
        return self._missing[place]

    def _all_missing(self, object_type: ObjectType) -> dict[Side, MissingLinks]:
        """Cost: one pass over the keys of both sides."""
        found = {side: MissingLinks(0, ()) for side in Side}
        keys = self._keys(object_type)
        for part in self.spill(object_type).names(keys):
            one = self._as_whole(object_type, part)
            for side, before in found.items():
                more = one.missing_links(side, object_type)
                found[side] = MissingLinks(
                    before.active + more.active, (*before.missing, *more.missing)
                )
        return {
            side: replace(
                one, missing=tuple(sorted(one.missing, key=lambda x: (x.key, x.identity)))
            )
            for side, one in found.items()
        }

    def lacks(self, side: Side, object_type: ObjectType, keys: Collection[str]) -> tuple[str, ...]:
        """Return those of the keys that were not read, sorted."""
        left: Collection[str] = set(keys)
        for part in self.spill(object_type).names(self._keys(object_type)) if keys else ():
            one = self._as_whole(object_type, part)
            left = one.lacks(side, object_type, left)
        return tuple(sorted(left))

    def records(
        self, side: Side, object_type: ObjectType, keys: Collection[str]
    ) -> Mapping[str, Record]:
        """Return the records of one side by key; unknown keys are left out."""
        found: dict[str, Record] = {}
        if object_type not in self._spills or not keys:
            return found
        spill, key = self._spills[object_type], self._key(side, object_type)
        wanted = pl.Series(sorted(set(keys)), dtype=pl.String)
        for number in spill.holding(side, key, wanted):
            listing = spill.listing(side, number, key)
            numbers = listing.keys.is_in(wanted.implode()).arg_true()
            found |= {record.key: record for record in listing.records(numbers)}
        return found

    def accounts(self, object_type: ObjectType, natives: Collection[str]) -> Mapping[str, Record]:
        """Return accounts of the target by native id; unknown ids are left out."""
        return self.records(Side.TARGET, object_type, natives)

    def holders(
        self, object_type: ObjectType, attribute: str, values: Collection[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """Return, per value of an attribute (small letters), the native ids that hold it."""
        found: dict[str, tuple[str, ...]] = {}
        for part in self._parts(object_type) if values else ():
            for value, natives in part.holders(object_type, attribute, values).items():
                found[value] = (*found.get(value, ()), *natives)
        return found

    def shown(self, object_type: ObjectType, attribute: str) -> Mapping[str, Value]:
        """Return what accounts hold in one attribute, by native id; blanks are left out."""
        found: dict[str, Value] = {}
        for part in self._parts(object_type):
            found |= part.shown(object_type, attribute)
        return found

    def linked_by(
        self, object_type: ObjectType, attribute: str, mirrored: str
    ) -> Mapping[str, int]:
        """Return how many links have each value of a source attribute."""
        found = Counter[str]()
        for part in self._parts(object_type):
            found.update(part.linked_by(object_type, attribute, mirrored))
        return dict(found)

    def linked_as(self, object_type: ObjectType, condition: Condition, moment: Moment) -> int:
        """Return how many linked accounts fulfil a condition, or may."""
        parts = self._parts(object_type)
        return sum(part.linked_as(object_type, condition, moment) for part in parts)

    def members_of(self, group: str) -> frozenset[str]:
        """Return nobody: jobs with memberships are planned in one piece."""
        return NOBODY

    def members_by_group(self, groups: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return nobody: jobs with memberships are planned in one piece."""
        return dict.fromkeys(groups, NOBODY)

    # --- planning --------------------------------------------------------------------------------

    def surroundings(
        self, circumstance: Circumstance, object_type: ObjectType, record: Record
    ) -> Surroundings:
        """Return what conditions look at besides this record: nothing, or rules allow no parts."""
        columns = replace(
            self._world(circumstance), populations={object_type: _nobody(object_type)}
        )
        return Neighbours(columns, object_type).around([record])

    def propose(self, circumstance: Circumstance, assign: Assign) -> Proposal:
        """Work out the proposal, part by part, then for what is left of all parts."""
        with uncollected():
            columns = self._world(circumstance)
            rests: dict[ObjectType, ColumnPopulation] = {}
            parted: dict[ObjectType, Parted] = {}
            for kind in circumstance.rules.objects:
                absences = circumstance.absences.get(kind, {})
                parts = self.spill(kind).parts(self._keys(kind), absences)
                rests[kind], parted[kind] = parted_of(columns, kind, parts)
            planned = plan_columns(replace(columns, populations=rests), assign, parted)
        self.peace = planned.peace
        return planned.proposal

    def _world(self, circumstance: Circumstance) -> ColumnWorld:
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
        memories = self._recall(circumstance.rules)
        nothing = NO_MEMBERSHIPS
        return ColumnWorld(world, {}, nothing, nothing, _granted_nothing, memories)


def _granted_nothing(_groups: Collection[str]) -> Sequence[Mapping[str, Sequence[str]]]:
    return ()


def _nobody(object_type: ObjectType) -> ColumnPopulation:
    links = link_columns(object_type, {name: [] for name in COLUMNS})
    nowhere = pl.Series([], dtype=NUMBER)
    return ColumnPopulation(EMPTY, EMPTY, links, Ties(nowhere, nowhere), {})
