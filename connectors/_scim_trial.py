"""Trying a system out on two users and a group that are made for it and removed afterwards.

Every form is tried by the code that will use it, and believed only when a look shows its effect.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from connectors._http import Call, Reply, Turns
from connectors._scim_aftermath import Aftermath, Deliver, Errand, made_by, succeeded
from connectors._scim_announced import Findings
from connectors._scim_answers import id_of, is_unproven, resource_of
from connectors._scim_dialect import RFC, Booleans, Dialect
from connectors._scim_editing import Editor
from connectors._scim_edits import Setting
from connectors._scim_lookup import Finder
from connectors._scim_patch import FieldChange
from connectors._scim_schema import ANCHOR, ScimSchema
from connectors._scim_settings import ScimSettings
from connectors._scim_values import Resource, member, spelled
from connectors._scim_wire import Wire, creation, places_of, single
from provisor.domain.record import ABSENT, Presence
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem


@dataclass(slots=True)
class Trial:
    """What is made for a trial, and what is found out with it."""

    wire: Wire
    settings: ScimSettings
    schemas: dict[ObjectType, ScimSchema]
    turns: Turns
    found: Findings
    made: list[tuple[ObjectType, str]] = field(default_factory=list)
    mark: str = field(default_factory=lambda: secrets.token_hex(5))
    count: int = 0
    announced: Dialect = RFC
    """What the system says of itself."""

    def __post_init__(self) -> None:
        """Speak to the system where it says that its objects are."""
        self.wire = replace(self.wire, places=places_of(self.found.dialect))
        self.announced = self.found.dialect
        # Other calls than the one that is tried must not depend on what is tried later.
        self.found.dialect = replace(self.found.dialect, etags=False, bulk=None, searchable=None)

    # --- making and reading ------------------------------------------------------------------

    def fresh(self) -> str:
        """Return a text that nobody else has."""
        self.count += 1
        return f"provisor-probe-{self.mark}-{self.count}"

    def finder(self, kind: ObjectType, dialect: Dialect | None = None) -> Finder:
        """Return what looks for objects, in a dialect."""
        settings = self.settings.speaking(dialect or self.found.dialect)
        return Finder(self.wire, settings, kind, self.schemas[kind])

    async def make(self, kind: ObjectType, body: Resource) -> str:
        """Make an object and return its id; empty when the system surely made none.

        Raises:
            Uncertain: nobody knows whether it was made; its name was told in `remarks`.
        """
        call = creation(kind, body)
        reply = await self.wire.deliver(call, self.turns)
        shown = resource_of(reply)
        path = self.wire.placed(call).path
        native_id = id_of(shown) if shown is not None else made_by(reply, path)
        if not native_id and (is_unproven(reply) or succeeded(reply)):
            native_id = await self._lost(kind, body, reply, call)
        if native_id:
            self.made.append((kind, native_id))
        return native_id

    async def _lost(self, kind: ObjectType, body: Resource, reply: Reply, call: Call) -> str:
        """Return the id of an object that may have been made; it must not stay behind unseen."""
        name = self.schemas[kind].name
        known, value = self.schemas[kind].known(name), str(body[name])
        with suppress(TargetProblem):
            found = await self.finder(kind).by_value(known, value, self.turns)
            if len(found) == 1:
                return id_of(found[0])
        self.found.left.append(f"{kind.value} called {value}, perhaps")
        raise Aftermath(self.finder(kind), self.turns).uncertain(reply, call, "it was not found")

    async def make_user(self, name: str) -> str:
        """Make a user with what most systems ask for, or with the least."""
        least: dict[str, object] = {
            "schemas": [self.schemas[ObjectType.USERS].urn],
            "userName": name,
            ANCHOR: name,
        }
        usual = {
            **least,
            "displayName": name,
            "active": True,
            "name": {"givenName": "Probe", "familyName": name},
            "emails": [{"type": "work", "primary": True, "value": f"{name}@probe.invalid"}],
        }
        as_text = replace(self.found.dialect, booleans=Booleans.TEXT)
        for body in (usual, {n: spelled(v, as_text) for n, v in usual.items()}, least):
            if native_id := await self.make(ObjectType.USERS, body):
                return native_id
        return ""

    def change(self, name: str, after: Presence, before: Presence = ABSENT) -> FieldChange:
        """Return one change of a user."""
        return FieldChange(self.schemas[ObjectType.USERS].known(name), before, after)

    async def holds(self, native_id: str, dialect: Dialect, *changes: FieldChange) -> bool:
        """Say whether a user shows the changes after they were sent in a dialect."""
        return await self.kept(native_id, dialect, changes, self.wire.deliver)

    async def kept(
        self, native_id: str, dialect: Dialect, changes: Sequence[FieldChange], deliver: Deliver
    ) -> bool:
        """Say whether a user shows the changes after they were sent by a way of delivering."""
        edit, finder = Setting(changes), self.finder(ObjectType.USERS, dialect)
        try:
            await Editor(finder, Errand(self.turns, deliver)).carry(native_id, edit)
            seen = await finder.by_id(native_id, self.turns)
        except TargetProblem:
            return False
        return seen is not None and all(edit.is_so(seen, change) for change in changes)

    async def seen(self, native_id: str) -> Resource | None:
        """Return a user as a look shows it; None when it is not there."""
        return await self.finder(ObjectType.USERS).by_id(native_id, self.turns)

    async def name_of(self, native_id: str) -> str:
        """Return the login name of a user that was made here."""
        seen = await self.seen(native_id)
        name = member(seen, "userName") if seen is not None else None
        return name if isinstance(name, str) else self.fresh()

    def shows(self, resource: Resource | None, *changes: FieldChange) -> bool:
        """Say whether a user that was looked at has the values."""
        edit = Setting(changes)
        return resource is not None and all(edit.is_so(resource, each) for each in changes)

    async def clear_away(self) -> None:
        """Remove everything that was made; what stays is switched off and told."""
        for kind, native_id in reversed(self.made):
            try:
                await self.wire.deliver(single("DELETE", kind, native_id), self.turns)
                left = await self.finder(kind).by_id(native_id, self.turns)
            except TargetProblem:
                left = {}
            if left is not None:
                if kind is ObjectType.USERS:
                    off = self.change("active", after=False)
                    await self.holds(native_id, self.found.dialect, off)
                self.found.left.append(f"{kind.value} {native_id}")
        self.made.clear()
