"""Days and instants: what is read, where a day begins, and which comes first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.clause import Clause, Operator
from provisor.domain.comparison import compare
from provisor.domain.relative_time import (
    Moment,
    TimeUnreadable,
    order,
    read_age,
    read_bound,
    read_when,
    read_window,
)
from tests.domain.scope_cases import clause

BERLIN = ZoneInfo("Europe/Berlin")
LATE = Moment(datetime(2031, 4, 7, 22, 30, tzinfo=UTC), BERLIN)
"""Half an hour after midnight in Berlin: the eighth."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2031-04-07", date(2031, 4, 7)),
        (" 20310407 ", date(2031, 4, 7)),
        ("2031-04-07T09:30", datetime(2031, 4, 7, 9, 30)),  # noqa: DTZ001 - a local time
        ("2031-04-07 09:30:15", datetime(2031, 4, 7, 9, 30, 15)),  # noqa: DTZ001 - a local time
        ("2031-04-07t09:30:00z", datetime(2031, 4, 7, 9, 30, tzinfo=UTC)),
        ("2031-04-07T09:30:00.1234567Z", datetime(2031, 4, 7, 9, 30, 0, 123456, UTC)),
        ("20310407093000Z", datetime(2031, 4, 7, 9, 30, tzinfo=UTC)),
        ("20310407093000.0Z", datetime(2031, 4, 7, 9, 30, tzinfo=UTC)),
    ],
)
def test_every_customary_form_of_a_time_is_read(text, expected):
    assert read_when(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "soon", "07.04.2031", "4/7/2031", "2031-02-30", "2031-4-7", "2031", "203104", "0000-01-01",
     "2031-04-07T25:00", "2031-04-07T09:30:00+99:00", "٢٠٣١-٠٤-٠٧", "2031-W15-1", "45000"],
)  # fmt: skip
def test_anything_else_is_not_guessed_at(text):
    assert read_when(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2031-04-08"),
        ("Tomorrow", "2031-04-09"),
        ("yesterday", "2031-04-07"),
        ("+14 days", "2031-04-22"),
        ("today - 2 weeks", "2031-03-25"),
        ("-1 month", "2031-03-08"),
        ("today + 1 year - 1 day", "2032-04-07"),
        ("tomorrow+1month", "2031-05-09"),
        ("now", "2031-04-08 00:30:00+02:00"),
        ("+36 hours", "2031-04-09 12:30:00+02:00"),
        ("now - 1 day", "2031-04-07 00:30:00+02:00"),
        ("2031-12-24", "2031-12-24"),
    ],
)
def test_a_moving_time_starts_at_the_day_or_the_instant_of_the_plan(text, expected):
    assert str(read_bound(text).at(LATE)) == expected


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2031-01-31", "+1 month", "2031-02-28"),
        ("2032-02-29", "+1 year", "2033-02-28"),
        ("2031-03-31", "-1 month", "2031-02-28"),
        ("2031-01-15", "-1 month", "2030-12-15"),
    ],
)
def test_months_end_where_they_end(start, text, expected):
    noon = Moment(datetime.fromisoformat(f"{start}T12:00:00+00:00"))

    assert str(read_bound(text).at(noon)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "14 days", "+14", "+x days", "today + 3 hours", "next week", "+1000000 days",
     "+99999 weeks", "+36525 days +1 day", "now +", "today tomorrow", "+1 fortnight"],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(TimeUnreadable):
        read_bound(text)


@pytest.mark.parametrize("text", ["", "14", "last -2 days", "next", "0x7 days", "2031-04-07"])
def test_a_length_that_is_none_is_refused(text):
    with pytest.raises(TimeUnreadable):
        read_window(text)
    with pytest.raises(TimeUnreadable):
        read_age(text)


@pytest.mark.parametrize("text", ["-30 days", "last 30 days"])
def test_an_age_has_no_direction(text):
    with pytest.raises(TimeUnreadable):
        read_age(text)


def when(operator: str, value: str, found: str) -> bool | None:
    return compare(clause("start", operator, value), found, LATE)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("2031-04-07", False),
        ("2031-04-08", True),
        ("2031-04-22", True),
        ("2031-04-23", False),
        ("2031-04-07T21:59:59Z", False),
        ("2031-04-07T22:00:00Z", True),
        ("2031-04-22T21:59:59Z", True),
        ("2031-04-22T22:00:00Z", False),
        ("2031-04-22T23:59:59", True),
    ],
)
def test_within_days_means_from_today_to_that_day_inclusive(found, expected):
    assert when("WITHIN", "14 days", found) is expected


@pytest.mark.parametrize(
    ("operator", "value", "found", "expected"),
    [
        ("WITHIN", "last 7 days", "2031-04-01", True),
        ("WITHIN", "last 7 days", "2031-03-31", False),
        ("WITHIN", "-7 days", "2031-04-09", False),
        ("WITHIN", "2 hours", "2031-04-08T02:30:00+02:00", True),
        ("WITHIN", "2 hours", "2031-04-08T02:30:01+02:00", False),
        ("OLDER_THAN", "30 days", "2031-03-08", True),
        ("OLDER_THAN", "30 days", "2031-03-09", False),
        ("OLDER_THAN", "1 hour", "2031-04-07T21:29:59Z", True),
        ("BEFORE", "today", "2031-04-07T21:59:59Z", True),
        ("BEFORE", "today", "2031-04-07T22:00:00Z", False),
        ("BEFORE", "now", "2031-04-08", False),
        ("ON", "now", "2031-04-08", True),
        ("AFTER", "now", "2031-04-08", False),
        ("AFTER", "now", "2031-04-09", True),
        ("AFTER", "now", "2031-04-07T22:30:01Z", True),
        ("ON_OR_BEFORE", "today", "2031-04-08T23:59:59", True),
        ("ON_OR_AFTER", "2031-04-08", "2031-04-07T22:00:00Z", True),
        ("AFTER", "today", "9999-12-31", True),
        ("AFTER", "now", "9999-12-31T23:59:59-12:00", True),
        ("BEFORE", "now", "0001-01-01T00:00:00+14:00", True),
        ("BEFORE", "today", "0001-01-01", True),
    ],
)
def test_a_date_is_a_whole_day_and_a_time_an_instant(operator, value, found, expected):
    assert when(operator, value, found) is expected


def test_the_same_instant_is_another_day_in_another_zone():
    start = clause("start", "ON", "2031-04-08")
    moments = [Moment(LATE.now, zone) for zone in (UTC, BERLIN, ZoneInfo("Pacific/Honolulu"))]

    assert [compare(start, "2031-04-07T22:30:00Z", one) for one in moments] == [False, True, False]


DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given apart


@given(st.one_of(DAYS, INSTANTS), st.one_of(DAYS, INSTANTS))
def test_before_and_after_are_opposite(one, other):
    assert order(one, other, BERLIN) == -order(other, one, BERLIN)


@given(DAYS, st.integers(-400, 400))
def test_exactly_one_of_before_on_and_after_holds(day, distance):
    moment = Moment(datetime(2031, 4, 7, 12, tzinfo=UTC), BERLIN)
    value = (day + timedelta(days=distance)).isoformat()
    asked = [Clause("a", operator, day.isoformat()) for operator in
             (Operator.BEFORE, Operator.ON, Operator.AFTER)]  # fmt: skip

    assert [compare(one, value, moment) for one in asked].count(True) == 1


@given(st.integers(0, 3000), st.sampled_from(["minute", "hour", "day", "week", "month", "year"]))
def test_a_window_ends_where_its_length_does(count, unit):
    if count * {"month": 31, "year": 372, "week": 7}.get(unit, 1) > 36_000:
        return
    begin, end = read_window(f"{count} {unit}s")
    before, here = read_window(f"last {count} {unit}s")

    assert order(begin.at(LATE), end.at(LATE), BERLIN) <= 0
    assert order(before.at(LATE), here.at(LATE), BERLIN) <= 0
    assert begin.at(LATE) == here.at(LATE)
