"""Who was denied after a plan was made is not let in by it: asked before each batch and chunk."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from provisor.domain.action import Operation
from provisor.domain.link import Link
from provisor.domain.override import UNDO, Override, OverrideKind, active_overrides
from provisor.domain.plan import PlannedAction
from provisor.domain.record import as_text
from provisor.domain.schema import ObjectType
from provisor.engine.carrying.obstacles import Obstacle
from provisor.engine.doing import Doing
from provisor.engine.job import Job

_DENIED = Obstacle("", "denied", "somebody took all access from this person meanwhile")

Denied = Mapping[tuple[ObjectType, str], tuple[Override, ...]]


def denials(job: Job, actions: Iterable[PlannedAction]) -> dict[str, Obstacle]:
    """Return which acts would let somebody in whom somebody denied, by action id.

    Cost: one small SELECT, where an act lets anybody in.
    """
    letting = [one for one in actions if lets_in(job, one)]
    denied = denied_now(job) if letting else {}
    return {one.id: _DENIED for one in letting if name_of(one) in denied}


def denied_members(job: Job, links: Mapping[str, Link], adds: Collection[str]) -> frozenset[str]:
    """Return which members that would join a group somebody denied, by identity.

    Cost: one small SELECT, where anybody would join.
    """
    joining = [one for one in adds if one in links]
    denied = denied_now(job) if joining else {}
    return frozenset(one for one in joining if (ObjectType.USERS, links[one].key) in denied)


def without_denied(job: Job, doings: list[Doing], links: Mapping[str, Link]) -> list[Doing]:
    """Leave out of some acts the members whom somebody denied meanwhile."""
    joining = {member for doing in doings for member in doing.sent_adds}
    denied = denied_members(job, links, joining)
    if not denied:
        return doings
    return [
        replace(
            doing,
            sent_adds=tuple(one for one in doing.sent_adds if one not in denied),
            denied=denied.intersection(doing.sent_adds),
        )
        for doing in doings
    ]


def denied_now(job: Job) -> Denied:
    """Return who is denied in a job, by object type and key."""
    standing = job.store.overrides.standing(OverrideKind.DENY)
    if any(one.id.startswith(UNDO) for one in standing):
        # Of an undo's denial a later undo may say the opposite: then it denies nobody.
        standing = job.store.overrides.all()
    active = active_overrides(standing, job.rules.job, job.clock.now())
    denied = {
        place: tuple(one for one in given if one.kind is OverrideKind.DENY)
        for place, given in active.items()
    }
    return {place: given for place, given in denied.items() if given}


def name_of(planned: PlannedAction) -> tuple[ObjectType, str]:
    """Return whom an act is about, by object type and key."""
    return planned.action.object_type, planned.draft.key


def lets_in(job: Job, planned: PlannedAction) -> bool:
    """Say whether an act makes an account, gives a right, or writes the switch to not off."""
    action = planned.action
    if action.operation in (Operation.CREATE, Operation.ENABLE, Operation.GRANT):
        return True
    if action.operation is Operation.DELETE:
        return False  # its changes say what is lost with the account, the switch included
    rules = job.rules.objects.get(action.object_type)
    switch = rules.schema.switch if rules is not None else None
    return switch is not None and any(
        one.attribute == switch.attribute and as_text(one.after) != as_text(switch.off)
        for one in action.changes
    )
