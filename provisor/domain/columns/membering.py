"""Who is or will be in the target after a plan, in columns: what memberships are resolved against.

Source: `provisor.domain.roster`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from provisor.domain.columns.comparing import Sought
from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import NUMBER, has_repeats, marked
from provisor.domain.columns.leaving import giving_back
from provisor.domain.columns.scene import Scene
from provisor.domain.columns.sifting import Sifted
from provisor.domain.composed import Composed
from provisor.domain.drafting import Subject
from provisor.domain.link import Link
from provisor.domain.record import Record
from provisor.domain.roster import Roster, subject_after
from provisor.domain.schema import ObjectType
from provisor.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Settled:
    """The people of one object type with whose account nothing is to be done."""

    scene: Scene
    records: pl.Series
    """The rows of their records."""
    absent: pl.Series
    """The rows of the links of those who have no record, and an account."""
    gives: pl.Series
    """Per row, those without a record last, whether the memberships that we gave are taken back."""
    sought: tuple[Sought, ...] = ()
    """To whom they shall refer."""

    @property
    def height(self) -> int:
        """How many they are; those without a record come last."""
        return len(self.records) + len(self.absent)

    def frame(self) -> pl.DataFrame:
        """Return them as `People.frame` has them."""
        population, rows = self.scene.population, self._links()
        links = population.links.frame.select("key", "identity", "native_id")[rows]
        nowhere = pl.repeat(None, len(self.absent), dtype=NUMBER, eager=True)
        absent = pl.repeat(value=True, n=len(self.absent), dtype=pl.Boolean, eager=True)
        gone = pl.concat([self.scene.gone.gather(self.records), absent])
        return pl.DataFrame(
            {
                "key": links["key"],
                "identity": links["identity"],
                "native": links["native_id"],
                "keeps": gone & ~self.gives,
                "gives": self.gives,
                "record": pl.concat([self.records, nowhere]),
                "account": population.ties.account.gather(rows),
            }
        )

    def _links(self) -> pl.Series:
        return pl.concat([self.scene.link.gather(self.records), self.absent])

    def subjects(self, places: pl.Series) -> Iterable[Subject | None]:
        """Return some of them as an act names them."""
        return (subject for subject, _, _ in self._accounts(self._links().gather(places)))

    def accounts(self, records: pl.Series) -> Iterable[tuple[Subject, Link, Record]]:
        """Return some of them, by their rows, as an act names them, with link and account."""
        return self._accounts(self.scene.link.gather(records))

    def _accounts(self, rows: pl.Series) -> Iterable[tuple[Subject, Link, Record]]:
        population = self.scene.population
        links = population.links.links(rows)
        accounts = population.target.records(population.ties.account.gather(rows))
        for link, account in zip(links, accounts, strict=True):
            standing = Standing(link.key, link.identity, None, None, None, link, account)
            subject = subject_after(self.scene.rules, standing, Composed())
            if subject is not None:
                yield subject, link, account


def settled_columns(scene: Scene, sifted: Sifted, absent: pl.Series, now: datetime) -> Settled:
    """Remember who is settled, for the memberships and the references.

    Args:
        scene: the object type.
        sifted: its records.
        absent: the rows of links without a record whose account is settled.
        now: the moment of the plan.
    """
    records = sifted.settled.arg_true().cast(NUMBER)
    gives = giving_back(scene, records, absent, now)
    return Settled(scene, records, absent, gives, sifted.sought)


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of one object type who is or will be in the target."""

    frame: pl.DataFrame
    """key, identity, native, keeps, gives, and the rows of record and account as far as known.

    Settled ones first, then those of the roster.
    """
    settled: Settled | None
    """Where the accounts stand with which nothing is to be done."""
    roster: Mapping[str, Subject]
    """The others, by source key."""

    def subjects(self, places: pl.Series) -> dict[str, Subject]:
        """Return some of them as an act names them, by identity."""
        known = self.settled.height if self.settled is not None else 0
        found: list[Subject | None] = []
        if self.settled is not None:
            found += self.settled.subjects(places.filter(places < known))
        keys = self.frame["key"].gather(places.filter(places >= known)).to_list()
        found += [self.roster[key] for key in keys]
        return {subject.identity: subject for subject in found if subject is not None}


def people_of(settled: Settled | None, roster: Roster, object_type: ObjectType) -> People:
    """Return everybody of one object type who is or will be in the target."""
    carried = roster.carried.get(object_type, {})
    subjects = carried.values()
    frame = pl.DataFrame(
        {
            "key": list(carried),
            "identity": [subject.identity for subject in subjects],
            "native": [subject.native_id for subject in subjects],
            "keeps": [subject.identity in roster.keepers for subject in subjects],
            "gives": [subject.identity in roster.givers for subject in subjects],
            "record": [None] * len(carried),
            "account": [None] * len(carried),
        },
        schema={
            **dict.fromkeys(("key", "identity", "native"), pl.String),
            **dict.fromkeys(("keeps", "gives"), pl.Boolean),
            **dict.fromkeys(("record", "account"), NUMBER),
        },
    )
    if settled is not None:
        frame = pl.concat([settled.frame(), frame])
        frame = _single_owners(frame, settled.scene.population.source.keys)
    return People(frame, settled, carried)


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
