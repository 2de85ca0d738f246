"""What comes next for somebody, and on which day, if nobody changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from provisor.domain.departing import switched_off
from provisor.domain.leave_policies import policy_of
from provisor.domain.leaving import CountedFrom, Gone, LeavePolicy, leave_seen
from provisor.domain.lifecycle import Departure, deletion_due
from provisor.domain.link import Link, LinkState
from provisor.domain.record import Record, Value, Values, as_text
from provisor.domain.relative_time import Moment, day_of, read_when
from provisor.domain.rules import ObjectRules
from provisor.domain.tenure import Tenure, moment_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that follows by itself."""

    what: str
    day: date | None = None
    """The first day of a cycle that does it; None where no day is known."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Somebody as far as days matter."""

    values: Values | None
    """The source record; None when its row is absent."""
    departure: Departure | None
    link: Link | None
    account: Record | None


def policy_words(policy: LeavePolicy) -> str:
    """Say what a policy does.

    Example:
        >>> policy_words(LeavePolicy(delete_after_days=30))
        'disable; delete 30 days after the disable'
        >>> policy_words(LeavePolicy(disable=False))
        'nothing'
    """
    words = [f"wait {policy.wait_days} days"] if policy.wait_days else []
    words += ["disable"] if policy.disable else []
    words += [f"set {', '.join(one.attribute for one in policy.sets)}"] if policy.sets else []
    words += ["take memberships back"] if policy.takes_memberships else []
    if policy.delete_after_days is not None:
        begin = "the disable" if policy.counted_from is CountedFrom.DISABLE else "leaving"
        words.append(f"delete {policy.delete_after_days} days after {begin}")
    return "; ".join(words) or "nothing"


def policy_name(rules: ObjectRules, why: Gone) -> str:
    """Return where the policy is written."""
    return f"on_leave.{why.value}" if why in rules.on_leave.apart else "on_leave"


def acting_policy(rules: ObjectRules, departure: Departure | None) -> str:
    """Say which policy acts on somebody who is gone; empty for whoever is here."""
    if departure is None or departure.why is Gone.EARLY:
        return ""
    words = policy_words(policy_of(rules, departure.why))
    return f"{policy_name(rules, departure.why)}: {words}"


def upcoming(rules: ObjectRules, one: Whereabouts, moment: Moment) -> tuple[Step, ...]:
    """Return what follows by itself, the nearest day first.

    Args:
        rules: of the object type.
        one: the person or group.
        moment: of this look, in the job's time zone.
    """
    if one.departure is not None and one.departure.why is not Gone.EARLY:
        steps = list(_leaving(rules, one, one.departure, moment))
    else:
        steps = [*_dated(rules.tenure, one, moment), *_returning(rules, one)]
    return tuple(sorted(steps, key=lambda step: (step.day is None, step.day or date.min)))


def _leaving(
    rules: ObjectRules, one: Whereabouts, departure: Departure, moment: Moment
) -> Iterator[Step]:
    if one.link is None or one.account is None:
        return
    policy = policy_of(rules, departure.why)
    leave = leave_seen(one.link.leave, departure.why, moment.now)
    acts = leave.since + timedelta(days=policy.wait_days)
    if acts > moment.now:
        yield Step(f"{policy_name(rules, departure.why)} begins to act", _on(acts, moment))
    due = deletion_due(one.link, leave, policy)
    if due is not None and due > moment.now:
        yield Step("the delete is planned, and waits for a decision", _on(due, moment))
    elif due is None and policy.delete_after_days is not None and policy.disable:
        days = policy.delete_after_days
        yield Step(f"{days} days after the disable the delete is planned")


def _on(at: datetime, moment: Moment) -> date:
    return day_of(at, moment.zone)


def _dated(tenure: Tenure, one: Whereabouts, moment: Moment) -> Iterator[Step]:
    values = one.values or {}
    own = moment_of(tenure, values, moment)
    start, end = (_day(values.get(name), own) for name in (tenure.start, tenure.end))
    if own is None:
        return
    if start is not None and start > own.today:
        made = start - timedelta(days=tenure.pre_start_days)
        if one.account is None and made > own.today:
            yield Step("the account is made, switched off", made)
        if one.account is None or _is_off(one):
            yield Step("the account is switched on", start)
    if end is not None and end >= own.today:
        yield Step("the last day has passed: a leaver", end + _DAY)


def _is_off(one: Whereabouts) -> bool:
    """Say whether we know that the account is switched off."""
    return one.link is not None and one.link.state is LinkState.DISABLED


def _day(value: Value, own: Moment | None) -> date | None:
    told = value[0] if isinstance(value, tuple) and value else value
    when = read_when(as_text(told)) if own is not None else None
    return day_of(when, own.zone) if when is not None and own is not None else None


def _returning(rules: ObjectRules, one: Whereabouts) -> Iterator[Step]:
    leave = one.link.leave if one.link is not None else None
    if leave is None or one.account is None or not leave.is_former:
        return
    if rules.schema.switch is not None and switched_off(rules.schema, one.account.values):
        yield Step("the account is switched on once a second person allows it")
