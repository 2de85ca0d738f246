"""What both executors offer to the rooms: measure reads, find missing links, propose."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from provisor.domain.completeness import Measure
from provisor.domain.drawing import Seeds, unseeded
from provisor.domain.holding import Granting, nothing_granted
from provisor.domain.link import Absence, HeldName, Link, Membership
from provisor.domain.override import Override
from provisor.domain.plan import Proposal
from provisor.domain.record import Record, Value
from provisor.domain.relative_time import Moment
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition
from provisor.domain.side import Side
from provisor.domain.surroundings import Surroundings
from provisor.domain.world import Assign
from provisor.engine.collect import Gathered

__all__ = ["Assembly", "Circumstance", "MissingLinks", "Side"]


@dataclass(frozen=True, slots=True)
class MissingLinks:
    """Links whose object was not in a read."""

    active: int
    """Active links before the read."""
    missing: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What planning takes besides the reads and the links."""

    rules: JobRules
    now: datetime
    overrides: Mapping[tuple[ObjectType, str], tuple[Override, ...]] = field(default_factory=dict)
    absences: Mapping[ObjectType, Mapping[str, Absence]] = field(default_factory=dict)
    granted: frozenset[Membership] = frozenset()
    absence_counts: bool = True
    kept_names: Mapping[ObjectType, tuple[HeldName, ...]] = field(default_factory=dict)
    """Names that belong to somebody although no account shows them now."""
    seeds: Seeds = unseeded
    """Where the values come from that look random."""
    granting: Granting = nothing_granted
    """Which values of rights we gave, by identity."""


class Assembly(Protocol):
    """One executor with the reads of one cycle in hand."""

    def add(self, side: Side, gathered: Gathered, needed: Collection[str]) -> Measure:
        """Take one read in and count it."""
        ...

    def missing_links(self, side: Side, object_type: ObjectType) -> MissingLinks:
        """Return the links whose source key, or target account, was not read."""
        ...

    def lacks(self, side: Side, object_type: ObjectType, keys: Collection[str]) -> tuple[str, ...]:
        """Return those of the keys that were not read, sorted."""
        ...

    def records(
        self, side: Side, object_type: ObjectType, keys: Collection[str]
    ) -> Mapping[str, Record]:
        """Return the records of one side by key; unknown keys are left out."""
        ...

    def accounts(self, object_type: ObjectType, natives: Collection[str]) -> Mapping[str, Record]:
        """Return accounts of the target by native id; unknown ids are left out."""
        ...

    def holders(
        self, object_type: ObjectType, attribute: str, values: Collection[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """Return, per value of an attribute (small letters), the native ids that hold it."""
        ...

    def shown(self, object_type: ObjectType, attribute: str) -> Mapping[str, Value]:
        """Return what accounts hold in one attribute, by native id; blanks are left out."""
        ...

    def linked_by(
        self, object_type: ObjectType, attribute: str, mirrored: str
    ) -> Mapping[str, int]:
        """Return how many links have each value of a source attribute.

        Args:
            object_type: of which links.
            attribute: of the source.
            mirrored: the attribute of the target that is looked at for a link without a record;
                empty for none.
        """
        ...

    def linked_as(self, object_type: ObjectType, condition: Condition, moment: Moment) -> int:
        """Return how many linked accounts fulfil a condition, or may."""
        ...

    def members_of(self, group: str) -> frozenset[str]:
        """Return the native ids of a target group's members."""
        ...

    def members_by_group(self, groups: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return the native ids of the members of some target groups, by group."""
        ...

    def forget_links(self) -> None:
        """Read the links from the store again when they are next needed."""
        ...

    def surroundings(
        self, circumstance: Circumstance, object_type: ObjectType, record: Record
    ) -> Surroundings:
        """Return what conditions look at besides this record."""
        ...

    def propose(self, circumstance: Circumstance, assign: Assign) -> Proposal:
        """Work out the proposal."""
        ...
