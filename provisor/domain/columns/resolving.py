"""Who should be in which group, in columns: what `provisor.domain.membership.resolve` says.

Whatever can be said of a name is said once for each name; a row only looks it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import NUMBER, marked, positions, scattered
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.pairing import NO_PAIRS, Register, people_read, source_keys
from provisor.domain.columns.pairs import Names, Pairs
from provisor.domain.group_rules import Nesting
from provisor.domain.membership import Resolved
from provisor.domain.nesting import Nest, nest
from provisor.domain.schema import ObjectType

Populations = Mapping[ObjectType, ColumnPopulation]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the source asks for."""

    pairs: pl.Series
    """A repeated row stands twice."""
    resolved: Resolved


def resolve(
    rows: Pairs,
    populations: Populations,
    register: Register,
    protected: pl.Series,
    nesting: Nesting,
) -> Wanted:
    """Return the pairs that should be, and what became of every row.

    Source: `provisor.domain.membership.resolve`.

    Args:
        rows: of the source.
        populations: for the keys that the source has, whatever became of them.
        register: who is or will be in the target.
        protected: place to whether it is a group that nobody touches.
        nesting: what a group in a group means.

    Cost: a few passes over the names, two looks into tables per row.
    """
    groups = _groups(rows, populations, register, protected)
    members = _members(rows, populations, register)
    nested = members.inner.gather(rows.members.numbers).arg_true()
    knots = _knots(rows, groups, nested)
    goals, itself = members.places, nested.clear()
    if nesting is Nesting.KEEP and len(nested):
        goals = goals.zip_with(goals.is_not_null(), members.groups)
        both = rows.texts(nested)
        itself = nested.filter(both["group"] == both["member"])
    found = groups.open.gather(rows.groups.numbers)
    found &= goals.is_not_null().gather(rows.members.numbers)
    if len(itself):
        found &= ~marked(itself, rows.height)
    pairs = _paired(rows, register, (groups.places, goals), found)
    derived = NO_PAIRS
    if nesting is Nesting.FLATTEN and knots.inside:
        derived = _derived(rows, register, members, _ways(rows, register, protected, knots))
    more = pl.concat([pairs, derived]).n_unique() - pairs.n_unique() if len(derived) else 0
    lost = (~found).arg_true()
    known = groups.known.gather(rows.groups.numbers.gather(lost))
    out = int((known & members.known.gather(rows.members.numbers.gather(lost))).sum())
    resolved = Resolved(frozenset(), rows.height, out, len(lost) - out, more, knots.cycles)
    return Wanted(pl.concat([pairs, derived]), resolved)


# --- what is said of a name --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Groups:
    """Of every name that stands as a group."""

    places: pl.Series
    open: pl.Series
    """Whether its members are written."""
    known: pl.Series
    """Whether there is, or was, a group of this name."""


def _groups(
    rows: Pairs, populations: Populations, register: Register, protected: pl.Series
) -> _Groups:
    names = rows.groups.texts
    places = register.group_places(names, register.keys)
    writable = places.is_not_null() & ~protected.gather(places).fill_null(value=False)
    known = places.is_not_null() | among(names, source_keys(populations, ObjectType.GROUPS))
    return _Groups(places, writable, known)


@dataclass(frozen=True, slots=True)
class _Members:
    """Of every name that stands as a member; a key that people and groups share is a person's."""

    places: pl.Series
    """Where it is a person's."""
    groups: pl.Series
    """The places of those of `inner`."""
    inner: pl.Series
    """Whether it is a group's."""
    known: pl.Series


def _members(rows: Pairs, populations: Populations, register: Register) -> _Members:
    names = rows.members.texts
    places = register.people_by_record(rows.members, people_read(populations)[0])
    strange = places.is_null().arg_true().cast(NUMBER)
    nobodys = names.gather(strange)
    person = _are_people(rows.members, strange, populations)
    carried = register.group_places(nobodys, register.keys)
    group = carried.is_not_null() | among(nobodys, source_keys(populations, ObjectType.GROUPS))
    group &= ~person
    inner = marked(strange.filter(group), len(names))
    inside = carried.filter(group)
    return _Members(
        places,
        scattered(strange.filter(group), inside, len(names)),
        inner,
        inner | places.is_not_null() | marked(strange.filter(person), len(names)),
    )


def _are_people(names: Names, places: pl.Series, populations: Populations) -> pl.Series:
    """Say which of some names the source has for a person, whatever became of them."""
    source, _ = people_read(populations)
    if names.is_of(source.keys):
        # Whoever was read stands among the first names; a key of several rows is in no row.
        repeated = pl.Series(list(source.repeated), dtype=pl.String)
        return (places < names.known) | among(names.texts.gather(places), repeated)
    return among(names.texts.gather(places), source_keys(populations, ObjectType.USERS))


# --- what is said of a row ---------------------------------------------------------------------


def _paired(
    rows: Pairs, register: Register, places: tuple[pl.Series, pl.Series], found: pl.Series
) -> pl.Series:
    """Return the pairs of some rows."""
    groups, members = rows.groups.numbers, rows.members.numbers
    if not found.all():
        groups, members = groups.filter(found), members.filter(found)
    paired: pl.Series = register.left(places[0]).gather(groups)
    paired += register.right(places[1]).gather(members)
    return paired


def _knots(rows: Pairs, groups: _Groups, nested: pl.Series) -> Nest:
    known = groups.known.gather(rows.groups.numbers.gather(nested))
    edges = rows.texts(nested.filter(known))
    return nest(edges.iter_rows()) if edges.height else Nest({}, ())


def _ways(rows: Pairs, register: Register, protected: pl.Series, knots: Nest) -> pl.DataFrame:
    """Return from which group's rows people come into which group."""
    inside = [(outer, inner) for outer, found in knots.inside.items() for inner in sorted(found)]
    ways = pl.DataFrame(inside, schema={"outer": pl.String, "inner": pl.String}, orient="row")
    places = register.group_places(ways["outer"], register.keys)
    writable = places.is_not_null() & ~protected.gather(places).fill_null(value=False)
    numbers = positions(ways["inner"], rows.groups.texts)
    return pl.DataFrame({"place": places, "group": numbers}).filter(
        writable & numbers.is_not_null()
    )


def _derived(rows: Pairs, register: Register, members: _Members, ways: pl.DataFrame) -> pl.Series:
    """Return the pairs of groups with people in groups inside of them."""
    chosen = marked(ways["group"].unique(), len(rows.groups.texts)).gather(rows.groups.numbers)
    chosen &= members.places.is_not_null().gather(rows.members.numbers)
    numbers = rows.members.numbers.filter(chosen)
    people = pl.DataFrame(
        {"group": rows.groups.numbers.filter(chosen), "member": members.places.gather(numbers)}
    )
    joined = ways.join(people, on="group", how="inner")
    return register.pairs(joined["place"], joined["member"])
