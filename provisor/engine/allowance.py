"""What may be carried out of a plan now, by its verdicts and by what people said of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from provisor.domain import sealing
from provisor.domain.approval import (
    ApprovalPolicy,
    Decision,
    Duties,
    approvals_needed,
    approved_actions,
    rejected_actions,
)
from provisor.domain.excerpt import Standing, ids_of, slips_of
from provisor.domain.limits import free_actions, whole_bundles
from provisor.domain.plan import Ruling
from provisor.engine.emergency.glass import opened_actions
from provisor.engine.job import Job
from provisor.engine.referring import needed_for, waiting_references
from provisor.errors import DecisionMissing, PlanSuperseded
from provisor.ports.openings import Opening
from provisor.ports.store import PlanStatus, Store, StoredPlan


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be carried out of one plan, and by whose word."""

    actions: frozenset[str]
    """Action ids, less those that were done; bundles are in it whole or not at all."""
    voted: dict[str, tuple[str, ...]]
    """Action id to the decisions that allow it; actions without an entry need none."""
    partly: frozenset[str] = frozenset()
    """Those with a vote that left others of their part waiting."""
    undecided: frozenset[str] = frozenset()
    """Action ids that no word allows yet."""
    rejected: frozenset[str] = frozenset()
    """Action ids that somebody rejected, and that nobody approved afterwards."""
    needed: int = 1
    """Different approvers per action."""
    opened: Mapping[str, Opening] = field(default_factory=dict)
    """Action id to the broken gate through which it goes, without a vote."""
    done: frozenset[str] = frozenset()
    """Action ids that a run of this plan did since it was shown."""

    @property
    def waiting(self) -> int:
        """How many actions no word allows yet."""
        return len(self.undecided)


def allowance(job: Job, stored: StoredPlan) -> Allowance:
    """Return what the verdicts and the votes allow now.

    Cost: what people said of the plan's acts under this configuration is read once.
    """
    return allowance_of(job.store, job.policy, job.clock.now(), stored)


def allowance_of(
    store: Store, policy: ApprovalPolicy, now: datetime, stored: StoredPlan
) -> Allowance:
    """Return what the verdicts and the votes allow at a moment.

    Cost: what people said of the plan's acts under its configuration is read once.
    """
    header = stored.plan.header
    acts = slips_of(stored.plan.actions)
    decisions = store.decisions.about(header.job, header.configuration, acts.keys())
    consumed = store.decisions.consumed(header.job, acts.keys()) if decisions else frozenset()
    rejected = rejected_actions(decisions, configuration=header.configuration) & acts.keys()
    free = free_actions(acts, stored.parts) - rejected
    duties = duties_of(store, stored)
    needed = approvals_needed(duties, policy)
    approved = approved_actions(
        decisions,
        configuration=header.configuration,
        needed=needed,
        twice=_twice(policy, acts, stored),
        now=now,
        consumed=consumed,
    )
    done = _done(store, stored)
    opened = opened_actions(store.openings.all(), stored, acts, now)
    opened = {
        i: one
        for i, one in opened.items()
        if i not in rejected and i not in free and i not in approved
    }
    through = free | approved | (done & acts.keys()) | opened.keys()
    chosen = whole_bundles(acts, through)
    if any(slip.needs for slip in acts.values()):
        chosen, idle = _with_accounts(store, stored, chosen, rejected)
        rejected |= idle
    voted = _voted(chosen & approved - free - done, decisions, consumed)
    left = {slip.kind for action, slip in acts.items() if action not in chosen}
    partly = frozenset(action for action in voted if acts[action].kind in left)
    undecided = acts.keys() - chosen - rejected if len(chosen) < len(acts) else frozenset[str]()
    actions = chosen - done
    opened = {i: one for i, one in opened.items() if i in actions}
    return Allowance(actions, voted, partly, frozenset(undecided), rejected, needed, opened, done)


def _voted(
    actions: Iterable[str],
    decisions: Sequence[Decision],
    consumed: Collection[tuple[str, str]],
) -> dict[str, tuple[str, ...]]:
    """Return the votes behind each act; those of a million acts are the same few."""
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    voted: dict[str, tuple[str, ...]] = {}
    for action in actions:
        ids = tuple(
            d.id for d in decisions if action in d.actions and (d.id, action) not in consumed
        )
        voted[action] = known.setdefault(ids, ids)
    return voted


def _done(store: Store, stored: StoredPlan) -> frozenset[str]:
    """Return what earlier runs of this plan did already: a resumed apply goes on."""
    return store.acts.settled(stored.plan.digest, stored.created_at)


def _with_accounts(
    store: Store, stored: StoredPlan, chosen: frozenset[str], rejected: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Leave out references to accounts that no word gives; say which of them somebody rejected."""
    actions = stored.plan.actions
    named = {one for planned in actions for one in needed_for(planned.action)}
    if not named:
        return chosen, frozenset()
    linked = store.links.of_identities(stored.plan.header.target, named).keys()
    waiting = waiting_references(actions, chosen, linked)
    idle = waiting_references(actions, set(ids_of(actions)) - rejected, linked)
    return chosen - waiting, idle


def _twice(
    policy: ApprovalPolicy, acts: Mapping[str, Standing], stored: StoredPlan
) -> frozenset[str]:
    """Return the actions that need two people for their own sake."""
    if not policy.four_eyes:
        return frozenset()
    parts = {part.part for part in stored.parts if part.approvers > 1}
    return frozenset(i for i, one in acts.items() if one.part in parts) if parts else frozenset()


def duties_of(store: Store, stored: StoredPlan) -> Duties:
    """Return who had which hand in a plan."""
    header = stored.plan.header
    revision = store.revisions.get(header.job, header.configuration)
    is_new = revision is None or revision.approved_at is None
    hands = _hands(store, stored.revision) if is_new and stored.revision else frozenset()
    return Duties(stored.initiator, stored.author, is_new, hands)


def _hands(store: Store, number: int) -> frozenset[str]:
    """Return who had a hand in the configuration revision that a plan cites."""
    cited = store.configurations.revision(number)
    return frozenset(cited.hands) if cited is not None else frozenset()


def fresh_standing(job: Job, stored: StoredPlan) -> PlanStatus:
    """Return where a plan stands that was made just now.

    Cost: the plan's allowance; of a large plan two questions, where a part waits for a word and
        nobody ever said one.
    """
    header, waits = stored.plan.header, stored.verdict is Ruling.NEEDS_DECISION
    large = waits and len(stored.plan.actions) > sealing.MANY
    silent = large and not job.store.decisions.of_job(header.job, header.configuration)
    if silent and not job.store.acts.attempts(stored.plan.digest):
        return PlanStatus.WAITING
    return standing_of(stored, allowance(job, stored))


def standing_of(stored: StoredPlan, found: Allowance) -> PlanStatus:
    """Return where a plan stands by the words that were said about it."""
    if stored.verdict is Ruling.REFUSED:
        return PlanStatus.REFUSED
    if not stored.plan.actions:
        return PlanStatus.EMPTY
    if found.undecided:
        return PlanStatus.WAITING
    return PlanStatus.REJECTED if found.rejected and not found.actions else PlanStatus.ALLOWED


def refuse_undecided(stored: StoredPlan, found: Allowance) -> None:
    """Refuse to carry out a plan of which nothing is allowed.

    Raises:
        DecisionMissing: every action waits for a vote.
        PlanSuperseded: the plan was refused, rejected or replaced.
    """
    if stored.verdict is Ruling.REFUSED or stored.status in (
        PlanStatus.REJECTED,
        PlanStatus.SUPERSEDED,
        PlanStatus.REFUSED,
        PlanStatus.WITHDRAWN,
    ):
        raise PlanSuperseded(
            f"the plan is {stored.status.value}",
            where=f"plan {stored.plan.digest[:12]}",
            safe="nothing was changed",
            next="run `provisor plan` to see what is to be done now",
        )
    if found.waiting and not found.actions:
        raise DecisionMissing(
            f"all {found.waiting} actions of the plan wait for a decision",
            where=f"plan {stored.plan.digest[:12]}",
            found="no valid vote covers any of them",
            safe="nothing was changed; the plan is kept",
            next="let somebody else run "
            f"`provisor approve {stored.plan.digest[:12]} --reason TEXT`",
        )
