"""All rows of one read as the history keeps them, for plain records."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from provisor.domain.membership import Pair
from provisor.domain.record import Record, Values
from provisor.domain.schema import ObjectType
from provisor.engine.past.bodies import as_text, body_of
from provisor.ports.history import Aside, Feed, Form, Name, Turned, Whole

_QUICK = 1
"""Of the levels of zlib: the smallest effort."""

Changes = Mapping[Name, str | None]
"""What changed since the beginning of a chapter."""


class Picture(Protocol):
    """All rows of one read."""

    @property
    def height(self) -> int:
        """How many rows there are."""
        ...

    def whole(self) -> Whole:
        """Return all of them as bytes."""
        ...

    def turned(self, before: Whole, changes: Changes) -> Sequence[Turned]:
        """Return what differs from an earlier read, given as a chapter's rows and changes."""
        ...


@dataclass(frozen=True, slots=True)
class PlainPicture:
    """The rows of a small read, by name."""

    feed: Feed
    key: str
    """The attribute that is the key; empty for memberships."""
    rows: Mapping[Name, str]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def whole(self) -> Whole:
        """Return all of them as bytes."""
        listed = [[*name, body] for name, body in sorted(self.rows.items())]
        return Whole(Form.TEXT, zlib.compress(as_text(listed).encode(), _QUICK))

    def turned(self, before: Whole, changes: Changes) -> Sequence[Turned]:
        """Return what differs from an earlier read, given as a chapter's rows and changes."""
        held = plain_rows(self.feed, self.key, before, changes)
        found: list[Turned] = [
            (*name, body) for name, body in self.rows.items() if held.get(name) != body
        ]
        return [*found, *((*name, None) for name in held if name not in self.rows)]


def picture_of_records(feed: Feed, key: str, records: Iterable[Record]) -> PlainPicture:
    """Return the picture of some records."""
    rows = {(one.key, ""): body_of(one.values, feed.attributes) for one in records}
    return PlainPicture(feed, key, rows)


def picture_of_pairs(feed: Feed, pairs: Iterable[Pair]) -> PlainPicture:
    """Return the picture of some memberships."""
    return PlainPicture(feed, "", dict.fromkeys(pairs, ""))


def plain_rows(feed: Feed, key: str, whole: Whole, changes: Changes) -> dict[Name, str]:
    """Return the rows of an earlier read, by name.

    Cost: one object per row; columns are imported only for a read that was kept in them.
    """
    if whole.form is Form.TEXT:
        listed = json.loads(zlib.decompress(whole.body))
        rows = {(name, member): body for name, member, body in listed}
    else:
        from provisor.engine.past.rows_in_columns import rows_of

        rows = rows_of(feed, key, whole)
    for name, body in changes.items():
        if is_there(feed, body):
            rows[name] = body or ""
        else:
            rows.pop(name, None)
    return rows


def is_there(feed: Feed, body: str | None) -> bool:
    """Say whether a change means that a row is there."""
    return body is not None if feed.object_type is ObjectType.MEMBERSHIPS else bool(body)


def aside_rows(aside: Aside, key: str) -> list[Values]:
    """Return rows that are set aside again: who had several, and those without a key."""
    twice: list[Values] = [{key: k} for k, count in aside.repeated.items() for _ in range(count)]
    return twice + [{key: ""} for _ in range(aside.unkeyed)]
