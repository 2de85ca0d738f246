"""What kernels share: the computation they are part of, and questions to operands.

A kernel looks at its arguments and may decline with None; the function then runs once per distinct
value. Kernels never fail: what could fail, or grow beyond a limit, they decline.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import polars as pl

from provisor.domain.columns.operand import (
    Column,
    Kind,
    Operand,
    computed,
    text_of,
    value_of,
)
from provisor.domain.expressions import Call, Node

_TRUE: Final = "True"
FALSE: Final = pl.lit(value=False)


class Parts(Protocol):
    """What kernels need of the computation that they are part of."""

    def operand(self, node: Node) -> Operand:
        """Compute a part of the expression for all rows."""

    def patched(self, node: Node, column: Column, rows: pl.Series) -> Column:
        """Compute the given rows again, by the definition of the language."""


Kernel = Callable[[Parts, Call], Operand | None]


_NEVER_EMPTY: Final = {Kind.WHOLE, Kind.TRUTH, Kind.NOTHING}


def is_missing(operand: Operand) -> pl.Expr:
    """Say where an operand is null or empty."""
    if operand.kind is Kind.LIST and isinstance(operand, Column):
        values = pl.lit(operand.series)
        return values.is_null() | (values.list.len() == 0)
    text = text_of(operand)
    return text.is_null() if operand.kind in _NEVER_EMPTY else text.is_null() | (text == "")


def holds(condition: Operand) -> pl.Expr:
    """Say where a condition holds: its text form is `True`."""
    if condition.kind is Kind.TRUTH:
        return value_of(condition, Kind.TRUTH).fill_null(FALSE)
    return (text_of(condition) == _TRUE).fill_null(FALSE)


def first(*signals: pl.Expr | None) -> pl.Series | None:
    """Return the first signal of each row; None when no row has any."""
    some = [signal for signal in signals if signal is not None]
    if not some:
        return None
    series = computed(pl.coalesce(some))
    return None if series.null_count() == len(series) else series
