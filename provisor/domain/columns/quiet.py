"""Those of whom an earlier plan said that nothing is to be done, and of whom nothing changed since.

A fingerprint shows it. They are counted and leave; what is left, usually a few of a hundred, is
planned as if it were everybody. Only people who are here, and those without a link who are out of
scope, leave this way: what is done with leavers depends on the day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from provisor.domain.columns.comparing import Sought
from provisor.domain.columns.forms import among
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import NUMBER, has_repeats, marked, nowhere, scattered
from provisor.domain.columns.linking import ColumnPopulation, LinkColumns, Ties
from provisor.domain.columns.mapping import desired_columns
from provisor.domain.columns.membering import Settled
from provisor.domain.columns.prints import Memory, Prints, are_among, record_prints
from provisor.domain.columns.scene import Scene
from provisor.domain.columns.sifting import Sifted
from provisor.domain.columns.taking import ShownByColumns
from provisor.domain.columns.tenures import tenures
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.quietness import unquiet
from provisor.domain.register import Shown
from provisor.domain.relative_time import Moment
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType


@dataclass(frozen=True, slots=True)
class Peace:
    """What came of remembering one object type."""

    left: int
    """How many records were left in peace."""
    prints: Prints
    """The fingerprints of all with whom nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """One object type, taken apart into those who are left in peace and the rest."""

    whole: ColumnPopulation
    link: pl.Series
    """Per record the row of its link; null for none."""
    account: pl.Series
    """Per record the row of its account; null for none."""
    prints: pl.Series
    """Per record its fingerprint."""
    fit: pl.Series
    """Records whose fingerprint says all that their judgement depends on; a mask."""
    unchanged: pl.Series
    """Records whose account is as it should be, as before; a mask."""
    ignored: pl.Series
    """Records whose account is left alone, as before; a mask."""
    outside: pl.Series
    """Records without a link that are out of scope, as before; a mask."""
    rows: pl.Series
    """The records of the rest."""
    accounts: pl.Series
    """The accounts of the rest."""
    links: pl.Series
    """The links of the rest."""
    part: ColumnPopulation
    """The rest, with all accounts and links but those of people who are left in peace."""

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """Count, by class, the records and accounts of those who are left in peace."""
        unchanged, ignored = int(self.unchanged.sum()), int(self.ignored.sum())
        records = {"unchanged": unchanged, "out_of_scope": ignored + int(self.outside.sum())}
        return records, {"unchanged": unchanged + ignored}

    def heights(self) -> tuple[int, int, int]:
        """Return how many records, accounts and links there are, those left in peace included."""
        whole = self.whole
        return whole.source.height, whole.target.height, whole.links.frame.height

    def shown(self) -> Shown:
        """Return the names that all accounts show."""
        return ShownByColumns(self.whole)

    def spread(self, mask: pl.Series) -> pl.Series:
        """Return a mask over the rest as one over all records."""
        return marked(self.rows.filter(mask), self.whole.source.height)

    def outside_of(self, mask: pl.Series) -> pl.Series:
        """Return who is out of scope of all records; a mask.

        Args:
            mask: who is of the rest.
        """
        return self.spread(mask) | self.ignored | self.outside

    def settled_of(self, part: Settled) -> Settled:
        """Return all with whose account nothing is to be done.

        Args:
            part: those of the rest.
        """
        return _settled_of(self, part)

    def peace_of(self, scene: Scene, sifted: Sifted) -> Peace:
        """Return who was left in peace, and who may be in the next plan.

        Args:
            scene: the rest.
            sifted: what was found of it.
        """
        found = still(self, scene, sifted)
        prints = {name: self.prints.filter(mask).sort() for name, mask in found.items()}
        return Peace(self.whole.source.height - len(self.rows), Prints(**prints))


def left_in_peace(
    columns: ColumnWorld, object_type: ObjectType, overruled: Collection[str]
) -> tuple[ColumnWorld, Quiet | None]:
    """Return the world without those of one type who are left in peace, and them.

    Returns:
        The world as it is, and None, where nothing is remembered or everybody must be looked at.

    Cost: one pass over every column of the type.
    """
    world, memory = columns.world, columns.memories.get(object_type)
    rules = world.rules.objects[object_type]
    if memory is None or unquiet(rules):
        return columns, None
    moment = Moment(world.now, world.rules.zone)
    quiet = quiet_of(rules, columns.populations[object_type], overruled, moment, memory)
    return replace(columns, populations={**columns.populations, object_type: quiet.part}), quiet


def quiet_of(
    rules: ObjectRules,
    population: ColumnPopulation,
    overruled: Collection[str],
    moment: Moment,
    memory: Memory,
) -> Quiet:
    """Find those who are left in peace.

    Args:
        rules: of the object type; of those that `provisor.domain.quietness` lets pass.
        population: both sides.
        overruled: keys for which somebody decided something.
        moment: whose days have ended or not begun is asked now.
        memory: what earlier plans found.

    Cost: one pass over every column, and one per memory over the fingerprints.
    """
    link = population.link_of_record()
    account = population.ties.account.gather(link)
    prints = record_prints(population, link, account, memory.seed)
    fit = _single(population) & ~_overruled(population.source, overruled)
    ended, early = tenures(rules.tenure, population.source, moment)
    fit &= ~(ended | early).fill_null(value=True)
    unchanged, ignored, outside = (
        fit & are_among(prints, known)
        for known in (memory.known.unchanged, memory.known.ignored, memory.known.outside)
    )
    unchanged, ignored = unchanged & account.is_not_null(), ignored & account.is_not_null()
    left = ~(unchanged | ignored | outside)
    rows, accounts, links, part = some_of(population, left)
    return Quiet(
        population,
        link,
        account,
        prints,
        fit,
        unchanged,
        ignored,
        outside,
        rows,
        accounts,
        links,
        part,
    )


def _overruled(source: Listing, overruled: Collection[str]) -> pl.Series:
    if not overruled:
        return nowhere(source.height)
    return among(source.keys, pl.Series(sorted(overruled), dtype=pl.String))


def _single(population: ColumnPopulation) -> pl.Series:
    """Say which records have no link that shares its record or its account with another one."""
    rivals = nowhere(population.links.frame.height)
    for ends in (population.ties.record, population.ties.account):
        if has_repeats(ends.drop_nulls()):
            rivals |= ends.is_duplicated() & ends.is_not_null()
    touched = population.ties.record.filter(rivals).drop_nulls()
    return ~marked(touched, population.source.height)


def some_of(
    population: ColumnPopulation, left: pl.Series
) -> tuple[pl.Series, pl.Series, pl.Series, ColumnPopulation]:
    """Return the records, the accounts and the links that are left, and what they make.

    Args:
        population: all of them.
        left: records that are; a mask. Accounts and links are, but those of the other records.
    """
    source, target, links = population.source, population.target, population.links
    rows = left.arg_true().cast(NUMBER)
    if left.all():
        everything = (_all(target.height), _all(links.frame.height))
        return rows, *everything, population
    gone = (~left).gather(population.ties.record).fill_null(value=False)
    natives = ~marked(population.ties.account.filter(gone).drop_nulls(), target.height)
    accounts, kept = natives.arg_true().cast(NUMBER), (~gone).arg_true().cast(NUMBER)
    ties = Ties(
        _renumbered(population.ties.record.gather(kept), rows, source.height),
        _renumbered(population.ties.account.gather(kept), accounts, target.height),
    )
    some = replace(
        source.some(rows, source.frame.columns),
        repeated=source.repeated,
        unkeyed=source.unkeyed,
    )
    others = target.some(accounts, target.frame.columns)
    remaining = LinkColumns(links.object_type, links.frame[kept])
    part = ColumnPopulation(some, others, remaining, ties, population.absences)
    return rows, accounts, kept, part


def _all(rows: int) -> pl.Series:
    return pl.int_range(rows, dtype=NUMBER, eager=True)


def _renumbered(numbers: pl.Series, rows: pl.Series, height: int) -> pl.Series:
    """Return row numbers as they are among some rows."""
    places = pl.int_range(len(rows), dtype=NUMBER, eager=True)
    return scattered(rows, places, height).gather(numbers)


# --- after planning the rest ---------------------------------------------------------------------


def _settled_of(quiet: Quiet, part: Settled) -> Settled:
    """Return all with whose account nothing is to be done: those of the rest, and the others."""
    scene, height = part.scene, quiet.whole.source.height
    records = quiet.unchanged | quiet.ignored | marked(quiet.rows.gather(part.records), height)
    known = len(part.records)
    gives = marked(quiet.rows.gather(part.records.filter(part.gives.head(known))), height)
    sought = tuple(replace(one, records=quiet.rows.gather(one.records)) for one in part.sought)
    whole = Scene(
        rules=scene.rules,
        population=quiet.whole,
        link=quiet.link,
        account=quiet.account,
        overruled=quiet.spread(scene.overruled),
        left=quiet.spread(scene.left),
        leavers=quiet.spread(scene.leavers),
        early=quiet.spread(scene.early),
        gone=quiet.spread(scene.gone) | quiet.outside,
        undecided=quiet.spread(scene.undecided),
        protected=marked(quiet.accounts.filter(scene.protected), quiet.whole.target.height),
        around=scene.around,
    )
    numbers = records.arg_true().cast(NUMBER)
    return Settled(
        whole,
        numbers,
        quiet.links.gather(part.absent),
        pl.concat([gives.gather(numbers), part.gives.slice(known)]),
        (*sought, *_sought(quiet, whole)),
    )


def _sought(quiet: Quiet, scene: Scene) -> tuple[Sought, ...]:
    """Return to whom those refer who are left in peace."""
    references = scene.rules.references
    if not references or not quiet.unchanged.any():
        return ()
    rows = quiet.unchanged.arg_true().cast(NUMBER)
    listing = quiet.whole.source.some(rows, scene.rules.source_attributes())
    desired = desired_columns(listing, references, scene.rules.schema, scene.around)
    return (Sought(rows, {name: desired.columns[name] for name in sorted(desired.columns)}),)


def still(quiet: Quiet, scene: Scene, sifted: Sifted) -> dict[str, pl.Series]:
    """Return with whom nothing is to be done, whom fingerprints can tell; masks by their class.

    Args:
        quiet: who was left in peace.
        scene: the rest.
        sifted: what was found of it.
    """
    here = sifted.settled & ~scene.gone
    strangers = scene.link.is_null() & scene.gone & ~scene.left & ~sifted.composed
    found = {
        "unchanged": quiet.unchanged | quiet.spread(here & ~sifted.ignored),
        "ignored": quiet.ignored | quiet.spread(here & sifted.ignored),
        "outside": quiet.outside | quiet.spread(strangers),
    }
    return {name: mask & quiet.fit for name, mask in found.items()}
