"""Undo: what a run did goes back by a plan like any other, and stays so by people's decisions.

The undo makes overrides, and the plan is the job's own under these overrides, less everything that
brings nothing back. So limits, votes, four eyes and the last look before writing are those of every
plan; and the next cycle does not do again what was undone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from provisor.domain.override import UNDO, Override, OverrideKind, active_overrides
from provisor.domain.plan import PlannedAction
from provisor.domain.schema import ObjectType
from provisor.domain.selection import select, with_bundles
from provisor.domain.undoing import (
    Deed,
    Fate,
    Undo,
    brought,
    redone,
    undo_of,
    with_decisions,
)
from provisor.engine import journal
from provisor.engine.cycle import look_at_all
from provisor.engine.job import Job
from provisor.engine.make_plan import make_plan_from
from provisor.engine.on_demand import about_what
from provisor.engine.propose import partial_is_allowed, propose_actions
from provisor.engine.raise_alerts import alert_reads
from provisor.engine.revisions.in_force import refuse_unreviewed
from provisor.engine.settle import settle_unfinished
from provisor.engine.survey import Survey
from provisor.engine.undoing.retrace import Carried, names_in, retrace
from provisor.errors import CommandInvalid, ReadIncomplete
from provisor.ports.store import StoredPlan

MOST_ACTS = 50_000
"""Acts that one undo takes back; whoever wants more wants another configuration."""
_NOTHING = "nothing was kept, and nothing was changed in the target"
_LEFT = (
    "the rules leave this object alone now: its person is gone, it is held or protected, or the "
    "target did not list it; ask again when that is over"
)


_AGAIN = (
    "it is so again, and the rules will do it once more; what gives something is decided by two: "
    "`provisor override add`"
)
_GIVING = frozenset({OverrideKind.GRANT, OverrideKind.KEEP})


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants to take back."""

    reason: str
    parts: tuple[str, ...] = ()
    """Only these parts of the plan; empty for every part."""
    only: tuple[str, ...] = ()
    """Only what these words mean, as `domain.selection` reads them; empty for everything."""
    days: int = 0
    """After how many days the decisions end by themselves; 0 for never."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of an order."""

    carried: Carried
    deeds: tuple[Deed, ...]
    undo: Undo | None = None
    """None where nothing was left to take back."""
    stored: StoredPlan | None = None
    """The plan that brings it back; None where everything is as before, and only stays so."""
    overrides: tuple[Override, ...] = ()
    """The decisions that were made now."""


def undo(job: Job, carried: Carried, order: Order) -> Undone:
    """Take back what a run did, as far as it can be: decisions, and a plan that follows them.

    Nothing is written to the target. An order that an earlier undo fulfils shows that one's plan
    again.

    Args:
        job: the job that carried it out.
        carried: what was carried out.
        order: what of it, and why.

    Raises:
        CommandInvalid: no reason, too much at once, or words that mean nothing in the plan.
        ReadIncomplete: a side cannot be read, so nothing can be said about now; nothing was kept.
        ConfigurationUnreviewed: only the active revision may act, and this is another one.

    Cost: a full read of both sides, and two plans; a third where something is as before already.
    """
    job.store.log.refuse_broken()
    refuse_unreviewed(job)
    _refuse_idle(order)
    chosen = _chosen(carried, order)
    about = replace(job, only=names_in(job, chosen))
    survey = look_at_all(about, "what was done is held against everything that there is now")
    settle_unfinished(job, survey)
    alert_reads(job, survey)
    _refuse_doubts(job, survey)
    deeds = retrace(job, survey.assembly, chosen, carried.outcomes(job.store))
    wanted = _order(job, carried, order, deeds)
    wanted = replace(wanted, deeds=tuple(_under_way(job, wanted)))
    wanted = _settled(job, survey, wanted)
    if not (wanted.back or wanted.settled):
        return _shown_again(job, carried, wanted, survey)
    end = wanted.created_at + timedelta(days=order.days) if order.days else None
    undo_, overrides = _effective(job, survey, wanted, end)
    if not undo_.decided:
        return Undone(carried, undo_.deeds)
    asked = [journal.override_added(one) for one in overrides]
    asked.append(journal.undo_asked(undo_, overrides))
    job.store.undos.add(undo_, overrides, asked)
    job.reached("undo.kept")
    # About nobody would be about everybody.
    stored = make_plan_from(about_what(job, undo_), survey).stored if undo_.back else None
    return Undone(carried, undo_.deeds, undo_, stored, overrides)


def _order(job: Job, carried: Carried, order: Order, deeds: tuple[Deed, ...]) -> Undo:
    return Undo(
        id=f"{UNDO}{secrets.token_hex(5)}",
        job=job.rules.job,
        target=job.rules.target,
        plan=carried.stored.plan.digest,
        runs=tuple(run.id for run in carried.runs),
        reason=order.reason.strip(),
        author=job.actor.name,
        created_at=job.clock.now(),
        deeds=deeds,
    )


def _settled(job: Job, survey: Survey, wanted: Undo) -> Undo:
    """Return the undo with decisions about what is as before only where it would not stay so.

    Somebody put it right by hand, or the target does not show it: the rules would do it again.
    What would give somebody something needs a second person, and there is no plan to agree to.
    """
    if not wanted.settled:
        return wanted
    places = frozenset(deed.place for deed in wanted.settled)
    proposal = propose_actions(replace(job, only=places), survey)
    again = set(redone(proposal.drafts, wanted.settled))
    deeds: list[Deed] = []
    for deed in wanted.deeds:
        if deed.fate is not Fate.AS_BEFORE:
            deeds.append(deed)
        elif deed not in again:
            deeds.append(deed.as_(deed.fate, deed.why))
        else:
            gives = any(wish.kind in _GIVING for wish in deed.wishes)
            deeds.append(deed.as_(deed.fate, _AGAIN) if gives else deed)
    return replace(wanted, deeds=tuple(deeds))


def _effective(
    job: Job, survey: Survey, wanted: Undo, end: datetime | None
) -> tuple[Undo, tuple[Override, ...]]:
    """Return the undo with only those decisions that bring something back.

    A decision that changes nothing now would change something on a day that nobody thinks of.
    """
    if not wanted.back:
        return with_decisions(wanted, end)
    supposed = with_decisions(wanted, end)[1]
    proposal = propose_actions(replace(about_what(job, wanted), supposed=supposed), survey)
    back = set(brought(proposal.drafts, wanted.back))
    aside = {(one.object_type, one.key): one.parts["what"] for one in proposal.set_aside}
    deeds = tuple(
        deed
        if deed.fate is not Fate.BACK or deed in back
        else deed.as_(Fate.LEFT, _why_left(deed, aside))
        for deed in wanted.deeds
    )
    return with_decisions(replace(wanted, deeds=deeds), end)


def _why_left(deed: Deed, aside: Mapping[tuple[ObjectType, str], str]) -> str:
    told = aside.get(deed.place)
    return f"the record would be set aside: {told}" if told is not None else _LEFT


def _under_way(job: Job, wanted: Undo) -> Iterable[Deed]:
    """Yield the deeds, those told of that an earlier undo takes back by decisions in force."""
    now = job.clock.now()
    active = active_overrides(job.store.overrides.all(), job.rules.job, now)
    for deed in wanted.deeds:
        earlier = _earlier(deed, active) if deed.fate is Fate.BACK and deed.wishes else ""
        denied = _denied(deed, active.get(deed.place, ()))
        if denied:
            fate = Fate.LEFT if deed.fate is Fate.BACK else deed.fate
            yield deed.as_(fate, f"override {denied} denies this person; end it first")
        else:
            yield deed.as_(Fate.UNDER_WAY, earlier) if earlier else deed


def _denied(deed: Deed, given: Sequence[Override]) -> str:
    """Return the decision of somebody who denies whom a deed would keep on; empty for none.

    That of an earlier undo may be taken back so; anybody else's is ended by name.
    """
    if all(wish.kind is not OverrideKind.KEEP for wish in deed.wishes):
        return ""
    denying = (one.id for one in given if one.kind is OverrideKind.DENY and not undo_of(one.id))
    return next(denying, "")


def _earlier(deed: Deed, active: Mapping[tuple[ObjectType, str], Sequence[Override]]) -> str:
    """Return the undo whose decisions are all that a deed wishes; empty for none."""
    undos: set[str] | None = None
    for wish in deed.wishes:
        given = active.get(wish.about or deed.place, ())
        same = {
            undo_of(one.id)
            for one in given
            if (one.kind, one.attribute, one.value) == (wish.kind, wish.attribute, wish.value)
        }
        undos = same if undos is None else undos & same
    return max((undos or set()) - {""}, default="")


def _shown_again(job: Job, carried: Carried, wanted: Undo, survey: Survey) -> Undone:
    """Return the plan of the undo that is under way; where none is, nothing is left to do."""
    earlier = sorted({deed.why for deed in wanted.deeds if deed.fate is Fate.UNDER_WAY})
    if not earlier:
        return Undone(carried, wanted.deeds)
    known = [job.store.undos.get(one) for one in earlier]
    newest = max(known, key=lambda one: one.created_at)
    stored = make_plan_from(about_what(job, newest), survey).stored
    return Undone(carried, wanted.deeds, newest, stored)


# --- refusing ------------------------------------------------------------------------------------


def _chosen(carried: Carried, order: Order) -> Sequence[PlannedAction]:
    actions = carried.stored.plan.actions
    found = select(actions, order.parts, order.only)
    if found.unmatched:
        raise CommandInvalid(
            f"{len(found.unmatched)} of the words mean nothing in the plan of this run",
            where="--part, --only",
            found=f"the plan has the parts {', '.join(p.part for p in carried.stored.parts)}",
            safe=_NOTHING,
            next="name a part, a key, an action id, or ATTRIBUTE=VALUE of the plan",
        )
    chosen = with_bundles(actions, chain(found.actions, found.broken))
    if len(chosen) > MOST_ACTS:
        raise CommandInvalid(
            "this is too much for one undo",
            where="--part, --only",
            found=f"{len(chosen):,} acts; at most {MOST_ACTS:,} were expected",
            safe=_NOTHING,
            next="undo it in pieces, or put the rules right: every decision is kept for itself",
        )
    return chosen


def _refuse_idle(order: Order) -> None:
    if not order.reason.strip():
        raise CommandInvalid(
            "an undo needs a reason",
            where="--reason",
            safe=_NOTHING,
            next="say why with `--reason TEXT`",
        )
    if not 0 <= order.days <= _LONGEST:
        raise CommandInvalid(
            "the number of days cannot be used",
            where="--days",
            found=f"{order.days:,}; 0 to {_LONGEST:,} were expected",
            safe=_NOTHING,
            next="say after how many days the decisions end; 0 is never",
        )


_LONGEST = 36_500


def _refuse_doubts(job: Job, survey: Survey) -> None:
    if not survey.doubts or partial_is_allowed(job, survey):
        return
    seen = survey.doubts[0].observation
    raise ReadIncomplete(
        f"a read is not complete: {seen.reason}",
        where=f"{seen.system} {seen.object_type}",
        safe=_NOTHING,
        next="run `provisor undo` again when both sides answer",
    )
