"""The memberships of one plan: who joins and leaves which group, and every row counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from provisor.domain.computed import NO_COMPUTED, Computed
from provisor.domain.drafting import Subject
from provisor.domain.enlistment import (
    MOST_NAMED,
    cycle_finding,
    foreign_finding,
    membership_drafts,
)
from provisor.domain.excepting import without_excepted_members
from provisor.domain.group_rules import Nesting
from provisor.domain.membership import (
    Ends,
    GroupChange,
    Pair,
    Resolved,
    Resting,
    Shares,
    resolve,
    share_out,
    without_givers,
)
from provisor.domain.plan import Draft, Finding, Tally
from provisor.domain.roster import Roster
from provisor.domain.rules import JobRules, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.speaking import spoken_in
from provisor.domain.world import World


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the memberships need, and their counts."""

    drafts: tuple[Draft, ...]
    records: Tally
    accounts: Tally
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Objects of the target, by native id, that nothing was composed for."""

    nobodys: Mapping[ObjectType, Set[str]] = field(default_factory=dict)
    """They belong to nobody, for sure."""
    protected: Mapping[ObjectType, Set[str]] = field(default_factory=dict)

    def outsiders(self, rules: JobRules) -> frozenset[str]:
        """Return the native ids that an authoritative job may take out of groups."""
        if rules.memberships is not OwnerMode.AUTHORITATIVE:
            return frozenset()
        people = frozenset(self.nobodys.get(ObjectType.USERS, ()))
        if rules.groups.nesting is Nesting.IGNORE:
            return people
        return people.union(self.nobodys.get(ObjectType.GROUPS, ()))


def enrol(
    world: World,
    roster: Roster,
    leftovers: Leftovers,
    computed: Computed = NO_COMPUTED,
    below: Collection[Pair] = (),
) -> Enrolment:
    """Work out who joins and leaves which group.

    Args:
        world: both sides' membership rows, and what was granted.
        roster: who is or will be in the target.
        leftovers: what nothing was composed for.
        computed: which groups have their members by rule.
        below: the source's rows of groups outside of this part of the world, inside of its groups.
    """
    rules = world.rules
    groups = roster.carried.get(ObjectType.GROUPS, {})
    ends = _ends(world, roster)
    spoken = spoken_in(world.overrides, roster, rules.groups.nesting)
    wanted = spoken.resolved(resolve(world.source_members, ends, rules.groups.nesting, below))
    seen = _Seen(world, roster, leftovers)
    resting = spoken.resting(_resting(world, roster, ends, computed))
    mode = rules.memberships or OwnerMode.OURS
    shares = share_out(wanted.wanted, seen.present, world.granted, mode, resting)
    by_identity = {subject.identity: subject for subject in groups.values()}
    changes = with_outsiders(shares.changes, seen.outsiders(resting))
    meant = sum(change.losses for change in changes.values())
    changes = without_excepted_members(changes, by_identity, world.overrides, spoken.pairs)
    excepted = meant - sum(change.losses for change in changes.values())
    foreign = seen.foreign(shares, resting)
    reasons = (computed.reasons, spoken.reasons(changes))
    return Enrolment(
        membership_drafts(rules, by_identity, changes, seen.sizes(), reasons),
        source_tally(wanted, changes),
        target_tally(
            TargetCount(
                len(world.target_members),
                len(without_givers(wanted.wanted, roster.givers) & seen.present),
                seen.protected,
                shares.held + excepted,
            ),
            changes,
        ),
        findings_of(wanted.cycles, by_identity, foreign),
    )


def _resting(world: World, roster: Roster, ends: Ends, computed: Computed) -> Resting:
    unsure = {
        (ends.groups[group], ends.people[member])
        for group, member in computed.unsure
        if group in ends.groups and member in ends.people
    }
    return Resting(
        roster.keepers,
        roster.givers,
        roster.closed,
        roster.parting,
        unsure,
        takes=world.absence_counts,
    )


def _ends(world: World, roster: Roster) -> Ends:
    groups = roster.carried.get(ObjectType.GROUPS, {})
    people = roster.carried.get(ObjectType.USERS, {})
    return Ends(
        {k: s.identity for k, s in groups.items() if s.identity not in roster.protected},
        {key: subject.identity for key, subject in groups.items()},
        {key: subject.identity for key, subject in people.items()},
        _keys(world, ObjectType.GROUPS),
        _keys(world, ObjectType.USERS),
    )


class _Seen:
    """The target's memberships, each with whom it is about."""

    def __init__(self, world: World, roster: Roster, leftovers: Leftovers) -> None:
        group_natives = _by_native(roster.carried.get(ObjectType.GROUPS, {}))
        people = _by_native(roster.carried.get(ObjectType.USERS, {}))
        # A target may number people and groups alike; a member is a person first.
        nests = world.rules.groups.nesting is not Nesting.IGNORE
        members = {**group_natives, **people} if nests else people
        removable = leftovers.outsiders(world.rules)
        closed = leftovers.protected.get(ObjectType.GROUPS, frozenset())
        self.protected = 0
        self._known: list[tuple[Pair, str]] = []
        self._unknown: list[tuple[str, str, bool]] = []
        self._sizes: Counter[str] = Counter()
        for group, member in world.target_members:
            identity = group_natives.get(group)
            if identity in roster.protected or (identity is None and group in closed):
                self.protected += 1
            elif identity is not None:
                self._sizes[identity] += 1
                whom = members.get(member)
                if whom is not None:
                    self._known.append(((identity, whom), member))
                else:
                    self._unknown.append((identity, member, member in removable))
        self.present = frozenset(pair for pair, _ in self._known)

    def sizes(self) -> Mapping[str, int]:
        return self._sizes

    def outsiders(self, resting: Resting) -> Mapping[str, frozenset[str]]:
        """Return, by group, the native ids of members whom nobody owns and who must go."""
        found: dict[str, set[str]] = {}
        for group, member, removable in self._unknown:
            if removable and _opens(group, resting):
                found.setdefault(group, set()).add(member)
        return {group: frozenset(members) for group, members in found.items()}

    def foreign(self, shares: Shares, resting: Resting) -> Mapping[str, list[str]]:
        """Return, by group, the native ids of members whom others put in, and who stay."""
        found: dict[str, list[str]] = {}
        for pair, member in self._known:
            if pair in shares.foreign:
                found.setdefault(pair[0], []).append(member)
        for group, member, removable in self._unknown:
            if not (removable and _opens(group, resting)):
                found.setdefault(group, []).append(member)
        return found


def _opens(group: str, resting: Resting) -> bool:
    """Say whether members of others may be taken out of a group."""
    return resting.takes and group not in resting.groups and group not in resting.parting


def _by_native(subjects: Mapping[str, Subject]) -> dict[str, str]:
    return {s.native_id: s.identity for s in subjects.values() if s.native_id}


def with_outsiders(
    changes: Mapping[str, GroupChange], outsiders: Mapping[str, frozenset[str]]
) -> dict[str, GroupChange]:
    """Return the changes of groups together with members whom nobody owns, sorted by group."""
    nothing = GroupChange(frozenset(), frozenset())
    return {
        group: replace(changes.get(group, nothing), outsiders=outsiders.get(group, frozenset()))
        for group in sorted(changes.keys() | outsiders.keys())
    }


def findings_of(
    cycles: Iterable[tuple[str, ...]],
    groups: Mapping[str, Subject],
    foreign: Mapping[str, Iterable[str]],
) -> tuple[Finding, ...]:
    """Return what is told of groups in themselves, and of members whom others put in.

    Args:
        cycles: keys of groups.
        groups: subjects by identity.
        foreign: native ids of members, by identity of the group.
    """
    told = []
    for group in sorted(foreign):
        natives = sorted(set(foreign[group]))
        told.append(foreign_finding(groups[group], len(natives), natives[:MOST_NAMED]))
    return (*(cycle_finding(keys) for keys in cycles), *told)


def source_tally(wanted: Resolved, changes: Mapping[str, GroupChange]) -> Tally:
    """Count the source's memberships; a repeated row is as unchanged as the first.

    Memberships that follow from groups in groups count beside the rows.
    """
    planned = sum(len(change.adds) for change in changes.values())
    set_aside, out = wanted.set_aside, wanted.out_of_scope
    seen = wanted.rows + wanted.derived
    classes = {
        "planned": planned,
        "unchanged": seen - planned - set_aside - out,
        "out_of_scope": out,
        "set_aside": set_aside,
    }
    return Tally(seen, classes)


@dataclass(frozen=True, slots=True)
class TargetCount:
    """How many memberships of the target stand where."""

    seen: int
    kept: int
    """Wanted and there."""
    protected: int
    """In groups that nobody touches."""
    held: int
    """Left as they are although nobody wants them now."""


def target_tally(count: TargetCount, changes: Mapping[str, GroupChange]) -> Tally:
    """Count the target's memberships; what is neither ours nor wanted is an orphan: foreign."""
    planned = sum(change.losses for change in changes.values())
    classes = {
        "planned": planned,
        "unchanged": count.kept,
        "orphan": count.seen - planned - count.kept - count.protected - count.held,
        "ambiguous": 0,
        "protected": count.protected,
        "held": count.held,
    }
    return Tally(count.seen, classes)


def _keys(world: World, object_type: ObjectType) -> frozenset[str]:
    population = world.populations.get(object_type)
    if population is None:
        return frozenset()
    return frozenset(r.key for r in population.records) | frozenset(population.repeated)
