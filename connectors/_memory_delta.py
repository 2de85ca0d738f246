"""One delta of an in-memory system: rows as they are now, and signs of what else happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors._memory_feed import Mention
from connectors._memory_world import World
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.errors import WatermarkRefused
from provisor.ports.connector import Changed, Deltas, ReadRequest, Regrouped, Removed


@dataclass(frozen=True, slots=True)
class Delta:
    """What is told since a watermark."""

    signs: tuple[Changed | Removed | Regrouped, ...]
    rows: list[Values]
    watermark: str | None


def deltas_of(world: World, object_type: ObjectType) -> Deltas:
    """Return what the world says of one type; memberships are told as whole groups, not hinted."""
    hints = world.feed.kind is Deltas.HINTS and object_type is ObjectType.MEMBERSHIPS
    return Deltas.STATES if hints else world.feed.kind


def delta_of(world: World, request: ReadRequest) -> Delta:
    """Return what changed since the request's watermark, at the cost of that alone.

    Raises:
        WatermarkRefused: the world does not know the watermark, or keeps no feed.
    """
    object_type, kind = request.object_type, world.feed.kind
    if kind is Deltas.NONE:
        raise WatermarkRefused("the world keeps no feed of its changes")
    told, watermark = world.feed.told(object_type, request.since or "", world.place(), world.faults)
    if object_type is ObjectType.MEMBERSHIPS:
        return _of_memberships(world, told, watermark)
    keys = tuple(mention for mention in told if isinstance(mention, str))
    if kind is Deltas.HINTS:
        return Delta((Changed(keys),) if keys else (), [], watermark)
    rows = world.looked_up(object_type, dict.fromkeys(keys))
    gone = tuple(key for key in dict.fromkeys(keys) if key not in rows)
    signs = (Removed(gone),) if kind is Deltas.STATES and gone else ()
    return Delta(signs, list(rows.values()), watermark)


def _of_memberships(world: World, told: Sequence[Mention], watermark: str | None) -> Delta:
    pairs = list(dict.fromkeys(mention for mention in told if isinstance(mention, tuple)))
    groups = tuple(dict.fromkeys(group for group, _ in pairs))
    rows = world.pairs_of(groups)
    if world.feed.kind is Deltas.HINTS:
        return Delta((Regrouped(groups),) if groups else (), list(rows.values()), watermark)
    gone = tuple(pair for pair in pairs if pair not in rows)
    signs = (Removed(pairs=gone),) if world.feed.kind is Deltas.STATES and gone else ()
    return Delta(signs, [rows[pair] for pair in pairs if pair in rows], watermark)
