"""Walking a connector's answers: reads as rows, outcomes in order, errors as all their text.

The structural promises are checked here, so that every test of the suite checks them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from provisor.domain.record import Value, Values
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem
from provisor.ports.connector import (
    Connector,
    OutcomeState,
    Pace,
    Page,
    ReadEnd,
    ReadRequest,
    Work,
    Written,
)
from provisor.testing.pace import OpenPace


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that one read gave."""

    rows: tuple[Values, ...]
    end: ReadEnd

    def column(self, name: str) -> list[Value]:
        """Return one attribute of every row; absent becomes None."""
        return [row.get(name) for row in self.rows]


def read_whole(
    connector: Connector, object_type: ObjectType, attributes: Sequence[str] = ()
) -> Whole:
    """Read one object type to its end; pages, then exactly one last word.

    The key is always asked for, as the engine does.
    """
    schema = connector.describe().schemas[object_type]
    wanted = {*attributes, schema.key} - {""}
    rows: list[Values] = []
    ends: list[ReadEnd] = []
    for item in connector.read(ReadRequest(object_type, tuple(sorted(wanted)))):
        assert not ends, "nothing comes after the last word of a read"
        assert isinstance(item, Page | ReadEnd), "a full read has pages and a last word only"
        if isinstance(item, Page):
            rows.extend(rows_of(item))
        else:
            ends.append(item)
    assert len(ends) == 1, "a read ends with exactly one last word"
    return Whole(tuple(rows), ends[0])


def rows_of(page: Page) -> Iterator[Values]:
    """Yield the rows of a page, also of a columnar one."""
    if isinstance(page.rows, Sequence):
        yield from page.rows
        return
    polars = pytest.importorskip("polars", reason="columnar pages are unpacked by polars")
    for row in polars.DataFrame(page.rows).iter_rows(named=True):
        yield {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}


def outcomes(
    connector: Connector, work: Sequence[Work], pace: Pace | None = None
) -> tuple[Written, ...]:
    """Apply the batch and return its outcomes in the order of the batch; exactly one each."""
    written = sorted(connector.apply(work, pace or OpenPace()), key=lambda w: w.position)
    assert [w.position for w in written] == list(range(len(work))), "one outcome per action"
    for outcome in written:
        ended_well = outcome.state in (OutcomeState.DONE, OutcomeState.ALREADY_SO)
        assert ended_well == (outcome.problem is None), "a problem exactly when it did not end well"
    return tuple(written)


def outcome(connector: Connector, work: Work) -> Written:
    """Apply a batch of one."""
    return outcomes(connector, [work])[0]


def problem_of(written: Written) -> TargetProblem:
    """Return why an action failed; it did fail."""
    assert written.state is OutcomeState.FAILED
    assert written.problem is not None
    return written.problem


def all_text_of(error: BaseException) -> str:
    """Return every text that printing or logging the error could show, causes included."""
    texts: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        texts += [str(seen), repr(seen), repr(seen.args), repr(vars(seen))]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n".join(texts)
