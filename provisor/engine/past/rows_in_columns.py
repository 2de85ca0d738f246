"""Rows of an earlier read that were kept in columns, by name."""

from __future__ import annotations

from provisor.domain.columns.chronicle import (
    records_of,
    unpacked,
    unpacked_pairs,
)
from provisor.domain.schema import ObjectType
from provisor.engine.past.bodies import body_of
from provisor.ports.history import Feed, Name, Strand, Whole


def rows_of(feed: Feed, key: str, whole: Whole) -> dict[Name, str]:
    """Return rows that were kept in columns, by name.

    Cost: one object per row.
    """
    if feed.object_type is ObjectType.MEMBERSHIPS and feed.strand is Strand.ROWS:
        return dict.fromkeys(unpacked_pairs(whole.body).rows(), "")
    listing = unpacked(whole.body, key)
    return {(one.key, ""): body_of(one.values, feed.attributes) for one in records_of(listing)}
