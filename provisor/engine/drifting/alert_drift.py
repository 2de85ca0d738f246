"""What others did in a target that a person must see: one alert per cause, closed with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from provisor.domain.drift import Drift, DriftKind
from provisor.domain.link import LinkState
from provisor.domain.question import Question, QuestionKind
from provisor.domain.schema import ObjectType
from provisor.engine.job import Job
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.ports.store import Alert, Severity

DRIFT_UNDECIDED = "drift_undecided"
PRIVILEGED_DRIFT = "privileged_drift"
LEAVER_ENABLED = "leaver_enabled"
OWNER_CHANGED = "owner_changed"
DUPLICATE_ACCOUNT = "duplicate_account"


def alert_drift(job: Job, standing: Sequence[Drift], undecided: Sequence[Drift]) -> None:
    """Raise what stands, close what does not any more.

    Args:
        job: whose target.
        standing: what the target shows although nobody of ours did it.
        undecided: those that stay until somebody decides.
    """
    opened = [one for one in job.store.alerts.open() if one.job == job.rules.job]
    _undecided(job, undecided, opened)
    rules = job.rules.objects
    anchors = {kind: one.schema.anchor for kind, one in rules.items()}
    granted = [one for one in standing if _is_privileged(job, one)]
    enabled = [one for one in standing if one.kind is DriftKind.ENABLED]
    left = _left(job, enabled)
    changed = [
        one
        for one in standing
        if one.kind is DriftKind.CHANGED and one.attribute == anchors.get(one.object_type)
    ]
    causes = (
        (PRIVILEGED_DRIFT, granted, "was put into a privileged group by others"),
        (LEAVER_ENABLED, left, "left, and others switched the account on again"),
        (OWNER_CHANGED, changed, "has an account whose anchor others changed"),
    )
    for kind, found, words in causes:
        _one_each(job, kind, found, words, opened)


def alert_duplicates(job: Job, questions: Iterable[Question]) -> None:
    """Raise that one rule finds several accounts for one person; it is over when somebody said."""
    several = [
        one for one in questions if one.kind is QuestionKind.AMBIGUOUS and len(one.candidates) > 1
    ]
    if several:
        raise_alert(
            job,
            DUPLICATE_ACCOUNT,
            job.rules.job,
            Severity.HIGH,
            f"{len(several)} record(s) have several accounts by a rule that decides",
            f"`provisor duplicates {job.rules.job}`, then `provisor link`",
        )
        return
    for alert in job.store.alerts.open():
        if (alert.kind, alert.job) == (DUPLICATE_ACCOUNT, job.rules.job):
            close_alert(job, DUPLICATE_ACCOUNT, alert.cause)


def _undecided(job: Job, undecided: Sequence[Drift], opened: Iterable[Alert]) -> None:
    if not undecided:
        if any(alert.kind == DRIFT_UNDECIDED for alert in opened):
            close_alert(job, DRIFT_UNDECIDED, job.rules.job)
        return
    raise_alert(
        job,
        DRIFT_UNDECIDED,
        job.rules.job,
        Severity.MEDIUM,
        f"{len(undecided)} change(s) by others stay in {job.rules.target} until somebody decides",
        f"`provisor drift {job.rules.job}`, then decide with `--decide`",
    )


def _one_each(
    job: Job, kind: str, found: Sequence[Drift], words: str, opened: Iterable[Alert]
) -> None:
    """One alert per account and what was done to it; whoever is named stands under an id."""
    causes = {f"{job.rules.job}:{one.identity}:{one.attribute}": one for one in found}
    for alert in opened:
        if alert.kind == kind and alert.cause not in causes:
            close_alert(job, kind, alert.cause)
    for cause, one in sorted(causes.items()):
        subject = one.after if one.kind is DriftKind.MEMBER_ADDED else one.key
        where = f" ({one.key})" if one.kind is DriftKind.MEMBER_ADDED else ""
        look = f"`provisor drift {job.rules.job}` names them"
        raise_alert(job, kind, cause, Severity.CRITICAL, f"{subject} {words}{where}", look)


def _is_privileged(job: Job, drift: Drift) -> bool:
    if drift.kind is not DriftKind.MEMBER_ADDED or drift.object_type is not ObjectType.GROUPS:
        return False
    name = drift.name.casefold()
    return any(fnmatchcase(name, one.casefold()) for one in job.rules.privileged_groups)


def _left(job: Job, enabled: Sequence[Drift]) -> list[Drift]:
    links = job.store.links.of_identities(job.rules.target, {one.identity for one in enabled})
    return [
        one
        for one in enabled
        if one.identity in links and links[one.identity].state is LinkState.DISABLED
    ]
