"""Is an approved act still called for: the last look before carrying out a stored plan.

Both sides are read and planned again. An act whose digest stands in the new plan is called for,
with exactly the before-image that was approved. Apply may do less than was approved, never
something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from provisor.domain.action import Action, Operation
from provisor.domain.difference import same
from provisor.domain.excerpt import Excerpt, excerpt, ids_of, slips_of
from provisor.domain.limits import whole_bundles
from provisor.domain.plan import URGENT, Draft, PlannedAction
from provisor.domain.record import ABSENT, is_blank
from provisor.engine.assembly import Assembly, Side
from provisor.engine.cycle import begin_cycle, look_at_all
from provisor.engine.job import Job
from provisor.engine.knowing.closure import TooManyConcerned
from provisor.engine.propose import propose_actions
from provisor.engine.raise_alerts import alert_reads
from provisor.engine.recheck import above_limits, planned_anew
from provisor.engine.referring import identities_in, natives_of, refers_as_before
from provisor.engine.rights.duties import became_toxic
from provisor.engine.settle import settle_unfinished
from provisor.engine.survey import Survey
from provisor.errors import ReadIncomplete, TargetProblem
from provisor.ports.store import StoredPlan

STALE_PERCENT = 10
STALE_BASE = 20

_WAITS_FOR_SOURCE = frozenset({Operation.DELETE, Operation.REVOKE, Operation.CLEAR})


@dataclass(frozen=True, slots=True)
class Checked:
    """Which of the allowed acts may go ahead, and why others may not."""

    holding: frozenset[str]
    stale: tuple[str, ...] = ()
    """The target moved since the plan."""
    superseded: tuple[str, ...] = ()
    """No longer called for."""
    held: tuple[str, ...] = ()
    """They wait: the source cannot be read, or a limit was reached since the plan."""
    too_stale: str = ""
    """Which parts stop and why: too many of their acts are stale."""
    drafts: Mapping[str, Draft] = field(default_factory=dict)
    """The acts that were planned again as others: what they count in has moved."""


def verify_still_called_for(
    job: Job, stored: StoredPlan, allowed: Collection[str], voted: Collection[str]
) -> Checked:
    """Look at both sides again and say which allowed acts still hold.

    What flows without a vote is judged by the limits anew: others may have used them up.

    Args:
        job: both of its sides are read.
        stored: the plan.
        allowed: action ids that verdicts or votes allow.
        voted: those of them that votes allow.

    Raises:
        ReadIncomplete: the target cannot be read, so nothing can be checked.

    Cost: a look at what the plan touches and at what changed besides, where both sides tell it;
        else one full read of both sides. Then one plan.
    """
    survey = begin_cycle(job)
    try:
        return _verified(job, stored, allowed, voted, survey)
    except (TooManyConcerned, TargetProblem) as found:
        if survey.manner.full:
            raise
        return _verified(job, stored, allowed, voted, look_at_all(job, found.what))


def _verified(
    job: Job,
    stored: StoredPlan,
    allowed: Collection[str],
    voted: Collection[str],
    survey: Survey,
) -> Checked:
    settle_unfinished(job, survey)
    alert_reads(job, survey)
    _refuse_unread_target(survey)
    actions = stored.plan.actions
    if survey.doubts:
        return _without_source(job, stored, excerpt(actions, allowed), survey.assembly, voted)
    fresh, free = planned_anew(job, propose_actions(job, survey))
    job.reached("verified")
    waiting = {i for i in allowed if i in fresh and i not in voted and i not in free}
    gone = excerpt(actions, {one for one in allowed if one not in fresh})
    stale = _moved(job, gone, survey.assembly)
    checked = Checked(
        _whole(stored, {one for one in allowed if one in fresh and one not in waiting}),
        stale,
        tuple(one for one in ids_of(gone) if one not in stale),
        tuple(one for one in ids_of(actions) if one in waiting) if waiting else (),
        drafts=_anew(excerpt(actions, allowed), fresh),
    )
    return _bounded(stored, allowed, checked)


def _moved(job: Job, chosen: Iterable[PlannedAction], assembly: Assembly) -> tuple[str, ...]:
    """Return the acts whose precondition does not hold any more."""
    return tuple(a.id for a in chosen if not precondition_holds(job, a.action, assembly))


def _anew(chosen: Iterable[PlannedAction], fresh: Mapping[str, Draft]) -> Mapping[str, Draft]:
    """Return those of the acts that are judged and counted otherwise by now."""
    pairs = ((one, fresh[one.id]) for one in chosen if one.id in fresh)
    return {one.id: draft for one, draft in pairs if _counted_by(one.draft) != _counted_by(draft)}


def _counted_by(draft: Draft) -> tuple[object, ...]:
    order = (draft.wave, draft.urgent, draft.leave_date, draft.bundle)
    return *order, draft.key, draft.name, draft.about, draft.apart


def _refuse_unread_target(survey: Survey) -> None:
    for seen in survey.doubts:
        if seen.side is Side.TARGET:
            raise ReadIncomplete(
                f"the target cannot be read completely: {seen.observation.reason}",
                where=f"{seen.observation.system} {seen.observation.object_type}",
                safe="nothing was changed; the plan and its decisions are kept",
                next="run `provisor apply` again when the target answers",
            )


def _without_source(
    job: Job,
    stored: StoredPlan,
    chosen: Excerpt,
    assembly: Assembly,
    voted: Collection[str],
) -> Checked:
    """Creates, updates and positive leavers go on; what takes something away waits.

    What people hold elsewhere may have changed, so duties are asked again.
    """
    giving = chosen.without({a.id for a in chosen if _needs_source(a)})
    over = above_limits(job, giving.without(voted))
    over |= became_toxic(job, assembly, giving)
    ready = giving.without(over)
    stale = _moved(job, ready, assembly)
    certain = set(ids_of(ready))
    held = tuple(one for one in ids_of(chosen) if one not in certain)
    holding = _whole(stored, certain.difference(stale))
    return _bounded(stored, set(ids_of(chosen)), Checked(holding, stale, (), held))


def _needs_source(planned: PlannedAction) -> bool:
    action = planned.action
    by_absence = action.operation is Operation.DISABLE and not planned.draft.urgent
    return action.operation in _WAITS_FOR_SOURCE or by_absence or action.members_lost > 0


def _whole(stored: StoredPlan, chosen: set[str]) -> frozenset[str]:
    if len(chosen) == len(stored.plan.actions):
        return frozenset(chosen)
    return whole_bundles(slips_of(stored.plan.actions), chosen)


def _bounded(stored: StoredPlan, chosen: Collection[str], checked: Checked) -> Checked:
    """Stop a part of which more than a tenth of at least twenty acts went stale.

    The urgent part never stops: a leaver's disable waits for no other account.
    """
    if not checked.stale:
        return checked
    stopped: set[str] = set()
    why: list[str] = []
    stale = frozenset(checked.stale)
    parts: dict[str, set[str]] = {}
    for action, slip in slips_of(stored.plan.actions).items():
        if action in chosen:
            parts.setdefault(slip.part, set()).add(action)
    for part, actions in parts.items():
        moved, count = len(actions & stale), len(actions)
        if part != URGENT and count >= STALE_BASE and moved * 100 > STALE_PERCENT * count:
            stopped |= actions
            why.append(f"{part}: {moved} of {count} approved actions are stale")
    if not stopped:
        return checked
    holding = _whole(stored, set(checked.holding - stopped))
    told = f"{'; '.join(why)}; at most {STALE_PERCENT} % may be"
    return replace(checked, holding=holding, too_stale=told)


def precondition_holds(job: Job, action: Action, assembly: Assembly) -> bool:
    """Say whether the target still is as the plan saw it, for this one act."""
    if action.operation in (Operation.MEMBERSHIP, Operation.GRANT, Operation.REVOKE):
        return True
    if action.references:
        return _references_hold(job, action, assembly)
    schema = job.rules.objects[action.object_type].schema
    if action.native_id is None:
        if not schema.anchor or action.anchor is None:
            return True
        return not assembly.holders(action.object_type, schema.anchor, [action.anchor])
    account = assembly.accounts(action.object_type, [action.native_id]).get(action.native_id)
    if account is None:
        return False
    return all(
        same(
            None if change.before is ABSENT else change.before,
            account.value(change.attribute),
            schema.attribute(change.attribute),
        )
        for change in action.changes
    )


def _references_hold(job: Job, action: Action, assembly: Assembly) -> bool:
    """Say whether an object still refers to whom it did; one that is not made yet, to nobody."""
    named = {action.subject, *identities_in(action)}
    links = job.store.links.of_identities(job.rules.target, named)
    link = links.get(action.subject)
    if link is None:
        return all(is_blank(change.before) for change in action.changes)
    account = assembly.accounts(action.object_type, [link.native_id]).get(link.native_id)
    rules = job.rules.objects[action.object_type]
    if account is None:
        return False
    return refers_as_before(action, account.values, rules, natives_of(links))
