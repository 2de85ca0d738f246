"""Who has ended and who has not begun, for all records at once."""

from __future__ import annotations

import polars as pl

from provisor.domain.clause import Clause
from provisor.domain.columns.forms import blanks, filled, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.scoping import answers_of_clause
from provisor.domain.columns.timing import unless
from provisor.domain.relative_time import Moment
from provisor.domain.tenure import Tenure, moment_in


def tenures(tenure: Tenure, listing: Listing, moment: Moment) -> tuple[pl.Series, pl.Series]:
    """Say whose last day has passed, and whose first day is too far ahead; null for unsaid.

    Source: `provisor.domain.tenure.has_ended` and `is_early`.

    Cost: one pass per date for each time zone that people are in.
    """
    ended, early = nowhere(listing.height), nowhere(listing.height)
    if tenure.end:
        ended = _asked(tenure.has_passed, tenure, listing, moment)
    if tenure.start:
        early = _asked(tenure.is_far, tenure, listing, moment)
    return ended, early


def awaited(tenure: Tenure, listing: Listing, moment: Moment) -> pl.Series:
    """Say who begins on a later day; null for unsaid.

    Source: `provisor.domain.tenure.is_awaited`.
    """
    if not tenure.start:
        return nowhere(listing.height)
    return _asked(tenure.is_ahead, tenure, listing, moment)


def _asked(clause: Clause, tenure: Tenure, listing: Listing, moment: Moment) -> pl.Series:
    dates = listing.column(clause.attribute)
    if not tenure.zone_attribute:
        here = moment_in(tenure, None, moment) or moment
        return answers_of_clause(clause, dates, here)
    zones = texts(filled(listing.column(tenure.zone_attribute)))
    answers = nowhere(listing.height)
    for name in zones.unique().to_list():
        there = (zones == name) if name is not None else zones.is_null()
        numbers = there.fill_null(value=False).arg_true()
        own = moment_in(tenure, name, moment)
        chosen = dates.gather(numbers)
        if own is None:
            said = unless(~blanks(chosen), nowhere(len(chosen)))
        else:
            said = answers_of_clause(clause, chosen, own)
        answers = answers.scatter(numbers, said)
    return answers
