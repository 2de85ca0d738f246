"""Carrying one change of one object: its form, its precondition, and what a look must confirm.

Source: RFC 7644 section 3.14 (versions); RFC 9110 section 13.1.1 (`If-Match`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from connectors._http import Answer, Call, Reply
from connectors._scim_aftermath import (
    ACCEPTED,
    Aftermath,
    Errand,
    has_status,
    is_resource,
    succeeded,
)
from connectors._scim_answers import is_unproven, resource_of, word_of
from connectors._scim_edits import (
    Edit,
    Setting,
    differs_between,
    is_kept,
    is_moved,
    shown_of,
)
from connectors._scim_lookup import Finder
from connectors._scim_patch import FieldChange, message
from connectors._scim_values import Resource, member
from connectors._scim_wanted import names_of
from connectors._scim_wire import single, with_body
from provisor.domain.record import as_text
from provisor.errors import Overtaken, SilentDrop

ROUNDS: Final = 3
"""Calls for one change that meets others' changes; then it is left to the next plan."""

_STALE: Final = 412
_VERSION_NEEDED: Final = 428


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a change that is done."""

    shown: Resource | None
    """The object, as far as the answer or a look showed it."""
    was_so: bool = False
    """Whether nothing had to be done."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Carries changes of objects of one type."""

    finder: Finder
    errand: Errand

    @property
    def aftermath(self) -> Aftermath:
        """Looks where an answer left open what happened."""
        return Aftermath(self.finder, self.errand.turns)

    async def carry(self, native_id: str, edit: Edit) -> Carried:
        """Send the change, again only where the system says that it refused it for its version.

        Raises:
            Overtaken: somebody else changed the same attributes meanwhile; nothing was written.
            SilentDrop: the system says that it is done, and keeps its own value.
            TargetProblem: it was not done, or nobody knows.
        """
        dialect = self.finder.settings.spoken
        looks = dialect.etags or edit.needs_a_look or edit.is_whole(dialect)
        current = await self._current(native_id, edit) if looks else None
        if current is not None and dialect.etags:
            self._check_unmoved([c for c in edit.wanted if is_moved(current, edit, c)])
        if current is not None and _is_all_so(current, edit):
            return Carried(current, was_so=True)
        guarded = dialect.etags
        for _ in range(ROUNDS):
            call = self._call(native_id, edit, current, version_of(current) if guarded else "")
            if call is None:
                return Carried(current, was_so=True)
            reply = await self.errand.deliver(call, self.errand.turns)
            guarded = guarded or has_status(reply, {_VERSION_NEEDED})
            seen = await self._seen_again(native_id, edit, current, reply, call)
            if seen is None:
                return await self._concluded(native_id, edit, reply, call)
            if _is_all_so(seen, edit):
                return Carried(seen, was_so=True)
            current = seen
        raise self._overtaken("the object changed before every call")

    async def _seen_again(
        self, native_id: str, edit: Edit, current: Resource | None, reply: Reply, call: Call
    ) -> Resource | None:
        """Return the object anew where the call may be made again for it; None where it may not.

        Raises:
            Overtaken: somebody else changed the same attributes meanwhile.
        """
        if _finds_nothing(reply):
            seen = await self.aftermath.there(native_id, reply, call)
            again = current is None and isinstance(edit, Setting)
            return seen if again or (_is_all_so(seen, edit) and _is_turning(edit)) else None
        if not _asks_for_the_version(reply, call):
            return None
        seen = await self._current(native_id, edit)
        if not _is_all_so(seen, edit):
            self._check_unmoved(_moved(current, seen, edit))
        return seen

    async def _current(self, native_id: str, edit: Edit) -> Resource:
        whole = () if edit.is_whole(self.finder.settings.spoken) else None
        seen = await self.finder.by_id(native_id, self.errand.turns, whole)
        if seen is None:
            raise self.aftermath.gone()
        return seen

    def _call(
        self, native_id: str, edit: Edit, current: Resource | None, version: str
    ) -> Call | None:
        dialect, kind = self.finder.settings.spoken, self.finder.object_type
        if current is not None and edit.is_whole(dialect):
            call = with_body(single("PUT", kind, native_id), edit.whole(current, dialect))
            return replace(call, if_match=version)
        steps = edit.steps(current, dialect)
        if not steps:
            return None
        call = with_body(single("PATCH", kind, native_id), message(steps))
        return replace(call, if_match=version)

    async def _concluded(self, native_id: str, edit: Edit, reply: Reply, call: Call) -> Carried:
        """Return the object as the change left it, as far as the answer or a look shows it."""
        if is_unproven(reply):
            return Carried(await self.aftermath.as_wanted(native_id, edit, reply, call))
        if has_status(reply, {ACCEPTED}):
            raise self.aftermath.pending(call)
        if not succeeded(reply):
            raise self.finder.wire.problem(reply, call, names_of(edit.wanted))
        shown = resource_of(reply)
        if shown is None or not is_resource(shown, native_id):
            return Carried(None)
        if isinstance(edit, Setting) and any(_is_ignored(shown, c) for c in edit.wanted):
            shown = await self.aftermath.there(native_id, reply, call)
            self._check_taken(edit, shown)
        return Carried(shown)

    def _check_taken(self, edit: Edit, seen: Resource) -> None:
        kept = [change for change in edit.wanted if _is_ignored(seen, change)]
        if kept:
            names = ", ".join(f"`{name}`" for name in names_of(kept))
            raise SilentDrop(
                f"the system answered success and kept its own value of {names}",
                attribute=kept[0].field.attribute.name,
                where=self.finder.wire.where,
                found=f"{len(kept)} of {len(edit.wanted)} values are as they were before",
                safe="the object was read again, and the answer was not believed",
            )

    def _check_unmoved(self, moved: list[FieldChange]) -> None:
        if moved:
            names = ", ".join(f"`{name}`" for name in names_of(moved))
            raise self._overtaken(f"others changed {names}")

    def _overtaken(self, found: str) -> Overtaken:
        return Overtaken(
            "the object changed since the plan was made",
            where=self.finder.wire.where,
            found=found,
            safe="nothing was overwritten",
            next="the next plan decides from what is there now",
        )


def _asks_for_the_version(reply: Reply, call: Call) -> bool:
    """Say whether the version that was named is another one by now, or one has to be named."""
    is_stale = has_status(reply, {_STALE}) and bool(call.if_match)
    return is_stale or (has_status(reply, {_VERSION_NEEDED}) and not call.if_match)


def _is_all_so(resource: Resource, edit: Edit) -> bool:
    return all(edit.is_so(resource, change) for change in edit.wanted)


def _is_turning(edit: Edit) -> bool:
    return not isinstance(edit, Setting)


def _finds_nothing(reply: Reply) -> bool:
    return isinstance(reply, Answer) and word_of(reply) == "noTarget"


def _moved(older: Resource | None, newer: Resource, edit: Edit) -> list[FieldChange]:
    """Return the changes whose attributes somebody else changed between two looks."""
    if older is None:
        return [change for change in edit.wanted if is_moved(newer, edit, change)]
    return [change for change in edit.wanted if differs_between(older, newer, change)]


def version_of(current: Resource | None) -> str:
    """Return the version of an object that was read; empty where it shows none."""
    meta = member(current, "meta") if current is not None else None
    version = member(meta, "version") if isinstance(meta, dict) else None
    return version if isinstance(version, str) and version.isprintable() else ""


def _is_ignored(resource: Resource, change: FieldChange) -> bool:
    """Say whether the old value stands there still, and is no other form of the one sent."""
    return is_kept(resource, change) and _letters(change.after) != _letters(
        shown_of(resource, change)
    )


def _letters(value: object) -> str:
    """Return what is left of a value without case, accents and punctuation."""
    text = as_text(value) if isinstance(value, str | int | tuple) else ""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(one for one in plain.casefold() if one.isalnum())
