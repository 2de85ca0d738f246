"""All rows of one read as the history keeps them, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.chronicle import (
    kept_of,
    laid_over,
    packed,
    packed_pairs,
    pairs_laid_over,
    records_of,
    turned,
    turned_pairs,
    unpacked,
    unpacked_pairs,
)
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.pages import listing_of, pairs_of
from provisor.domain.columns.pairs import NO_MEMBERSHIPS, Pairs
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.engine.past.bodies import body_of, values_of
from provisor.engine.past.picture import Changes, aside_rows, picture_of_records, plain_rows
from provisor.ports.connector import ArrowTable, Rows
from provisor.ports.history import Feed, Form, Sight, Turned, Whole


@dataclass(frozen=True, slots=True)
class ListingPicture:
    """The records of one read."""

    feed: Feed
    key: str
    listing: Listing

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.listing.height

    def whole(self) -> Whole:
        """Return all of them as bytes."""
        kept = kept_of(self.listing, self.feed.attributes)
        body = packed(kept)
        if body is None:
            return picture_of_records(self.feed, self.key, records_of(kept)).whole()
        return Whole(Form.COLUMNS, body)

    def turned(self, before: Whole, changes: Changes) -> Sequence[Turned]:
        """Return what differs from an earlier read, given as a chapter's rows and changes."""
        told = _told(changes)
        held = listing_then(self.feed, self.key, before, {})
        fresh, gone = turned(kept_of(self.listing, self.feed.attributes), held, told)
        found: list[Turned] = [
            (one.key, "", body_of(one.values, self.feed.attributes)) for one in fresh
        ]
        return [*found, *((key, "", None) for key in gone)]


@dataclass(frozen=True, slots=True)
class PairsPicture:
    """The memberships of one read."""

    feed: Feed
    pairs: Pairs

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.pairs.height

    def whole(self) -> Whole:
        """Return all of them as bytes."""
        return Whole(Form.COLUMNS, packed_pairs(self.pairs))

    def turned(self, before: Whole, changes: Changes) -> Sequence[Turned]:
        """Return what differs from an earlier read, given as a chapter's rows and changes."""
        joined, parted = turned_pairs(self.pairs, pairs_then(self.feed, before, changes))
        found: list[Turned] = [(*pair, "") for pair in joined]
        return [*found, *((*pair, None) for pair in parted)]


def listing_then(feed: Feed, key: str, whole: Whole, changes: Changes) -> Listing:
    """Return the records of an earlier read."""
    if whole.form is Form.TEXT:
        rows = plain_rows(feed, key, whole, changes).values()
        return listing_of([[values_of(body) for body in rows]], key, ())[0]
    return laid_over(unpacked(whole.body, key), _told(changes), key)


def _told(changes: Changes) -> dict[str, Values | None]:
    return {name: values_of(body) if body else None for (name, _), body in changes.items()}


def pairs_then(feed: Feed, whole: Whole, changes: Changes) -> Pairs:
    """Return the memberships of an earlier read."""
    if whole.form is Form.TEXT:
        rows = plain_rows(feed, "", whole, changes)
        none = NO_MEMBERSHIPS.groups.texts
        page = [{"group": group, "member": member} for group, member in rows]
        return pairs_of([page], none, none)[0]
    there = [name for name, body in changes.items() if body is not None]
    gone = [name for name, body in changes.items() if body is None]
    return pairs_laid_over(unpacked_pairs(whole.body), there, gone)


def pages_then(
    sight: Sight, key: str, whole: Whole, changes: Changes, wanted: Sequence[str]
) -> Iterator[Rows | ArrowTable]:
    """Yield the rows of an earlier read as pages, as a connector would; columns where they say all.

    Args:
        sight: the read.
        key: the attribute that is the key; empty for memberships.
        whole: as its chapter began.
        changes: since then.
        wanted: the attributes that are asked for.
    """
    if sight.feed.object_type is ObjectType.MEMBERSHIPS:
        pairs = pairs_then(sight.feed, whole, changes)
        yield pairs.texts(pl.int_range(pairs.height, eager=True))
        return
    listing = listing_then(sight.feed, key, whole, changes)
    listing = kept_of(listing, wanted)
    aside = sight.aside
    if listing.absent or listing.rows is not None:
        yield [one.values for one in records_of(listing)]
        if aside.repeated or aside.unkeyed:
            yield aside_rows(aside, key)
        return
    yield listing.frame
    if aside.repeated or aside.unkeyed:
        kind = listing.frame[key].dtype
        rows = [str(row[key]) for row in aside_rows(aside, key)]
        yield pl.DataFrame({key: pl.Series(rows).cast(kind, strict=False)})
