"""Do the allowed acts, each at most once, in waves; intent before, outcome after.

Enters: a plan and its allowance. Leaves: outcomes. Never decides, never retries what was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from provisor.domain.action import Operation
from provisor.domain.excerpt import Excerpt
from provisor.domain.link import Link
from provisor.domain.plan import PlannedAction
from provisor.engine import journal
from provisor.engine.carrying.carry_members import (
    is_large,
    send_members,
    sent_at_once,
)
from provisor.engine.carrying.delivering import Drawn, drawn_for, hand_over, with_secrets
from provisor.engine.carrying.obstacles import Obstacle
from provisor.engine.carrying.promising import Promised, promise
from provisor.engine.carrying.queue import batches, waves
from provisor.engine.carrying.results import LEFT
from provisor.engine.carrying.underway import Carrying
from provisor.engine.carrying.votes import Votes
from provisor.engine.confirm import Drift, confirm, looks_of
from provisor.engine.doing import Doing
from provisor.engine.effects import UNDELIVERED, effect_of, outcome_of
from provisor.engine.referring import on_the_wire
from provisor.engine.rights.granting import remembered_among
from provisor.errors import AuthFailed, ProvisorError, RecordProblem
from provisor.ports.connector import MemberChange, OutcomeState, Work, Written
from provisor.ports.store import ActState, Effect

OUTCOMES_TOGETHER = 100
"""Outcomes that are made durable together."""

_NEARLY = 4
"""When so many rounds of what is in flight are left, the next batch is promised."""
_SIGNED_OUT = "the target does not accept the credentials any more"


def carry_out(carrying: Carrying, actions: Sequence[PlannedAction], votes: Votes) -> None:
    """Carry out actions wave by wave; a stop leaves the rest unreached.

    Args:
        carrying: the run; its results say what became of the actions.
        actions: those that are allowed, in plan order.
        votes: the decisions that are used up by doing each.

    Cost: two looks at each action; two batches of them are held at a time.
    """
    progress = carrying.job.progress
    progress.begin(f"writing to {carrying.lease.target}", len(actions))
    try:
        for wave in waves(actions):
            gone: list[PlannedAction] = []
            for kind in wave:
                gone += _carry_kind(carrying, kind, votes)
            _note_broken(carrying, gone)
            if carrying.pace.stopped:
                return
            carrying.job.reached("wave.done")
    finally:
        progress.end()
        carrying.breaker.end()


def _carry_kind(carrying: Carrying, acts: Excerpt, votes: Votes) -> list[PlannedAction]:
    """Carry out the acts of one kind in a wave; return what others in later waves may depend on.

    None of them waits for another: so a batch is promised while the one before it ends.
    """
    gone: list[PlannedAction] = []
    coming = _promised(carrying, batches(acts, carrying.breaker, carrying.room), votes)
    ahead: list[Promised] = []
    broken: list[ProvisorError] = []

    def look_ahead() -> None:
        if ahead or carrying.pace.stopped or carrying.breaker.on_trial:
            return
        try:
            ahead.extend(islice(coming, 1))
        except ProvisorError as error:
            # What was sent is written down first.
            broken.append(error)

    while (promised := ahead.pop() if ahead else next(coming, None)) is not None:
        with carrying.pace.spending.on(promised.batch):
            _carry_promised(carrying, promised, look_ahead)
        gone += _noted(carrying, promised.batch)
        carrying.job.reached("batch.done")
        if broken:
            raise broken[0]
    return gone


def _promised(
    carrying: Carrying, coming: Iterable[Sequence[PlannedAction]], votes: Votes
) -> Iterator[Promised]:
    """Promise batch after batch, until nothing more may be sent."""
    for batch in coming:
        if carrying.pace.stopped or not carrying.pace.permit(0):
            return
        yield promise(carrying, batch, votes)


def _noted(carrying: Carrying, batch: Sequence[PlannedAction]) -> list[PlannedAction]:
    """Take note of how a batch ended; return what others in later waves may depend on."""
    outcomes = carrying.outcomes
    if carrying.parking is not None:
        carrying.parking.note(batch, outcomes)
    for planned in batch:
        if planned.id in outcomes:
            carrying.results.note(planned, outcomes[planned.id])
            carrying.looks.note(planned, outcomes[planned.id])
    gone = [p for p in batch if p.id in outcomes and outcomes[p.id].state in LEFT]
    carrying.outcomes = {}
    if carrying.looks.are_many:
        carrying.drift += look_back(carrying)
    return [planned for planned in gone if _blocks_others(planned)]


def look_back(carrying: Carrying) -> tuple[Drift, ...]:
    """Look at what was done and is to be looked at, and was not yet."""
    looks, carrying.looks = carrying.looks, looks_of(carrying.job)
    # Of a sample so many are looked at in a run, not each time.
    carrying.looks.left = looks.left
    done = sorted(looks.chosen, key=lambda one: one[0].position)
    return confirm(carrying.job, carrying.run, carrying.plan, done, carrying.pace.spending)


def _carry_promised(carrying: Carrying, promised: Promised, nearly: Callable[[], None]) -> None:
    """Send what was promised; `nearly` is called when only a few answers are still to come."""
    _conclude(carrying, [_blocked(carrying, doing, why) for doing, why in promised.blocked])
    if not promised.ready:
        return
    if is_large(promised.ready[0].planned, carrying.room):
        _send_members(carrying, promised.ready[0])
    else:
        _send(carrying, promised, nearly)


def _send_members(carrying: Carrying, doing: Doing) -> None:
    effect = send_members(carrying.job, carrying.pace, doing, carrying.breaker.saw)
    if effect.outcome.code == AuthFailed("").code:
        carrying.pace.stop(_SIGNED_OUT)
    _conclude(carrying, [effect])


def _blocked(carrying: Carrying, doing: Doing, obstacle: Obstacle) -> Effect:
    return Effect(
        outcome_of(
            doing.intent,
            ActState.BLOCKED,
            carrying.job.clock.now(),
            code=obstacle.code,
            message=obstacle.message,
            blocked_by=obstacle.action,
        )
    )


def _send(carrying: Carrying, promised: Promised, nearly: Callable[[], None]) -> None:
    """Give a batch to the connector; outcomes are kept as they become known."""
    links = promised.links
    drawn = _drawn(carrying, promised.ready)
    doings = [doing for doing in promised.ready if doing.intent.action_id in drawn]
    secrets = [drawn[doing.intent.action_id] for doing in doings]
    works = [_work(doing, links, own) for doing, own in zip(doings, secrets, strict=True)]
    pending: list[Effect] = []
    answered: set[int] = set()
    few_left = max(len(works) // 2, len(works) - _NEARLY * carrying.job.in_flight)
    for written in carrying.job.target.apply(works, carrying.pace):
        if not answered:
            carrying.job.reached("first.answer")
        answered.add(written.position)
        carrying.breaker.saw(written)
        effect = _effect(carrying, doings[written.position], written)
        own = secrets[written.position]
        pending.append(_handed_over(carrying, doings[written.position], effect, own))
        if isinstance(written.problem, AuthFailed):
            carrying.pace.stop(_SIGNED_OUT)
        if len(pending) >= OUTCOMES_TOGETHER:
            _conclude(carrying, pending)
            pending = []
        if len(answered) == few_left:
            nearly()
    silent = [i for i in range(len(works)) if i not in answered]
    pending += [_effect(carrying, doings[i], _unanswered(i)) for i in silent]
    carrying.job.reached("batch.answered")
    _conclude(carrying, pending)


def _drawn(carrying: Carrying, doings: Sequence[Doing]) -> dict[str, Drawn]:
    """Draw the secrets of a batch, by action; an act whose secret cannot be drawn ends here."""
    drawn: dict[str, Drawn] = {}
    failed: list[Effect] = []
    for doing in doings:
        try:
            drawn[doing.intent.action_id] = drawn_for(doing.planned.action)
        except RecordProblem as problem:
            now = carrying.job.clock.now()
            outcome = outcome_of(
                doing.intent, ActState.FAILED, now, code=problem.code, message=problem.what
            )
            failed.append(Effect(outcome))
    _conclude(carrying, failed)
    return drawn


def _handed_over(carrying: Carrying, doing: Doing, effect: Effect, drawn: Drawn) -> Effect:
    """Hand over the secrets of an account that was made; what did not arrive is said."""
    planned, outcome = doing.planned, effect.outcome
    if not any(draw.deliver for draw in planned.action.draws):
        return effect
    if outcome.state is ActState.ALREADY_SO:
        message = "the account was there already, so no secret was set and none was handed over"
    elif outcome.state is ActState.DONE:
        # A program may be slow, and the lease must not run out meanwhile.
        carrying.pace.permit(0)
        message = hand_over(planned, outcome.native_id or "", drawn, carrying.job.deliveries)
    else:
        return effect
    if not message:
        return effect
    return replace(effect, outcome=replace(outcome, code=UNDELIVERED, message=message))


def _unanswered(position: int) -> Written:
    """A connector that says nothing about an act leaves it uncertain."""
    return Written(position, OutcomeState.UNCERTAIN)


def _work(doing: Doing, links: Mapping[str, Link], drawn: Drawn) -> Work:
    action = on_the_wire(doing.planned.action, doing.natives)
    action = with_secrets(action, drawn) if drawn else action
    native = doing.link.native_id if doing.link is not None else action.native_id
    if action.operation is not Operation.MEMBERSHIP:
        created = action.operation is Operation.CREATE
        return Work(action, None if created else native)
    members = MemberChange(
        tuple(links[member].native_id for member in doing.sent_adds),
        (
            *(links[member].native_id for member in doing.sent_removes),
            *action.outsiders,
        ),
    )
    return Work(action, native, members)


def _effect(carrying: Carrying, doing: Doing, written: Written) -> Effect:
    effect = effect_of(doing, written, carrying.job.rules, carrying.job.clock.now())
    remembered_among(doing.grants, effect)
    action = doing.planned.action
    if effect.link is not None and action.operation is Operation.CREATE:
        link, found = effect.link, effect.outcome.state is ActState.ALREADY_SO
        if found and carrying.owners.is_anothers(link.object_type, link.native_id, link.identity):
            return _taken(carrying, doing, link)
        carrying.owners.note(link)
    return sent_at_once(doing, written, effect)


def _taken(carrying: Carrying, doing: Doing, link: Link) -> Effect:
    """An account that carries our anchor and belongs to somebody else is not linked twice."""
    return Effect(
        outcome_of(
            doing.intent,
            ActState.FAILED,
            carrying.job.clock.now(),
            native_id=link.native_id,
            code="conflict",
            message="the account that carries this anchor is linked with somebody else",
        )
    )


def _conclude(carrying: Carrying, effects: Sequence[Effect]) -> None:
    if not effects:
        return
    outcomes = [effect.outcome for effect in effects]
    carrying.job.reached("outcomes.known")
    carrying.job.store.acts.conclude(effects, [journal.concluded(carrying.job, outcomes)])
    carrying.job.reached("outcomes.kept")
    for outcome in outcomes:
        carrying.outcomes[outcome.action_id] = outcome
    carrying.job.progress.advance(len(outcomes))


def _note_broken(carrying: Carrying, gone: Iterable[PlannedAction]) -> None:
    """Remember what failed, so that what depends on it in later waves is blocked."""
    for planned in sorted(gone, key=lambda one: one.position):
        carrying.broken.setdefault(planned.action.subject, planned.id)
        if planned.draft.bundle:
            carrying.broken.setdefault(planned.draft.bundle, planned.id)


def _blocks_others(planned: PlannedAction) -> bool:
    """A disable that failed holds up nothing: each act on the account stands for itself.

    Only a missing account, or a name in a bundle, is what others need.
    """
    return planned.action.operation is Operation.CREATE or bool(planned.draft.bundle)
