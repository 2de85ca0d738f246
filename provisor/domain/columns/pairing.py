"""Memberships as pairs of numbers: millions of rows, and not one of them a Python object.

People and groups get dense numbers, a pair becomes one 64-bit integer, and two sorted lists of them
are compared. Only what changes becomes text again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from provisor.domain.columns.forms import among
from provisor.domain.columns.frames import EMPTY, Listing
from provisor.domain.columns.joining import NUMBER, has_repeats, nowhere, positions, scattered
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.pairs import PAIR, Names
from provisor.domain.columns.world import Granted
from provisor.domain.schema import ObjectType

_MEMBER_BITS: Final = 32  # one of them tells the two sides apart, so 2^31 people fit
_SIDE: Final = 1
_HASH: Final = pl.col("group").hash(1) ^ pl.col("member").hash(2)
NO_PAIRS: Final = pl.Series([], dtype=pl.UInt64)


# --- names to numbers --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Register:
    """The numbers of everybody, and how keys and native ids lead to them."""

    identities: pl.Series
    """Number to identity id: groups first, then people."""
    keeps: pl.Series
    """Number to whether memberships stay as they are."""
    gives: pl.Series
    """Number to whether what we gave is taken back, and nothing else."""
    numbers: pl.Series
    """Place to number: the same, unless somebody stands in two places."""
    groups: int
    """How many groups there are."""
    keys: pl.Series
    natives: pl.Series
    records: pl.Series
    """Place to the row of the record, as far as it is known."""
    accounts: pl.Series
    """Place to the row of the account, as far as it is known."""

    def group_keys(self) -> pl.Series:
        """Return the keys of the groups, by place."""
        return self.keys.head(self.groups)

    def groups_named(self, identities: Collection[str]) -> pl.Series:
        """Say, per place, whether it is one of these identities."""
        if not identities:
            return nowhere(len(self.identities))
        return among(self.identities, pl.Series(sorted(identities), dtype=pl.String))

    def group_places(self, names: pl.Series, listed: pl.Series) -> pl.Series:
        """Return the places of groups by key or native id; null for none."""
        return _place(names, listed.head(self.groups), 0)

    def person_places(self, names: pl.Series, listed: pl.Series) -> pl.Series:
        """Return the places of people by key or native id; null for none."""
        return _place(names, listed.slice(self.groups), self.groups)

    def people_by_record(self, names: Names, source: Listing) -> pl.Series:
        """Return the places of people by the names that a read of the source gave them."""
        return self._people(names, source.keys, self.keys, self.records)

    def people_by_account(self, names: Names, target: Listing) -> pl.Series:
        """Return the places of people by the names that a read of the target gave them."""
        return self._people(names, target.keys, self.natives, self.accounts)

    def _people(
        self, names: Names, read: pl.Series, listed: pl.Series, rows: pl.Series
    ) -> pl.Series:
        """Take the places of those whose row is known from it; compare the names of the others."""
        if not names.is_of(read):
            return self.person_places(names.texts, listed)
        rows, texts = rows.slice(self.groups), listed.slice(self.groups)
        places = pl.int_range(len(rows), dtype=NUMBER, eager=True)
        known = rows.is_not_null() & texts.is_not_null()
        found = scattered(rows.filter(known), places.filter(known), len(names.texts))
        others, left = places.filter(~known & texts.is_not_null()), found.is_null().arg_true()
        if len(others) and len(left):
            near = positions(names.texts.gather(left), texts.gather(others))
            found = found.scatter(left, others.gather(near))
        return found + self.groups

    def pairs(self, groups: pl.Series, members: pl.Series) -> pl.Series:
        """Return one integer per pair of places, none of which is null."""
        paired: pl.Series = self.left(groups) + self.right(members)
        return paired

    def left(self, groups: pl.Series) -> pl.Series:
        """Return what the place of a group adds to a pair; nothing for null."""
        numbers = self.numbers.gather(groups).cast(pl.UInt64).fill_null(0)
        added: pl.Series = numbers * 2**_MEMBER_BITS
        return added

    def right(self, members: pl.Series) -> pl.Series:
        """Return what the place of a member adds to a pair; nothing for null."""
        numbers = self.numbers.gather(members).cast(pl.UInt64).fill_null(0)
        added: pl.Series = numbers * 2
        return added

    def named(self, pairs: pl.Series) -> pl.DataFrame:
        """Return pairs as identity ids, beside the pairs themselves."""
        return pl.DataFrame(
            {
                "pair": pairs,
                "group": self.identities.gather(group_of(pairs)),
                "member": self.identities.gather(member_of(pairs)),
            }
        )


def register_of(groups: pl.DataFrame, people: pl.DataFrame) -> Register:
    """Number everybody.

    Args:
        groups: of every group that is carried what `provisor.domain.columns.membering.People` says.
        people: the same of people.
    """
    everybody = pl.concat([groups, people])
    count = everybody.height
    numbers = pl.int_range(count, dtype=NUMBER, eager=True)
    keeps, gives = everybody["keeps"], everybody["gives"]
    identities = everybody["identity"]
    if has_repeats(identities):
        first = everybody.with_row_index("at").select(
            pl.col("at").last().over("identity"), pl.col("keeps", "gives").any().over("identity")
        )
        numbers, keeps, gives = first["at"].cast(NUMBER), first["keeps"], first["gives"]
    return Register(
        identities,
        keeps,
        gives,
        numbers,
        groups.height,
        *(everybody[name] for name in ("key", "native", "record", "account")),
    )


def _place(names: pl.Series, among_these: pl.Series, offset: int) -> pl.Series:
    """Return where each name stands; null for nowhere."""
    if not among_these.null_count():
        return positions(names, among_these) + offset
    known = among_these.is_not_null().arg_true().cast(NUMBER)
    return known.gather(positions(names, among_these.gather(known))) + offset


def group_of(pairs: pl.Series) -> pl.Series:
    """Return the numbers of the groups."""
    numbers: pl.Series = pairs // 2**_MEMBER_BITS
    return numbers


def member_of(pairs: pl.Series) -> pl.Series:
    """Return the numbers of the members."""
    numbers: pl.Series = (pairs % 2**_MEMBER_BITS) // 2
    return numbers


def people_read(populations: Mapping[ObjectType, ColumnPopulation]) -> tuple[Listing, Listing]:
    """Return the people of both sides as they were read."""
    population = populations.get(ObjectType.USERS)
    return (EMPTY, EMPTY) if population is None else (population.source, population.target)


def source_keys(
    populations: Mapping[ObjectType, ColumnPopulation], object_type: ObjectType
) -> pl.Series:
    """Return every key that the source has, whatever became of it."""
    population = populations.get(object_type)
    if population is None:
        return pl.Series([], dtype=pl.String)
    repeated = pl.Series(list(population.source.repeated), dtype=pl.String)
    return pl.concat([population.source.keys, repeated])


# --- comparing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sets of pairs beside each other."""

    missing: pl.Series
    """Wanted and not there."""
    surplus: pl.Series
    """There and not wanted."""
    kept: int
    """Wanted and there."""


def compare(wanted: pl.Series, present: pl.Series) -> Compared:
    """Sort both sides together, so that what is on both stands side by side."""
    both = pl.concat([wanted, present + _SIDE]).sort()
    repeats = (both == both.shift(1)).fill_null(value=False)
    if repeats.any():
        both = both.filter(~repeats)
    there = (both & _SIDE) == _SIDE
    follows = there & (both.shift(1) + _SIDE == both).fill_null(value=False)
    kept = int(follows.sum())
    surplus = both.filter(there & ~follows) - _SIDE
    alone = ~there & ~follows.shift(-1).fill_null(value=False)
    return Compared(both.filter(alone), surplus, kept)


def within(pairs: pl.Series, some: pl.Series) -> pl.Series:
    """Say which pairs are among some."""
    if not len(some):
        return nowhere(len(pairs))
    return pairs.is_in(some.implode())


def given(named: pl.DataFrame, granted: Granted) -> pl.Series:
    """Return the pairs that we gave; few of millions are compared as texts.

    Args:
        named: pairs with the identity ids of both ends.
        granted: yields the memberships that we gave in some groups.
    """
    sought = named.select(_HASH).to_series()
    found = [NO_PAIRS]
    for columns in granted(named["group"].unique().sort().to_list()):
        ours = pl.DataFrame({name: pl.Series(columns[name], dtype=pl.String) for name in PAIR})
        near = ours.filter(among(ours.select(_HASH).to_series(), sought))
        found.append(named.join(near, on=PAIR, how="semi")["pair"])
    return pl.concat(found)


def by_group(named: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Return the members of each group."""
    grouped = named.group_by("group").agg("member")
    return {group: frozenset(members) for group, members in grouped.iter_rows()}
