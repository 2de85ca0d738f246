"""Who left, who is back, and how: what a cycle learns, and what a person must say."""

from __future__ import annotations

from datetime import datetime

from provisor.domain.comeback import Return
from provisor.domain.departing import switched_off
from provisor.domain.leaving import Gone, Leave, Remembered, kind_of_return, leave_seen, return_seen
from provisor.domain.lifecycle import Departure
from provisor.domain.link import Link
from provisor.domain.record import Record, Values
from provisor.domain.relative_time import Moment
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectSchema
from provisor.domain.tenure import starts_after


def learnt(
    link: Link,
    departure: Departure | None,
    account: Record | None,
    schema: ObjectSchema,
    now: datetime,
) -> Remembered | None:
    """Return what a cycle learnt of a linked person's leaving; None when it is known.

    Args:
        link: of the person.
        departure: why the person is gone; None for whoever is here.
        account: as it was read; None when it is missing.
        schema: of the target.
        now: the moment of the plan.
    """
    leave: Leave | None
    if departure is not None and departure.why is Gone.EARLY:
        return None
    if departure is not None:
        leave = leave_seen(link.leave, departure.why, now)
    elif schema.switch is None or (account and not switched_off(schema, account.values)):
        leave = None
    else:
        leave = return_seen(link.leave, now)
    return None if leave == link.leave else Remembered(link.identity, leave)


def way_back(link: Link, rules: ObjectRules, values: Values, moment: Moment) -> Return | None:
    """Say how somebody came back; None for whoever had not left, or may come back freely.

    Args:
        link: of somebody who is here.
        rules: of the object type.
        values: the source record.
        moment: of the plan.
    """
    leave = link.leave
    if leave is None or not leave.is_former:
        return None
    if starts_after(rules.tenure, values, moment, leave.since):
        return Return.REHIRED
    kind = kind_of_return(leave, rules.on_return, moment.now)
    freely = rules.on_return.reinstates_freely and kind is Return.REINSTATED
    return None if freely else kind
