"""Groups by rule, in columns: what `provisor.domain.computed` says, for many people at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import polars as pl

from provisor.domain.columns.forms import texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import NUMBER, marked
from provisor.domain.columns.linking import ColumnPopulation, tied
from provisor.domain.columns.neighbours import Neighbours
from provisor.domain.columns.pages import listing_of
from provisor.domain.columns.scene import scene_of
from provisor.domain.columns.scoping import holds
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.computed import (
    GROUPS,
    NO_COMPUTED,
    USERS,
    Computed,
    Gathering,
    absences_of,
)
from provisor.domain.group_rules import COMPUTED, ComputedGroup, pieces
from provisor.domain.lifecycle import judge_all
from provisor.domain.override import Override

_MEMBER: Final = " member"
"""A column beside attributes; no attribute of a condition begins with a blank."""


def with_computed(columns: ColumnWorld) -> tuple[ColumnWorld, Computed]:
    """Return the world with computed groups and their members as if they had been read.

    Source: `provisor.domain.computed.with_computed`.

    Cost: nothing without computed groups; else one pass over each column that their rules look at,
        and one object per group.
    """
    rules = columns.world.rules
    if GROUPS not in rules.objects or not (rules.groups.computed or _given(columns)):
        return columns, NO_COMPUTED
    found = Gathering(rules)
    pairs: list[pl.DataFrame] = []
    unsure: set[tuple[str, str]] = set()
    here = _here(columns)
    neighbours = Neighbours(columns, USERS) if here is not None else None
    for rule in rules.groups.computed:
        if not rule.attributes:
            found.enter(rule, {})
        if here is None or neighbours is None:
            continue
        truth = here
        if rule.where is not None:
            truth = pl.select(pl.when(here).then(holds(rule.where, neighbours))).to_series()
        sure, doubtful = truth.fill_null(value=False), here & truth.is_null()
        pairs.append(_members(rule, neighbours.listing, sure, found))
        if doubtful.any():
            named = _named(rule, neighbours.listing, doubtful)
            unsure |= set(zip(named["group"].to_list(), named[_MEMBER].to_list(), strict=True))
    computed = replace(found.computed(), unsure=frozenset(unsure))
    population = _joined(columns, computed)
    members = columns.source_members.with_more(pairs)
    return (
        replace(
            columns,
            populations={**columns.populations, GROUPS: population},
            source_members=members,
        ),
        computed,
    )


def _given(columns: ColumnWorld) -> bool:
    """Say whether there is a group that some rule gave."""
    links = columns.populations[GROUPS].links
    return bool(links.frame["key"].str.starts_with(COMPUTED).any())


def _here(columns: ColumnWorld) -> pl.Series | None:
    """Say who is here and in scope; None where nobody is read."""
    world = columns.world
    rules, population = world.rules.objects.get(USERS), columns.populations.get(USERS)
    if rules is None or population is None:
        return None
    overruled = {key for kind, key in world.overrides if kind is USERS}
    neighbours = Neighbours(columns, USERS)
    scene = scene_of(rules, world.rules, population, overruled, neighbours, world.circumstances)
    here = ~scene.gone & ~scene.undecided & ~scene.overruled
    if not scene.overruled.any():
        return here

    def overrides(key: str) -> tuple[Override, ...]:
        return world.overrides.get((USERS, key), ())

    numbers = scene.overruled.arg_true().cast(NUMBER)
    records = population.source.records(numbers)
    judged = judge_all(rules, records, overrides, neighbours.around(records))
    gone = judged.departures.keys() | judged.undecided.keys()
    staying = pl.Series([record.key not in gone for record in records], dtype=pl.Boolean)
    return here | marked(numbers.filter(staying), len(here))


def _members(
    rule: ComputedGroup, people: Listing, chosen: pl.Series, found: Gathering
) -> pl.DataFrame:
    """Return the pairs of a rule, and write its groups down."""
    named = _named(rule, people, chosen)
    names = list(rule.attributes)
    if names:
        for held in named.select(names).unique().sort(names).iter_rows(named=True):
            found.enter(rule, held)
    return named.select("group", pl.col(_MEMBER).alias("member"))


def _named(rule: ComputedGroup, people: Listing, chosen: pl.Series) -> pl.DataFrame:
    """Return the group's key, the person's key and the values that tell groups apart."""
    numbers = chosen.arg_true()
    held = {name: _texts(people.column(name).gather(numbers)) for name in rule.attributes}
    frame = pl.DataFrame({_MEMBER: people.keys.gather(numbers), **held})
    for name in rule.attributes:
        frame = frame.explode(name) if frame[name].dtype == pl.List else frame
        frame = frame.filter(pl.col(name).is_not_null() & (pl.col(name) != ""))
    return frame.with_columns(_key(rule).alias("group"))


def _texts(column: pl.Series) -> pl.Series:
    """Return values as text; of a list each once."""
    return column.list.unique() if column.dtype == pl.List else texts(column)


def _key(rule: ComputedGroup) -> pl.Expr:
    parts = [pl.lit(COMPUTED)]
    for text, name in pieces(rule.name):
        parts.append(pl.lit(text))
        parts += [pl.col(name)] if name else []
    return pl.concat_str(parts)


def _joined(columns: ColumnWorld, computed: Computed) -> ColumnPopulation:
    """Put computed groups beside those that were read."""
    world, population = columns.world, columns.populations[GROUPS]
    source, links = population.source, population.links
    read = list(source.values(pl.int_range(source.height, eager=True)))
    made = [record.values for record in computed.records]
    listing, _ = listing_of([read, made], world.rules.objects[GROUPS].key, ())
    listing = replace(
        listing,
        repeated={**source.repeated, **computed.repeated},
        unkeyed=source.unkeyed,
    )
    ours = links.frame["key"].str.starts_with(COMPUTED).arg_true()
    absences = absences_of(links.links(ours), computed, world)
    return replace(
        population,
        source=listing,
        ties=tied(links, listing, population.target),
        absences={**population.absences, **absences},
    )
