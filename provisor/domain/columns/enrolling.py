"""The memberships of one plan in columns: what `provisor.domain.enrolling` says, pair by pair."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import NUMBER
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
    register_of,
    source_keys,
    within,
)
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
from provisor.domain.membership import NOBODY, GroupChange, Resolved
from provisor.domain.nesting import Nest, nest
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
    wanted = _wanted(columns, hall)
    seen = _seen(columns, hall, leftovers)
    compared = compare(_without_givers(wanted.pairs, hall.register), seen.pairs)
    shares = _shares(columns, hall, compared, _unsure(computed, hall))
    outsiders = by_group(seen.named(hall, seen.leaving(hall))) if len(seen.unknown) else {}
    changes = with_outsiders(shares.changes, outsiders)
    by_identity = _subjects(groups, changes)
    meant = sum(change.losses for change in changes.values())
    changes = without_excepted_members(changes, by_identity, columns.world.overrides)
    excepted = meant - sum(change.losses for change in changes.values())
    rules = columns.world.rules
    return Enrolment(
        membership_drafts(rules, by_identity, changes, seen.sizes(hall), computed.reasons),
        source_tally(wanted.resolved, changes),
        target_tally(
            TargetCount(
                columns.target_members.height, compared.kept, seen.protected, shares.held + excepted
            ),
            changes,
        ),
        (
            *(cycle_finding(keys) for keys in wanted.resolved.cycles),
            *_foreign(groups, hall, seen, shares.foreign),
        ),
    )


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


# --- what should be ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wanted:
    pairs: pl.Series
    """A repeated row stands twice."""
    resolved: Resolved


def _wanted(columns: ColumnWorld, hall: _Hall) -> _Wanted:
    """Return the pairs that should be, and what became of every row."""
    rows, register = columns.source_members, hall.register
    groups = register.group_places(rows["group"], register.keys)
    members = register.person_places(rows["member"], register.keys)
    strange = members.is_null().arg_true().cast(NUMBER)
    names = rows["member"].gather(strange)
    person = among(names, source_keys(columns.populations, ObjectType.USERS))
    is_group = pl.concat(
        [source_keys(columns.populations, ObjectType.GROUPS), register.group_keys()]
    )
    inner = ~person & among(names, is_group)
    nested = strange.filter(inner)
    edges = rows[nested].filter(among(rows["group"].gather(nested), is_group))
    knots = nest(edges.iter_rows()) if edges.height else Nest({}, ())
    direct = members
    if hall.nesting is Nesting.KEEP and len(nested):
        others = nested.filter(rows["group"].gather(nested) != rows["member"].gather(nested))
        places = register.group_places(rows["member"].gather(others), register.keys)
        members = members.clone().scatter(others, places)
    writable = groups.is_not_null() & ~hall.protected.gather(groups).fill_null(value=False)
    found = writable & members.is_not_null()
    pairs = register.pairs(groups.filter(found), members.filter(found))
    lost = (~found).arg_true()
    known = among(rows["group"].gather(lost), is_group) & (
        direct.gather(lost).is_not_null() | _at(strange, person | inner, lost, rows.height)
    )
    derived = _derived(rows, direct, knots, hall) if hall.nesting is Nesting.FLATTEN else NO_PAIRS
    more = 0
    if len(derived):
        more = pl.concat([pairs, derived]).n_unique() - pairs.n_unique()
        pairs = pl.concat([pairs, derived])
    out = int(known.sum())
    resolved = Resolved(frozenset(), rows.height, out, len(lost) - out, more, knots.cycles)
    return _Wanted(pairs, resolved)


def _without_givers(pairs: pl.Series, register: Register) -> pl.Series:
    """Source: `provisor.domain.membership.without_givers`."""
    if not register.gives.any():
        return pairs
    return pairs.filter(~register.gives.gather(member_of(pairs)))


def _at(numbers: pl.Series, said: pl.Series, wanted: pl.Series, rows: int) -> pl.Series:
    """Return what is said of some rows, for others that are or are not among them."""
    if not len(numbers):
        return pl.repeat(value=False, n=len(wanted), dtype=pl.Boolean, eager=True)
    mask = pl.repeat(value=False, n=rows, dtype=pl.Boolean, eager=True)
    return mask.scatter(numbers, said).gather(wanted)


def _derived(rows: pl.DataFrame, direct: pl.Series, knots: Nest, hall: _Hall) -> pl.Series:
    """Return the pairs of groups with people in groups inside of them."""
    inside = [(outer, inner) for outer, found in knots.inside.items() for inner in sorted(found)]
    if not inside:
        return NO_PAIRS
    ways = pl.DataFrame(inside, schema={"outer": pl.String, "group": pl.String}, orient="row")
    register = hall.register
    places = register.group_places(ways["outer"], register.keys)
    writable = places.is_not_null() & ~hall.protected.gather(places).fill_null(value=False)
    ways = ways.with_columns(place=places).filter(writable)
    people = pl.DataFrame({"group": rows["group"], "member": direct}).filter(direct.is_not_null())
    joined = ways.join(people, on="group", how="inner")
    return register.pairs(joined["place"], joined["member"])


# --- what is -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """The target's memberships in groups of ours."""

    pairs: pl.Series
    """Of those with a member whom we know."""
    natives: pl.Series
    """The native id of the member, per row."""
    found: pl.Series
    """Which rows `pairs` are of; a mask."""
    groups: pl.Series
    """Number of the group, per membership in a group of ours."""
    unknown: pl.Series
    """Number of the group, per member whom we do not know."""
    strangers: pl.Series
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
        groups = hall.register.identities.gather(self.unknown.filter(chosen))
        return pl.DataFrame({"group": groups, "member": self.strangers.filter(chosen)})

    def held(self, hall: _Hall, chosen: pl.Series) -> pl.DataFrame:
        """Return some members whom we know, by the identity of the group."""
        if not len(chosen):
            return pl.DataFrame(schema={"group": pl.String, "member": pl.String})
        stays = within(self.pairs, chosen)
        groups = hall.register.identities.gather(group_of(self.pairs.filter(stays)))
        natives = self.natives.filter(self.found).filter(stays)
        return pl.DataFrame({"group": groups, "member": natives})

    def sizes(self, hall: _Hall) -> dict[str, int]:
        """Return how many members each group has, by identity."""
        counted = self.groups.value_counts()
        names = hall.register.identities.gather(counted[counted.columns[0]])
        return dict(zip(names.to_list(), counted["count"].to_list(), strict=True))


def _seen(columns: ColumnWorld, hall: _Hall, leftovers: Leftovers) -> _Seen:
    rows, register = columns.target_members, hall.register
    groups = register.group_places(rows["group"], register.natives)
    members = register.person_places(rows["member"], register.natives)
    strange = members.is_null().arg_true()
    if len(strange) and register.groups and hall.nesting is not Nesting.IGNORE:
        inner = register.group_places(rows["member"].gather(strange), register.natives)
        members = members.clone().scatter(strange, inner)
    ours = groups.is_not_null()
    guarded = hall.protected.gather(groups).fill_null(value=False)
    natives = leftovers.protected.get(ObjectType.GROUPS, NOBODY)
    if natives:
        guarded |= ~ours & among(rows["group"], pl.Series(sorted(natives), dtype=pl.String))
    open_ = ours & ~guarded
    found = open_ & members.is_not_null()
    alien = open_ & members.is_null()
    numbers = register.numbers
    strangers = rows["member"].filter(alien)
    removable = pl.Series(sorted(leftovers.outsiders(columns.world.rules)), dtype=pl.String)
    return _Seen(
        register.pairs(groups.filter(found), members.filter(found)),
        rows["member"],
        found,
        numbers.gather(groups.filter(open_)),
        numbers.gather(groups.filter(alien)),
        strangers,
        among(strangers, removable),
        int(guarded.sum()),
    )


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


def _shares(columns: ColumnWorld, hall: _Hall, compared: Compared, unsure: pl.Series) -> _Shares:
    """Source: `provisor.domain.membership.share_out`."""
    register = hall.register
    missing, surplus = compared.missing, compared.surplus
    group = group_of(missing)
    joins = ~register.keeps.gather(member_of(missing)) & ~within(missing, unsure)
    joins &= ~hall.closed.gather(group) & ~hall.parting.gather(group)
    rests = register.keeps.gather(member_of(surplus)) | within(surplus, unsure)
    rests |= hall.closed.gather(group_of(surplus))
    held, rest = int(rests.sum()), surplus.filter(~rests)
    named = register.named(rest)
    ours = given(named, columns.granted()) if len(rest) else NO_PAIRS
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
    leaving, expelled = by_group(register.named(ours)), by_group(register.named(expels))
    changes = {
        one: GroupChange(
            joining.get(one, NOBODY), leaving.get(one, NOBODY), expelled.get(one, NOBODY)
        )
        for one in sorted(joining.keys() | leaving.keys() | expelled.keys())
    }
    return _Shares(changes, held, others)


def _foreign(groups: People, hall: _Hall, seen: _Seen, foreign: pl.Series) -> tuple[Finding, ...]:
    """Return what is told of members whom others put in, group by group."""
    named = pl.concat([seen.held(hall, foreign), seen.named(hall, ~seen.leaving(hall))]).unique()
    if not named.height:
        return ()
    told = (
        named.sort("member")
        .group_by("group")
        .agg(pl.len().alias("count"), pl.col("member").head(MOST_NAMED))
        .sort("group")
    )
    subjects = _subjects(groups, told["group"].to_list())
    return tuple(
        foreign_finding(subjects[group], count, members)
        for group, count, members in told.iter_rows()
    )
