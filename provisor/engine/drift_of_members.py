"""Memberships that others gave or took in the target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from provisor.engine.last_known import Memory


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
    shown = room.assembly.accounts(ObjectType.GROUPS, room.groups)
    known = _known(room)
    earlier = room.memory.read(ObjectType.MEMBERSHIPS) or room.reads[0] or room.reads[1]
    found: list[Drift] = []
    for native, group in sorted(room.groups.items()):
        account = shown.get(native)
        if account is None:
            continue
        name = as_text(account.values.get(room.job.rules.objects[ObjectType.GROUPS].schema.name))
        present = room.assembly.members_of(native)
        before = known.get(native, frozenset())
        gone = _still_there(room, before - present)
        # Without a memory of the last read nobody can say since when a stranger's grant stands.
        new = present - before if room.memory.cycle is not None else frozenset()
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


def _known(room: Room) -> dict[str, frozenset[str]]:
    """Return the members of each group as they were last known, by native ids."""
    found: dict[str, set[str]] = {native: set() for native in room.groups}
    for group, member in _read_before(room):
        found.setdefault(group, set()).add(member)
    natives = {link.identity: native for native, link in room.members.items()}
    groups = {link.identity: native for native, link in room.groups.items()}
    for act in room.memory.sent:
        action, native = act.action, groups.get(act.action.subject)
        if action.operation is not Operation.MEMBERSHIP or native is None or not act.done:
            continue
        found[native] |= {natives[one] for one in action.adds if one in natives}
        found[native] -= {natives[one] for one in action.removes if one in natives}
    _count_facts(room, found, natives, groups)
    return {native: frozenset(members) for native, members in found.items()}


def _read_before(room: Room) -> Iterable[tuple[str, str]]:
    cycle, job = room.memory.cycle, room.job
    if cycle is not None:
        return job.store.knowledge.of_groups(cycle, Side.TARGET, room.groups)
    natives = {link.identity: native for native, link in room.members.items()}
    groups = {link.identity: native for native, link in room.groups.items()}
    return [
        (groups[one.group], natives[one.member])
        for one in job.store.links.memberships(job.rules.target)
        if one.group in groups and one.member in natives
    ]


def _count_facts(
    room: Room,
    found: dict[str, set[str]],
    natives: Mapping[str, str],
    groups: Mapping[str, str],
) -> None:
    """Count drift that was written down after the last plan read the target."""
    read = room.memory.read(ObjectType.MEMBERSHIPS)
    for fact in room.memory.facts:
        group = groups.get(fact.identity)
        if fact.kind not in OF_MEMBERS or group is None:
            continue
        if read is not None and fact.later.at <= read.at:
            continue
        member = natives.get(fact.attribute, fact.attribute.removeprefix(NATIVE))
        if fact.kind is DriftKind.MEMBER_ADDED:
            found[group].add(member)
        else:
            found[group].discard(member)
