"""Conditions and choices on whole columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from provisor.domain.columns.operand import (
    DTYPES,
    SIGNAL,
    Column,
    Constant,
    Kind,
    Operand,
    computed,
    is_plain,
    signal_of,
    text_of,
    unified,
    value_of,
)
from provisor.domain.columns.parts import FALSE, Kernel, Parts, first, holds, is_missing
from provisor.domain.expressions import Blank, Call, Comparison, Literal, Node, Operator
from provisor.domain.record import as_text


def _presence(parts: Parts, call: Call) -> Operand | None:
    value = parts.operand(call.arguments[0])
    if value.kind is Kind.MIXED or (value.kind is Kind.LIST and isinstance(value, Constant)):
        return None
    missing = is_missing(value)
    return _truth(missing if call.name == "IsNullOrEmpty" else ~missing, value)


def _negation(parts: Parts, call: Call) -> Operand | None:
    source = parts.operand(call.arguments[0])
    return _truth(~holds(source), source) if is_plain(source) else None


def compared(parts: Parts, node: Comparison) -> Operand | None:
    """Compare two sides by their text; declines to put them in order."""
    left, right = parts.operand(node.left), parts.operand(node.right)
    if node.operator not in {Operator.EQUAL, Operator.DIFFERENT}:
        return None
    if not (is_plain(left) and is_plain(right)):
        return None
    same = text_of(left) == text_of(right)
    answer = same if node.operator is Operator.EQUAL else ~same
    for side, operand in ((node.left, left), (node.right, right)):
        if not isinstance(side, Literal):
            answer = answer & ~is_missing(operand)
    series = computed(answer.fill_null(FALSE))
    signals = first(*comparison_signals(node, left, right))
    return Column(series, Kind.TRUTH, len("False"), signals)


def comparison_signals(node: Comparison, left: Operand, right: Operand) -> list[pl.Expr | None]:
    """Return the signals of both sides; where the left is missing, the right is not looked at."""
    looked_at = signal_of(right)
    if not isinstance(node.left, Literal):
        looked_at = _only(~is_missing(left), looked_at)
    return [signal_of(left), looked_at]


def _truth(answer: pl.Expr, operand: Operand) -> Column:
    return Column(computed(answer), Kind.TRUTH, len("False"), first(signal_of(operand)))


def _only(where: pl.Expr, signal: pl.Expr | None) -> pl.Expr | None:
    return None if signal is None else pl.when(where).then(signal)


def _if_then_else(parts: Parts, call: Call) -> Operand | None:
    condition = parts.operand(call.arguments[0])
    if not is_plain(condition):
        return None
    when_true, when_false = map(parts.operand, call.arguments[1:])
    return chosen([(holds(condition), when_true)], when_false, before=signal_of(condition))


def _coalesce(parts: Parts, call: Call) -> Operand | None:
    sources = [parts.operand(argument) for argument in call.arguments]
    if not all(is_plain(source) for source in sources):
        return None
    # A source with a signal ends the search like one with a value.
    cases = [(_found(source), source) for source in sources[:-1]]
    return chosen(cases, sources[-1])


def _found(source: Operand) -> pl.Expr:
    signal = signal_of(source)
    present = ~is_missing(source)
    return present if signal is None else present | signal.is_not_null()


def _switch(parts: Parts, call: Call) -> Operand | None:
    source_node, default_node, *cases = call.arguments
    source = parts.operand(source_node)
    keys = [_written(key) for key in cases[::2]]
    if not is_plain(source) or any(key is None for key in keys):
        return None
    values = [parts.operand(value) for value in cases[1::2]]
    default = parts.operand(default_node)
    if not all(is_plain(value) for value in (*values, default)):
        return None
    places: dict[str, int] = {}
    for number, key in enumerate(keys):
        places.setdefault(str(key), number)
    place = computed(
        text_of(source)
        .fill_null("")
        .replace_strict(
            list(places), list(places.values()), default=len(keys), return_dtype=pl.UInt32
        )
    )
    return _by_place(place, [*values, default], before=signal_of(source))


def _written(key: Node) -> str | None:
    """Return the text of a key that is known while reading, or None."""
    if isinstance(key, Blank):
        return ""
    return as_text(key.value) if isinstance(key, Literal) else None


def _by_place(place: pl.Series, values: list[Operand], *, before: pl.Expr | None) -> Operand:
    """Choose by number: constants are looked up, columns are laid over them."""
    kind = unified({value.kind for value in values})
    series_kind = Kind.TEXT if kind is Kind.NOTHING else kind
    written = [
        value.value if isinstance(value, Constant) and value.signal is None else None
        for value in values
    ]
    if series_kind is Kind.TEXT:
        written = [None if value is None else as_text(value) for value in written]
    answer = pl.lit(pl.Series(written, dtype=DTYPES[series_kind]).gather(place))
    for number, value in enumerate(values):
        if isinstance(value, Column):
            here = pl.lit(place) == number
            answer = pl.when(here).then(value_of(value, series_kind)).otherwise(answer)
    signals = [
        _only(pl.lit(place) == number, signal_of(value)) for number, value in enumerate(values)
    ]
    size = max(value.size for value in values)
    return Column(computed(answer), kind, size, first(before, *signals))


def chosen(
    cases: list[tuple[pl.Expr, Operand]], otherwise: Operand, *, before: pl.Expr | None = None
) -> Operand | None:
    """Choose per row the first case that holds; declines where lists are among the values."""
    values = [value for _, value in cases] + [otherwise]
    if not all(is_plain(value) for value in values):
        return None
    kind = unified({value.kind for value in values})
    answer = value_of(otherwise, kind)
    signal = _or_null(otherwise)
    for condition, value in reversed(cases):
        answer = pl.when(condition).then(value_of(value, kind)).otherwise(answer)
        signal = pl.when(condition).then(_or_null(value)).otherwise(signal)
    some = any(signal_of(value) is not None for value in values)
    size = max(value.size for value in values)
    series = computed(answer if kind is not Kind.NOTHING else answer.cast(pl.String))
    return Column(series, kind, size, first(before, signal if some else None))


def _or_null(operand: Operand) -> pl.Expr:
    signal = signal_of(operand)
    return pl.lit(None, dtype=SIGNAL) if signal is None else signal


CHOICES: Final[Mapping[str, Kernel]] = {
    "Coalesce": _coalesce,
    "IIF": _if_then_else,
    "IsNullOrEmpty": _presence,
    "IsPresent": _presence,
    "Not": _negation,
    "Switch": _switch,
}
"""The kernels of this file by the name of their function."""
