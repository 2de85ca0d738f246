"""Which decisions each act of a plan uses up: those of a million acts are the same few."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from provisor.domain.plan import PlannedAction


@dataclass(frozen=True, slots=True)
class Votes:
    """The decisions behind the acts of one plan; four bytes for each act."""

    kinds: tuple[tuple[str, ...], ...]
    """Different groups of decisions; the first one is of acts that nobody voted on."""
    places: array[int]
    """Which of them each act has, in plan order."""

    def behind(self, planned: PlannedAction) -> tuple[str, ...]:
        """Return the ids of the decisions that are used up by doing an act; none where it flows."""
        return self.kinds[self.places[planned.position]]


def votes_of(ids: Iterable[str], voted: Mapping[str, tuple[str, ...]]) -> Votes:
    """Return the decisions behind the acts of a plan.

    Args:
        ids: of all acts, in plan order.
        voted: action id to the decisions that allow it; acts without an entry need none.

    Example:
        >>> votes_of(["a", "b"], {"b": ("vote-1",)})
        Votes(kinds=((), ('vote-1',)), places=array('I', [0, 1]))
    """
    known: dict[tuple[str, ...], int] = {(): 0}
    places = array("I", (known.setdefault(voted.get(one, ()), len(known)) for one in ids))
    return Votes(tuple(known), places)
