"""Who should be in which group, who is, and what a job may change about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass

from provisor.domain.link import Membership
from provisor.domain.rules import OwnerMode

Pair = tuple[str, str]
"""(group, member): keys in a source, native ids in a target, identity ids in between."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The source's memberships in identity ids, every row counted in one class."""

    wanted: frozenset[Pair]
    rows: int
    out_of_scope: int
    """Group or member is not carried to this target now."""
    set_aside: int
    """Group or member is unknown to the source itself."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What one group gains and loses, in identity ids."""

    adds: frozenset[str]
    removes: frozenset[str]


def resolve(
    pairs: Iterable[Pair],
    groups: Mapping[str, str],
    members: Mapping[str, str],
    known: Callable[[str, str], bool],
) -> Resolved:
    """Translate the source's rows into identity ids.

    Args:
        pairs: (group key, member key) rows; a repeated row counts once as wanted.
        groups: keys of groups that are or will be in the target, to identity ids.
        members: keys of users and groups that are or will be in the target, to identity ids.
        known: whether the source has such a group and such a member at all.
    """
    wanted: set[Pair] = set()
    rows = out_of_scope = set_aside = 0
    for group, member in pairs:
        rows += 1
        if group in groups and member in members:
            wanted.add((groups[group], members[member]))
        elif known(group, member):
            out_of_scope += 1
        else:
            set_aside += 1
    return Resolved(frozenset(wanted), rows, out_of_scope, set_aside)


def group_changes(
    wanted: Set[Pair],
    present: Set[Pair],
    granted: Set[Membership],
    mode: OwnerMode,
    keepers: Set[str],
) -> dict[str, GroupChange]:
    """Return what each group gains and loses.

    Args:
        wanted: pairs of identity ids that should be.
        present: pairs of identity ids that are; accounts without identity are not among them.
        granted: the memberships that we gave.
        mode: `ours` takes back only what we gave; `add_only` takes nothing.
        keepers: members who keep what they have: leavers, held and set-aside people.

    Cost: set operations over the pairs.
    """
    adds: dict[str, set[str]] = {}
    removes: dict[str, set[str]] = {}
    for group, member in wanted - present:
        if member not in keepers:
            adds.setdefault(group, set()).add(member)
    ours = {(grant.group, grant.member) for grant in granted} if mode is OwnerMode.OURS else set()
    for group, member in (ours & present) - wanted:
        if member not in keepers:
            removes.setdefault(group, set()).add(member)
    return {
        group: GroupChange(frozenset(adds.get(group, ())), frozenset(removes.get(group, ())))
        for group in sorted(adds.keys() | removes.keys())
    }
