"""One object type part by part, so that memory follows one part and what is left of the others.

A part is closed: links lead from its records to its accounts. Whoever has nothing to be done with
them leaves it at once, counted, with the names that they hold; what is left of all parts is planned
together, as if it were everybody. So the parts decide nothing that depends on several of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

import polars as pl

from provisor.domain.columns.frames import EMPTY, Listing
from provisor.domain.columns.joining import NUMBER, hashed, scattered
from provisor.domain.columns.linking import ColumnPopulation, LinkColumns, Ties
from provisor.domain.columns.membering import Settled
from provisor.domain.columns.neighbours import Neighbours
from provisor.domain.columns.prints import NOTHING_KNOWN, Memory, Prints
from provisor.domain.columns.quiet import Peace, quiet_of, some_of, still
from provisor.domain.columns.scene import Scene, scene_of
from provisor.domain.columns.sifting import Sifted, sift
from provisor.domain.columns.taking import ShownByColumns
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.quietness import unquiet
from provisor.domain.register import Shown, unique_attributes
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import ObjectType

_HIGHEST: Final = 2**48
UNREMEMBERED: Final = Memory(b"", NOTHING_KNOWN)


def why_whole(rules: JobRules) -> str:
    """Return why a job must be planned in one piece, as a phrase; empty when it need not."""
    if rules.memberships is not None:
        return "memberships join everybody with everybody"
    if rules.groups.computed:
        return "groups are computed from everybody"
    if any(own.references for own in rules.objects.values()):
        return "references lead from anybody to anybody"
    return next((why for own in rules.objects.values() if (why := unquiet(own))), "")


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left of one part."""

    rest: ColumnPopulation
    names: ColumnPopulation
    """All accounts and links of the part, with nothing but the names that they hold."""
    heights: tuple[int, int, int]
    """How many records, accounts and links the part has."""
    records: Mapping[str, int]
    """Class to how many left."""
    accounts: Mapping[str, int]
    peace: Peace


@dataclass(frozen=True, slots=True)
class Parted:
    """Those of all parts of one type with whom nothing is to be done."""

    parts: Sequence[Reduced]

    def heights(self) -> tuple[int, int, int]:
        """Return how many records, accounts and links there are in all parts."""
        records, accounts, links = zip(*(one.heights for one in self.parts), strict=True)
        return sum(records), sum(accounts), sum(links)

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """Count, by class, the records and accounts that left."""
        records, accounts = Counter[str](), Counter[str]()
        for one in self.parts:
            records.update(one.records)
            accounts.update(one.accounts)
        return dict(records), dict(accounts)

    def shown(self) -> Shown:
        """Return the names that all accounts show."""
        return ShownByColumns(together([one.names for one in self.parts]))

    def outside_of(self, mask: pl.Series) -> pl.Series:
        """Return who of the rest is out of scope; of the others nobody asks."""
        return mask

    def settled_of(self, part: Settled) -> Settled:
        """Return with whose account of the rest nothing is to be done."""
        return part

    def peace_of(self, _scene: Scene, _sifted: Sifted) -> Peace:
        """Return who was left in peace, and who may be in the next plan."""
        found = [one.peace for one in self.parts]
        prints = Prints(
            pl.concat([one.prints.unchanged for one in found]).sort(),
            pl.concat([one.prints.ignored for one in found]).sort(),
            pl.concat([one.prints.outside for one in found]).sort(),
        )
        return Peace(sum(one.left for one in found), prints)


def reduced(columns: ColumnWorld, object_type: ObjectType) -> Reduced:
    """Take out of one part whoever has nothing to be done with them.

    Args:
        columns: the world with this part in place of the whole type.
        object_type: of the part.

    Cost: that of planning the part without composing.
    """
    world, population = columns.world, columns.populations[object_type]
    rules = world.rules.objects[object_type]
    overruled = {key for kind, key in world.overrides if kind is object_type}
    moment = Neighbours(columns, object_type).moment
    memory = columns.memories.get(object_type, UNREMEMBERED)
    quiet = quiet_of(rules, population, overruled, moment, memory)
    some = replace(columns, populations={**columns.populations, object_type: quiet.part})
    neighbours = Neighbours(some, object_type)
    around = world.circumstances
    scene = scene_of(rules, world.rules, quiet.part, overruled, neighbours, around)
    found = still(quiet, scene, sift(scene, world.now))
    unchanged, ignored, outside = (int(mask.sum()) for mask in found.values())
    left = ~reduce(pl.Series.__or__, found.values())
    _, _, _, rest = some_of(population, left)
    prints = {name: quiet.prints.filter(mask) for name, mask in found.items()}
    return Reduced(
        rest,
        _names(rules, population),
        quiet.heights(),
        {"unchanged": unchanged, "out_of_scope": ignored + outside},
        {"unchanged": unchanged + ignored},
        Peace(quiet.whole.source.height - len(quiet.rows), Prints(**prints)),
    )


def _names(rules: ObjectRules, population: ColumnPopulation) -> ColumnPopulation:
    """Return accounts and links with nothing but the names that they hold."""
    target, links = population.target, population.links
    held = [name for name in unique_attributes(rules) if name in target.frame.columns]
    thin = replace(
        target,
        frame=target.frame.select(held),
        absent={name: mask for name, mask in target.absent.items() if name in held},
    )
    sent = links.frame.filter(pl.col("accepted").is_not_null())
    nowhere = pl.Series([], dtype=NUMBER)
    return ColumnPopulation(EMPTY, thin, replace(links, frame=sent), Ties(nowhere, nowhere), {})


# --- together ------------------------------------------------------------------------------------


def together(parts: Sequence[ColumnPopulation]) -> ColumnPopulation:
    """Return what several parts make."""
    if len(parts) == 1:
        return parts[0]
    records = _shifted([one.ties.record for one in parts], [one.source.height for one in parts])
    accounts = _shifted([one.ties.account for one in parts], [one.target.height for one in parts])
    first = parts[0].links
    links = LinkColumns(first.object_type, pl.concat([one.links.frame for one in parts]))
    absences = {key: absence for one in parts for key, absence in one.absences.items()}
    return ColumnPopulation(
        _listed([one.source for one in parts]),
        _listed([one.target for one in parts]),
        LinkColumns(links.object_type, links.frame.rechunk()),
        Ties(records, accounts),
        absences,
    )


def _shifted(numbers: Sequence[pl.Series], heights: Sequence[int]) -> pl.Series:
    found, before = [], 0
    for one, height in zip(numbers, heights, strict=True):
        found.append((one + before).cast(NUMBER))
        before += height
    return pl.concat(found).rechunk()


def _listed(listings: Sequence[Listing]) -> Listing:
    """Return the records of several listings with the same columns."""
    repeated = Counter[str]()
    for one in listings:
        repeated.update(one.repeated)
    known = all(one.rows is not None for one in listings)
    lacking = {name for one in listings for name in one.absent}
    return Listing(
        pl.concat([one.keys for one in listings]).rechunk(),
        pl.concat([one.frame for one in listings]).rechunk(),
        {name: pl.concat([_absent(one, name) for one in listings]) for name in lacking},
        frozenset[str]().union(*(one.strange for one in listings)),
        frozenset[str]().union(*(one.tangled for one in listings)),
        [row for one in listings for row in one.rows or ()] if known else None,
        dict(repeated),
        sum(one.unkeyed for one in listings),
    )


def _absent(listing: Listing, name: str) -> pl.Series:
    mask = listing.absent.get(name)
    if mask is not None:
        return mask
    return pl.repeat(value=False, n=listing.height, dtype=pl.Boolean, eager=True)


# --- apart ---------------------------------------------------------------------------------------


def part_of(numbers: pl.Series, mixed: pl.Series, count: int) -> pl.Series:
    """Return, per source key, the number of its part.

    Args:
        numbers: the hashes of keys of records or of links.
        mixed: those of `entangled`; they are in one part.
        count: how many parts there are.
    """
    # The lowest bits choose slots of tables: within a part they must not be alike.
    parts = ((numbers // _HIGHEST) % count).cast(NUMBER)
    if not len(mixed):
        return parts
    found = numbers.is_in(mixed.implode())
    return parts.scatter(found.arg_true(), 0) if found.any() else parts


def entangled(keys: pl.Series, natives: pl.Series) -> pl.Series:
    """Return the hashes of those keys whose links share an account with others.

    Args:
        keys: the hashes of the keys of all links.
        natives: the hashes of their accounts; two accounts with one hash count as one.
    """
    if natives.n_unique() == len(natives):
        return keys.clear()
    return keys.filter(natives.is_duplicated()).unique()


def apart(population: ColumnPopulation, count: int) -> Iterator[ColumnPopulation]:
    """Yield a population in closed parts.

    Cost: one pass over everything for each part.
    """
    links, ties = population.links.frame, population.ties
    keys = hashed(links["key"])
    mixed = entangled(keys, hashed(links["native_id"]))
    records = part_of(hashed(population.source.keys), mixed, count)
    of_links = part_of(keys, mixed, count)
    accounts = part_of(hashed(population.target.keys), mixed.clear(), count)
    tied = ties.account.is_not_null().arg_true()
    accounts = accounts.scatter(ties.account.gather(tied), of_links.gather(tied))
    for number in range(count):
        yield _one_part(population, (records, of_links, accounts), number)


def _one_part(
    population: ColumnPopulation, parts: tuple[pl.Series, pl.Series, pl.Series], number: int
) -> ColumnPopulation:
    rows, kept, natives = ((one == number).arg_true().cast(NUMBER) for one in parts)
    source, target, links = population.source, population.target, population.links
    some = source.some(rows, source.frame.columns)
    if not number:
        # Rows that nobody can be made of belong to no part; the first one tells them.
        some = replace(some, repeated=source.repeated, unkeyed=source.unkeyed)
    ties = Ties(
        _places(population.ties.record.gather(kept), rows, source.height),
        _places(population.ties.account.gather(kept), natives, target.height),
    )
    return ColumnPopulation(
        some,
        target.some(natives, target.frame.columns),
        replace(links, frame=links.frame[kept]),
        ties,
        population.absences,
    )


def _places(numbers: pl.Series, rows: pl.Series, height: int) -> pl.Series:
    places = pl.int_range(len(rows), dtype=NUMBER, eager=True)
    return scattered(rows, places, height).gather(numbers)


def parted_of(
    columns: ColumnWorld, object_type: ObjectType, parts: Iterable[ColumnPopulation]
) -> tuple[ColumnPopulation, Parted]:
    """Reduce part after part; return what is left of all of them, and what left.

    Cost: the memory of one part, and of what is left.
    """
    found = [
        reduced(replace(columns, populations={object_type: one}), object_type) for one in parts
    ]
    return together([one.rest for one in found]), Parted(found)
