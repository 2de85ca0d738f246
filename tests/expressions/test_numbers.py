"""Numbers, their bits, the kind of a value, and FILETIME."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.expressions import Computed, evaluate, parse
from provisor.domain.expressions.bits import bit_and, bit_or, is_bit_set
from provisor.domain.expressions.dates import c_date
from provisor.domain.expressions.filetime import date_from_num, num_from_date
from provisor.domain.expressions.numbers import (
    LARGEST,
    SMALLEST,
    c_bool,
    c_num,
    c_str,
    count,
    is_numeric,
    is_string,
)
from provisor.domain.record import ABSENT
from provisor.errors import ExpressionFailed

EPOCH = datetime(1601, 1, 1)  # noqa: DTZ001 - Hypothesis draws times without a zone
WHOLE = st.integers(SMALLEST, LARGEST)
SCALARS = st.none() | st.text(max_size=8) | st.booleans() | WHOLE
VALUES = SCALARS | st.lists(SCALARS.filter(lambda item: item is not None), max_size=3).map(tuple)


def value_of(text, **values):
    answer = evaluate(parse(text), values)

    assert isinstance(answer, Computed)
    return answer.value


# --- numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12345", 12345),
        ("-12", -12),
        ("+7", 7),
        ("007", 7),
        (" 12\t", 12),
        ("&HF", 15),
        ("&hff", 255),
        ("9223372036854775807", LARGEST),
        ("-9223372036854775808", SMALLEST),
        (12, 12),
    ],
)
def test_a_text_that_shows_a_whole_number_is_one(text, number):
    assert number == c_num(text)
    assert is_numeric(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "1.5", "1,000", "1e3", "--1", "+-1", "- 1", "&H", "&HG", "&H" + "F" * 16, "0x1F",
     "9223372036854775808", "-9223372036854775809", "9" * 100_000, "１２", "٣", "²", "1\x00", True],
    ids=lambda text: f"{str(text)[:12]!r}",
)  # fmt: skip
def test_what_shows_no_whole_number_is_refused_and_is_not_numeric(text):
    assert not is_numeric(text)
    for ask in (c_num, lambda given: bit_and(given, 1)):
        with pytest.raises(ExpressionFailed):
            ask(text)


def test_null_stays_null_where_a_value_is_only_converted():
    assert [c_num(None), c_str(None)] == [None, None]
    assert [is_numeric(None), is_string(None), is_string(ABSENT)] == [False] * 3
    assert [count(None), count(ABSENT)] == [0, 0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (False, False),
        ("True", True),
        ("TRUE", True),
        ("False", False),
        ("yes", False),
        (1, True),
        (-1, True),
        (0, False),
        ("0", False),
        ("00", False),
        ("&H0", False),
        ("2", True),
        ("", False),
        (None, False),
        (("True",), True),
        (("a",), False),
        ((), False),
    ],
)
def test_a_truth_is_what_holds_or_is_not_zero(value, expected):
    assert expected is c_bool(value)


def test_a_comparison_is_a_truth():
    assert value_of("CBool([a] = [b])", a="x", b="x") is True
    assert value_of("CBool([a] = [b])", a="x", b="y") is False
    assert value_of("CBool([a] = [b])") is False


@pytest.mark.parametrize(
    ("value", "text"),
    [(12, "12"), (True, "True"), ("cn=Joe,dc=contoso,dc=com", "cn=Joe,dc=contoso,dc=com"),
     ("", ""), ((1, True, "x"), ("1", "True", "x")), ((), ())],
)  # fmt: skip
def test_a_value_has_a_text(value, text):
    assert text == c_str(value)
    assert is_string(value)


@pytest.mark.parametrize(
    ("value", "expected"), [(("a", "a"), 2), ((), 0), ("", 1), ("a", 1), (0, 1), (False, 1)]
)
def test_values_are_counted(value, expected):
    assert expected == count(value)


@given(VALUES)
def test_what_is_numeric_is_what_becomes_a_number(value):
    try:
        number = c_num(value)
    except ExpressionFailed:
        assert not is_numeric(value)
    else:
        assert is_numeric(value) == isinstance(number, int)


@given(WHOLE)
def test_a_number_written_as_text_is_the_same_number(number):
    assert number == c_num(c_str(number))


# --- bits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BitAnd(&HF, &HF7)", 7),
        ('BitAnd("514", 2)', 2),
        ("BitAnd([uac], 2)", 2),
        ("BitAnd(-2147483646, 2147483648)", 2147483648),
        ("BitOr([uac], 65536)", 66050),
        ("BitOr(-1, 0)", -1),
        ("IsBitSet(&HF, 4)", True),
        ("IsBitSet([uac], 2)", True),
        ("IsBitSet(512, 2)", False),
        ("IsBitSet(6, 3)", False),
        ("IsBitSet(7, 3)", True),
        ("IsBitSet(7, 0)", False),
        ('IIF(BitAnd([uac], 2) = 0, "on", "off")', "off"),
    ],
)
def test_bits_are_those_of_the_number(text, expected):
    assert expected == value_of(text, uac="514")


@pytest.mark.parametrize("missing", [None, ABSENT, "", (), True, ("1",)])
def test_what_is_missing_has_no_bits(missing):
    for ask in (
        lambda: bit_and(missing, 1),
        lambda: bit_or(1, missing),
        lambda: is_bit_set(missing, 1),
        lambda: is_bit_set(1, missing),
    ):
        with pytest.raises(ExpressionFailed):
            ask()


@given(WHOLE, WHOLE)
def test_bits_of_both_and_of_either_make_up_the_numbers(one, other):
    both, either = bit_and(one, other), bit_or(one, other)

    assert both + either == one + other
    assert SMALLEST <= min(both, either) <= max(both, either) <= LARGEST
    assert is_bit_set(one, other) == (other != 0 and either == one)


# --- FILETIME -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2012-01-01 23:00:00", 129699324000000000),
        ("1/1/2012 11:00:00 PM", 129699324000000000),
        ("2025-09-30 23:59:59-08:00", 134037791990000000),
        ("2030-01-15 23:59:59-05:00", 135392435990000000),
        ("2025-08-15T23:59:59-04:00", 133997903990000000),
        ("2020-12-31T23:59:59-08:00", 132539615990000000),
        ("1601-01-01", 0),
        ("1601-01-01T00:00:00.0000001Z", 1),
        ("1970-01-01", 116444736000000000),
        ("12/31/9999", 2650466880000000000),
        ("9999-12-31T23:59:59.9999999Z", 2650467743999999999),
        ("12/31/9999 11:59:59 PM -08:00", 2650468031990000000),
    ],
)
def test_a_date_has_its_number(text, number):
    assert number == num_from_date(text)


@pytest.mark.parametrize(
    "text",
    ["", "x", "1600-12-31", "1601-01-01+01:00", "0", "9223372036854775807", 0, "10000-01-01"],
)
def test_what_has_no_number_is_refused(text):
    with pytest.raises(ExpressionFailed):
        num_from_date(text)


@pytest.mark.parametrize("never", [0, "0", LARGEST, str(LARGEST), None, ABSENT])
def test_never_is_no_date(never):
    assert date_from_num(never) is None


@pytest.mark.parametrize(
    "number", [-1, SMALLEST, LARGEST - 1, 2650467744000000000, "", "x", "1.5", True, ("1",)]
)
def test_a_number_outside_the_calendar_is_refused(number):
    with pytest.raises(ExpressionFailed):
        date_from_num(number)


def test_the_last_second_of_the_calendar_has_a_date():
    assert date_from_num(2650467743999999999) == "12/31/9999 11:59:59 PM"


@given(st.datetimes(EPOCH + timedelta(seconds=1)), st.integers(-14 * 60, 14 * 60))
def test_a_date_and_its_number_are_the_same_instant(moment, minutes):
    moment = moment.replace(microsecond=0)
    number = (moment - EPOCH) // timedelta(microseconds=1) * 10
    sign, ahead = "-" if minutes < 0 else "+", abs(minutes)
    offset = f"{sign}{ahead // 60:02d}:{ahead % 60:02d}"

    assert number == num_from_date(moment.isoformat())
    assert date_from_num(number) == c_date(moment.isoformat())
    if number - minutes * 600_000_000 >= 0:
        assert number - minutes * 600_000_000 == num_from_date(moment.isoformat() + offset)
