"""What a columnar plan knew of everybody, as rows that a store can keep: no object per row.

The same as `provisor.engine.knowing.remember` says of records, for all who were settled in columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, overload

import polars as pl

from provisor.domain.columns.forms import among, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import NUMBER, marked
from provisor.domain.columns.proposing import PlannedColumns
from provisor.domain.link import Link
from provisor.domain.marks import (
    AccountMarks,
    lost,
    named_by,
    reach_of,
    refers_to,
    shows,
)
from provisor.domain.record import Record, Values
from provisor.domain.register import form_of, unique_attributes
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import ObjectType

Row = tuple[str, str | None, str, str | None, str | None, int, int, str, str | None]
_AT_ONCE: Final = 10_000
_GIVES = 32
"""As `provisor.ports.knowledge.GIVES` says it."""
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True)
class Sayings:
    """What is told of single records besides the columns, by key."""

    places: Mapping[str, str]
    carried: Mapping[str, tuple[str, str, int]]
    """Native id or nothing, identity, and what the roster says."""
    due: Mapping[str, str]
    gone: int
    """What the roster says of whoever is gone, besides what becomes of memberships."""
    references: pl.DataFrame | None = None
    """Key and line of those that refer to others."""


@dataclass(frozen=True, slots=True)
class Rows(Sequence[Row]):
    """Many rows, sorted by key: made where they are asked for, held by nobody."""

    listing: Listing
    """Whose values are the bodies."""
    told: pl.DataFrame
    """The other cells, behind the number that the record has in the listing."""

    def __len__(self) -> int:
        """Return how many there are."""
        return self.told.height

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        """Return one row, or a list of several."""
        if isinstance(place, int):
            return self[place : place + 1 or None][0]
        told = self.told[place]
        numbers = told["number"]
        some = self.listing.some(numbers, self.listing.frame.columns)
        whole = told.drop("number").insert_column(1, bodies(some).alias("body"))
        return whole.rows()

    def __iter__(self) -> Iterator[Row]:
        """Yield every row."""
        for start in range(0, len(self), _AT_ONCE):
            yield from self[start : start + _AT_ONCE]


def bodies(listing: Listing) -> pl.Series:
    """Return every record as a JSON object of its values; absent ones are left out."""
    plain = listing.rows is None and not listing.absent
    kinds = {type(kind) for kind in listing.frame.dtypes}
    if plain and listing.frame.width and kinds <= {pl.String, pl.Int64, pl.Boolean, pl.List}:
        packed = listing.frame.select(pl.struct(pl.all()).struct.json_encode())
        return packed.to_series()
    everything = pl.int_range(listing.height, eager=True)
    rows: Iterable[Values] = (
        listing.rows if listing.rows is not None else listing.values(everything)
    )
    return pl.Series([_ENCODE(dict(row)) for row in rows], dtype=pl.String)


def record_rows(planned: PlannedColumns, kind: ObjectType, sayings: Sayings) -> Rows:
    """Return the source records of one type as rows."""
    population = planned.columns.populations[kind]
    source = population.source
    links = population.links.frame
    of_record = population.link_of_record()
    frame = pl.DataFrame(
        {
            "number": pl.int_range(source.height, dtype=NUMBER, eager=True),
            "key": source.keys,
            "place": pl.select(
                pl.when(planned.outside[kind])
                .then(pl.lit("out_of_scope"))
                .otherwise(pl.lit("unchanged"))
            ).to_series()
            if source.height
            else pl.Series([], dtype=pl.String),
            "identity": links["identity"].gather(of_record),
            "linked": of_record.is_not_null().cast(pl.Int64),
        }
    )
    settled = _settled(planned, kind, sayings.gone)
    frame = frame.join(settled, on="key", how="left", maintain_order="left")
    frame = _said(frame, sayings)
    lines = sayings.references
    if lines is None:
        frame = frame.with_columns(line=pl.lit(""))
    else:
        frame = frame.join(lines, on="key", how="left", maintain_order="left")
    chosen = frame.select(
        "number",
        "key",
        pl.coalesce("said_place", "place").alias("place"),
        pl.coalesce("said_native", "native").alias("native"),
        pl.coalesce("said_identity", "own", "identity").alias("identity"),
        "linked",
        pl.coalesce("said_keeps", "stays", pl.lit(0)).cast(pl.Int64).alias("keeps"),
        pl.col("line").fill_null("").alias("told"),
        "due",
    )
    return Rows(source, chosen.sort("key"))


def absent_people(
    planned: PlannedColumns, kind: ObjectType
) -> Iterator[tuple[str, str, str, bool]]:
    """Yield people without a record whose account is settled.

    Key, native id, identity, and whether memberships are taken back from them.
    """
    settled = planned.settled[kind]
    rows = settled.frame().tail(len(settled.absent))
    return iter(rows.select("key", "native", "identity", "gives").rows())


def _settled(planned: PlannedColumns, kind: ObjectType, gone: int) -> pl.DataFrame:
    keeps, gives = pl.col("keeps").cast(pl.Int64), pl.col("gives").cast(pl.Int64)
    stays = keeps + gives * _GIVES + (keeps + gives) * gone
    frame = planned.settled[kind].frame()
    return frame.select("key", "native", own=pl.col("identity"), stays=stays)


def _said(frame: pl.DataFrame, sayings: Sayings) -> pl.DataFrame:
    """Lay what is told of single records beside the columns."""
    carried = list(sayings.carried.values())
    told = (
        {"key": list(sayings.places), "said_place": list(sayings.places.values())},
        {
            "key": list(sayings.carried),
            "said_native": [one[0] for one in carried],
            "said_identity": [one[1] for one in carried],
            "said_keeps": [one[2] for one in carried],
        },
        {"key": list(sayings.due), "due": list(sayings.due.values())},
    )
    for columns in told:
        types = {name: pl.Int64 if name == "said_keeps" else pl.String for name in columns}
        one = pl.DataFrame(columns, schema=types)
        frame = frame.join(one, on="key", how="left", maintain_order="left")
    return frame


def account_rows(
    planned: PlannedColumns, kind: ObjectType, places: Mapping[str, str], owners: Mapping[str, str]
) -> Rows:
    """Return the accounts of one type as rows; those in no class are unchanged."""
    target = planned.columns.populations[kind].target
    settled = planned.settled[kind].frame()
    numbers = pl.int_range(target.height, dtype=NUMBER, eager=True)
    frame = pl.DataFrame({"number": numbers, "key": target.keys})
    own = settled.select(pl.col("native").alias("key"), pl.col("key").alias("owner"))
    own = own.filter(pl.col("key").is_not_null()).unique("key", keep="last")
    frame = frame.join(own, on="key", how="left", maintain_order="left")
    said = pl.DataFrame(
        {
            "key": sorted({*places, *owners}),
            "place": [places.get(key) for key in sorted({*places, *owners})],
            "native": [owners.get(key) for key in sorted({*places, *owners})],
        },
        schema={"key": pl.String, "place": pl.String, "native": pl.String},
    )
    frame = frame.join(said, on="key", how="left", maintain_order="left")
    chosen = frame.select(
        "number",
        "key",
        pl.coalesce("place", pl.lit("unchanged")).alias("place"),
        pl.coalesce("native", "owner").alias("native"),
        pl.lit(None, dtype=pl.String).alias("identity"),
        pl.lit(0).alias("linked"),
        pl.lit(0).alias("keeps"),
        pl.lit("").alias("told"),
        pl.lit(None, dtype=pl.String).alias("due"),
    )
    return Rows(target, chosen.sort("key"))


def turning_keys(
    listing: Listing, attribute: str, turns: Callable[[str], datetime | None]
) -> Iterator[tuple[str, datetime]]:
    """Yield the records of which a date soon means something else; each date is asked once."""
    column = listing.column(attribute)
    if column.dtype == pl.List:
        exploded = pl.DataFrame({"key": listing.keys, "text": column}).explode("text")
    else:
        exploded = pl.DataFrame({"key": listing.keys, "text": texts(column)})
    values = exploded["text"].unique().drop_nulls().to_list()
    soon = {value: when for value in values if (when := turns(value)) is not None}
    if not soon:
        return
    chosen = exploded.filter(pl.col("text").is_in(list(soon)))
    for key, text in chosen.iter_rows():
        yield key, soon[text]


def departed_links(planned: PlannedColumns, kind: ObjectType) -> Iterator[tuple[str, Link]]:
    """Yield the links with an account of those out of scope with whom nothing is done now."""
    population = planned.columns.populations[kind]
    numbers = population.link_of_record().filter(planned.outside[kind]).drop_nulls()
    there = population.ties.account.gather(numbers).is_not_null()
    for link in population.links.links(numbers.filter(there)):
        yield link.key, link


# --- marks ---------------------------------------------------------------------------------------


def _left_behind(planned: PlannedColumns, kind: ObjectType) -> pl.Series:
    """Say which accounts are of people who left, or may be after this plan."""
    population, remembered = planned.columns.populations[kind], planned.proposal.remembered
    links = population.links
    fresh = pl.Series([one.identity for _, one in remembered], dtype=pl.String)
    former = links.is_former() | among(links.frame["identity"], fresh)
    former |= population.ties.record.is_null()
    rows = population.ties.account.filter(former).drop_nulls()
    return marked(rows, population.target.height)


def column_marks(
    planned: PlannedColumns, rules: JobRules, kind: ObjectType
) -> Iterator[tuple[str, str]]:
    """Yield the marks of records, accounts and links; those of seekers are told elsewhere."""
    population = planned.columns.populations[kind]
    reach = reach_of(rules)[kind]
    for step in reach.references:
        for key, text in _cells(population.source, step.attribute):
            yield refers_to(step.leads_to, text), f"{kind.value}\x1f{key}"
    for attribute in reach.named:
        for key, text in _cells(population.source, attribute):
            yield named_by(kind, attribute, text), key
    own = rules.objects[kind]
    for attribute in unique_attributes(own):
        form = form_of(own, attribute)
        for native, text in _cells(population.target, attribute):
            yield shows(kind, attribute, form(text)), native
    free = ~population.is_linked_account() | _left_behind(planned, kind)
    marks = AccountMarks(own)
    for account in population.target.records(free.arg_true()):
        yield from ((mark, account.key) for mark in marks.free(account))
    yield from _link_marks(planned, own, kind)


def _link_marks(
    planned: PlannedColumns, own: ObjectRules, kind: ObjectType
) -> Iterator[tuple[str, str]]:
    population = planned.columns.populations[kind]
    frame = population.links.frame
    accepted = frame["accepted"].is_not_null().arg_true()
    marks = AccountMarks(own)
    for link in population.links.links(accepted):
        yield from ((mark, link.identity) for mark in marks.sent(link))
    missing = frame["identity"].filter(population.ties.account.is_null())
    yield from ((lost(kind), identity) for identity in missing)


def _cells(listing: Listing, attribute: str) -> Iterator[tuple[str, str]]:
    column = listing.column(attribute)
    if column.dtype == pl.List:
        frame = pl.DataFrame({"key": listing.keys, "text": column}).explode("text")
    else:
        frame = pl.DataFrame({"key": listing.keys, "text": texts(column)})
    yield from frame.filter(pl.col("text").is_not_null() & (pl.col("text") != "")).iter_rows()


def unlinked_outside(planned: PlannedColumns, kind: ObjectType) -> list[Record]:
    """Return the records without a link that are out of scope."""
    population = planned.columns.populations[kind]
    unlinked = population.link_of_record().is_null() & planned.outside[kind]
    return population.source.records(unlinked.arg_true())
