"""Who should be in which group, who is, and what a job may change about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from provisor.domain.group_rules import Nesting
from provisor.domain.link import Membership
from provisor.domain.nesting import Nest, nest
from provisor.domain.rules import OwnerMode

Pair = tuple[str, str]
"""(group, member): keys in a source, native ids in a target, identity ids in between."""

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ends:
    """Which keys of the source lead to whom."""

    groups: Mapping[str, str]
    """Keys of groups whose members are written, to identity ids."""
    nested: Mapping[str, str]
    """Keys of all groups that are or will be in the target, to identity ids."""
    people: Mapping[str, str]
    """Keys of people who are or will be in the target, to identity ids."""
    known_groups: Set[str]
    """Every key of a group that the source has, whatever became of it."""
    known_people: Set[str]

    def is_person(self, key: str) -> bool:
        """Say whether a key is a person's; one that people and groups share is."""
        return key in self.known_people or key in self.people

    def is_group(self, key: str) -> bool:
        """Say whether there is, or was, a group of this key."""
        return key in self.known_groups or key in self.nested


@dataclass(frozen=True, slots=True)
class Resolved:
    """The source's memberships in identity ids, every row counted in one class."""

    wanted: frozenset[Pair]
    rows: int
    out_of_scope: int
    """Group or member is not carried to this target now, or not as a member."""
    set_aside: int
    """Group or member is unknown to the source itself."""
    derived: int = 0
    """Memberships wanted because of groups in groups alone."""
    cycles: tuple[tuple[str, ...], ...] = ()
    """Keys of groups that contain each other."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What one group gains and loses, in identity ids."""

    adds: frozenset[str]
    removes: frozenset[str]
    """Members whom we put in."""
    expels: frozenset[str] = NOBODY
    """Members whom others put in."""
    outsiders: frozenset[str] = NOBODY
    """Native ids of members whom no identity owns."""

    @property
    def losses(self) -> int:
        """How many members the group loses."""
        return len(self.removes) + len(self.expels) + len(self.outsiders)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not self.adds and not self.losses

    def without(self, members: Set[object]) -> GroupChange:
        """Return the change without what it would do about some identities."""
        return GroupChange(
            self.adds - members, self.removes - members, self.expels - members, self.outsiders
        )


def resolve(
    pairs: Iterable[Pair], ends: Ends, nesting: Nesting, below: Iterable[Pair] = ()
) -> Resolved:
    """Translate the source's rows into identity ids.

    Args:
        pairs: (group key, member key) rows; a repeated row counts once as wanted.
        ends: whom the keys lead to.
        nesting: what a group in a group means.
        below: rows of other groups, which only tell what is inside of groups in groups: neither
            they nor what those groups want is counted.

    Cost: one look at each row; with `FLATTEN` besides one pair for each person in a group in a
        group, however deep.
    """
    wanted: set[Pair] = set()
    edges: set[Pair] = set()
    direct: dict[str, set[str]] = {}
    rows = out_of_scope = set_aside = 0
    for group, member in pairs:
        rows += 1
        person = ends.is_person(member)
        is_known = ends.is_group(group) and (person or ends.is_group(member))
        if is_known and not person:
            edges.add((group, member))
        identity = _member(group, member, ends, nesting)
        if person and identity is not None:
            direct.setdefault(group, set()).add(identity)
        if group in ends.groups and identity is not None:
            wanted.add((ends.groups[group], identity))
        elif is_known:
            out_of_scope += 1
        else:
            set_aside += 1
    nested = _nested(edges, direct, ends, below)
    stated = len(wanted)
    if nesting is Nesting.FLATTEN:
        wanted |= _flattened(nested, direct, ends)
    return Resolved(
        frozenset(wanted), rows, out_of_scope, set_aside, len(wanted) - stated, nested.cycles
    )


def _nested(
    edges: Set[Pair], direct: dict[str, set[str]], ends: Ends, below: Iterable[Pair]
) -> Nest:
    """Return what is inside of the groups that count; who is below them is added to `direct`."""
    inner: set[Pair] = set()
    others: set[str] = set()
    for group, member in below:
        others.add(group)
        if not ends.is_person(member):
            if ends.is_group(group) and ends.is_group(member):
                inner.add((group, member))
        elif member in ends.people:
            direct.setdefault(group, set()).add(ends.people[member])
    found = nest(edges | inner)
    if not others:
        return found
    inside = {group: under for group, under in found.inside.items() if group not in others}
    return Nest(inside, tuple(cycle for cycle in found.cycles if not others.issuperset(cycle)))


def _member(group: str, member: str, ends: Ends, nesting: Nesting) -> str | None:
    """Return whom a row puts into its group; a group is never in itself."""
    if ends.is_person(member):
        return ends.people.get(member)
    kept = nesting is Nesting.KEEP and group != member
    return ends.nested.get(member) if kept else None


def _flattened(nested: Nest, direct: Mapping[str, Set[str]], ends: Ends) -> set[Pair]:
    found: set[Pair] = set()
    for group, inside in nested.inside.items():
        identity = ends.groups.get(group)
        if identity is not None:
            found.update((identity, m) for inner in inside for m in direct.get(inner, ()))
    return found


@dataclass(frozen=True, slots=True)
class Resting:
    """What is left as it is."""

    members: Set[str] = NOBODY
    """Members who keep what they have: leavers, held and set-aside people."""
    givers: Set[str] = NOBODY
    """Members who want nothing any more, and lose what we gave and nothing else."""
    groups: Set[str] = NOBODY
    """Groups that neither gain nor lose anybody."""
    parting: Set[str] = NOBODY
    """Groups that are on their way out: they gain nobody."""
    pairs: Set[Pair] = frozenset()
    """Memberships of which it cannot be said whether they should be."""
    revoked: Set[Pair] = frozenset()
    """Memberships that somebody takes, by name: they rest with their group alone."""
    takes: bool = True
    """False where a read is incomplete: then nobody is taken out."""

    def keeps(self, pair: Pair, granted: Set[Pair]) -> bool:
        """Say whether a membership that nobody wants is left as it is.

        Args:
            pair: group and member.
            granted: the memberships that we gave.
        """
        group, member = pair
        given = member in self.givers and pair not in granted
        return pair in self.pairs or member in self.members or group in self.groups or given


@dataclass(frozen=True, slots=True)
class Shares:
    """The target's memberships among the groups and members that we know, taken apart."""

    changes: Mapping[str, GroupChange]
    """By identity of the group, sorted; only groups that change."""
    held: int
    """Memberships that would go, or are ours, and are left as they are."""
    foreign: frozenset[Pair] = field(default=frozenset())
    """Memberships that others gave, and that stay."""


def without_givers(wanted: Set[Pair], givers: Set[str]) -> Set[Pair]:
    """Return the pairs that should be, less those of members who give theirs back."""
    return {pair for pair in wanted if pair[1] not in givers} if givers else wanted


def share_out(
    wanted: Set[Pair],
    present: Set[Pair],
    granted: Set[Membership],
    mode: OwnerMode,
    resting: Resting,
) -> Shares:
    """Return what each group gains and loses, and what stays although nobody asked for it.

    Args:
        wanted: pairs of identity ids that should be.
        present: pairs of identity ids that are; accounts without identity are not among them.
        granted: the memberships that we gave.
        mode: `ours` takes back only what we gave; `add_only` takes nothing; `authoritative` takes
            out everybody who should not be in.
        resting: what is left as it is.

    Cost: set operations over the pairs.
    """
    adds: dict[str, set[str]] = {}
    removes: dict[str, set[str]] = {}
    expels: dict[str, set[str]] = {}
    still = resting.groups | resting.parting
    wanted = without_givers(wanted, resting.givers)
    for group, member in wanted - present - resting.pairs:
        if member not in resting.members and group not in still:
            adds.setdefault(group, set()).add(member)
    ours = {(grant.group, grant.member) for grant in granted}
    stays = mode is OwnerMode.ADD_ONLY or not resting.takes
    held: set[Pair] = set()
    foreign: set[Pair] = set()
    for pair in present - wanted:
        group, member = pair
        if pair in resting.revoked and group not in resting.groups:
            removes.setdefault(group, set()).add(member)
        elif resting.keeps(pair, ours) or (pair in ours and stays):
            held.add(pair)
        elif pair in ours:
            removes.setdefault(group, set()).add(member)
        elif mode is OwnerMode.AUTHORITATIVE and resting.takes and group not in resting.parting:
            expels.setdefault(group, set()).add(member)
        else:
            foreign.add(pair)
    changes = {
        group: GroupChange(
            frozenset(adds.get(group, ())),
            frozenset(removes.get(group, ())),
            frozenset(expels.get(group, ())),
        )
        for group in sorted(adds.keys() | removes.keys() | expels.keys())
    }
    return Shares(changes, len(held), frozenset(foreign))
