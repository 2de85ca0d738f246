"""Looking where an answer left open what happened; only what a look shows is believed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from connectors._http import SUCCESS, Answer, Call, Reply, Turns
from connectors._scim_answers import id_of, is_unproven
from connectors._scim_dialect import AnchorKept, Deletion
from connectors._scim_edits import Edit
from connectors._scim_lookup import Finder
from connectors._scim_schema import ANCHOR
from connectors._scim_values import Columns, Resource, same
from connectors._scim_wanted import has_secret
from provisor.domain.action import Action
from provisor.domain.record import Value
from provisor.errors import (
    Conflict,
    InvalidValue,
    NotFound,
    Pending,
    TargetProblem,
    Uncertain,
    Unsupported,
)

ACCEPTED: Final = 202

Deliver = Callable[[Call, Turns], Awaitable[Reply]]
"""Carries one write, alone or together with others, and returns what became of it."""


class Trail:
    """Carries the writes of one action, and remembers whether one of them may have been done."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self.began = False

    async def deliver(self, call: Call, turns: Turns) -> Reply:
        """Carry one write; a refusal leaves no trace."""
        reply = await self._deliver(call, turns)
        self.began = self.began or is_unproven(reply) or succeeded(reply)
        return reply


@dataclass(frozen=True, slots=True)
class Errand:
    """What all actions of one batch share."""

    turns: Turns
    deliver: Deliver
    suspects: set[str] = field(default_factory=set)
    """Attributes that the system refused for some object; they are sent apart for the next."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Says what became of a write of one object type."""

    finder: Finder
    turns: Turns

    def uncertain(self, reply: Reply, call: Call, seen: str) -> Uncertain:
        """Return what to say of a write whose fate stays open."""
        unknown = self.finder.wire.problem(reply, call)
        return Uncertain(
            "nobody knows whether the call was done",
            where=self.finder.wire.where,
            found=f"{unknown.found}: {unknown.what}; {seen}",
            safe="it was not repeated",
            next="the target is looked at again before anything else is sent",
        )

    async def ours(self, action: Action, name: Value, reply: Reply, call: Call) -> Resource:
        """Return the one object that carries our anchor and is in the way of a create.

        Raises:
            Conflict: somebody else's object is in the way, or nobody can say whose.
        """
        conflict = self.finder.wire.problem(reply, call)
        if action.anchor is None:
            raise conflict
        try:
            found = await self._with_anchor(action.anchor)
            if len(found) == 1:
                return found[0]
            named = await self._named(name)
        except (Unsupported, InvalidValue):
            raise conflict from None
        kept = [one for one in named or () if self._carries(one, action.anchor)]
        if not found and len(kept) == 1:
            return kept[0]
        raise self._in_the_way(conflict, len(found), named)

    async def _with_anchor(self, anchor: str) -> tuple[Resource, ...]:
        if self.finder.settings.spoken.anchor is not AnchorKept.SEARCHABLE:
            return ()
        return await self.finder.by_anchor(anchor, self.turns)

    async def _named(self, name: Value) -> tuple[Resource, ...] | None:
        """Return who is seen under the name; None when nobody can say."""
        field = self.finder.schema.known(self.finder.schema.name)
        try:
            return await self.finder.by_value(field, name, self.turns)
        except TargetProblem:
            return None

    def _carries(self, resource: Resource, anchor: str) -> bool:
        known = self.finder.schema.known(ANCHOR)
        return same(anchor, Columns((known,)).row(resource).get(ANCHOR), known.attribute)

    def _in_the_way(
        self, conflict: TargetProblem, ours: int, named: tuple[Resource, ...] | None
    ) -> Conflict:
        """Say whose the name is, or that nobody who can be seen holds it."""
        safe = "nothing was made, and no other object was touched"
        if named is None or named or ours:
            return Conflict(
                "another object holds the name or key; it is not ours",
                where=conflict.where,
                found=f"{conflict.found}; {ours} objects carry our anchor",
                safe=safe,
                next="`provisor matches` shows who is in the way",
            )
        binned = self.finder.settings.spoken.delete is Deletion.BIN
        return Conflict(
            "the name is reserved, and no account that can be seen holds it",
            where=conflict.where,
            found=f"{conflict.found}; no object carries the name or our anchor",
            safe=safe,
            next="empty the system's recycle bin, or bring the account back from it"
            if binned
            else "look for a deleted account in the system's recycle bin, or an unlisted one",
        )

    async def appeared(self, action: Action, reply: Reply, call: Call) -> Resource:
        """Return the object that a create without a clear answer made after all.

        An empty look proves nothing yet: the system may still be at work.
        """
        if action.anchor is None:
            raise self.uncertain(reply, call, "it has no anchor to look for")
        if self.finder.settings.spoken.anchor is not AnchorKept.SEARCHABLE:
            seen = "the system cannot be searched for its anchor, so a person decides"
            raise self.uncertain(reply, call, seen)
        try:
            found = await self.finder.by_anchor(action.anchor, self.turns)
        except TargetProblem as problem:
            raise self.uncertain(reply, call, f"looking failed: {problem.what}") from None
        if len(found) != 1:
            raise self.uncertain(reply, call, f"{len(found)} objects carry its anchor")
        return found[0]

    async def as_wanted(self, native_id: str, edit: Edit, reply: Reply, call: Call) -> Resource:
        """Return the object when a look shows every value as it was sent."""
        if has_secret(edit.wanted):
            raise self.uncertain(reply, call, "a secret cannot be read back")
        seen = await self.there(native_id, reply, call)
        differ = sum(not edit.is_so(seen, change) for change in edit.wanted)
        if differ:
            raise self.uncertain(reply, call, f"{differ} of {len(edit.wanted)} values differ")
        return seen

    async def there(self, native_id: str, reply: Reply, call: Call) -> Resource:
        """Return the object as a look shows it; it is there."""
        seen = await self.seen(native_id, reply, call)
        if seen is None:
            raise self.gone()
        return seen

    async def seen(self, native_id: str, reply: Reply, call: Call) -> Resource | None:
        """Return the object as a look shows it; None when it is not there."""
        try:
            return await self.finder.by_id(native_id, self.turns)
        except TargetProblem as problem:
            raise self.uncertain(reply, call, f"looking failed: {problem.what}") from None

    def gone(self) -> NotFound:
        """Return what to say of an object that a look did not find."""
        return NotFound(
            "the object is not there", where=self.finder.wire.where, safe="nothing was changed"
        )

    def pending(self, call: Call) -> Pending:
        """Return what to say of a call that was accepted for later."""
        return Pending(
            "the system accepted the call and has not finished it",
            where=self.finder.wire.where,
            found=f"status {ACCEPTED} to {call.label}",
        )


def succeeded(reply: Reply) -> bool:
    """Say whether the answer is one of success."""
    return isinstance(reply, Answer) and reply.status in SUCCESS


def has_status(reply: Reply, statuses: Iterable[int]) -> bool:
    """Say whether the answer has one of these statuses."""
    return isinstance(reply, Answer) and reply.status in statuses


def made_by(reply: Reply, path: str) -> str:
    """Return the id of a new object from the address that the answer gives it; empty without one.

    Args:
        reply: an answer of success.
        path: where such objects are, such as `/Users`.
    """
    if not isinstance(reply, Answer) or reply.status not in SUCCESS:
        return ""
    told = reply.headers.get("location", "").partition("?")[0].rstrip("/")
    before, _, last = told.rpartition("/")
    return unquote(last) if before.endswith(path) else ""


def is_resource(resource: Resource | None, native_id: str) -> bool:
    """Say whether an answer shows the object that was asked for."""
    return resource is not None and id_of(resource) == native_id
