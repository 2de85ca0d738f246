"""Which facts deserve a person's attention: one alert per cause, closed when the cause is gone."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.event import Event, EventKind
from provisor.domain.plan import Ruling
from provisor.engine.confirm import Drift
from provisor.engine.effects import UNDELIVERED
from provisor.engine.job import Job
from provisor.engine.survey import Seen, Survey
from provisor.errors import Refusal
from provisor.ports.store import ActOutcome, ActState, Alert, Severity, StoredPlan

READ_INCOMPLETE = "read_incomplete"
DECISION_NEEDED = "decision_needed"
RECORDS_SET_ASIDE = "records_set_aside"
ACTIONS_FAILED = "actions_failed"
ACTIONS_UNCERTAIN = "actions_uncertain"
EFFECT_MISSING = "effect_missing"
SECRETS_UNDELIVERED = "secrets_undelivered"
VOTE_REFUSED = "vote_refused"
WRITING_FROZEN = "writing_frozen"


def raise_alert(
    job: Job, kind: str, cause: str, severity: Severity, message: str, what_next: str
) -> Alert:
    """Raise one alert, or repeat the open one of the same cause."""
    now = job.clock.now()
    alert = Alert(kind, cause, severity, job.rules.job, message, what_next, now, now)
    facts = {"kind": kind, "cause": cause, "job": job.rules.job, "severity": severity.value}
    return job.store.alerts.raise_(
        alert, [Event(EventKind.ALERT_RAISED, now, job.actor.name, facts)]
    )


def close_alert(job: Job, kind: str, cause: str) -> None:
    """Close the alert of a cause that is gone; nothing happens when there is none."""
    now = job.clock.now()
    facts = {"kind": kind, "cause": cause, "job": job.rules.job}
    event = Event(EventKind.ALERT_CLOSED, now, job.actor.name, facts)
    job.store.alerts.close(kind, cause, now, [event])


def alert_reads(job: Job, survey: Survey) -> None:
    """Raise what is not complete, close what is complete again."""
    doubted = {_place(seen) for seen in survey.doubts}
    for seen in survey.seen:
        cause = _place(seen)
        if _place(seen) not in doubted:
            close_alert(job, READ_INCOMPLETE, cause)
            continue
        observation = seen.observation
        raise_alert(
            job,
            READ_INCOMPLETE,
            cause,
            Severity.CRITICAL,
            f"the read of {observation.system} {observation.object_type} is not complete: "
            f"{observation.reason}; nothing was planned and nobody loses anything",
            "mend the feed; the next complete read closes this alert",
        )


def _place(seen: Seen) -> str:
    return f"{seen.observation.system}.{seen.observation.object_type}"


def alert_plan(job: Job, stored: StoredPlan) -> None:
    """Tell that people have to decide, or that records were set aside."""
    cause = _cause(job)
    waiting = [part for part in stored.parts if part.verdict is Ruling.NEEDS_DECISION]
    if waiting:
        names = ", ".join(f"{part.part} ({part.count})" for part in waiting)
        raise_alert(
            job,
            DECISION_NEEDED,
            cause,
            Severity.HIGH,
            f"plan {stored.plan.digest[:12]} waits for a decision: {names}",
            f"`provisor show {stored.plan.digest[:12]}`, then approve or reject it",
        )
    else:
        close_alert(job, DECISION_NEEDED, cause)
    if stored.set_aside:
        raise_alert(
            job,
            RECORDS_SET_ASIDE,
            cause,
            Severity.MEDIUM,
            f"{len(stored.set_aside)} record(s) are set aside; they count as present",
            f"`provisor show {stored.plan.digest[:12]}` names them and what to do",
        )
    else:
        close_alert(job, RECORDS_SET_ASIDE, cause)


def _cause(job: Job) -> str:
    """What is said about a few neither repeats nor closes what is said about everybody."""
    return f"{job.rules.job} on demand" if job.only else job.rules.job


def alert_outcomes(job: Job, outcomes: Iterable[ActOutcome], drift: Iterable[Drift]) -> None:
    """Tell what failed, what nobody knows, and what the target does not show."""
    listed = list(outcomes)
    alert_undelivered(job, listed)
    failed = [o for o in listed if o.state in (ActState.FAILED, ActState.BLOCKED)]
    unknown = [o for o in listed if o.state is ActState.UNCERTAIN]
    missing = list(drift)
    cause = f"{_cause(job)}:{job.rules.target}"
    _either(
        job,
        ACTIONS_FAILED,
        cause,
        Severity.HIGH,
        f"{len(failed)} action(s) failed or were blocked: {_codes(failed)}" if failed else "",
        "`provisor status` lists them; they are planned again in the next cycle",
    )
    _either(
        job,
        ACTIONS_UNCERTAIN,
        cause,
        Severity.HIGH,
        f"nobody knows whether {len(unknown)} action(s) were done" if unknown else "",
        "the next run looks at the target before it does anything new",
    )
    _either(
        job,
        EFFECT_MISSING,
        cause,
        Severity.HIGH,
        f"{len(missing)} action(s) were answered with success, but the target does not show them"
        if missing
        else "",
        "look at the target's own log; the next plan shows the difference",
    )


def alert_undelivered(job: Job, outcomes: Iterable[ActOutcome]) -> None:
    """Tell of accounts whose owner has no secret; only a person can help, so nothing closes it."""
    keyless = [outcome for outcome in outcomes if outcome.code == UNDELIVERED]
    for plan in sorted({outcome.plan for outcome in keyless}):
        count = sum(outcome.plan == plan for outcome in keyless)
        raise_alert(
            job,
            SECRETS_UNDELIVERED,
            f"{job.rules.job}:{plan[:12]}",
            Severity.HIGH,
            f"{count} account(s) were made, but their secrets reached nobody",
            "mend the delivery, and set new secrets in the target: the ones drawn are lost",
        )


def _codes(outcomes: Iterable[ActOutcome]) -> str:
    counted: dict[str, int] = {}
    for outcome in outcomes:
        code = outcome.code or outcome.state.value
        counted[code] = counted.get(code, 0) + 1
    return ", ".join(f"{code} {count}" for code, count in sorted(counted.items()))


def _either(
    job: Job, kind: str, cause: str, severity: Severity, message: str, what_next: str
) -> None:
    if message:
        raise_alert(job, kind, cause, severity, message, what_next)
    else:
        close_alert(job, kind, cause)


def alert_refused_vote(job: Job, stored: StoredPlan, approver: str, refusal: Refusal) -> None:
    """Tell that somebody tried to approve what is not theirs to approve."""
    raise_alert(
        job,
        VOTE_REFUSED,
        f"{stored.plan.digest[:12]}:{approver}",
        Severity.HIGH,
        f"a vote by {approver} on plan {stored.plan.digest[:12]} was refused: {refusal.what}",
        "ask why; nothing was changed",
    )
