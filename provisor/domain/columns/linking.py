"""Links as columns, and where their records and accounts stand in the two reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from provisor.domain.columns.abreast import abreast
from provisor.domain.columns.forms import among
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import NUMBER, marked, positions, scattered
from provisor.domain.group_rules import COMPUTED
from provisor.domain.leaving import Gone
from provisor.domain.link import LINK_COLUMNS, Absence, Link, LinkState
from provisor.domain.link_texts import link_of_texts
from provisor.domain.schema import ObjectType

COLUMNS: Final = LINK_COLUMNS


@dataclass(frozen=True, slots=True)
class LinkColumns:
    """The links of one object type in one target."""

    object_type: ObjectType
    frame: pl.DataFrame
    """`COLUMNS`, all of them text, in any order of rows."""

    def links(self, numbers: pl.Series) -> list[Link]:
        """Return the links of some rows as the object executor takes them."""
        rows = self.frame[numbers].iter_rows()
        return [link_of_texts(self.object_type, *row) for row in rows]

    def ordered(self, numbers: pl.Series) -> pl.Series:
        """Return rows in order of key, then identity."""
        frame = self.frame.select("key", "identity")[numbers]
        return numbers.gather(frame.with_row_index("at").sort("key", "identity")["at"])

    def is_disabled(self) -> pl.Series:
        """Say which links we switched off."""
        return self.frame["state"] == LinkState.DISABLED.value

    def is_former(self) -> pl.Series:
        """Say which links are of people who left and are not back."""
        frame = self.frame
        gone = frame["left_since"].is_not_null() & frame["back_since"].is_null()
        return gone & (frame["left_as"] != Gone.OUT_OF_SCOPE.value).fill_null(value=True)

    def has_left(self) -> pl.Series:
        """Say whose leaving is remembered, also of those who are back."""
        return self.frame["left_since"].is_not_null()


def link_columns(object_type: ObjectType, columns: Mapping[str, Sequence[object]]) -> LinkColumns:
    """Put the columns of a store into a frame.

    Args:
        object_type: of all of these links.
        columns: as `ports.store.Links.columns` gives them, in any order of rows.
    """
    taken = {name: pl.Series(columns[name], dtype=pl.String).rechunk() for name in COLUMNS}
    return LinkColumns(object_type, pl.DataFrame(taken))


@dataclass(frozen=True, slots=True)
class Ties:
    """Where the two ends of every link stand; null where a read did not show them."""

    record: pl.Series
    account: pl.Series


def tied(links: LinkColumns, source: Listing, target: Listing) -> Ties:
    """Find both ends of every link.

    Cost: two joins, abreast.
    """
    record, account = abreast(
        lambda: positions(links.frame["key"], source.keys),
        lambda: positions(links.frame["native_id"], target.keys),
    )
    return Ties(record, account)


@dataclass(frozen=True, slots=True)
class ColumnPopulation:
    """One object type on both sides, as one cycle sees it."""

    source: Listing
    target: Listing
    links: LinkColumns
    ties: Ties
    absences: Mapping[str, Absence]
    """Key to absence, this read included."""

    def link_of_record(self) -> pl.Series:
        """Return, per record, the row of its link; null for none.

        Of several links with one key the last one by identity counts.
        """
        numbers = self.ties.record.is_not_null().arg_true().cast(NUMBER)
        records = self.ties.record.gather(numbers)
        if records.n_unique() < len(records):
            rivals = pl.DataFrame({"record": records, "link": numbers})
            ordered = rivals.with_columns(self.links.frame["identity"].gather(numbers))
            last = ordered.sort("identity").unique("record", keep="last", maintain_order=True)
            records, numbers = last["record"], last["link"]
        return scattered(records, numbers, self.source.height)

    def absent_links(self) -> pl.Series:
        """Return the links whose record was not read as one of its own, by key, then identity."""
        return self.links.ordered(self.ties.record.is_null().arg_true())

    def missing_links(self) -> pl.Series:
        """Say of which links the key was not read, in no row; groups by rule are in no read."""
        keys = self.links.frame["key"]
        missing = self.ties.record.is_null() & ~keys.str.starts_with(COMPUTED)
        repeated = pl.Series(list(self.source.repeated), dtype=pl.String)
        return missing & ~among(keys, repeated) if len(repeated) else missing

    def left_behind(self) -> pl.Series:
        """Say which accounts are of people who left, or whose row is missing."""
        rows = self.ties.account.filter(self.links.is_former() | self.missing_links()).drop_nulls()
        return marked(rows, self.target.height)

    def is_linked_account(self) -> pl.Series:
        """Say, per account, whether any link names it."""
        return marked(self.ties.account.drop_nulls(), self.target.height)
