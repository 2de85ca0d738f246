"""A case for a configuration: what there is on both sides, and what must follow from it.

Duty: hold both, and nothing else. `engine.rehearse` plans it, `domain.rehearsing` compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from provisor.domain.action import Operation
from provisor.domain.leaving import Leave
from provisor.domain.link import LinkState
from provisor.domain.membership import Pair
from provisor.domain.override import OverrideKind
from provisor.domain.plan import Ruling
from provisor.domain.record import Value, Values
from provisor.domain.schema import ObjectType

NO_KEY: Final = "(no key)"
"""What stands for the key of rows that have none."""


class Left(Enum):
    """The one sign for an attribute of which a mapping says nothing: the target keeps its own."""

    ALONE = "IgnoreAttributeFlow"


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or a group, by the key of the source."""

    key: str
    object_type: ObjectType

    def __str__(self) -> str:
        return f"{self.object_type} {self.key}"


@dataclass(frozen=True, slots=True)
class KnownLink:
    """An account that was linked before."""

    subject: Subject
    native_id: str
    state: LinkState = LinkState.ACTIVE
    since: datetime | None = None
    """When the state began."""
    missing_since: datetime | None = None
    """The first of two complete reads without the record; None where it was not missing."""
    leave: Leave | None = None
    """What is remembered of the person's leaving."""


@dataclass(frozen=True, slots=True)
class SaidBefore:
    """Something that a person decided before."""

    kind: OverrideKind
    subject: Subject
    attribute: str = ""
    value: Value = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is before the plan."""

    now: datetime
    records: Mapping[ObjectType, tuple[Values, ...]] = field(default_factory=dict)
    source_members: tuple[Pair, ...] = ()
    accounts: Mapping[ObjectType, tuple[Values, ...]] = field(default_factory=dict)
    target_members: tuple[Pair, ...] = ()
    links: tuple[KnownLink, ...] = ()
    granted: tuple[Pair, ...] = ()
    """Memberships that were granted before, in keys of the source."""
    overrides: tuple[SaidBefore, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One action of a plan as people write it down."""

    operation: Operation
    subject: Subject
    changes: Mapping[str, Value] | None = None
    """Every attribute that it changes, with the value after; None for any."""
    including: Mapping[str, Value] = field(default_factory=dict)
    """Some of the attributes that it changes."""
    adds: frozenset[str] | None = None
    """For memberships: keys of those who join; None for any."""
    removes: frozenset[str] | None = None
    draws: frozenset[str] | None = None
    """Attributes whose secret is drawn; None for any."""


Wish = Value | Left
"""What a mapping is expected to give."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must follow; what is None is not looked at, but for records that are set aside."""

    desired: Mapping[Subject, Mapping[str, Wish]] | None = None
    """The attributes that are written down, of the subjects that are."""
    plan: tuple[PlanLine, ...] | None = None
    """Every action, in any order."""
    set_aside: Mapping[Subject, str] | None = None
    """Every record that is set aside, with the code of the problem or empty text for any."""
    out_of_scope: Mapping[Subject, str] | None = None
    """Records that are out of scope, with the clause that decides or empty text for any."""
    leavers: Mapping[Subject, str] | None = None
    """Records of people who left by the source's word, with the clause likewise."""
    waiting: Mapping[Subject, str] | None = None
    """Every record of which something waits for another job, with the target attribute likewise."""
    accounts: Mapping[str, str] | None = None
    """Native ids of accounts that no record has, and their class: `orphan`, `ambiguous` …"""
    parts: Mapping[str, Ruling] | None = None
    """Parts of the plan and what the job's limits say of them."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case of one job."""

    name: str
    job: str
    scene: Scene
    expected: Expected


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that did not come out as expected."""

    place: str
    """What it is about: `desired users E1 title`, `plan`, `set aside` …"""
    expected: str
    """Empty where nothing was expected."""
    found: str
    """Empty where nothing was found."""
