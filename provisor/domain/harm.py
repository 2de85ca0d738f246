"""What one act counts for: its class, its department, its group. The same today and in a month."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final

from provisor.domain.action import Action, Operation
from provisor.domain.bounds import ATTRIBUTE, CHANGED, MEMBERS_LOST
from provisor.domain.plan import URGENT, Draft
from provisor.domain.schema import ObjectType

GROUP: Final = "group"
"""Members lost are counted by group; every other count is by a source attribute, or for all."""
LOST: Final = f"{ObjectType.MEMBERSHIPS}.{MEMBERS_LOST}"


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """What acts are counted in."""

    kind: str
    """Object type and class, such as `users.disable`."""
    by: str = ""
    """Source attribute, or `group`; empty for every act of the class."""
    of: str = ""
    """The attribute's value, or the group's identity id."""


Counted = Mapping[Bucket, int]


class Window(Enum):
    """A rolling time over which is counted; its value are its days."""

    DAY = 1
    MONTH = 30

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return timedelta(days=self.value)


@dataclass(frozen=True, slots=True)
class History:
    """What happened before that a verdict looks at."""

    first_run: bool
    """No plan of this job was ever carried out."""
    revision_is_new: bool
    """No plan under this configuration was ever approved."""
    day: Counted = field(default_factory=dict)
    """What was done on this target in the last 24 hours."""
    month: Counted = field(default_factory=dict)
    """What was done on this target in the last 30 days."""


@dataclass(frozen=True, slots=True)
class Wholes:
    """What percentages are of."""

    managed: Mapping[ObjectType, int]
    """Linked accounts."""
    shares: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Source attribute and value to the linked accounts of people who have it."""
    privileged: Mapping[ObjectType, int] = field(default_factory=dict)
    """Linked accounts that are marked as privileged."""


def weight_of(action: Action) -> int:
    """Return how much an act counts: a membership act as many as join or leave, any other one."""
    if action.operation is not Operation.MEMBERSHIP:
        return 1
    return len(action.adds) + action.members_lost


def change_of(object_type: ObjectType, attribute: str) -> Bucket:
    """Return what changes of one attribute are counted in, whatever the operation."""
    return Bucket(f"{object_type}.{CHANGED}", ATTRIBUTE, attribute)


def harm_beside(draft: Draft, kind: str) -> Iterator[tuple[Bucket, int]]:
    """Yield what an act of a kind is counted in besides that kind, and how much."""
    for by, of in draft.about:
        yield (
            change_of(draft.action.object_type, of) if by == ATTRIBUTE else Bucket(kind, by, of),
            1,
        )
    if draft.action.members_lost:
        yield Bucket(LOST, GROUP, draft.action.subject), draft.action.members_lost


def harm_besides(draft: Draft) -> tuple[tuple[Bucket, int], ...]:
    """Return what an act counts in besides one act of its kind; nothing for most acts."""
    kind = draft.kind
    more = weight_of(draft.action) - 1
    weight = ((Bucket(kind), more),) if more > 0 else ()
    return (*weight, *harm_beside(draft, kind))


def harm_of_all(drafts: Sequence[Draft], kinds: Sequence[str]) -> dict[Bucket, int]:
    """Return the sums over many acts.

    Args:
        drafts: the acts.
        kinds: the kind of each of them.
    """
    sums = {Bucket(kind): count for kind, count in Counter(kinds).items()}
    for draft, kind in zip(drafts, kinds, strict=True):
        if draft.action.operation is Operation.MEMBERSHIP:
            sums[Bucket(kind)] += weight_of(draft.action) - 1
        if draft.about or draft.action.members_lost:
            for bucket, amount in harm_beside(draft, kind):
                sums[bucket] = sums.get(bucket, 0) + amount
    return sums


def without_urgent(counted: Counted) -> int:
    """Return how much was counted in all, whatever its class; urgent disables apart."""
    return sum(n for bucket, n in counted.items() if not bucket.by and bucket.kind != URGENT)
