"""The facts that memory keeps: frozen values that pass through the doorways of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from provisor.domain.budget import NO_PAUSES, Pauses
from provisor.domain.costing import Cost
from provisor.domain.harm import Bucket
from provisor.domain.holding import GrantedValue, Held
from provisor.domain.link import Link, Membership
from provisor.domain.plan import (
    Finding,
    Plan,
    PlannedAction,
    PlanPart,
    ReferenceTallies,
    Ruling,
    SetAside,
    Tally,
    Verdict,
)
from provisor.domain.reference import Pending
from provisor.domain.schema import ObjectType


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
    """When a plan under it was approved as a whole, and no act under another one since; None
    while it is new, or new again."""


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
class Look:
    """What a plan was made from: both sides as a whole, or what changed on them."""

    full: bool
    reason: str
    """Why everything was read; empty for what changed."""
    full_at: datetime | None
    """When everything was read the last time."""
    rows: int
    """How many rows were read, one-by-one look-ups included."""


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """A stored plan without anything that it holds."""

    digest: str
    status: PlanStatus
    initiator: str
    predecessor: str | None


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
    forecast: Cost = ()
    """What carrying it out takes, foretold when it was shown; empty where nobody foretold it."""
    references: ReferenceTallies = field(default_factory=dict)
    """Per object type and attribute what became of everything that is referred to."""
    pending: tuple[Pending, ...] = ()
    """References that are left out for now."""
    look: Look | None = None
    """What it was made from when it was shown; None where nobody said it."""
    revision: int | None = None
    """Number of the active configuration revision that it was made under; None without one."""


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
    voted: bool = False
    """Whether people's votes allow it; what was voted on does not use up the limits."""
    partly: bool = False
    """Whether the vote left others of its part waiting; then it counts for 24 hours anyway."""
    counts: tuple[tuple[Bucket, int], ...] = ()
    """What it counts in besides one act of its part."""
    opening: str = ""
    """The id of the opening through which it goes out without a vote; empty for most."""


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
class HalfWay:
    """What an attempt did before it stopped; limits count it, and nothing else of that attempt."""

    at: datetime
    """When it was intended."""
    partly: bool
    """Whether a vote allowed it that left others of its part waiting."""
    counts: tuple[tuple[Bucket, int], ...]


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
    names: tuple[tuple[str, str], ...] = ()
    """Unique attributes with what the account is called now, or was until it was deleted."""
    former_names: tuple[tuple[str, str], ...] = ()
    """Unique attributes with what the account of somebody who is gone was called before."""
    given: tuple[GrantedValue, ...] = ()
    """Values of rights that we gave."""
    taken: tuple[Held, ...] = ()
    """Values of rights that we took back."""
    joined: tuple[Held, ...] = ()
    """What somebody holds now, of what duties name."""
    parted: tuple[Held, ...] = ()
    """What somebody does not hold any more."""
    half_way: HalfWay | None = None
    """Of an attempt that stopped after it moved members; None where votes allow it anyway."""


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
    target: str = ""
    forecast: Cost = ()
    """What its acts were foretold to take."""
    spent: Cost = ()
    """What they took."""
    pauses: Pauses = NO_PAUSES
    """What the target asked for meanwhile."""


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


@dataclass(frozen=True, slots=True)
class LogState:
    """The head of the audit log."""

    size: int
    root: str
    """64 hexadecimal digits."""
