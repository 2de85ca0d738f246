"""Where planning writes down what it found: drafts, and every record and account in one class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from provisor.domain.composing import Composed, Setting, Standing, is_protected
from provisor.domain.drafting import Subject
from provisor.domain.enrolling import Enrolment, enrol
from provisor.domain.matching import Matches
from provisor.domain.naming import order_names
from provisor.domain.plan import (
    ACCOUNT_CLASSES,
    RECORD_CLASSES,
    Draft,
    Finding,
    Proposal,
    SetAside,
    Tally,
)
from provisor.domain.record import Record, as_text, is_blank
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType, fold
from provisor.domain.world import Population, World
from provisor.errors import EmptyKey, RepeatedKey


@dataclass(slots=True)
class Book:
    """The counts of one object type."""

    records: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    records_seen: int = 0
    accounts_seen: int = 0
    managed: int = 0
    counted: set[str] = field(default_factory=set)
    """Native ids that stand in a class."""


class Ledger:
    """Collects one proposal; opened per object type, closed by `proposal`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._books: dict[ObjectType, Book] = {}
        self._drafts: list[Draft] = []
        self._set_aside: list[SetAside] = []
        self._findings: list[Finding] = []
        self._accounts: dict[ObjectType, tuple[Record, ...]] = {}
        self._matches: dict[ObjectType, Matches] = {}
        self._carried: dict[ObjectType, dict[str, Subject]] = {}
        self._keepers: set[str] = set()
        self._settings: dict[ObjectType, Setting] = {}

    def setting(self, rules: ObjectRules, accounts: Iterable[Record]) -> Setting:
        """Return what composing needs, with the names that are taken already."""
        taken: dict[str, set[str]] = {}
        unique = [a for a in rules.schema.attributes if a.unique]
        for account in accounts:
            for attribute in unique:
                value = account.values.get(attribute.name)
                if isinstance(value, str) and value:
                    taken.setdefault(attribute.name, set()).add(str(fold(value, attribute)))

        def is_taken(name: str, value: str) -> bool:
            return str(fold(value, rules.schema.attribute(name))) in taken.get(name, ())

        def claim(name: str, value: str) -> None:
            taken.setdefault(name, set()).add(value)

        job = self._world.rules
        setting = Setting(rules, job.target, self._world.now, job.protected, claim, is_taken)
        self._settings[rules.object_type] = setting
        return setting

    def open(self, object_type: ObjectType, population: Population, matches: Matches) -> None:
        """Begin the counts of one object type; rows without a usable key are set aside here."""
        book = self._books.setdefault(object_type, Book())
        repeated = sum(population.repeated.values())
        book.records_seen = len(population.records) + repeated + population.unkeyed
        book.accounts_seen = len(population.accounts)
        book.managed = len(population.links)
        book.records["set_aside"] += repeated + population.unkeyed
        self._accounts[object_type] = population.accounts
        self._matches[object_type] = matches
        self._carried[object_type] = {}
        self._set_aside.extend(unusable_rows(object_type, population.repeated, population.unkeyed))

    def count(self, rules: ObjectRules, standing: Standing, composed: Composed) -> None:
        """Write down what followed for one identity."""
        book = self._books[rules.object_type]
        if composed.record:
            book.records[composed.record] += 1
        if standing.account is not None and composed.account:
            book.accounts[composed.account] += 1
            book.counted.add(standing.account.key)
        self._drafts.extend(composed.drafts)
        if composed.set_aside is not None:
            self._set_aside.append(composed.set_aside)
        if composed.account in ("held", "protected") and standing.account is not None:
            self._findings.append(finding_of(rules, standing.account, composed.account))
        self._carry(rules, standing, composed)

    def _carry(self, rules: ObjectRules, standing: Standing, composed: Composed) -> None:
        """Remember who is or will be in the target, for the memberships."""
        created = next((d for d in composed.drafts if d.action.native_id is None), None)
        if standing.account is None and created is None:
            return
        keeps = standing.departure is not None or composed.account in ("held", "protected")
        if keeps:
            self._keepers.add(standing.identity)
        account = standing.account
        name = created.name if created else _named(rules, account)
        anchor = created.action.anchor if created else _anchor(rules, standing)
        native = account.key if account is not None else None
        subject = Subject(standing.identity, standing.key, name, anchor, native)
        self._carried[rules.object_type][standing.key] = subject

    def proposal(self) -> Proposal:
        """Close the books: orphans, memberships, the order of names, and the sums."""
        for object_type, book in self._books.items():
            self._count_leftovers(object_type, book)
        records = {t: tally(b.records, b.records_seen, RECORD_CLASSES) for t, b in self._open()}
        accounts = {t: tally(b.accounts, b.accounts_seen, ACCOUNT_CLASSES) for t, b in self._open()}
        enrolment = self._enrol()
        if enrolment is not None:
            self._drafts.extend(enrolment.drafts)
            records[ObjectType.MEMBERSHIPS] = enrolment.records
            accounts[ObjectType.MEMBERSHIPS] = enrolment.accounts
        drafts = order_names(self._drafts, self._world.rules.objects)
        return Proposal(
            drafts=tuple(sorted(drafts, key=Draft.order)),
            records=records,
            accounts=accounts,
            set_aside=tuple(self._set_aside),
            findings=tuple(self._findings),
            managed={t: b.managed for t, b in self._open()},
        )

    def _open(self) -> Iterable[tuple[ObjectType, Book]]:
        return self._books.items()

    def _count_leftovers(self, object_type: ObjectType, book: Book) -> None:
        """Accounts that nothing was composed for: nobody's, contested, or protected."""
        rules = self._world.rules.objects[object_type]
        contested = self._matches[object_type].contested
        setting = self._settings[object_type]
        for account in self._accounts[object_type]:
            if account.key not in book.counted:
                kind = leftover_class(account, contested, setting)
                book.accounts[kind] += 1
                self._findings.append(finding_of(rules, account, kind))

    def _enrol(self) -> Enrolment | None:
        groups = self._carried.get(ObjectType.GROUPS)
        if self._world.rules.memberships is None or groups is None:
            return None
        users = self._carried.get(ObjectType.USERS, {})
        return enrol(self._world, groups, users, self._keepers)


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


def _named(rules: ObjectRules, account: Record | None) -> str:
    return as_text(account.values.get(rules.schema.name)) if account is not None else ""


def _anchor(rules: ObjectRules, standing: Standing) -> str:
    """Return the anchor that the account has or is given in this plan."""
    held = standing.account.values.get(rules.schema.anchor) if standing.account else None
    if not is_blank(held):
        return as_text(held)
    if standing.link is not None and standing.link.anchor:
        return standing.link.anchor
    mapped = standing.mapped.values.get(rules.schema.anchor) if standing.mapped else None
    return as_text(mapped) if not is_blank(mapped) else standing.identity
