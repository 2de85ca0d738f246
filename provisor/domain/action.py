"""One sealed act on one object of a target: what an approver approves and a connector does.

An action holds no time, no plan id and no ETag, so the same need gives the same digest tomorrow.
Source: schema `provisor.action/1`; docs/reference/digest.md carries test vectors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from provisor.domain.canonical import Json, canonical, keyed_digest
from provisor.domain.comeback import Return
from provisor.domain.minting import swiftly
from provisor.domain.record import ABSENT, Presence, Scalar, is_blank
from provisor.domain.reference import is_native, texts_of
from provisor.domain.schema import ObjectType

SCHEMA = "provisor.action/1"
REDACTED = "[Redact]"
"""What people see of a value that is written and not shown."""


class Operation(StrEnum):
    """What is done to the object."""

    CREATE = "create"
    UPDATE = "update"
    CLEAR = "clear"
    DISABLE = "disable"
    ENABLE = "enable"
    RENAME = "rename"
    DELETE = "delete"
    MEMBERSHIP = "membership"
    GRANT = "grant"
    REVOKE = "revoke"


class Risk(StrEnum):
    """How much harm a mistaken action would do."""

    ORDINARY = "ordinary"
    IDENTITY_KEY = "identity_key"
    PRIVILEGED = "privileged"
    UNKNOWN = "unknown"
    """It gives something that nobody classified."""
    DESTRUCTIVE = "destructive"


class Reversible(StrEnum):
    """Whether the before-image suffices to go back."""

    REVERSIBLE = "reversible"
    LOSSY = "lossy"
    FINAL = "final"


class Wave(IntEnum):
    """The order of carrying out; an action never overtakes an earlier wave."""

    DISABLE = 1
    REVOKE_PRIVILEGED = 2
    RELEASE = 3
    RENAME = 4
    CREATE = 5
    ATTRIBUTES = 6
    REFERENCES = 7
    CREDENTIAL = 8
    MEMBERSHIPS = 9
    ENABLE = 10
    DELETE_GROUPS = 11
    DELETE_ACCOUNTS = 12


@swiftly
@dataclass(frozen=True, slots=True)
class Change:
    """One attribute before and after; `ABSENT` before means the target does not hold it."""

    attribute: str
    before: Presence
    after: Presence


@dataclass(frozen=True, slots=True)
class Draw:
    """A secret that is drawn while an account is made: how it is drawn, never what came out."""

    attribute: str
    generator: str
    """The expression as written."""
    policy: str
    """When it is drawn: `on_create`."""
    deliver: str = ""
    """The delivery that is handed the value; empty for none."""

    def body(self) -> dict[str, Json]:
        """Return the draw as it stands in an action."""
        body = {"attribute": self.attribute, "generator": self.generator, "policy": self.policy}
        return {**body, "deliver": self.deliver} if self.deliver else {**body}


@swiftly
@dataclass(frozen=True, slots=True)
class Action:
    """One act on one object of a target, complete enough to be done and undone."""

    operation: Operation
    object_type: ObjectType
    target: str
    """The target system's name in the configuration."""
    subject: str
    """The identity id of the person or group; its key seals the digest."""
    anchor: str | None
    """The value that the target's anchor attribute has or will have."""
    native_id: str | None
    """The target's own id; None for a create."""
    changes: tuple[Change, ...] = ()
    """Sorted by attribute. For a create every mapped attribute, before `ABSENT`."""
    adds: tuple[str, ...] = ()
    """Membership: subjects (identity ids) to add, sorted."""
    removes: tuple[str, ...] = ()
    """Membership: subjects (identity ids) to remove, sorted."""
    rule: str = ""
    """The rule that caused it, in the configuration's words."""
    risk: Risk = Risk.ORDINARY
    reversible: Reversible = Reversible.REVERSIBLE
    adopts: bool = False
    """The account is found, not made: carrying out also records the link."""
    draws: tuple[Draw, ...] = ()
    """Create: the secrets that it gets besides, sorted by attribute."""
    redacted: tuple[str, ...] = ()
    """Attributes of `changes` whose values are written and never shown, sorted."""
    outsiders: tuple[str, ...] = ()
    """Membership: native ids of members to remove whom no identity of ours owns, sorted."""
    expels: bool = False
    """Membership: it takes members out of a group whom we did not put in."""
    references: tuple[str, ...] = ()
    """Attributes of `changes` whose values are other objects, sorted.

    Such a value is an identity id, or `native:` with the native id of an object of nobody of ours.
    """

    returns: Return | None = None
    """Enable: how the person came back who had left; None for whoever did not leave."""
    written: bytes | None = field(init=False, default=None, compare=False, repr=False)
    """Its canonical bytes, where they were written together with those of many others.

    Nobody gives them: an action that is made from another one has none.
    """

    @property
    def referred(self) -> frozenset[str]:
        """The identities that must have accounts before this act can be sent."""
        return _identities(change.after for change in self._references())

    @property
    def released(self) -> frozenset[str]:
        """The identities to which the object referred before, and does not refer afterwards."""
        return _identities(change.before for change in self._references()) - self.referred

    def _references(self) -> tuple[Change, ...]:
        names = self.references
        return tuple(change for change in self.changes if change.attribute in names)

    @property
    def members_lost(self) -> int:
        """How many members the group loses by this act."""
        return len(self.removes) + len(self.outsiders)

    def body(self) -> dict[str, Json]:
        """Return the action in schema `provisor.action/1`; absent values are missing keys."""
        body: dict[str, Json] = {
            "schema": SCHEMA,
            "operation": self.operation.value,
            "object_type": self.object_type.value,
            "target": self.target,
            "subject": self.subject,
            "anchor": self.anchor,
            "native_id": self.native_id,
            "changes": [_change_body(change) for change in self.changes],
            "adds": list(self.adds),
            "removes": list(self.removes),
            "rule": self.rule,
            "risk": self.risk.value,
            "reversible": self.reversible.value,
            "adopts": self.adopts,
        }
        if self.draws:
            body["draws"] = [draw.body() for draw in self.draws]
        if self.redacted:
            body["redacted"] = list(self.redacted)
        if self.outsiders:
            body["outsiders"] = list(self.outsiders)
        if self.expels:
            body["expels"] = True
        if self.references:
            body["references"] = list(self.references)
        if self.returns is not None:
            body["returns"] = self.returns.value
        return body

    def shown(self) -> tuple[Change, ...]:
        """Return the changes as people may see them: a redacted value is named, not told."""
        if not self.redacted:
            return self.changes
        return tuple(
            Change(c.attribute, _hidden(c.before), _hidden(c.after))
            if c.attribute in self.redacted
            else c
            for c in self.changes
        )

    def digest(self, subject_key: bytes) -> bytes:
        """Return the 32-byte keyed digest that votes, intents and outcomes bind to."""
        return keyed_digest(subject_key, canonical(self.body()))


def _identities(values: Iterable[Presence]) -> frozenset[str]:
    named = (name for value in values for name in texts_of(value))
    return frozenset(name for name in named if not is_native(name))


def _hidden(value: Presence) -> Presence:
    """That there is no value may be seen."""
    return value if is_blank(value) else REDACTED


def _change_body(change: Change) -> dict[str, Json]:
    body: dict[str, Json] = {"attribute": change.attribute}
    if change.before is not ABSENT:
        body["before"] = _sorted_list(change.before)
    if change.after is not ABSENT:
        body["after"] = _sorted_list(change.after)
    return body


def _sorted_list(value: Presence) -> Json:
    """Many-valued attributes are sets: sorted by their canonical bytes."""
    if isinstance(value, tuple):
        return sorted(value, key=canonical)
    return None if value is ABSENT else value


# Looking a value up in its enumeration takes several times as long, and large plans have millions.
_OPERATIONS = {one.value: one for one in Operation}
_OBJECT_TYPES = {one.value: one for one in ObjectType}
_RISKS = {one.value: one for one in Risk}
_REVERSIBLE = {one.value: one for one in Reversible}


def action_of(body: dict[str, object]) -> Action:
    """Rebuild an action from its stored body.

    Raises:
        KeyError, ValueError: the body is not of schema `provisor.action/1`.
    """
    if body["schema"] != SCHEMA:
        raise ValueError("the stored action has another schema")
    return Action(
        operation=_OPERATIONS[str(body["operation"])],
        object_type=_OBJECT_TYPES[str(body["object_type"])],
        target=str(body["target"]),
        subject=str(body["subject"]),
        anchor=_optional_text(body["anchor"]),
        native_id=_optional_text(body["native_id"]),
        changes=tuple(_change_of(item) for item in _rows(body["changes"])),
        adds=tuple(_texts(body["adds"])),
        removes=tuple(_texts(body["removes"])),
        rule=str(body["rule"]),
        risk=_RISKS[str(body["risk"])],
        reversible=_REVERSIBLE[str(body["reversible"])],
        adopts=body["adopts"] is True,
        draws=tuple(_draw_of(item) for item in _rows(body.get("draws"))),
        redacted=tuple(_texts(body.get("redacted"))),
        outsiders=tuple(_texts(body.get("outsiders"))),
        expels=body.get("expels") is True,
        references=tuple(_texts(body.get("references"))),
        returns=Return(str(body["returns"])) if "returns" in body else None,
    )


def _draw_of(body: dict[str, object]) -> Draw:
    return Draw(
        str(body["attribute"]),
        str(body["generator"]),
        str(body["policy"]),
        str(body.get("deliver", "")),
    )


def _optional_text(value: object) -> str | None:
    return None if value is None else str(value)


def _rows(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return value if isinstance(value, list) else []


def _change_of(body: dict[str, object]) -> Change:
    before, after = body.get("before", ABSENT), body.get("after", ABSENT)
    return Change(str(body["attribute"]), _presence(before), _presence(after))


def _presence(value: object) -> Presence:
    if type(value) is str or value is ABSENT:
        return value
    return tuple(value) if isinstance(value, list) else _scalar_or_null(value)


def _scalar_or_null(value: object) -> Scalar | None:
    return value if isinstance(value, str | int | bool) else None
