"""Fingerprints: one number for everything that the judgement of a record depends on.

They are made by polars with a seed of the installation, so they mean nothing to another version of
it; `test_vector` shows when they do not. Two different rows share a number by chance once in 2^64.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Final

import polars as pl

from provisor.domain.columns.abreast import abreast
from provisor.domain.columns.forms import among
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.linking import ColumnPopulation
from provisor.domain.record import ABSENT, Missing, Value

_NO_PRINTS: Final = pl.Series([], dtype=pl.UInt64)
_SEED_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Prints:
    """The fingerprints of records with which nothing was to be done, in the order of numbers."""

    unchanged: pl.Series
    """Of those whose account is as it should be."""
    ignored: pl.Series
    """Of those with an account whose mapping said to leave it alone."""
    outside: pl.Series
    """Of those without a link who are out of scope, and of whom nobody says that they left."""

    def equals(self, other: Prints) -> object:
        """Say whether both hold the same."""
        return all(getattr(self, one.name).equals(getattr(other, one.name)) for one in fields(self))


NOTHING_KNOWN: Final = Prints(_NO_PRINTS, _NO_PRINTS, _NO_PRINTS)


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier plans found of one object type."""

    seed: bytes
    """What fingerprints are made with."""
    known: Prints


def record_prints(
    population: ColumnPopulation, link: pl.Series, account: pl.Series, seed: bytes
) -> pl.Series:
    """Return a number per record: of its row, of its link, and of its account.

    Args:
        population: both sides.
        link: per record the row of its link; null for none.
        account: per record the row of its account; null for none.
        seed: what the numbers are made with.

    Cost: one pass over every column of both sides and of the links.
    """
    records, accounts = abreast(
        lambda: row_prints(population.source, seed), lambda: row_prints(population.target, seed)
    )
    frame = pl.DataFrame(
        {
            "record": records,
            "link": _frame_prints(population.links.frame, seed).gather(link),
            "account": accounts.gather(account),
        }
    )
    return _frame_prints(frame, seed)


def row_prints(listing: Listing, seed: bytes) -> pl.Series:
    """Return a number per record, of everything that was read of it.

    Cost: one pass over every column.
    """
    columns = {f"={name}": listing.frame[name] for name in sorted(listing.frame.columns)}
    columns |= {f"?{name}": listing.absent[name] for name in sorted(listing.absent)}
    columns |= {f"!{name}": kinds for name, kinds in _kinds(listing)}
    return _frame_prints(pl.DataFrame({"key": listing.keys, **columns}), seed)


def _kinds(listing: Listing) -> Iterable[tuple[str, pl.Series]]:
    """Yield of what type values are, where columns hold their text forms only."""
    for name in sorted(listing.strange | listing.tangled) if listing.rows is not None else ():
        kinds = [_kind(row.get(name, ABSENT)) for row in listing.rows or ()]
        yield name, pl.Series(kinds, dtype=pl.String)


def _kind(value: Value | Missing) -> str:
    if isinstance(value, tuple):
        return f"tuple {' '.join(type(item).__name__ for item in value)}"
    return type(value).__name__


def _frame_prints(frame: pl.DataFrame, seed: bytes) -> pl.Series:
    """Return a number per row; another set of columns, or of types, gives other numbers."""
    said = "\x1f".join(f"{name} {kind}" for name, kind in frame.schema.items())
    digest = hashlib.sha256(seed + said.encode()).digest()
    return frame.hash_rows(int.from_bytes(digest[:_SEED_BYTES], "big"))


def test_vector(seed: bytes) -> str:
    """Return the fingerprints of rows that never change: others mean another way to make them."""
    frame = pl.DataFrame(
        {
            "text": ["Ann", None, "a text that is too long to stand in a view"],
            "truth": [True, False, None],
            "whole": [None, 7, -1],
            "many": [["a", "b"], [], None],
        }
    )
    return f"{pl.__version__} {_frame_prints(frame, seed).to_list()}"


# --- as bytes ------------------------------------------------------------------------------------


def packed(prints: Prints) -> bytes:
    """Return fingerprints as bytes that `unpacked` reads."""
    frames = [
        pl.DataFrame({"print": getattr(prints, one.name)}).with_columns(
            pl.lit(place, pl.UInt8).alias("class")
        )
        for place, one in enumerate(fields(prints))
    ]
    buffer = io.BytesIO()
    pl.concat(frames).write_ipc(buffer, compression="uncompressed")
    return buffer.getvalue()


def unpacked(body: bytes) -> Prints | None:
    """Return the fingerprints that bytes say; None where they say none."""
    try:
        frame = pl.read_ipc(io.BytesIO(body))
        parts = [frame.filter(pl.col("class") == place)["print"] for place in range(3)]
    except (pl.exceptions.PolarsError, OSError):
        return None
    if any(part.dtype != pl.UInt64 for part in parts):
        return None
    return Prints(*parts)


def are_among(prints: pl.Series, known: pl.Series) -> pl.Series:
    """Say which numbers are known."""
    if not len(known):
        return pl.repeat(value=False, n=len(prints), dtype=pl.Boolean, eager=True)
    return among(prints, known)
