"""The order of the rooms, and nothing else: plan, apply, and both in one run."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from provisor.domain import sealing
from provisor.domain.excerpt import Excerpt, excerpt, ids_of
from provisor.domain.plan import PlannedAction, Ruling
from provisor.domain.sealing import SealedActions
from provisor.domain.separating import SEPARATION
from provisor.engine import journal
from provisor.engine.allowance import Allowance, allowance, refuse_undecided
from provisor.engine.carry_out import carry_out, look_back
from provisor.engine.carrying.breaking import refuse_quarantined
from provisor.engine.carrying.obstacles import moves_of
from provisor.engine.carrying.pacing import TargetPace
from provisor.engine.carrying.parking import Parking
from provisor.engine.carrying.results import LEFT
from provisor.engine.carrying.underway import Carrying
from provisor.engine.carrying.votes import Votes, votes_of
from provisor.engine.confirm import Drift
from provisor.engine.dead_links import end_dead_links
from provisor.engine.decide import refuse_other_configuration
from provisor.engine.effects import UNDELIVERED
from provisor.engine.emergency.late_kills import strike_again
from provisor.engine.forecasting import forecast
from provisor.engine.garbage import let_go, uncollected
from provisor.engine.job import Job
from provisor.engine.make_plan import Made, make_plan
from provisor.engine.on_demand import as_planned
from provisor.engine.raise_alerts import alert_outcomes
from provisor.engine.revisions.in_force import refuse_uncited, refuse_unreviewed
from provisor.engine.verify import Checked, verify_still_called_for
from provisor.errors import (
    DONE,
    REFUSED_OR_WAITING,
    SOMETHING_LEFT,
    Frozen,
    LeaseHeld,
    PlanApplied,
    strictest,
)
from provisor.ports.store import ActOutcome, ActState, PlanStatus, Run, StoredPlan

PARKED = "parked"
"""Acts that failed before and are not tried now, among the sums of outcomes."""
OUTCOME_NAMES = (*(state.value for state in ActState), PARKED)


@dataclass(frozen=True, slots=True)
class Result:
    """What a command ends with."""

    stored: StoredPlan
    exit_code: int
    outcomes: Mapping[str, int]
    """State to count; empty when nothing was carried out."""
    left: tuple[ActOutcome, ...] = ()
    """Outcomes that were not done, or whose secret reached nobody."""
    drift: tuple[Drift, ...] = ()
    waiting: int = 0
    """Actions that no word allows yet."""
    stopped: str = ""
    """Why carrying out ended early; empty when it did not."""
    run: Run | None = None
    """What was carried out, with what it was foretold to take and what it took."""


@dataclass(frozen=True, slots=True)
class _Queue:
    """What is to be carried out, in plan order, and by whose votes."""

    actions: Excerpt
    votes: Votes


@dataclass(frozen=True, slots=True)
class _Carried:
    """What became of a plan in one run."""

    carrying: Carrying
    parked: frozenset[str]
    """Action ids that wait to be tried again."""
    drift: tuple[Drift, ...]
    queued: int
    """How many actions were to be carried out."""


def plan_job(job: Job) -> Result:
    """Make a plan and carry out nothing."""
    with uncollected():
        stored = _in_pages(job, make_plan(job).stored)
    return Result(stored, exit_code_of(stored), {})


def _in_pages(job: Job, stored: StoredPlan) -> StoredPlan:
    """Return a plan of which, where it is large, no more is held than what is looked at."""
    if not isinstance(stored.plan.actions, SealedActions):
        return stored
    return job.store.plans.get(stored.plan.digest) or stored


def exit_code_of(stored: StoredPlan) -> int:
    """Return the exit code that a plan alone deserves."""
    codes = [DONE]
    if stored.verdict in (Ruling.REFUSED, Ruling.NEEDS_DECISION):
        codes.append(REFUSED_OR_WAITING)
    if stored.set_aside or kept_apart(stored):
        codes.append(SOMETHING_LEFT)
    return strictest(codes)


def kept_apart(stored: StoredPlan) -> bool:
    """Say whether a duty left a grant out of the plan."""
    return any(v.name == SEPARATION and v.result is Ruling.REFUSED for v in stored.verdicts)


def run_job(job: Job) -> Result:
    """Make a plan and carry out whatever is allowed of it."""
    refuse_frozen(job)
    refuse_quarantined(job)
    epoch = _last_lease(job)
    made = make_plan(job)
    if made.stored.verdict is not Ruling.REFUSED and not job.only:
        end_dead_links(job, made.survey, made.stored.plan)
    if made.stored.verdict is Ruling.REFUSED or not made.stored.plan.actions:
        return Result(made.stored, exit_code_of(made.stored), {})
    allowed = allowance(job, made.stored)
    if allowed.done:
        # The plan was made a moment ago: whoever did something of it was somebody else.
        _refuse_overtaken(job.rules.target, job.store.controls.epoch(job.rules.target), epoch)
    if not allowed.actions:
        return Result(made.stored, exit_code_of(made.stored), {}, waiting=allowed.waiting)
    stored = _in_pages(job, made.stored)
    del made
    actions = excerpt(stored.plan.actions, allowed.actions)
    queue, allowed = _queue(actions, allowed, stored)
    with job.halt.heeded():
        return _apply(job, stored, queue, allowed, Checked(frozenset()), epoch)


def apply_plan(job: Job, stored: StoredPlan) -> Result:
    """Carry out a stored plan, as far as it is allowed and still called for.

    Both sides are looked at again first: what is no longer called for is superseded, what moved
    in the target is stale; both are listed and left.

    Raises:
        DecisionMissing, PlanApplied, PlanSuperseded, Frozen, LeaseHeld, TargetQuarantined,
        ConfigurationUnreviewed: nothing was changed.
    """
    refuse_unreviewed(job)
    refuse_frozen(job)
    refuse_quarantined(job)
    epoch = job.store.controls.vacant(job.rules.target, job.clock.now())
    # What was read before the epoch may be of the time before another worker's writes.
    stored = job.store.plans.find(stored.plan.digest)
    job = as_planned(job, stored.plan.header)
    _refuse_applied(stored)
    refuse_uncited(job, stored)
    refuse_other_configuration(job, stored)
    allowed = allowance(job, stored)
    refuse_undecided(stored, allowed)
    checked = verify_still_called_for(job, stored, allowed.actions, allowed.voted)
    actions = excerpt(stored.plan.actions, checked.holding, checked.drafts)
    checked = replace(checked, holding=frozenset())
    queue, allowed = _queue(actions, allowed, stored)
    with job.halt.heeded():
        return _apply(job, stored, queue, allowed, checked, epoch)


def _queue(actions: Excerpt, allowed: Allowance, stored: StoredPlan) -> tuple[_Queue, Allowance]:
    """Return what is to be carried out, and what is needed of its allowance from now on.

    The ids of a million actions are a hundred megabytes, and lie between what could be given back.
    """
    queue = _Queue(actions, votes_of(ids_of(stored.plan.actions), allowed.voted))
    none = frozenset[str]()
    allowed = replace(allowed, actions=none, voted={}, done=none, rejected=none)
    _let_go_of_many(stored)
    return queue, allowed


def _let_go_of_many(stored: StoredPlan) -> None:
    """Give back what looking at every action of a large plan took."""
    if len(stored.plan.actions) > sealing.MANY:
        let_go()


def refuse_frozen(job: Job) -> None:
    """Refuse to start while writing is frozen.

    Raises:
        Frozen: for this target, or everywhere.
    """
    freeze = job.store.controls.frozen(job.rules.target)
    if freeze is not None:
        raise Frozen(
            f"writing is frozen since {freeze.at:%Y-%m-%dT%H:%M:%SZ} by {freeze.actor}",
            where=f"target {job.rules.target}",
            safe="nothing was changed",
            next="`provisor unfreeze` lifts it, when its reason is gone",
        )


def _refuse_applied(stored: StoredPlan) -> None:
    if stored.status is PlanStatus.APPLIED:
        raise PlanApplied(
            "the plan was carried out already; a plan is applied once",
            where=f"plan {stored.plan.digest[:12]}",
            safe="nothing was changed",
            next="run `provisor plan` to see what is still to be done",
        )


def _apply(
    job: Job,
    stored: StoredPlan,
    queue: _Queue,
    allowed: Allowance,
    checked: Checked,
    epoch: int | LeaseHeld,
) -> Result:
    actions = queue.actions
    run = _new_run(job, stored, actions)
    lease = job.store.controls.acquire(job.rules.target, run.id, job.clock.now(), job.lease_seconds)
    job.reached("lease.taken")
    pace = TargetPace(job, lease, job.in_flight)
    parking = Parking(job, stored.author)
    waiting = parking.waiting(actions)
    _let_go_of_many(stored)
    try:
        _refuse_overtaken(lease.target, lease.epoch - 1, epoch)
        _begin(job, run, stored)
        attempts = job.store.acts.attempts(stored.plan.digest)
        carrying = Carrying(
            job,
            run.id,
            stored.plan.digest,
            lease,
            pace,
            attempts=attempts,
            moves=moves_of(job, stored, checked.superseded),
            partly=allowed.partly,
            opened=allowed.opened,
            parking=parking,
        )
        carry_out(carrying, actions.without(waiting), queue.votes)
        strike_again(job, actions, carrying.results)
        drift = (*carrying.drift, *look_back(carrying))
    finally:
        job.store.controls.release(pace.lease)
    parking.tell()
    carried = _Carried(carrying, waiting, drift, len(actions))
    return _finish(job, run, stored, allowed, checked, carried)


def _begin(job: Job, run: Run, stored: StoredPlan) -> None:
    job.store.acts.begin_run(run)
    job.store.plans.set_status(stored.plan.digest, PlanStatus.APPLYING, [])
    job.reached("apply.begun")


def _new_run(job: Job, stored: StoredPlan, actions: Iterable[PlannedAction]) -> Run:
    return Run(
        secrets.token_hex(16),
        job.rules.job,
        job.clock.now(),
        None,
        stored.plan.digest,
        job.actor.name,
        None,
        target=job.rules.target,
        forecast=forecast(job, (action.draft for action in actions)),
    )


def _last_lease(job: Job) -> int | LeaseHeld:
    """Return the epoch of the last lease; while somebody writes, why nothing is sent then."""
    try:
        return job.store.controls.vacant(job.rules.target, job.clock.now())
    except LeaseHeld as held:
        # A plan is made all the same: who has nothing to send is in nobody's way.
        return held


def _refuse_overtaken(target: str, last: int, epoch: int | LeaseHeld) -> None:
    """Votes, limits and both sides were looked at before the lease was ours.

    Raises:
        LeaseHeld: somebody else had it in between, or while we began to look.
    """
    if isinstance(epoch, LeaseHeld):
        raise epoch
    if last != epoch:
        raise LeaseHeld(
            "another worker wrote to this target meanwhile",
            where=f"target {target}",
            found=f"lease {last}; {epoch} was the last one when this command began",
            safe="nothing was sent",
            next="run the job again",
        )


def _finish(
    job: Job,
    run: Run,
    stored: StoredPlan,
    allowed: Allowance,
    checked: Checked,
    carried: _Carried,
) -> Result:
    carrying, drift, parked = carried.carrying, carried.drift, len(carried.parked)
    results = carrying.results
    counted = Counter({state.value: count for state, count in results.sums.items()})
    counted["stale"] += len(checked.stale)
    counted["superseded"] += len(checked.superseded)
    sums = {name: counted.get(name, 0) for name in OUTCOME_NAMES}
    sums[PARKED] = parked
    left = tuple(outcome for outcome in results.told if outcome.state in LEFT)
    keyless = tuple(outcome for outcome in results.told if _is_done_in_part(outcome))
    unreached = carried.queued - results.reached - parked
    stopped = carrying.pace.stopped or checked.too_stale
    code = _exit_code(stored, allowed, left or keyless or drift or parked, checked, unreached)
    status = _end_status(allowed, (*left, *carried.parked), checked, unreached)
    job.store.plans.set_status(stored.plan.digest, status, [])
    spent, pauses = carrying.pace.spending.cost, carrying.pace.spending.pauses
    ended = replace(run, ended_at=job.clock.now(), exit_code=code, outcomes=sums)
    ended = replace(ended, spent=spent, pauses=pauses)
    job.store.acts.end_run(ended, [journal.run_ended(job, ended)])
    alert_outcomes(job, results.told, drift)
    job.reached("run.ended")
    final = replace(stored, status=status)
    told = (*left, *keyless)
    return Result(final, code, sums, told, drift, allowed.waiting, stopped, ended)


def _is_done_in_part(outcome: ActOutcome) -> bool:
    """Say whether an act was done and something of it was not: a secret, a refused attribute."""
    return outcome.code == UNDELIVERED or (outcome.state is ActState.DONE and bool(outcome.code))


def _exit_code(
    stored: StoredPlan,
    allowed: Allowance,
    left: object,
    checked: Checked,
    unreached: int,
) -> int:
    codes = [DONE]
    if left or checked.stale or stored.set_aside or kept_apart(stored):
        codes.append(SOMETHING_LEFT)
    if allowed.waiting or unreached or checked.too_stale or checked.held:
        codes.append(REFUSED_OR_WAITING)
    return strictest(codes)


def _end_status(
    allowed: Allowance, left: Iterable[object], checked: Checked, unreached: int
) -> PlanStatus:
    if allowed.waiting:
        return PlanStatus.WAITING
    if unreached or checked.held or checked.too_stale:
        return PlanStatus.PARTLY_APPLIED
    return PlanStatus.PARTLY_APPLIED if any(True for _ in left) else PlanStatus.APPLIED


__all__ = ["Made", "Result", "apply_plan", "plan_job", "refuse_frozen", "run_job"]
