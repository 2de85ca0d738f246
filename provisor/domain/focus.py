"""A plan about a few people or groups: their own acts, and what those cannot be without.

Everybody is planned first, so names, matches and limits come out as in any cycle; then the rest is
left out. A membership act of somebody else's group keeps the chosen members alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from provisor.domain.action import Operation, Risk
from provisor.domain.plan import Draft
from provisor.domain.schema import ObjectType

Name = tuple[ObjectType, str]
"""An object type and a source key: whom a plan is about."""


@dataclass(frozen=True, slots=True)
class Focus:
    """Whom a plan is about, with what is known of them."""

    names: frozenset[Name]
    identities: frozenset[str]
    """Their identity ids."""
    linked: frozenset[str]
    """Those of the memberships' groups and members that have an account already."""


def parse_name(word: str, plain: ObjectType) -> Name:
    """Read whom somebody means: a key, or `groups:KEY` and `users:KEY`.

    Example:
        >>> parse_name("E1042", ObjectType.USERS)[1], parse_name("groups:G1", ObjectType.USERS)
        ('E1042', (<ObjectType.GROUPS: 'groups'>, 'G1'))
    """
    kind, colon, key = word.partition(":")
    if colon and kind in (ObjectType.USERS, ObjectType.GROUPS):
        return ObjectType(kind), key
    return plain, word


def about(drafts: Iterable[Draft], focus: Focus) -> tuple[Draft, ...]:
    """Return what of a plan is about the chosen, in the same order.

    Args:
        drafts: of everybody.
        focus: whom to keep.

    Cost: one look at each draft; set operations over the members of each membership act.
    """
    listed = tuple(drafts)
    bundles = {draft.bundle for draft in listed if draft.bundle and _is_about(draft, focus)}
    kept = (
        draft if draft.bundle in bundles or _is_about(draft, focus) else _members_of(draft, focus)
        for draft in listed
    )
    return tuple(draft for draft in kept if draft is not None)


def _is_about(draft: Draft, focus: Focus) -> bool:
    return (draft.action.object_type, draft.key) in focus.names


def _members_of(draft: Draft, focus: Focus) -> Draft | None:
    """Return the part of a membership act that is about the chosen, or nothing."""
    action = draft.action
    if action.operation is not Operation.MEMBERSHIP:
        return None
    if action.subject in focus.identities:
        # The group itself was chosen: whoever has no account yet joins in a later cycle.
        ready = focus.linked | focus.identities
        return _with_members(draft, _among(action.adds, ready), action.removes, action.outsiders)
    if action.subject not in focus.linked:
        return None
    chosen = focus.identities
    return _with_members(draft, _among(action.adds, chosen), _among(action.removes, chosen), ())


def _with_members(
    draft: Draft, adds: tuple[str, ...], removes: tuple[str, ...], outsiders: tuple[str, ...]
) -> Draft | None:
    if not (adds or removes or outsiders):
        return None
    action = replace(draft.action, adds=adds, removes=removes, outsiders=outsiders)
    if action.risk is Risk.DESTRUCTIVE and not action.members_lost:
        action = replace(action, risk=Risk.ORDINARY)
    return replace(draft, action=action)


def _among(members: Iterable[str], chosen: Collection[str]) -> tuple[str, ...]:
    return tuple(member for member in members if member in chosen)
