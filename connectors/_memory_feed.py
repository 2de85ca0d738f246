"""What an in-memory system says of its changes, and how that goes wrong where a test asks for it.

The feed is one list of mentions over all object types; a watermark is a place in it, together
with the era: a world that forgot its history does not know the watermarks of before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors._memory_faults import Faults
from provisor.domain.membership import Pair
from provisor.domain.schema import ObjectType
from provisor.errors import WatermarkRefused
from provisor.ports.connector import Deltas

Mention = str | Pair
"""The key of an object, or a membership."""


@dataclass(slots=True)
class Feed:
    """Every change of one world, oldest first; nothing is kept where the kind is `NONE`."""

    kind: Deltas = Deltas.NONE
    era: int = 1
    mentions: list[tuple[ObjectType, Mention]] = field(default_factory=list)

    def note(self, object_type: ObjectType, mentions: Sequence[Mention]) -> None:
        """Keep that these objects or memberships changed, came or went."""
        if self.kind is not Deltas.NONE:
            self.mentions.extend((object_type, mention) for mention in mentions)

    def forget(self) -> None:
        """Begin a new era, as a restored backup does: every earlier watermark is refused."""
        self.era += 1
        self.mentions.clear()

    def watermark(self, place: int) -> str | None:
        """Return the place as a watermark, or None where no delta can start."""
        return None if self.kind is Deltas.NONE else f"{self.era}:{place}"

    def told(
        self, object_type: ObjectType, since: str, place: int, faults: Faults
    ) -> tuple[list[Mention], str | None]:
        """Return what a delta mentions and the watermark after it.

        Args:
            place: up to where the feed may be told now.

        Raises:
            WatermarkRefused: the watermark is of another era, or ahead of the feed.
        """
        start = self._place_of(since)
        stop = max(start, place - faults.late_events)
        first = max(0, start - faults.repeated_events)
        mentions = [
            mention
            for number, (kind, mention) in enumerate(self.mentions[first:stop], first + 1)
            if kind is object_type and number not in faults.lost_events
        ]
        if faults.order is not None:
            faults.order.shuffle(mentions)
        return mentions, self.watermark(stop)

    def _place_of(self, since: str) -> int:
        era, _, place = since.partition(":")
        if era == str(self.era) and place.isdecimal() and int(place) <= len(self.mentions):
            return int(place)
        raise WatermarkRefused("the world does not know this watermark")
