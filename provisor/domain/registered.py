"""The register of accounts that belong to no person: what each is, who answers for it, until when.

Whether an account is touched is decided by `protection`; what is said of it stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from provisor.domain.protection import Protection, in_range
from provisor.domain.record import Record, as_text
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Condition


@dataclass(frozen=True, slots=True)
class Registered:
    """One entry: an account, or a range of them."""

    kind: str
    """`service`, `shared`, `protected` or `break_glass`."""
    account: str = ""
    """Name or native id, in small letters; empty for a range."""
    pattern: str = ""
    """Of names and native ids, in small letters; empty for none."""
    condition: Condition | None = None
    object_type: ObjectType | None = None
    """What it is about; None for users and groups alike."""
    owner: str = ""
    """Who answers for it; empty where nobody does."""
    reviewer: str = ""
    purpose: str = ""
    reviewed: date | None = None
    """When somebody last looked whether it is still needed."""
    review_days: int | None = None
    """After how many days somebody must look again; None for never."""

    def covers(self, object_type: ObjectType, account: Record, name: str, moment: Moment) -> bool:
        """Say whether an account is meant; what a condition cannot tell is."""
        if self.object_type not in (None, object_type):
            return False
        if self.account:
            shown = as_text(account.values.get(name)).lower()
            return self.account in (account.key.lower(), shown)
        conditions = (self.condition,) if self.condition is not None else ()
        patterns = (self.pattern,) if self.pattern else ()
        return in_range(Protection(patterns, conditions), account, name, moment)

    def is_overdue(self, day: date) -> bool:
        """Say whether somebody should have looked at it; what nobody ever looked at is.

        Example:
            >>> Registered("service", review_days=90).is_overdue(date(2031, 4, 1))
            True
        """
        if self.review_days is None:
            return False
        return self.reviewed is None or day > self.reviewed + timedelta(days=self.review_days)

    def words(self, day: date) -> str:
        """Return what is said of an account of this entry.

        Example:
            >>> Registered("service", owner="Anna", purpose="backup").words(date(2031, 4, 1))
            'service account for backup; owner Anna'
        """
        what = f"{self.kind.replace('_', '-')} account"
        said = [f"{what} for {self.purpose}" if self.purpose else what]
        said.append(f"owner {self.owner}" if self.owner else "no owner")
        said += [f"reviewer {self.reviewer}"] if self.reviewer else []
        if self.is_overdue(day):
            since = f"since {self.reviewed}" if self.reviewed is not None else "ever"
            said.append(f"review overdue: nobody looked {since}")
        return "; ".join(said)


def entry_for(
    register: Sequence[Registered],
    object_type: ObjectType,
    account: Record,
    name: str,
    moment: Moment,
) -> Registered | None:
    """Return the entry that says most about an account: one of its own before a range."""
    found = [one for one in register if one.covers(object_type, account, name, moment)]
    return min(found, key=lambda one: not one.account, default=None)


def unanswered(register: Sequence[Registered], day: date) -> tuple[Registered, ...]:
    """Return the entries that nobody answers for, or nobody looked at in time."""
    return tuple(one for one in register if not one.owner or one.is_overdue(day))
