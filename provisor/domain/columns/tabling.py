"""Pages as tables that can be written down one by one and put together again in any selection.

A table holds one value per cell and cannot say that a row lacks an attribute; a column of its own,
whose name no attribute can have, says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from provisor.domain.columns.frames import Listing
from provisor.domain.columns.pages import Page, from_rows, keyed, table_of

_GAP: Final = "\x00lacks "

Schema = Mapping[str, pl.DataType]


def tabled(page: Page) -> pl.DataFrame | None:
    """Return a page as a table; None where columns cannot hold what it says.

    Raises:
        TypeError: an Arrow table holds a type that no value of a record has.
    """
    if not isinstance(page, Sequence):
        return table_of(page)
    listing = from_rows(list(page))
    if listing.strange or listing.tangled:
        return None
    frame = listing.frame.with_columns(
        pl.lit(None, pl.Null).alias(one.name)
        for one in listing.frame
        if one.null_count() == len(one)
    )
    return frame.with_columns(mask.alias(_GAP + name) for name, mask in listing.absent.items())


def agreed(known: Schema, fresh: Schema) -> dict[str, pl.DataType] | None:
    """Return the columns of two tables together; None where one of them has two types."""
    found = dict(known)
    for name, kind in fresh.items():
        before = found.get(name, pl.Null())
        if kind != pl.Null and before not in (pl.Null, kind):
            return None
        found[name] = kind if before == pl.Null else before
    return found


def listed(tables: Sequence[pl.DataFrame], key: str, schema: Schema) -> Listing:
    """Put tables together as one read.

    Args:
        tables: of `tabled`.
        key: the attribute that is the key.
        schema: the columns of all tables of the read, also of those that are not here.
    """
    names = [name for name in schema if not name.startswith(_GAP)]
    frame = pl.concat([_filled(one, names, schema) for one in tables]).rechunk()
    gaps = {name.removeprefix(_GAP) for name in schema if name.startswith(_GAP)}
    gaps |= {name for name in names if not all(name in one.columns for one in tables)}
    absent = {
        name: pl.concat([_lacking(one, name) for one in tables]).rechunk() for name in sorted(gaps)
    }
    blank = pl.repeat("", frame.height, dtype=pl.String, eager=True)
    return keyed(Listing(blank, frame, absent), key)


def _filled(table: pl.DataFrame, names: Sequence[str], schema: Schema) -> pl.DataFrame:
    """Return the columns of all tables in one order; those that say nothing are text."""
    kinds = {name: pl.String() if schema[name] == pl.Null else schema[name] for name in names}
    if list(table.schema.items()) == list(kinds.items()):
        return table
    return table.select(
        pl.col(name).cast(kind) if name in table.columns else pl.lit(None, kind).alias(name)
        for name, kind in kinds.items()
    )


def _lacking(table: pl.DataFrame, name: str) -> pl.Series:
    if _GAP + name in table.columns:
        return table[_GAP + name].fill_null(value=False)
    lacking = name not in table.columns
    return pl.repeat(lacking, table.height, dtype=pl.Boolean, eager=True)
