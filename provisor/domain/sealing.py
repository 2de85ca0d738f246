"""Drafts become a sealed plan: every action's bytes are written once, hashed, and handed on.

A first load seals a million actions: an object for each, and its bytes written a second time for
the store, would cost more than planning them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import overload

from provisor.domain.action_bytes import action_bytes, kept_bytes, label_digest
from provisor.domain.canonical import joined_root, keyed_digest, merkle_root
from provisor.domain.plan import Draft, Header, Plan, PlannedAction, digest_of_root

MANY = 10_000
"""Above this many, the actions of a plan are made one by one when they are looked at."""
PAGE = 1_024
"""Actions whose digests make one full subtree of a plan's tree; a power of two."""


@dataclass(frozen=True, slots=True)
class SealedActions(Sequence[PlannedAction]):
    """The actions of a large plan in order, as its drafts with what seals each of them."""

    drafts: tuple[Draft, ...]
    digests: Sequence[bytes]
    labels: Sequence[bytes]
    """The keyed digests of what names a person beside each action."""
    bodies: Sequence[bytes]
    """Canonical bytes; empty once somebody keeps them."""
    roots: Sequence[bytes]
    """The head of the tree over each page of digests."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.drafts)

    @overload
    def __getitem__(self, place: int) -> PlannedAction: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[PlannedAction, ...]: ...
    def __getitem__(self, place: int | slice) -> PlannedAction | tuple[PlannedAction, ...]:
        """Return one action, or a tuple of several."""
        places = range(len(self.drafts))[place]
        if isinstance(places, range):
            return tuple(PlannedAction(at, self.drafts[at], self.digests[at]) for at in places)
        return PlannedAction(places, self.drafts[places], self.digests[places])

    def __iter__(self) -> Iterator[PlannedAction]:
        """Yield every action, made one by one."""
        return map(PlannedAction, range(len(self.drafts)), self.drafts, self.digests)


def without_bodies(plan: Plan) -> Plan:
    """Return the same plan without the bytes of its actions, once somebody keeps them."""
    if not isinstance(plan.actions, SealedActions):
        return plan
    return replace(plan, actions=replace(plan.actions, bodies=()))


def seal(header: Header, drafts: Iterable[Draft], key_of: Callable[[str], bytes]) -> Plan:
    """Freeze drafts into a plan.

    Args:
        header: what the plan is about.
        drafts: in plan order.
        key_of: the random key of a subject (identity id).

    Cost: two HMAC and two SHA-256 per action; the bytes of all actions are held until the plan
        is let go, or `without_bodies`.
    """
    listed = tuple(drafts)
    if len(listed) <= MANY:
        return _small(header, listed, key_of)
    digests: list[bytes] = []
    labels: list[bytes] = []
    bodies: list[bytes] = []
    for draft in listed:
        action = draft.action
        key, body = key_of(action.subject), action_bytes(action)
        bodies.append(body)
        digests.append(keyed_digest(key, body))
        labels.append(label_digest(key, draft.key, draft.name, draft.leave_date))
    starts = range(0, len(digests), PAGE)
    roots = [merkle_root(digests[start : start + PAGE]) for start in starts]
    actions = SealedActions(listed, digests, labels, bodies, roots)
    return Plan(header, actions, digest_of_root(header, joined_root(roots)))


def _small(header: Header, drafts: tuple[Draft, ...], key_of: Callable[[str], bytes]) -> Plan:
    actions = tuple(
        PlannedAction(
            position,
            draft,
            keyed_digest(key_of(draft.action.subject), kept_bytes(draft.action)),
        )
        for position, draft in enumerate(drafts)
    )
    root = merkle_root(action.digest for action in actions)
    return Plan(header, actions, digest_of_root(header, root))
