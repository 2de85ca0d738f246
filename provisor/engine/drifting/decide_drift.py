"""What people decide about drift: overrides with an end, in place of earlier ones.

Never: something is written to the target; the next plan follows.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from provisor.domain.drift import OF_ACCOUNTS, OF_MEMBERS, Drift, DriftKind
from provisor.domain.override import Override, OverrideKind
from provisor.domain.pinning import may_be_pinned, pinned_value
from provisor.domain.reference import as_native
from provisor.domain.schema import Writable
from provisor.domain.scope import attributes_of_condition
from provisor.engine import journal
from provisor.engine.drifting.drift_policy import Choice, subject_of
from provisor.engine.drifting.tell_drift import DriftLine, DriftReport, tell_drift
from provisor.engine.job import Job
from provisor.engine.own_affairs import refuse_approver, refuse_own
from provisor.errors import CommandInvalid, RecordProblem, UnknownName

_NOTHING = "nothing was kept, and nothing was changed in the target"
_KINDS = {
    Choice.REPAIR: OverrideKind.REPAIR,
    Choice.ADOPT: OverrideKind.PIN,
    Choice.EXCEPT: OverrideKind.EXCEPT,
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody says about some drift."""

    choice: Choice
    reason: str
    until: datetime | None
    """When it ends by itself; `adopt` and `except` always end."""
    keys: frozenset[str] = frozenset()
    """Of whom; empty for everybody."""
    attributes: frozenset[str] = frozenset()
    """Of what; empty for everything."""
    approver: str = ""


def decide_drift(job: Job, ruling: Ruling) -> tuple[Override, ...]:
    """Keep one override for every drift that is chosen; all of them, or none.

    What lets somebody keep access that others gave waits for a second person.

    Raises:
        CommandInvalid: no reason, no end, or something that cannot be decided so.
        UnknownName: nothing that drifts is chosen.
        SelfApproval: it is about whoever decides.
    """
    _refuse_incomplete(job, ruling)
    report = tell_drift(job)
    chosen = _chosen(report, ruling)
    if not chosen:
        raise UnknownName(
            "nothing that others changed is chosen",
            where="--key, --attribute",
            found=f"{len(report.standing)} change(s) stand, none of them named so",
            safe=_NOTHING,
            next=f"take key and attribute from `provisor drift {job.rules.job}`",
        )
    refuse_approver(job.actor, job.policy, ruling.approver)
    for line in chosen:
        _refuse_own(job, line)
        _refuse_unfit(job, ruling, line)
    added = [_override(job, ruling, line) for line in chosen]
    # What waits takes nobody's place yet; the last word in force counts.
    heard = [line for line, one in zip(chosen, added, strict=True) if not one.waits]
    ended = sorted(_replaced(heard))
    now, actor = job.clock.now(), job.actor.name
    events = [journal.override_ended(one, now, actor, ruling.reason) for one in ended]
    events += [journal.override_added(one) for one in added]
    job.store.overrides.exchange(ended, added, now, events)
    return tuple(added)


def _chosen(report: DriftReport, ruling: Ruling) -> list[DriftLine]:
    return [
        line
        for line in report.standing
        if line.drift.kind is not DriftKind.MADE
        and (not ruling.keys or ruling.keys & {line.drift.key, *_member(line)})
        and (not ruling.attributes or ruling.attributes & {line.drift.attribute, _word(line)})
    ]


def _member(line: DriftLine) -> Iterable[str]:
    """Return the key of whoever was put in or taken out."""
    drift = line.drift
    named = drift.before if drift.kind is DriftKind.MEMBER_REMOVED else drift.after
    return [named] if drift.kind in OF_MEMBERS and isinstance(named, str) else []


def _word(line: DriftLine) -> str:
    """Return what stands for the attribute where there is none."""
    if line.drift.kind in OF_MEMBERS:
        return "members"
    return "account" if line.drift.kind in OF_ACCOUNTS else line.drift.attribute


def _override(job: Job, ruling: Ruling, line: DriftLine) -> Override:
    attribute, value = subject_of(line.drift)
    rules = job.rules.objects.get(line.drift.object_type)
    if ruling.choice is Choice.ADOPT and rules is not None and rules.is_reference(attribute):
        # What is pinned to a reference is a key of the source; this one is the target's own id.
        value = as_native(value)
    return Override(
        id=secrets.token_hex(8),
        kind=_KINDS[ruling.choice],
        job=job.rules.job,
        object_type=line.drift.object_type,
        key=line.drift.key,
        attribute=attribute,
        value=value,
        reason=ruling.reason.strip(),
        author=job.actor.name,
        approver=ruling.approver,
        created_at=job.clock.now(),
        expires_at=ruling.until,
        needs_consent=job.policy.four_eyes and _keeps_access(job, ruling, line.drift),
    )


def _keeps_access(job: Job, ruling: Ruling, drift: Drift) -> bool:
    """Say whether a decision leaves somebody access that the rules would take.

    Of an attribute that makes accounts privileged nobody asks in which direction it moved.
    """
    if ruling.choice is Choice.REPAIR:
        return False
    if drift.kind in (DriftKind.MEMBER_ADDED, DriftKind.ENABLED):
        return True
    rules = job.rules.objects.get(drift.object_type)
    if rules is None or drift.kind is not DriftKind.CHANGED:
        return False
    powerful = attributes_of_condition(rules.privileged) if rules.privileged is not None else ()
    return drift.attribute in rules.rights or drift.attribute in powerful


def _replaced(lines: Sequence[DriftLine]) -> Iterable[str]:
    """Return the earlier decisions about the same drift: the last word counts alone."""
    return {line.decided.override.id for line in lines if line.decided is not None}


# --- refusing ------------------------------------------------------------------------------------


def _refuse_incomplete(job: Job, ruling: Ruling) -> None:
    missing = []
    if not ruling.reason.strip():
        missing.append("--reason")
    if ruling.until is None and ruling.choice is not Choice.REPAIR:
        missing.append("--until")
    if missing:
        raise CommandInvalid(
            f"the decision `{ruling.choice.value}` needs {' and '.join(missing)}",
            where="drift --decide",
            found="what departs from the rules without a reason or an end would stay unseen",
            safe=_NOTHING,
            next=f"say {' and '.join(missing)}",
        )
    if ruling.until is not None and ruling.until <= job.clock.now():
        raise CommandInvalid(
            "the decision would be over already",
            where="--until",
            found=f"{ruling.until:%Y-%m-%d}; a day to come was expected",
            safe=_NOTHING,
            next="name a later day",
        )


def _refuse_own(job: Job, line: DriftLine) -> None:
    """Whoever could except themselves could keep what they took."""
    names = {name for name in (line.drift.key, line.drift.name, *_member(line)) if name}
    refuse_own(job.actor, job.policy, names, f"job {job.rules.job}, {line.drift.key}")


def _refuse_unfit(job: Job, ruling: Ruling, line: DriftLine) -> None:
    if ruling.choice is not Choice.ADOPT:
        return
    drift = line.drift
    if drift.kind in OF_MEMBERS or drift.kind in OF_ACCOUNTS:
        raise _unfit(job, line, "there is no value that could be taken over", "say `except`")
    rules = job.rules.objects[drift.object_type]
    known = rules.schema.attribute(drift.attribute)
    fixed = known is not None and known.writable is Writable.NEVER
    if fixed or not may_be_pinned(drift.attribute, rules):
        raise _unfit(job, line, "this attribute says whose account it is", "say `repair`")
    try:
        pinned_value(drift.after, drift.attribute, rules)
    except RecordProblem as problem:
        raise _unfit(job, line, problem.what, "say `repair` or `except`") from None


def _unfit(job: Job, line: DriftLine, found: str, following: str) -> CommandInvalid:
    return CommandInvalid(
        "what others made of it cannot be adopted",
        where=f"job {job.rules.job}, {line.drift.key}, {_word(line)}",
        found=found,
        safe=_NOTHING,
        next=following,
    )
