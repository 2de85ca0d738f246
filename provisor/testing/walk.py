"""Walking a connector's answers: reads as rows, outcomes in order, errors as all their text.

The structural promises are checked here, so that every test of the suite checks them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import pytest

from provisor.domain.membership import Pair
from provisor.domain.record import Value, Values
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem
from provisor.ports.connector import (
    Changed,
    Connector,
    Deltas,
    OutcomeState,
    Pace,
    Page,
    ReadEnd,
    ReadRequest,
    Regrouped,
    Removed,
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


@dataclass(frozen=True, slots=True)
class Tidings:
    """Everything that one delta told."""

    rows: tuple[Values, ...]
    hinted: frozenset[str]
    gone: frozenset[str]
    parted: frozenset[Pair]
    regrouped: frozenset[str]
    end: ReadEnd

    @property
    def next(self) -> str:
        """The watermark where the next delta starts; there is one."""
        assert self.end.watermark
        return self.end.watermark

    @property
    def pairs(self) -> frozenset[Pair]:
        """The memberships that are there."""
        return frozenset((str(row["group"]), str(row["member"])) for row in self.rows)

    def applied_to(self, known: AbstractSet[Pair]) -> set[Pair]:
        """Return the memberships after this delta, when these were known before it."""
        kept = {pair for pair in known if pair[0] not in self.regrouped}
        return (kept - self.parted) | self.pairs


def read_delta(
    connector: Connector, object_type: ObjectType, since: str, attributes: Sequence[str] = ()
) -> Tidings:
    """Read a delta to its end; it tells what its kind promises, and no object twice."""
    description = connector.describe()
    key = description.schemas[object_type].key
    wanted = tuple(sorted({*attributes, key} - {""}))
    *items, end = connector.read(ReadRequest(object_type, wanted, since))
    assert isinstance(end, ReadEnd), "a read ends with its last word"
    rows: list[Values] = []
    hinted: set[str] = set()
    gone: set[str] = set()
    parted: set[Pair] = set()
    regrouped: set[str] = set()
    for item in items:
        match item:
            case Page():
                assert isinstance(item.rows, Sequence), "the pages of a delta are rows"
                rows.extend(item.rows)
            case Changed(keys):
                hinted.update(keys)
            case Removed(keys, pairs):
                gone.update(keys)
                parted.update(pairs)
            case Regrouped(groups):
                regrouped.update(groups)
            case ReadEnd():
                pytest.fail("a read ends with exactly one last word")
    _prove_kind(description.capabilities.deltas_of(object_type), rows, hinted, gone | parted)
    keyed = [row[key] for row in rows] if key else []
    assert len(keyed) == len(set(keyed)), "a key stands in one row of a delta"
    told = (frozenset(hinted), frozenset(gone), frozenset(parted), frozenset(regrouped))
    return Tidings(tuple(rows), *told, end)


def _prove_kind(
    kind: Deltas, rows: Sequence[Values], hinted: AbstractSet[str], gone: AbstractSet[str | Pair]
) -> None:
    assert not hinted or kind is Deltas.HINTS, "only a system of hints hints"
    assert not rows or kind is not Deltas.HINTS, "hints are no rows"
    assert not gone or kind is Deltas.STATES, "what was not promised is not told"


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
        in_part = outcome.state is OutcomeState.DONE and outcome.problem is not None
        said = ended_well == (outcome.problem is None) or in_part
        assert said, "a problem when it did not end well, or only in part"
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
