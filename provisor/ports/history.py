"""The doorway to what both sides held on earlier days: rows with the looks that showed them.

A feed is one object type of one system, read with the same attributes. Its rows stand in chapters:
all of them once, and from then on what each look found changed. Nothing is ever rewritten; only
whole chapters are deleted, when they are older than what is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from provisor.domain.record import Values
from provisor.domain.schema import ObjectType

Name = tuple[str, str]
"""Key and nothing; of a membership group and member."""
SAID_GONE = ""
"""What an object holds that is gone by its source's own word; of a membership it means there."""

Turned = tuple[str, str, str | None]
"""A row that a look found changed: its name and what it holds now, None for a row that is gone."""


class Strand(StrEnum):
    """What the rows of a feed are."""

    ROWS = "rows"
    """What a system showed: objects, or memberships."""
    LINKS = "links"
    """Whose account was whose, in a target."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One object type of one system, with its key and the attributes that are kept of it."""

    system: str
    object_type: ObjectType
    attributes: tuple[str, ...]
    strand: Strand = Strand.ROWS
    key: str = ""
    """The attribute by which changes name their rows; empty for memberships."""


class Form(StrEnum):
    """How all rows of a chapter's beginning are written."""

    TEXT = "text"
    """JSON, compressed."""
    COLUMNS = "columns"
    """Arrow, compressed."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of a feed as one look showed them."""

    form: Form
    body: bytes


@dataclass(frozen=True, slots=True)
class Aside:
    """Rows that were set aside: they are no rows of their own, and nobody is gone for them."""

    repeated: Mapping[str, int] = field(default_factory=dict)
    """Keys that stood in several rows, with how many."""
    unkeyed: int = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look saw of a feed, as far as it is kept."""

    feed: Feed
    number: int
    """Of the feed, in the store."""
    look: int
    """Number of the look."""
    chapter: int
    """Number of the look whose rows are kept as a whole, and on which this one stands."""
    observation: str
    """Id of the read; empty for links."""
    at: datetime
    aside: Aside = Aside()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a look is about to keep of a feed: everything, or what changed."""

    feed: Feed
    observation: str
    at: datetime
    expects: int
    """Number of the look that saw the feed last when the change was worked out; 0 for none."""
    whole: Whole | None = None
    turned: Sequence[Turned] = ()
    aside: Aside = Aside()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of a feed's history."""

    feed: int
    look: int
    """The look that it begins with."""
    begins: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """One look of a job, about to be kept."""

    job: str
    turn: int
    """Of the knowledge that it stood on, or renewed."""
    at: datetime
    full: bool
    """Whether both sides were read as a whole."""
    fault: str = ""
    """Why nothing of it is kept; empty when it is."""
    feeds: tuple[Recorded, ...] = ()
    expired: tuple[Chapter, ...] = ()
    """Chapters that are deleted with it."""
    forget_before: datetime | None = None
    """Looks before this are deleted; None where nothing expires."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a job as it is kept."""

    number: int
    job: str
    turn: int
    at: datetime
    full: bool
    fault: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Since when an object is gone."""

    look: int
    at: datetime
    said: bool
    """Whether its source said so; otherwise nothing showed it."""


@dataclass(frozen=True, slots=True)
class Version:
    """What one row held for a while; the moments are looks, so each end is an interval."""

    values: Values | None
    """None for a row that was not there."""
    first_seen: datetime
    """The first look that showed it so."""
    unseen_before: datetime | None
    """The last look that showed it otherwise; None where the history begins with it."""


class History(Protocol):
    """What both sides held on earlier days."""

    def newest(self, feed: Feed) -> Sight | None:
        """Return what saw the feed last; None where nothing is kept of it."""
        ...

    def whole(self, sight: Sight) -> Whole:
        """Return all rows as the chapter of a look began.

        Raises:
            StoreDamaged: they are not there.
        """
        ...

    def turned(self, sight: Sight) -> dict[Name, str | None]:
        """Return what changed from the beginning of the chapter up to a look, by name."""
        ...

    def turned_of(self, sight: Sight, keys: Collection[str]) -> dict[Name, str | None]:
        """Return the same of some keys, or of some groups."""
        ...

    def began(self, sight: Sight) -> datetime:
        """Return when the chapter of a look began."""
        ...

    def gone_since(self, sight: Sight, keys: Collection[str]) -> dict[str, Gone]:
        """Return since which look objects are gone.

        Whoever is there, or was never seen, is left out.
        """
        ...

    def full_sights(self, sight: Sight) -> tuple[tuple[int, datetime], ...]:
        """Return the full reads of a feed up to a look, oldest first: number and moment."""
        ...

    def sights(self, look: int) -> tuple[Sight, ...]:
        """Return everything that a look saw."""
        ...

    def sights_of(self, feed: Feed) -> tuple[Sight, ...]:
        """Return every look of a feed, oldest first."""
        ...

    def stands_on(self, job: str, turn: int) -> bool:
        """Say whether the look is kept from which the knowledge of a turn came.

        Where several looks began with the same knowledge, the last of them counts.
        """
        ...

    def looks(self, job: str, since: datetime, until: datetime) -> tuple[Look, ...]:
        """Return the looks of a job in a time, oldest first; the end is not in it."""
        ...

    def last_links(self, target: str, object_type: ObjectType, look: int) -> Sight | None:
        """Return what saw the links of a target last, at a look or before it."""
        ...

    def begins(self, job: str) -> datetime | None:
        """Return the moment of the oldest look that is kept of a job; None for none."""
        ...

    def expired(self, before: datetime) -> tuple[Chapter, ...]:
        """Return the chapters that began before a moment and are not needed for a later one."""
        ...
