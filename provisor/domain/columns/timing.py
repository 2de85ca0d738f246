"""Clauses about dates and times, and whatever else is asked once per distinct value.

Feeds say times to the second, so that hardly two are the same. Columns decide for those that lie
days away from what they are compared with; only the others are asked one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from itertools import pairwise
from typing import Final

import polars as pl

from provisor.domain.clause import Clause
from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.operand import computed
from provisor.domain.columns.tables import as_value
from provisor.domain.comparison import compare, ends_of
from provisor.domain.relative_time import Moment, day_of

# The same day has another name at most one day off in UTC, on either side of a comparison.
_NEAR: Final = timedelta(days=3)
_DAY: Final = timedelta(days=1)
_PLAIN: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z)?$"
)
_YEARS: Final = (100, 9900)
"""Ends outside these years are left to the definition: the calendar ends near them."""


def by_value(clause: Clause, series: pl.Series, moment: Moment) -> pl.Series:
    """Ask the definition once per distinct value; null where it says neither yes nor no."""
    distinct = series.drop_nulls().unique()
    truths = [compare(clause, as_value(value), moment) for value in distinct.to_list()]
    answers = pl.Series(truths, dtype=pl.Boolean)
    fulfilled = among(series, distinct.filter(answers.fill_null(value=False)))
    if not answers.null_count():
        return fulfilled
    return unless(among(series, distinct.filter(answers.is_null())), fulfilled)


def unless(doubtful: pl.Series, answers: pl.Series) -> pl.Series:
    """Return the answers, and null where something is in doubt."""
    return computed(pl.when(~pl.lit(doubtful)).then(pl.lit(answers)))


def timely(clause: Clause, series: pl.Series, moment: Moment) -> pl.Series:
    """Say which values lie in time as a clause asks; null where they are no time.

    Source: `provisor.domain.comparison.compare`.

    Cost: one pass, and one call for each distinct value within three days of an end, or of
        another form than `2031-04-07` and `2031-04-07T09:30:00Z`.
    """
    ends = [day_of(end, UTC) for end in ends_of(clause, moment)]
    if series.dtype != pl.String or not all(_YEARS[0] < end.year < _YEARS[1] for end in ends):
        return by_value(clause, series, moment)
    days = _days(series)
    answers, near = nowhere(len(series)), ~nowhere(len(series))
    for begin, end, example in _stretches(ends):
        inside = ((days > begin) & (days < end)).fill_null(value=False)
        near &= ~inside
        if compare(clause, example.isoformat(), moment):
            answers |= inside
    rest = series.filter(near)
    if not len(rest):
        return answers
    return answers.scatter(near.arg_true(), by_value(clause, rest, moment))


def _days(series: pl.Series) -> pl.Series:
    """Return the day of each value that is plainly a date or a time in UTC; else null."""
    plain = series.str.contains(_PLAIN)
    days = series.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    return computed(pl.when(pl.lit(plain & (days.dt.year() > 0))).then(pl.lit(days)))


def _stretches(ends: Sequence[date]) -> list[tuple[date, date, date]]:
    """Return the stretches of days that no end is near to, each with a day inside."""
    before, after = ends[0] - _NEAR, ends[-1] + _NEAR
    found = [(date.min, before, before - _DAY), (after, date.max, after + _DAY)]
    for one, other in pairwise(ends):
        begin, end = one + _NEAR, other - _NEAR
        found += [(begin, end, begin + _DAY)] if begin + _DAY < end else []
    return found
