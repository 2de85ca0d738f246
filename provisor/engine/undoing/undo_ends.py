"""When an undo's decisions end: by a person's word, with its plan, or with the sign they outlived.

Also who asked for undos, because nobody approves what they asked for themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from provisor.domain.link import LinkState
from provisor.domain.override import Override, OverrideKind, active_overrides
from provisor.domain.plan import Draft, PlannedAction, Proposal
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import brought, undo_of, wait_apart
from provisor.engine import journal
from provisor.engine.allowance import allowance
from provisor.engine.assembly import Assembly, Side
from provisor.engine.job import Actor, Job
from provisor.engine.overriding.overruling import refuse_own_end
from provisor.engine.own_affairs import affair_of, refuse_own_affair
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.ports.store import Severity, StoredPlan

KEEPS_LEAVERS = "undo_keeps_leavers"
_SEEN = "the source says again that the person is here, and the account is on"

Place = tuple[ObjectType, str]


def decisions_of(job: Job, undo_id: str) -> tuple[Override, ...]:
    """Return the decisions of an undo that are in force, those that a later one overtook too."""
    every = (one for one in job.store.overrides.all() if undo_of(one.id) == undo_id)
    return tuple(one for one in every if _is_in_force(job, one))


def end_undo(job: Job, undo_id: str, reason: str) -> tuple[Override, ...]:
    """End every decision of an undo at once; the rules act again from the next cycle on.

    Raises:
        UnknownName: no undo has this id.
        SelfApproval: one of them is about whoever ends it, or took something away by their own
            word; none was ended.

    Cost: two small SELECTs for each object.
    """
    ended = decisions_of(job, job.store.undos.get(undo_id).id)
    for kind, key in sorted({_place(one) for one in ended}):
        refuse_own_affair(job.store, job.actor, job.policy, affair_of(job, kind, key))
    for one in ended:
        refuse_own_end(one, job.actor, job.policy)
    _end(job, ended, job.actor, reason)
    return ended


# --- with the plan -------------------------------------------------------------------------------


def end_refused(
    job: Job,
    stored: StoredPlan,
    chosen: Iterable[PlannedAction],
    actor: Actor,
    reason: str,
) -> None:
    """End the decisions that want acts which somebody rejects, or calls off, in an undo's own plan.

    They end before that word is kept: whoever is stopped in between has a plan that nothing calls
    for any more. Decisions whose acts were carried out stay.
    """
    if not stored.plan.header.undoes:
        return
    undo = job.store.undos.get(stored.plan.header.undoes)
    done = allowance(job, stored).done
    drafts = [planned.draft for planned in chosen if planned.id not in done]
    carried = [planned.draft for planned in stored.plan.actions if planned.id in done]
    kept = {one for deed in brought(carried, undo.back) for one in deed.overrides}
    over = {one for deed in brought(drafts, undo.back) for one in deed.overrides} - kept
    if len(drafts) == len(stored.plan.actions):
        # Nothing of the undo is left: what is as before is the rules' again, too.
        over |= {one for deed in undo.decided for one in deed.overrides}
    _end(job, [one for one in decisions_of(job, undo.id) if one.id in over], actor, reason)


def _end(job: Job, ended: Iterable[Override], actor: Actor, reason: str) -> None:
    ids, now = [one.id for one in ended], job.clock.now()
    if not ids:
        return
    events = [journal.override_ended(one, now, actor.name, reason) for one in ids]
    job.store.overrides.exchange(ids, (), now, events)
    job.reached("undo.ended")


# --- with the sign -------------------------------------------------------------------------------


def review_kept(job: Job, assembly: Assembly, proposal: Proposal) -> None:
    """End what keeps people on against a sign that is gone, and tell of whom it is not.

    An undone disable is kept against the leave that was undone. Once the source says that the
    person is here, the next leave is another one, and nobody has decided about that.

    Args:
        job: whose undos.
        assembly: both sides, or what changed on them.
        proposal: of everybody; who left and who is back is written down already.

    Cost: one look at every decision; two SELECTs more where an undo keeps somebody.
    """
    now = job.clock.now()
    active = active_overrides(job.store.overrides.all(), job.rules.job, now)
    given = [one for every in active.values() for one in every if undo_of(one.id)]
    kept = [one for one in given if one.kind is OverrideKind.KEEP]
    if not kept:
        close_alert(job, KEEPS_LEAVERS, job.rules.job)
        return
    doubted = {(one.object_type, one.key) for one in proposal.set_aside}
    here, against = _told(job, assembly, {_place(one) for one in kept} - doubted)
    over = {_place(one): one.created_at for one in kept if _place(one) in here}
    every = (one for one in job.store.overrides.all() if _is_in_force(job, one))
    _end(job, [one for one in every if _goes_with(job, one, over)], job.actor, _SEEN)
    _tell(job, len(against))


def _told(
    job: Job, assembly: Assembly, places: Collection[Place]
) -> tuple[Collection[Place], Collection[Place]]:
    """Return who of the kept is here again, and who is on although the source says otherwise."""
    here: set[Place] = set()
    against: set[Place] = set()
    for kind in {kind for kind, _ in places} & job.rules.objects.keys():
        keys = {key for one, key in places if one is kind}
        lacking = set(assembly.lacks(Side.SOURCE, kind, keys))
        for link in job.store.links.of_keys(job.rules.target, kind, keys):
            if link.state is not LinkState.ACTIVE:
                continue
            back = link.leave is None and link.key not in lacking
            (here if back else against).add((kind, link.key))
    return here, against


def _is_in_force(job: Job, override: Override) -> bool:
    """Say whether a decision of an undo holds, or would if a later one did not overtake it."""
    expired = override.expires_at is not None and override.expires_at <= job.clock.now()
    bound = override.job == job.rules.job and override.ended_at is None
    return bool(undo_of(override.id)) and bound and not expired


def _goes_with(job: Job, override: Override, over: Mapping[Place, datetime]) -> bool:
    """Say whether a decision is about the switch of somebody who is here again by now.

    Earlier ones go, too: what a later undo took back must not come back with its end.
    """
    kept_at = over.get(_place(override))
    if kept_at is None or override.created_at > kept_at:
        return False
    switch = job.rules.objects[override.object_type].schema.switch
    name = switch.attribute if switch is not None else ""
    pinned = override.kind is OverrideKind.PIN and override.attribute == name
    return pinned or override.kind in (OverrideKind.KEEP, OverrideKind.DENY)


def _tell(job: Job, left: int) -> None:
    if not left:
        close_alert(job, KEEPS_LEAVERS, job.rules.job)
        return
    raise_alert(
        job,
        KEEPS_LEAVERS,
        job.rules.job,
        Severity.HIGH,
        f"undos keep {left} account(s) on although the source says that their people are gone",
        "mend the source; `provisor override list` names them, `provisor override end` ends one",
    )


def _place(override: Override) -> Place:
    return (override.object_type, override.key)


# --- who asked -----------------------------------------------------------------------------------


def undoers_of(job: Job, chosen: Iterable[PlannedAction]) -> frozenset[str]:
    """Return who asked for undos whose decisions bind the objects of some acts.

    Cost: one look at every decision in force; one SELECT for each undo that made some of them.
    """
    now = job.clock.now()
    active = active_overrides(job.store.overrides.all(), job.rules.job, now)
    ids = {one.id for every in active.values() for one in every if undo_of(one.id)}
    if not ids:
        return frozenset()
    drafts = [planned.draft for planned in chosen]
    undos = (job.store.undos.get(one) for one in sorted({undo_of(one) for one in ids}))
    return frozenset(
        undo.author
        for undo in undos
        if any(ids & set(deed.overrides) for deed in brought(drafts, undo.decided))
    )


def given_apart(job: Job, drafts: Sequence[Draft]) -> Sequence[Draft]:
    """Return a plan's acts, those set apart that only an undo gives: a second person agrees.

    Otherwise an undo would be the way to give alone what a `grant` gives by two.

    Cost: one small SELECT; where undos granted something, also a look at every decision in force
        and at each act.
    """
    if not job.policy.four_eyes:
        return drafts
    grants = {one.id for one in job.store.overrides.standing(OverrideKind.GRANT)}
    if not any(undo_of(one) for one in grants):
        return drafts
    now = job.clock.now()
    active = active_overrides(job.store.overrides.all(), job.rules.job, now)
    given = {one.id for every in active.values() for one in every if one.id in grants}
    undos = (job.store.undos.get(one) for one in sorted({undo_of(one) for one in given} - {""}))
    deeds = [deed for undo in undos for deed in undo.back if given & set(deed.overrides)]
    return wait_apart(drafts, deeds) if deeds else drafts
