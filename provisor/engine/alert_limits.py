"""One alert for each limit that holds something back, closed when nothing is held back any more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from provisor.domain.bounds import (
    MEMBERS_LOST,
    PRIVILEGED_CHANGE,
    PRIVILEGED_GRANT,
    PRIVILEGED_REVOKE,
)
from provisor.domain.plan import Ruling, Verdict
from provisor.engine.job import Job
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.ports.store import Severity, StoredPlan

LIMIT_REACHED = "limit_reached"

_READ = ("_count", "_percent", "_many")
"""How the names of verdicts of limits end."""
_HARMFUL = frozenset(
    {"disable", "delete", "clear", PRIVILEGED_GRANT, PRIVILEGED_CHANGE, PRIVILEGED_REVOKE}
)


def alert_limits(job: Job, stored: StoredPlan) -> None:
    """Tell of every part that a limit of its own holds back.

    The cause names a department or group by a digest: it stands in the log.
    """
    prefix = f"{job.rules.job} on demand:" if job.only else f"{job.rules.job}:"
    held: dict[str, list[Verdict]] = {}
    for verdict in stored.verdicts:
        if verdict.result is Ruling.NEEDS_DECISION and verdict.name.endswith(_READ):
            held.setdefault(prefix + _place(verdict.part), []).append(verdict)
    for cause, verdicts in held.items():
        raise_alert(
            job,
            LIMIT_REACHED,
            cause,
            _severity(verdicts),
            f"{verdicts[0].part} of {job.rules.target} waits: {_told(verdicts)}",
            f"`provisor show {stored.plan.digest[:12]}`, then approve it, or mend the source: "
            "the next plan within the limits closes this alert",
        )
    for alert in job.store.alerts.open():
        gone = alert.kind == LIMIT_REACHED and alert.cause not in held
        if gone and alert.cause.startswith(prefix):
            close_alert(job, LIMIT_REACHED, alert.cause)


def _place(part: str) -> str:
    kind, apart, name = part.partition(":")
    return f"{kind}#{hashlib.sha256(name.encode()).hexdigest()[:12]}" if apart else kind


def _severity(verdicts: Iterable[Verdict]) -> Severity:
    grave = any(
        verdict.part.partition(":")[0].partition(".")[2] in _HARMFUL
        or verdict.name.startswith(MEMBERS_LOST)
        for verdict in verdicts
    )
    return Severity.CRITICAL if grave else Severity.HIGH


def _told(verdicts: Iterable[Verdict]) -> str:
    return "; ".join(
        f"{verdict.value}, limit {verdict.limit}" + (f" ({verdict.about})" if verdict.about else "")
        for verdict in verdicts
    )
