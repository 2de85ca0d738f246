"""Linked people whose record is missing: with most of those who left long ago nothing is done.

Columns count those who are proven to be gone, and whose account is as the policy wants it; all the
others become standings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import marked
from provisor.domain.columns.leaving import Parting, remembered, weigh
from provisor.domain.columns.scene import Scene
from provisor.domain.leaving import Gone, Remembered
from provisor.domain.standings import absence_makes_leaver
from provisor.domain.world import World


@dataclass(frozen=True, slots=True)
class Absentees:
    """The links whose record was not read, by their rows."""

    settled: pl.Series
    """Those with an account with which nothing is to be done."""
    fresh: pl.Series
    """Those who are not `open` and of whom a cycle learns that they are gone since now."""
    open: pl.Series
    """Those who are looked at one by one, by key, then identity."""


def absentees(
    scene: Scene, world: World, newcomers: Collection[str], asked: Collection[str]
) -> Absentees:
    """Take apart those whose record is missing.

    Source: `provisor.domain.standings.absent_standing` and what is composed for it.

    Args:
        scene: one object type.
        world: for what is known of absences, and what people decided.
        newcomers: identities of records without a link; a link of theirs is looked at.
        asked: native ids of accounts about which a question is open; they are looked at.

    Cost: a look at each absence, and the passes of `weigh`.
    """
    population = scene.population
    rows = population.absent_links()
    if not len(rows):
        return Absentees(rows, rows, rows)
    accounts = population.ties.account.gather(rows)
    quiet = _proven(scene, world, rows) & ~_entangled(scene, world, rows, newcomers)
    natives = population.links.frame["native_id"].gather(rows)
    quiet &= ~among(natives, pl.Series(sorted(asked), dtype=pl.String))
    quiet &= ~scene.protected.gather(accounts).fill_null(value=False)
    those = Parting(Gone.ABSENT, rows, accounts, None).some(quiet)
    weighed = weigh(scene, those, world.now)
    settled = those.some(~weighed.unsettled)
    return Absentees(
        settled.links.filter(settled.accounts.is_not_null()),
        those.links.filter(weighed.fresh & ~weighed.unsettled),
        rows.filter(~among(rows, settled.links)),
    )


def learnt_of(
    scene: Scene, fresh: Mapping[Gone, pl.Series], absent: Absentees, now: datetime
) -> Iterator[Remembered]:
    """Yield what is remembered of those of whom nothing but that they are gone is to be told.

    Args:
        scene: one object type.
        fresh: by reason the rows of those who have a record.
        absent: those who have none.
        now: the moment of the plan.
    """
    links = [(why, scene.link.gather(rows)) for why, rows in fresh.items()]
    for why, rows in (*links, (Gone.ABSENT, absent.fresh)):
        yield from remembered(scene.population, rows, why, now)


def _proven(scene: Scene, world: World, rows: pl.Series) -> pl.Series:
    """Say who is gone because of the absence."""
    population = scene.population
    absences, repeated = population.absences, population.source.repeated
    keys = population.links.frame["key"].gather(rows).to_list()
    proven = [
        key not in repeated and absence_makes_leaver(world, absences.get(key)) for key in keys
    ]
    return pl.Series(proven, dtype=pl.Boolean)


def _entangled(
    scene: Scene, world: World, rows: pl.Series, newcomers: Collection[str]
) -> pl.Series:
    """Say who is not alone with their key, their identity and their account, or was decided on."""
    population = scene.population
    links = population.links.frame
    keys = links["key"].gather(rows)
    decided = {key for kind, key in world.overrides if kind is scene.rules.object_type}
    entangled = keys.is_duplicated() | among(keys, pl.Series(sorted(decided), dtype=pl.String))
    entangled |= among(
        links["identity"].gather(rows), pl.Series(sorted(newcomers), dtype=pl.String)
    )
    accounts = population.ties.account.gather(rows)
    theirs = marked(accounts.drop_nulls(), population.target.height)
    named = population.ties.account.filter(
        theirs.gather(population.ties.account).fill_null(value=False)
    )
    shared = named.filter(named.is_duplicated()).unique()
    return entangled | among(accounts, shared)
