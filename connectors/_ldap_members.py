"""Members of groups: given and taken one by one, never by writing the whole list."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from connectors._ldap_directory import EVERYTHING, name_key
from connectors._ldap_driving import Act
from connectors._ldap_problems import problem_of
from connectors._ldap_seam import (
    CLASS_VIOLATION,
    ENTRY_EXISTS,
    NO_SUCH_ATTRIBUTE,
    NO_SUCH_OBJECT,
    SUCCESS,
    UNWILLING,
    VALUE_EXISTS,
    Answer,
    Entry,
    Modify,
    Request,
    Scope,
    Search,
    Turn,
    Turned,
)
from connectors._ldap_settings import GroupSettings
from connectors._ldap_writing import Writer
from connectors._outcomes import already_so, done, failed
from provisor.errors import NotFound, ReferenceMissing
from provisor.ports.connector import MemberChange

_SO_ALREADY = (NO_SUCH_ATTRIBUTE, VALUE_EXISTS, UNWILLING, ENTRY_EXISTS)
"""Servers differ in what they call a member who is in already, or out already."""


@dataclass(frozen=True, slots=True)
class MemberWriter:
    """Writes who is in a group."""

    writer: Writer
    groups: GroupSettings
    logins: Mapping[str, str]
    """Id to login, where members are named so."""

    def change(self, position: int, group: str, members: MemberChange) -> Act:
        """Add and remove members of one group in one modification, all of them or none."""
        where = self.writer.directory.where
        dn = self.writer.known.names.get(group)
        if dn is None:
            return failed(position, NotFound("no group has this native id", where=where), group)
        adds, removes = self._values(members.adds), self._values(members.removes)
        if len(adds) < len(set(members.adds)):
            absent = len(set(members.adds)) - len(adds)
            what = f"{absent} of {len(members.adds)} members to add are not in the directory"
            return failed(position, ReferenceMissing(what, where=where), group)
        if not self._turns(adds, removes):
            return already_so(position, group)
        answer = yield from self._modified(group, dn, adds, removes)
        if answer is None:
            return already_so(position, group)
        if answer.code == SUCCESS:
            return done(position, group)
        return failed(position, problem_of(answer.code, where, self._attribute), group)

    def _modified(
        self, group: str, dn: str, adds: Sequence[bytes], removes: Sequence[bytes]
    ) -> Generator[Request, Answer, Answer | None]:
        """Modify; None where nothing was left to do."""
        only = self.writer.only(group)
        turns = self._turns(adds, removes)
        answer = yield Modify(dn, turns, only)
        if answer.code in _SO_ALREADY:
            shown = yield Search(dn, Scope.BASE, EVERYTHING, (self._attribute,))
            if not shown.entries:
                return Answer(shown.code or NO_SUCH_OBJECT)
            turns = self._still_needed(shown.entries[0], adds, removes)
            if not turns:
                return None
            answer = yield Modify(dn, turns, only)
        if answer.code == CLASS_VIOLATION and self.groups.placeholder and removes:
            # The class wants a member, and the last one goes: somebody who is nobody stays.
            nobody = Turned(Turn.ADD, self._attribute, (self.groups.placeholder.encode(),))
            answer = yield Modify(dn, (nobody, *turns), only)
        return answer

    @property
    def _attribute(self) -> str:
        return self.groups.member_attribute

    def _values(self, ids: Sequence[str]) -> tuple[bytes, ...]:
        """Return how the group names these members; those who are not there have no name."""
        known = self.logins if self.groups.by_login else self.writer.known.names
        return tuple(known[one].encode() for one in dict.fromkeys(ids) if one in known)

    def _turns(self, adds: Sequence[bytes], removes: Sequence[bytes]) -> tuple[Turned, ...]:
        gone = (Turned(Turn.DELETE, self._attribute, tuple(removes)),) if removes else ()
        new = (Turned(Turn.ADD, self._attribute, tuple(adds)),) if adds else ()
        return (*gone, *new)

    def _still_needed(
        self, entry: Entry, adds: Sequence[bytes], removes: Sequence[bytes]
    ) -> tuple[Turned, ...]:
        """Return what a group, as it is, still needs; names in it may be written otherwise."""
        held = {self._key(one): one for one in entry.attributes.get(self._attribute.lower(), ())}
        needed = tuple(one for one in adds if self._key(one) not in held)
        gone = tuple(held[key] for one in removes if (key := self._key(one)) in held)
        return self._turns(needed, gone)

    def _key(self, octets: bytes) -> object:
        text = octets.decode("utf-8", "replace")
        return text if self.groups.by_login else name_key(text)
