"""The memberships of one plan in columns: what `provisor.domain.enrolling` says, pair by pair."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.abreast import abreast
from provisor.domain.columns.forms import among
from provisor.domain.columns.membering import People, Settled, people_of
from provisor.domain.columns.pairing import (
    NO_PAIRS,
    Compared,
    Register,
    by_group,
    compare,
    given,
    group_of,
    member_of,
    people_read,
    register_of,
    within,
)
from provisor.domain.columns.pairs import Names, Pairs
from provisor.domain.columns.resolving import resolve
from provisor.domain.columns.speaking import Heard, hear
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.computed import NO_COMPUTED, Computed
from provisor.domain.drafting import Subject
from provisor.domain.enlistment import (
    MOST_NAMED,
    cycle_finding,
    foreign_finding,
    membership_drafts,
)
from provisor.domain.enrolling import (
    Enrolment,
    Leftovers,
    TargetCount,
    source_tally,
    target_tally,
    with_outsiders,
)
from provisor.domain.excepting import without_excepted_members
from provisor.domain.group_rules import Nesting
from provisor.domain.membership import NOBODY, GroupChange
from provisor.domain.plan import Finding
from provisor.domain.roster import Roster
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType


def enrol(
    columns: ColumnWorld,
    settled: Mapping[ObjectType, Settled],
    roster: Roster,
    leftovers: Leftovers,
    computed: Computed = NO_COMPUTED,
) -> Enrolment:
    """Work out who joins and leaves which group.

    Source: `provisor.domain.enrolling.enrol`.

    Args:
        columns: both sides' membership rows, and what was granted.
        settled: the accounts with which nothing is to be done.
        roster: the others that are or will be in the target.
        leftovers: what nothing was composed for.
        computed: which groups have their members by rule.

    Cost: four joins of numbers over the rows and one sort of the pairs.
    """
    groups = people_of(settled.get(ObjectType.GROUPS), roster, ObjectType.GROUPS)
    people = people_of(settled.get(ObjectType.USERS), roster, ObjectType.USERS)
    hall = _Hall.of(columns, roster, groups, people)
    rows, people_there = columns.source_members, columns.populations
    wanted, seen = abreast(
        lambda: resolve(rows, people_there, hall.register, hall.protected, hall.nesting),
        lambda: _seen(columns, hall, leftovers),
    )
    spoken = hear(columns.world, hall.register, hall.protected, roster.fixed)
    compared = compare(_without_givers(spoken.onto(wanted.pairs), hall.register), seen.pairs)
    shares = _shares(columns, hall, compared, spoken.unsaid(_unsure(computed, hall)), spoken)
    outsiders = by_group(seen.named(hall, seen.leaving(hall))) if len(seen.unknown) else {}
    changes = with_outsiders(shares.changes, outsiders)
    by_identity = _subjects(groups, changes)
    meant = _losses(changes)
    changes = without_excepted_members(
        changes, by_identity, columns.world.overrides, spoken.said.pairs
    )
    held = shares.held + meant - _losses(changes)
    reasons = (computed.reasons, spoken.said.reasons(changes))
    count = TargetCount(columns.target_members.height, compared.kept, seen.protected, held)
    return Enrolment(
        membership_drafts(columns.world.rules, by_identity, changes, seen.sized(hall), reasons),
        source_tally(spoken.counted(wanted), changes),
        target_tally(count, changes),
        (
            *(cycle_finding(keys) for keys in wanted.resolved.cycles),
            *_foreign(seen.others(hall, shares.foreign), groups, by_identity),
        ),
    )


def _losses(changes: Mapping[str, GroupChange]) -> int:
    return sum(change.losses for change in changes.values())


def _subjects(groups: People, some: Collection[str]) -> dict[str, Subject]:
    identities = groups.frame["identity"]
    chosen = among(identities, pl.Series(sorted(some), dtype=pl.String))
    return groups.subjects(chosen.arg_true())


@dataclass(frozen=True, slots=True)
class _Hall:
    """Everybody by number, and which groups are open to changes."""

    register: Register
    protected: pl.Series
    """Number to whether it is a group that nobody touches."""
    closed: pl.Series
    """Number to whether it is a group whose members stay."""
    parting: pl.Series
    """Number to whether it is a group that nobody joins any more."""
    mode: OwnerMode
    nesting: Nesting
    takes: bool
    """Whether anybody may be taken out at all."""

    @staticmethod
    def of(columns: ColumnWorld, roster: Roster, groups: People, people: People) -> _Hall:
        register = register_of(groups.frame, people.frame)
        rules = columns.world.rules
        known = groups.frame.height - len(groups.roster)
        gone = groups.frame.head(known).filter(pl.col("keeps") | pl.col("gives"))
        return _Hall(
            register,
            register.groups_named(roster.protected),
            register.groups_named(roster.closed),
            register.groups_named({*roster.parting, *gone["identity"].to_list()}),
            rules.memberships or OwnerMode.OURS,
            rules.groups.nesting,
            columns.world.absence_counts,
        )


def _without_givers(pairs: pl.Series, register: Register) -> pl.Series:
    """Source: `provisor.domain.membership.without_givers`."""
    if not register.gives.any():
        return pairs
    return pairs.filter(~register.gives.gather(member_of(pairs)))


# --- what is -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """The target's memberships in groups of ours."""

    pairs: pl.Series
    """Of those with a member whom we know."""
    natives: Names
    """The native ids of the members of `pairs`."""
    sizes: pl.DataFrame
    """`group` and `count`: the number of each group of ours, and how many members it has."""
    unknown: pl.Series
    """Number of the group, per member whom we do not know."""
    strangers: Names
    """The native ids of those."""
    removable: pl.Series
    """Whether they belong to nobody, and may be taken out."""
    protected: int
    """Memberships in groups that nobody touches."""

    def leaving(self, hall: _Hall) -> pl.Series:
        """Say which members whom nobody owns must go."""
        still = hall.closed | hall.parting
        return self.removable & ~still.gather(self.unknown) & hall.takes

    def named(self, hall: _Hall, chosen: pl.Series) -> pl.DataFrame:
        """Return some members whom we do not know, by the identity of the group."""
        rows = chosen.arg_true()
        groups = hall.register.identities.gather(self.unknown.gather(rows))
        return pl.DataFrame({"group": groups, "member": self.strangers.of_rows(rows)})

    def held(self, hall: _Hall, chosen: pl.Series) -> pl.DataFrame:
        """Return some members whom we know, by the identity of the group."""
        if not len(chosen):
            return pl.DataFrame(schema={"group": pl.String, "member": pl.String})
        rows = within(self.pairs, chosen).arg_true()
        groups = hall.register.identities.gather(group_of(self.pairs.gather(rows)))
        return pl.DataFrame({"group": groups, "member": self.natives.of_rows(rows)})

    def others(self, hall: _Hall, foreign: pl.Series) -> pl.DataFrame:
        """Return the members whom others put in and who stay, by the identity of the group."""
        return pl.concat([self.held(hall, foreign), self.named(hall, ~self.leaving(hall))]).unique()

    def sized(self, hall: _Hall) -> dict[str, int]:
        """Return how many members each group has, by identity."""
        names = hall.register.identities.gather(self.sizes["group"])
        return dict(zip(names.to_list(), self.sizes["count"].to_list(), strict=True))


def _seen(columns: ColumnWorld, hall: _Hall, leftovers: Leftovers) -> _Seen:
    rows, register = columns.target_members, hall.register
    places = register.group_places(rows.groups.texts, register.natives)
    guarded = _guarded(rows, hall, places, leftovers)
    members = _whom(columns, hall)
    open_ = (places.is_not_null() & ~guarded).gather(rows.groups.numbers)
    known = members.is_not_null().gather(rows.members.numbers)
    found, alien = (open_ & known).arg_true(), (open_ & ~known).arg_true()
    numbers = register.numbers.gather(places)
    strangers = Names(rows.members.numbers.gather(alien), rows.members.texts)
    removable = pl.Series(sorted(leftovers.outsiders(columns.world.rules)), dtype=pl.String)
    mine = rows.members.numbers.gather(found)
    pairs = register.left(places).gather(rows.groups.numbers.gather(found))
    return _Seen(
        pairs + register.right(members).gather(mine),
        Names(mine, rows.members.texts),
        _counted(numbers.gather(rows.groups.numbers.filter(open_))),
        numbers.gather(rows.groups.numbers.gather(alien)),
        strangers,
        strangers.among(removable),
        int(guarded.gather(rows.groups.numbers).sum()),
    )


def _guarded(rows: Pairs, hall: _Hall, places: pl.Series, leftovers: Leftovers) -> pl.Series:
    """Say which names of groups are of groups that nobody touches."""
    guarded = hall.protected.gather(places).fill_null(value=False)
    natives = leftovers.protected.get(ObjectType.GROUPS, NOBODY)
    if not natives:
        return guarded
    named = among(rows.groups.texts, pl.Series(sorted(natives), dtype=pl.String))
    return guarded | (places.is_null() & named)


def _whom(columns: ColumnWorld, hall: _Hall) -> pl.Series:
    """Return the places of members; one that people and groups share is a person's."""
    register, names = hall.register, columns.target_members.members
    natives = names.texts
    members = register.people_by_account(names, people_read(columns.populations)[1])
    strange = members.is_null().arg_true()
    if not len(strange) or not register.groups or hall.nesting is Nesting.IGNORE:
        return members
    return members.scatter(
        strange, register.group_places(natives.gather(strange), register.natives)
    )


def _counted(numbers: pl.Series) -> pl.DataFrame:
    return numbers.alias("group").value_counts()


# --- what changes ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shares:
    changes: Mapping[str, GroupChange]
    held: int
    foreign: pl.Series
    """Pairs that others gave, and that stay."""


def _unsure(computed: Computed, hall: _Hall) -> pl.Series:
    """Return the pairs of which it cannot be said whether they should be."""
    if not computed.unsure:
        return NO_PAIRS
    listed = sorted(computed.unsure)
    register = hall.register
    names = pl.DataFrame(listed, schema={"group": pl.String, "member": pl.String}, orient="row")
    groups = register.group_places(names["group"], register.keys)
    members = register.person_places(names["member"], register.keys)
    found = groups.is_not_null() & members.is_not_null()
    found &= ~hall.protected.gather(groups).fill_null(value=False)
    return register.pairs(groups.filter(found), members.filter(found))


def _shares(
    columns: ColumnWorld, hall: _Hall, compared: Compared, unsure: pl.Series, spoken: Heard
) -> _Shares:
    """Source: `provisor.domain.membership.share_out`."""
    register = hall.register
    missing, surplus = compared.missing, compared.surplus
    group = group_of(missing)
    joins = ~register.keeps.gather(member_of(missing)) & ~within(missing, unsure)
    joins &= ~hall.closed.gather(group) & ~hall.parting.gather(group)
    rests = register.keeps.gather(member_of(surplus)) | within(surplus, unsure)
    closed = hall.closed.gather(group_of(surplus))
    revoked = within(surplus, spoken.taken) & ~closed
    rests = (rests | closed) & ~revoked
    held, rest = int(rests.sum()), surplus.filter(~rests & ~revoked)
    named = register.named(rest)
    ours = given(named, columns.granted) if len(rest) else NO_PAIRS
    others = rest.filter(~within(rest, ours))
    staying = register.gives.gather(member_of(others))
    held, others = held + int(staying.sum()), others.filter(~staying)
    if hall.mode is OwnerMode.ADD_ONLY or not hall.takes:
        held, ours = held + len(ours), NO_PAIRS
    expels = NO_PAIRS
    if hall.mode is OwnerMode.AUTHORITATIVE and hall.takes:
        staying = hall.parting.gather(group_of(others))
        expels, others = others.filter(~staying), others.filter(staying)
    joining = by_group(register.named(missing.filter(joins)))
    going = pl.concat([ours, surplus.filter(revoked)])
    leaving, expelled = by_group(register.named(going)), by_group(register.named(expels))
    changes = {
        one: GroupChange(
            joining.get(one, NOBODY), leaving.get(one, NOBODY), expelled.get(one, NOBODY)
        )
        for one in sorted(joining.keys() | leaving.keys() | expelled.keys())
    }
    return _Shares(changes, held, others)


def _foreign(
    named: pl.DataFrame, groups: People, known: Mapping[str, Subject]
) -> tuple[Finding, ...]:
    """Return what is told of members whom others put in, group by group.

    Args:
        named: they, by the identity of the group.
        groups: all of them.
        known: some of them as acts name them, by identity.
    """
    if not named.height:
        return ()
    told = (
        named.sort("member")
        .group_by("group")
        .agg(pl.len().alias("count"), pl.col("member").head(MOST_NAMED))
        .sort("group")
    )
    subjects = {**known, **_subjects(groups, set(told["group"].to_list()) - known.keys())}
    return tuple(
        foreign_finding(subjects[group], count, members)
        for group, count, members in told.iter_rows()
    )
