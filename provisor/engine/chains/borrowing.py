"""A source together with what other jobs lend to its records: a connector around a connector.

Whoever plans sees one record with a few attributes more. The source itself never hears of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from provisor.domain.borrowing import Loan, loan_of
from provisor.domain.record import Record, Value, Values, as_text
from provisor.domain.rules import JobRules, sign_of
from provisor.domain.schema import ObjectType
from provisor.engine.chains.lending import Lender, Lent, lend_all, lend_some, rows_of
from provisor.engine.collect import Gathered
from provisor.engine.job import Progress, Unwatched
from provisor.ports.clock import Clock
from provisor.ports.connector import (
    ArrowTable,
    Candidate,
    Connector,
    Deltas,
    Description,
    Health,
    Pace,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Rows,
    Work,
    Written,
    find_many,
)
from provisor.ports.store import Store


class Borrower:
    """The source of a job that reads values of others."""

    def __init__(
        self,
        source: Connector,
        rules: JobRules,
        lenders: Mapping[str, Lender],
        store: Store,
        clock: Clock,
        progress: Progress | None = None,
    ) -> None:
        self.source = source
        self._rules = rules
        self._lenders = lenders
        self._store = store
        self._around = (clock, progress or Unwatched())
        self.reads: list[Gathered] = []
        """What was read of the lenders' targets, newest last."""

    def describe(self) -> Description:
        """Return what the source says of itself; of what is lent nobody tells the changes."""
        told = self.source.describe()
        deltas = {
            kind: Deltas.NONE if self._loans(kind) else own
            for kind, own in told.capabilities.deltas.items()
        }
        return replace(told, capabilities=replace(told.capabilities, deltas=deltas))

    def probe(self) -> Health:
        """Ask the source."""
        return self.source.probe()

    def close(self) -> None:
        """Do nothing: whoever opened the systems closes them."""

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Write to the source."""
        return self.source.apply(work, pace)

    # --- reading ------------------------------------------------------------------------------

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        """Yield what the source yields, every record with what it is lent."""
        kind = request.object_type
        loans = self._loans(kind)
        if not loans:
            yield from self.source.read(request)
            return
        lent = []
        for job, own in loans.items():
            one, read = lend_all(self._store, self._lenders[job], kind, own, self._around)
            lent.append(one)
            self.reads.append(read)
        for item in self.source.read(replace(request, attributes=self._own(request.attributes))):
            match item:
                case Page(rows):
                    yield replace(item, rows=self._with_loans(kind, rows, lent))
                case ReadEnd(columns=columns):
                    yield replace(item, columns=(*columns, *_names(loans)), watermark=None)
                case _:
                    yield item

    def _with_loans(
        self, kind: ObjectType, rows: Rows | ArrowTable, lent: Collection[Lent]
    ) -> Rows:
        key = self._rules.objects[kind].key
        plain: Rows = rows if isinstance(rows, Sequence) else rows_of(rows)
        return [{**row, **_lent_to(as_text(row.get(key)), lent)} for row in plain]

    # --- looking up ---------------------------------------------------------------------------

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Return what the source finds, every record with what it is lent."""
        return next(self.find_many([candidate]))

    def find_many(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Record, ...]]:
        """Yield what the source finds for each candidate, every record with what it is lent."""
        own = [replace(one, attributes=self._own(one.attributes)) for one in candidates]
        answers = list(find_many(self.source, own))
        kinds = {one.object_type for one in candidates}
        lent = {kind: self._lent_to_found(kind, candidates, answers) for kind in kinds}
        for candidate, records in zip(candidates, answers, strict=True):
            kind = candidate.object_type
            yield tuple(self._borrowing(kind, one, lent[kind]) for one in records)

    def _lent_to_found(
        self,
        kind: ObjectType,
        candidates: Sequence[Candidate],
        answers: Sequence[tuple[Record, ...]],
    ) -> list[Lent]:
        loans = self._loans(kind)
        keys = {
            self._key(kind, record.values)
            for candidate, records in zip(candidates, answers, strict=True)
            if candidate.object_type is kind and loans
            for record in records
        }
        return [
            lend_some(self._store, self._lenders[job], kind, own, keys)
            for job, own in loans.items()
        ]

    def _borrowing(self, kind: ObjectType, record: Record, lent: Collection[Lent]) -> Record:
        if not lent:
            return record
        return replace(
            record, values={**record.values, **_lent_to(self._key(kind, record.values), lent)}
        )

    def _key(self, kind: ObjectType, values: Values) -> str:
        return as_text(values.get(self._rules.objects[kind].key))

    # --- what is lent -------------------------------------------------------------------------

    def _loans(self, kind: ObjectType) -> Mapping[str, tuple[Loan, ...]]:
        """Return what records of a type are lent, by job."""
        rules = self._rules.objects.get(kind)
        found: dict[str, tuple[Loan, ...]] = {}
        for name in rules.borrows if rules is not None else ():
            loan = loan_of(name, self._lenders)
            if loan is not None:
                found[loan.job] = (*found.get(loan.job, ()), loan)
        return found

    def _own(self, attributes: Collection[str]) -> tuple[str, ...]:
        """Leave out of some attributes those of other jobs."""
        lent = {
            own
            for rules in self._rules.objects.values()
            for name in rules.borrows
            for own in (name, sign_of(name))
        }
        return tuple(name for name in attributes if name not in lent)


def _names(loans: Mapping[str, Collection[Loan]]) -> Iterator[str]:
    for own in loans.values():
        for loan in own:
            yield loan.name
            yield sign_of(loan.name)


def _lent_to(key: str, lent: Collection[Lent]) -> dict[str, Value]:
    return {name: value for one in lent for name, value in one.of(key).items()}


def borrowing(
    source: Connector,
    rules: JobRules,
    lenders: Mapping[str, Lender],
    store: Store,
    clock: Clock,
    progress: Progress,
) -> Connector:
    """Return a job's source with what other jobs lend to its records; else the source itself."""
    return Borrower(source, rules, lenders, store, clock, progress) if lenders else source


def own_source(source: Connector) -> Connector:
    """Return a job's source without what other jobs lend."""
    return source.source if isinstance(source, Borrower) else source
