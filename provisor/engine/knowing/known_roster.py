"""A roster as the last plan left it: who had an account, and what was said of it."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.drafting import Subject
from provisor.domain.reference import Lack
from provisor.domain.roster import Roster
from provisor.domain.schema import ObjectType
from provisor.ports.knowledge import (
    CLOSED,
    FIXED,
    GIVES,
    KEEPS,
    PARTING,
    PROTECTED,
    UNREACHABLE,
    Known,
)


def enter_known(roster: Roster, kind: ObjectType, known: Iterable[Known]) -> None:
    """Enter everybody who had or got an account in the last plan."""
    for one in known:
        if one.native is None or one.identity is None:
            continue
        subject = Subject(one.identity, one.key, "", None, one.native or None)
        roster.carried.setdefault(kind, {})[one.key] = subject
        for bit, names in _sets(roster):
            if one.keeps & bit:
                names.add(one.identity)
        if one.keeps & UNREACHABLE:
            roster.unreachable[one.identity] = Lack.NO_ACCOUNT


def said_of(roster: Roster, identity: str) -> int:
    """Return what a roster says of somebody, as it is remembered."""
    found = sum(bit for bit, names in _sets(roster) if identity in names)
    return found | (UNREACHABLE if identity in roster.unreachable else 0)


def sayings_of(roster: Roster) -> dict[str, int]:
    """Return what a roster says of everybody of whom it says anything."""
    found: dict[str, int] = {}
    for bit, names in (*_sets(roster), (UNREACHABLE, roster.unreachable.keys())):
        for identity in names:
            found[identity] = found.get(identity, 0) | bit
    return found


def _sets(roster: Roster) -> tuple[tuple[int, set[str]], ...]:
    return (
        (KEEPS, roster.keepers),
        (PROTECTED, roster.protected),
        (CLOSED, roster.closed),
        (PARTING, roster.parting),
        (GIVES, roster.givers),
        (FIXED, roster.fixed),
    )
