"""Seal intents and outcomes into the log: events in the words of the schema, no secret in any."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from provisor.domain.approval import Decision
from provisor.domain.canonical import Json, merkle_root
from provisor.domain.event import Event, EventKind, moment
from provisor.domain.link import Link
from provisor.domain.override import Consent, Override
from provisor.domain.undoing import Undo
from provisor.engine.job import Job
from provisor.ports.history import Looked
from provisor.ports.openings import Opening, Review
from provisor.ports.store import ActOutcome, Intent, Observation, Revision, Run, StoredPlan


def observed(job: Job, observation: Observation) -> Event:
    """Tell that a system was read, and whether that proved complete."""
    facts: dict[str, Json] = {
        "observation": observation.id,
        "system": observation.system,
        "object_type": observation.object_type.value,
        "rows": observation.rows,
        "complete": observation.complete,
        "digest": observation.digest,
    }
    return Event(EventKind.OBSERVED, observation.ended_at, job.actor.name, facts)


def history_deleted(job: Job, looked: Looked) -> Event:
    """Tell that rows of earlier days were deleted, because they are older than is kept."""
    begins = [one.begins for one in looked.expired]
    facts: dict[str, Json] = {
        "chapters": len(looked.expired),
        "from": moment(min(begins)),
        "to": moment(max(begins)),
        "days": job.history.days,
    }
    return Event(EventKind.HISTORY_DELETED, looked.at, job.actor.name, facts)


def plan_sealed(job: Job, stored: StoredPlan) -> Event:
    """Tell that a plan was sealed, with what it was made from."""
    kind = EventKind.PLAN_REFUSED if stored.verdict.value == "refused" else EventKind.PLAN_SEALED
    facts: dict[str, Json] = {
        "plan": stored.plan.digest,
        "job": stored.plan.header.job,
        "target": stored.plan.header.target,
        "configuration": stored.plan.header.configuration,
        "actions": len(stored.plan.actions),
        "verdict": stored.verdict.value,
        "observations": list(stored.observations),
    }
    if stored.revision is not None:
        facts["revision"] = stored.revision
    if stored.plan.header.undoes:
        facts["undoes"] = stored.plan.header.undoes
    return Event(kind, stored.created_at, job.actor.name, facts)


def revision_presented(job: Job, revision: Revision) -> Event:
    """Tell that a configuration revision was seen for the first time."""
    facts: dict[str, Json] = {"configuration": revision.digest, "job": revision.job}
    return Event(EventKind.REVISION_PRESENTED, revision.presented_at, job.actor.name, facts)


def decided(decision: Decision) -> Event:
    """Tell what an approver said; the reason stands as a digest, its text beside the log."""
    ids = sorted(decision.actions)
    facts: dict[str, Json] = {
        "decision": decision.id,
        "kind": decision.kind.value,
        "plan": decision.plan,
        "configuration": decision.configuration,
        "actions": len(ids),
        "actions_root": merkle_root(bytes.fromhex(i) for i in ids).hex(),
        "reason": hashlib.sha256(decision.reason.encode()).hexdigest(),
        "expires": moment(decision.expires_at),
    }
    return Event(EventKind.DECIDED, decision.decided_at, decision.approver, facts)


def override_added(override: Override) -> Event:
    """Tell what a person decided against the rules; the reason stands as a digest."""
    facts: dict[str, Json] = {
        "override": override.id,
        "kind": override.kind.value,
        "job": override.job,
        "reason": hashlib.sha256(override.reason.encode()).hexdigest(),
    }
    return Event(EventKind.OVERRIDE_ADDED, override.created_at, override.author, facts)


def override_agreed(override_id: str, consent: Consent) -> Event:
    """Tell that a second person agreed with what somebody decided."""
    facts: dict[str, Json] = {
        "override": override_id,
        "reason": hashlib.sha256(consent.reason.encode()).hexdigest(),
    }
    return Event(EventKind.OVERRIDE_AGREED, consent.at, consent.approver, facts)


def gate_opened(opening: Opening) -> Event:
    """Tell that somebody broke a gate open."""
    facts: dict[str, Json] = {
        "opening": opening.id,
        "target": opening.target,
        "part": opening.part,
        "expires": moment(opening.expires_at),
        "reason": hashlib.sha256(opening.reason.encode()).hexdigest(),
    }
    return Event(EventKind.GATE_OPENED, opening.opened_at, opening.actor, facts)


def gate_reviewed(opening_id: str, review: Review, acts: int) -> Event:
    """Tell that somebody else looked at what went out through an opening."""
    facts: dict[str, Json] = {
        "opening": opening_id,
        "acts": acts,
        "reason": hashlib.sha256(review.reason.encode()).hexdigest(),
    }
    return Event(EventKind.GATE_REVIEWED, review.at, review.reviewer, facts)


def override_ended(override_id: str, at: datetime, actor: str, reason: str) -> Event:
    """Tell that a person's decision is over."""
    facts: dict[str, Json] = {
        "override": override_id,
        "reason": hashlib.sha256(reason.encode()).hexdigest(),
    }
    return Event(EventKind.OVERRIDE_ENDED, at, actor, facts)


def undo_asked(undo: Undo, overrides: Sequence[Override]) -> Event:
    """Tell what somebody asked to take back: of which runs, how much, and by how many decisions."""
    fates = Counter(deed.fate.value for deed in undo.deeds)
    facts: dict[str, Json] = {
        "undo": undo.id,
        "job": undo.job,
        "target": undo.target,
        "plan": undo.plan,
        "runs": list(undo.runs),
        "fates": dict(sorted(fates.items())),
        "overrides": len(overrides),
        "reason": hashlib.sha256(undo.reason.encode()).hexdigest(),
    }
    return Event(EventKind.UNDO_ASKED, undo.created_at, undo.author, facts)


def link_ended(job: Job, link: Link, at: datetime, override: Override) -> Event:
    """Tell that an identity and its account were parted, by which decision."""
    facts: dict[str, Json] = {
        "target": job.rules.target,
        "object_type": link.object_type.value,
        "identity": link.identity,
        "override": override.id,
    }
    return Event(EventKind.LINK_ENDED, at, override.author, facts)


def link_moved(job: Job, link: Link, at: datetime, override: Override) -> Event:
    """Tell that a person has another key at the source, by which decision."""
    facts: dict[str, Json] = {
        "target": job.rules.target,
        "object_type": link.object_type.value,
        "identity": link.identity,
        "override": override.id,
    }
    return Event(EventKind.LINK_MOVED, at, override.author, facts)


def intended(job: Job, intents: Sequence[Intent]) -> Event:
    """Tell what is about to be done; one leaf holds a batch's digests."""
    first = intents[0]
    facts: dict[str, Json] = {
        "plan": first.plan,
        "run": first.run,
        "target": first.target,
        "actions": [[intent.action_id, intent.attempt] for intent in intents],
    }
    openings = sorted({intent.opening for intent in intents if intent.opening})
    if openings:
        facts["openings"] = list(openings)
    return Event(EventKind.INTENDED, first.at, job.actor.name, facts)


def concluded(job: Job, outcomes: Sequence[ActOutcome]) -> Event:
    """Tell what became of a batch."""
    first = outcomes[0]
    facts: dict[str, Json] = {
        "plan": first.plan,
        "run": first.run,
        "target": first.target,
        "outcomes": [[o.action_id, o.attempt, o.state.value, o.code] for o in outcomes],
    }
    return Event(EventKind.OUTCOME, first.at, job.actor.name, facts)


def confirmed(job: Job, outcomes: Sequence[ActOutcome]) -> Event:
    """Tell what a look at the target showed afterwards."""
    facts: dict[str, Json] = {
        "target": job.rules.target,
        "actions": [outcome.action_id for outcome in outcomes],
    }
    return Event(EventKind.CONFIRMED, outcomes[0].at, job.actor.name, facts)


def run_ended(job: Job, run: Run) -> Event:
    """Tell that a run is over, with its sums."""
    facts: dict[str, Json] = {
        "run": run.id,
        "job": run.job,
        "plan": run.plan,
        "exit_code": run.exit_code,
        "outcomes": dict(run.outcomes),
    }
    return Event(EventKind.RUN_ENDED, run.ended_at or run.started_at, job.actor.name, facts)
