"""From a policy to drafts: what is done, on this day, with the account of somebody who is gone.

The disable stands for itself: nothing that goes wrong besides holds it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from provisor.domain.action import Operation
from provisor.domain.difference import differences
from provisor.domain.drafting import (
    Subject,
    draft_changes,
    draft_delete,
    draft_disable,
    draft_parting,
)
from provisor.domain.expressions import Circumstances, attributes_of
from provisor.domain.flow import AttributeMapping
from provisor.domain.leave_policies import policy_of
from provisor.domain.leaving import CountedFrom, LeavePolicy, has_waited, leave_seen
from provisor.domain.lifecycle import Departure, deletion_is_due
from provisor.domain.link import Link
from provisor.domain.mapping import Mapped, map_values
from provisor.domain.plan import Draft
from provisor.domain.record import NOTHING, Presence, Record, Values, as_text
from provisor.domain.rules import SOFT_DELETED, ObjectRules
from provisor.domain.schema import ObjectSchema
from provisor.errors import RecordProblem


@dataclass(frozen=True, slots=True)
class Parting:
    """Somebody who is gone and has an account, or is found to have one."""

    departure: Departure
    values: Values | None
    """The source record; None when its row is absent."""
    account: Record
    link: Link | None
    adoption: str
    """The rule that matched an unlinked account; empty for a linked one."""
    subject: Subject


@dataclass(frozen=True, slots=True)
class Parted:
    """What follows now, and what went wrong besides."""

    drafts: tuple[Draft, ...] = ()
    problem: RecordProblem | None = None
    gives_back: bool = False
    """Whether the memberships that we gave are taken back."""


def part_with(
    parting: Parting, rules: ObjectRules, target: str, now: datetime, around: Circumstances
) -> Parted:
    """Return what is done with an account whose person is gone.

    Args:
        parting: the person and the account.
        rules: of the object type.
        target: the target system's name.
        now: the moment of the plan.
        around: what computing depends on whoever it is for.
    """
    policy = policy_of(rules, parting.departure.why)
    link, account = parting.link, parting.account
    leave = leave_seen(link.leave if link is not None else None, parting.departure.why, now)
    waited, is_off = has_waited(leave, policy, now), switched_off(rules.schema, account.values)
    if link is None:
        return Parted(_adopted(parting, policy, rules, target, off=is_off))
    if not waited:
        return Parted()
    takes = policy.takes_memberships
    if (is_off or not policy.disable) and deletion_is_due(link, leave, policy, now):
        rule = f"{parting.departure.rule}; {_delete_words(policy)}"
        delete = draft_delete(rules, target, parting.subject, account.values, rule)
        return Parted((delete,), gives_back=takes)
    drafts: list[Draft] = []
    if policy.disable and not is_off:
        drafts += _disable(parting, rules, target)
    if not policy.sets:
        return Parted(tuple(drafts), gives_back=takes)
    mapped = set_values(policy.sets, parting.values, rules.schema, around)
    if mapped.problem is not None:
        return Parted(tuple(drafts), mapped.problem, takes)
    changes = differences(mapped.values, account.values, rules.schema, link.accepted)
    drafts += draft_parting(rules, target, parting.subject, changes, parting.departure)
    return Parted(tuple(drafts), gives_back=takes)


def _adopted(
    parting: Parting, policy: LeavePolicy, rules: ObjectRules, target: str, *, off: object
) -> tuple[Draft, ...]:
    """Take over a leaver's account that was found: to switch it off, or to wait for its day."""
    if not policy.disable or off:
        return ()
    if not policy.wait_days:
        return _disable(parting, rules, target)
    return draft_changes(rules, target, parting.subject, (), parting.adoption)


def _disable(parting: Parting, rules: ObjectRules, target: str) -> tuple[Draft, ...]:
    adoption = parting.adoption if parting.link is None else ""
    draft = draft_disable(
        rules, target, parting.subject, parting.departure, parting.account.values, adoption
    )
    return () if draft is None else (draft,)


def _delete_words(policy: LeavePolicy) -> str:
    days = policy.delete_after_days or 0
    begin = "the disable" if policy.counted_from is CountedFrom.DISABLE else "leaving"
    return f"deleted {days} days after {begin}"


def set_values(
    sets: Iterable[AttributeMapping],
    values: Values | None,
    schema: ObjectSchema,
    around: Circumstances,
) -> Mapped:
    """Compute what the account of somebody who is gone is given.

    Of a row that is missing nothing is known: only what reads no attribute is given then.

    Args:
        sets: of the policy.
        values: the source record; None when its row is absent.
        schema: of the target.
        around: what computing depends on whoever it is for.
    """
    known = values if values is not None else NOTHING
    usable = [one for one in sets if values is not None or not reads_of(one)]
    return map_values(usable, {**known, SOFT_DELETED: True}, schema, around)


def reads_of(mapping: AttributeMapping) -> frozenset[str]:
    """Return the source attributes that a mapping reads."""
    return frozenset(attributes_of(mapping.expression)) - {SOFT_DELETED}


def switched_off(schema: ObjectSchema, account: Mapping[str, Presence]) -> bool:
    """Say whether an account is switched off; where there is no switch it is."""
    switch = schema.switch
    return switch is None or as_text(account.get(switch.attribute)) == as_text(switch.off)


def kept_for_leaver(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """Return what stays of a leaver's drafts when an attribute of theirs cannot be had."""
    certain = (Operation.DISABLE, Operation.DELETE)
    return tuple(draft for draft in drafts if draft.action.operation in certain)
