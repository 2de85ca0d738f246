"""The columnar executor gives what the definition gives, row by row."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.columns.computation import Tuning
from provisor.domain.columns.expressions import evaluate_columns
from provisor.domain.expressions import Computed, Dropped, ObjectDropped, evaluate
from provisor.domain.record import as_text
from provisor.errors import ExpressionFailed
from tests.expressions.strategies import expressions, records

TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "given": pl.String,
    "surname": pl.String,
    "title": pl.String,
    "mail": pl.String,
    "level": pl.Int64,
    "active": pl.Boolean,
    "tags": pl.List(pl.String),
}
TABLES = Tuning(share=1, floor=1_000_000)
KERNELS = Tuning(share=1_000_000_000, floor=0)


def sheet(rows):
    """A frame and the masks of its absent cells; an attribute that nobody has is no column."""
    names = {name for row in rows for name in row}
    frame = pl.DataFrame({"key": range(len(rows))}).with_columns(
        **{
            name: pl.Series(
                [plain(row.get(name)) for row in rows], dtype=TYPES.get(name, pl.String)
            )
            for name in sorted(names)
        },
    )
    absent = {
        name: pl.Series([name not in row for row in rows])
        for name in names
        if any(name not in row for row in rows)
    }
    return frame, absent


def plain(value):
    return list(value) if isinstance(value, tuple) else value


def by_definition(tree, row):
    try:
        return evaluate(tree, row)
    except ExpressionFailed as failed:
        return (failed.code, failed.what)


def by_columns(column, number):
    """What a computed column says about one row."""
    if number in column.problems:
        return (column.problems[number].code, column.problems[number].what)
    if column.dropped is not None and column.dropped[number]:
        return Dropped()
    if column.object_dropped is not None and column.object_dropped[number]:
        return ObjectDropped()
    value = column.values[number]
    return Computed(tuple(value) if isinstance(value, pl.Series) else value)


def agree(found, expected, kind):
    """Equal, or the one form that a column of mixed values has."""
    if not (isinstance(found, Computed) and isinstance(expected, Computed)):
        return found == expected
    value = expected.value
    if kind == pl.List(pl.String) and not isinstance(value, tuple) and value is not None:
        value = (value,)
    if isinstance(value, tuple):
        return found.value == tuple(as_text(item) for item in value)
    if kind == pl.String and value is not None:
        return found.value == as_text(value)
    return found.value == value and type(found.value) is type(value)


def differences(trees, rows, tuning):
    frame, absent = sheet(rows)
    nodes = {str(number): tree for number, tree in enumerate(trees)}
    result = evaluate_columns(frame, nodes, absent=absent, tuning=tuning)
    return [
        (tree, row, found, expected)
        for name, tree in nodes.items()
        for number, row in enumerate(rows)
        for found in [by_columns(result.columns[name], number)]
        for expected in [by_definition(tree, row)]
        if not agree(found, expected, result.columns[name].values.dtype)
    ]


@pytest.mark.parametrize("tuning", [TABLES, KERNELS], ids=["tables", "kernels"])
@given(
    trees=st.lists(expressions(), min_size=1, max_size=3),
    rows=st.lists(records(), max_size=6),
    times=st.sampled_from([1, 9]),
)
def test_columns_equal_the_definition_row_by_row(tuning, trees, rows, times):
    assert differences(trees, rows * times, tuning) == []
