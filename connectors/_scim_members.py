"""Who is in a group: read as pairs, written member by member.

What it never sends: a removal that does not name its member.
Source: RFC 7644 section 3.5.2; RFC 7643 section 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connectors._http import Answer, Call, Reply, Turns
from connectors._outcomes import already_so, done
from connectors._scim_answers import id_of, is_unproven, word_of
from connectors._scim_lookup import Finder
from connectors._scim_patch import MemberChunk, member_chunks, message
from connectors._scim_settings import ScimSettings
from connectors._scim_values import Resource, member
from connectors._scim_wire import Query, single, with_body
from connectors._scim_writing import Writer, succeeded
from provisor.domain.record import Missing, Values
from provisor.domain.schema import ObjectType
from provisor.errors import (
    InvalidValue,
    NotFound,
    ReadIncomplete,
    ReferenceMissing,
    TargetProblem,
    Transient,
)
from provisor.ports.connector import MemberChange, Written


def pairs_of(groups: Sequence[Resource]) -> list[Values]:
    """Return one row per membership; a member that is listed twice is one.

    Raises:
        ReadIncomplete: a member has no id.
    """
    return [
        {"group": id_of(group), "member": native_id}
        for group in groups
        for native_id in members_of(group)
    ]


def members_of(group: Resource) -> Iterator[str]:
    """Yield the ids of a group's members, users and groups alike, each once.

    Raises:
        ReadIncomplete: a member has no id.
    """
    listed = member(group, "members")
    if listed is None or isinstance(listed, Missing):
        return
    seen: set[str] = set()
    for entry in listed if isinstance(listed, list) else [listed]:
        native_id = member(entry, "value") if isinstance(entry, dict) else entry
        if not isinstance(native_id, str) or not native_id:
            raise ReadIncomplete("a member of a group is listed without an id")
        if native_id not in seen:
            seen.add(native_id)
            yield native_id


async def hides_members(finder: Finder, turns: Turns, groups: Iterable[str]) -> bool:
    """Say whether a group that was listed without members has some when it is asked for alone.

    Raises:
        TargetProblem: the system did not say.
    """
    for native_id in groups:
        group = await finder.by_id(native_id, turns, members_query(finder.settings))
        if group is not None and any(members_of(group)):
            return True
    return False


@dataclass(frozen=True, slots=True)
class MemberWriter:
    """Carries out membership changes of groups."""

    writer: Writer
    """Writes objects of type group."""

    async def change(self, position: int, group: str, members: MemberChange) -> Written:
        """Let members out of a group and into it, in as many calls as the settings ask for."""
        room = self.writer.finder.settings.members_per_call
        chunks = member_chunks(members.adds, members.removes, room)
        for number, chunk in enumerate(chunks):
            try:
                await self._carry(group, chunk)
            except TargetProblem as problem:
                if number:
                    problem.safe = f"{number} of {len(chunks)} calls were carried out before it"
                raise
        return done(position, group) if chunks else already_so(position, group)

    async def _carry(self, group: str, chunk: MemberChunk) -> None:
        wire, turns = self.writer.finder.wire, self.writer.turns
        call = single("PATCH", ObjectType.GROUPS, group)
        reply = await wire.deliver(with_body(call, message(chunk.operations())), turns)
        if isinstance(reply, Answer) and word_of(reply) == "noTarget":
            # Somebody was let out already, and a strict system refuses to do it again.
            chunk = chunk.left_to_do(await self._members(group))
            if not chunk.size:
                return
            reply = await wire.deliver(with_body(call, message(chunk.operations())), turns)
        if is_unproven(reply):
            await self._settle(group, chunk, reply, call)
        elif not succeeded(reply):
            raise _refused(wire.problem(reply, call, ("members",)), chunk)

    async def _settle(self, group: str, chunk: MemberChunk, reply: Reply, call: Call) -> None:
        """Look whether a call without a clear answer was done after all."""
        try:
            left = chunk.left_to_do(await self._members(group)).size
        except NotFound:
            raise
        except TargetProblem as problem:
            seen = f"looking failed: {problem.what}"
            raise self.writer.uncertain(reply, call, seen) from None
        if left:
            seen = f"{left} of {chunk.size} members are not as wanted"
            raise self.writer.uncertain(reply, call, seen)

    async def _members(self, group: str) -> frozenset[str]:
        finder = self.writer.finder
        seen = await finder.by_id(group, self.writer.turns, members_query(finder.settings))
        if seen is None:
            raise self.writer.gone()
        try:
            return frozenset(members_of(seen))
        except ReadIncomplete as incomplete:
            raise Transient(incomplete.what, where=finder.wire.where) from None


def members_query(settings: ScimSettings) -> Query:
    """Return the query that asks for groups with their members."""
    return (("attributes", "members"),) if settings.projection else ()


def _refused(problem: TargetProblem, chunk: MemberChunk) -> TargetProblem:
    if isinstance(problem, InvalidValue) and chunk.adds:
        return ReferenceMissing(
            "the system does not take a member",
            where=problem.where,
            found=f"{problem.found}; {len(chunk.adds)} members were to join",
        )
    return problem
