"""One computation of several expressions over one sheet, remembering every part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from provisor.domain.columns.choices import compared, comparison_signals
from provisor.domain.columns.kernels import KERNELS
from provisor.domain.columns.operand import (
    SIGNAL,
    Column,
    Constant,
    Kind,
    Operand,
    Signals,
    column_of,
    computed,
    converted,
    signal_of,
    size_of,
    unified,
)
from provisor.domain.columns.parts import first
from provisor.domain.columns.pieces import assembled
from provisor.domain.columns.sheet import Sheet
from provisor.domain.columns.tables import Coding, as_value, coding_of, combined
from provisor.domain.expressions import (
    FUNCTIONS,
    Attribute,
    Call,
    Circumstances,
    Comparison,
    Computed,
    Concatenation,
    Dropped,
    Node,
    ObjectDropped,
    attributes_of,
    evaluate,
)
from provisor.domain.expressions.bounds import SMALL_BYTES
from provisor.domain.expressions.nodes import children, walk
from provisor.domain.record import Value
from provisor.errors import ExpressionFailed

_DEEPEST = 40  # beyond, kernels would come near the interpreter's limit of nested calls


@dataclass(frozen=True, slots=True)
class Tuning:
    """When one way is thought cheaper than another; never changes an answer."""

    share: int = 50
    """A table is cheap when it has at most one entry for so many rows …"""
    floor: int = 1_000
    """… or at most this many entries."""

    def cheap(self, rows: int) -> int:
        """Return how many entries a table may have to be cheaper than a kernel.

        Example:
            >>> Tuning().cheap(1_000_000), Tuning().cheap(10)
            (20000, 1000)
        """
        return max(self.floor, rows // self.share)


@dataclass(frozen=True, slots=True)
class TargetColumn:
    """One target attribute for all rows."""

    values: pl.Series
    """Text, whole numbers, true and false, or lists of texts; null where there is no value.

    Where an expression gives values of several types in different rows, all are in their text
    form; where it gives lists and single values, the single ones are lists of one.
    """
    problems: Mapping[int, ExpressionFailed]
    """Row number to what went wrong there; an error may be shared by many rows."""
    dropped: pl.Series | None
    """Where the attribute does not flow; None for nowhere."""
    object_dropped: pl.Series | None
    """Where the whole object does not flow; None for nowhere."""


class Computation:
    """The parts of expressions that are known so far, for one sheet."""

    def __init__(self, sheet: Sheet, tuning: Tuning, circumstances: Circumstances) -> None:
        self._sheet = sheet
        self._tuning = tuning
        self._circumstances = circumstances
        self._signals = Signals()
        self._operands: dict[Node, Operand] = {}
        self._level = 0

    def target(self, node: Node) -> TargetColumn:
        """Compute a whole expression."""
        if isinstance(node, Attribute):
            return self._direct(node.name)
        if not self._sheet.rows:
            return TargetColumn(pl.Series([], dtype=pl.String), {}, None, None)
        operand = self.operand(node)
        names = self._names(node)
        if names and self._counts_steps(node):
            operand = self._by_values(node, names)
        column = self._leveled(operand)
        large = self._sheet.large(names)
        return self._told(column if large is None else self.patched(node, column, large))

    def _counts_steps(self, node: Node) -> bool:
        """Say whether the definition may run out of steps: values are large, or there are loops.

        Steps are counted over a whole expression, so that such a one is computed as a whole.
        """
        for part in walk(node):
            if isinstance(part, Call) and FUNCTIONS[part.name].binds:
                return True
            operand = self._operands.get(part)
            if operand is not None and _is_large(operand):
                return True
        return False

    def operand(self, node: Node) -> Operand:
        """Compute a part of an expression for all rows; each part once."""
        found = self._operands.get(node)
        if found is None:
            self._level += 1
            found = self._operands[node] = self._fresh(node)
            self._level -= 1
        return found

    def patched(self, node: Node, column: Column, rows: pl.Series) -> Column:
        """Compute the given rows again, by the definition of the language."""
        numbers = self._broadcast(rows).arg_true()
        names = self._names(node)
        known: dict[tuple[Value, ...], tuple[Value, int | None]] = {}
        answers: list[tuple[Value, int | None]] = []
        for row in self._sheet.records(names, numbers):
            place = tuple(row.values())
            if place not in known:
                known[place] = self._answer(node, row)
            answers.append(known[place])
        patch = column_of([value for value, _ in answers], [signal for _, signal in answers])
        kind = unified({column.kind, patch.kind})
        series = converted(column, kind).clone().scatter(numbers, converted(patch, kind))
        signals = column.signals
        if signals is not None or patch.signals is not None:
            blank = pl.repeat(None, self._sheet.rows, dtype=SIGNAL, eager=True)
            said = [signal for _, signal in answers]
            signals = (blank if signals is None else signals.clone()).scatter(
                numbers, pl.Series(said, dtype=SIGNAL)
            )
        return Column(series, kind, max(column.size, patch.size), signals)

    def _fresh(self, node: Node) -> Operand:
        names = self._names(node)
        if not names:
            return self._constant(node)
        if isinstance(node, Attribute):
            return self._sheet.column(node.name)
        few = combined([self._sheet.coding(name) for name in names], self._cheap())
        if few is not None:
            return self._spread(node, names, few)
        found = self._by_kernel(node) if self._level < _DEEPEST else None
        if found is None:
            found = self._by_arguments(node) if self._level < _DEEPEST else None
        return self._by_values(node, names) if found is None else found

    def _cheap(self) -> int:
        return self._tuning.cheap(self._sheet.rows)

    def _names(self, node: Node) -> tuple[str, ...]:
        """Return the attributes that a part reads and that some row has."""
        return tuple(sorted(filter(self._sheet.has, attributes_of(node))))

    def _constant(self, node: Node) -> Constant:
        if isinstance(node, Attribute):
            return Constant(None)
        value, signal = self._answer(node, {})
        return Constant(value, signal)

    def _answer(self, node: Node, values: Mapping[str, Value]) -> tuple[Value, int | None]:
        """Compute a part for one row, by the definition."""
        try:
            answer = evaluate(node, values, self._circumstances)
        except ExpressionFailed as failed:
            return None, self._signals.number(failed)
        if isinstance(answer, Computed):
            return answer.value, None
        return None, self._signals.number(answer)

    def _by_kernel(self, node: Node) -> Operand | None:
        match node:
            case Comparison():
                found = compared(self, node)
            case Concatenation():
                found = assembled(self, node)
            case Call():
                found = assembled(self, node)
                if found is None and node.name in KERNELS:
                    found = KERNELS[node.name](self, node)
            case _:
                return None
        return self._leveled(found) if isinstance(found, Column) else found

    def _by_arguments(self, node: Node) -> Operand | None:
        """Compute a part once per distinct value of its arguments."""
        if isinstance(node, Call) and FUNCTIONS[node.name].lazy:
            return None
        parts = children(node)
        operands = [self.operand(part) for part in parts]
        if any(operand.kind is Kind.MIXED for operand in operands):
            return None
        columns = {
            str(number): operand
            for number, operand in enumerate(operands)
            if isinstance(operand, Column)
        }
        stand_in = _with_children(
            node,
            [Attribute(str(n)) if str(n) in columns else part for n, part in enumerate(parts)],
        )
        found = self._over(stand_in, tuple(columns), list(columns.values()))
        if isinstance(node, Comparison):
            before = comparison_signals(node, *operands)
        else:
            before = [signal_of(operand) for operand in operands]
        signals = first(*before, signal_of(found))
        return replace(found, signals=None if signals is None else self._broadcast(signals))

    def _over(self, node: Node, names: tuple[str, ...], columns: Sequence[Column]) -> Column:
        """Compute a part whose attributes stand for columns that are known already."""
        codings = [coding_of(column.series) for column in columns]
        coding = combined(codings, self._sheet.rows)
        if coding is not None:
            return self._spread(node, names, coding)
        lists = [map(as_value, column.series.to_list()) for column in columns]
        return self._asked(node, names, zip(*lists, strict=True))

    def _by_values(self, node: Node, names: tuple[str, ...]) -> Column:
        codings = [self._sheet.coding(name) for name in names]
        coding = combined(codings, self._sheet.rows)
        if coding is not None:
            return self._spread(node, names, coding)
        lists = [map(as_value, self._sheet.column(name).series.to_list()) for name in names]
        return self._asked(node, names, zip(*lists, strict=True))

    def _spread(self, node: Node, names: tuple[str, ...], coding: Coding) -> Column:
        """Ask the definition once per place of a coding, and give every row its answer."""
        few = self._asked(node, names, zip(*coding.values, strict=True))
        signals = None if few.signals is None else few.signals.gather(coding.rows)
        return replace(few, series=few.series.gather(coding.rows), signals=signals)

    def _asked(
        self, node: Node, names: tuple[str, ...], rows: Iterable[tuple[Value, ...]]
    ) -> Column:
        """Ask the definition for every one of some rows."""
        values: list[Value] = []
        signals: list[int | None] = []
        for row in rows:
            value, signal = self._answer(node, dict(zip(names, row, strict=True)))
            values.append(value)
            signals.append(signal)
        return column_of(values, signals)

    def _leveled(self, operand: Operand) -> Column:
        """Return an operand with one entry per row."""
        if isinstance(operand, Constant):
            operand = column_of([operand.value], [operand.signal])
        signals = operand.signals
        return replace(
            operand,
            series=self._broadcast(operand.series),
            signals=None if signals is None else self._broadcast(signals),
        )

    def _broadcast(self, series: pl.Series) -> pl.Series:
        rows = self._sheet.rows
        return series if len(series) == rows else series.new_from_index(0, rows)

    def _direct(self, name: str) -> TargetColumn:
        dropped = self._sheet.absent(name)
        if self._sheet.has(name):
            return TargetColumn(self._sheet.series(name), {}, dropped, None)
        nothing = pl.repeat(None, self._sheet.rows, dtype=pl.String, eager=True)
        return TargetColumn(nothing, {}, dropped, None)

    def _told(self, column: Column) -> TargetColumn:
        """Say of each signal what it means, and keep no value beside it."""
        signals = column.signals
        if signals is None:
            return TargetColumn(column.series, {}, None, None)
        values = computed(pl.when(pl.lit(signals).is_null()).then(pl.lit(column.series)))
        problems: dict[int, ExpressionFailed] = {}
        flows: dict[type, pl.Series] = {}
        for number in signals.drop_nulls().unique().to_list():
            signal = self._signals[number]
            where = (signals == number).fill_null(value=False)
            if isinstance(signal, ExpressionFailed):
                problems.update(dict.fromkeys(where.arg_true().to_list(), signal))
            else:
                flows[type(signal)] = where
        return TargetColumn(values, problems, flows.get(Dropped), flows.get(ObjectDropped))


def _is_large(operand: Operand) -> bool:
    if operand.size <= SMALL_BYTES or isinstance(operand, Constant):
        return operand.size > SMALL_BYTES
    return size_of(operand.series) > SMALL_BYTES  # what is known of it may be generous


def _with_children(node: Node, parts: Sequence[Node]) -> Node:
    match node:
        case Call():
            return replace(node, arguments=tuple(parts))
        case Concatenation():
            return replace(node, parts=tuple(parts))
        case Comparison():
            return replace(node, left=parts[0], right=parts[1])
        case _:
            return node
