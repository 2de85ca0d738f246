"""Groups and memberships of the made-up company: five wanted per person, most of them present."""

from __future__ import annotations

import random

import polars as pl

from benchmarks.company import Company, company
from benchmarks.names import falling

STEADY = ("wanted_before", "present_before", "wanted_after", "present_after", "granted_before")
TABLES = ("groups_source", "groups_target", "groups_links", "wanted", "present", "granted")

_WANTED = 5.0
_PRESENT = 0.86
_SURPLUS = 0.02
"""Memberships per person that we granted and nobody wants any more."""
_FOREIGN = 0.02
"""Memberships per person that somebody else gave."""
_MOVED = 0.04
"""Memberships per person that are no longer wanted, and as many that are wanted now."""
_BROKEN = 0.01
"""Memberships per person that somebody took away in the target, and as many that they gave."""


def clubs(rows: int) -> Company:
    """Return the company of that size with groups, made now or found from an earlier run."""
    made = company(rows)
    if not made.path(TABLES[-1]).is_file():
        _make(made)
    return made


def steady_clubs(rows: int) -> Company:
    """Return the company with groups whose members were given, and then two of a hundred changed.

    Beside `TABLES` there are `STEADY`: both sides before anything changed, both after it, and what
    was granted in between.
    """
    made = clubs(rows)
    if not made.path(STEADY[-1]).is_file():
        known = _known(made, _groups(made))
        kind, native = pl.col("kind"), pl.col("native").is_not_null()
        foreign = (kind >= _WANTED + _SURPLUS) & native
        before, after = kind < _WANTED - _MOVED, (kind >= _MOVED) & (kind < _WANTED)
        old = kind.is_between(_WANTED + _SURPLUS, _WANTED + _SURPLUS + _BROKEN)
        lost = kind.is_between(1, 1 + _BROKEN)
        for name, chosen in (("before", before), ("after", after)):
            _wanted(known.filter(chosen)).write_parquet(made.path(f"wanted_{name}"))
        there = before & native
        _present(known.filter(there | (foreign & ~old))).write_parquet(made.path("present_before"))
        _present(known.filter((there & ~lost) | foreign)).write_parquet(made.path("present_after"))
        _granted(known.filter(there)).write_parquet(made.path("granted_before"))
    return made


def _groups(made: Company) -> pl.DataFrame:
    count = max(10, made.rows // 100)
    return pl.DataFrame({"number": pl.int_range(count, eager=True)}).select(
        group_id=pl.format("G{}", pl.col("number").cast(pl.String).str.zfill(6)),
        name=pl.format("Team {}", "number"),
        id=pl.format("group-{}", pl.col("number").hash(4)),
        identity=pl.format("group-identity-{}", pl.col("number").hash(5)),
    )


def _known(made: Company, groups: pl.DataFrame) -> pl.DataFrame:
    """Return every pair with its names on both sides."""
    source = pl.read_parquet(made.path("source"), columns=["employee_id"])
    links = pl.read_parquet(made.path("links"), columns=["identity", "key", "native_id"])
    people = source.join(links, left_on="employee_id", right_on="key", how="left")
    pairs = _pairs(made.rows, groups.height, people.height)
    return pairs.with_columns(
        group_key=groups["group_id"].gather(pairs["group"]),
        group_native=groups["id"].gather(pairs["group"]),
        group_identity=groups["identity"].gather(pairs["group"]),
        key=people["employee_id"].gather(pairs["member"]),
        native=people["native_id"].gather(pairs["member"]),
        member_identity=people["identity"].gather(pairs["member"]),
    )


def _make(made: Company) -> None:
    groups = _groups(made)
    known = _known(made, groups)
    _write_groups(made, groups)
    _wanted(known.filter(pl.col("kind") < _WANTED)).write_parquet(made.path("wanted"))
    there = known.filter(
        (pl.col("kind") < _WANTED * _PRESENT) | (pl.col("kind") >= _WANTED)
    ).filter(pl.col("native").is_not_null())
    _present(there).write_parquet(made.path("present"))
    _granted(there.filter(pl.col("kind") < _WANTED + _SURPLUS)).write_parquet(made.path("granted"))


def _wanted(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.select(group="group_key", member="key")


def _present(pairs: pl.DataFrame) -> pl.DataFrame:
    named = pairs.select(group="group_native", member="native")
    return named.sample(fraction=1, shuffle=True, seed=6)


def _granted(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.select(group="group_identity", member="member_identity")


def _pairs(rows: int, groups: int, people: int) -> pl.DataFrame:
    """Return distinct pairs of numbers, each with a share that decides what becomes of it."""
    dice = random.Random(rows + 2)
    total = int(rows * (_WANTED + _SURPLUS + _FOREIGN))
    frame = pl.DataFrame(
        {
            "group": pl.Series(
                dice.choices(range(groups), falling(groups), k=total), dtype=pl.UInt32
            ),
            "member": pl.Series(
                [int(dice.random() * people) for _ in range(total)], dtype=pl.UInt32
            ),
        }
    ).unique(maintain_order=True)
    share = _WANTED + _SURPLUS + _FOREIGN
    return frame.with_columns(kind=pl.int_range(frame.height) * share / frame.height)


def _write_groups(made: Company, groups: pl.DataFrame) -> None:
    groups.select("group_id", "name").write_parquet(made.path("groups_source"))
    groups.select("id", externalId="group_id", displayName="name").write_parquet(
        made.path("groups_target")
    )
    groups.select(
        "identity",
        key="group_id",
        native_id="id",
        anchor="group_id",
        state=pl.lit("active"),
        since=pl.lit(None, dtype=pl.String),
        accepted=pl.lit(None, dtype=pl.String),
    ).write_parquet(made.path("groups_links"))
