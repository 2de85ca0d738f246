"""What another job brought about, as far as its target shows it and nothing about it is open.

Enters: a job that lends. Leaves: values by source key, or why one is not there yet. A value counts
only where a read of the target shows it, and no act of the lender's newest plan is still to set it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from provisor.domain.borrowing import Loan
from provisor.domain.difference import same
from provisor.domain.link import Link
from provisor.domain.record import ABSENT, NOTHING, Value, Values, as_text
from provisor.domain.reference import Lack
from provisor.domain.rules import sign_of
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.engine.collect import Gathered, gather
from provisor.engine.job import Progress
from provisor.ports.clock import Clock
from provisor.ports.connector import ArrowTable, Candidate, Connector, ReadRequest, find_many
from provisor.ports.store import ActState, PlanStatus, Store

_DONE: Final = frozenset({ActState.DONE, ActState.ALREADY_SO})
_CLOSED: Final = frozenset({PlanStatus.EMPTY, PlanStatus.APPLIED})
"""Plans of which nothing is still to be done."""


@dataclass(frozen=True, slots=True)
class Lender:
    """A job whose values others read, and the system where they stand."""

    job: str
    target: str
    connector: Connector

    def schema(self, object_type: ObjectType) -> ObjectSchema:
        """Return what its target holds."""
        return self.connector.describe().schemas[object_type]


@dataclass(frozen=True, slots=True)
class Lent:
    """What one job lends of some or all of its accounts."""

    loans: tuple[Loan, ...]
    schema: ObjectSchema
    links: Mapping[str, tuple[str, str]]
    """Source key to identity and native id."""
    accounts: Mapping[str, Values]
    """Native id to what the target shows."""
    wanted: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """Identity to what is still to be set, by attribute."""
    whole: bool = True
    """Whether every account was seen that there is."""

    def of(self, key: str) -> dict[str, Value]:
        """Return what is lent to one record, under the names that expressions use."""
        row: dict[str, Value] = {}
        for loan in self.loans:
            told = self._told(key, loan.attribute)
            lack = told if isinstance(told, Lack) else None
            row[loan.name] = None if isinstance(told, Lack) else told
            row[sign_of(loan.name)] = lack.value if lack is not None else None
        return row

    def _told(self, key: str, attribute: str) -> Value | Lack:
        if key not in self.links:
            return Lack.UNMADE
        identity, native = self.links[key]
        if native not in self.accounts:
            return Lack.UNMADE if self.whole else Lack.UNREAD
        shown = self.accounts[native].get(attribute)
        wanted = self.wanted.get(identity, NOTHING).get(attribute, ABSENT)
        if wanted is not ABSENT and not same(wanted, shown, self.schema.attribute(attribute)):
            return Lack.UNSETTLED
        return shown


def lend_all(
    store: Store,
    lender: Lender,
    object_type: ObjectType,
    loans: Sequence[Loan],
    around: tuple[Clock, Progress],
) -> tuple[Lent, Gathered]:
    """Return what a job lends of all of its accounts, and the read that shows it.

    Cost: one read of the lender's target, of what is borrowed alone; all of its links.
    """
    schema, own = lender.schema(object_type), tuple(loans)
    request = ReadRequest(object_type, _attributes(schema, own))
    read = gather(lender.connector, lender.target, request, schema.key, *around)
    accounts = {as_text(row.get(schema.key)): row for row in _rows(read)}
    columns = store.links.columns(lender.target, object_type)
    rows = zip(columns["key"], columns["identity"], columns["native_id"], strict=True)
    links = {str(key): (str(identity), str(native)) for key, identity, native in rows}
    wanted = _still_wanted(store, lender, object_type, own)
    return Lent(own, schema, links, accounts, wanted, read.end.complete), read


def lend_some(
    store: Store,
    lender: Lender,
    object_type: ObjectType,
    loans: Sequence[Loan],
    keys: Collection[str],
) -> Lent:
    """Return what a job lends of the accounts of some records; its target is asked by native id.

    Raises:
        TargetProblem: the target does not answer.
    """
    schema, own = lender.schema(object_type), tuple(loans)
    found: tuple[Link, ...] = store.links.of_keys(lender.target, object_type, keys)
    links = {one.key: (one.identity, one.native_id) for one in found}
    attributes = _attributes(schema, own)
    natives = sorted({one.native_id for one in found})
    candidates = [Candidate(object_type, native_id=n, attributes=attributes) for n in natives]
    answers = find_many(lender.connector, candidates)
    accounts = {n: one[0].values for n, one in zip(natives, answers, strict=True) if one}
    wanted = _still_wanted(store, lender, object_type, own)
    return Lent(own, schema, links, accounts, wanted)


def _attributes(schema: ObjectSchema, loans: Iterable[Loan]) -> tuple[str, ...]:
    switch = schema.switch.attribute if schema.switch is not None else ""
    always = {schema.key, schema.anchor, schema.name, switch}
    return tuple(sorted({*always, *(loan.attribute for loan in loans)} - {""}))


def _rows(read: Gathered) -> Iterator[Values]:
    for page in read.pages:
        if isinstance(page, Sequence):
            yield from page
        elif isinstance(page, ArrowTable):
            yield from rows_of(page)


def rows_of(page: ArrowTable) -> Sequence[Values]:
    """Return a table as rows."""
    # Columns are imported only where a connector gives them.
    from provisor.domain.columns.pages import plain_rows

    return plain_rows(page)


def _still_wanted(
    store: Store, lender: Lender, object_type: ObjectType, loans: Iterable[Loan]
) -> Mapping[str, Mapping[str, Value]]:
    """Return what the lender's newest plan sets and did not carry out: waiting, refused, failed.

    Cost: one pass over that plan, where it is not done with.
    """
    stored = store.plans.newest(lender.job)
    if stored is None or stored.status in _CLOSED:
        return {}
    names = {loan.attribute for loan in loans}
    outcomes = store.acts.outcomes(stored.plan.digest)
    found: dict[str, dict[str, Value]] = {}
    for planned in stored.plan.actions:
        action = planned.action
        outcome = outcomes.get(planned.id)
        if action.object_type is not object_type or (outcome and outcome.state in _DONE):
            continue
        for change in action.changes:
            if change.attribute in names and change.after is not ABSENT:
                found.setdefault(action.subject, {})[change.attribute] = change.after
    return found
