"""Memberships that others gave or took in the target."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from provisor.domain.action import Operation
from provisor.domain.drift import OF_MEMBERS, Drift, DriftKind, Evidence
from provisor.domain.link import Link
from provisor.domain.record import as_text
from provisor.domain.reference import NATIVE
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.assembly import Assembly
from provisor.engine.job import Job
from provisor.engine.knowing.last_known import Memory
from provisor.ports.drifts import SentAct

_GROUPS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Room:
    """The groups whose members are compared, and what is known of them."""

    job: Job
    assembly: Assembly
    memory: Memory
    groups: Mapping[str, Link]
    """By native id."""
    members: Mapping[str, Link]
    """By native id: people and groups; who is not among them is nobody of ours."""
    reads: tuple[Evidence | None, Evidence]


def member_drift(room: Room) -> list[Drift]:
    """Return the memberships that others gave or took, by group.

    Who was taken out because the account itself is gone is not told again here.

    Cost: one look per group, and one per membership that moved.
    """
    ours = _Ours.of(room)
    natives = sorted(room.groups)
    found: list[Drift] = []
    for start in range(0, len(natives), _GROUPS_AT_ONCE):
        found += _of_groups(room, ours, natives[start : start + _GROUPS_AT_ONCE])
    return found


def _of_groups(room: Room, ours: _Ours, natives: Collection[str]) -> list[Drift]:
    shown = room.assembly.accounts(ObjectType.GROUPS, natives)
    known = _known(room, ours, natives)
    present = room.assembly.members_by_group(natives)
    earlier = room.memory.read(ObjectType.MEMBERSHIPS) or room.reads[0] or room.reads[1]
    found: list[Drift] = []
    for native in natives:
        group, account = room.groups[native], shown.get(native)
        if account is None:
            continue
        name = as_text(account.values.get(room.job.rules.objects[ObjectType.GROUPS].schema.name))
        gone = _still_there(room, known[native] - present[native])
        # Without a memory of the last read nobody can say since when a stranger's grant stands.
        new = present[native] - known[native] if room.memory.cycle is not None else frozenset()
        found += [_drift(room, group, name, one, DriftKind.MEMBER_REMOVED, earlier) for one in gone]
        found += [
            _drift(room, group, name, one, DriftKind.MEMBER_ADDED, earlier) for one in sorted(new)
        ]
    return found


def _still_there(room: Room, natives: Iterable[str]) -> list[str]:
    listed = sorted(natives)
    people = room.assembly.accounts(ObjectType.USERS, listed)
    groups = room.assembly.accounts(ObjectType.GROUPS, listed)
    return [one for one in listed if one in people or one in groups]


def _drift(
    room: Room, group: Link, name: str, native: str, kind: DriftKind, earlier: Evidence
) -> Drift:
    member = room.members.get(native)
    key = member.key if member is not None else native
    removed = kind is DriftKind.MEMBER_REMOVED
    attribute = member.identity if member is not None else f"{NATIVE}{native}"
    return Drift(
        kind,
        ObjectType.GROUPS,
        group.identity,
        group.key,
        group.native_id,
        name,
        attribute,
        key if removed else None,
        None if removed else key,
        earlier,
        room.reads[1],
        explained_by=_explained(room, group, attribute, kind),
    )


def _explained(room: Room, group: Link, member: str, kind: DriftKind) -> str:
    """Return the act of ours that did just this although nobody knew; empty for none."""
    for act in reversed(room.memory.sent):
        action = act.action
        if action.operation is not Operation.MEMBERSHIP or action.subject != group.identity:
            continue
        done = action.removes if kind is DriftKind.MEMBER_REMOVED else action.adds
        if member in done:
            return f"act {act.action_id}"
    return ""


@dataclass(frozen=True, slots=True)
class _Ours:
    """Native ids by identity, and what was done and seen since the last plan, by group."""

    members: Mapping[str, str]
    sent: Mapping[str, Sequence[SentAct]]
    facts: Mapping[str, Sequence[Drift]]

    @staticmethod
    def of(room: Room) -> _Ours:
        sent: dict[str, list[SentAct]] = {}
        for act in room.memory.sent:
            if act.action.operation is Operation.MEMBERSHIP and act.done:
                sent.setdefault(act.action.subject, []).append(act)
        read = room.memory.read(ObjectType.MEMBERSHIPS)
        facts: dict[str, list[Drift]] = {}
        for fact in room.memory.facts:
            # What was written down before the last plan read the target is known to it.
            if fact.kind in OF_MEMBERS and (read is None or fact.later.at > read.at):
                facts.setdefault(fact.identity, []).append(fact)
        members = {link.identity: native for native, link in room.members.items()}
        return _Ours(members, sent, facts)


def _known(room: Room, ours: _Ours, groups: Collection[str]) -> dict[str, set[str]]:
    """Return the members of some groups as they were last known, by native ids."""
    found: dict[str, set[str]] = {native: set() for native in groups}
    for group, member in _read_before(room, ours, groups):
        found[group].add(member)
    for native, members in found.items():
        identity = room.groups[native].identity
        for act in ours.sent.get(identity, ()):
            added, removed = act.action.adds, act.action.removes
            members |= {ours.members[one] for one in added if one in ours.members}
            members -= {ours.members[one] for one in removed if one in ours.members}
        for fact in ours.facts.get(identity, ()):
            member = ours.members.get(fact.attribute, fact.attribute.removeprefix(NATIVE))
            if fact.kind is DriftKind.MEMBER_ADDED:
                members.add(member)
            else:
                members.discard(member)
    return found


def _read_before(room: Room, ours: _Ours, groups: Collection[str]) -> Iterable[tuple[str, str]]:
    cycle, job = room.memory.cycle, room.job
    if cycle is not None:
        return job.store.knowledge.of_groups(cycle, Side.TARGET, groups)
    natives = {room.groups[native].identity: native for native in groups}
    given = job.store.links.memberships_of(job.rules.target, natives, ())
    return [
        (natives[one.group], ours.members[one.member])
        for one in given
        if one.member in ours.members
    ]
