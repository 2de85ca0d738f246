"""The leaves that tell of configuration revisions; reasons stand as digests."""

from __future__ import annotations

import hashlib

from provisor.domain.canonical import Json
from provisor.domain.configuration_life import (
    Activation,
    ConfigurationRevision,
    Results,
    Voice,
)
from provisor.domain.event import Event, EventKind, moment
from provisor.ports.store import Alert, Revision


def proposed(revision: ConfigurationRevision) -> Event:
    """Tell that a configuration was proposed, and after which one."""
    facts: dict[str, Json] = {
        "revision": revision.number,
        "configuration": revision.digest,
        "after": revision.after,
        "origin": revision.origin,
        "asserted": revision.asserted,
        "reason": _digest(revision.reason),
    }
    return Event(EventKind.REVISION_PROPOSED, revision.proposed_at, revision.author, facts)


def presented(revision: Revision) -> Event:
    """Tell that a job's rules were seen for the first time, in a proposal."""
    facts: dict[str, Json] = {"configuration": revision.digest, "job": revision.job}
    return Event(EventKind.REVISION_PRESENTED, revision.presented_at, revision.author, facts)


def shown(results: Results) -> Event:
    """Tell what a revision would do was worked out, by its digest."""
    facts: dict[str, Json] = {"revision": results.revision, "results": results.digest}
    return Event(EventKind.REVISION_SHOWN, results.made_at, results.made_by, facts)


def said(voice: Voice, revision: ConfigurationRevision) -> Event:
    """Tell what somebody said about a revision, and which results they had before them."""
    facts: dict[str, Json] = {
        "revision": voice.revision,
        "configuration": revision.digest,
        "kind": voice.kind.value,
        "results": voice.results,
        "asserted": voice.asserted,
        "reason": _digest(voice.reason),
        "expires": moment(voice.expires_at),
    }
    return Event(EventKind.REVISION_DECIDED, voice.at, voice.voter, facts)


def activated(
    activation: Activation, revision: ConfigurationRevision, approvers: tuple[str, ...]
) -> Event:
    """Tell that a revision came into force, and by whose approval."""
    facts: dict[str, Json] = {
        "revision": activation.revision,
        "configuration": revision.digest,
        "after": revision.after,
        "approvers": list(approvers),
        "asserted": activation.asserted,
        "reason": _digest(activation.reason),
    }
    return Event(EventKind.REVISION_ACTIVATED, activation.at, activation.actor, facts)


def alerted(alert: Alert, actor: str) -> Event:
    """Tell that something about a revision deserves attention."""
    facts: dict[str, Json] = {
        "kind": alert.kind,
        "cause": alert.cause,
        "job": alert.job,
        "severity": alert.severity.value,
    }
    return Event(EventKind.ALERT_RAISED, alert.raised_at, actor, facts)


def _digest(reason: str) -> str:
    return hashlib.sha256(reason.encode()).hexdigest()
