"""From an act on a group's members to which memberships can be taken back or given again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from provisor.domain.action import Operation
from provisor.domain.link import Link
from provisor.domain.override import OverrideKind
from provisor.domain.plan import PlannedAction
from provisor.domain.reference import NATIVE
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import JOINED, PARTED, Deed, Fate, Wish

_GONE: Final = "the group, or the member, is no longer there"
_NOBODYS: Final = "a member of nobody of ours; somebody has to put it back in the target itself"
_IN: Final = "it is a member again"
_OUT: Final = "it is no member any more"


@dataclass(frozen=True, slots=True)
class Roll:
    """A group and its members, as the target shows them now."""

    group: Link | None
    members: Collection[str]
    """Native ids of whoever is in it."""
    links: Mapping[str, Link]
    """Identity id to the account of everybody whom the act named."""


def memberships_of(planned: PlannedAction, roll: Roll) -> Iterator[Deed]:
    """Yield what one act did to each member of a group, and what becomes of it.

    Args:
        planned: an act on members that was done.
        roll: the group as it is now.
    """
    action = planned.action
    key = roll.group.key if roll.group is not None else planned.draft.key
    told = Deed(
        ObjectType.GROUPS,
        key,
        action.subject,
        planned.id,
        Operation.MEMBERSHIP,
        "",
        Fate.BACK,
    )
    yield from _moved(replace(told, attribute=JOINED), action.adds, roll)
    yield from _moved(replace(told, attribute=PARTED), action.removes, roll)
    for native in action.outsiders:
        named = f"{NATIVE}{native}"
        deed = replace(told, attribute=PARTED, member=named, member_key=named)
        yield deed.as_(Fate.FINAL, _NOBODYS)


def _moved(told: Deed, members: Iterable[str], roll: Roll) -> Iterator[Deed]:
    joined = told.attribute == JOINED
    kind = OverrideKind.REVOKE if joined else OverrideKind.GRANT
    for member in members:
        link = roll.links.get(member)
        deed = replace(told, member=member, member_key=link.key if link is not None else "")
        if roll.group is None or link is None:
            yield deed.as_(Fate.MOVED_ON, _GONE)
            continue
        wish = Wish(kind, value=roll.group.key, about=(link.object_type, link.key))
        deed = replace(deed, wishes=(wish,))
        is_over = (link.native_id in roll.members) is not joined
        yield deed.as_before(_OUT if joined else _IN) if is_over else deed
