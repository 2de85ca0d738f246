"""Values that another job brings about: nothing follows from one before it is confirmed.

A record carries them as attributes named `JOB.ATTRIBUTE`, each beside a sign that says why it is
not there yet. An account that exists is given everything else; one that does not is not made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from provisor.domain.flow import AttributeMapping
from provisor.domain.mapping import flowing
from provisor.domain.plan import RECORD_CLASSES
from provisor.domain.record import NOTHING, Record, Values, as_text, is_blank
from provisor.domain.reference import Lack, Pending
from provisor.domain.rules import Lifecycle, ObjectRules, sign_of

WAITING: Final = "waiting"
"""The class of records whose account is not made before another job is done."""

ACCOUNT: Final = "account"
"""What is left out where nobody has made the account to which a job only adds."""


def borrowed_name(job: str, attribute: str) -> str:
    """Return how a record of the source names an attribute that another job writes.

    Example:
        >>> borrowed_name("hr-to-directory", "mail")
        'hr-to-directory.mail'
    """
    return f"{job}.{attribute}"


@dataclass(frozen=True, slots=True)
class Loan:
    """An attribute of the accounts that another job keeps, read as one of the record."""

    job: str
    attribute: str

    @property
    def name(self) -> str:
        """What expressions call it."""
        return borrowed_name(self.job, self.attribute)


def loan_of(name: str, jobs: Iterable[str]) -> Loan | None:
    """Return what a name borrows from one of some jobs; None for an attribute of the record.

    Example:
        >>> loan_of("a.b.mail", ["a", "a.b"]), loan_of("mail", ["a"])
        (Loan(job='a.b', attribute='mail'), None)
    """
    found = [job for job in jobs if name.startswith(f"{job}.") and len(name) > len(job) + 1]
    if not found:
        return None
    job = max(found, key=len)
    return Loan(job, name[len(job) + 1 :])


def awaits(rules: ObjectRules, values: Values) -> bool:
    """Say whether anything that the rules borrow is not there yet."""
    return any(not is_blank(values.get(sign_of(name))) for name in rules.borrows)


def record_classes(rules: ObjectRules) -> tuple[str, ...]:
    """Return the classes of records; only who needs another job may wait."""
    waits = rules.borrows or rules.lifecycle is Lifecycle.NONE
    return (*RECORD_CLASSES, WAITING) if waits else RECORD_CLASSES


def left_out(
    rules: ObjectRules,
    key: str,
    values: Values | None,
    pinned: Collection[str],
    account: Record | None,
) -> tuple[Pending, ...]:
    """Return what waits for another job.

    Args:
        rules: of the object type.
        key: of the record.
        values: the record; None when its row is absent.
        pinned: target attributes whose value people decided, so that nothing waits for it.
        account: of the record; a new one waits for everything that the rules borrow.
    """
    if account is None and rules.lifecycle is Lifecycle.NONE:
        return (Pending(rules.object_type, key, ACCOUNT, "", Lack.UNOWNED),)
    record = values if values is not None else NOTHING
    if not rules.borrows or not awaits(rules, record):
        return ()
    named = tuple(_named(rules, account is None))
    return tuple(
        Pending(rules.object_type, key, attribute, name, lack)
        for attribute, name in named
        if attribute not in pinned and (lack := _lack(record, name)) is not None
    )


def _lack(record: Values, name: str) -> Lack | None:
    sign = record.get(sign_of(name))
    return None if is_blank(sign) else Lack(as_text(sign))


def _named(rules: ObjectRules, new: object) -> Iterator[tuple[str, str]]:
    """Yield target attributes with what they borrow; of a new account also those written once."""
    mappings: tuple[AttributeMapping, ...] = rules.mappings if new else flowing(rules)
    for mapping in mappings:
        for name in mapping.borrows:
            yield mapping.attribute, name
    if new:
        mapped = {name for mapping in rules.mappings for name in mapping.borrows}
        for name in rules.borrows:
            if name not in mapped:
                yield "match", name
