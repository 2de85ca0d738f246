"""Where the next delta of a database starts, worked out from what a column shows and from time.

A column that grows with every change is no clock: a transaction that began early may commit late,
a clock may run ahead or go back, a restored backup knows less than it told. So a watermark holds
back (`overlap`), remembers which transactions were still open, and is refused rather than trusted.
Nothing here asks a database.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from connectors._sql_values import Stored
from provisor.errors import WatermarkRefused

_LONGEST = 60
_MARKS_KEPT = 8


class Order(StrEnum):
    """What the values of a column are, as far as their order goes."""

    NUMBER = "number"
    TIME = "time"
    DAY = "day"
    TIME_TEXT = "time_text"
    """A time as text, in one form throughout."""
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Level:
    """One value of the column, ready to be written down."""

    order: Order
    text: str

    def stored(self) -> Stored:
        """Return the value as the driver takes it."""
        match self.order:
            case Order.NUMBER:
                number = Decimal(self.text)
                return int(number) if number == number.to_integral_value() else number
            case Order.TIME:
                return datetime.fromisoformat(self.text)
            case Order.DAY:
                return date.fromisoformat(self.text)
            case _:
                return self.text

    def below(self, other: Level) -> bool:
        """Say whether this value comes before another of the same order."""
        if self.order is Order.NUMBER:
            return Decimal(self.text) < Decimal(other.text)
        if self.order is Order.TIME:
            return _aware(self.text) < _aware(other.text)
        return self.text < other.text


def level_of(value: object) -> Level | None:
    """Return a column's value as a level; None for null.

    Raises:
        ValueError: values of this type have no order that can be kept.

    Example:
        >>> level_of(7), level_of("2031-04-06 12:00:00").order.value
        (Level(order=<Order.NUMBER: 'number'>, text='7'), 'time_text')
    """
    match value:
        case None:
            return None
        case bool():
            raise ValueError("a switch has no order")
        case int() | float() | Decimal():
            return Level(Order.NUMBER, str(value))
        case datetime():
            return Level(Order.TIME, value.isoformat())
        case date():
            return Level(Order.DAY, value.isoformat())
        case str() if len(value) <= _LONGEST:
            return Level(Order.TIME_TEXT if _is_time(value) else Order.TEXT, value)
        case _:
            raise ValueError("values of this type have no order")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) > len("2031-04-06")


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def lowered(level: Level, overlap: int) -> Level:
    """Return the level so much lower: seconds of a time, whole days of a day, steps of a number.

    Example:
        >>> lowered(Level(Order.TIME_TEXT, "2031-04-06T12:00:00.5Z"), 60).text
        '2031-04-06T11:59:00.5Z'
        >>> lowered(Level(Order.NUMBER, "7"), 10).text
        '-3'
    """
    match level.order:
        case Order.NUMBER:
            return replace(level, text=str(Decimal(level.text) - overlap))
        case Order.DAY:
            days = -(-overlap // 86_400)
            earlier = date.fromisoformat(level.text) - timedelta(days=days)
            return replace(level, text=earlier.isoformat())
        case Order.TIME:
            moment = datetime.fromisoformat(level.text) - timedelta(seconds=overlap)
            return replace(level, text=moment.isoformat())
        case Order.TIME_TEXT:
            return replace(
                level,
                text=_shifted(
                    level.text, datetime.fromisoformat(level.text) - timedelta(seconds=overlap)
                ),
            )
        case Order.TEXT:
            return level


def _shifted(form: str, moment: datetime) -> str:
    """Return a whole second later or earlier in the form of a text, its fraction and zone kept."""
    return moment.strftime(f"%Y-%m-%d{form[10]}%H:%M:%S")[: len(form)] + form[19:]


def _not_after(level: Level, now: datetime) -> Level:
    """Return the level, or now when it lies ahead: one wrong clock must not hide what follows."""
    match level.order:
        case Order.TIME if _aware(level.text) > now:
            zone = datetime.fromisoformat(level.text).tzinfo
            ours = now.astimezone(zone) if zone else now.replace(tzinfo=None)
            return replace(level, text=ours.isoformat())
        case Order.TIME_TEXT if _aware(level.text) > now:
            zone = datetime.fromisoformat(level.text).tzinfo
            ours = now.astimezone(zone) if zone else now.replace(tzinfo=None)
            return replace(level, text=_shifted(level.text, ours))
        case Order.DAY if level.text > now.date().isoformat():
            return replace(level, text=now.date().isoformat())
        case _:
            return level


# --- open transactions ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Horizon:
    """Which transactions of the server a snapshot sees as ended."""

    oldest: int
    """Every transaction with a smaller number has ended."""
    next: int
    """No transaction with this number or a greater one had begun."""
    open_since: datetime | None = None
    """When the oldest transaction began that may still write, as far as we are shown."""


@dataclass(frozen=True, slots=True)
class Course:
    """How far one column has come."""

    base: Level | None
    """All rows up to here were seen; None while that cannot be said of any."""
    high: Level | None
    """The greatest value that was seen."""
    marks: tuple[tuple[int, Level | None], ...] = ()
    """First transaction that had not begun, and the greatest value then; oldest first."""


NOWHERE = Course(None, None)


def advanced(before: Course, high: Level | None, now: datetime, horizon: Horizon | None) -> Course:
    """Return how far the column has come with a snapshot that showed `high` as its greatest value.

    A row that was not visible was written by a transaction that was open. Its value is above the
    greatest one of an earlier look, if it began after that look: so a look counts as soon as
    everything that was open then has ended.

    Args:
        horizon: None where a database cannot say; the overlap alone covers late commits then.

    Raises:
        WatermarkRefused: the column went back.
    """
    high = _not_after(high, now) if high is not None else None
    if before.high is not None and (
        high is None or high.order is not before.high.order or high.below(before.high)
    ):
        raise WatermarkRefused(
            "the newest change that was read before is no longer there",
            next="nothing needs to be done: everything is read again",
        )
    if horizon is None:
        return Course(high, high)
    marks = (*before.marks, (horizon.next, high))
    ended = [level for following, level in marks if following <= horizon.oldest]
    base = ended[-1] if ended else before.base
    if base is not None and horizon.open_since is not None:
        base = _not_after(base, horizon.open_since)
    return Course(base, high, _fewer([mark for mark in marks if mark[0] > horizon.oldest]))


def _fewer(marks: list[tuple[int, Level | None]]) -> tuple[tuple[int, Level | None], ...]:
    """Keep the oldest and the newest; to forget one only makes a later delta look further back."""
    middle = _MARKS_KEPT // 2
    return tuple(marks if len(marks) <= _MARKS_KEPT else [*marks[:middle], *marks[-middle:]])


# --- written down ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Watermark:
    """Everything that is kept between two reads of one relation."""

    origin: str
    """Digest of the database, the relation and the columns: another one's watermark is refused."""
    at: datetime
    """The database's own clock."""
    rows: Course
    gone: Course | None = None
    """Of the relation that tells removals."""
    transaction: int = 0
    """The first transaction that had not begun, where that is known."""

    def text(self) -> str:
        """Return the watermark as the engine keeps it."""
        told = {
            "origin": self.origin,
            "at": self.at.isoformat(),
            "rows": _told(self.rows),
            "gone": _told(self.gone) if self.gone else None,
            "transaction": self.transaction,
        }
        return json.dumps(told, separators=(",", ":"))


def understood(text: str) -> Watermark:
    """Return the watermark that a text holds.

    Raises:
        WatermarkRefused: it holds none of ours.
    """
    try:
        told = json.loads(text)
        at = datetime.fromisoformat(told["at"])
        gone = _course(told["gone"]) if told["gone"] is not None else None
        rows, transaction = _course(told["rows"]), int(told["transaction"])
        return Watermark(str(told["origin"]), _aware(at.isoformat()), rows, gone, transaction)
    except (ValueError, TypeError, KeyError, InvalidOperation):
        what = "the watermark is none of this connector's"
    raise WatermarkRefused(what)


def _told(course: Course) -> list[object]:
    marks = [[following, _pair(level)] for following, level in course.marks]
    return [_pair(course.base), _pair(course.high), marks]


def _pair(level: Level | None) -> list[str] | None:
    return None if level is None else [level.order.value, level.text]


def _course(told: object) -> Course:
    if not isinstance(told, list):
        raise TypeError("a course is a list")
    base, high, marks = told
    return Course(
        _level(base),
        _level(high),
        tuple((int(following), _level(level)) for following, level in marks),
    )


def _level(told: object) -> Level | None:
    if told is None:
        return None
    if not isinstance(told, list):
        raise TypeError("a level is a pair")
    order, text = told
    level = Level(Order(order), str(text))
    level.stored()  # what cannot be read back is none of ours
    return level
