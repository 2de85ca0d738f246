"""What is still done with the account of somebody who is gone and whom people keep."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.comeback import Return
from provisor.domain.difference import differences
from provisor.domain.drafting import Subject, draft_changes
from provisor.domain.excepting import without_excepted
from provisor.domain.link import Link
from provisor.domain.override import Override
from provisor.domain.pinning import pinned
from provisor.domain.plan import Draft
from provisor.domain.record import Record
from provisor.domain.referring import without_references
from provisor.domain.rules import ObjectRules


def keep_account(
    link: Link,
    account: Record,
    overrides: Iterable[Override],
    rules: ObjectRules,
    target: str,
    subject: Subject,
) -> tuple[Draft, ...]:
    """Return what makes a kept account hold the values that people pinned, and nothing more.

    Switching it on gives access to somebody of whom the source says that they left: it is judged
    as the account of somebody who came back, whatever `on_return` says. References that are pinned
    wait until the person is here again.

    Raises:
        RecordProblem: a pinned value cannot be the attribute's.
    """
    given = tuple(overrides)
    desired, _ = without_references(pinned({}, given, rules), rules)
    changes = differences(desired, account.values, rules.schema, link.accepted)
    changes = without_excepted(changes, account.values, given, rules)
    return draft_changes(rules, target, subject, changes, "", Return.REINSTATED)
