"""Conditions for all rows at once: the operators of scope and leaver on whole columns."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

import polars as pl

from provisor.domain.columns.forms import blanks, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.tables import as_value
from provisor.domain.scope import AllOf, AnyOf, Clause, Condition, Operator, clause_holds


def holds(condition: Condition, listing: Listing) -> pl.Series:
    """Say for every row whether it fulfils a condition.

    Source: `provisor.domain.scope.judge`; this is its answer without the clause that decided.

    Cost: one pass per clause; operators without a kernel judge once per distinct value.
    """
    match condition:
        case Clause():
            return _clause(condition, listing)
        case AllOf(parts) if parts:
            return reduce(and_, [holds(part, listing) for part in parts])
        case AnyOf(parts) if parts:
            return reduce(or_, [holds(part, listing) for part in parts])
        case _:
            return pl.repeat(value=True, n=listing.height, dtype=pl.Boolean, eager=True)


def _clause(clause: Clause, listing: Listing) -> pl.Series:
    series = listing.column(clause.attribute)
    match clause.operator:
        case Operator.IS_NULL:
            return blanks(series)
        case Operator.IS_NOT_NULL:
            return ~blanks(series)
        case _ if series.dtype == pl.List:
            answers = [clause_holds(clause, as_value(value)) for value in series.to_list()]
            return pl.Series(answers, dtype=pl.Boolean)
        case _:
            return ~blanks(series) & _compared(clause, series).fill_null(value=False)


def _compared(clause: Clause, series: pl.Series) -> pl.Series:
    match clause.operator:
        case Operator.EQUALS:
            return texts(series) == clause.value
        case Operator.NOT_EQUALS:
            return texts(series) != clause.value
        case Operator.INCLUDES:
            return texts(series).str.contains(clause.value, literal=True)
        case Operator.ENDS_WITH:
            return texts(series).str.ends_with(clause.value)
        case _:
            return _by_value(clause, series)


def _by_value(clause: Clause, series: pl.Series) -> pl.Series:
    """Ask the definition once per distinct value."""
    distinct = series.drop_nulls().unique()
    answers = [clause_holds(clause, as_value(value)) for value in distinct.to_list()]
    fulfilling = distinct.filter(pl.Series(answers, dtype=pl.Boolean))
    return series.is_in(fulfilling.implode())
