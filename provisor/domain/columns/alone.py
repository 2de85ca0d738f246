"""Conditions on rows that nothing stands around: the accounts of a target, taken for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from provisor.domain.clause import Circle, Clause
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.neighbours import Members, Reached
from provisor.domain.columns.scoping import holds
from provisor.domain.record import Record
from provisor.domain.relative_time import Moment
from provisor.domain.scope import Condition
from provisor.domain.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Alone:
    """Rows and the moment; no references, and no groups that anybody knows."""

    listing: Listing
    moment: Moment

    def reached(self, clause: Clause) -> Reached | None:
        """Return what a clause looks at."""
        return Reached(self.listing.column(clause.attribute))

    def members(self, circle: Circle) -> Members:
        """Return nobody, and that this is not known."""
        del circle
        return Members(pl.Series([], dtype=pl.String), complete=False)

    def around(self, records: Sequence[Record]) -> Surroundings:
        """Return nothing but the moment."""
        del records
        return Surroundings(self.moment)


def fulfilling(listing: Listing, condition: Condition, moment: Moment) -> int:
    """Return how many rows fulfil a condition, or may.

    Source: `provisor.domain.marking.gives_power`, one row at a time.
    """
    if not listing.height:
        return 0
    return int(holds(condition, Alone(listing, moment)).fill_null(value=True).sum())
