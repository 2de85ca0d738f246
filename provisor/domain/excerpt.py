"""Some of a plan's actions, made when they are looked at; and what all of them stand under.

A plan may hold a million actions, and nobody needs all of them in hand: who may carry out which is
answered by what each stands under, and each is read again when its turn comes.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, overload

from provisor.domain import sealing
from provisor.domain.action import Action, Operation
from provisor.domain.plan import Draft, PlannedAction
from provisor.domain.plan_reading import Written
from provisor.domain.sealing import SealedActions

_NEEDS_ACCOUNT = frozenset({Operation.GRANT, Operation.REVOKE})


class Standing(Protocol):
    """What says in which part an action is judged, and with which others it stands or falls."""

    @property
    def kind(self) -> str:
        """What it is counted in."""
        ...

    @property
    def part(self) -> str:
        """The part that it is judged in."""
        ...

    @property
    def bundle(self) -> str:
        """What it shares with those that are kept or dropped with it; empty alone."""
        ...


@dataclass(frozen=True, slots=True)
class Slip:
    """What an action stands under, without the action; equal ones are one."""

    kind: str
    part: str
    bundle: str
    needs: bool
    """Whether it is sent only where somebody has an account."""


def needs_account(action: Action) -> bool:
    """Say whether an act is about an account that must be there before."""
    return action.operation in _NEEDS_ACCOUNT or bool(action.references)


def slips_of(actions: Iterable[PlannedAction]) -> dict[str, Slip]:
    """Return what each action stands under, by action id.

    Cost: one look at each action; what is held of it is its id.
    """
    known: dict[Slip, Slip] = {}
    found: dict[str, Slip] = {}
    for one in actions:
        draft = one.draft
        kind = draft.kind
        part = f"{kind}:{draft.apart}" if draft.apart else kind
        slip = Slip(kind, part, draft.bundle, needs_account(draft.action))
        found[one.id] = known.setdefault(slip, slip)
    return found


def ids_of(actions: Iterable[PlannedAction]) -> Iterator[str]:
    """Yield the id of every action in order, without making those that are not made yet."""
    if isinstance(actions, SealedActions):
        return (digest.hex() for digest in actions.digests)
    if isinstance(actions, Written):
        return (digest.hex() for _, digest, *_ in actions.written())
    return (one.id for one in actions)


@dataclass(frozen=True, slots=True)
class Excerpt(Sequence[PlannedAction]):
    """Some actions in the order of their places.

    Cost: four bytes for each, and what looking at one costs.
    """

    actions: Sequence[PlannedAction]
    places: array[int]
    anew: Mapping[str, Draft] = field(default_factory=dict)
    """Action id to its draft as it was planned again, where that is another one."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> PlannedAction: ...
    @overload
    def __getitem__(self, place: slice) -> Excerpt: ...
    def __getitem__(self, place: int | slice) -> PlannedAction | Excerpt:
        """Return one action, or an excerpt of several."""
        if isinstance(place, slice):
            return Excerpt(self.actions, self.places[place], self.anew)
        return self._made(self.places[place])

    def __iter__(self) -> Iterator[PlannedAction]:
        """Yield every action, made one by one."""
        return map(self._made, self.places)

    def without(self, left: Collection[str]) -> Excerpt:
        """Return the others than some, by action id."""
        if not left:
            return self
        places = (place for place, one in zip(self.places, self, strict=True) if one.id not in left)
        return Excerpt(self.actions, array("I", places), self.anew)

    def _made(self, place: int) -> PlannedAction:
        one = self.actions[place]
        draft = self.anew.get(one.id) if self.anew else None
        return one if draft is None else PlannedAction(one.position, draft, one.digest)


def some_of(actions: Sequence[PlannedAction], chosen: Collection[str]) -> Sequence[PlannedAction]:
    """Return the actions of some ids in plan order: in hand while they are few."""
    found = excerpt(actions, chosen)
    return tuple(found) if len(actions) <= sealing.MANY else found


def excerpt(
    actions: Sequence[PlannedAction],
    chosen: Collection[str],
    anew: Mapping[str, Draft] | None = None,
) -> Excerpt:
    """Return the actions of some ids, in plan order.

    Args:
        actions: a plan's.
        chosen: action ids; others than the plan's mean nothing.
        anew: action id to its draft as it was planned again.

    Example:
        >>> len(excerpt((), {"a"}))
        0
    """
    places = (place for place, one in enumerate(ids_of(actions)) if one in chosen)
    return Excerpt(actions, array("I", places), anew or {})
