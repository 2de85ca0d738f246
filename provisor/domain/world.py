"""Everything that planning looks at, as plain objects: one frozen value, nothing else is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from provisor.domain.drawing import Seeds, unseeded
from provisor.domain.elsewhere import Elsewhere
from provisor.domain.expressions import Circumstances
from provisor.domain.holding import Granting, nothing_granted
from provisor.domain.link import Absence, HeldName, Link, Membership
from provisor.domain.membership import Pair
from provisor.domain.override import Override
from provisor.domain.record import Record
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType

Assign = Callable[[ObjectType, Collection[str]], Mapping[str, str]]
"""Give every key of an object type its identity id; new ones are drawn outside."""


@dataclass(frozen=True, slots=True)
class Population:
    """One object type on both sides, as one cycle sees it."""

    records: tuple[Record, ...]
    """Source rows with a key of their own, in any order."""
    repeated: Mapping[str, int] = field(default_factory=dict)
    """Keys that stand in several rows, with how many; they are present, and set aside."""
    unkeyed: int = 0
    """Rows without a key."""
    accounts: tuple[Record, ...] = ()
    """Accounts of the target, by native id, in any order."""
    links: tuple[Link, ...] = ()
    absences: Mapping[str, Absence] = field(default_factory=dict)
    """Key to absence, this read included."""


@dataclass(frozen=True, slots=True)
class World:
    """What one cycle knows."""

    rules: JobRules
    now: datetime
    populations: Mapping[ObjectType, Population]
    overrides: Mapping[tuple[ObjectType, str], tuple[Override, ...]] = field(default_factory=dict)
    source_members: tuple[Pair, ...] = ()
    target_members: tuple[Pair, ...] = ()
    granted: frozenset[Membership] = frozenset()
    kept_names: Mapping[ObjectType, tuple[HeldName, ...]] = field(default_factory=dict)
    """Names that belong to somebody although no account shows them now."""
    seeds: Seeds = unseeded
    """Where the values come from that look random."""
    granting: Granting = nothing_granted
    """Which values of rights we gave, by identity."""
    elsewhere: Mapping[ObjectType, Elsewhere] = field(default_factory=dict)
    """What is known of others, when only a part of the world is planned."""
    absence_counts: bool = True
    """False when a read is incomplete: then nothing follows from what was not seen."""

    @property
    def circumstances(self) -> Circumstances:
        """What mappings may depend on besides the record: the same for all of them."""
        return self.rules.circumstances(self.now)
