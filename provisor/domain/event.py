"""The leaves of the audit log: what happened, pseudonymous, in bytes that never change.

A leaf is the canonical JSON of schema `provisor.event/1`. It names identities by their random ids
and values by keyed digests only; clear payloads stand beside the log under the subject's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from provisor.domain.canonical import Json, canonical_text

EVENT_SCHEMA = "provisor.event/1"


class EventKind(StrEnum):
    """Everything that leaves a leaf."""

    OBSERVED = "observed"
    HISTORY_DELETED = "history_deleted"
    """Rows of earlier days were deleted because they are older than is kept."""
    REVISION_PRESENTED = "revision_presented"
    REVISION_PROPOSED = "revision_proposed"
    REVISION_SHOWN = "revision_shown"
    """What a revision would do was worked out and attached to it."""
    REVISION_DECIDED = "revision_decided"
    REVISION_ACTIVATED = "revision_activated"
    PLAN_SEALED = "plan_sealed"
    PLAN_REFUSED = "plan_refused"
    DECIDED = "decided"
    OVERRIDE_ADDED = "override_added"
    OVERRIDE_ENDED = "override_ended"
    OVERRIDE_AGREED = "override_agreed"
    """A second person agreed with an override, which is in force from then on."""
    GATE_OPENED = "gate_opened"
    """Somebody broke a gate open, for one target, one class of acts and a short time."""
    GATE_REVIEWED = "gate_reviewed"
    UNDO_ASKED = "undo_asked"
    """Somebody asked to take back what runs did; the decisions that do so come before it."""
    KILLED = "killed"
    """Somebody took all access from one person."""
    DRIFT_FOUND = "drift_found"
    LINK_ENDED = "link_ended"
    LINK_MOVED = "link_moved"
    PEOPLE_CORRELATED = "people_correlated"
    """Records of several sources were found to be whose they are."""
    PEOPLE_MERGED = "people_merged"
    PEOPLE_SPLIT = "people_split"
    INTENDED = "intended"
    OUTCOME = "outcome"
    CONFIRMED = "confirmed"
    RUN_ENDED = "run_ended"
    SYSTEM_TRIED = "system_tried"
    """Somebody tried out how a system wants to be spoken to, with accounts made for that."""
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    QUARANTINED = "quarantined"
    """A target is left alone because it failed."""
    READMITTED = "readmitted"
    PARKED = "parked"
    """Somebody said of acts that failed that they wait, or who looks after them."""
    RETRIED = "retried"
    """Somebody said of acts that failed that they are tried again."""
    ALERT_RAISED = "alert_raised"
    ALERT_CLOSED = "alert_closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact for the log; written in the transaction of the state that it tells of."""

    kind: EventKind
    at: datetime
    actor: str
    """Who acted: an operator's name as configured, or `scheduler`."""
    facts: Mapping[str, Json] = field(default_factory=dict)
    """Ids, digests, counts and states; never a personal value."""


def leaf_bytes(event: Event) -> bytes:
    """Return the final bytes of the leaf; nothing of it is ever hashed again.

    Example:
        >>> from datetime import UTC
        >>> leaf_bytes(Event(EventKind.FROZEN, datetime(2031, 1, 2, tzinfo=UTC), "ops"))
        b'{"actor":"ops","at":"2031-01-02T00:00:00.000Z","facts":{},"kind":"frozen","schema":"provisor.event/1"}'
    """
    # The five keys stand in their canonical order; composing them here halves the cost of a leaf.
    actor, facts = canonical_text(event.actor), canonical_text(event.facts)
    return (
        f'{{"actor":{actor},"at":"{moment(event.at)}","facts":{facts},'
        f'"kind":"{event.kind.value}","schema":"{EVENT_SCHEMA}"}}'
    ).encode()


def moment(at: datetime) -> str:
    """Return a time as RFC 3339 text in UTC with milliseconds and `Z`."""
    there = at if at.tzinfo is UTC else at.astimezone(UTC)
    return there.isoformat("T", "milliseconds")[:-6] + "Z"
