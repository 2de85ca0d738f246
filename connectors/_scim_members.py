"""Who is in a group: read as pairs, written member by member.

What it never sends: a removal that does not name its member. Where the dialect writes whole lists,
what was read is written again with the change, under the version that was read where there is one.
Source: RFC 7644 section 3.5.2; RFC 7643 section 4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors._http import Answer, Call, Reply, Turns
from connectors._outcomes import already_so, done
from connectors._scim_aftermath import (
    ACCEPTED,
    Aftermath,
    Errand,
    has_status,
    succeeded,
)
from connectors._scim_answers import id_of, is_unproven, word_of
from connectors._scim_dialect import Dialect, PatchStyle
from connectors._scim_editing import ROUNDS, version_of
from connectors._scim_lookup import Finder
from connectors._scim_member_patch import MemberChunk, member_chunks, replacement
from connectors._scim_patch import message
from connectors._scim_settings import ScimSettings
from connectors._scim_values import Resource, member
from connectors._scim_whole import whole_group
from connectors._scim_wire import Query, single, with_body
from provisor.domain.record import Missing, Values
from provisor.domain.schema import ObjectType
from provisor.errors import (
    InvalidValue,
    NotFound,
    Overtaken,
    ReadIncomplete,
    ReferenceMissing,
    TargetProblem,
    Transient,
)
from provisor.ports.connector import MemberChange, Written

_STALE: Final = 412


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

    finder: Finder
    """Looks for objects of type group."""
    errand: Errand

    @property
    def aftermath(self) -> Aftermath:
        """Looks where an answer left open what happened."""
        return Aftermath(self.finder, self.errand.turns)

    @property
    def dialect(self) -> Dialect:
        """How the system wants to be spoken to."""
        return self.finder.settings.spoken

    async def change(self, position: int, group: str, members: MemberChange) -> Written:
        """Let members out of a group and into it, in as many calls as the dialect asks for."""
        room = self.dialect.members_per_call
        if self.dialect.writes_whole_groups:
            room = len(members.adds) + len(members.removes) or 1
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
        if self.dialect.writes_whole_groups:
            await self._rewrite(group, chunk)
            return
        call = self._patch(group, chunk)
        reply = await self.errand.deliver(call, self.errand.turns)
        if isinstance(reply, Answer) and word_of(reply) == "noTarget":
            # Somebody was let out already, and a strict system refuses to do it again.
            chunk = chunk.left_to_do(self._listed(await self._group(group)))
            if not chunk.size:
                return
            reply = await self.errand.deliver(self._patch(group, chunk), self.errand.turns)
        await self._conclude(group, chunk, reply, call)

    def _patch(self, group: str, chunk: MemberChunk) -> Call:
        call = single("PATCH", ObjectType.GROUPS, group)
        return with_body(call, message(chunk.operations(self.dialect)))

    async def _rewrite(self, group: str, chunk: MemberChunk) -> None:
        """Read all members, and write them with the change; again where others were quicker."""
        reply: Reply | None = None
        for _ in range(ROUNDS):
            seen = await self._group(group)
            listed = self._listed(seen)
            chunk = chunk.left_to_do(listed)
            if not chunk.size:
                return
            call = self._whole(group, seen, chunk.changed(listed))
            reply = await self.errand.deliver(call, self.errand.turns)
            if not has_status(reply, {_STALE}):
                await self._conclude(group, chunk, reply, call)
                return
        raise Overtaken(
            "the group changed before every call",
            where=self.finder.wire.where,
            found=f"{ROUNDS} calls; {chunk.size} members are not as wanted",
            safe="nothing was overwritten",
        )

    def _whole(self, group: str, seen: Resource, members: Sequence[str]) -> Call:
        if self.dialect.patch is PatchStyle.PUT:
            body: object = whole_group(seen, members, self.dialect)
            call = with_body(single("PUT", ObjectType.GROUPS, group), body)
        else:
            body = message([replacement(members, self.dialect)])
            call = with_body(single("PATCH", ObjectType.GROUPS, group), body)
        return replace(call, if_match=version_of(seen) if self.dialect.etags else "")

    async def _conclude(self, group: str, chunk: MemberChunk, reply: Reply, call: Call) -> None:
        if is_unproven(reply):
            await self._settle(group, chunk, reply, call)
        elif has_status(reply, {ACCEPTED}):
            raise self.aftermath.pending(call)
        elif not succeeded(reply):
            raise _refused(self.finder.wire.problem(reply, call, ("members",)), chunk)

    async def _settle(self, group: str, chunk: MemberChunk, reply: Reply, call: Call) -> None:
        """Look whether a call without a clear answer was done after all."""
        try:
            left = chunk.left_to_do(self._listed(await self._group(group))).size
        except NotFound:
            raise
        except TargetProblem as problem:
            seen = f"looking failed: {problem.what}"
            raise self.aftermath.uncertain(reply, call, seen) from None
        if left:
            seen = f"{left} of {chunk.size} members are not as wanted"
            raise self.aftermath.uncertain(reply, call, seen)

    async def _group(self, group: str) -> Resource:
        """Return the group with its members; the whole of it where it is written as a whole."""
        whole = self.dialect.writes_whole_groups
        query = () if whole else members_query(self.finder.settings)
        seen = await self.finder.by_id(group, self.errand.turns, query)
        if seen is None:
            raise self.aftermath.gone()
        return seen

    def _listed(self, group: Resource) -> tuple[str, ...]:
        try:
            return tuple(members_of(group))
        except ReadIncomplete as incomplete:
            raise Transient(incomplete.what, where=self.finder.wire.where) from None


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
