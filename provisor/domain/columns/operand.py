"""What a part of an expression gives for all rows: a column, or one value for every row.

A column has one type. Where a part gives numbers in some rows and texts in others, its column holds
their text forms, which no function of the language tells apart from the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import polars as pl

from provisor.domain.expressions import Dropped, ObjectDropped
from provisor.domain.record import Value, as_text
from provisor.errors import ExpressionFailed

Signal = Dropped | ObjectDropped | ExpressionFailed
"""Why a row has no value."""

SIGNAL: Final = pl.UInt32
_WHOLE_BYTES: Final = 20  # the longest whole number of 64 bits, written out
_TRUTH_BYTES: Final = 5


class Kind(Enum):
    """What the rows of a column hold."""

    NOTHING = "nothing"
    TEXT = "text"
    WHOLE = "whole"
    TRUTH = "truth"
    LIST = "list"
    MIXED = "mixed"
    """Lists in some rows and single values in others: fit to be handed out, not to go on with."""


@dataclass(frozen=True, slots=True)
class Column:
    """One value per row; where `signals` is not null there is none, and it says why."""

    series: pl.Series
    kind: Kind
    size: int
    """At least the bytes of the longest text form."""
    signals: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value, or the same signal, in every row."""

    value: Value
    signal: int | None = None

    @property
    def kind(self) -> Kind:
        """What every row holds."""
        return _kind_of(type(self.value))

    @property
    def size(self) -> int:
        """The bytes of the text form."""
        return len(as_text(self.value).encode())


Operand = Column | Constant


class Signals:
    """The signals met in one computation, each once, with the number that columns hold."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._known: list[Signal] = []

    def number(self, signal: Signal) -> int:
        """Return the number of a signal; equal signals have one number."""
        key = (type(signal).__name__, "", "")
        if isinstance(signal, ExpressionFailed):
            key = (signal.code, signal.what, signal.found)
        number = self._numbers.setdefault(key, len(self._known))
        if number == len(self._known):
            self._known.append(signal)
        return number

    def __getitem__(self, number: int) -> Signal:
        return self._known[number]


def kind_of_values(values: Sequence[Value]) -> Kind:
    """Return the kind of column that can hold these values.

    Example:
        >>> kind_of_values([1, None]), kind_of_values([1, "a"]), kind_of_values([("a",), "a"])
        (<Kind.WHOLE: 'whole'>, <Kind.TEXT: 'text'>, <Kind.MIXED: 'mixed'>)
    """
    return unified({_kind_of(kind) for kind in set(map(type, values))})


def unified(kinds: set[Kind]) -> Kind:
    """Return the kind that holds several kinds side by side."""
    some = kinds - {Kind.NOTHING}
    if not some:
        return Kind.NOTHING
    if len(some) == 1:
        return some.pop()
    return Kind.MIXED if {Kind.LIST, Kind.MIXED} & some else Kind.TEXT


def _kind_of(kind: type) -> Kind:
    if kind is str:
        return Kind.TEXT
    if kind is bool:
        return Kind.TRUTH
    if kind is int:
        return Kind.WHOLE
    return Kind.LIST if kind is tuple else Kind.NOTHING


def as_series(values: Sequence[Value], kind: Kind) -> pl.Series:
    """Put values into a column of the given kind."""
    match kind:
        case Kind.WHOLE:
            return pl.Series(values, dtype=pl.Int64)
        case Kind.TRUTH:
            return pl.Series(values, dtype=pl.Boolean)
        case Kind.LIST | Kind.MIXED:
            return pl.Series([_listed(value) for value in values], dtype=pl.List(pl.String))
        case _:
            texts = [None if value is None else as_text(value) for value in values]
            return pl.Series(texts, dtype=pl.String)


def _listed(value: Value) -> list[str] | None:
    if value is None:
        return None
    return [as_text(item) for item in value] if isinstance(value, tuple) else [as_text(value)]


def column_of(values: Sequence[Value], signals: Sequence[int | None]) -> Column:
    """Make a column out of one value and one signal per row."""
    kind = kind_of_values(values)
    series = as_series(values, kind)
    said = None
    if any(signal is not None for signal in signals):
        said = pl.Series(signals, dtype=SIGNAL)
    return Column(series, kind, size_of(series), said)


def size_of(series: pl.Series) -> int:
    """Return the bytes of the longest text form in a column; generous for lists."""
    if series.dtype == pl.String:
        return as_int(series.str.len_bytes().max())
    if series.dtype == pl.Boolean:
        return _TRUTH_BYTES
    if series.dtype == pl.List:
        longest = as_int(series.list.len().max())
        return longest * (1 + as_int(series.explode().str.len_bytes().max()))
    return _WHOLE_BYTES


def as_int(value: object) -> int:
    """Return what polars calls a number; nothing is 0."""
    return value if isinstance(value, int) else 0


def is_plain(operand: Operand) -> bool:
    """Say whether an operand has a text form that polars can make: no lists in it."""
    return operand.kind not in {Kind.LIST, Kind.MIXED}


def text_of(operand: Operand) -> pl.Expr:
    """Return the text form of an operand as an expression; null stays null."""
    if isinstance(operand, Constant):
        value = operand.value
        return pl.lit(None if value is None else as_text(value), dtype=pl.String)
    column = pl.lit(operand.series)
    if operand.kind is Kind.TRUTH:
        return pl.when(column).then(pl.lit("True")).when(~column).then(pl.lit("False"))
    return column if operand.kind is Kind.TEXT else column.cast(pl.String)


def value_of(operand: Operand, kind: Kind) -> pl.Expr:
    """Return an operand as an expression of the given kind, which is its own or text."""
    if operand.kind is not kind:
        return text_of(operand) if kind is Kind.TEXT else pl.lit(None)
    return pl.lit(operand.value if isinstance(operand, Constant) else operand.series)


def signal_of(operand: Operand) -> pl.Expr | None:
    """Return an operand's signals as an expression, or None when no row has one."""
    said = operand.signals if isinstance(operand, Column) else operand.signal
    return None if said is None else pl.lit(said, dtype=SIGNAL)


def converted(column: Column, kind: Kind) -> pl.Series:
    """Return a column's series as one of another kind, which must be wider."""
    if column.kind is kind:
        return column.series
    if kind in {Kind.LIST, Kind.MIXED}:
        if column.kind in {Kind.LIST, Kind.MIXED}:
            return column.series
        text = text_of(column)
        return computed(pl.when(text.is_not_null()).then(pl.concat_list(text)))
    return computed(value_of(column, kind).cast(DTYPES[kind]))


DTYPES: Final = {
    Kind.NOTHING: pl.String,
    Kind.TEXT: pl.String,
    Kind.WHOLE: pl.Int64,
    Kind.TRUTH: pl.Boolean,
}


def computed(expression: pl.Expr) -> pl.Series:
    """Compute an expression over literal columns."""
    return pl.select(expression.alias("")).to_series()
