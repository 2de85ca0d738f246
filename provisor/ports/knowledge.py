"""The doorway to what the last plan of a job knew: both sides as they were read, by key.

It is a cache, tied to the job's configuration: whoever loses it reads everything once more, and
nothing else. It says what a cycle need not read again, and what depends on what changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from provisor.domain.membership import Pair
from provisor.domain.minting import swiftly
from provisor.domain.plan import ReferenceTallies, Tally
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side

FORMAT = 2
"""Counts up whenever rows written by an older program would be misunderstood."""

ALWAYS = ""
"""Something is planned or open: it is looked at in every cycle."""

KEEPS, UNREACHABLE, PROTECTED, CLOSED, PARTING, GIVES, FIXED = 1, 2, 4, 8, 16, 32, 64
"""What a roster says of somebody with an account: `provisor.domain.roster.Roster`."""


@swiftly
@dataclass(frozen=True, slots=True)
class Known:
    """One record or one account as the last plan knew it."""

    key: str
    """The natural key of a record; the native id of an account."""
    values: Values | None
    """What was read; None for a linked person whose row is missing."""
    place: str = ""
    """The class in which the last plan counted it; empty where it counted nothing."""
    native: str | None = None
    """Of a record: its account, empty for one that the plan makes, None for none.

    Of an account: the key of the record that has it.
    """
    identity: str | None = None
    """Of a record: whose it is, as far as that was asked for."""
    linked: bool = False
    """Of a record: whether a link leads from it."""
    keeps: int = 0
    """Of a record: the sum of those of `KEEPS`, `UNREACHABLE` and so on that hold of it."""
    told: str = ""
    """Of a record: what became of those to whom it refers, in one line."""
    due: str | None = None
    """From when on it is looked at although nobody changed it, RFC 3339; `ALWAYS` at once."""


Place = tuple[Side, ObjectType]


@dataclass(frozen=True, slots=True)
class Cycle:
    """What holds for everything that is known of one job."""

    job: str
    configuration: str
    number: int
    """Of the job, in the store."""
    turn: int
    """Counts the plans whose knowledge was kept; who finds another one was overtaken."""
    full_at: datetime
    """When both sides were last read as a whole."""
    at: datetime
    """The moment of the last plan."""
    plan: str
    """Its digest."""
    watermarks: Mapping[Place, str] = field(default_factory=dict)
    """Where the next delta starts."""
    observed: Mapping[Place, str] = field(default_factory=dict)
    """The observation ids of the last full reads."""
    records: Mapping[ObjectType, Tally] = field(default_factory=dict)
    accounts: Mapping[ObjectType, Tally] = field(default_factory=dict)
    references: ReferenceTallies = field(default_factory=dict)
    managed: Mapping[ObjectType, int] = field(default_factory=dict)
    repeated: Mapping[ObjectType, Mapping[str, int]] = field(default_factory=dict)
    """Keys of the source that stand in several rows, with how many."""
    unkeyed: Mapping[ObjectType, int] = field(default_factory=dict)
    """Rows of the source without a key."""
    acts: int = 0
    """How far the acts on the target are accounted for."""
    shares: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many linked people have each value of an attribute for which limits hold in percent."""
    overrides: Collection[str] = ()
    """The ids of those that were in force."""
    format: int = FORMAT


KnownRow = tuple[str, str | None, str, str | None, str | None, int, int, str, str | None]
"""The same as columns say it: key, body, place, native, identity, linked, keeps, told, due.

A body is a JSON object of the values; None for a linked person whose row is missing.
"""

KnownRows = Mapping[Place, Sequence[Known]]
Mark = tuple[str, str]
"""(mark, key): by what an object can be found besides its key."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What one incremental cycle found out."""

    kept: KnownRows = field(default_factory=dict)
    """Objects to keep, in place of what was known of them."""
    forgotten: Mapping[Place, Collection[str]] = field(default_factory=dict)
    """Keys of objects that are no more."""
    marks: Collection[Mark] = ()
    old_marks: Collection[Mark] = ()
    """Marks that no longer hold."""
    joined: Mapping[Side, Collection[Pair]] = field(default_factory=dict)
    parted: Mapping[Side, Collection[Pair]] = field(default_factory=dict)
    """Memberships that are no more."""


class Knowledge(Protocol):
    """What the last plans of all jobs knew."""

    def newest(self, job: str) -> Cycle | None:
        """Return what holds for everything known of a job; None where nothing is known."""
        ...

    def objects(self, cycle: Cycle, place: Place, keys: Collection[str]) -> dict[str, Known]:
        """Return what is known of some objects, by key; unknown ones are left out.

        Cost: one look at an index per key.
        """
        ...

    def due(self, cycle: Cycle, place: Place, at: datetime) -> dict[str, Known]:
        """Return everything that must be looked at by then although nobody changed it, by key."""
        ...

    def marked(self, cycle: Cycle, marks: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return, per mark, the keys of the objects that have it."""
        ...

    def marked_like(self, cycle: Cycle, beginning: str) -> tuple[Mark, ...]:
        """Return every mark that begins like this, with its key."""
        ...

    def of_groups(self, cycle: Cycle, side: Side, groups: Collection[str]) -> frozenset[Pair]:
        """Return the known memberships of some groups."""
        ...

    def of_members(self, cycle: Cycle, side: Side, members: Collection[str]) -> frozenset[Pair]:
        """Return the known memberships of some members."""
        ...

    def replace(
        self,
        cycle: Cycle,
        objects: Iterable[tuple[Place, Sequence[Known] | Sequence[KnownRow]]],
        marks: Collection[Mark],
        pairs: Mapping[Side, Iterable[Pair]],
    ) -> Cycle | None:
        """Keep exactly this of a job after both sides were read as a whole; write what differs.

        The memberships of one group stand side by side; they may come one after another.

        Returns:
            The cycle as it is kept; None when another plan's knowledge was kept meanwhile.

        Cost: one look at every row that is known; one write per row that differs.
        """
        ...

    def learn(self, cycle: Cycle, learned: Learned) -> Cycle | None:
        """Add what an incremental cycle found out.

        Returns:
            The cycle as it is kept; None when another plan's knowledge was kept meanwhile, and
            nothing was written.
        """
        ...

    def forget(self, job: str) -> None:
        """Forget everything about a job; its next cycle reads everything."""
        ...
