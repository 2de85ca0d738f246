"""Conditions for all rows at once: scope and leaver on whole columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Final, Protocol

import polars as pl

from provisor.domain.clause import OF_LISTS, OF_TIMES, Belonging, Case, Circle, Clause, Operator
from provisor.domain.columns.forms import among, blanks, lowered, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.neighbours import Members, Reached
from provisor.domain.columns.tables import as_value
from provisor.domain.columns.timing import by_value, timely, unless
from provisor.domain.comparison import compare
from provisor.domain.record import Record
from provisor.domain.relative_time import Moment
from provisor.domain.scope import AllOf, AnyOf, Condition, Not, Titled, judge
from provisor.domain.surroundings import Surroundings


class Asked(Protocol):
    """Records, and what clauses about them look at."""

    @property
    def listing(self) -> Listing:
        """The records."""
        ...

    @property
    def moment(self) -> Moment:
        """When the plan is made."""
        ...

    def reached(self, clause: Clause) -> Reached | None:
        """Return what a clause looks at; None where a reference leads to several records."""
        ...

    def members(self, circle: Circle) -> Members:
        """Return who is in a group."""
        ...

    def around(self, records: Sequence[Record]) -> Surroundings:
        """Return the surroundings of some records as the definition takes them."""
        ...


def holds(condition: Condition, neighbours: Asked) -> pl.Series:
    """Say for every row whether it fulfils a condition; null where that cannot be said.

    Source: `provisor.domain.scope.judge`; this is its answer without the clause that decided.

    Cost: one pass per clause; operators without a kernel judge once per distinct value, and so do
        lists; references cost a join, groups a pass over the memberships.
    """
    match condition:
        case Clause():
            return _clause(condition, neighbours)
        case Belonging():
            return _belonging(condition, neighbours)
        case Not(part):
            return ~holds(part, neighbours)
        case Titled(_, part):
            return holds(part, neighbours)
        case AllOf(parts) if parts:
            return reduce(and_, [holds(part, neighbours) for part in parts])
        case AnyOf(parts) if parts:
            return reduce(or_, [holds(part, neighbours) for part in parts])
        case _:
            rows = neighbours.listing.height
            return pl.repeat(value=True, n=rows, dtype=pl.Boolean, eager=True)


def _clause(clause: Clause, neighbours: Asked) -> pl.Series:
    reached = neighbours.reached(clause)
    if reached is None:
        return _row_by_row(clause, neighbours)
    answers = answers_of_clause(clause, reached.values, neighbours.moment)
    return answers if reached.unsure is None else unless(reached.unsure, answers)


def _row_by_row(clause: Clause, neighbours: Asked) -> pl.Series:
    """Ask the definition about every record: its references lead to several records at once."""
    listing = neighbours.listing
    records = listing.records(pl.int_range(listing.height, eager=True))
    surroundings = neighbours.around(records)
    answers = [judge(clause, record, surroundings).holds for record in records]
    return pl.Series(answers, dtype=pl.Boolean)


def _belonging(belonging: Belonging, neighbours: Asked) -> pl.Series:
    members = neighbours.members(belonging.circle)
    is_in = among(neighbours.listing.keys, members.keys)
    answers = is_in if members.complete else unless(~is_in, is_in)
    return answers if belonging.operator is Operator.MEMBER_OF else ~answers


def answers_of_clause(clause: Clause, series: pl.Series, moment: Moment) -> pl.Series:
    """Say for every value whether it fulfils a clause; null where that cannot be said."""
    match clause.operator:
        case Operator.IS_NULL:
            return blanks(series)
        case Operator.IS_NOT_NULL:
            return ~blanks(series)
        case _ if series.dtype == pl.List:
            return _by_list(clause, series, moment)
        case _:
            compared = _compared(clause, series)
            if compared is None and clause.operator in OF_TIMES:
                return timely(clause, series, moment)
            if compared is None:
                return by_value(clause, series, moment)
            return ~blanks(series) & compared.fill_null(value=False)


def _compared(clause: Clause, series: pl.Series) -> pl.Series | None:
    """Compare a whole column; None for an operator that has no kernel."""
    kernel = _KERNELS.get(clause.operator)
    if kernel is None and clause.operator not in OF_LISTS:
        return None
    found, value, values = texts(series), clause.value, clause.values
    if clause.case is Case.IGNORE:
        found, value = lowered(found), value.lower()
        values = tuple(one.lower() for one in values)
    if kernel is not None:
        return kernel(found, value)
    listed = among(found, pl.Series(values, dtype=pl.String))
    return listed if clause.operator is Operator.IN else ~listed


_KERNELS: Final[dict[Operator, Callable[[pl.Series, str], pl.Series]]] = {
    Operator.EQUALS: lambda found, value: found == value,
    Operator.NOT_EQUALS: lambda found, value: found != value,
    Operator.INCLUDES: lambda found, value: found.str.contains(value, literal=True),
    Operator.STARTS_WITH: lambda found, value: found.str.starts_with(value),
    Operator.ENDS_WITH: lambda found, value: found.str.ends_with(value),
}


def _by_list(clause: Clause, series: pl.Series, moment: Moment) -> pl.Series:
    """Ask the definition once per distinct list."""
    lists = [as_value(value) for value in series.to_list()]
    truths = {value: compare(clause, value, moment) for value in dict.fromkeys(lists)}
    return pl.Series([truths[value] for value in lists], dtype=pl.Boolean)
