"""What a system can and cannot do for us, in sentences; told without asking it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.ports.connector import Anchoring, Capabilities, Deltas, Description


class Ability(NamedTuple):
    """One thing that a system can do, or cannot."""

    there: bool
    words: str


_ANCHORED: Final = {
    Anchoring.STORED: Ability(True, "keeps our id: a create whose answer was lost is looked up"),
    Anchoring.NATIVE_ONLY: Ability(
        False, "keeps no id of ours: a create whose answer was lost waits for a person"
    ),
    Anchoring.NONE: Ability(
        False, "has no ids at all: a create whose answer was lost waits for a person"
    ),
}
_CHANGED: Final = {
    Deltas.NONE: Ability(False, "does not tell what changed: every read is a full one"),
    Deltas.UNCHANGED: Ability(True, "tells whether anything changed; if so, all is read"),
    Deltas.STATES: Ability(True, "tells what changed and what is gone"),
    Deltas.STATES_WITHOUT_REMOVALS: Ability(
        True, "tells what changed, and not what is gone: that takes full reads"
    ),
    Deltas.HINTS: Ability(True, "tells which objects changed; each is then looked up"),
}


def abilities(described: Description) -> list[Ability]:
    """Return what a system can do and what it cannot, the most important first."""
    can = described.capabilities
    found = [Ability(True, f"holds {_named(described)}")]
    if can.writes:
        found += _of_a_target(described, can)
    else:
        found.append(Ability(False, "is only read"))
    return found + list(_changes(described, can))


def _named(described: Description) -> str:
    return ", ".join(f"{kind.value}" for kind in ObjectType if kind in described.schemas)


def _of_a_target(described: Description, can: Capabilities) -> Iterator[Ability]:
    yield _ANCHORED[can.anchoring]
    for kind in (ObjectType.USERS, ObjectType.GROUPS):
        schema = described.schemas.get(kind)
        if schema is not None:
            yield from _of_objects(kind, schema)
    if ObjectType.MEMBERSHIPS in described.schemas:
        yield Ability(can.nested_groups, _nested(can))
    yield _deleted(can)


def _of_objects(kind: ObjectType, schema: ObjectSchema) -> Iterator[Ability]:
    if kind is ObjectType.USERS:
        switched = schema.switch is not None
        words = "switches accounts on and off" if switched else "cannot switch an account off"
        yield Ability(switched, words)
    if not schema.name:
        yield Ability(False, f"no name of {kind.value} is known to be unique")


def _nested(can: Capabilities) -> str:
    if can.nested_groups:
        return "takes groups as members of groups"
    return "takes no groups in groups: their people are added instead"


def _deleted(can: Capabilities) -> Ability:
    if can.soft_delete_days is None:
        return Ability(False, "gives nothing back: what is deleted is gone")
    return Ability(True, f"gives deleted objects back for {can.soft_delete_days} days")


def _changes(described: Description, can: Capabilities) -> Iterator[Ability]:
    for kind in ObjectType:
        if kind in described.schemas:
            told = _CHANGED[can.deltas_of(kind)]
            yield Ability(told.there, f"{kind.value}: {told.words}")
