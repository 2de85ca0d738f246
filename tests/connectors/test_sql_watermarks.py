"""The arithmetic of watermarks: levels, overlaps, open transactions, and what is written down."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._sql_watermarks import (
    NOWHERE,
    Course,
    Horizon,
    Level,
    Order,
    Watermark,
    advanced,
    level_of,
    lowered,
    understood,
)
from provisor.errors import WatermarkRefused
from provisor.testing.clock import NOON

TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2031, 4, 1))  # noqa: DTZ001 - as columns are
STEPS = st.lists(st.sampled_from(["open", "commit", "commit oldest", "read"]), max_size=60)


@given(STEPS)
def test_no_transaction_is_lost_however_late_it_commits(steps: list[str]) -> None:
    """A sequence, many writers, reads at any moment: what is committed was told."""
    following, course, known = 1, NOWHERE, set[int]()
    open_ones: list[int] = []
    committed: set[int] = set()
    for step in [*steps, "read"]:
        if step == "open":
            open_ones.append(following)
            following += 1
        elif step.startswith("commit") and open_ones:
            committed.add(open_ones.pop(0 if step.endswith("oldest") else -1))
        elif step == "read":
            known |= {row for row in committed if course.base is None or row >= _number(course)}
            horizon = Horizon(min(open_ones, default=following), following)
            course = advanced(course, level_of(max(committed, default=None)), NOON, horizon)

            assert known == committed
            assert len(course.marks) <= 8


def _number(course: Course) -> int:
    assert course.base is not None
    return int(course.base.text)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20, unique=True))
def test_a_quiet_database_starts_at_its_newest_value(numbers: list[int]) -> None:
    course = NOWHERE
    for number in sorted(numbers):
        course = advanced(course, level_of(number), NOON, Horizon(100 + number, 100 + number))

    assert course == Course(level_of(max(numbers)), level_of(max(numbers)))


def test_an_open_transaction_holds_the_start_back_to_when_it_began() -> None:
    late, began = NOON - timedelta(minutes=1), NOON - timedelta(hours=2)
    course = advanced(NOWHERE, level_of(late), NOON, Horizon(5, 5, began))

    assert course.base is not None
    assert datetime.fromisoformat(course.base.text) == began
    assert course.high == level_of(late)


@given(TIMES, st.integers(0, 86_400), st.sampled_from(["T", " "]), st.sampled_from(["", "Z"]))
def test_a_time_written_as_text_keeps_its_form(
    moment: datetime, overlap: int, between: str, zone: str
) -> None:
    text = moment.strftime(f"%Y-%m-%d{between}%H:%M:%S.%f") + zone
    level = level_of(text)
    assert level is not None
    lower = lowered(level, overlap).text

    assert (len(lower), lower[10], lower[19:]) == (len(text), between, text[19:])
    assert datetime.fromisoformat(lower) == datetime.fromisoformat(text) - timedelta(
        seconds=overlap
    )


@given(st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=3)))
def test_a_number_comes_back_as_it_was(number: int | Decimal) -> None:
    level = level_of(number)
    assert level is not None

    assert level.stored() == number


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (Level(Order.NUMBER, "10"), Level(Order.NUMBER, "9")),
        (Level(Order.NUMBER, "1.5"), Level(Order.NUMBER, "1.25")),
        (
            Level(Order.TIME, "2031-04-06T12:00:00+02:00"),
            Level(Order.TIME, "2031-04-06T09:59:59+00:00"),
        ),
        (Level(Order.DAY, "2031-04-06"), Level(Order.DAY, "2031-04-05")),
        (Level(Order.TEXT, "0001B"), Level(Order.TEXT, "0001A")),
    ],
)
def test_what_went_back_is_refused(later: Level, earlier: Level) -> None:
    before = Course(later, later)

    assert advanced(before, later, NOON, None).high is not None
    with pytest.raises(WatermarkRefused):
        advanced(before, earlier, NOON, None)
    with pytest.raises(WatermarkRefused):
        advanced(before, None, NOON, None)


def test_what_lies_ahead_counts_as_now() -> None:
    ahead = [level_of(NOON + timedelta(days=n)) for n in (1, 2)]
    first = advanced(NOWHERE, ahead[0], NOON, None)
    second = advanced(first, ahead[1], NOON + timedelta(hours=1), None)

    assert first.high == level_of(NOON)
    assert second.high == level_of(NOON + timedelta(hours=1))


@pytest.mark.parametrize("value", [True, b"\x00", "x" * 61, [1]], ids=str)
def test_what_has_no_order_is_no_level(value: object) -> None:
    with pytest.raises(ValueError, match="no"):
        level_of(value)


MARKS = tuple((n, Level(Order.TIME, NOON.isoformat())) for n in range(8))


def test_a_watermark_is_understood_as_it_was_written() -> None:
    course = Course(MARKS[0][1], MARKS[0][1], MARKS)
    written = Watermark("origin", NOON.astimezone(UTC), course, course, 7)

    assert understood(written.text()) == written
    assert len(written.text()) <= 2000


@given(st.text(max_size=80))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(WatermarkRefused):
        understood(text)


@pytest.mark.parametrize(
    "change",
    [
        {"rows": []},
        {"rows": [["number", "x"], None, []]},
        {"rows": [["hours", "1"], None, []]},
        {"at": "yesterday"},
        {"transaction": None},
        {"gone": 7},
    ],
    ids=str,
)
def test_a_watermark_that_was_tampered_with_is_refused(change: dict[str, object]) -> None:
    written = json.loads(Watermark("origin", NOON, NOWHERE).text())

    with pytest.raises(WatermarkRefused):
        understood(json.dumps(written | change))
