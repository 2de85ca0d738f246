"""Dates as expressions read, move, compare and print them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from provisor.domain.expressions import Circumstances, Computed, evaluate, parse
from provisor.domain.expressions.dates import (
    c_date,
    date_add,
    date_diff,
    is_date,
    now,
)
from provisor.domain.expressions.intervals import Interval
from provisor.domain.expressions.reformatting import connect_format_date_time, format_date_time
from provisor.domain.record import ABSENT
from provisor.errors import ExpressionFailed, ExpressionSyntax

SECONDS = st.datetimes().map(lambda moment: moment.replace(microsecond=0))
INTERVALS = st.sampled_from([interval.value for interval in Interval])
FIXED = st.sampled_from(["ww", "d", "y", "h", "n", "s"])


def printed(moment):
    hour = moment.hour % 12 or 12
    mark = "AM" if moment.hour < 12 else "PM"
    day = f"{moment.month}/{moment.day}/{moment.year:04d}"
    return f"{day} {hour}:{moment.minute:02d}:{moment.second:02d} {mark}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-03-16", "3/16/2020 12:00:00 AM"),
        ("2020-03-16-07:00", "3/16/2020 7:00:00 AM"),
        ("2021-08-18+08:00", "8/17/2021 4:00:00 PM"),
        ("2020-03-16Z", "3/16/2020 12:00:00 AM"),
        ("2009-06-15T01:45:30-07:00", "6/15/2009 8:45:30 AM"),
        ("2009-06-15T01:45:30.0000000-07:00", "6/15/2009 8:45:30 AM"),
        ("2009-06-15t01:45:30z", "6/15/2009 1:45:30 AM"),
        ("2009-06-15 01:45", "6/15/2009 1:45:00 AM"),
        ("2009-06-15T01:45:30+0530", "6/14/2009 8:15:30 PM"),
        ("2009-06-15 13:45:30 +02:00", "6/15/2009 11:45:30 AM"),
        ("2009-06-15T13:45:30,25+02", "6/15/2009 11:45:30 AM"),
        ("20090615T134530Z", "6/15/2009 1:45:30 PM"),
        ("2009-6-5", "6/5/2009 12:00:00 AM"),
        ("2009/06/15", "6/15/2009 12:00:00 AM"),
        ("2009.06.15", "6/15/2009 12:00:00 AM"),
        ("2009-06", "6/1/2009 12:00:00 AM"),
        ("8/25/2021 5:41:18 PM", "8/25/2021 5:41:18 PM"),
        ("08/25/2021 17:41", "8/25/2021 5:41:00 PM"),
        ("8/25/2021 12:00:00 AM", "8/25/2021 12:00:00 AM"),
        ("2013-01-10 4:00 PM -8", "1/11/2013 12:00:00 AM"),
        ("2021-06-30+08:00", "6/29/2021 4:00:00 PM"),
        ("8/25/2021 12 pm", "8/25/2021 12:00:00 PM"),
        ("8/25/2021 5:41pm -07:00", "8/26/2021 12:41:00 AM"),
        ("12-25-2007", "12/25/2007 12:00:00 AM"),
        ("8/25/29", "8/25/2029 12:00:00 AM"),
        ("8/25/30", "8/25/1930 12:00:00 AM"),
        ("16 Mar 2020", "3/16/2020 12:00:00 AM"),
        ("16-MAR-20", "3/16/2020 12:00:00 AM"),
        ("16 March 2020 07:00", "3/16/2020 7:00:00 AM"),
        ("Mar 16, 2020", "3/16/2020 12:00:00 AM"),
        ("Monday, March 16, 2020 7:00:00 AM", "3/16/2020 7:00:00 AM"),
        ("Mon, 16 Mar 2020 07:00:00 GMT", "3/16/2020 7:00:00 AM"),
        ("March 2020", "3/1/2020 12:00:00 AM"),
        ("  2020-03-16\u00a0", "3/16/2020 12:00:00 AM"),
        ("2020-02-29", "2/29/2020 12:00:00 AM"),
        ("0001-01-01", "1/1/0001 12:00:00 AM"),
        ("9999-12-31T23:59:59.9999999Z", "12/31/9999 11:59:59 PM"),
        ("0001-01-01T01:00-01:00", "1/1/0001 2:00:00 AM"),
    ],
)
def test_a_date_in_a_usual_form_is_read(text, expected):
    assert expected == c_date(text)
    assert is_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "no date",
        "0",
        "20200316",
        "20150123105347.1Z",
        "16.03.2020",
        "31/12/2020",
        "2021-02-29",
        "2020-13-01",
        "2020-00-10",
        "2020-01-00",
        "0000-01-01",
        "10000-01-01",
        "-2020-01-01",
        "2020-03-16T",
        "2020-03-16T07",
        "2020-03-16T24:00:00",
        "2020-03-16T23:59:60",
        "2020-03-16T10:60",
        "2020-03-16T10:00:00.",
        "2020-03-16T10:00:00+15:00",
        "2020-03-16T10:00:00+02:60",
        "2020-03-16-07",
        "2020-03-0700",
        "2020-03/16",
        "8/25/2021 13:00 AM",
        "8/25",
        "10:30",
        "Tue, 16 Mar 2020",
        "Foo 16, 2020",
        "16 Juni 2020",
        "٢٠٢٠-٠٣-١٦",
        "２０２０-03-16",
        "2020-03-16\x00",
        "2020-03-16; DROP",
        "9999-12-31T23:00-08:00",
        "0001-01-01+08:00",
        "1" * 100_000,
        "2020-03-16" + " " * 100_000 + "x",
        "Jan " * 20_000,
    ],
    ids=lambda text: f"{text[:24]!r} of {len(text)}",
)
def test_what_shows_no_date_is_refused_and_is_none(text):
    assert not is_date(text)
    for ask in (c_date, lambda given: date_add("d", 1, given)):
        with pytest.raises(ExpressionFailed):
            ask(text)


def test_null_stays_null_where_a_date_is_only_written_anew():
    assert [c_date(None), format_date_time(None, "yyyy", "yy")] == [None, None]
    assert connect_format_date_time(None, "yyyy") is None
    assert [is_date(None), is_date(""), is_date(()), is_date(7)] == [False] * 4


@pytest.mark.parametrize("missing", [None, ABSENT, "", ()])
def test_a_missing_date_never_decides_anything(missing):
    for ask in (
        lambda: date_diff("d", missing, "2020-01-01"),
        lambda: date_diff("d", "2020-01-01", missing),
        lambda: date_add("d", 1, missing),
        lambda: date_add("d", missing, "2020-01-01"),
    ):
        with pytest.raises(ExpressionFailed):
            ask()


def test_a_list_of_dates_is_read_date_by_date():
    both = ("2020-03-16", "16 Mar 2020")

    assert c_date(both) == ("3/16/2020 12:00:00 AM",) * 2
    assert format_date_time(both[:1], "yyyy-MM-dd", "dd.MM.yyyy") == ("16.03.2020",)
    assert [is_date(both), is_date((*both, "x"))] == [True, False]


# --- moving ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "value", "date", "expected"),
    [
        ("m", 3, "2001-01-01", "4/1/2001 12:00:00 AM"),
        ("d", 7, "2012-03-16-07:00", "3/23/2012 7:00:00 AM"),
        ("d", -10, "2012-03-16-07:00", "3/6/2012 7:00:00 AM"),
        ("ww", 2, "2012-03-16-07:00", "3/30/2012 7:00:00 AM"),
        ("m", 10, "2012-03-16-07:00", "1/16/2013 7:00:00 AM"),
        ("yyyy", 2, "2012-03-16-07:00", "3/16/2014 7:00:00 AM"),
        ("m", 1, "2023-01-31", "2/28/2023 12:00:00 AM"),
        ("m", -2, "2024-01-31", "11/30/2023 12:00:00 AM"),
        ("m", -1, "2024-03-31 23:59:59", "2/29/2024 11:59:59 PM"),
        ("yyyy", 1, "2024-02-29", "2/28/2025 12:00:00 AM"),
        ("yyyy", -4, "2024-02-29", "2/29/2020 12:00:00 AM"),
        ("q", 1, "2024-11-30", "2/28/2025 12:00:00 AM"),
        ("y", 366, "2024-01-01", "1/1/2025 12:00:00 AM"),
        ("w", 1, "2024-01-01", "1/2/2024 12:00:00 AM"),
        ("h", 25, "2024-01-01", "1/2/2024 1:00:00 AM"),
        ("n", -1, "2024-01-01", "12/31/2023 11:59:00 PM"),
        ("s", "90", "2024-01-01", "1/1/2024 12:01:30 AM"),
        ("YYYY", "&HA", "2024-01-01", "1/1/2034 12:00:00 AM"),
        ("d", 0, "12/31/9999 11:59:59 PM", "12/31/9999 11:59:59 PM"),
    ],
)
def test_a_date_is_moved_along_the_calendar(interval, value, date, expected):
    assert expected == date_add(interval, value, date)


@pytest.mark.parametrize(
    ("interval", "value", "date"),
    [
        ("d", 1, "9999-12-31"),
        ("s", -1, "0001-01-01"),
        ("m", -1, "0001-01-31"),
        ("yyyy", 2**63 - 1, "2020-01-01"),
        ("s", -(2**63), "2020-01-01"),
        ("yyyy", "9" * 30, "2020-01-01"),
        ("d", "1.5", "2020-01-01"),
        ("d", True, "2020-01-01"),
        ("month", 1, "2020-01-01"),
        ("", 1, "2020-01-01"),
        (None, 1, "2020-01-01"),
        ("d", 1, ("2020-01-01",)),
        ("d", 1, 20200101),
    ],
)
def test_a_date_is_never_moved_out_of_the_calendar_or_by_what_is_no_number(interval, value, date):
    with pytest.raises(ExpressionFailed):
        date_add(interval, value, date)


# --- comparing ------------------------------------------------------------------------------

LATE, EARLY = "8/25/2021 5:41:18 PM", "2012-03-16-07:00"


@pytest.mark.parametrize(
    ("interval", "date1", "date2", "expected"),
    [
        ("d", "2021-08-18+08:00", "2021-08-31+08:00", 13),
        ("d", "2021-08-31+08:00", "2021-08-31+08:00", 0),
        ("h", "2021-08-24", "2021-08-25", 24),
        ("yyyy", LATE, EARLY, -9),
        ("q", LATE, EARLY, -38),
        ("m", LATE, EARLY, -113),
        ("ww", LATE, EARLY, -493),
        ("w", LATE, EARLY, -492),
        ("d", LATE, EARLY, -3449),
        ("y", LATE, EARLY, -3449),
        ("h", LATE, EARLY, -82786),
        ("n", LATE, EARLY, -4967201),
        ("s", LATE, EARLY, -298032078),
        ("yyyy", "2023-12-31 23:59:59", "2024-01-01", 1),
        ("q", "2023-12-31", "2024-01-01", 1),
        ("m", "2024-01-31", "2024-02-01", 1),
        ("d", "2024-01-01 00:00:01", "2024-01-02", 0),
        ("d", "2024-01-02", "2024-01-01 00:00:01", 0),
        ("ww", "2024-01-06", "2024-01-07", 1),
        ("ww", "2024-01-07", "2024-01-13", 0),
        ("ww", "2024-01-06 12:00", "2024-01-07 11:00", 0),
        ("ww", "0001-01-01", "9999-12-31", 521722),
        ("yyyy", "0001-01-01", "9999-12-31", 9998),
        ("s", "2024-01-01T00:00:00.9Z", "2024-01-01T00:00:01.8Z", 0),
    ],
)
def test_the_distance_of_two_dates_follows_visual_basic(interval, date1, date2, expected):
    assert expected == date_diff(interval, date1, date2)
    assert -expected == date_diff(interval, date2, date1)


@given(INTERVALS, SECONDS, SECONDS)
def test_a_distance_turned_around_has_the_other_sign(interval, one, other):
    there, back = printed(one), printed(other)

    assert date_diff(interval, there, back) == -date_diff(interval, back, there)


@given(FIXED, st.integers(-10_000, 10_000), SECONDS)
def test_moving_by_a_fixed_length_is_a_distance_of_as_many(interval, count, moment):
    length = {"ww": 7 * 86_400, "d": 86_400, "y": 86_400, "h": 3_600, "n": 60, "s": 1}[interval]
    try:
        moment + timedelta(seconds=count * length)
    except OverflowError:
        assume(False)
    start = printed(moment)

    assert count == date_diff(interval, start, date_add(interval, count, start))


@given(st.sampled_from(["yyyy", "q", "m"]), st.integers(-500, 500), SECONDS)
def test_moving_by_the_calendar_is_a_distance_of_as_many(interval, count, moment):
    assume(1000 < moment.year < 9000)
    start = printed(moment)

    assert count == date_diff(interval, start, date_add(interval, count, start))


@given(SECONDS, st.integers(-14 * 60, 14 * 60))
def test_an_offset_moves_a_date_by_its_length(moment, minutes):
    try:
        expected = moment - timedelta(minutes=minutes)
    except OverflowError:
        assume(False)
    sign, ahead = "-" if minutes < 0 else "+", abs(minutes)
    text = f"{moment.isoformat()}{sign}{ahead // 60:02d}:{ahead % 60:02d}"

    assert printed(expected) == c_date(text)


@given(SECONDS)
def test_the_form_in_which_dates_travel_is_read_as_it_was_written(moment):
    text = printed(moment)

    assert text == c_date(text) == c_date(moment.isoformat()) == c_date(c_date(text))


@given(st.text() | st.text("0123456789-/:.TZ+ APM"))
def test_any_text_is_a_date_or_refused(text):
    try:
        shown = c_date(text)
    except ExpressionFailed:
        assert not is_date(text)
    else:
        assert is_date(text)
        assert shown == c_date(shown)


# --- as the guides use them ---------------------------------------------------------------------

END_OF_DAY = """NumFromDate(Join("", FormatDateTime(%s), " 23:59:59-05:00"))"""


@pytest.mark.parametrize(
    ("source", "values", "instant"),
    [
        (
            'DateAdd("yyyy", 60, CDate([DOB])), , "M/d/yyyy hh:mm:ss tt", "yyyy-MM-dd"',
            {"DOB": "1/15/1990 12:00:00 AM"},
            "2050-01-16T04:59:59Z",
        ),
        (
            'DateAdd("yyyy", 5, CDate([hired])), , "yyyy-MM-dd", "yyyy-MM-dd"',
            {"hired": "2025-01-15"},
            "2030-01-16T04:59:59Z",
        ),
        (
            '[ends], "M/d/yyyy hh:mm:ss tt", "yyyy-MM-dd"',
            {"ends": "12/31/2025 12:00:00 AM"},
            "2026-01-01T04:59:59Z",
        ),
        (
            '[ends], , "yyyy-MM-ddzzz", "yyyy-MM-dd"',
            {"ends": "2025-12-31-08:00"},
            "2026-01-01T04:59:59Z",
        ),
        (
            'DateFromNum([ends]), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd"',
            {"ends": "129699324000000000"},
            "2012-01-02T04:59:59Z",
        ),
    ],
)
def test_an_expiry_at_the_end_of_a_day_is_that_instant(source, values, instant):
    answer = evaluate(parse(END_OF_DAY % source), values)

    assert answer == evaluate(parse(f'NumFromDate("{instant}")'), {})


# --- the clock ------------------------------------------------------------------------------


def test_now_is_the_time_of_the_run():
    answer = evaluate(parse("Now()"), {}, Circumstances(now="2025-07-30T13:05:09Z"))

    assert answer == Computed("7/30/2025 1:05:09 PM")
    assert now(datetime(2025, 7, 30, 13, 5, 9, tzinfo=UTC).isoformat()) == "7/30/2025 1:05:09 PM"


def test_now_without_a_clock_is_refused():
    with pytest.raises(ExpressionFailed, match="no time"):
        evaluate(parse("Now()"), {})


# --- what is found before any record --------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('DateDiff("month", [a], [b])', 9),
        ('DateAdd("", 1, [a])', 8),
        ('FormatDateTime([a], "Sloppy", "yyyy", "yy")', 20),
        ('FormatDateTime([a], "AssumeLocal, RoundtripKind", "yyyy", "yy")', 20),
        ('FormatDateTime([a], , "q", "yy")', 22),
        ('FormatDateTime([a], , "yyyy", "\'")', 30),
        ('FormatDateTime([a], , "yyyy")', 20),
        ('FormatDateTime([a], "HH:mm", "yyyy")', 29),
        ('FormatDateTime([a], "MM-dd", "ddd")', 29),
        ('FormatDateTime([a], , "' + "y" * 201 + '", "yy")', 22),
    ],
)
def test_a_date_function_that_cannot_work_is_found_while_reading(text, place):
    with pytest.raises(ExpressionSyntax) as caught:
        parse(text)

    assert place == caught.value.position


@pytest.mark.parametrize(
    "text", ['FormatDateTime([a], [f], "yyyy", "yy")', 'FormatDateTime([a], [f], "yy")']
)
def test_a_format_that_a_record_brings_is_refused_when_it_is_none(text):
    with pytest.raises(ExpressionFailed):
        evaluate(parse(text), {"a": "2020", "f": "'"})
