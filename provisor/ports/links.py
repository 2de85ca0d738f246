"""The doorway to links: which account belongs to whom, and which memberships we gave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from provisor.domain.event import Event
from provisor.domain.leaving import Remembered
from provisor.domain.link import Link, Membership
from provisor.domain.schema import ObjectType

Events = Sequence[Event]


class WholeLinks(Protocol):
    """What planning asks of links: all of them at once."""

    def of_target(self, target: str, object_type: ObjectType) -> tuple[Link, ...]:
        """Return every link, sorted by key."""
        ...

    def columns(self, target: str, object_type: ObjectType) -> dict[str, list[object]]:
        """Return the links as columns: identity, key, native_id, anchor, state, since, accepted.

        Also left_since, left_as and back_since, all of them text or None.
        Times are RFC 3339 text; `accepted` is JSON text or None.
        Cost: one SELECT, no object per row.
        """
        ...

    def memberships(self, target: str) -> frozenset[Membership]:
        """Return the memberships that we granted in this target."""
        ...

    def memberships_in(
        self, target: str, groups: Collection[str]
    ) -> Iterable[Mapping[str, Sequence[str]]]:
        """Yield the memberships that we granted in some groups, some hundred thousand at a time.

        Each part has the columns `group` and `member`, both identity ids.

        Cost: one pass over those of the groups, no object per row.
        """
        ...


class PagedLinks(WholeLinks, Protocol):
    """What planning in parts asks of links: all of them, some at a time."""

    def pages(
        self, target: str, object_type: ObjectType
    ) -> Iterator[Mapping[str, Sequence[object]]]:
        """Yield the links as columns, some hundred thousand at a time; see `columns`.

        Cost: one SELECT per page.
        """
        ...


class Links(PagedLinks, Protocol):
    """Which account belongs to which identity, per target."""

    def of_identities(self, target: str, identities: Collection[str]) -> dict[str, Link]:
        """Return the links of these identities, users and groups alike, by identity id."""
        ...

    def remember_leaves(
        self, target: str, object_type: ObjectType, remembered: Iterable[Remembered]
    ) -> None:
        """Write down who left, who is back, and who serves again; links alone, nothing else."""
        ...

    def count(self, target: str, object_type: ObjectType) -> int:
        """Return how many links there are."""
        ...

    def put(self, target: str, links: Iterable[Link], events: Events) -> None:
        """Insert or replace links by (target, object type, identity)."""
        ...

    def of_key(self, target: str, object_type: ObjectType, key: str) -> tuple[Link, ...]:
        """Return the links of one source key."""
        ...

    def of_keys(
        self, target: str, object_type: ObjectType, keys: Collection[str]
    ) -> tuple[Link, ...]:
        """Return the links of some source keys, sorted by key and identity."""
        ...

    def of_accounts(
        self, target: str, object_type: ObjectType, natives: Collection[str]
    ) -> tuple[Link, ...]:
        """Return the links of some accounts, sorted by key and identity."""
        ...

    def part(self, target: str, links: Iterable[Link], events: Events) -> None:
        """Remove links, and what we remember of memberships that came with them."""
        ...

    def put_memberships(
        self, target: str, granted: Sequence[Membership], revoked: Sequence[Membership]
    ) -> None:
        """Remember memberships that an act gave and took back, while it still goes on."""
        ...

    def memberships_of(
        self, target: str, groups: Collection[str], members: Collection[str]
    ) -> frozenset[Membership]:
        """Return the memberships that we granted in some groups, or to some members.

        Args:
            target: the target system's name.
            groups: identity ids of groups.
            members: identity ids of members.
        """
        ...

    def former_memberships(self, target: str, members: Collection[str]) -> frozenset[Membership]:
        """Return what was taken back from some people when they left, and not given since.

        It is remembered until their accounts serve them again.
        """
        ...
