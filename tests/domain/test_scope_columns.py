"""Columns of times: whatever a feed says, they answer as the definition does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.clause import Clause, Operator
from provisor.domain.columns.timing import by_value, timely
from provisor.domain.comparison import compare
from provisor.domain.relative_time import Moment
from tests.domain.chance_conditions import AGES, BOUNDS, TIMES, UNREADABLE, WINDOWS, ZONES

NOON = datetime(2031, 4, 7, 12, tzinfo=UTC)
TEXTS = [value for value in (*TIMES, *UNREADABLE) if isinstance(value, str)]
CLAUSES = [
    *(Clause("a", operator, value)
      for operator in (Operator.BEFORE, Operator.ON_OR_BEFORE, Operator.ON, Operator.ON_OR_AFTER,
                       Operator.AFTER)
      for value in (*BOUNDS, "0001-01-03", "9999-12-30")),
    *(Clause("a", Operator.WITHIN, value) for value in (*WINDOWS, "0 days", "2 days")),
    *(Clause("a", Operator.OLDER_THAN, value) for value in AGES),
]  # fmt: skip
STAMPS = st.datetimes(
    (NOON - timedelta(days=20)).replace(tzinfo=None),
    (NOON + timedelta(days=20)).replace(tzinfo=None),
)


@st.composite
def spoken(draw: st.DrawFn) -> str:
    """A time near the moment in one of many forms, some of them none."""
    stamp = draw(STAMPS)
    form = draw(st.sampled_from([
        "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M", "%Y%m%d",
        "%Y-%m-%dT%H:%M:%S+13:00", "%Y%m%d%H%M%SZ", " %Y-%m-%d", "%Y-%m-%dT24:%M:%SZ", "%d.%m.%Y",
        "%Y-13-%d", "%Y-02-30", "%Y-%m-%dT%H:%M:60Z", "%Y-%m-%d\n", "0000-%m-%d", "%Y-%m-%dZ",
    ]))  # fmt: skip
    return stamp.strftime(form)


@settings(max_examples=150)
@given(
    st.lists(st.one_of(spoken(), st.sampled_from([*TEXTS, "", None])), max_size=12),
    st.sampled_from(CLAUSES),
    st.sampled_from(ZONES),
)
def test_columns_of_times_answer_as_the_definition(values, clause, zone):
    moment = Moment(NOON, zone)
    series = pl.Series(values, dtype=pl.String)

    assert timely(clause, series, moment).to_list() == [
        compare(clause, value, moment) for value in values
    ]


@pytest.mark.parametrize("clause", CLAUSES, ids=str)
def test_far_away_times_are_decided_without_a_look_at_each(clause, monkeypatch):
    days = [NOON + timedelta(days=3650 + n, seconds=n) for n in range(5)]
    days += [NOON - timedelta(days=3650 + n, seconds=n) for n in range(5)]
    far = pl.Series([day.strftime("%Y-%m-%dT%H:%M:%SZ") for day in days])
    moment = Moment(NOON)
    if clause.value in {"0001-01-03", "9999-12-30"}:
        assert timely(clause, far, moment).to_list() == by_value(clause, far, moment).to_list()
        return
    monkeypatch.setattr("provisor.domain.columns.timing.by_value", None)

    assert timely(clause, far, moment).to_list() == [compare(clause, t, moment) for t in far]
