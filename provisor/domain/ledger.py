"""Where planning writes down what it found: drafts, and every record and account in one class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.borrowing import record_classes
from provisor.domain.composed import Composed
from provisor.domain.composing import is_protected
from provisor.domain.enrolling import Enrolment, Leftovers
from provisor.domain.leaving import Remembered
from provisor.domain.naming import order_names
from provisor.domain.plan import (
    ACCOUNT_CLASSES,
    Draft,
    Finding,
    Proposal,
    SetAside,
    Tally,
    in_order,
)
from provisor.domain.question import Question
from provisor.domain.record import Record, as_text
from provisor.domain.reference import Pending
from provisor.domain.referring import Referrals
from provisor.domain.rules import JobRules, Lifecycle, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.standing import Setting, Standing
from provisor.errors import EmptyKey, RepeatedKey


@dataclass(slots=True)
class Book:
    """The counts of one object type."""

    records: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    records_seen: int = 0
    accounts_seen: int = 0
    managed: int = 0
    counted: dict[str, str] = field(default_factory=dict)
    """Native ids of accounts that were looked at one by one, with their classes."""
    recorded: dict[str, str] = field(default_factory=dict)
    """Keys of records that were looked at one by one, with their classes."""


class Ledger:
    """Collects one proposal; opened per object type, closed by `proposal`."""

    def __init__(self, rules: JobRules) -> None:
        self._rules = rules
        self._books: dict[ObjectType, Book] = {}
        self._drafts: list[Draft] = []
        self._set_aside: list[SetAside] = []
        self._findings: list[Finding] = []
        self._questions: list[Question] = []
        self._remembered: list[tuple[ObjectType, Remembered]] = []
        self._pending: list[Pending] = []

    @property
    def books(self) -> Mapping[ObjectType, Book]:
        """The counts of every object type."""
        return self._books

    def open(self, object_type: ObjectType, seen: tuple[int, int], managed: int) -> Book:
        """Begin the counts of one object type.

        Args:
            object_type: whose counts.
            seen: all records and all accounts that were read.
            managed: accounts that are linked.
        """
        book = Book(records_seen=seen[0], accounts_seen=seen[1], managed=managed)
        self._books[object_type] = book
        return book

    def set_aside(self, object_type: ObjectType, repeated: Mapping[str, int], unkeyed: int) -> None:
        """Write down the rows that no identity can be made of."""
        self._books[object_type].records["set_aside"] += sum(repeated.values()) + unkeyed
        self._set_aside.extend(unusable_rows(object_type, repeated, unkeyed))

    def count(self, rules: ObjectRules, standing: Standing, composed: Composed) -> None:
        """Write down what followed for one identity."""
        book = self._books[rules.object_type]
        if composed.record:
            book.records[composed.record] += 1
            book.recorded[standing.key] = composed.record
        if standing.account is not None and composed.account:
            book.accounts[composed.account] += 1
            book.counted[standing.account.key] = composed.account
        self._drafts.extend(composed.drafts)
        self._pending.extend(composed.pending)
        if composed.set_aside is not None:
            self._set_aside.append(composed.set_aside)
        if composed.finding is not None:
            self._findings.append(composed.finding)
        if composed.question is not None:
            self._questions.append(composed.question)
        if composed.remembered is not None:
            self.remember(rules.object_type, [composed.remembered])
        if composed.account in ("held", "protected") and standing.account is not None:
            self._findings.append(finding_of(rules, standing.account, composed.account))

    def count_created(self, object_type: ObjectType, drafts: Sequence[Draft]) -> None:
        """Write down those for whom nothing but an account is made."""
        book = self._books[object_type]
        book.records["planned"] += len(drafts)
        book.recorded.update(dict.fromkeys([draft.key for draft in drafts], "planned"))
        self._drafts.extend(drafts)

    def count_many(
        self, object_type: ObjectType, records: Mapping[str, int], accounts: Mapping[str, int]
    ) -> None:
        """Write down, by class, those for whom nothing had to be composed."""
        book = self._books[object_type]
        book.records.update(records)
        book.accounts.update(accounts)

    def remember(self, object_type: ObjectType, learnt: Iterable[Remembered]) -> None:
        """Write down what is now known of people's leaving; it is the owner's of the accounts."""
        if self._rules.objects[object_type].lifecycle is Lifecycle.OWN:
            self._remembered.extend((object_type, one) for one in learnt)

    def count_leftovers(
        self,
        setting: Setting,
        accounts: Iterable[Record],
        contested: Collection[str],
    ) -> None:
        """Write down accounts that nothing was composed for: nobody's, contested, or protected."""
        book = self._books[setting.rules.object_type]
        # Whose the others are is a question for the owner of the accounts alone.
        told = setting.rules.lifecycle is Lifecycle.OWN
        for account in accounts:
            if account.key not in book.counted:
                kind = leftover_class(account, contested, setting)
                book.accounts[kind] += 1
                book.counted[account.key] = kind
                if kind == "orphan" and not told:
                    continue
                self._findings.append(finding_of(setting.rules, account, kind))

    def leftovers(self) -> Leftovers:
        """Return which objects of the target belong to nobody, and which nobody touches."""

        def natives(wanted: str) -> dict[ObjectType, set[str]]:
            return {
                object_type: {native for native, kind in book.counted.items() if kind == wanted}
                for object_type, book in self._books.items()
            }

        return Leftovers(natives("orphan"), natives("protected"))

    def proposal(self, enrolment: Enrolment | None, referrals: Referrals) -> Proposal:
        """Close the books: the memberships, the references, the order of names, and the sums."""
        books = self._books
        records = {
            t: tally(b.records, b.records_seen, record_classes(self._rules.objects[t]))
            for t, b in books.items()
        }
        accounts = {
            t: tally(b.accounts, b.accounts_seen, ACCOUNT_CLASSES) for t, b in books.items()
        }
        managed = {t: b.managed for t, b in books.items()}
        if enrolment is not None:
            self._drafts.extend(enrolment.drafts)
            records[ObjectType.MEMBERSHIPS] = enrolment.records
            accounts[ObjectType.MEMBERSHIPS] = enrolment.accounts
            managed[ObjectType.MEMBERSHIPS] = enrolment.accounts.seen
            self._findings.extend(enrolment.findings)
        self._drafts.extend(referrals.drafts)
        drafts = order_names(self._drafts, self._rules.objects)
        return Proposal(
            drafts=tuple(in_order(drafts)),
            records=records,
            accounts=accounts,
            set_aside=tuple(sorted(self._set_aside, key=_place_of_set_aside)),
            findings=tuple(sorted(self._findings, key=place_of_finding)),
            managed=managed,
            questions=tuple(sorted(self._questions, key=_place_of_question)),
            remembered=tuple(sorted(self._remembered, key=_place_of_remembered)),
            references=referrals.tallies(),
            pending=tuple(sorted([*self._pending, *referrals.pending], key=_place_of_pending)),
        )


def _place_of_pending(one: Pending) -> tuple[str, str, str, str]:
    return (one.object_type.value, one.key, one.attribute, one.value)


def _place_of_remembered(one: tuple[ObjectType, Remembered]) -> tuple[str, str]:
    return (one[0].value, one[1].identity)


def _place_of_question(one: Question) -> tuple[str, str]:
    return (one.object_type.value, one.key)


def _place_of_set_aside(one: SetAside) -> tuple[str, str, str]:
    return (one.object_type.value, one.key, one.code)


def place_of_finding(one: Finding) -> tuple[str, str, str]:
    """Return what findings are sorted by."""
    return (one.object_type.value, one.kind, one.native_id)


def tally(counts: Mapping[str, int], seen: int, classes: tuple[str, ...]) -> Tally:
    """Return the counts with every class named, also those of zero."""
    return Tally(seen, {name: counts.get(name, 0) for name in classes})


def leftover_class(account: Record, contested: Collection[str], setting: Setting) -> str:
    """Return the class of an account that no record was linked or matched with."""
    if is_protected(account, setting):
        return "protected"
    return "ambiguous" if account.key in contested else "orphan"


def finding_of(rules: ObjectRules, account: Record, kind: str) -> Finding:
    """Return what is told about an account that is not simply right."""
    name = as_text(account.values.get(rules.schema.name))
    return Finding(rules.object_type, account.key, kind, name)


def unusable_rows(
    object_type: ObjectType, repeated: Mapping[str, int], unkeyed: int
) -> Iterable[SetAside]:
    """Yield the rows that no identity can be made of; their keys count as present."""
    for key in sorted(repeated):
        problem = RepeatedKey(
            f"the key stands in {repeated[key]} rows; one was expected",
            where=f"{object_type.value} {key}",
            safe="all of these rows are set aside and count as present; the others continue",
            next="keep one row per key at the source",
        )
        yield SetAside(object_type, key, problem.code, problem.parts())
    if unkeyed:
        nameless = EmptyKey(
            f"{unkeyed} row(s) have no key",
            where=object_type.value,
            safe="these rows are set aside; the others continue",
            next="complete the key at the source",
        )
        yield SetAside(object_type, "", nameless.code, nameless.parts())
