"""One action on the wire, and what became of it.

A write is repeated only when it was surely not done. Where nobody knows, this module looks once and
reports what it saw; what stays open is uncertain, and the engine settles it later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors._http import NOT_FOUND, SUCCESS, Answer, Call, Reply, Turns
from connectors._outcomes import already_so, done
from connectors._scim_answers import id_of, is_unproven, resource_of, word_of
from connectors._scim_lookup import Finder
from connectors._scim_patch import (
    FieldChange,
    elements_in,
    is_guesswork,
    message,
    operations,
    value_operations,
)
from connectors._scim_schema import ANCHOR, KEY
from connectors._scim_values import Columns, Resource, nested, same
from connectors._scim_wanted import has_secret, names_of, wanted_of
from connectors._scim_wire import creation, single, with_body
from provisor.domain.action import Action
from provisor.domain.record import Values
from provisor.domain.reference import texts_of
from provisor.domain.schema import AttributeType, fold
from provisor.errors import (
    Conflict,
    InvalidValue,
    NotFound,
    Pending,
    TargetProblem,
    Uncertain,
    Unsupported,
)
from provisor.ports.connector import Written

_ACCEPTED: Final = 202
_CONFLICT: Final = 409
_GONE: Final = {NOT_FOUND, 410}


@dataclass(frozen=True, slots=True)
class Writer:
    """Carries out actions on objects of one type; every problem is raised as what it is."""

    finder: Finder
    """Looks where a write left open what happened."""
    turns: Turns

    async def create(self, position: int, action: Action) -> Written:
        """Make the object, unless one with our anchor is there already."""
        wanted = wanted_of(action, self.finder.schema)
        call = creation(self.finder.object_type, self._body(wanted))
        reply = await self.finder.wire.deliver(call, self.turns)
        made = resource_of(reply)
        if made is not None:
            return done(position, id_of(made), self._observed(made, wanted))
        if isinstance(reply, Answer) and reply.status == _CONFLICT:
            ours = await self._ours(action, reply, call)
            return already_so(position, id_of(ours), self._observed(ours, wanted))
        if _has_status(reply, _ACCEPTED):
            raise self._pending(call)
        if is_unproven(reply) or succeeded(reply):
            ours = await self._appeared(action, reply, call)
            return done(position, id_of(ours), self._observed(ours, wanted))
        raise self.finder.wire.problem(reply, call, names_of(wanted))

    async def change(self, position: int, action: Action, native_id: str) -> Written:
        """Change the object's attributes, one operation per path."""
        wanted = wanted_of(action, self.finder.schema)
        call = single("PATCH", self.finder.object_type, native_id)
        present = await self._elements(native_id, wanted) if is_guesswork(wanted) else None
        reply = await self._patch(call, wanted, present)
        if present is None and isinstance(reply, Answer) and word_of(reply) == "noTarget":
            reply = await self._patch(call, wanted, await self._elements(native_id, wanted))
        if reply is None:
            return already_so(position, native_id)
        shown = await self._changed(native_id, wanted, reply, call, _is_as_wanted)
        return done(position, native_id, self._observed(shown, wanted) if shown else None)

    async def turn(self, position: int, action: Action, native_id: str) -> Written:
        """Give single values of attributes that hold many, or take them away; others stay."""
        wanted = wanted_of(action, self.finder.schema)
        steps = value_operations(wanted)
        if not steps:
            return already_so(position, native_id)
        call = single("PATCH", self.finder.object_type, native_id)
        reply = await self.finder.wire.deliver(with_body(call, message(steps)), self.turns)
        if isinstance(reply, Answer) and word_of(reply) == "noTarget":
            # What is to be taken away may be gone already; only a look can tell.
            seen = await self._there(native_id, reply, call)
            if all(_is_turned(seen, change) for change in wanted):
                return already_so(position, native_id, self._observed(seen, wanted))
        shown = await self._changed(native_id, wanted, reply, call, _is_turned)
        return done(position, native_id, self._observed(shown, wanted) if shown else None)

    async def delete(self, position: int, native_id: str) -> Written:
        """Delete the object; one that is not there is as wanted."""
        call = single("DELETE", self.finder.object_type, native_id)
        reply = await self.finder.wire.deliver(call, self.turns)
        if isinstance(reply, Answer) and reply.status in _GONE:
            return already_so(position, native_id)
        if is_unproven(reply):
            if await self._seen(native_id, reply, call) is not None:
                raise self.uncertain(reply, call, "the object is still there")
            return done(position, native_id)
        if _has_status(reply, _ACCEPTED):
            raise self._pending(call)
        if not succeeded(reply):
            raise self.finder.wire.problem(reply, call)
        return done(position, native_id)

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

    # --- bodies -----------------------------------------------------------------------------

    def _body(self, wanted: Sequence[FieldChange]) -> Mapping[str, object]:
        body = nested((change.field, change.after) for change in wanted)
        extensions = sorted(name for name in body if name.lower().startswith("urn:"))
        return {"schemas": [self.finder.schema.urn, *extensions], **body}

    async def _patch(
        self, call: Call, wanted: Sequence[FieldChange], present: Mapping[str, bool] | None
    ) -> Reply | None:
        """Send the PATCH; None when there is nothing to change."""
        steps = operations(wanted, present)
        if not steps:
            return None
        return await self.finder.wire.deliver(with_body(call, message(steps)), self.turns)

    async def _elements(self, native_id: str, wanted: Sequence[FieldChange]) -> Mapping[str, bool]:
        resource = await self.finder.by_id(native_id, self.turns)
        if resource is None:
            raise self.gone()
        return elements_in(resource, wanted)

    def _observed(self, resource: Resource, wanted: Sequence[FieldChange]) -> Values | None:
        """Return what the answer shows of what was sent, and of what has a duty; no secret.

        What a whole resource leaves out has no value there: a dropped value shows as null. An
        answer without even a name is not whole and shows nothing.

        Source: RFC 7643 section 2.5: null and absent are the same.
        """
        schema = self.finder.schema
        fields = {change.field.attribute.name: change.field for change in wanted}
        fields |= {name: schema.fields[name] for name in (KEY, ANCHOR, schema.name)}
        shown = [f for f in fields.values() if f.attribute.type is not AttributeType.SECRET]
        row = Columns(tuple(shown)).row(resource)
        return {f.attribute.name: None for f in shown} | row if schema.name in row else None

    # --- looking where the answer left it open ------------------------------------------------

    async def _ours(self, action: Action, reply: Reply, call: Call) -> Resource:
        """Return the one object that carries our anchor and is in the way of a create.

        Raises:
            Conflict: somebody else's object is in the way, or nobody can say whose.
        """
        conflict = self.finder.wire.problem(reply, call)
        if action.anchor is None:
            raise conflict
        try:
            found = await self.finder.by_anchor(action.anchor, self.turns)
        except (Unsupported, InvalidValue):
            raise conflict from None
        if len(found) != 1:
            raise Conflict(
                "another object holds the name or key; it is not ours",
                where=conflict.where,
                found=f"{conflict.found}; {len(found)} objects carry our anchor",
                safe="nothing was made, and the other object was not touched",
                next="`provisor matches` shows who is in the way",
            )
        return found[0]

    async def _appeared(self, action: Action, reply: Reply, call: Call) -> Resource:
        """Return the object that a create without a clear answer made after all.

        An empty look proves nothing yet: the system may still be at work.
        """
        if action.anchor is None:
            raise self.uncertain(reply, call, "it has no anchor to look for")
        try:
            found = await self.finder.by_anchor(action.anchor, self.turns)
        except TargetProblem as problem:
            raise self.uncertain(reply, call, f"looking failed: {problem.what}") from None
        if len(found) != 1:
            raise self.uncertain(reply, call, f"{len(found)} objects carry its anchor")
        return found[0]

    async def _changed(
        self,
        native_id: str,
        wanted: Sequence[FieldChange],
        reply: Reply,
        call: Call,
        is_so: Callable[[Resource, FieldChange], bool],
    ) -> Resource | None:
        """Return the object as a PATCH left it, as far as the answer or a look shows it.

        Args:
            native_id: the object's.
            wanted: what was sent.
            reply: what came back.
            call: what was called.
            is_so: says whether an object that was looked at has a change.
        """
        if is_unproven(reply):
            return await self._as_wanted(native_id, wanted, reply, call, is_so)
        if _has_status(reply, _ACCEPTED):
            raise self._pending(call)
        if not succeeded(reply):
            raise self.finder.wire.problem(reply, call, names_of(wanted))
        shown = resource_of(reply)
        return shown if shown is not None and id_of(shown) == native_id else None

    async def _as_wanted(
        self,
        native_id: str,
        wanted: Sequence[FieldChange],
        reply: Reply,
        call: Call,
        is_so: Callable[[Resource, FieldChange], bool],
    ) -> Resource:
        """Return the object when a look shows every value as it was sent."""
        if has_secret(wanted):
            raise self.uncertain(reply, call, "a secret cannot be read back")
        seen = await self._there(native_id, reply, call)
        differ = sum(not is_so(seen, change) for change in wanted)
        if differ:
            raise self.uncertain(reply, call, f"{differ} of {len(wanted)} values differ")
        return seen

    async def _there(self, native_id: str, reply: Reply, call: Call) -> Resource:
        """Return the object as a look shows it; it is there."""
        seen = await self._seen(native_id, reply, call)
        if seen is None:
            raise self.gone()
        return seen

    async def _seen(self, native_id: str, reply: Reply, call: Call) -> Resource | None:
        try:
            return await self.finder.by_id(native_id, self.turns)
        except TargetProblem as problem:
            raise self.uncertain(reply, call, f"looking failed: {problem.what}") from None

    def gone(self) -> NotFound:
        """Return what to say of an object that a look did not find."""
        return NotFound(
            "the object is not there", where=self.finder.wire.where, safe="nothing was changed"
        )

    def _pending(self, call: Call) -> Pending:
        return Pending(
            "the system accepted the call and has not finished it",
            where=self.finder.wire.where,
            found=f"status {_ACCEPTED} to {call.label}",
        )


def _is_as_wanted(resource: Resource, change: FieldChange) -> bool:
    attribute = change.field.attribute
    return same(change.after, Columns((change.field,)).row(resource).get(attribute.name), attribute)


def _is_turned(resource: Resource, change: FieldChange) -> bool:
    attribute = change.field.attribute
    shown = texts_of(Columns((change.field,)).row(resource).get(attribute.name))
    held = {fold(one, attribute) for one in shown}
    given = {fold(one, attribute) for one in texts_of(change.after)}
    taken = {fold(one, attribute) for one in texts_of(change.before)}
    return given <= held and not taken & held


def succeeded(reply: Reply) -> bool:
    """Say whether the answer is one of success."""
    return isinstance(reply, Answer) and reply.status in SUCCESS


def _has_status(reply: Reply, status: int) -> bool:
    return isinstance(reply, Answer) and reply.status == status
