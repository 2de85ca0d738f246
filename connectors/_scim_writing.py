"""One action on the wire, and what became of it.

A write is repeated only when it was surely not done. Where nobody knows, the object is looked at
once, and what stays open is uncertain: the engine settles it later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors._http import NOT_FOUND, Call, Reply
from connectors._outcomes import already_so, done, failed
from connectors._scim_aftermath import (
    ACCEPTED,
    Aftermath,
    Errand,
    has_status,
    made_by,
    succeeded,
)
from connectors._scim_answers import id_of, is_unproven, resource_of
from connectors._scim_dialect import AnchorKept, Deletion
from connectors._scim_editing import Editor, version_of
from connectors._scim_edits import Setting, Turning
from connectors._scim_lookup import Finder
from connectors._scim_patch import FieldChange
from connectors._scim_schema import ANCHOR, KEY
from connectors._scim_sifting import Sifted, added, sifted
from connectors._scim_values import Columns, Resource, member, nested, spelled
from connectors._scim_wanted import names_of, wanted_of
from connectors._scim_wire import creation, endpoint, single
from provisor.domain.action import Action, Operation
from provisor.domain.record import Value, Values
from provisor.domain.schema import AttributeType
from provisor.errors import InvalidValue, Overtaken, TargetProblem, Unsupported
from provisor.ports.connector import OutcomeState, Written

_CONFLICT: Final = 409
_GONE: Final = {NOT_FOUND, 410}
_STALE: Final = 412
_SWITCHES: Final = {Operation.DISABLE, Operation.ENABLE}


@dataclass(frozen=True, slots=True)
class Writer:
    """Carries out actions on objects of one type; every problem is raised as what it is."""

    finder: Finder
    errand: Errand

    @property
    def aftermath(self) -> Aftermath:
        """Looks where an answer left open what happened."""
        return Aftermath(self.finder, self.errand.turns)

    @property
    def editor(self) -> Editor:
        """Carries changes of one object."""
        return Editor(self.finder, self.errand)

    # --- making -----------------------------------------------------------------------------

    async def create(self, position: int, action: Action) -> Written:
        """Make the object, unless one with our anchor is there already.

        Where the system refuses a value, the object is made with what it cannot be without, and
        the rest is written attribute by attribute.
        """
        wanted = self._sendable(wanted_of(action, self.finder.schema))
        bare = [change for change in wanted if self._is_needed(change)]
        suspects = self.errand.suspects
        careful = any(c.field.attribute.name in suspects for c in wanted if c not in bare)
        sent, refused = bare if careful else wanted, None
        try:
            made = await self._made(position, action, sent)
        except InvalidValue as problem:
            if len(bare) == len(sent):
                raise
            sent, refused = bare, problem
            made = await self._bare(position, action, bare, problem)
        rest = [change for change in wanted if change not in sent]
        if not rest or made.state is not OutcomeState.DONE or made.native_id is None:
            return made
        try:
            found = await added(self.editor, made.native_id, rest, refused)
        except TargetProblem as unfinished:
            # The object exists: to call that a failure would make nobody its owner.
            return replace(made, problem=unfinished)
        return self._told(made, found, wanted, OutcomeState.DONE)

    async def _bare(
        self, position: int, action: Action, bare: Sequence[FieldChange], refused: InvalidValue
    ) -> Written:
        """Make the object without what may be refused; refused again, the first word counts."""
        try:
            return await self._made(position, action, bare)
        except InvalidValue:
            raise refused from None

    def _sendable(self, wanted: Sequence[FieldChange]) -> Sequence[FieldChange]:
        """Leave out the anchor where the system does not keep it."""
        if self.finder.settings.spoken.anchor is not AnchorKept.DROPPED:
            return wanted
        return [change for change in wanted if change.field.attribute.name != ANCHOR]

    def _is_needed(self, change: FieldChange) -> bool:
        """Say whether an object without the attribute would be none, or another's, or open."""
        attribute = change.field.attribute
        of_need = attribute.required or attribute.type is AttributeType.SECRET
        return of_need or attribute.name in {ANCHOR, "active"}

    async def _made(self, position: int, action: Action, wanted: Sequence[FieldChange]) -> Written:
        body = self._body(wanted)
        call = creation(self.finder.object_type, body)
        reply = await self.errand.deliver(call, self.errand.turns)
        made = resource_of(reply)
        if made is not None:
            return done(position, id_of(made), self._observed(made, wanted))
        if has_status(reply, {_CONFLICT}):
            name = member(body, self.finder.schema.name)
            value: Value = name if isinstance(name, str) else None
            ours = await self.aftermath.ours(action, value, reply, call)
            return already_so(position, id_of(ours), self._observed(ours, wanted))
        if has_status(reply, {ACCEPTED}):
            raise self.aftermath.pending(call)
        if is_unproven(reply) or succeeded(reply):
            native_id = made_by(reply, self._endpoint())
            if native_id:
                return done(position, native_id)
            ours = await self.aftermath.appeared(action, reply, call)
            return done(position, id_of(ours), self._observed(ours, wanted))
        raise self.finder.wire.problem(reply, call, names_of(wanted))

    def _endpoint(self) -> str:
        usual = endpoint(self.finder.object_type)
        return self.finder.wire.places.get(usual, usual)

    def _body(self, wanted: Sequence[FieldChange]) -> Mapping[str, object]:
        dialect = self.finder.settings.spoken
        body = nested(((change.field, change.after) for change in wanted), dialect)
        extensions = sorted(name for name in body if name.lower().startswith("urn:"))
        formed = {name: spelled(value, dialect) for name, value in body.items()}
        return {"schemas": [self.finder.schema.urn, *extensions], **formed}

    # --- changing ---------------------------------------------------------------------------

    async def change(self, position: int, action: Action, native_id: str) -> Written:
        """Change the object's attributes; one that the system refuses does not hold up others."""
        wanted = self._sendable(wanted_of(action, self.finder.schema))
        if not wanted:
            return already_so(position, native_id)
        try:
            carried = await self.editor.carry(native_id, Setting(wanted))
        except InvalidValue as refused:
            if len(wanted) == 1:
                raise
            found = await sifted(self.editor, native_id, wanted, refused)
            made = done(position, native_id)
            switched = action.operation in _SWITCHES and _is_switched(found)
            state = OutcomeState.DONE if switched else OutcomeState.FAILED
            return self._told(made, found, wanted, state)
        observed = self._observed(carried.shown, wanted) if carried.shown else None
        ended = already_so if carried.was_so else done
        return ended(position, native_id, observed)

    async def turn(self, position: int, action: Action, native_id: str) -> Written:
        """Give single values of attributes that hold many, or take them away; others stay."""
        edit = Turning(wanted_of(action, self.finder.schema))
        carried = await self.editor.carry(native_id, edit)
        observed = self._observed(carried.shown, edit.wanted) if carried.shown else None
        ended = already_so if carried.was_so else done
        return ended(position, native_id, observed)

    def _told(
        self, made: Written, found: Sifted, wanted: Sequence[FieldChange], state: OutcomeState
    ) -> Written:
        """Return the outcome of a change of which a part was refused."""
        shown = self._observed(found.shown, wanted) if found.shown else made.observed
        if not found.refused:
            return replace(made, observed=shown)
        if not found.kept and state is OutcomeState.FAILED:
            return failed(made.position, found.reasons[0], made.native_id)
        return replace(made, state=state, observed=shown, problem=found.problem())

    # --- deleting ---------------------------------------------------------------------------

    async def delete(self, position: int, native_id: str) -> Written:
        """Delete the object; one that is not there is as wanted."""
        if self.finder.settings.spoken.delete is Deletion.REFUSED:
            raise Unsupported(
                "the system has no deletion: it switches accounts off",
                where=self.finder.wire.where,
                safe="nothing was sent",
                next="leave `delete` out of `on_leave`, or change `delete` in the dialect",
            )
        call = single("DELETE", self.finder.object_type, native_id)
        if self.finder.settings.spoken.etags:
            current = await self.finder.by_id(native_id, self.errand.turns)
            if current is None:
                return already_so(position, native_id)
            call = replace(call, if_match=version_of(current))
        reply = await self.errand.deliver(call, self.errand.turns)
        if has_status(reply, _GONE):
            return already_so(position, native_id)
        await self._check_deleted(native_id, reply, call)
        return done(position, native_id)

    async def _check_deleted(self, native_id: str, reply: Reply, call: Call) -> None:
        """Check that the object is deleted, by the answer or else by a look."""
        if is_unproven(reply):
            seen = await self.aftermath.seen(native_id, reply, call)
            if seen is not None and not self._is_put_away(seen):
                raise self.aftermath.uncertain(reply, call, "the object is still there")
        elif has_status(reply, {ACCEPTED}):
            raise self.aftermath.pending(call)
        elif has_status(reply, {_STALE}) and call.if_match:
            raise Overtaken(
                "the object changed just before it was to be deleted",
                where=self.finder.wire.where,
                safe="it was not deleted",
                next="the next plan decides from what is there now",
            )
        elif not succeeded(reply):
            raise self.finder.wire.problem(reply, call)

    def _is_put_away(self, seen: Resource) -> bool:
        """Say whether an object that is still in sight is deleted as its system deletes."""
        if self.finder.settings.spoken.delete is not Deletion.DEACTIVATES:
            return False
        field = self.finder.schema.field("active")
        return field is not None and Columns((field,)).row(seen).get("active") is False

    # --- telling ----------------------------------------------------------------------------

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


def _is_switched(found: Sifted) -> bool:
    return any(str(change.path) == "active" for change in found.kept)
