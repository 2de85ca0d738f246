"""Who may say yes to a plan, who may not, and whether what was said is enough."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from provisor.errors import DecisionExpired, SelfApproval

SCHEDULER = "scheduler"


class DecisionKind(StrEnum):
    """What an approver said."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    """An approver takes back their own word."""
    CALL_OFF = "call_off"
    """Who asked for the plan asks no more; what others said of it counts no more."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One vote, bound to action digests and to the configuration it was given under."""

    id: str
    kind: DecisionKind
    plan: str
    """Plan digest."""
    job: str
    configuration: str
    approver: str
    reason: str
    decided_at: datetime
    expires_at: datetime
    actions: frozenset[str]
    """Action ids (hexadecimal digests) that it is about."""
    signature: str | None = None
    """The approver's own signature over the decision, once approvers have keys."""

    @property
    def voter(self) -> str:
        """Who votes, whatever the letter case of the name: `Ann` and `ann` are one person."""
        return self.approver.casefold()


@dataclass(frozen=True, slots=True)
class Duties:
    """Who had which hand in a plan; none of them approves it alone."""

    initiator: str
    author: str
    """Who first presented the configuration revision; `scheduler` when nobody did."""
    revision_is_new: bool
    """True while no plan of this revision was approved."""
    hands: frozenset[str] = frozenset()
    """Who had a hand in the configuration revision that the plan cites."""

    @property
    def authors(self) -> frozenset[str]:
        """Who may not approve because of the configuration; nobody once it is not new."""
        return self.hands | {self.author} if self.revision_is_new else frozenset()


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """How approvals work in this installation."""

    four_eyes: bool = True
    expiry_hours: int = 24
    destructive_expiry_hours: int = 8


def refuse_own_vote(approver: str, duties: Duties, subjects: Iterable[Collection[str]]) -> None:
    """Refuse a vote by whoever has a hand in the plan.

    Args:
        approver: who votes.
        duties: who asked for the plan and who wrote its configuration.
        subjects: per action the names under which its subject may act: key, login, mail.

    Raises:
        SelfApproval: the approver is initiator, author of a new revision, or a subject.
    """
    voter = approver.casefold()
    if voter == duties.initiator.casefold():
        raise _self_approval("started the run that made this plan")
    if voter in {author.casefold() for author in duties.authors}:
        raise _self_approval("presented the configuration that this plan uses for the first time")
    own = sum(voter in {name.casefold() for name in names} for names in subjects)
    if own:
        raise _self_approval(f"is the subject of {own} of its actions")


def refuse_undoer(approver: str, undoers: Collection[str]) -> None:
    """Refuse a vote by whoever asked for an undo that wants some of the acts.

    Raises:
        SelfApproval: the approver is one of them.
    """
    if approver.casefold() in {name.casefold() for name in undoers}:
        raise _self_approval("asked for the undo that wants some of its actions")


def _self_approval(how: str) -> SelfApproval:
    return SelfApproval(
        f"the approver {how}",
        where="approval",
        found="one person in two duties; four eyes were expected",
        safe="nothing was approved and nothing was changed",
        next="let somebody else approve, or approve other actions with `--only`",
    )


def approvals_needed(duties: Duties, policy: ApprovalPolicy) -> int:
    """Return how many different approvers an action needs.

    A revision that the scheduler presented first has no author to tell apart: two are needed.
    """
    if not policy.four_eyes:
        return 1
    return 2 if duties.revision_is_new and duties.author == SCHEDULER else 1


def approved_actions(
    decisions: Iterable[Decision],
    *,
    configuration: str,
    needed: int,
    now: datetime,
    consumed: Collection[tuple[str, str]] = (),
    twice: Collection[str] = (),
) -> frozenset[str]:
    """Return the action ids that enough different people approved and nobody used yet.

    Args:
        decisions: all votes that may count, of this plan and its predecessors, oldest first.
        configuration: the digest that the plan cites; votes under another do not count.
        needed: different approvers per action.
        now: expired votes do not count.
        consumed: (decision id, action id) pairs that were carried out already.
        twice: action ids that need two different people, whatever `needed` says.
    """
    votes: dict[str, frozenset[str]] = {}
    circles: dict[frozenset[str], frozenset[str]] = {}
    ordered = list(decisions)
    ended = _endings(ordered)
    for place, decision in enumerate(ordered):
        usable = (
            decision.kind is DecisionKind.APPROVE
            and decision.configuration == configuration
            and decision.expires_at > now
            and not ended.voids(place, decision)
        )
        for action in decision.actions if usable else ():
            if (decision.id, action) not in consumed and not ended.ends(place, decision, action):
                circle = votes.get(action, frozenset()) | {decision.voter}
                # A million acts were approved by the same people: who they are is held once.
                votes[action] = circles.setdefault(circle, circle)
    return frozenset(
        action
        for action, voters in votes.items()
        if len(voters) >= (max(needed, 2) if action in twice else needed)
    )


def rejected_actions(decisions: Iterable[Decision], *, configuration: str) -> frozenset[str]:
    """Return the action ids that were rejected and that nobody approved afterwards.

    A rejection has no end of its own: the same act is not carried out a day later.

    Args:
        decisions: all votes that may count, oldest first.
        configuration: votes under another do not count.
    """
    rejected: dict[str, str] = {}
    for decision in decisions:
        if decision.configuration != configuration:
            continue
        match decision.kind:
            case DecisionKind.REJECT:
                rejected.update(dict.fromkeys(decision.actions, decision.voter))
            case DecisionKind.APPROVE:
                rejected = {a: by for a, by in rejected.items() if a not in decision.actions}
            case DecisionKind.WITHDRAW:
                rejected = {
                    action: by
                    for action, by in rejected.items()
                    if by != decision.voter or action not in decision.actions
                }
            case DecisionKind.CALL_OFF:
                pass
    return frozenset(rejected)


EVERYBODY = ""
"""Whose words end when a plan is rejected or called off."""


@dataclass(slots=True)
class _Endings:
    """The places at which votes end: by plan where no action is named, else by action."""

    plans: dict[tuple[str, str], int] = field(default_factory=dict)
    actions: dict[tuple[str, str], int] = field(default_factory=dict)

    def note(self, place: int, decision: Decision) -> None:
        """Take note of what ends other votes."""
        if decision.kind is DecisionKind.APPROVE:
            return
        own = decision.kind is DecisionKind.WITHDRAW
        whose = decision.voter if own else EVERYBODY
        for action in decision.actions:
            self.actions[action, whose] = place
        # An own word on a plan is taken back whole, however little of the plan is left.
        if own or not decision.actions:
            self.plans[decision.plan, whose] = place

    def voids(self, place: int, vote: Decision) -> bool:
        """Say whether a whole vote has ended."""
        ends = (self.plans.get((vote.plan, whose), -1) for whose in (vote.voter, EVERYBODY))
        return place < max(ends)

    def ends(self, place: int, vote: Decision, action: str) -> bool:
        """Say whether a vote has ended for one action."""
        ends = (self.actions.get((action, whose), -1) for whose in (vote.voter, EVERYBODY))
        return place < max(ends)


def _endings(ordered: Sequence[Decision]) -> _Endings:
    ended = _Endings()
    for place, decision in enumerate(ordered):
        ended.note(place, decision)
    return ended


def refuse_expired(expires_at: datetime, now: datetime) -> None:
    """Refuse a decision whose time is over.

    Raises:
        DecisionExpired: always, when `expires_at` is not in the future.
    """
    if expires_at <= now:
        raise DecisionExpired(
            "every decision on this plan has expired",
            where="approval",
            found=f"expired at {expires_at:%Y-%m-%dT%H:%M:%SZ}",
            safe="nothing was changed; the plan is kept",
            next="run `provisor plan` again and let the new plan be approved",
        )
