"""Breaking a gate open, and looking at it afterwards: loud, short, and by two people in the end."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.bounds import DEFAULT_LIMITS
from provisor.domain.event import Event, EventKind, moment
from provisor.domain.schema import ObjectType
from provisor.engine import journal
from provisor.engine.emergency.notes import tell_somebody
from provisor.engine.job import Actor
from provisor.engine.own_affairs import is_among, names_of_identities
from provisor.errors import CommandInvalid, SelfApproval, UnknownName, nearest
from provisor.ports.delivery import Delivery
from provisor.ports.openings import Opening, Review
from provisor.ports.store import Alert, Severity, Store

LONGEST = 60
"""Minutes."""
GLASS_BROKEN = "glass_broken"
_BESIDES = ("users.orphans", "users.reenable", "memberships.foreign")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants opened, and why."""

    target: str
    part: str
    reason: str
    minutes: int = LONGEST


def classes() -> tuple[str, ...]:
    """Return the classes of acts that a gate may hold."""
    kinds = (ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS)
    named = {f"{kind.value}.{name}" for kind in kinds for name in DEFAULT_LIMITS}
    return tuple(sorted({*named, *_BESIDES}))


def break_glass(
    store: Store,
    now: datetime,
    actor: Actor,
    wanted: Wanted,
    hooks: Mapping[str, Delivery],
) -> tuple[Opening, str]:
    """Open one gate for a short time, and tell somebody at once.

    Returns:
        The opening, and what went wrong when somebody was told; empty where nothing did.

    Raises:
        CommandInvalid: there is no reason, or the time is too long.
        UnknownName: there is no such class of acts.
        DecisionMissing: an earlier opening may still be used, or was, and nobody else looked at it.
    """
    _refuse_unusable(wanted)
    store.log.refuse_broken()
    opening = Opening(
        id=secrets.token_hex(8),
        target=wanted.target,
        part=wanted.part,
        actor=actor.name,
        reason=wanted.reason.strip(),
        opened_at=now,
        expires_at=now + timedelta(minutes=wanted.minutes),
        asserted=actor.asserted,
    )
    store.openings.add(opening, [journal.gate_opened(opening)])
    _alert(store, opening)
    note = {
        "kind": GLASS_BROKEN,
        "opening": opening.id,
        "target": opening.target,
        "part": opening.part,
        "by": opening.actor,
        "until": moment(opening.expires_at),
        "reason": opening.reason,
    }
    return opening, tell_somebody(hooks, note)


def review_opening(
    store: Store,
    now: datetime,
    actor: Actor,
    opening_id: str,
    reason: str,
    policy: ApprovalPolicy,
) -> Opening:
    """Keep what somebody else says of an opening afterwards; it shuts the gate.

    Raises:
        CommandInvalid: there is no reason.
        UnknownName: no opening has this id.
        SelfApproval: it is the word of whoever broke the gate open, or an act was about them.
    """
    if not reason.strip():
        raise CommandInvalid(
            "a review says something",
            where="--reason",
            safe="nothing was kept",
            next="say what you looked at and what you found",
        )
    review = Review(actor.name, reason.strip(), now, actor.asserted)
    while True:
        known = {one.id: one for one in store.openings.all()}.get(opening_id)
        if known is not None and policy.four_eyes:
            _refuse_own(store, known, actor)
        acts = known.acts if known is not None else 0
        event = journal.gate_reviewed(opening_id, review, acts)
        # Whose acts went out meanwhile decides, too, who may review them.
        reviewed = store.openings.review(opening_id, acts, review, [event])
        if reviewed is not None:
            break
    facts = {"kind": GLASS_BROKEN, "cause": opening_id, "job": ""}
    closed = Event(EventKind.ALERT_CLOSED, now, actor.name, facts)
    store.alerts.close(GLASS_BROKEN, opening_id, now, [closed])
    return reviewed


def _refuse_own(store: Store, opening: Opening, actor: Actor) -> None:
    if is_among(actor.name, [opening.actor]):
        what, found = "nobody reviews the gate that they broke open", "one person in two duties"
    elif is_among(actor.name, _subjects(store, opening)):
        what, found = "nobody reviews what went out about themselves", "an act about the reviewer"
    else:
        return
    raise SelfApproval(
        what,
        where=f"opening {opening.id}",
        found=f"{found}; four eyes were expected",
        safe="nothing was kept",
        next="let somebody else look at it",
    )


def _subjects(store: Store, opening: Opening) -> Iterable[str]:
    """Return the names of those whom acts through an opening were about, members included."""
    acts = store.openings.acts(opening.id)
    named = {name for one in acts for name in (one.draft.key, one.draft.name)}
    people = {
        identity
        for one in acts
        for identity in (one.action.subject, *one.action.adds, *one.action.removes)
    }
    return named | names_of_identities(store, opening.target, people)


def _refuse_unusable(wanted: Wanted) -> None:
    known = classes()
    if wanted.part not in known:
        near = nearest(wanted.part, known)
        raise UnknownName(
            f"no class of acts is called `{wanted.part}`",
            where="--part",
            found=f"there are {', '.join(known)}",
            safe="nothing was opened",
            next=f"did you mean `{near}`?" if near else "choose one of them",
        )
    if not wanted.reason.strip():
        raise CommandInvalid(
            "a gate is broken open with a reason",
            where="--reason",
            safe="nothing was opened",
            next="say what cannot wait for a second person, and why",
        )
    if not 1 <= wanted.minutes <= LONGEST:
        raise CommandInvalid(
            "the time cannot be used",
            where="--minutes",
            found=f"{wanted.minutes:,}; 1 to {LONGEST} were expected",
            safe="nothing was opened",
            next="open it for less, and review it before the next time",
        )


def _alert(store: Store, opening: Opening) -> None:
    alert = Alert(
        GLASS_BROKEN,
        opening.id,
        Severity.CRITICAL,
        "",
        f"{opening.actor} broke the gate of {opening.part} on {opening.target} open until "
        f"{moment(opening.expires_at)}",
        f"look at what goes through it, then `provisor break-glass review {opening.id}`",
        opening.opened_at,
        opening.opened_at,
    )
    severity = alert.severity.value
    facts = {"kind": alert.kind, "cause": alert.cause, "job": "", "severity": severity}
    raised = Event(EventKind.ALERT_RAISED, opening.opened_at, opening.actor, facts)
    store.alerts.raise_(alert, [raised])
