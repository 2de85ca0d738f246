"""People over three feeds: who is who, and what is said of them, beside reading the same columns.

Staff, contractors (a tenth as many, a fifth of them on the staff as well) and a directory that
knows everybody by the mail address alone. The feeds are Parquet; the store is a file of SQLite.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from benchmarks.meter import Meter, measured
from benchmarks.table import seconds, show, times
from connectors.files import FilesConnector
from provisor.domain.columns.pages import listing_of
from provisor.domain.person import CorrelationRule, Joining
from provisor.domain.rules import Guard
from provisor.domain.schema import ObjectType
from provisor.engine.people.feeds import Feed
from provisor.engine.people.joined_source import JoinedSource
from provisor.ports.connector import ArrowTable, Page, ReadRequest
from provisor.stores.database import open_store
from provisor.testing.clock import FixedClock

SIZES = (10_000, 100_000, 1_000_000)
HERE = "benchmarks.people"
_FEEDS = ("hr", "contractors", "directory")
_RULES = (
    CorrelationRule(("national_id",), distinguishes=True),
    CorrelationRule(("mail",)),
    CorrelationRule(("given_name", "surname", "born"), decides=False),
)
_ATTRIBUTES = ("born", "given_name", "mail", "national_id", "person", "surname", "title")
_CHANGED = 100
"""One of so many records of the staff changes, and as many come."""


def run(rows: Sequence[int], _quick: object) -> None:
    """Print what a first look and a later one cost, beside reading."""
    lines = []
    for count in rows or SIZES:
        found = measured(HERE, "work", count)
        floor = found.cpu("reading")
        lines += [
            (f"{count:,}: reading alone", seconds(floor), "", found.told["people"]),
            (f"{count:,}: first look, kept", *_of(found.cpu("first"), floor), ""),
            (f"{count:,}: later look, kept", *_of(found.cpu("later"), floor), found.told["new"]),
        ]
    head = ("staff", "CPU s", "of reading", "people")
    show("people over three feeds", head, lines)


def _of(cpu: float, floor: float) -> tuple[str, str]:
    return seconds(cpu), times(cpu / floor)


def work(meter: Meter, count: int) -> None:
    """Read three feeds, find out who is who, and do it again after a day."""
    with tempfile.TemporaryDirectory() as folder:
        place, clock = Path(folder), FixedClock()
        _write(place, count, day=0)
        store = open_store(f"sqlite:///{place / 'store.db'}", clock=clock)
        with meter.part("warm"):
            _look(_joined(place, store, clock))
        with meter.part("reading"):
            for name in _FEEDS:
                listing_of([pl.read_parquet(place / f"{name}.parquet")], "key", ())
        with meter.part("first"):
            source = _joined(place, store, clock)
            meter.told["people"] = f"{_look(source):,}"
            source.keep("bench")
        _write(place, count, day=1)
        clock.move(86_400)
        with meter.part("later"):
            source = _joined(place, store, clock)
            meter.told["new"] = f"{_look(source):,}"
            source.keep("bench")
        store.close()


def _look(source: JoinedSource) -> int:
    pages = source.read(ReadRequest(ObjectType.USERS, _ATTRIBUTES))
    return sum(_height(page) for page in pages if isinstance(page, Page))


def _height(page: Page) -> int:
    if isinstance(page.rows, ArrowTable):
        return pl.DataFrame(page.rows).height
    return len(page.rows)


def _joined(place: Path, store: object, clock: FixedClock) -> JoinedSource:
    feeds = [
        Feed(
            name,
            FilesConnector(
                name, {"objects": {"users": {"path": str(place / f"{name}.parquet"), "key": "key"}}}
            ),
            guard=Guard(10**9, 100, 100, 100),
        )
        for name in _FEEDS
    ]
    joining = Joining(_FEEDS, _RULES, {"mail": ("directory", "hr", "contractors")})
    return JoinedSource("people", joining, feeds, lambda: store, clock)  # type: ignore[arg-type,return-value]  # any store will do


# --- the feeds --------------------------------------------------------------------------------


def _write(place: Path, count: int, day: int) -> None:
    for name, frame in zip(_FEEDS, _frames(count, day), strict=True):
        frame.write_parquet(place / f"{name}.parquet")


def _frames(count: int, day: int) -> Iterator[pl.DataFrame]:
    more = count // _CHANGED * day
    number = pl.int_range(count + more, eager=True).alias("n")
    staff = _people(number, "E", day)
    yield staff
    # Every fifth contractor is one of the staff, by the national id.
    outside = pl.int_range(count // 10, eager=True).alias("n")
    theirs = _people(outside + 10 * count, "C", 0)
    both = pl.when(pl.lit(outside) % 5 == 0).then(pl.lit(staff["national_id"].head(count // 10)))
    yield theirs.with_columns(both.otherwise(pl.col("national_id")).alias("national_id"))
    yield staff.select(
        pl.concat_str(pl.lit("D"), pl.col("key").str.slice(1)).alias("key"),
        "mail",
        pl.lit(None, dtype=pl.String).alias("national_id"),
    )


def _people(number: pl.Series, letter: str, day: int) -> pl.DataFrame:
    text = number.cast(pl.String).str.zfill(8)
    moved = (number % _CHANGED == 0) if day else pl.repeat(value=False, n=len(number), eager=True)
    titles = pl.when(pl.lit(moved)).then(pl.lit("Lead")).otherwise(pl.lit("Clerk"))
    return pl.select(
        (pl.lit(letter) + pl.lit(text)).alias("key"),
        (pl.lit("N-") + pl.lit(text)).alias("national_id"),
        (pl.lit("mail") + pl.lit(text) + pl.lit("@example.org")).alias("mail"),
        (pl.lit("Given") + pl.lit((number % 1_000).cast(pl.String))).alias("given_name"),
        (pl.lit("Sur") + pl.lit((number % 7_919).cast(pl.String))).alias("surname"),
        (pl.lit("19") + pl.lit((number % 97).cast(pl.String).str.zfill(2))).alias("born"),
        titles.alias("title"),
    )
