"""Configurations proposed, spoken about and made active; each step refuses what is not its own.

Enters: what somebody wrote or says. Leaves: facts with their leaves. Never: a file or a system is
touched; who writes the active text to its place is the caller.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from provisor.domain.approval import ApprovalPolicy, DecisionKind
from provisor.domain.canonical import Json, canonical_text
from provisor.domain.charter import Charter
from provisor.domain.configuration_life import (
    OPEN,
    Activation,
    Chronicle,
    ConfigurationRevision,
    Fact,
    Results,
    Stage,
    Voice,
    approvers_of,
    needed_for,
    stage_of,
    stands_for,
)
from provisor.domain.event import Event
from provisor.engine import revision_events
from provisor.engine.in_force import refuse_other_charter
from provisor.engine.job import Actor
from provisor.engine.naming_revisions import found_in
from provisor.errors import (
    CommandInvalid,
    ConfigurationUnchanged,
    DecisionMissing,
    LeaseHeld,
    RevisionClosed,
    SelfApproval,
)
from provisor.ports.clock import Clock
from provisor.ports.store import Alert, Revision, Severity, Store

_TRIES = 8
_RESULTS_PREFIX = b"provisor-results/1\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where people speak about configurations: who they are, and by which rules."""

    store: Store
    clock: Clock
    actor: Actor
    policy: ApprovalPolicy
    charter: Charter
    reached: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A configuration that somebody wants in force."""

    digest: str
    document: str
    text: str
    jobs: Mapping[str, tuple[str, str]]
    """Job name to the digest and the document of its own configuration."""
    reason: str
    origin: int = 0
    """The earlier revision that is brought back; 0 for none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One revision, and where it stands."""

    revision: ConfigurationRevision
    stage: Stage
    needed: int
    approvers: tuple[str, ...]
    results: Results | None
    chronicle: Chronicle


def standing(desk: Desk, reference: str) -> Standing:
    """Return where a revision stands now.

    Raises:
        RevisionUnknown: nothing is called that.
    """
    chronicle = desk.store.configurations.chronicle()
    return _standing(desk, chronicle, found_in(chronicle, reference))


def _standing(desk: Desk, chronicle: Chronicle, revision: ConfigurationRevision) -> Standing:
    now, number = desk.clock.now(), revision.number
    needed = needed_for(revision, desk.policy)
    return Standing(
        revision,
        stage_of(chronicle, number, needed, now),
        needed,
        approvers_of(chronicle, number, now),
        chronicle.results_of(number),
        chronicle,
    )


def propose(desk: Desk, given: Proposal, work: Callable[[], Json]) -> Standing:
    """Keep a configuration as a revision, with what it would do.

    The same configuration proposed again, while it is open, gets new results and no new number;
    approvals that were given for other results count no more.

    Args:
        desk: who proposes.
        given: the configuration.
        work: works out what it would do; called once it is clear that it is wanted.

    Raises:
        ConfigurationUnchanged: the active revision means the same.
        RevisionClosed: another one became active while this was worked out.
        ConfigurationUnreviewed: the file that says who acts is not the active revision.
        CommandInvalid: no reason.
    """
    refuse_other_charter(desk.store, desk.charter)
    _refuse_without_reason(given.reason, "a proposal")
    begun = desk.store.configurations.chronicle()
    _refuse_unchanged(begun, given)
    body = canonical_text(work())
    made = hmac.digest(
        desk.store.installation.seed, _RESULTS_PREFIX + body.encode(), "sha256"
    ).hex()

    def step(chronicle: Chronicle) -> tuple[tuple[Fact, ...], tuple[Event, ...]]:
        _refuse_moved(begun, chronicle)
        _refuse_unchanged(chronicle, given)
        before = _same_and_open(desk, chronicle, given)
        revision = before or _revision(desk, chronicle, given)
        now, by = desk.clock.now(), desk.actor.name
        results = Results(revision.number, made, by, now, body)
        known = chronicle.results_of(revision.number)
        if before is not None and known is not None and known.digest == made:
            return (), ()
        leaf = revision_events.shown(results)
        if before is not None:
            return (results,), (leaf,)
        return (revision, results), (revision_events.proposed(revision), leaf)

    _keep(desk, step)
    _present(desk, given.jobs)
    desk.reached("revision.proposed")
    chronicle = desk.store.configurations.chronicle()
    found = _same_and_open(desk, chronicle, given)
    return _standing(desk, chronicle, found or chronicle.revisions[-1])


def _refuse_moved(begun: Chronicle, now: Chronicle) -> None:
    """What was worked out is against the revision that was active when the work began."""
    if begun.active != now.active:
        raise RevisionClosed(
            f"revision {now.active} became active while this one was worked out",
            where="revisions of this store",
            found=f"it was compared with revision {begun.active}",
            safe="nothing was kept",
            next="propose it again",
        )


def _refuse_unchanged(chronicle: Chronicle, given: Proposal) -> None:
    active = chronicle.revision(chronicle.active)
    if active is not None and active.digest == given.digest:
        raise ConfigurationUnchanged(
            "the configuration means what the active revision means",
            where=f"revision {active.number}",
            found="no rule, limit or guard differs; schedules and remarks need no revision",
            safe="nothing was kept",
            next="change something, or go on as you are",
        )


def _same_and_open(
    desk: Desk, chronicle: Chronicle, given: Proposal
) -> ConfigurationRevision | None:
    for revision in reversed(chronicle.revisions):
        if revision.digest == given.digest and _standing(desk, chronicle, revision).stage in OPEN:
            return revision
    return None


def _revision(desk: Desk, chronicle: Chronicle, given: Proposal) -> ConfigurationRevision:
    number = max((one.number for one in chronicle.revisions), default=0) + 1
    return ConfigurationRevision(
        number=number,
        digest=given.digest,
        document=given.document,
        text=given.text,
        author=desk.actor.name,
        asserted=desk.actor.asserted,
        hands=tuple(dict.fromkeys([desk.actor.name, *_presenters(desk.store, given.jobs)])),
        reason=given.reason.strip(),
        proposed_at=desk.clock.now(),
        after=chronicle.active,
        origin=given.origin,
    )


def _present(desk: Desk, jobs: Mapping[str, tuple[str, str]]) -> None:
    """Show every job's rules to the store: whoever proposes them first is their author."""
    for name, (digest, document) in sorted(jobs.items()):
        fresh = Revision(digest, name, desk.actor.name, desk.clock.now(), document)
        if desk.store.revisions.get(name, digest) is None:
            desk.store.revisions.present(fresh, [revision_events.presented(fresh)])


def _presenters(store: Store, jobs: Mapping[str, tuple[str, str]]) -> Iterable[str]:
    """Yield who showed a job's new rules first: whoever proposes them may only be the messenger."""
    for name, (digest, _) in sorted(jobs.items()):
        known: Revision | None = store.revisions.get(name, digest)
        if known is not None and known.approved_at is None:
            yield known.author


def speak(desk: Desk, reference: str, kind: DecisionKind, reason: str) -> Standing:
    """Keep what somebody says about a revision: approve, reject, or take back.

    Raises:
        SelfApproval: the voter has a hand in the revision; an alert tells of it.
        RevisionClosed: it takes no votes any more.
        ConfigurationUnreviewed: the file that says who acts is not the active revision.
        CommandInvalid: no reason, or nothing to withdraw.
    """
    refuse_other_charter(desk.store, desk.charter)
    _refuse_without_reason(reason, "a vote")

    def step(chronicle: Chronicle) -> tuple[tuple[Fact, ...], tuple[Event, ...]]:
        one = _standing(desk, chronicle, found_in(chronicle, reference))
        _refuse_closed(one)
        meant = kind
        if kind is DecisionKind.APPROVE:
            _refuse_own(desk, one)
        elif kind is DecisionKind.WITHDRAW:
            meant = _taking_back(desk, one)
        now = desk.clock.now()
        voice = Voice(
            revision=one.revision.number,
            kind=meant,
            voter=desk.actor.name,
            asserted=desk.actor.asserted,
            reason=reason.strip(),
            at=now,
            expires_at=now + timedelta(hours=desk.charter.hours),
            results=one.results.digest if one.results is not None else "",
        )
        return (voice,), (revision_events.said(voice, one.revision),)

    chronicle = _keep(desk, step)
    desk.reached("revision.spoken")
    # `latest` may be another one by now.
    number = str(found_in(chronicle, reference).number)
    return standing(desk, number)


def _refuse_own(desk: Desk, one: Standing) -> None:
    voter, hands = desk.actor.name.casefold(), {hand.casefold() for hand in one.revision.hands}
    if not desk.policy.four_eyes or voter not in hands:
        return
    refusal = SelfApproval(
        "the approver wrote or proposed this revision",
        where=f"revision {one.revision.number}",
        found="one person in two duties; four eyes were expected",
        safe="nothing was approved and nothing was changed",
        next="let somebody else approve it",
    )
    now, name = desk.clock.now(), f"revision {one.revision.number}"
    what = f"a vote by {desk.actor.name} on {name} was refused: {refusal.what}"
    cause = f"{name}:{desk.actor.name}"
    alert = Alert("vote_refused", cause, Severity.HIGH, "", what, "ask why", now, now)
    desk.store.alerts.raise_(alert, [revision_events.alerted(alert, desk.actor.name)])
    raise refusal


def _taking_back(desk: Desk, one: Standing) -> DecisionKind:
    """Say what is withdrawn: somebody's own approval, or the proposal by whoever made it."""
    if stands_for(one.chronicle.voices_of(one.revision.number), desk.actor.name) is not None:
        return DecisionKind.WITHDRAW
    if desk.actor.name == one.revision.author:
        return DecisionKind.CALL_OFF
    raise CommandInvalid(
        "there is nothing of yours to withdraw",
        where=f"revision {one.revision.number}",
        found="you did not approve it, and did not propose it",
        safe="nothing was decided and nothing was changed",
        next="`provisor config reject` says no to a revision",
    )


def activate(desk: Desk, reference: str, reason: str) -> Standing:
    """Make an approved revision the one that jobs act under; one that is active stays so.

    Raises:
        DecisionMissing: it waits for approval.
        RevisionClosed: it was rejected, withdrawn, overtaken or superseded.
        ConfigurationUnreviewed: the file that says who acts is not the active revision.
    """
    refuse_other_charter(desk.store, desk.charter)

    def step(chronicle: Chronicle) -> tuple[tuple[Fact, ...], tuple[Event, ...]]:
        one = _standing(desk, chronicle, found_in(chronicle, reference))
        if one.stage is Stage.ACTIVE:
            return (), ()
        _refuse_closed(one)
        _refuse_unapproved(one)
        actor, now = desk.actor, desk.clock.now()
        fact = Activation(one.revision.number, actor.name, actor.asserted, reason.strip(), now)
        return (fact,), (revision_events.activated(fact, one.revision, one.approvers),)

    chronicle = _keep(desk, step)
    desk.reached("revision.activated")
    return standing(desk, str(found_in(chronicle, reference).number))


def _refuse_unapproved(one: Standing) -> None:
    if one.stage is Stage.APPROVED:
        return
    number = one.revision.number
    raise DecisionMissing(
        f"revision {number} has {len(one.approvers)} of {one.needed} approvals that count",
        where=f"revision {number}",
        found="an approval counts until it expires, and only for the results it was given for",
        safe="nothing was changed",
        next=f"let somebody other than {' or '.join(one.revision.hands)} run "
        f"`provisor config approve {number} --reason TEXT`",
    )


_CLOSED = {
    Stage.REJECTED: "somebody rejected it",
    Stage.WITHDRAWN: "its author withdrew it",
    Stage.OVERTAKEN: "another revision became active since: what was shown of it is no longer so",
    Stage.SUPERSEDED: "another revision took its place",
    Stage.ACTIVE: "it is the active one",
}


def _refuse_closed(one: Standing) -> None:
    if one.stage in OPEN:
        return
    number = one.revision.number
    raise RevisionClosed(
        f"revision {number} is {one.stage.value}",
        where=f"revision {number}",
        found=_CLOSED[one.stage],
        safe="nothing was decided and nothing was changed",
        next=f"propose it anew: `provisor config propose --from {number} --reason TEXT`",
    )


def _refuse_without_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise CommandInvalid(
            f"{what} needs a reason",
            where="--reason",
            safe="nothing was kept and nothing was changed",
            next="say why with `--reason TEXT`",
        )


Step = Callable[[Chronicle], tuple[tuple[Fact, ...], tuple[Event, ...]]]


def _keep(desk: Desk, step: Step) -> Chronicle:
    """Take a step from what stands, again where somebody else took one meanwhile.

    Returns:
        What stood before the step.
    """
    for _ in range(_TRIES):
        chronicle = desk.store.configurations.chronicle()
        facts, events = step(chronicle)
        if not facts or desk.store.configurations.add(facts, chronicle.length, events):
            return chronicle
    raise LeaseHeld(
        "others keep changing revisions at this moment",
        where="revisions of this store",
        found=f"{_TRIES} tries, and something new each time",
        safe="nothing of this command was kept",
        next="run it again",
    )
