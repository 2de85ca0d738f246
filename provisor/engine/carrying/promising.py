"""What is promised of a batch before it is sent: its intents, and what stands in the way.

The next batch is promised while the last answers of the one before it come in, so that the target
does not wait for the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from provisor.domain.harm import harm_besides
from provisor.domain.link import Link
from provisor.domain.plan import PlannedAction
from provisor.engine import journal
from provisor.engine.carrying.carry_members import is_large
from provisor.engine.carrying.obstacles import Obstacle, Progress, obstacle_to
from provisor.engine.carrying.underway import Carrying
from provisor.engine.carrying.votes import Votes
from provisor.engine.doing import Doing
from provisor.engine.emergency.glass import as_they_stand, shut_gates
from provisor.engine.job import Job
from provisor.engine.overriding.denying import denials, without_denied
from provisor.engine.referring import identities_in, natives_of
from provisor.engine.rights.granting import OF_RIGHTS, granted_to
from provisor.ports.store import Intent


@dataclass(frozen=True, slots=True)
class Promised:
    """A batch whose intents are kept."""

    batch: Sequence[PlannedAction]
    blocked: Sequence[tuple[Doing, Obstacle]]
    """What is not sent, and why."""
    ready: Sequence[Doing]
    links: Mapping[str, Link]
    """Identity id to link, of everybody whom the batch names."""


def promise(carrying: Carrying, batch: Sequence[PlannedAction], votes: Votes) -> Promised:
    """Keep the intents of a batch; whoever must not have theirs is told as blocked.

    Args:
        carrying: the run.
        batch: acts of one kind.
        votes: the decisions that are used up by doing each.

    Cost: two SELECTs and a transaction.
    """
    links = carrying.job.store.links.of_identities(
        carrying.lease.target, _identities(batch, carrying.room)
    )
    progress = Progress(carrying.results.moved, carrying.broken, carrying.moves)
    carrying.opened = as_they_stand(carrying.opened, batch, carrying.job.store.openings)
    shut = shut_gates(carrying.opened, batch, carrying.job.clock.now())
    denied = {**denials(carrying.job, batch), **shut}
    obstacles = {a.id: denied.get(a.id) or obstacle_to(a, progress, links) for a in batch}
    ordered = sorted(batch, key=lambda one: obstacles[one.id] is None)
    doings = [_doing(carrying, a, links, votes.behind(a)) for a in ordered]
    doings = without_denied(carrying.job, _with_grants(carrying.job, doings), links)
    if doings:
        intents = [doing.intent for doing in doings]
        event = journal.intended(carrying.job, intents)
        carrying.job.store.acts.intend(intents, carrying.lease.epoch, [event])
        carrying.job.reached("intents.kept")
    found = [(doing, obstacles[doing.planned.id]) for doing in doings]
    blocked = [(doing, why) for doing, why in found if why is not None]
    ready = [doing for doing, why in found if why is None]
    return Promised(batch, blocked, ready, links)


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
