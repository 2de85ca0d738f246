"""Which configuration revision is in force, and whether a job acts under it.

In production (`revisions: {run: active}`) a job acts under the active revision or not at all. Once
such a revision is active, only another one ends that: a file that says otherwise is not believed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from provisor.domain.canonical import canonical_text, digest
from provisor.domain.charter import Charter, Runs
from provisor.domain.configuration_life import ConfigurationRevision
from provisor.engine.job import Job
from provisor.engine.raise_alerts import close_alert, raise_alert
from provisor.errors import ConfigurationUnreviewed
from provisor.ports.store import Severity, Store, StoredPlan

CONFIGURATION_UNREVIEWED = "configuration_unreviewed"


def cited_by(job: Job) -> ConfigurationRevision | None:
    """Return the active revision, where it holds the job as it is."""
    active = job.store.configurations.active()
    if active is None or _other_rules(job, active) or _is_other_charter(job.charter, active):
        return None
    return active


def refuse_unreviewed(job: Job) -> None:
    """Refuse to act under a configuration that has to be the active revision and is not.

    Raises:
        ConfigurationUnreviewed: with an alert, since nobody may be looking.

    Cost: one SELECT.
    """
    active = job.store.configurations.active()
    if not is_enforced(job.charter, active):
        return
    why = _why_not(job, active)
    if not why:
        close_alert(job, CONFIGURATION_UNREVIEWED, job.rules.job)
        return
    refusal = _refusal(why, f"job {job.rules.job}", active)
    what = f"job {job.rules.job} did nothing: {refusal.what}; {why}"
    cause = job.rules.job
    raise_alert(job, CONFIGURATION_UNREVIEWED, cause, Severity.CRITICAL, what, refusal.next)
    raise refusal


def refuse_uncited(job: Job, stored: StoredPlan) -> None:
    """Refuse to carry out a plan that was made before revisions had to be in force.

    Raises:
        ConfigurationUnreviewed: nothing of it says under which reviewed rules it was made.
    """
    active = job.store.configurations.active()
    if stored.revision is None and is_enforced(job.charter, active):
        raise ConfigurationUnreviewed(
            "the plan names no revision, and only the active one may act",
            where=f"plan {stored.plan.digest[:12]}",
            found="it was made before a revision was in force",
            safe="nothing was changed",
            next="plan again: the same acts keep their digests, and votes on them count",
        )


def refuse_other_charter(store: Store, charter: Charter) -> None:
    """Refuse a file that says otherwise than the active revision who is believed and who decides.

    Raises:
        ConfigurationUnreviewed: nothing is said or done in its name.
    """
    active = store.configurations.active()
    if active is not None and is_enforced(charter, active) and _is_other_charter(charter, active):
        raise _refusal(_CHARTER, "approvals, identity, revisions", active)


def refuse_claim(store: Store, charter: Charter) -> None:
    """Refuse a name that was only claimed, where the active revision has names proven.

    Raises:
        ConfigurationUnreviewed: the file believes `--as`, and nobody approved that.
    """
    active = store.configurations.active()
    if active is None or not is_enforced(charter, active):
        return
    if json.loads(active.document)["charter"]["identity"]["mode"] == "os":
        raise _refusal(_CLAIM, "identity.mode", active)


def is_enforced(charter: Charter, active: ConfigurationRevision | None) -> bool:
    """Say whether jobs act under the active revision only."""
    if charter.runs is Runs.ACTIVE:
        return True
    return active is not None and charter_in(active).runs is Runs.ACTIVE


def charter_in(revision: ConfigurationRevision) -> Charter:
    """Return the charter that a revision holds."""
    told = json.loads(revision.document)["charter"]
    runs = told["revisions"]
    return Charter(Runs(runs["run"]), canonical_text(told), runs["expiry_hours"])


_CLAIM = "the file believes `--as`; by the active revision the operating system says who acts"
_CHARTER = "the file says otherwise who is believed, how people vote, or which revisions run"


def _why_not(job: Job, active: ConfigurationRevision | None) -> str:
    if active is None:
        return "no revision is active yet"
    if _is_other_charter(job.charter, active):
        return _CHARTER
    if _other_rules(job, active):
        return (
            f"the job's rules are {job.rules.configuration[:12]}; "
            f"revision {active.number} has others, or no such job"
        )
    return ""


def _is_other_charter(charter: Charter, active: ConfigurationRevision) -> bool:
    return charter.document != charter_in(active).document


def _other_rules(job: Job, active: ConfigurationRevision) -> bool:
    jobs = json.loads(active.document)["jobs"]
    key = job.rules.job.encode("unicode_escape").decode("ascii")
    own = jobs.get(key) if isinstance(jobs, Mapping) else None
    return own is None or digest(own) != job.rules.configuration


def _refusal(why: str, where: str, active: ConfigurationRevision | None) -> ConfigurationUnreviewed:
    mine = "`provisor config propose --reason TEXT`, and let somebody else approve it"
    back = (
        f"{mine}; or put the reviewed text back: `provisor config show {active.number} --text`"
        if active is not None
        else f"{mine}; then `provisor config activate latest`"
    )
    return ConfigurationUnreviewed(
        "the configuration is not the active revision, and only that may act",
        where=where,
        found=why,
        safe="nothing was read from any system and nothing was changed",
        next=back,
    )
