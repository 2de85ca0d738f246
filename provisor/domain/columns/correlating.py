"""Correlation for all records at once: what `provisor.domain.correlating` says of each.

Columns find groups of records that some rule ties together, and settle those in which nothing is in
doubt: one new record of a source at most, one person at most, and nothing that contradicts. The few
others are handed to the definition, with everybody whom it could name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Final

import polars as pl

from provisor.domain.columns.tie_pages import form_names
from provisor.domain.correlating import Correlated, correlate
from provisor.domain.person import CorrelationRule, Joining, Sighting, Ties

ROW: Final = "row"
_GROUP: Final = "group"
_TIED: Final = -1
"""The rank of records that are known: before every source."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Whose every record is."""

    ties: pl.DataFrame
    """New ones of whom nothing was in doubt: row, source, key, person and rule."""
    decided: Correlated
    """What the definition said of the others; of known people only some are in it."""


def settle(joining: Joining, records: pl.DataFrame, retired: frozenset[str]) -> Settled:
    """Say whose every record is.

    Args:
        joining: sources and rules.
        records: every record that is there, and every one that was: `row`, `source`, `rank` (of
            the source), `key`, `person` (null for new ones), `vouches`, and one column per rule.
        retired: keys of people that nobody new is called by.

    Cost: a few passes over those records that share something with a new one; one object for each
        record of which anything is in doubt, and for everybody it could be.
    """
    if not records["person"].null_count():
        return Settled(_NO_TIES, Correlated({}, (), {}))
    around = _earliest(joining.rules, _grouped(joining.rules, _closure(joining.rules, records)))
    groups = _groups(joining, around)
    new = around.filter(pl.col("person").is_null()).join(groups, on=_GROUP)
    named = _named(joining, new, records, retired)
    doubt = _doubt(joining.rules, named)
    plain = named.filter(~pl.col(_GROUP).is_in(doubt.implode()))
    suspects = _suspects(joining.rules, plain.filter(_founds()), records, around)
    doubt = pl.concat([doubt, suspects]).unique()
    doubtful = around.filter(pl.col(_GROUP).is_in(doubt.implode()))
    settled = named.filter(~pl.col(_GROUP).is_in(doubt.implode()))
    decided = _decided(joining, doubtful, around, records, retired)
    return Settled(_ties(settled), decided)


_NO_TIES: Final = pl.DataFrame(
    schema={ROW: pl.UInt32, **dict.fromkeys(("source", "key", "person", "rule"), pl.String)}
)


def _deciding(rules: Sequence[CorrelationRule]) -> list[str]:
    return [name for name, rule in zip(form_names(rules), rules, strict=True) if rule.decides]


def _closure(rules: Sequence[CorrelationRule], records: pl.DataFrame) -> pl.DataFrame:
    """Return the new records, and everybody who is tied to one by rules that decide."""
    chosen = records["person"].is_null()
    while not chosen.all():
        inside = records.filter(chosen)
        found = [
            pl.col(name).is_in(inside[name].drop_nulls().unique().implode())
            for name in ("person", *_deciding(rules))
        ]
        wider = chosen | records.select(reduce(or_, found).fill_null(value=False)).to_series()
        if wider.sum() == chosen.sum():
            break
        chosen = wider
    return records.filter(chosen)


def _grouped(rules: Sequence[CorrelationRule], records: pl.DataFrame) -> pl.DataFrame:
    """Give every record the number of its group: the least row of all that are tied to it."""
    names = ("person", *_deciding(rules))
    hashes = {name: records[name].hash(7) for name in names}
    frame = pl.DataFrame({"label": records[ROW], **hashes})
    mask = {name: records[name].is_not_null() for name in names}
    while True:
        before = frame["label"]
        for name in names:
            # Two texts of one number would only make a group larger, and so be looked at.
            least = pl.col("label").min().over(name)
            tied = pl.when(pl.lit(mask[name])).then(least).otherwise(pl.col("label"))
            frame = frame.with_columns(tied.alias("label"))
        if (before == frame["label"]).all():
            return records.with_columns(frame["label"].alias(_GROUP))


def _earliest(rules: Sequence[CorrelationRule], around: pl.DataFrame) -> pl.DataFrame:
    """Say of what every record is compared by who had it first: the rank of a source."""
    rank = pl.when(pl.col("person").is_not_null()).then(pl.lit(_TIED)).otherwise(pl.col("rank"))
    return around.with_columns(rank.alias("met")).with_columns(
        pl.col("met").min().over(name).alias(f"{name}_met") for name in _deciding(rules)
    )


def _groups(joining: Joining, around: pl.DataFrame) -> pl.DataFrame:
    """Return what is known of every group that has a new record."""
    new, tied = pl.col("person").is_null(), pl.col("person").is_not_null()
    rank = pl.col("met")
    names = _deciding(joining.rules)
    told = [
        new.any().alias("fresh"),
        pl.col("person").drop_nulls().first().alias("known"),
        (pl.col("person").drop_nulls().n_unique()).alias("people"),
        rank.min().alias("first"),
        *(rank.filter(pl.col(n).is_not_null()).min().alias(f"{n}_first") for n in names),
    ]
    found = around.group_by(_GROUP).agg(told).filter("fresh")
    fresh, place = around.filter(new), [_GROUP, "rank"]
    twice = fresh.filter(fresh.select(place).is_duplicated())[_GROUP]
    shown = fresh.join(around.filter(tied & pl.col("here")), on=place, how="semi")[_GROUP]
    crowded = pl.concat([twice, shown]).unique()
    return found.with_columns(pl.col(_GROUP).is_in(crowded.implode()).alias("crowded"))


def _named(
    joining: Joining, new: pl.DataFrame, records: pl.DataFrame, retired: frozenset[str]
) -> pl.DataFrame:
    """Say by which key and rule every new record would be somebody's, and if the key is taken."""
    first = joining.sources[0]
    key = (
        pl.when(pl.col("source") == first)
        .then(pl.col("key"))
        .otherwise(pl.concat_str("source", pl.lit(":"), "key"))
    )
    taken = pl.concat([records["person"].drop_nulls(), pl.Series(sorted(retired), dtype=pl.String)])
    new = new.with_columns(key.alias("own"))
    clash = pl.col("own").is_duplicated() | pl.col("own").is_in(taken.unique().implode())
    rules = [
        pl.when(pl.col(name).is_not_null() & (pl.col(f"{name}_met") < pl.col("rank"))).then(
            pl.lit(rule.name)
        )
        for name, rule in zip(form_names(joining.rules), joining.rules, strict=True)
        if rule.decides
    ]
    rule = pl.coalesce(rules) if rules else pl.lit(None, dtype=pl.String)
    return new.with_columns(clash.alias("clash"), rule.alias("rule"))


def _founds() -> pl.Expr:
    """Say which records would be the first of somebody new."""
    return pl.col("known").is_null() & (pl.col("rank") == pl.col("first"))


def _doubt(rules: Sequence[CorrelationRule], named: pl.DataFrame) -> pl.Series:
    """Return the groups in which something is in doubt."""
    against = _contradicted(rules)
    unclear = pl.col("rule").is_null() & ~_founds()
    several = (pl.col("people") > 1) | pl.col("crowded")
    doubtful = several | unclear | against | pl.col("clash")
    return named.filter(doubtful)[_GROUP].unique()


def _contradicted(rules: Sequence[CorrelationRule]) -> pl.Expr:
    """Say of which records a rule before the one that finds somebody says something else."""
    found: list[pl.Expr] = []
    names = _deciding(rules)
    for number, name in enumerate(names):
        earlier = [pl.col(f"{one}_met") < pl.col("rank") for one in names[:number]]
        decides = (pl.col(f"{name}_met") < pl.col("rank")) & pl.col(name).is_not_null()
        for one in names[:number]:
            differs = pl.col(one).is_not_null() & (pl.col(f"{one}_first") < pl.col("rank"))
            none_before = [
                ~(pl.col(other).is_not_null() & before)
                for other, before in zip(names[:number], earlier, strict=True)
            ]
            found.append(reduce(and_, none_before, decides & differs))
    return reduce(or_, found, pl.lit(value=False)).fill_null(value=False)


def _suspects(
    rules: Sequence[CorrelationRule],
    founders: pl.DataFrame,
    records: pl.DataFrame,
    around: pl.DataFrame,
) -> pl.Series:
    """Return the groups whose first record looks like somebody by a rule that only proposes.

    Some of those whom a rule that distinguishes tells apart are among them; the definition sees it.
    """
    named = list(zip(form_names(rules), rules, strict=True))
    tells = [name for name, rule in named if rule.distinguishes and rule.decides]
    everybody = records.join(around.select(ROW, _GROUP), on=ROW, how="left")
    found = [founders[_GROUP].clear()]
    for name, rule in named:
        if not rule.decides and founders.height:
            found.append(_alike(name, tells, founders, everybody))
    return pl.concat(found).unique()


def _alike(
    name: str, tells: Sequence[str], founders: pl.DataFrame, everybody: pl.DataFrame
) -> pl.Series:
    sought = founders[name].drop_nulls().unique()
    other = everybody.filter(pl.col(name).is_in(sought.implode())).select(
        name,
        pl.col("person").is_not_null().alias("is_known"),
        pl.col("rank").alias("other_rank"),
        pl.col(_GROUP).alias("other_group"),
        pl.col(ROW).is_in(founders[ROW].implode()).alias("founds"),
        *(pl.col(one).is_not_null().alias(f"{one}_other") for one in tells),
    )
    # Whoever shares all of this is the same to everybody who asks.
    pairs = founders.select(name, "rank", _GROUP, *(t for t in tells)).join(other.unique(), on=name)
    apart = [pl.col(one).is_not_null() & pl.col(f"{one}_other") for one in tells]
    return pairs.filter(
        pl.col("other_group").is_null() | (pl.col("other_group") != pl.col(_GROUP)),
        pl.col("is_known")
        | (pl.col("other_rank") < pl.col("rank"))
        | ((pl.col("other_rank") == pl.col("rank")) & ~pl.col("founds")),
        ~reduce(or_, apart, pl.lit(value=False)),
    )[_GROUP].unique()


def _decided(
    joining: Joining,
    doubtful: pl.DataFrame,
    around: pl.DataFrame,
    records: pl.DataFrame,
    retired: frozenset[str],
) -> Correlated:
    """Ask the definition about what is in doubt."""
    if not doubtful.height:
        return Correlated({}, (), {})
    names = form_names(joining.rules)
    proposing = [n for n, rule in zip(names, joining.rules, strict=True) if not rule.decides]
    alike = [
        pl.col(n).is_in(doubtful[n].drop_nulls().unique().implode()).fill_null(value=False)
        for n in proposing
    ]
    near = records.filter(reduce(or_, alike)) if alike else records.clear()
    groups = around.filter(pl.col(ROW).is_in(near[ROW].implode()))[_GROUP].unique()
    rows = [
        doubtful[ROW],
        around.filter(pl.col(_GROUP).is_in(groups.implode()))[ROW],
        records.filter(pl.col("person").is_in(near["person"].drop_nulls().unique().implode()))[ROW],
    ]
    chosen = records.filter(pl.col(ROW).is_in(pl.concat(rows).unique().implode()))
    taken = _namesakes(_wanted_names(joining, chosen), records)
    found = _asked(joining, chosen, names, frozenset(retired | taken))
    mine = set(doubtful.filter(pl.col("person").is_null()).select("source", "key").iter_rows())
    return Correlated(
        found.persons,
        tuple(tie for tie in found.ties if tie.ref in mine),
        {key: one for key, one in found.questions.items() if one.ref in mine},
    )


def _wanted_names(joining: Joining, chosen: pl.DataFrame) -> set[str]:
    first = joining.sources[0]
    rows = chosen.filter(pl.col("person").is_null()).select("source", "key").iter_rows()
    return {key if source == first else f"{source}:{key}" for source, key in rows}


def _namesakes(names: Collection[str], records: pl.DataFrame) -> set[str]:
    """Return the keys of known people who have one of some names, alone or with a number."""
    wanted = pl.Series(sorted(names), dtype=pl.String).implode()
    people = records["person"].drop_nulls().unique()
    return set(
        people.filter(people.str.replace(r"~[0-9]+$", "").is_in(wanted) | people.is_in(wanted))
    )


def _asked(
    joining: Joining, chosen: pl.DataFrame, names: Sequence[str], retired: frozenset[str]
) -> Correlated:
    sightings, persons, forms = [], {}, {}
    columns = ("source", "key", "person", "vouches", "here", *names)
    for source, key, person, vouches, here, *own in chosen.select(columns).iter_rows():
        ref = (source, key)
        if person is not None:
            persons[ref] = person
            forms[ref] = tuple(own)
        if here:
            sightings.append(Sighting(ref, tuple(own), vouches))
    return correlate(joining, sightings, Ties(persons, forms, retired))


def _ties(settled: pl.DataFrame) -> pl.DataFrame:
    """Return whose the records are of which nothing is in doubt."""
    founders = settled.filter(_founds()).select(_GROUP, pl.col("own").alias("founder"))
    whole = settled.join(founders, on=_GROUP, how="left")
    return whole.select(
        ROW,
        "source",
        "key",
        pl.coalesce("known", "founder").alias("person"),
        pl.when(_founds()).then(pl.lit("")).otherwise(pl.col("rule")).alias("rule"),
    )
