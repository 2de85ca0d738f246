"""Do the allowed acts, each at most once, in waves; intent before, outcome after.

Enters: a plan and its allowance. Leaves: outcomes. Never decides, never retries what was refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from provisor.domain.action import Operation
from provisor.domain.harm import harm_besides
from provisor.domain.link import Link
from provisor.domain.plan import PlannedAction
from provisor.engine import journal
from provisor.engine.carrying.breaking import Breaker
from provisor.engine.carrying.carry_members import (
    is_large,
    room_of,
    send_members,
    sent_at_once,
)
from provisor.engine.carrying.delivering import Drawn, drawn_for, hand_over, with_secrets
from provisor.engine.carrying.obstacles import Obstacle, Progress, obstacle_to
from provisor.engine.carrying.pacing import TargetPace
from provisor.engine.carrying.parking import Parking
from provisor.engine.carrying.queue import batches, waves
from provisor.engine.carrying.results import LEFT, Results
from provisor.engine.carrying.votes import Votes
from provisor.engine.confirm import Drift, Looks, confirm, looks_of
from provisor.engine.doing import Doing
from provisor.engine.effects import UNDELIVERED, effect_of, outcome_of
from provisor.engine.emergency.glass import as_they_stand, shut_gates
from provisor.engine.job import Job
from provisor.engine.overriding.denying import denials, without_denied
from provisor.engine.ownership import Owners
from provisor.engine.referring import identities_in, natives_of, on_the_wire
from provisor.engine.rights.granting import OF_RIGHTS, granted_to, remembered_among
from provisor.errors import AuthFailed, RecordProblem
from provisor.ports.connector import MemberChange, OutcomeState, Work, Written
from provisor.ports.openings import Opening
from provisor.ports.store import ActOutcome, ActState, Effect, Intent, Lease

OUTCOMES_TOGETHER = 100
"""Outcomes that are made durable together."""

_SIGNED_OUT = "the target does not accept the credentials any more"


@dataclass(slots=True)
class Carrying:
    """One run's work on one target: what was done, and what others wait for."""

    job: Job
    run: str
    plan: str
    lease: Lease
    pace: TargetPace
    outcomes: dict[str, ActOutcome] = field(default_factory=dict)
    """Of the batch under way."""
    results: Results = field(init=False)
    looks: Looks = field(init=False)
    drift: list[Drift] = field(default_factory=list)
    """What was looked at while writing went on, and was not there."""
    broken: dict[str, str] = field(default_factory=dict)
    """Subject or bundle to the action id that failed."""
    attempts: Mapping[str, int] = field(default_factory=dict)
    moves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Identity whose account is deleted to the acts after which nobody refers to it."""
    partly: Set[str] = frozenset()
    """Actions of parts of which votes left others waiting."""
    opened: Mapping[str, Opening] = field(default_factory=dict)
    """Action id to the broken gate through which it goes."""
    parking: Parking | None = None
    """What waits to be tried again; None where nobody keeps that."""
    breaker: Breaker = field(init=False)
    owners: Owners = field(init=False)
    room: int = field(init=False)
    """Members that are sent together."""

    def __post_init__(self) -> None:
        self.room = room_of(self.job)
        self.results = Results({one for acts in self.moves.values() for one in acts})
        self.looks = looks_of(self.job)
        self.breaker = Breaker(self.job, self.pace)
        self.owners = Owners(self.job.store.links, self.lease.target)


def carry_out(
    carrying: Carrying,
    actions: Sequence[PlannedAction],
    votes: Votes,
) -> None:
    """Carry out actions wave by wave; a stop leaves the rest unreached.

    Args:
        carrying: the run; its results say what became of the actions.
        actions: those that are allowed, in plan order.
        votes: the decisions that are used up by doing each.

    Cost: two looks at each action; a batch of them is held at a time.
    """
    progress = carrying.job.progress
    progress.begin(f"writing to {carrying.lease.target}", len(actions))
    try:
        for wave in waves(actions):
            gone: list[PlannedAction] = []
            for batch in batches(wave, carrying.breaker, carrying.room):
                if carrying.pace.stopped or not carrying.pace.permit(0):
                    return
                with carrying.pace.spending.on(batch):
                    _carry_batch(carrying, batch, votes)
                gone += _noted(carrying, batch)
                carrying.job.reached("batch.done")
            _note_broken(carrying, gone)
            carrying.job.reached("wave.done")
    finally:
        progress.end()
        carrying.breaker.end()


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


def _carry_batch(carrying: Carrying, batch: Sequence[PlannedAction], votes: Votes) -> None:
    links = carrying.job.store.links.of_identities(
        carrying.lease.target, _identities(batch, carrying.room)
    )
    progress = Progress(carrying.results.moved, carrying.broken, carrying.moves)
    carrying.opened = as_they_stand(carrying.opened, batch, carrying.job.store.openings)
    shut = shut_gates(carrying.opened, batch, carrying.job.clock.now())
    denied = {**denials(carrying.job, batch), **shut}
    obstacles = {a.id: denied.get(a.id) or obstacle_to(a, progress, links) for a in batch}
    blocked = [a for a in batch if obstacles[a.id] is not None]
    ready = [a for a in batch if obstacles[a.id] is None]
    doings = [_doing(carrying, a, links, votes.behind(a)) for a in [*blocked, *ready]]
    doings = without_denied(carrying.job, _with_grants(carrying.job, doings), links)
    if not doings:
        return
    intents = [doing.intent for doing in doings]
    event = journal.intended(carrying.job, intents)
    carrying.job.store.acts.intend(intents, carrying.lease.epoch, [event])
    carrying.job.reached("intents.kept")
    stopped = doings[: len(blocked)]
    _conclude(carrying, [_blocked(carrying, d, obstacles[d.planned.id]) for d in stopped])
    if ready and is_large(ready[0], carrying.room):
        _send_members(carrying, doings[len(blocked)])
    else:
        _send(carrying, doings[len(blocked) :], links)


def _with_grants(job: Job, doings: list[Doing]) -> list[Doing]:
    """Say of acts on rights what we gave to the person; acts on one person share it."""
    subjects = {
        one.planned.action.subject for one in doings if one.planned.action.operation in OF_RIGHTS
    }
    if not subjects:
        return doings
    known = granted_to(job, subjects)
    for subject in subjects:
        known.setdefault(subject, {})
    return [replace(one, grants=known.get(one.planned.action.subject, {})) for one in doings]


def _send_members(carrying: Carrying, doing: Doing) -> None:
    effect = send_members(carrying.job, carrying.pace, doing, carrying.breaker.saw)
    if effect.outcome.code == AuthFailed("").code:
        carrying.pace.stop(_SIGNED_OUT)
    _conclude(carrying, [effect])


def _identities(batch: Sequence[PlannedAction], room: int) -> set[str]:
    found: set[str] = set()
    for planned in batch:
        action = planned.action
        found.add(action.subject)
        if not is_large(planned, room):
            found.update(action.adds)
            found.update(action.removes)
        found.update(identities_in(action))
    return found


def _doing(
    carrying: Carrying,
    planned: PlannedAction,
    links: Mapping[str, Link],
    decisions: tuple[str, ...],
) -> Doing:
    action = planned.action
    partly = planned.id in carrying.partly
    intent = Intent(
        action_id=planned.id,
        plan=carrying.plan,
        run=carrying.run,
        target=carrying.lease.target,
        attempt=carrying.attempts.get(planned.id, 0) + 1,
        part=planned.draft.kind,
        operation=action.operation.value,
        object_type=action.object_type,
        at=carrying.job.clock.now(),
        position=planned.position,
        voted=bool(decisions),
        partly=partly,
        counts=harm_besides(planned.draft) if partly or not decisions else (),
        opening=_gate(carrying, planned),
    )
    return Doing(
        intent,
        planned,
        links.get(action.subject),
        decisions,
        tuple(member for member in action.adds if member in links),
        tuple(member for member in action.removes if member in links),
        natives_of({one: links[one] for one in identities_in(action) if one in links}),
    )


def _gate(carrying: Carrying, planned: PlannedAction) -> str:
    """Return the opening through which an act goes; what comes too late goes through none."""
    opening = carrying.opened.get(planned.id)
    return opening.id if opening is not None and opening.is_open(carrying.job.clock.now()) else ""


def _blocked(carrying: Carrying, doing: Doing, obstacle: Obstacle | None) -> Effect:
    if obstacle is None:
        raise TypeError("nothing is in the way")
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


def _send(carrying: Carrying, doings: Sequence[Doing], links: Mapping[str, Link]) -> None:
    """Give a batch to the connector; outcomes are kept as they become known."""
    drawn = _drawn(carrying, doings)
    doings = [doing for doing in doings if doing.intent.action_id in drawn]
    secrets = [drawn[doing.intent.action_id] for doing in doings]
    works = [_work(doing, links, own) for doing, own in zip(doings, secrets, strict=True)]
    pending: list[Effect] = []
    answered: set[int] = set()
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
