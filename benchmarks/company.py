"""A made-up company: its HR records, its accounts and its links, the same for the same size.

Steady state with two of a hundred people changed: titles and telephones that moved on, accounts
that somebody edited by hand, joiners, leavers, people who went out of scope. The rest agrees.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.job import job_rules
from benchmarks.names import falling, given_names, plain, surnames
from provisor.domain.columns.expressions import evaluate_columns
from provisor.domain.mapping import flowing
from provisor.domain.rules import SOFT_DELETED
from provisor.domain.schema import ObjectType

VERSION = 6
"""Raised with every change of what is made here."""

DEPARTMENTS = (
    "Sales", "Finance", "People", "Legal", "Research", "Production", "Logistics", "Quality",
    "Purchasing", "Marketing", "IT", "Security", "Facilities", "Service", "Board",
)  # fmt: skip
TITLES = tuple(
    f"{rank} {what}".strip()
    for rank in ("Junior", "", "Senior", "Lead", "Head of")
    for what in ("Clerk", "Engineer", "Analyst", "Buyer", "Planner", "Driver")
)
COUNTRIES = ("DE", "SE", "PL", "FR", "IT", "US", "IN", "BR", "JP")


@dataclass(frozen=True, slots=True)
class Company:
    """Where the files of one size lie."""

    folder: Path
    rows: int

    def path(self, name: str) -> Path:
        """Return the file of one table: `source`, `target` or `links`."""
        return self.folder / f"{name}.parquet"


def company(rows: int) -> Company:
    """Return the company of that size, made now or found from an earlier run."""
    folder = Path(tempfile.gettempdir()) / f"provisor-benchmarks-{VERSION}" / str(rows)
    made = Company(folder, rows)
    if not made.path("links").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _make(made)
    return made


def steady(made: Company) -> None:
    """Write how both sides were before anybody changed anything: `source_before` and so on."""
    if made.path("target_before").is_file():
        return
    source = _people(_Dice(made.rows))
    linked = source.filter(source["type"].ne("external") & (source["status"] != "starting"))
    source.write_parquet(made.path("source_before"))
    _accounts(linked).write_parquet(made.path("target_before"))


class _Dice:
    """Columns by chance, decided by one seed."""

    def __init__(self, rows: int) -> None:
        self.random = random.Random(rows)
        self.rows = rows

    def chosen(self, values: Sequence[str], weights: Sequence[float] | None = None) -> pl.Series:
        places = self.random.choices(range(len(values)), weights, k=self.rows)
        return pl.Series(values).gather(pl.Series(places, dtype=pl.UInt32))

    def numbers(self, most: int) -> pl.Series:
        return pl.Series([int(self.random.random() * most) for _ in range(self.rows)])

    def among(self, share: float) -> pl.Series:
        return self.numbers(1_000_000) < share * 1_000_000

    def gaps(self, series: pl.Series, share: float) -> pl.Series:
        return series.set(self.among(share), None)


def _make(made: Company) -> None:
    dice = _Dice(made.rows)
    source = _people(dice)
    linked = source["type"].ne("external") & (source["status"] != "starting")
    accounts = _accounts(source.filter(linked))
    links = _links(source.filter(linked), accounts)
    _moved_on(source, dice).write_parquet(made.path("source"))
    _edited(accounts, made.rows).write_parquet(made.path("target"))
    links.write_parquet(made.path("links"))


def _people(dice: _Dice) -> pl.DataFrame:
    number = pl.int_range(dice.rows, eager=True)
    frame = pl.DataFrame(
        {
            "employee_id": number,
            "given_name": dice.chosen(given_names(), falling(1_000)),
            "surname": dice.chosen(surnames(), falling(2_400)),
            "department": dice.gaps(dice.chosen(DEPARTMENTS, falling(15)), 0.02),
            "title": dice.gaps(dice.chosen(TITLES, falling(len(TITLES))), 0.05),
            "status": dice.chosen(("active", "terminated", "starting"), (0.957, 0.04, 0.003)),
            "type": dice.chosen(("employee", "contractor", "external"), (0.88, 0.07, 0.05)),
            "country": dice.chosen(COUNTRIES, falling(9)),
            "line": dice.numbers(10_000_000),
            "loud": dice.among(0.3),
            "silent": dice.among(0.03),
        }
    )
    asciis = {name: plain(name) for name in surnames()}
    mail = pl.format("{}{}@Example.org", pl.col("surname").replace(asciis), "employee_id")
    frame = frame.with_columns(
        employee_id=pl.format("E{}", pl.col("employee_id").cast(pl.String).str.zfill(8)),
        mail=pl.when("silent")
        .then(None)
        .when("loud")
        .then(mail.str.to_uppercase())
        .otherwise(mail.str.to_lowercase()),
        phone=pl.format("+46 {}-{}", pl.col("line") // 100_000, pl.col("line") % 100_000),
    )
    return frame.drop("line", "loud", "silent").with_columns(**_further())


def _further() -> dict[str, pl.Expr]:
    """Return the columns that nobody maps: as many as HR systems have."""
    seed = pl.col("employee_id").hash(7)
    names = (
        "preferred_name", "division", "cost_centre", "job_code", "level", "location", "street",
        "postal_code", "city", "mobile", "room", "manager_id", "start_date", "end_date",
        "contract", "birth_month", "language", "badge", "updated_at", "remarks",
    )  # fmt: skip
    return {
        name: pl.format("{}-{}", pl.lit(name[:3]), (seed + place * 7919) % 10 ** (place % 7 + 1))
        for place, name in enumerate(names)
    }


def _accounts(people: pl.DataFrame) -> pl.DataFrame:
    """Return accounts as the rules would make them; those of leavers are switched off."""
    rules = job_rules().objects[ObjectType.USERS]
    nodes = {mapping.attribute: mapping.expression for mapping in flowing(rules)}
    present = people.with_columns(pl.lit(value=False).alias(SOFT_DELETED))
    computed = evaluate_columns(present, nodes).columns
    frame = pl.DataFrame({name: column.values for name, column in computed.items()})
    left = people["status"] == "terminated"
    native = pl.col("externalId").hash(1), pl.col("externalId").hash(2)
    frame = frame.with_columns(
        id=pl.format("{}-{}", *(part.cast(pl.String) for part in native)).str.slice(0, 36),
        userName=pl.col("nickName") + pl.col("externalId").str.slice(1),
        title=pl.col("title").fill_null("Employee"),
        active=~left,
    )
    strangers = frame.head(max(1, people.height // 200)).with_columns(
        id=pl.format("orphan-{}", pl.col("id")),
        userName=pl.format("svc-{}", pl.col("userName")),
        externalId=pl.lit(None, dtype=pl.String),
        **{"emails.value": pl.format("svc-{}", pl.col("externalId"))},
    )
    further = {f"attribute{place}": pl.col("id").str.slice(place, 6 + place) for place in range(15)}
    return (
        pl.concat([frame, strangers])
        .with_columns(**further)
        .sample(fraction=1, shuffle=True, seed=5)
    )


def _links(people: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    left = people.filter(pl.col("status") == "terminated").select(
        externalId="employee_id", left=True
    )
    return (
        accounts.filter(pl.col("externalId").is_not_null())
        .select("id", "externalId")
        .join(left, on="externalId", how="left")
        .select(
            identity=pl.format("{}", pl.col("externalId").hash(3)).str.zfill(32),
            key="externalId",
            native_id="id",
            anchor="externalId",
            state=pl.when("left").then(pl.lit("disabled")).otherwise(pl.lit("active")),
            since=pl.when("left").then(pl.lit("2031-03-01T00:00:00.000000Z")),
            accepted=pl.lit(None, dtype=pl.String),
        )
        .sort("identity")
    )


def _moved_on(source: pl.DataFrame, dice: _Dice) -> pl.DataFrame:
    """Change what HR changes between two cycles."""
    roll = pl.Series("roll", [dice.random.random() for _ in range(source.height)])
    return (
        source.with_columns(roll)
        .with_columns(
            title=pl.when(pl.col("roll") < 0.006).then(pl.lit("Head of Change")).otherwise("title"),
            phone=pl.when(pl.col("roll").is_between(0.004, 0.010))
            .then(pl.lit("+46 1-1"))
            .otherwise("phone"),
            surname=pl.when(pl.col("roll").is_between(0.010, 0.012))
            .then(pl.lit("Åkerö"))
            .otherwise("surname"),
            status=pl.when(pl.col("roll").is_between(0.012, 0.014))
            .then(pl.lit("terminated"))
            .when(pl.col("status") == "starting")
            .then(pl.lit("active"))
            .otherwise("status"),
            type=pl.when(pl.col("roll").is_between(0.014, 0.015))
            .then(pl.lit("external"))
            .otherwise("type"),
        )
        .drop("roll")
    )


def _edited(accounts: pl.DataFrame, rows: int) -> pl.DataFrame:
    """Change what administrators change by hand."""
    dice = random.Random(rows + 1)
    roll = pl.Series("roll", [dice.random() for _ in range(accounts.height)])
    return (
        accounts.with_columns(roll)
        .with_columns(
            title=pl.when(pl.col("roll") < 0.002).then(pl.lit("God")).otherwise("title"),
            displayName=pl.when(pl.col("roll").is_between(0.002, 0.003))
            .then(None)
            .otherwise("displayName"),
        )
        .drop("roll")
    )
