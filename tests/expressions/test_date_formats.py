"""Date formats of .NET: printing, reading, and what is no format at all."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.expressions.date_formats import FORMAT_CHARACTERS, FormatInvalid, format_of
from provisor.domain.expressions.date_printing import show
from provisor.domain.expressions.date_reading import DEFAULT_STYLE, read_exactly, reader_of
from provisor.domain.expressions.moments import LAST_TICK, SECOND, Moment, Zone
from provisor.domain.expressions.reformatting import connect_format_date_time, format_date_time
from provisor.domain.record import ABSENT
from provisor.errors import ExpressionFailed

NOON = "2009-06-15T13:45:30.6175425"
ROUND_TRIPS = [
    "o",
    "yyyy-MM-ddTHH:mm:ss.fffffff",
    "yyyyMMddHHmmssfffffff",
    "M/d/yyyy h:mm:ss.fffffff tt",
    "dddd, dd MMMM yyyy HH.mm.ss,fffffff",
    "ddd d MMM yyyyy hhmmssfffffff t",
    "'day' d \\d'ay' MMMM yyyy HH'h'mm'm'ss.FFFFFFF",
    "g yyyy MM dd HH:mm:ss.fffffffK",
]
TICKS = st.integers(0, LAST_TICK)
SIGNS = st.text(st.sampled_from([*"dfFgGhHKmMstTyzZ:/.'\"\\% -x0٣é"]), max_size=30)


def reformatted(text, given, wanted, styles=ABSENT):
    return format_date_time(text, styles, given, wanted)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("d", "6/15/2009"),
        ("D", "Monday, June 15, 2009"),
        ("f", "Monday, June 15, 2009 1:45 PM"),
        ("F", "Monday, June 15, 2009 1:45:30 PM"),
        ("g", "6/15/2009 1:45 PM"),
        ("G", "6/15/2009 1:45:30 PM"),
        ("m", "June 15"),
        ("M", "June 15"),
        ("o", "2009-06-15T13:45:30.6175425Z"),
        ("O", "2009-06-15T13:45:30.6175425Z"),
        ("r", "Mon, 15 Jun 2009 13:45:30 GMT"),
        ("R", "Mon, 15 Jun 2009 13:45:30 GMT"),
        ("s", "2009-06-15T13:45:30"),
        ("t", "1:45 PM"),
        ("T", "1:45:30 PM"),
        ("u", "2009-06-15 13:45:30Z"),
        ("U", "Monday, June 15, 2009 1:45:30 PM"),
        ("y", "June 2009"),
        ("Y", "June 2009"),
        ("%d", "15"),
        ("%h", "1"),
        ("%M", "6"),
        ("%y", "9"),
        ("yy", "09"),
        ("yyy", "2009"),
        ("yyyyy", "02009"),
        ("d dd ddd dddd", "15 15 Mon Monday"),
        ("M MM MMM MMMM", "6 06 Jun June"),
        ("h hh hhh H HH", "1 01 01 13 13"),
        ("m mm s ss", "45 45 30 30"),
        ("f ff fff ffff fffff ffffff fffffff", "6 61 617 6175 61754 617542 6175425"),
        ("s.FFF s.FFFFFFF", "30.617 30.6175425"),
        ("t tt ttt", "P PM PM"),
        ("z zz zzz K", "+0 +00 +00:00 Z"),
        ("gg", "A.D."),
        ("%d'd' \"M\" \\M", "15d M M"),
        ("'it''s'", "its"),
        ("'\\''", "'"),
        ("yyyyMMddHHmmss.0Z", "20090615134530.0Z"),
        ("yyyy-MM-ddTHH:mm:ssZ", "2009-06-15T13:45:30Z"),
        ("%-", "-"),
        ("é %d", "é 15"),
        ("HH 'GMT' GMT", "13 GMT G6T"),
    ],
)
def test_a_date_is_printed_as_net_prints_it(form, expected):
    assert expected == connect_format_date_time(NOON, form)


@pytest.mark.parametrize(
    ("text", "given", "wanted", "expected"),
    [
        ("20150123105347.1Z", "yyyyMMddHHmmss.fZ", "yyyy-MM-dd", "2015-01-23"),
        ("20150123105347.0Z", "yyyyMMddHHmmss.0Z", "yyyy-MM-dd HH:mm", "2015-01-23 10:53"),
        ("2020-12-31-08:00", "yyyy-MM-ddzzz", "yyyy-MM-dd", "2020-12-31"),
        ("2020-12-31+08:00", "yyyy-MM-ddzzz", "yyyy-MM-dd", "2020-12-30"),
        ("2020-12-31-08:00", "yyyy-MM-ddzzz", "yyyyMMddHHmmss.fZ", "20201231080000.0Z"),
        ("2020-12-31-0800", "yyyy-MM-ddzzz", "HH", "08"),
        ("2020-12-31-8", "yyyy-MM-ddz", "HH", "08"),
        ("2020-12-31Z", "yyyy-MM-ddK", "HH K", "00 Z"),
        ("2020-12-31+02:00", "yyyy-MM-ddK", "HHK", "22+00:00"),
        ("2020-12-31", "yyyy-MM-ddK", "HHK", "00"),
        ("12/31/2025 12:00:00 AM", "M/d/yyyy hh:mm:ss tt", "yyyy-MM-dd HH", "2025-12-31 00"),
        ("12/31/2025 12:00:00 pm", "M/d/yyyy h:mm:ss tt", "HH", "12"),
        ("31.12.2020", "dd.MM.yyyy", "M/d/yyyy", "12/31/2020"),
        ("3.2.20", "d.M.yy", "s", "2020-02-03T00:00:00"),
        ("16-MAR-30", "dd-MMM-yy", "yyyy-MM-dd", "1930-03-16"),
        ("Monday, 16 march 2020", "dddd, d MMMM yyyy", "yyyyMMdd", "20200316"),
        ("20200316", "yyyyMMdd", "d", "3/16/2020"),
        ("2020", "yyyy", "yyyy-MM-dd", "2020-01-01"),
        ("2020-07", "yyyy-MM", "MMMM d", "July 1"),
        ("5:30 PM", "h:mm tt", "HH:mm", "17:30"),
        ("5:30", "h:mm", "HH:mm", "05:30"),
        ("02-29", "MM-dd", "d MMMM", "29 February"),
        ("10:00:00", "HH:mm:ss.FFF", "HH:mm:ss.fff", "10:00:00.000"),
        ("10:00:00", "HH:mm:ss'.'FFF", "HH:mm:ss.fff", "10:00:00.000"),
        ("10:00:00.25", "HH:mm:ss.FFF", "HH:mm:ss.fff", "10:00:00.250"),
        ("1/5/2021 8:00:00AM", "M/d/yyyy h:mm:ss tt", "HH", "08"),
        (" 2020-01-01\t", " yyyy-MM-dd", "yyyy", "2020"),
        ("Mon, 15 Jun 2009 13:45:30 GMT", "r", "o", "2009-06-15T13:45:30.0000000+00:00"),
        ("Mon, 15 Jun 2009 13:45:30 GMT", "ddd, d MMM yyyy HH:mm:ss GMT", "HH K", "13 +00:00"),
        ("2009-06-15 13:45:30Z", "u", "s", "2009-06-15T13:45:30"),
        ("2020 2020", "yyyy yyyy", "yy", "20"),
        ("9999-12-31", "yyyy-MM-dd", "D", "Friday, December 31, 9999"),
        ("5 A.D.", "%y g", "yyyy", "2005"),
        ("1/15/2030 12:00:00 AM", "yyyy-MM-dd", "yyyy-MM-dd", "2030-01-15"),
        ("1/15/2030 8:00:00 AM", "M/d/yyyy hh:mm:ss tt", "HHK", "08Z"),
        ("3/4/2030 8:00:00 AM", "d/M/yyyy h:mm:ss tt", "MMM", "Apr"),
    ],
)
def test_a_date_is_read_as_net_reads_it_and_printed_anew(text, given, wanted, expected):
    assert expected == reformatted(text, given, wanted)
    assert expected == format_date_time(text, given, wanted)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", "yyyy"),
        ("2020-1-01", "yyyy-MM-dd"),
        ("12/31/2025 8:00 AM", "M/d/yyyy hh:mm tt"),
        ("12/31/2025 08:00:00 AM", "M/d/yyyy HH:mm:ss"),
        ("31/12/2025 8:00:00 AM", "M/d/yyyy hh:mm:ss tt"),
        ("2021-02-29", "yyyy-MM-dd"),
        ("0000", "yyyy"),
        ("10000", "yyyyy"),
        ("20200", "yyyy"),
        ("202", "yyyy"),
        ("Tuesday 16 March 2020", "dddd d MMMM yyyy"),
        ("13:00 PM", "h:mm tt"),
        ("15:00 AM", "H:mm tt"),
        ("24:00", "H:mm"),
        ("10:60", "H:mm"),
        ("2020-01-01 00:00 08:00", "yyyy-MM-dd HH:mm zzz"),
        ("2020-01-01+15:00", "yyyy-MM-ddzzz"),
        ("2020-01-01+01:60", "yyyy-MM-ddzzz"),
        ("2020-01-01Z+01:00", "yyyy-MM-ddZzzz"),
        ("0001-01-01+01:00", "yyyy-MM-ddzzz"),
        ("9999-12-31 23:59-01:00", "yyyy-MM-dd HH:mmzzz"),
        ("2020 2021", "yyyy yyyy"),
        ("２０２０", "yyyy"),
        ("٢٠٢٠", "yyyy"),
        ("2020-01-01T", "yyyy-MM-dd"),
        ("2020  01", "yyyy MM"),
        ("2020 K", "yyyy 'x'"),
        ("Ⅻ 2020", "MMM yyyy"),
        ("x" * 100_000, "yyyy"),
        ("1" * 100_000, "y" * FORMAT_CHARACTERS),
    ],
    ids=lambda text: f"{text[:24]!r}",
)
def test_a_text_that_is_written_otherwise_is_refused(text, given):
    with pytest.raises(ExpressionFailed):
        reformatted(text, given, "o" if "y" in given else "HH")


@pytest.mark.parametrize(
    ("styles", "text", "given", "expected"),
    [
        ("None", "2020-01-01 10", "yyyy-MM-dd HH", "2020-01-01 10:00"),
        ("AssumeUniversal", "2020-01-01 10", "yyyy-MM-dd HH", "2020-01-01 10:00+00:00"),
        ("AssumeLocal", "2020-01-01 10", "yyyy-MM-dd HH", "2020-01-01 10:00+00:00"),
        ("AssumeUniversal,AdjustToUniversal", "2020-01-01", "yyyy-MM-dd", "2020-01-01 00:00Z"),
        ("assumelocal, adjusttouniversal", "2020-01-01", "yyyy-MM-dd", "2020-01-01 00:00Z"),
        ("RoundtripKind", "2020-01-01Z", "yyyy-MM-ddZ", "2020-01-01 00:00Z"),
        ("None", "2020-01-01Z", "yyyy-MM-ddZ", "2020-01-01 00:00+00:00"),
        ("AdjustToUniversal", "2020-01-01+02", "yyyy-MM-ddzz", "2019-12-31 22:00Z"),
        ("AllowInnerWhite", "2020 -  01-01", "yyyy-MM-dd", "2020-01-01 00:00"),
        ("AllowWhiteSpaces", " 2020 - 01 - 01 ", "yyyy-MM-dd", "2020-01-01 00:00"),
        ("NoCurrentDateDefault", "10:30", "HH:mm", "0001-01-01 10:30"),
        (" ", "2020-01-01 ", "yyyy-MM-dd", "2020-01-01 00:00"),
    ],
)
def test_styles_say_how_exact_a_text_must_be_and_where_it_was_written(
    styles, text, given, expected
):
    assert expected == reformatted(text, given, "yyyy-MM-dd HH:mmK", styles)


@pytest.mark.parametrize(
    ("styles", "text"),
    [
        ("None", " 2020"),
        ("None", "2020 "),
        ("AllowLeadingWhite", "2020 "),
        ("AllowTrailingWhite", " 2020"),
        ("Sloppy", "2020"),
        ("AssumeLocal, AssumeUniversal", "2020"),
        ("RoundtripKind, AdjustToUniversal", "2020"),
        ("None,,", "2020"),
        ("," * 9_999, "2020"),
        ("128", "2020"),
    ],
    ids=lambda text: text[:40],
)
def test_styles_that_do_not_fit_or_do_not_exist_are_refused(styles, text):
    with pytest.raises(ExpressionFailed):
        reformatted(text, "yyyy", "yyyy", styles)


@pytest.mark.parametrize(
    ("text", "given", "wanted"),
    [
        ("10:30", "HH:mm", "yyyy"),
        ("10:30", "HH:mm", "M/d"),
        ("12-31", "MM-dd", "o"),
        ("12-31", "MM-dd", "dddd"),
        ("31", "dd dd", "y"),
    ],
)
def test_what_only_the_clock_could_tell_is_never_printed(text, given, wanted):
    with pytest.raises(ExpressionFailed, match="does not read"):
        reformatted(text, given, wanted)


@pytest.mark.parametrize(
    "form",
    ["", "q", "x", "%", "%%", "yyyy%", "yyyy\\", "'", "yyyy '", '"yyyy', "ffffffff", "%'", "F" * 8,
     "y" * (FORMAT_CHARACTERS + 1), "'" + "x" * 9_998 + "'", "\\" * 9_999, "%" * 9_999, "Ⅻ"],
    ids=lambda form: f"{form[:12]!r} of {len(form)}",
)  # fmt: skip
def test_what_is_no_format_is_refused_on_either_side(form):
    with pytest.raises(FormatInvalid):
        format_of(form)
    for ask in (
        lambda: reformatted("2020", "yyyy", form),
        lambda: reformatted("2020", form, "HH"),
        lambda: connect_format_date_time("2020-01-01", form),
    ):
        with pytest.raises(ExpressionFailed):
            ask()


@pytest.mark.parametrize("form", ROUND_TRIPS)
@given(TICKS)
def test_what_is_printed_in_full_is_read_as_the_same_moment(form, ticks):
    zone = Zone.UTC if "K" in form or form == "o" else Zone.UNKNOWN
    moment = Moment(ticks, zone)

    assert moment == read_exactly(show(moment, format_of(form)), reader_of(form, DEFAULT_STYLE))


@given(st.datetimes())
def test_common_forms_are_those_of_the_standard_library(moment):
    text = moment.isoformat()

    assert moment.isoformat(timespec="milliseconds") == connect_format_date_time(
        text, "yyyy-MM-ddTHH:mm:ss.fff"
    )
    assert moment.strftime("%a %d %b %H:%M:%S %p %I") == connect_format_date_time(
        text, "ddd dd MMM HH:mm:ss tt hh"
    )
    assert moment.strftime("%A %B") == connect_format_date_time(text, "dddd MMMM")


@given(TICKS, SIGNS | st.text(max_size=12))
def test_any_format_prints_little_or_is_refused(ticks, form):
    try:
        printed = show(Moment(ticks, Zone.LOCAL), format_of(form))
    except FormatInvalid:
        return
    assert len(printed) <= max(6 * len(form), len("Wednesday, September 30, 2009 12:45:30 PM"))


@given(TICKS, SIGNS)
def test_any_format_reads_what_it_printed_or_refuses(ticks, form):
    printed_to_seconds = Moment(ticks - ticks % SECOND)
    try:
        text = show(printed_to_seconds, format_of(form))
        again = reformatted(text, form, form)
    except (FormatInvalid, ExpressionFailed):
        return
    assert isinstance(again, str)


def test_the_standard_library_agrees_about_the_last_day():
    assert datetime.max.isoformat() == connect_format_date_time(  # noqa: DTZ901 - it has no zone
        "9999-12-31T23:59:59.9999999", "yyyy-MM-ddTHH:mm:ss.ffffff"
    )
