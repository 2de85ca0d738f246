"""The store as it was at an earlier moment, as far as planning asks; nothing can be written to it.

Links and overrides are those of the moment. Identities, the register of names and the memberships
that we gave are as they are now: they only ever grew, or are told with what is left of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import cast

from provisor.domain.harm import Bucket, Window
from provisor.domain.link import LINK_COLUMNS, Link, Membership
from provisor.domain.link_texts import link_of_texts
from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.ports.acts import Acts
from provisor.ports.links import Links
from provisor.ports.overrides import Overrides
from provisor.ports.store import Store, Unfinished

Columns = dict[str, list[object]]


class PastLinks:
    """The links of a target as they were, with today's memberships and those of leavers."""

    def __init__(self, now: Links, columns: Mapping[ObjectType, Columns]) -> None:
        self._now = now
        self._columns = columns
        self._links: dict[ObjectType, tuple[Link, ...]] = {}

    def of_target(self, target: str, object_type: ObjectType) -> tuple[Link, ...]:
        """Return every link, sorted by key."""
        if object_type not in self._links:
            columns = self.columns(target, object_type)
            rows = zip(*(columns[name] for name in LINK_COLUMNS), strict=True)
            found = [link_of_texts(object_type, *row) for row in rows]
            order = sorted(found, key=lambda one: (one.key, one.identity))
            self._links[object_type] = tuple(order)
        return self._links[object_type]

    def columns(self, _target: str, object_type: ObjectType) -> Columns:
        """Return the links as columns."""
        return self._columns.get(object_type) or {name: [] for name in LINK_COLUMNS}

    def memberships(self, target: str) -> frozenset[Membership]:
        """Return the memberships that we granted, with those of people who left since."""
        return self._now.memberships(target) | self._former(target)

    def memberships_in(
        self, target: str, groups: Collection[str]
    ) -> Iterable[Mapping[str, Sequence[str]]]:
        """Yield the memberships that we granted in some groups, with those of leavers."""
        yield from self._now.memberships_in(target, groups)
        wanted = set(groups)
        former = [one for one in self._former(target) if one.group in wanted]
        if former:
            yield {
                "group": [one.group for one in former],
                "member": [one.member for one in former],
            }

    def _former(self, target: str) -> frozenset[Membership]:
        people = [one.identity for one in self.of_target(target, ObjectType.USERS)]
        return self._now.former_memberships(target, people)

    def of_identities(self, target: str, identities: Collection[str]) -> dict[str, Link]:
        """Return the links of these identities, users and groups alike, by identity id."""
        wanted = set(identities)
        return {one.identity: one for one in self._all(target) if one.identity in wanted}

    def of_key(self, target: str, object_type: ObjectType, key: str) -> tuple[Link, ...]:
        """Return the links of one source key."""
        return self.of_keys(target, object_type, [key])

    def of_keys(
        self, target: str, object_type: ObjectType, keys: Collection[str]
    ) -> tuple[Link, ...]:
        """Return the links of some source keys, sorted by key and identity."""
        wanted = set(keys)
        return tuple(one for one in self.of_target(target, object_type) if one.key in wanted)

    def of_accounts(
        self, target: str, object_type: ObjectType, natives: Collection[str]
    ) -> tuple[Link, ...]:
        """Return the links of some accounts, sorted by key and identity."""
        wanted = set(natives)
        return tuple(one for one in self.of_target(target, object_type) if one.native_id in wanted)

    def count(self, target: str, object_type: ObjectType) -> int:
        """Return how many links there were."""
        return len(self.columns(target, object_type)["identity"])

    def memberships_of(
        self, target: str, groups: Collection[str], members: Collection[str]
    ) -> frozenset[Membership]:
        """Return the memberships that we granted in some groups, or to some members."""
        return self._now.memberships_of(target, groups, members)

    def former_memberships(self, target: str, members: Collection[str]) -> frozenset[Membership]:
        """Return what was taken back from some people when they left."""
        return self._now.former_memberships(target, members)

    def _all(self, target: str) -> Iterator[Link]:
        for kind in (ObjectType.USERS, ObjectType.GROUPS):
            yield from self.of_target(target, kind)


class PastOverrides:
    """What people had said by a moment."""

    def __init__(self, now: Overrides, at: datetime) -> None:
        self._now = now
        self._at = at

    def all(self) -> tuple[Override, ...]:
        """Return every override given by then; what was said of it later was not heard yet."""
        return tuple(self._then(one) for one in self._now.all() if one.created_at <= self._at)

    def standing(self, kind: OverrideKind) -> tuple[Override, ...]:
        """Return those of one kind that nobody had ended by then."""
        return tuple(one for one in self.all() if one.kind is kind and one.ended_at is None)

    def _then(self, one: Override) -> Override:
        ended = one.ended_at is not None and one.ended_at <= self._at
        agreed = one.consent is not None and one.consent.at <= self._at
        return replace(
            one,
            ended_at=one.ended_at if ended else None,
            consent=one.consent if agreed else None,
        )


class PastActs:
    """Nothing is under way in the past, and nothing is counted against its limits."""

    def __init__(self, now: Acts) -> None:
        self._now = now
        self.spent = now.spent

    def unfinished(self, _target: str) -> tuple[Unfinished, ...]:
        """Return nothing: what was open then is long settled."""
        return ()

    def done_since(self, _target: str, _since: datetime, _window: Window) -> dict[Bucket, int]:
        """Return nothing: each day is judged by itself."""
        return {}


class PastStore:
    """A store at an earlier moment."""

    def __init__(self, now: Store, links: Mapping[ObjectType, Columns], at: datetime) -> None:
        self._now = now
        self.links = PastLinks(now.links, links)
        self.overrides = PastOverrides(now.overrides, at)
        self.acts = PastActs(now.acts)

    def __getattr__(self, doorway: str) -> object:
        """Return any other doorway as it is now."""
        return getattr(self._now, doorway)


def store_then(now: Store, links: Mapping[ObjectType, Columns], at: datetime) -> Store:
    """Return the store as it was at a moment, for planning alone."""
    # Only what planning asks is of the past: whoever wrote links or acts would find no such verb.
    return cast("Store", PastStore(now, links, at))
