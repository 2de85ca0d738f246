"""The memberships of one plan: one act per group, and every row of both sides counted."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from provisor.domain.drafting import Subject, draft_membership
from provisor.domain.membership import GroupChange, Resolved, group_changes, resolve
from provisor.domain.plan import Draft, Tally
from provisor.domain.rules import JobRules, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.world import World


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the memberships need, and their counts."""

    drafts: tuple[Draft, ...]
    records: Tally
    accounts: Tally


def enrol(
    world: World, groups: Mapping[str, Subject], users: Mapping[str, Subject], keepers: Set[str]
) -> Enrolment:
    """Work out who joins and leaves which group.

    Args:
        world: both sides' membership rows, and what was granted.
        groups: groups that are or will be in the target, by source key.
        users: people who are or will be in the target, by source key.
        keepers: identities whose memberships are left as they are.
    """
    members = {**groups, **users}
    knows = _Known(world)
    wanted = resolve(
        world.source_members,
        {key: subject.identity for key, subject in groups.items()},
        {key: subject.identity for key, subject in members.items()},
        knows.pair,
    )
    group_natives = _by_native(groups)
    # A target may number people and groups alike; a member is a person first.
    member_natives = {**group_natives, **_by_native(users)}
    present = frozenset(
        (group_natives[group], member_natives[member])
        for group, member in world.target_members
        if group in group_natives and member in member_natives
    )
    mode = world.rules.memberships or OwnerMode.OURS
    changes = group_changes(wanted.wanted, present, world.granted, mode, keepers)
    by_identity = {subject.identity: subject for subject in groups.values()}
    return Enrolment(
        membership_drafts(world.rules, by_identity, changes),
        source_tally(wanted, changes),
        target_tally(len(world.target_members), len(wanted.wanted & present), changes),
    )


def _by_native(subjects: Mapping[str, Subject]) -> dict[str, str]:
    return {s.native_id: s.identity for s in subjects.values() if s.native_id}


def membership_drafts(
    rules: JobRules, groups: Mapping[str, Subject], changes: Mapping[str, GroupChange]
) -> tuple[Draft, ...]:
    """Draft the change of every group.

    Args:
        rules: for the target and the owner mode.
        groups: subjects by identity, of all groups that change.
        changes: by identity of the group.
    """
    rule = membership_rule(rules.memberships or OwnerMode.OURS)
    return tuple(
        draft_membership(
            rules.target,
            groups[identity],
            change.adds,
            change.removes,
            rule,
        )
        for identity, change in changes.items()
    )


def membership_rule(mode: OwnerMode) -> str:
    """Return the words that stand as a membership change's rule."""
    return f"memberships: {mode.value}"


def source_tally(wanted: Resolved, changes: Mapping[str, GroupChange]) -> Tally:
    """Count the source's memberships; a repeated row is as unchanged as the first."""
    planned = sum(len(change.adds) for change in changes.values())
    set_aside, out = wanted.set_aside, wanted.out_of_scope
    unchanged = wanted.rows - planned - set_aside - out
    classes = {
        "planned": planned,
        "unchanged": unchanged,
        "out_of_scope": out,
        "set_aside": set_aside,
    }
    return Tally(wanted.rows, classes)


def target_tally(seen: int, kept: int, changes: Mapping[str, GroupChange]) -> Tally:
    """Count the target's memberships; what is neither ours nor wanted is an orphan: foreign."""
    planned = sum(len(change.removes) for change in changes.values())
    classes = {
        "planned": planned,
        "unchanged": kept,
        "orphan": seen - planned - kept,
        "ambiguous": 0,
        "protected": 0,
        "held": 0,
    }
    return Tally(seen, classes)


class _Known:
    """Which keys the source has at all, whatever became of them."""

    def __init__(self, world: World) -> None:
        self._groups = _keys(world, ObjectType.GROUPS)
        self._members = self._groups | _keys(world, ObjectType.USERS)

    def pair(self, group: str, member: str) -> bool:
        return group in self._groups and member in self._members


def _keys(world: World, object_type: ObjectType) -> frozenset[str]:
    population = world.populations.get(object_type)
    if population is None:
        return frozenset()
    return frozenset(r.key for r in population.records) | frozenset(population.repeated)
