"""What people say about proposed configurations, and the one that comes into force by it."""

from __future__ import annotations

from datetime import timedelta

from provisor.domain.approval import DecisionKind
from provisor.domain.configuration_life import (
    Activation,
    Chronicle,
    Fact,
    Stage,
    Voice,
    stands_for,
)
from provisor.domain.event import Event
from provisor.engine.revisions import revision_events
from provisor.engine.revisions.desk import (
    Desk,
    Standing,
    keep,
    refuse_closed,
    refuse_without_reason,
    standing,
    standing_in,
)
from provisor.engine.revisions.in_force import refuse_other_charter
from provisor.engine.revisions.naming_revisions import LEAST_DIGITS, found_in
from provisor.errors import CommandInvalid, DecisionMissing, ResultsRenewed, SelfApproval
from provisor.ports.store import Alert, Severity


def speak(
    desk: Desk, reference: str, kind: DecisionKind, reason: str, results: str = ""
) -> Standing:
    """Keep what somebody says about a revision: approve, reject, or take back.

    Args:
        desk: where it is said.
        reference: names the revision.
        kind: of the word.
        reason: why.
        results: digest of the results that were seen, or 8 of its digits; empty for the newest.

    Raises:
        ResultsRenewed: the newest results are others than those that were seen.
        SelfApproval: the voter has a hand in the revision; an alert tells of it.
        RevisionClosed: it takes no votes any more.
        ConfigurationUnreviewed: the file that says who acts is not the active revision.
        CommandInvalid: no reason, or nothing to withdraw.
    """
    refuse_other_charter(desk.store, desk.charter)
    refuse_without_reason(reason, "a vote")

    def step(chronicle: Chronicle) -> tuple[tuple[Fact, ...], tuple[Event, ...]]:
        one = standing_in(desk, chronicle, found_in(chronicle, reference))
        refuse_closed(one)
        _refuse_other_results(one, results)
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

    chronicle = keep(desk, step)
    desk.reached("revision.spoken")
    # `latest` may be another one by now.
    number = str(found_in(chronicle, reference).number)
    return standing(desk, number)


def _refuse_other_results(one: Standing, seen: str) -> None:
    newest = one.results.digest if one.results is not None else ""
    if not seen or (len(seen) >= LEAST_DIGITS and newest.startswith(seen)):
        return
    number = one.revision.number
    raise ResultsRenewed(
        "the results that were seen are not the newest ones of this revision",
        where=f"revision {number}",
        found=f"`{seen[:64]}` was seen; the newest are {newest or 'none'}",
        safe="nothing was decided and nothing was changed",
        next=f"look at `provisor config show {number}` again, then name those results",
    )


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
    if desk.actor.name.casefold() == one.revision.author.casefold():
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
        one = standing_in(desk, chronicle, found_in(chronicle, reference))
        if one.stage is Stage.ACTIVE:
            return (), ()
        refuse_closed(one)
        _refuse_unapproved(one)
        actor, now = desk.actor, desk.clock.now()
        fact = Activation(one.revision.number, actor.name, actor.asserted, reason.strip(), now)
        return (fact,), (revision_events.activated(fact, one.revision, one.approvers),)

    chronicle = keep(desk, step)
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
