"""Memberships as pairs of numbers: millions of rows, and not one of them a Python object.

People and groups get dense numbers, a pair becomes one 64-bit integer, and two sorted lists of them
are compared. Only what changes becomes text again, one act per group.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import NUMBER, has_repeats, marked, positions
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.columns.scene import Scene
from provisor.domain.columns.sifting import Sifted
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.composing import Composed, Standing
from provisor.domain.drafting import Subject
from provisor.domain.enrolling import Enrolment, membership_drafts, source_tally, target_tally
from provisor.domain.membership import GroupChange, Resolved
from provisor.domain.roster import Roster, subject_after
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType

_MEMBER_BITS: Final = 32  # one of them tells the two sides apart, so 2^31 people fit
_SIDE: Final = 1
_HASH: Final = pl.col("group").hash(1) ^ pl.col("member").hash(2)


@dataclass(frozen=True, slots=True)
class Settled:
    """The records of one object type with whose account nothing is to be done."""

    scene: Scene
    records: pl.Series
    """Their rows."""

    def frame(self) -> pl.DataFrame:
        """Return key, identity, native id, and whether memberships stay as they are."""
        links = self.scene.population.links.frame[self.scene.link.gather(self.records)]
        return pl.DataFrame(
            {
                "key": self.scene.population.source.keys.gather(self.records),
                "identity": links["identity"],
                "native": links["native_id"],
                "keeps": self.scene.gone.gather(self.records),
            }
        )

    def subjects(self, places: pl.Series) -> Iterable[Subject | None]:
        """Return some of them as an act names them."""
        records = self.records.gather(places)
        population = self.scene.population
        links = population.links.links(self.scene.link.gather(records))
        accounts = population.target.records(self.scene.account.gather(records))
        for link, account in zip(links, accounts, strict=True):
            standing = Standing(link.key, link.identity, None, None, None, link, account)
            yield subject_after(self.scene.rules, standing, Composed())


def settled_columns(scene: Scene, sifted: Sifted) -> Settled:
    """Remember who is settled, for the memberships."""
    return Settled(scene, sifted.settled.arg_true().cast(NUMBER))


@dataclass(frozen=True, slots=True)
class _People:
    """Everybody of one object type who is or will be in the target."""

    frame: pl.DataFrame
    """key, identity, native, keeps; settled ones first, then those of the roster."""
    settled: Settled | None
    roster: Mapping[str, Subject]

    def subjects(self, places: pl.Series) -> dict[str, Subject]:
        """Return some of them as an act names them, by identity."""
        known = len(self.settled.records) if self.settled is not None else 0
        found: list[Subject | None] = []
        if self.settled is not None:
            found += self.settled.subjects(places.filter(places < known))
        keys = self.frame["key"].gather(places.filter(places >= known)).to_list()
        found += [self.roster[key] for key in keys]
        return {subject.identity: subject for subject in found if subject is not None}


def _people(settled: Settled | None, roster: Roster, object_type: ObjectType) -> _People:
    carried = roster.carried.get(object_type, {})
    subjects = carried.values()
    frame = pl.DataFrame(
        {
            "key": list(carried),
            "identity": [subject.identity for subject in subjects],
            "native": [subject.native_id for subject in subjects],
            "keeps": [subject.identity in roster.keepers for subject in subjects],
        },
        schema={"key": pl.String, "identity": pl.String, "native": pl.String, "keeps": pl.Boolean},
    )
    if settled is not None:
        frame = pl.concat([settled.frame(), frame])
        frame = _single_owners(frame, settled.scene.population.source.keys)
    return _People(frame, settled, carried)


def _single_owners(frame: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """Leave every native id to the last one who has it: by key, people without a row at the end."""
    natives = frame["native"].drop_nulls()
    if not has_repeats(natives):
        return frame
    owners = (
        frame.with_row_index("at")
        .with_columns(read=among(frame["key"], keys))
        .sort("read", "key", descending=[True, False], maintain_order=True)
        .unique("native", keep="last")
    )
    owning = marked(owners["at"], frame.height)
    return frame.with_columns(pl.when(owning).then("native"))


def enrol(columns: ColumnWorld, settled: Mapping[ObjectType, Settled], roster: Roster) -> Enrolment:
    """Work out who joins and leaves which group.

    Source: `provisor.domain.enrolling.enrol`.

    Args:
        columns: both sides' membership rows, and what was granted.
        settled: the accounts with which nothing is to be done.
        roster: the others that are or will be in the target.

    Cost: four joins of numbers over the rows and one sort of the pairs.
    """
    groups = _people(settled.get(ObjectType.GROUPS), roster, ObjectType.GROUPS)
    users = _people(settled.get(ObjectType.USERS), roster, ObjectType.USERS)
    register = _register(groups, users)
    wanted, resolved = register.wanted(columns)
    compared = _compare(wanted, register.present(columns.target_members))
    changes = register.changes(compared, columns)
    by_identity = _subjects(groups, changes)
    return Enrolment(
        membership_drafts(columns.world.rules, by_identity, changes),
        source_tally(resolved, changes),
        target_tally(columns.target_members.height, compared.kept, changes),
    )


def _subjects(groups: _People, changes: Collection[str]) -> dict[str, Subject]:
    identities = groups.frame["identity"]
    changing = among(identities, pl.Series(sorted(changes), dtype=pl.String))
    return groups.subjects(changing.arg_true())


# --- numbers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Register:
    """The numbers of everybody, and how keys and native ids lead to them."""

    identities: pl.Series
    """Number to identity id: groups first, then people."""
    keeps: pl.Series
    """Number to whether memberships stay as they are."""
    numbers: pl.Series
    """Place to number: the same, unless somebody stands in two places."""
    groups: int
    """How many groups there are."""
    keys: pl.Series
    natives: pl.Series

    def wanted(self, columns: ColumnWorld) -> tuple[pl.Series, Resolved]:
        """Return the pairs that should be, and what became of every row."""
        rows = columns.source_members
        pairs, found = self._pairs(rows, self.keys)
        lost = rows.filter(~found)
        known = _known_pairs(lost, columns.populations)
        return pairs, Resolved(frozenset(), rows.height, known, lost.height - known)

    def present(self, rows: pl.DataFrame) -> pl.Series:
        """Return the pairs that are, among people and groups that we know."""
        return self._pairs(rows, self.natives)[0]

    def _pairs(self, rows: pl.DataFrame, names: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return one integer per row of which both ends are known, and which rows those are."""
        group = _place(rows["group"], names.head(self.groups), 0)
        member = _place(rows["member"], names.slice(self.groups), self.groups)
        nested = member.is_null().arg_true()
        if len(nested) and self.groups:
            inner = _place(rows["member"].gather(nested), names.head(self.groups), 0)
            member = member.clone().scatter(nested, inner)
        found = group.is_not_null() & member.is_not_null()
        left = self.numbers.gather(group.filter(found)).cast(pl.UInt64)
        right = self.numbers.gather(member.filter(found)).cast(pl.UInt64)
        return left * 2**_MEMBER_BITS + right * 2, found

    def changes(self, compared: _Compared, columns: ColumnWorld) -> dict[str, GroupChange]:
        """Return what each group gains and loses, in identity ids."""
        adds = self._named(compared.missing)
        removes = self._named(compared.surplus)
        if columns.world.rules.memberships is OwnerMode.OURS and removes.height:
            removes = _given(removes, columns.granted())
        else:
            removes = removes.clear()
        joining, leaving = _by_group(adds), _by_group(removes)
        nobody: frozenset[str] = frozenset()
        return {
            group: GroupChange(joining.get(group, nobody), leaving.get(group, nobody))
            for group in sorted(joining.keys() | leaving.keys())
        }

    def _named(self, pairs: pl.Series) -> pl.DataFrame:
        """Return pairs as identity ids, without members whose memberships stay as they are."""
        member = (pairs % 2**_MEMBER_BITS) // 2
        moving = ~self.keeps.gather(member)
        group = (pairs // 2**_MEMBER_BITS).filter(moving)
        return pl.DataFrame(
            {
                "group": self.identities.gather(group),
                "member": self.identities.gather(member.filter(moving)),
            }
        )


def _register(groups: _People, users: _People) -> _Register:
    everybody = pl.concat([groups.frame, users.frame])
    count = everybody.height
    numbers = pl.int_range(count, dtype=NUMBER, eager=True)
    keeps = everybody["keeps"]
    identities = everybody["identity"]
    if has_repeats(identities):
        first = everybody.with_row_index("at").select(
            pl.col("at").last().over("identity"), pl.col("keeps").any().over("identity")
        )
        numbers, keeps = first["at"].cast(NUMBER), first["keeps"]
    return _Register(
        identities, keeps, numbers, groups.frame.height, everybody["key"], everybody["native"]
    )


def _place(names: pl.Series, among_these: pl.Series, offset: int) -> pl.Series:
    """Return where each name stands; null for nowhere."""
    known = among_these.is_not_null().arg_true().cast(NUMBER)
    return known.gather(positions(names, among_these.gather(known))) + offset


def _known_pairs(rows: pl.DataFrame, populations: Mapping[ObjectType, ColumnPopulation]) -> int:
    """Count the rows whose group and member the source has, whatever became of them."""
    if not rows.height:
        return 0
    groups = _source_keys(populations.get(ObjectType.GROUPS))
    people = _source_keys(populations.get(ObjectType.USERS))
    member = among(rows["member"], people) | among(rows["member"], groups)
    return int((among(rows["group"], groups) & member).sum())


def _source_keys(population: ColumnPopulation | None) -> pl.Series:
    if population is None:
        return pl.Series([], dtype=pl.String)
    repeated = pl.Series(list(population.source.repeated), dtype=pl.String)
    return pl.concat([population.source.keys, repeated])


# --- comparing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Compared:
    """Two sets of pairs beside each other."""

    missing: pl.Series
    """Wanted and not there."""
    surplus: pl.Series
    """There and not wanted."""
    kept: int
    """Wanted and there."""


def _compare(wanted: pl.Series, present: pl.Series) -> _Compared:
    """Sort both sides together, so that what is on both stands side by side."""
    both = pl.concat([wanted, present + _SIDE]).sort()
    both = both.filter((both != both.shift(1)).fill_null(value=True))
    pairs = both // 2
    paired = (pairs == pairs.shift(-1)).fill_null(value=False)
    follows = paired.shift(1).fill_null(value=False)
    there = both % 2 == _SIDE
    return _Compared(
        both.filter(~there & ~paired),
        both.filter(there & ~follows),
        int(paired.sum()),
    )


def _given(pairs: pl.DataFrame, granted: pl.DataFrame) -> pl.DataFrame:
    """Keep the pairs that we gave; few of millions are looked at as texts."""
    sought = pairs.select(_HASH).to_series()
    near = granted.filter(among(granted.select(_HASH).to_series(), sought))
    return pairs.join(near, on=["group", "member"], how="semi")


def _by_group(pairs: pl.DataFrame) -> dict[str, frozenset[str]]:
    grouped = pairs.group_by("group").agg("member")
    return {group: frozenset(members) for group, members in grouped.iter_rows()}
