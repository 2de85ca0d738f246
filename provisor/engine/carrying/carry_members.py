"""Large changes of members, chunk by chunk: what was sent is remembered before the next is.

Enters: one act whose intent is kept. Leaves: its outcome. A chunk that fails ends the act; the next
plan finds in the target what is left. Never is a whole large group held in one request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from provisor.domain.action import Action, Operation
from provisor.domain.harm import GROUP, LOST, Bucket
from provisor.domain.link import Link, Membership
from provisor.domain.plan import PlannedAction
from provisor.engine.doing import Doing
from provisor.engine.effects import effect_of, outcome_of
from provisor.engine.job import Job
from provisor.engine.overriding.denying import denied_members
from provisor.errors import Transient
from provisor.ports.connector import MemberChange, OutcomeState, Pace, Work, Written
from provisor.ports.store import ActState, Effect, HalfWay, Intent

CHUNK = 1_000
"""Members that are looked up, sent and remembered together."""
TOGETHER = 20_000
"""Members of all the small acts that are sent in one batch."""

_SURELY_STOPPED = frozenset({ActState.FAILED, ActState.STALE, ActState.BLOCKED})


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of the members that an act is about."""

    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    outsiders: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[str, ...]:
        """The identity ids in it."""
        return (*self.adds, *self.removes)


def size_of(planned: PlannedAction) -> int:
    """Return how many members an act is about; none for acts on accounts."""
    action = planned.action
    return len(action.adds) + action.members_lost if _is_membership(action) else 0


def room_of(job: Job) -> int:
    """Return how many members are sent together: no more than the target takes in one call."""
    return min(CHUNK, job.target.describe().capabilities.members_per_call)


def is_large(planned: PlannedAction, room: int) -> bool:
    """Say whether an act is carried out chunk by chunk."""
    return size_of(planned) > room


def _is_membership(action: Action) -> bool:
    return action.operation is Operation.MEMBERSHIP


def parcels(
    acts: Sequence[PlannedAction], most: int, room: int
) -> Iterator[Sequence[PlannedAction]]:
    """Yield acts in batches: at most so many acts, members within bounds, large ones alone.

    Args:
        acts: of one kind, in plan order.
        most: acts in one batch.
        room: members that are sent together.
    """
    batch: list[PlannedAction] = []
    held = 0
    for planned in acts:
        size = size_of(planned)
        if batch and (is_large(planned, room) or len(batch) == most or held + size > TOGETHER):
            yield batch
            batch, held = [], 0
        batch.append(planned)
        held += size
        if is_large(planned, room):
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def chunks(action: Action, room: int) -> Iterator[Chunk]:
    """Yield what an act does in pieces: those who leave first, then those who join."""
    for some in _cut(action.removes, room):
        yield Chunk(removes=some)
    for some in _cut(action.outsiders, room):
        yield Chunk(outsiders=some)
    for some in _cut(action.adds, room):
        yield Chunk(adds=some)


def _cut(members: tuple[str, ...], room: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(members), room):
        yield members[start : start + room]


def send_members(job: Job, pace: Pace, doing: Doing, saw: Callable[[Written], None]) -> Effect:
    """Carry out one large act.

    Args:
        saw: is told every answer of the target.

    Returns:
        What became of it, with the memberships of its last chunk.

    Cost: one look-up, one call of the connector and one transaction for each chunk.
    """
    action, target = doing.planned.action, doing.intent.target
    sent = left = joined = lost = 0
    last = Written(0, OutcomeState.ALREADY_SO, _native(doing))
    piece = replace(doing, sent_adds=(), sent_removes=())
    for chunk in chunks(action, room_of(job)):
        job.store.links.put_memberships(target, *_given(piece))
        piece = replace(doing, sent_adds=(), sent_removes=())
        links = job.store.links.of_identities(target, chunk.members)
        denied = denied_members(job, links, chunk.adds)
        doing = replace(doing, denied=doing.denied | denied)
        links = {one: link for one, link in links.items() if one not in denied}
        if not pace.permit(0):
            last = _stopped()
            break
        written = _send(job, pace, doing, chunk, links)
        saw(written)
        if written.state not in (OutcomeState.DONE, OutcomeState.ALREADY_SO):
            last = written
            break
        last = written if last.state is not OutcomeState.DONE else last
        piece = replace(
            doing,
            sent_adds=tuple(one for one in chunk.adds if one in links),
            sent_removes=tuple(one for one in chunk.removes if one in links),
        )
        left += len(chunk.adds) - len(piece.sent_adds)
        if written.state is OutcomeState.DONE:
            joined += len(piece.sent_adds)
            lost += len(piece.sent_removes) + len(chunk.outsiders)
        sent += len(chunk.members) + len(chunk.outsiders)
        job.reached("members.sent")
    effect = effect_of(piece, last, job.rules, job.clock.now())
    told = _told(effect, piece, sent, size_of(doing.planned))
    return counted_half_way(partly_done(doing, left, told), doing, joined, lost)


def _native(doing: Doing) -> str | None:
    return doing.link.native_id if doing.link is not None else doing.planned.action.native_id


def _stopped() -> Written:
    problem = Transient("writing was stopped")
    return Written(0, OutcomeState.FAILED, problem=problem)


def _send(job: Job, pace: Pace, doing: Doing, chunk: Chunk, links: Mapping[str, Link]) -> Written:
    members = MemberChange(
        tuple(links[member].native_id for member in chunk.adds if member in links),
        (
            *(links[member].native_id for member in chunk.removes if member in links),
            *chunk.outsiders,
        ),
    )
    if not members.adds and not members.removes:
        return Written(0, OutcomeState.ALREADY_SO, _native(doing))
    work = Work(doing.planned.action, _native(doing), members)
    answers = list(job.target.apply([work], pace))
    return answers[0] if answers else Written(0, OutcomeState.UNCERTAIN)


def _given(piece: Doing) -> tuple[list[Membership], list[Membership]]:
    group = piece.planned.action.subject
    granted = [Membership(group, member) for member in piece.sent_adds]
    return granted, [Membership(group, member) for member in piece.sent_removes]


def _told(effect: Effect, piece: Doing, sent: int, whole: int) -> Effect:
    """Say how far an act came that did not come to its end; what was sent stays ours."""
    outcome = effect.outcome
    if outcome.state in (ActState.DONE, ActState.ALREADY_SO):
        return effect
    granted, revoked = _given(piece)
    told = f"{outcome.message}; " if outcome.message else ""
    message = f"{told}{sent} of {whole} members were sent before it"
    return Effect(replace(outcome, message=message), granted=tuple(granted), revoked=tuple(revoked))


def partly_done(doing: Doing, left: int, effect: Effect) -> Effect:
    """Members without an account yet are left for the next cycle, and that is said.

    Those whom somebody denied meanwhile are left, too; the next cycle does not want them.
    """
    outcome = effect.outcome
    if not left or outcome.state not in (ActState.DONE, ActState.ALREADY_SO):
        return effect
    missing = left - len(doing.denied)
    told = [f"{missing} member(s) have no account in the target yet"] if missing else []
    told += [f"{len(doing.denied)} member(s) were denied meanwhile"] if doing.denied else []
    blocked = outcome_of(
        doing.intent,
        ActState.BLOCKED,
        outcome.at,
        native_id=outcome.native_id,
        code="reference_missing" if missing else "denied",
        message=f"{'; '.join(told)}; the others were sent",
    )
    return replace(effect, outcome=blocked, consumes=())


def sent_at_once(doing: Doing, written: Written, effect: Effect) -> Effect:
    """Return the outcome of an act that was one request: what of it is left, and what counts."""
    action = doing.planned.action
    told = partly_done(doing, len(action.adds) - len(doing.sent_adds), effect)
    if written.state is not OutcomeState.DONE:
        return told
    lost = len(doing.sent_removes) + len(action.outsiders)
    return counted_half_way(told, doing, len(doing.sent_adds), lost)


def counted_half_way(effect: Effect, doing: Doing, joined: int, lost: int) -> Effect:
    """Say what limits count of an attempt that moved members and did not come to its end.

    Args:
        effect: of the attempt.
        doing: the attempt.
        joined: members that it let in.
        lost: members that it let out.
    """
    done = half_way(doing.intent, doing.planned.action, joined, lost)
    stopped = effect.outcome.state in _SURELY_STOPPED
    return replace(effect, half_way=done) if stopped and done is not None else effect


def half_way(intent: Intent, action: Action, joined: int, lost: int) -> HalfWay | None:
    """Return what limits count of an attempt that stopped; None where they count nothing of it."""
    if not joined + lost or (intent.voted and not intent.partly):
        return None
    group = ((Bucket(LOST, GROUP, action.subject), lost),) if lost else ()
    return HalfWay(intent.at, intent.partly, ((Bucket(intent.part), joined + lost), *group))
