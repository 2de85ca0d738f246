"""Somebody must be out now: switched off everywhere, on a path of its own.

No source is read, no lease is waited for, no vote is asked: it only takes away, one person at a
time, with a reason. What stays of the write protocol is its evidence: a sealed plan per target,
intent before, outcome after, a look back. First of all a `deny` for every job is kept, so that
whatever fails here is done by the next cycle, and nothing that is done here is undone by one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from provisor.domain.event import Event, EventKind
from provisor.domain.leaving import Gone, Remembered, is_former, leave_seen
from provisor.domain.link import Link
from provisor.domain.override import Override, OverrideKind, Until
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import undo_of
from provisor.engine import journal
from provisor.engine.emergency.strike import OUT, Struck, strike
from provisor.engine.emergency.whom import Person
from provisor.engine.job import Actor, Job
from provisor.errors import AnswerRefused, CommandInvalid, ProvisorError
from provisor.ports.acts import APART
from provisor.ports.clock import Clock
from provisor.ports.store import Alert, Severity, Store

PERSON_KILLED = "person_killed"
USERS = ObjectType.USERS


@dataclass(frozen=True, slots=True)
class Blow:
    """What became of one account of the person."""

    target: str
    job: str
    account: str
    state: Struck
    message: str = ""


@dataclass(frozen=True, slots=True)
class Killed:
    """What a kill did."""

    person: Person
    overrides: tuple[Override, ...]
    """The `deny` that holds on, one for each key."""
    blows: tuple[Blow, ...]

    @property
    def is_out(self) -> bool:
        """Whether no account of the person serves any more, as far as we know."""
        return all(blow.state in OUT for blow in self.blows)


@dataclass(frozen=True, slots=True)
class Warrant:
    """By whose word, why, and how far."""

    actor: Actor
    reason: str
    epoch: int = APART
    """`DESPITE_FREEZE` where it goes out to frozen targets, too."""


@dataclass(frozen=True, slots=True)
class Door:
    """The job that writes people to a target, and how it is opened."""

    job: str
    source: str
    opened: Callable[[], Job]


Doors = Mapping[str, Door]
"""By target. They are opened one at a time: one that cannot be opened holds up no other."""


def kill(store: Store, clock: Clock, person: Person, doors: Doors, by: Warrant) -> Killed:
    """Take everything from one person now, and keep it so.

    Args:
        store: where the decision is kept first.
        clock: for its moment.
        person: who must be out.
        doors: every target where people are written.
        by: who says so, and why.

    Raises:
        CommandInvalid: there is no reason.
        LogBroken: the log cannot be believed; nothing is written then, not even this.
    """
    _refuse_without_reason(by)
    store.log.refuse_broken()
    overrides = _deny(store, clock.now(), person, _bound(person, doors), by)
    blows: list[Blow] = []
    for target, door in doors.items():
        if store.links.of_identities(target, [person.identity]):
            blows += _blows(target, door, (person, overrides[0].id, by.epoch))
    killed = Killed(person, overrides, tuple(blows))
    _tell(store, clock.now(), killed, by)
    return killed


def _refuse_without_reason(by: Warrant) -> None:
    if not by.reason.strip():
        raise CommandInvalid(
            "a kill needs a reason",
            where="--reason",
            safe="nothing was changed",
            next="say why this person must be out: it stands in the log's evidence",
        )


def _blows(target: str, door: Door, whom: tuple[Person, str, int]) -> list[Blow]:
    """Strike one target; whatever goes wrong is told and holds up no other."""
    person, override, epoch = whom
    blows: list[Blow] = []
    try:
        job = door.opened()
        links = job.store.links.of_identities(target, [person.identity]).values()
        for link in (one for one in links if one.object_type is USERS):
            # First: whatever becomes of the blow, nobody lets them in again without a word.
            _remember(job, link)
            struck = strike(job, link, override, epoch)
            blows.append(Blow(target, door.job, link.native_id, struck.state, struck.message))
    except ProvisorError as problem:
        blows.append(Blow(target, door.job, "", Struck.FAILED, problem.what))
    return blows


def _remember(job: Job, link: Link) -> None:
    """Write down that the person left.

    A cycle would learn it from the `deny`; but that may be over before the next one.
    """
    if is_former(link.leave):
        return
    leave = leave_seen(link.leave, Gone.DENIED, job.clock.now())
    remembered = [Remembered(link.identity, leave)]
    job.store.links.remember_leaves(job.rules.target, link.object_type, remembered)


# --- what stays ---------------------------------------------------------------------------------


def _bound(person: Person, doors: Doors) -> tuple[tuple[str, str], ...]:
    """Return keys and jobs to deny: every job, unless somebody else has the key in a feed of one.

    Raises:
        AnswerRefused: every key is somebody else's by now.
    """
    if not person.others:
        return tuple((key, "") for key in person.keys)
    jobs = sorted({(door.job, door.source) for door in doors.values()})
    bound = tuple(
        (key, job)
        for key in person.keys
        for job, source in jobs
        if (source, key) not in person.others
    )
    if not bound:
        raise AnswerRefused(
            "every key of this person is somebody else's by now",
            where="PERSON",
            found="a key that a source gave to another person",
            safe="nothing was changed",
            next="switch the accounts off in the targets, then say whose they are: `provisor link`",
        )
    return bound


def _deny(
    store: Store,
    now: datetime,
    person: Person,
    wanted: Sequence[tuple[str, str]],
    by: Warrant,
) -> tuple[Override, ...]:
    """Keep one `deny` for every key and job; one that nothing but a person ends is enough."""
    standing = {
        (one.key, one.job): one
        for one in store.overrides.standing(OverrideKind.DENY)
        if _lasts(one)
    }
    fresh = {
        place: Override(
            id=secrets.token_hex(8),
            kind=OverrideKind.DENY,
            job=place[1],
            object_type=USERS,
            key=place[0],
            attribute="",
            value=None,
            reason=by.reason.strip(),
            author=by.actor.name,
            approver="",
            created_at=now,
            expires_at=None,
        )
        for place in wanted
        if place not in standing
    }
    events = [journal.override_added(one) for one in fresh.values()]
    facts = {"overrides": [one.id for one in fresh.values()], "identity": person.identity}
    events.append(Event(EventKind.KILLED, now, by.actor.name, facts))
    store.overrides.exchange((), list(fresh.values()), now, events)
    return tuple({**standing, **fresh}[place] for place in wanted)


def _lasts(override: Override) -> bool:
    """Say whether a `deny` holds until somebody ends it by name: no undo's does."""
    ends = override.expires_at is not None or override.until is not Until.NOTHING
    return override.object_type is USERS and not ends and not undo_of(override.id)


def _tell(store: Store, now: datetime, killed: Killed, by: Warrant) -> None:
    """Raise one alert per person who was killed; a graver one while somebody is not out."""
    cause = killed.overrides[0].id
    left = [blow for blow in killed.blows if blow.state not in OUT]
    where = ", ".join(f"{blow.target} {blow.state}" for blow in left)
    said = f"; not done yet: {where}" if left else ""
    alert = Alert(
        PERSON_KILLED,
        cause,
        Severity.CRITICAL,
        "",
        f"{by.actor.name} took all access from one person at {len(killed.blows)} account(s){said}",
        f"`provisor override list` names it ({cause}); somebody else looks at it, and ends it when "
        "it is over",
        now,
        now,
    )
    facts = {"kind": PERSON_KILLED, "cause": cause, "job": "", "severity": alert.severity.value}
    store.alerts.raise_(alert, [Event(EventKind.ALERT_RAISED, now, by.actor.name, facts)])
