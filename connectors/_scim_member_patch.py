"""Bodies of PATCH for the members of a group, in the forms of a dialect.

What it never makes unless the dialect says so: an operation that could mean "remove all members".
Source: RFC 7644 section 3.5.2.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from connectors._scim_dialect import RFC, Dialect, MemberAdd, MemberRemove
from connectors._scim_patch import Operation
from connectors._scim_paths import Selector
from provisor.errors import InvalidValue

_PATH: Final = "members"


@dataclass(frozen=True, slots=True)
class MemberChunk:
    """The members of one call."""

    adds: tuple[str, ...]
    removes: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many members it names."""
        return len(self.adds) + len(self.removes)

    def operations(self, dialect: Dialect = RFC) -> tuple[Operation, ...]:
        """Return the operations; each removal names its member, whatever the form."""
        return (*_removals(self.removes, dialect), *_additions(self.adds, dialect))

    def left_to_do(self, members: Collection[str]) -> MemberChunk:
        """Return what a group with these members still lacks."""
        return MemberChunk(
            tuple(native_id for native_id in self.adds if native_id not in members),
            tuple(native_id for native_id in self.removes if native_id in members),
        )

    def changed(self, members: Sequence[str]) -> tuple[str, ...]:
        """Return all members as they are afterwards, those who stay in their order."""
        gone, there = {*self.removes}, {*members}
        stay = [native_id for native_id in members if native_id not in gone]
        return (*stay, *(native_id for native_id in self.adds if native_id not in there))


def replacement(members: Sequence[str], dialect: Dialect) -> Operation:
    """Return the operation that writes all members of a group.

    Only a dialect whose form is the whole list asks for it.
    """
    everybody = [{"value": _named(native_id)} for native_id in members]
    return {"op": dialect.verb("replace"), "path": _PATH, "value": everybody}


def member_chunks(
    adds: Sequence[str], removes: Sequence[str], room: int
) -> tuple[MemberChunk, ...]:
    """Return a membership change in chunks of at most `room` members; leaving comes first."""
    everyone = [(native_id, False) for native_id in removes] + [(i, True) for i in adds]
    return tuple(
        MemberChunk(
            tuple(native_id for native_id, joins in some if joins),
            tuple(native_id for native_id, joins in some if not joins),
        )
        for start in range(0, len(everyone), room)
        if (some := everyone[start : start + room])
    )


def _removals(members: Sequence[str], dialect: Dialect) -> tuple[Operation, ...]:
    verb = dialect.verb("remove")
    if members and dialect.member_remove is MemberRemove.VALUES:
        named = [{"value": _named(native_id)} for native_id in members]
        return ({"op": verb, "path": _PATH, "value": named},)
    return tuple(
        {"op": verb, "path": f"{_PATH}[{Selector('value', _named(native_id))}]"}
        for native_id in members
    )


def _additions(members: Sequence[str], dialect: Dialect) -> tuple[Operation, ...]:
    if not members:
        return ()
    verb = dialect.verb("add")
    joining: list[dict[str, object]] = [{"value": _named(native_id)} for native_id in members]
    match dialect.member_add:
        case MemberAdd.WITH_REF:
            with_ref = [{"$ref": None, **one} for one in joining]
            return ({"op": verb, "path": _PATH, "value": with_ref},)
        case MemberAdd.PATHLESS:
            return ({"op": verb, "value": {_PATH: joining}},)
        case MemberAdd.OBJECT:
            return ({"op": verb, "path": _PATH, "value": {_PATH: joining}},)
        case _:
            return ({"op": verb, "path": _PATH, "value": joining},)


def _named(native_id: str) -> str:
    if not native_id:
        raise InvalidValue("a member without an id would stand for all", attribute=_PATH)
    return native_id
