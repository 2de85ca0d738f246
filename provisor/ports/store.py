"""The doorways to memory: what the rooms ask of the store, and the values that pass through.

Every method that changes state takes the events that tell of it and writes both in one
transaction: no state without its leaf in the log, no leaf without its state.
If the log cannot be written nothing is written, and `StoreDamaged` or `LogBroken` is raised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from provisor.domain.approval import Decision
from provisor.domain.event import Event
from provisor.domain.link import Absence, Link, Membership
from provisor.domain.override import Override
from provisor.domain.plan import Finding, Plan, PlannedAction, PlanPart, Ruling, SetAside, Tally, Verdict
from provisor.domain.schema import ObjectType

Events = Sequence[Event]


@dataclass(frozen=True, slots=True)
class Installation:
    """What is drawn once per store."""

    id: str
    seed: bytes
    """32 random bytes: fingerprints are seeded with it so that nobody can aim at them."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One read of one object type, append-only."""

    id: str
    system: str
    object_type: ObjectType
    started_at: datetime
    ended_at: datetime
    pages: int
    rows: int
    declared_total: int | None
    complete: bool
    reason: str
    """Why it is not complete; empty when it is."""
    digest: str
    """SHA-256 over the sorted keys with their row hashes; equal reads are equal."""
    version: str | None
    watermark: str | None
    columns: tuple[str, ...]
    nulls: Mapping[str, int] = field(default_factory=dict)
    """Blank cells per attribute that the rules use."""


class Observations(Protocol):
    """What was read, when, and whether it proved complete."""

    def add(self, observation: Observation, events: Events) -> None:
        """Keep one observation."""
        ...

    def last_complete(self, system: str, object_type: ObjectType) -> Observation | None:
        """Return the newest complete read, or None when there is none yet."""
        ...

    def newest(self, system: str, object_type: ObjectType) -> Observation | None:
        """Return the newest read of any kind."""
        ...

    def absences(self, system: str, object_type: ObjectType) -> tuple[Absence, ...]:
        """Return who was linked and missing from the last complete reads."""
        ...

    def replace_absences(
        self, system: str, object_type: ObjectType, absences: Iterable[Absence]
    ) -> None:
        """Keep exactly these absences after a complete read."""
        ...


class Identities(Protocol):
    """Identity ids: random, of their own, apart from every source key."""

    def known(self, system: str, object_type: ObjectType) -> dict[str, str]:
        """Return every key of the system with its identity id."""
        ...

    def assign(
        self, system: str, object_type: ObjectType, keys: Collection[str], at: datetime
    ) -> dict[str, str]:
        """Return an id for each key; unknown keys get a new random id and subject key."""
        ...

    def subject_keys(self, identities: Collection[str]) -> dict[str, bytes]:
        """Return the 32-byte keys that seal these identities' digests; erased ones are missing."""
        ...


class Links(Protocol):
    """Which account belongs to which identity, per target."""

    def of_target(self, target: str, object_type: ObjectType) -> tuple[Link, ...]:
        """Return every link, sorted by key."""
        ...

    def columns(self, target: str, object_type: ObjectType) -> dict[str, list[object]]:
        """Return the links as columns: identity, key, native_id, anchor, state, since, accepted.

        `since` is RFC 3339 text; `accepted` is JSON text or None.
        Cost: one SELECT, no object per row.
        """
        ...

    def count(self, target: str, object_type: ObjectType) -> int:
        """Return how many links there are."""
        ...

    def put(self, target: str, links: Iterable[Link], events: Events) -> None:
        """Insert or replace links by (target, object type, identity)."""
        ...

    def memberships(self, target: str) -> frozenset[Membership]:
        """Return the memberships that we granted in this target."""
        ...


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a job's configuration, known by its digest."""

    digest: str
    job: str
    author: str
    """Who first presented it."""
    presented_at: datetime
    document: str
    """Canonical JSON of the job as it was compiled; secrets are references."""
    approved_at: datetime | None = None
    """When a plan under it was first approved; None while it is new."""


class Revisions(Protocol):
    """Configuration revisions, append-only."""

    def present(self, revision: Revision, events: Events) -> Revision:
        """Keep the revision if its digest is new; return the stored one."""
        ...

    def get(self, job: str, digest: str) -> Revision | None:
        """Return one revision, or None."""
        ...

    def mark_approved(self, job: str, digest: str, at: datetime) -> None:
        """Remember that a plan under this revision was approved; the first time counts."""
        ...


class PlanStatus(StrEnum):
    """Where a stored plan stands."""

    REFUSED = "refused"
    WAITING = "waiting"
    ALLOWED = "allowed"
    APPLYING = "applying"
    APPLIED = "applied"
    PARTLY_APPLIED = "partly_applied"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as it was shown, with everything that was counted beside it."""

    plan: Plan
    status: PlanStatus
    created_at: datetime
    initiator: str
    author: str
    """Author of the configuration revision."""
    four_eyes: bool
    asserted: bool
    """True when identities were asserted, not proven; every view says so."""
    verdict: Ruling
    parts: tuple[PlanPart, ...]
    verdicts: tuple[Verdict, ...]
    records: Mapping[ObjectType, Tally]
    accounts: Mapping[ObjectType, Tally]
    set_aside: tuple[SetAside, ...]
    findings: tuple[Finding, ...]
    baseline: str
    """When the source was last read completely before this plan, or `none`."""
    observations: tuple[str, ...]
    """Ids of the reads that the plan was made from."""
    predecessor: str | None = None


class Plans(Protocol):
    """Plans by digest, byte for byte as they were shown."""

    def save(self, stored: StoredPlan, events: Events) -> None:
        """Keep a plan; saving a digest again keeps the first and renews its status and times."""
        ...

    def get(self, digest: str) -> StoredPlan | None:
        """Return the plan of a full digest."""
        ...

    def find(self, reference: str) -> StoredPlan:
        """Return the plan that `latest`, a full digest or at least 8 digits name.

        Raises:
            PlanUnknown: no plan has these digits, or several have.
        """
        ...

    def newest(self, job: str) -> StoredPlan | None:
        """Return the job's newest plan."""
        ...

    def waiting(self, job: str) -> StoredPlan | None:
        """Return the job's newest plan that waits for a decision."""
        ...

    def set_status(self, digest: str, status: PlanStatus, events: Events) -> None:
        """Move a plan on."""
        ...

    def ever_applied(self, job: str) -> bool:
        """Say whether any plan of this job was ever carried out."""
        ...


class Decisions(Protocol):
    """Votes, append-only, and what of them was used."""

    def add(self, decision: Decision, events: Events) -> None:
        """Keep one vote."""
        ...

    def of_job(self, job: str, configuration: str) -> tuple[Decision, ...]:
        """Return every vote under this configuration, oldest first."""
        ...

    def of_plan(self, plan: str) -> tuple[Decision, ...]:
        """Return every vote on one plan, oldest first."""
        ...

    def consumed(self, job: str) -> frozenset[tuple[str, str]]:
        """Return the (decision id, action id) pairs that were carried out."""
        ...


class Overrides(Protocol):
    """People's decisions that outlive cycles."""

    def add(self, override: Override, events: Events) -> None:
        """Keep one override."""
        ...

    def all(self) -> tuple[Override, ...]:
        """Return every override ever given, oldest first."""
        ...

    def end(self, override_id: str, at: datetime, events: Events) -> Override:
        """End one override now.

        Raises:
            UnknownName: no override has this id.
        """
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    """A durable promise to act, written before the call."""

    action_id: str
    plan: str
    run: str
    target: str
    attempt: int
    part: str
    operation: str
    object_type: ObjectType
    at: datetime
    position: int
    """Place of the action in its plan."""


class ActState(StrEnum):
    """What became of an intent."""

    DONE = "done"
    ALREADY_SO = "already_so"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    STALE = "stale"
    SUPERSEDED = "superseded"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """The durable end of one attempt at one action."""

    action_id: str
    plan: str
    run: str
    target: str
    attempt: int
    state: ActState
    at: datetime
    native_id: str | None = None
    code: str = ""
    """The problem's code from the error tree; empty when there is none."""
    message: str = ""
    """What happened, without any value."""
    assurance: str = ""
    """`claimed` by the answer, `confirmed` by a read, or empty."""
    blocked_by: str = ""
    """The action id that this one waited for."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one outcome changes in our memory, written in the outcome's transaction."""

    outcome: ActOutcome
    link: Link | None = None
    unlink: tuple[ObjectType, str] | None = None
    """(object type, identity id) of a deleted account."""
    granted: tuple[Membership, ...] = ()
    revoked: tuple[Membership, ...] = ()
    consumes: tuple[str, ...] = ()
    """Decision ids whose approval of this action is used up."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An intent whose outcome is unknown: it is settled by looking, before anything new."""

    intent: Intent
    action: PlannedAction


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one job."""

    id: str
    job: str
    started_at: datetime
    ended_at: datetime | None
    plan: str | None
    actor: str
    exit_code: int | None
    outcomes: Mapping[str, int] = field(default_factory=dict)
    summary: str = ""


class Acts(Protocol):
    """Runs, intents and outcomes."""

    def begin_run(self, run: Run) -> None:
        """Keep a run that starts."""
        ...

    def end_run(self, run: Run, events: Events) -> None:
        """Complete a run."""
        ...

    def runs(self, job: str, limit: int = 20) -> tuple[Run, ...]:
        """Return the newest runs of a job, newest first."""
        ...

    def intend(self, intents: Sequence[Intent], epoch: int, events: Events) -> None:
        """Make intents durable before any call; one row of the log may hold a batch.

        Raises:
            LeaseHeld: the lease of the target has a newer epoch; nothing may be sent.
        """
        ...

    def conclude(self, effects: Sequence[Effect], events: Events) -> None:
        """Make outcomes durable together with links, memberships and used decisions."""
        ...

    def unfinished(self, target: str) -> tuple[Unfinished, ...]:
        """Return intents without a final outcome: never ended, or uncertain at the last try."""
        ...

    def outcomes(self, plan: str) -> dict[str, ActOutcome]:
        """Return the newest outcome per action id of a plan."""
        ...

    def done_since(self, target: str, since: datetime) -> dict[str, int]:
        """Return how many actions of each part were intended on the target since then.

        Failed ones do not count; uncertain ones do.
        """
        ...


class Severity(StrEnum):
    """How soon a person must look."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Alert:
    """One cause that deserves a person's attention."""

    kind: str
    cause: str
    """What makes two alerts the same: job, system, part; no personal value."""
    severity: Severity
    job: str
    message: str
    next: str
    raised_at: datetime
    last_seen_at: datetime
    repeats: int = 1
    closed_at: datetime | None = None
    id: str = ""


class Alerts(Protocol):
    """What was raised, repeated and closed."""

    def raise_(self, alert: Alert, events: Events) -> Alert:
        """Raise an alert; an open one of the same kind and cause is repeated instead."""
        ...

    def close(self, kind: str, cause: str, at: datetime, events: Events) -> bool:
        """Close the open alert of this kind and cause; say whether there was one."""
        ...

    def open(self) -> tuple[Alert, ...]:
        """Return open alerts, gravest and newest first."""
        ...

    def all(self) -> tuple[Alert, ...]:
        """Return every alert, newest first."""
        ...


EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Freeze:
    """Writing is stopped for one target, or everywhere (`*`)."""

    target: str
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write to one target, fenced by an epoch that only grows."""

    target: str
    holder: str
    epoch: int
    expires_at: datetime


class Controls(Protocol):
    """Freezes and leases: what is asked before every write."""

    def freeze(self, freeze: Freeze, events: Events) -> None:
        """Stop writing; repeating it is harmless."""
        ...

    def unfreeze(self, target: str, events: Events) -> bool:
        """Lift a freeze; say whether there was one."""
        ...

    def frozen(self, target: str) -> Freeze | None:
        """Return the freeze that stops this target now: its own, or the one for everything."""
        ...

    def freezes(self) -> tuple[Freeze, ...]:
        """Return every freeze in force."""
        ...

    def acquire(self, target: str, holder: str, now: datetime, seconds: float) -> Lease:
        """Take the lease of a target, with a higher epoch than any before.

        Raises:
            LeaseHeld: somebody else holds it and it has not expired.
        """
        ...

    def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease:
        """Prolong a lease.

        Raises:
            LeaseHeld: another holder took it meanwhile.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back; a lost one is left alone."""
        ...


@dataclass(frozen=True, slots=True)
class LogState:
    """The head of the audit log."""

    size: int
    root: str
    """64 hexadecimal digits."""


class AuditLog(Protocol):
    """The append-only log; other doorways append to it inside their transactions."""

    def append(self, events: Events) -> None:
        """Append events that belong to no other change of state."""
        ...

    def head(self) -> LogState:
        """Return size and root."""
        ...

    def leaves(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield (index, leaf bytes) from an index on."""
        ...

    def refuse_broken(self) -> None:
        """Check the tail of the log against its head, quickly.

        Raises:
            LogBroken: they do not agree; nothing may be written.
        """
        ...


class Store(Protocol):
    """All doorways of one store."""

    installation: Installation
    observations: Observations
    identities: Identities
    links: Links
    revisions: Revisions
    plans: Plans
    decisions: Decisions
    overrides: Overrides
    acts: Acts
    alerts: Alerts
    controls: Controls
    log: AuditLog

    def close(self) -> None:
        """Let go of the database."""
        ...
