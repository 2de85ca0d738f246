"""What a condition may look at besides the record itself: the moment, other records, groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from provisor.domain.clause import Circle
from provisor.domain.record import Values
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType


@dataclass(frozen=True, slots=True)
class Shelf:
    """The records of one type, by key, as far as the read shows them."""

    records: Mapping[str, Values]
    doubtful: frozenset[str] = frozenset()
    """Keys that stand in several rows, or are missing without proof that they are gone."""
    complete: bool = True
    """Whether a key that is not here is nowhere."""

    def lacks(self, key: str) -> bool:
        """Say whether there surely is no record of that key."""
        return self.complete and key not in self.doubtful


NOTHING_READ: Final = Shelf({}, complete=False)


@dataclass(frozen=True, slots=True)
class Roll:
    """The keys of those in a group."""

    members: frozenset[str]
    complete: bool = True
    """Whether somebody who is not on it surely is not in the group."""


NOBODY_KNOWN: Final = Roll(frozenset(), complete=False)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything around a record, the same for all records of one type in one plan."""

    moment: Moment
    shelves: Mapping[ObjectType, Shelf] = field(default_factory=dict)
    rolls: Mapping[Circle, Roll] = field(default_factory=dict)

    def as_seen(self) -> Surroundings:
        """Return the same without conclusions from who is not in a group."""
        rolls = {circle: Roll(roll.members, complete=False) for circle, roll in self.rolls.items()}
        return Surroundings(self.moment, self.shelves, rolls)
