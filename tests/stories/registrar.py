"""Somebody who holds what a target is told, and shows, against what people decided.

It reads the decisions as they were kept, and knows from the guide what each kind means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from provisor.domain.action import Operation
from provisor.domain.override import UNDO, Override, OverrideKind
from provisor.domain.plan import PlannedAction
from provisor.domain.record import ABSENT
from provisor.domain.schema import ObjectType
from tests.stories.workplace import Office

_OPPOSITE = {OverrideKind.GRANT: OverrideKind.REVOKE, OverrideKind.REVOKE: OverrideKind.GRANT}


@dataclass(frozen=True)
class Said:
    """What people decided about users, by key, the last word last."""

    of: Mapping[str, Sequence[Override]]

    def about(self, key: str, kind: OverrideKind) -> list[Override]:
        return [one for one in self.of.get(key, ()) if one.kind is kind]

    def has(self, key: str, kind: OverrideKind) -> bool:
        return bool(self.about(key, kind))

    def pins(self, key: str) -> dict[str, object]:
        return {one.attribute: one.value for one in self.about(key, OverrideKind.PIN)}

    def groups(self, key: str, kind: OverrideKind) -> set[object]:
        """Keys of the groups that the last word of undos, or any of people, is about."""
        found: dict[object, bool] = {}
        for one in self.of.get(key, ()):
            undone = one.id.startswith(UNDO)
            if one.kind is kind:
                found[one.value] = found.get(one.value, False) or not undone
            elif one.kind is _OPPOSITE[kind] and undone and found.get(one.value) is False:
                del found[one.value]
        return set(found)


def _overtaken(given: Sequence[Override], one: Override) -> bool:
    """Whether a later undo keeps somebody whom an earlier one denied."""
    later = given[[each.id for each in given].index(one.id) + 1 :]
    keeps = any(each.kind is OverrideKind.KEEP and each.id.startswith(UNDO) for each in later)
    return keeps and one.kind is OverrideKind.DENY and one.id.startswith(UNDO)


def said(overrides: Iterable[Override], now: datetime) -> Said:
    """What is in force now; in the order in which it was given."""
    found: dict[str, list[Override]] = {}
    for one in overrides:
        over = one.expires_at is not None and one.expires_at <= now
        if one.ended_at is None and not over and one.object_type is ObjectType.USERS:
            found.setdefault(one.key, []).append(one)
    return Said(
        {key: [one for one in given if not _overtaken(given, one)] for key, given in found.items()}
    )


def refuse_contradiction(
    given: Said, acts: Iterable[PlannedAction], keys: Mapping[str, str], here: Iterable[str]
) -> None:
    """No act is against a decision that was in force when it was sent.

    Args:
        given: the decisions.
        acts: what the target was told.
        keys: identity to key.
        here: keys of people whom the source says to be here.
    """
    present = set(here)
    for one in acts:
        if one.action.operation is Operation.MEMBERSHIP:
            _refuse_moves(given, one, keys, present)
        elif one.action.object_type is ObjectType.USERS:
            _refuse_act(given, one)


def _refuse_moves(
    given: Said, one: PlannedAction, keys: Mapping[str, str], present: set[str]
) -> None:
    group = one.draft.key
    for member in one.action.adds:
        revoked = given.groups(keys[member], OverrideKind.REVOKE)
        assert group not in revoked, f"{keys[member]} was put into a revoked group"
    for member in one.action.removes:
        key = keys[member]
        granted = given.groups(key, OverrideKind.GRANT) - given.groups(key, OverrideKind.REVOKE)
        assert group not in granted or key not in present, f"{key} lost a granted group"


def _refuse_act(given: Said, one: PlannedAction) -> None:
    key, operation = one.draft.key, one.action.operation
    assert not given.has(key, OverrideKind.HOLD), f"{operation} on {key}, who is held"
    pins = given.pins(key)
    kept = given.has(key, OverrideKind.KEEP)
    if kept and pins.get("active") is not False:
        assert operation not in (Operation.DISABLE, Operation.DELETE), f"{key} is kept"
    if not kept and given.has(key, OverrideKind.DENY):
        assert operation in (Operation.DISABLE, Operation.DELETE), f"{operation} on {key}, denied"
    for change in one.action.changes if operation is not Operation.DELETE else ():
        if change.attribute in pins and change.attribute != "active":
            wanted = pins[change.attribute] or None
            told = None if change.after is ABSENT else change.after
            assert told == wanted, f"{change.attribute} of {key} is pinned to something else"


def refuse_neglect(given: Said, office: Office, here: Iterable[str]) -> None:
    """When nothing is left to do, the target shows everything that people decided.

    Args:
        given: the decisions.
        office: at rest.
        here: keys of people whom the source says to be here, and whose record is not set aside.
    """
    present = set(here)
    accounts = {str(row["externalId"]): row for row in office.target.users.values()}
    linked = {link.key for link in office.store.links.of_target("app", ObjectType.USERS)}
    for key in given.of:
        account = accounts.get(key)
        if account is None or key not in linked or given.has(key, OverrideKind.HOLD):
            continue
        kept, denied = given.has(key, OverrideKind.KEEP), given.has(key, OverrideKind.DENY)
        serves = key in present and not denied
        if denied and not kept:
            assert account["active"] is False, f"{key} is denied and on"
        if serves:
            for name, value in given.pins(key).items():
                assert (account.get(name) or None) == (value or None), f"{name} of {key}"
        inside = _groups_of(office, key)
        revoked = given.groups(key, OverrideKind.REVOKE)
        if serves or not kept:
            assert not inside & revoked, f"{key} is in a revoked group"
        if serves:
            missing = given.groups(key, OverrideKind.GRANT) - revoked - inside
            assert not missing, f"{key} is not in a granted group"


def _groups_of(office: Office, key: str) -> set[object]:
    native, world = office.native(key), office.target
    return {
        row.get("externalId")
        for group, row in world.groups.items()
        if native in world.members.get(group, {})
    }
