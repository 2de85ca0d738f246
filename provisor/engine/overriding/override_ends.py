"""When an override is over without a person's word, and who is told before: at every plan.

A reminder is raised once for each override, however many cycles see it, and closed with its end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from provisor.domain.event import moment
from provisor.domain.override import UNDO, Override, OverrideKind, Until
from provisor.domain.plan import Proposal
from provisor.engine import journal
from provisor.engine.job import Job
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.ports.store import Severity

OVERRIDE_ENDING = "override_ending"
OVERRIDE_WAITING = "override_waiting"
_AHEAD = timedelta(days=7)
_BY_EVENT = "the person left"


def end_with_leavers(job: Job, proposal: Proposal) -> tuple[Override, ...]:
    """End what somebody said until a person leaves, once a plan saw that they left.

    Cost: nothing where nobody left; else one look at links and overrides.
    """
    gone = {
        (kind, one.identity)
        for kind, one in proposal.remembered
        if one.leave is not None and one.leave.is_former and one.leave.back is None
    }
    if not gone:
        return ()
    links = job.store.links.of_identities(job.rules.target, {identity for _, identity in gone})
    names = {(kind, links[identity].key) for kind, identity in gone if identity in links}
    now = job.clock.now()
    over = tuple(
        one
        for one in _of_job(job)
        if one.until is Until.LEAVING
        # Whom somebody denies is gone by that word alone: it must not end itself.
        and one.kind is not OverrideKind.DENY
        and (one.object_type, one.key) in names
        and one.is_in_force(now)
    )
    if over:
        actor = job.actor.name
        events = [journal.override_ended(one.id, now, actor, _BY_EVENT) for one in over]
        job.store.overrides.exchange([one.id for one in over], (), now, events)
    return over


def remind(job: Job) -> None:
    """Tell once of every override that ends soon, or waits for a second person.

    Cost: one look at overrides and open alerts.
    """
    now = job.clock.now()
    given = tuple(_of_job(job))
    standing = [one for one in given if not _is_over(one, now)]
    ending = {_cause(one): one for one in standing if _ends_soon(one, now)}
    waiting = {_cause(one): one for one in standing if one.waits}
    told = {(alert.kind, alert.cause) for alert in job.store.alerts.open()}
    for cause in sorted(ending):
        if (OVERRIDE_ENDING, cause) not in told:
            _tell_end(job, cause, ending[cause])
    for cause in sorted(waiting):
        if (OVERRIDE_WAITING, cause) not in told:
            _tell_wait(job, cause)
    known = {_cause(one) for one in given}
    _close_others(job, OVERRIDE_ENDING, known - ending.keys(), told)
    _close_others(job, OVERRIDE_WAITING, known - waiting.keys(), told)


def _close_others(
    job: Job, kind: str, causes: Iterable[str], told: Collection[tuple[str, str]]
) -> None:
    for cause in sorted(one for one in causes if (kind, one) in told):
        close_alert(job, kind, cause)


def _of_job(job: Job) -> Iterable[Override]:
    return (one for one in job.store.overrides.all() if one.job in ("", job.rules.job))


def _cause(override: Override) -> str:
    """Return what is told together: an undo is one thing, however much it decided."""
    return override.id.partition(".")[0] if override.id.startswith(UNDO) else override.id


def _is_over(override: Override, now: datetime) -> bool:
    end = override.expires_at
    return override.ended_at is not None or (end is not None and end <= now)


def _ends_soon(override: Override, now: datetime) -> bool:
    end = override.lasts_until
    if end is None or not override.is_in_force(now):
        return False
    return now >= end - min(_AHEAD, (end - override.created_at) / 2)


def _tell_end(job: Job, cause: str, override: Override) -> None:
    end = override.lasts_until
    until = moment(end) if end is not None else "soon"
    raise_alert(
        job,
        OVERRIDE_ENDING,
        cause,
        Severity.MEDIUM,
        f"an override of kind `{override.kind.value}` ends {until}; then the rules decide again",
        f"`provisor override list --expiring 7` names it ({cause}); say it again if it must stay",
    )


def _tell_wait(job: Job, cause: str) -> None:
    raise_alert(
        job,
        OVERRIDE_WAITING,
        cause,
        Severity.MEDIUM,
        "an override waits for a second person",
        f"somebody else runs `provisor override approve {cause} --reason TEXT`, or ends it",
    )
