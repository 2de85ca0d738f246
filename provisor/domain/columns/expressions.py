"""The columnar executor: expressions for all rows at once, equal to the definition row by row.

Each part of an expression is computed by the first way that fits:

1. once per distinct value, or combination of values, of the attributes that it reads;
2. by a kernel on whole columns, where there is one that is exactly equal;
3. once per distinct value of its arguments;
4. once per row.

Parts that several expressions share are computed once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import polars as pl

from provisor.domain.columns.computation import Computation, TargetColumn, Tuning
from provisor.domain.columns.sheet import Sheet
from provisor.domain.expressions import Circumstances, Node, attributes_of, candidates
from provisor.domain.expressions.evaluation import UNAWARE


@dataclass(frozen=True, slots=True)
class ColumnProgram:
    """An expression made ready for columns."""

    node: Node
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """All target attributes of one computation."""

    columns: Mapping[str, TargetColumn]


def compile_columns(node: Node) -> ColumnProgram:
    """Make an expression ready for columns.

    Raises:
        ValueError: it is a `SelectUniqueValue`, which asks the target name by name; compute its
            `candidates` one by one.

    Example:
        >>> from provisor.domain.expressions import parse
        >>> compile_columns(parse("ToLower([name])")).attributes
        frozenset({'name'})
    """
    if candidates(node):
        message = "SelectUniqueValue is computed record by record, in order"
        raise ValueError(message)
    return ColumnProgram(node, attributes_of(node))


def evaluate_columns(
    frame: pl.DataFrame,
    nodes: Mapping[str, Node | ColumnProgram],
    *,
    absent: Mapping[str, pl.Series] = MappingProxyType({}),
    circumstances: Circumstances = UNAWARE,
    tuning: Tuning | None = None,
) -> ColumnResult:
    """Compute expressions for every row of a frame.

    Args:
        frame: one row per record, one column per attribute: String, Int64, Boolean or
            List(String); null is null. A column that is missing is absent in every row.
        nodes: target attribute to expression.
        absent: attribute to where it is absent, for attributes that are absent in some rows.
        circumstances: time and default domain, the same for all rows; nothing is drawn and no name
            is asked for here.
        tuning: what is thought to be cheap; for measuring and testing.

    Returns:
        For each target attribute what `evaluate` gives row by row.

    Raises:
        ValueError: an expression is a `SelectUniqueValue`.
        TypeError: a column has a type that no value of a record has.

    Cost: about one pass per part that reads several attributes with many combinations; parts that
        read one attribute cost one look-up per row.

    Example:
        >>> from provisor.domain.expressions import parse
        >>> people = pl.DataFrame({"name": ["ELIN", None]})
        >>> answer = evaluate_columns(people, {"mail": parse('ToLower([name]) & "@x"')})
        >>> answer.columns["mail"].values.to_list()
        ['elin@x', '@x']
    """
    around = replace(circumstances, draw=None)
    computation = Computation(Sheet(frame, absent), tuning or Tuning(), around)
    columns: dict[str, TargetColumn] = {}
    for target, node in nodes.items():
        program = node if isinstance(node, ColumnProgram) else compile_columns(node)
        columns[target] = computation.target(program.node)
    return ColumnResult(columns)
