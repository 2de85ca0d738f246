"""Accounts in the register: told with their class, and alerted where nobody answers for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from provisor.domain.plan import Finding, Proposal
from provisor.domain.registered import Registered, entry_for, unanswered
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Assembly
from provisor.engine.job import Job
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.ports.store import Severity

PROTECTED = "protected"
ACCOUNTS_UNANSWERED = "accounts_unanswered"


def with_told_register(job: Job, assembly: Assembly, proposal: Proposal) -> Proposal:
    """Return the proposal with what the register says of every account that nobody touches.

    Cost: nothing without a register; else one account for each that is protected.
    """
    if not job.rules.register:
        return proposal
    told = {
        (kind, native): words
        for kind in job.rules.objects
        for native, words in _said(job, assembly, kind, proposal).items()
    }
    return replace(proposal, findings=tuple(_with_words(one, told) for one in proposal.findings))


def _with_words(one: Finding, told: dict[tuple[ObjectType, str], str]) -> Finding:
    if one.kind != PROTECTED:
        return one
    return replace(one, detail=told.get((one.object_type, one.native_id), one.detail))


def _said(job: Job, assembly: Assembly, kind: ObjectType, proposal: Proposal) -> dict[str, str]:
    natives = [
        one.native_id
        for one in proposal.findings
        if one.kind == PROTECTED and one.object_type is kind
    ]
    moment, name = Moment(job.clock.now(), job.rules.zone), job.rules.objects[kind].schema.name
    found: dict[str, str] = {}
    for native, account in assembly.accounts(kind, natives).items():
        entry = entry_for(job.rules.register, kind, account, name, moment)
        if entry is not None:
            found[native] = entry.words(today(job))
    return found


def today(job: Job) -> date:
    """Return the day, where the job's days begin."""
    return job.clock.now().astimezone(job.rules.zone).date()


def alert_register(job: Job) -> None:
    """Tell of entries of the register that nobody answers for, or nobody looked at in time."""
    if not job.rules.register:
        return
    left: tuple[Registered, ...] = unanswered(job.rules.register, today(job))
    if not left:
        close_alert(job, ACCOUNTS_UNANSWERED, job.rules.target)
        return
    unowned = sum(not one.owner for one in left)
    late = sum(one.is_overdue(today(job)) for one in left)
    raise_alert(
        job,
        ACCOUNTS_UNANSWERED,
        job.rules.target,
        Severity.MEDIUM,
        f"of {len(job.rules.register)} entries in the register of {job.rules.target}, {unowned} "
        f"have no owner and {late} an overdue review",
        "`provisor orphans` tells them; write `owner` and `reviewed` in `accounts`",
    )
