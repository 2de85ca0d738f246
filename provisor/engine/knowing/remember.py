"""Keep what a plan knew, so that the next one need only look at what changed.

Written after the plan is kept: whoever is killed in between reads a little more, and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisor.domain.action import Operation
from provisor.domain.leaving import is_former
from provisor.domain.link import Link
from provisor.domain.marks import (
    AccountMarks,
    lost,
    reach_of,
    record_marks,
    seeker_forms,
    seeks,
    sought_marks,
)
from provisor.domain.plan import Proposal
from provisor.domain.proposing import Walk
from provisor.domain.record import Record, Values
from provisor.domain.relative_time import Moment
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.seekers import seekers_in
from provisor.domain.turning import TimedLook, due_text, timed_looks, turns_at
from provisor.domain.world import Assign, World
from provisor.engine.job import Job
from provisor.engine.knowing.closure import place_key
from provisor.engine.knowing.known_roster import said_of
from provisor.ports.knowledge import ALWAYS, Known, Mark

GROUPS = ObjectType.GROUPS
_AHEAD = timedelta(hours=24)
"""A full cycle may be late by so much, and what falls due still is seen in time."""


@dataclass(frozen=True, slots=True)
class Told:
    """A world that was planned, and what was said of everybody in it."""

    rules: JobRules
    world: World
    walk: Walk
    proposal: Proposal
    references: Mapping[tuple[ObjectType, str], str]
    assign: Assign
    """Gives the identity ids that the plan gave."""
    until: datetime
    """When everything will have been looked at again."""


def known_records(told: Told, kind: ObjectType) -> Iterator[Known]:
    """Yield the source records of a world, and linked people without one, as they are remembered.

    Cost: two comparisons for each date that rules look at.
    """
    population = told.world.populations[kind]
    links = {link.key: link for link in population.links}
    accounts = {account.key for account in population.accounts}
    open_keys = open_about(told.walk, told.proposal, kind, population.links)
    timing = _Timing(told, kind)
    recorded = told.walk.ledger.books[kind].recorded
    for record in population.records:
        link = links.get(record.key)
        place = recorded.get(record.key, "")
        open_now = record.key in open_keys
        due = ALWAYS if open_now else timing.due(record, place, link, accounts)
        yield _known(told, kind, record.key, link, place, record.values, due)
    keys = {record.key for record in population.records}
    for key, link in links.items():
        if key not in keys:
            yield _known(told, kind, key, link, recorded.get(key, ""), None, ALWAYS)


def _known(
    told: Told,
    kind: ObjectType,
    key: str,
    link: Link | None,
    place: str,
    values: Values | None,
    due: str | None,
) -> Known:
    subject = told.walk.roster.carried.get(kind, {}).get(key)
    identity = subject.identity if subject is not None else link.identity if link else None
    return Known(
        key,
        values,
        place,
        native=(subject.native_id or "") if subject is not None else None,
        identity=identity,
        linked=link is not None,
        keeps=said_of(told.walk.roster, identity) if subject is not None and identity else 0,
        told=told.references.get((kind, key), ""),
        due=due,
    )


_OPEN = frozenset({"planned", "set_aside", "waiting"})


def open_about(walk: Walk, proposal: Proposal, kind: ObjectType, links: Iterable[Link]) -> set[str]:
    """Return the keys of everybody about whom something is planned, open, or left out for now."""
    book = walk.ledger.books[kind]
    found = {key for key, place in book.recorded.items() if place in _OPEN}
    waiting = {n for n, place in book.counted.items() if place in ("planned", "held", "ambiguous")}
    carried = walk.roster.carried.get(kind, {}).items()
    found |= {key for key, subject in carried if subject.native_id in waiting}
    found |= {one.key for one in proposal.pending if one.object_type is kind}
    found |= {one.key for one in proposal.questions if one.object_type is kind}
    leaving = {one.identity for object_type, one in proposal.remembered if object_type is kind}
    found |= {link.key for link in links if link.identity in leaving}
    for draft in proposal.drafts:
        membership = draft.action.operation is Operation.MEMBERSHIP
        if (GROUPS if membership else draft.action.object_type) is kind:
            found.add(draft.key)
    return found


class _Timing:
    """When somebody must be looked at again although nobody changed them."""

    def __init__(self, told: Told, kind: ObjectType) -> None:
        self._until = told.until
        self._moment = Moment(told.world.now, told.rules.zone)
        self._looks: tuple[TimedLook, ...] = timed_looks(told.rules).get(kind, ())
        self._days = leave_days(told.rules.objects[kind])

    def due(
        self, record: Record, place: str, link: Link | None, accounts: Collection[str]
    ) -> str | None:
        turns = turns_at(self._looks, record.values, self._moment, self._until)
        found = [turns] if turns is not None else []
        if link is not None and place == "out_of_scope" and link.native_id in accounts:
            found += leaving_dates(link, self._days, (self._moment.now, self._until))
        return due_text(min(found)) if found else None


def leaving_dates(
    link: Link, days: Iterable[int], window: tuple[datetime, datetime]
) -> Iterator[datetime]:
    """Yield when, within a window, something may follow for somebody who is gone."""
    begun = (link.since, link.leave.since if link.leave is not None else None)
    for at in begun:
        for count in days if at is not None else ():
            when = at + timedelta(days=count) if at is not None else window[0]
            if window[0] < when <= window[1]:
                yield when


def leave_days(rules: ObjectRules) -> frozenset[int]:
    """Return after how many days something may follow for somebody who is gone."""
    policies = rules.on_leave.policies
    days = {one.delete_after_days for one in policies} | {one.wait_days for one in policies}
    return frozenset(day for day in days if day)


def known_accounts(told: Told, kind: ObjectType) -> Iterator[Known]:
    """Yield the accounts of a world as they are remembered."""
    owners = {
        subject.native_id: key
        for key, subject in told.walk.roster.carried.get(kind, {}).items()
        if subject.native_id
    }
    counted = told.walk.ledger.books[kind].counted
    for account in told.world.populations[kind].accounts:
        place = counted.get(account.key, "unchanged")
        yield Known(account.key, account.values, place, native=owners.get(account.key))


# --- marks ---------------------------------------------------------------------------------------


def marks_of(
    told: Told, kind: ObjectType, still: tuple[Collection[str], Collection[str]] = ((), ())
) -> Iterator[Mark]:
    """Yield everything by which the objects of a world are found besides their keys.

    Args:
        told: the world.
        kind: the object type.
        still: keys of records, and of accounts, whose marks are known already.
    """
    rules, population = told.rules.objects[kind], told.world.populations[kind]
    reach = reach_of(told.rules)[kind]
    for record in (one for one in population.records if one.key not in still[0]):
        yield from (
            (m, _holder(kind, m, record.key)) for m in record_marks(kind, reach, record.values)
        )
    for referrer in told.walk.roster.referrers.get(kind, ()):
        for mark in sought_marks(rules, referrer.sought):
            yield mark, place_key(kind, referrer.subject.key)
    yield from _account_marks(told, kind, still[1])
    yield from _seeking(told, kind)


def _account_marks(told: Told, kind: ObjectType, still: Collection[str]) -> Iterator[Mark]:
    rules, population = told.rules.objects[kind], told.world.populations[kind]
    linked = {link.native_id for link in population.links}
    leaving = {one.identity for _, one in told.proposal.remembered}
    rows = {record.key for record in population.records}
    former = {
        link.native_id
        for link in population.links
        if link.identity in leaving or is_former(link.leave) or link.key not in rows
    }
    there = set()
    marks = AccountMarks(rules)
    for account in population.accounts:
        there.add(account.key)
        if account.key in still:
            continue
        yield from ((mark, account.key) for mark in marks.names(account))
        if account.key not in linked or account.key in former:
            yield from ((mark, account.key) for mark in marks.free(account))
    for link in population.links:
        yield from ((mark, link.identity) for mark in marks.sent(link))
        if link.native_id not in there:
            yield lost(kind), link.identity


def _holder(kind: ObjectType, mark: str, key: str) -> str:
    """Who refers is told with its type; who is named stands alone."""
    return key if mark.startswith("v") else place_key(kind, key)


def _seeking(told: Told, kind: ObjectType) -> Iterator[Mark]:
    """Yield what leavers without an account would be recognised by; others are open anyway."""
    rules, population = told.rules.objects[kind], told.world.populations[kind]
    linked = {link.key for link in population.links}
    recorded = told.walk.ledger.books[kind].recorded
    gone = [
        record
        for record in population.records
        if record.key not in linked and recorded.get(record.key) == "out_of_scope"
    ]
    _, leavers = seekers_in(told.world, rules, gone, told.assign)
    for key, position, form in seeker_forms(rules, leavers):
        yield seeks(kind, position, form), key


def until_of(job: Job, full_at: datetime) -> datetime:
    """Return until when what falls due must be known."""
    return full_at + timedelta(hours=job.cycle.full_every_hours) + _AHEAD
