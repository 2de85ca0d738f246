"""The circuit breaker of a target: left alone when it fails again and again, then tried with care.

Only what the target does wrong counts: no answer, its own faults, no leave to sign in. An object
that it refuses says nothing against the target; see `parking` for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from provisor.domain.canonical import Json
from provisor.domain.event import Event, EventKind
from provisor.domain.retrying import FAULTS_IN_A_ROW, quarantine_ends
from provisor.engine.carrying.pacing import TargetPace
from provisor.engine.job import Job
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.errors import (
    AuthFailed,
    ProvisorError,
    RetryAfter,
    TargetProblem,
    TargetQuarantined,
    Transient,
)
from provisor.ports.acts import APART
from provisor.ports.connector import OutcomeState, Written
from provisor.ports.store import Severity
from provisor.ports.troubles import Quarantine

TARGET_QUARANTINED = "target_quarantined"
OF_THE_TARGET = frozenset(kind("").code for kind in (Transient, RetryAfter, AuthFailed))
"""Codes of problems that are the target's own, and not an object's."""


def refuse_quarantined(job: Job) -> None:
    """Refuse to start while the target is left alone; when its time is over, ask it how it is.

    Raises:
        TargetQuarantined: it is, or its answer says that it still should be.
    """
    target, now = job.rules.target, job.clock.now()
    found = job.store.troubles.quarantined(target)
    if found is None:
        return
    if now < found.until:
        raise _refusal(found)
    why = _still_ill(job)
    if why:
        raise _refusal(isolate(job, why))


def _still_ill(job: Job) -> str:
    """Ask the target once, without any effect; return what is wrong, empty when nothing is."""
    try:
        health = job.target.probe()
    except TargetProblem as problem:
        return problem.what
    if not health.reachable:
        return "the system cannot be reached"
    return "" if health.allowed else "the system did not accept our credentials"


def isolate(job: Job, why: str, until: datetime | None = None) -> Quarantine:
    """Put the target into quarantine, or prolong the one that it is in."""
    now, target = job.clock.now(), job.rules.target
    former = job.store.troubles.quarantined(target)
    series = 1 if former is None else former.series + 1
    end = max(quarantine_ends(series, now), until or now)
    found = Quarantine(target, why, now if former is None else former.since, end, series)
    facts: dict[str, Json] = {"target": target, "series": series, "reason": why}
    job.store.troubles.isolate(found, [Event(EventKind.QUARANTINED, now, job.actor.name, facts)])
    raise_alert(
        job,
        TARGET_QUARANTINED,
        target,
        Severity.HIGH,
        f"nothing is written to {target} until {end:%Y-%m-%d %H:%M} UTC: {why}",
        f"mend it; the next run asks it, or `provisor retry --target {target}` asks sooner",
    )
    return found


def readmit(job: Job) -> None:
    """Lift the quarantine of the target, when there is one."""
    target = job.rules.target
    event = Event(EventKind.READMITTED, job.clock.now(), job.actor.name, {"target": target})
    if job.store.troubles.readmit(target, [event]):
        close_alert(job, TARGET_QUARANTINED, target)


def _refusal(found: Quarantine) -> TargetQuarantined:
    return TargetQuarantined(
        f"the target is in quarantine until {found.until:%Y-%m-%dT%H:%M:%SZ}",
        where=f"target {found.target}",
        found=found.reason,
        safe="nothing was sent; other targets go on",
        next=f"mend it, and run again then; `provisor retry --target {found.target}` ends it now",
    )


@dataclass(slots=True)
class Breaker:
    """What one run sees of a target's health."""

    job: Job
    pace: TargetPace
    on_trial: bool = field(init=False)
    """Whether the target comes out of a quarantine: one act goes first, alone."""
    _faults: int = 0

    def __post_init__(self) -> None:
        self.on_trial = self.job.store.troubles.quarantined(self.job.rules.target) is not None

    def saw(self, written: Written) -> None:
        """Learn from one answer; the run ends when the target failed too often."""
        if self.pace.lease.epoch <= APART:
            return  # a kill tries every account, however ill the target is
        if self.pace.stopped and not isinstance(written.problem, AuthFailed):
            return  # what is not sent any more says nothing of the target
        if not _is_fault(written):
            self._faults = 0
            if self.on_trial:
                self.on_trial = False
                readmit(self.job)
            return
        self._faults += 1
        if self.on_trial or self._faults >= FAULTS_IN_A_ROW:
            problem: ProvisorError | None = written.problem
            what = problem.what if problem is not None else "no answer came"
            self._break(what if self.on_trial else f"{self._faults} acts in a row failed: {what}")

    def end(self) -> None:
        """Leave a target alone that asked for it, for as long as it asked."""
        if self.pace.away_until is not None and self.pace.lease.epoch > APART:
            isolate(self.job, self.pace.stopped, self.pace.away_until)

    def _break(self, why: str) -> None:
        found = isolate(self.job, why)
        self.pace.stop(f"the target is in quarantine until {found.until:%H:%M} UTC: {why}")


def _is_fault(written: Written) -> bool:
    if written.problem is None:
        return written.state is OutcomeState.UNCERTAIN
    return written.problem.code in OF_THE_TARGET or written.problem.code == "uncertain"
