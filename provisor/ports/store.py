"""The doorways to memory: what the rooms ask of the store, and the values that pass through.

Every method that changes state takes the events that tell of it and writes both in one
transaction: no state without its leaf in the log, no leaf without its state.
If the log cannot be written nothing is written, and `StoreDamaged` or `LogBroken` is raised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from provisor.domain.approval import Decision
from provisor.domain.event import Event
from provisor.domain.plan import Finding, PlannedAction
from provisor.domain.schema import ObjectType
from provisor.ports.acts import Acts
from provisor.ports.configurations import Configurations
from provisor.ports.drifts import Drifts
from provisor.ports.facts import (
    EVERYWHERE,
    ActOutcome,
    ActState,
    Alert,
    Effect,
    Freeze,
    HalfWay,
    Installation,
    Intent,
    Lease,
    LogState,
    Observation,
    PlanStanding,
    PlanStatus,
    Revision,
    Run,
    Severity,
    StoredPlan,
    Unfinished,
)
from provisor.ports.history import History
from provisor.ports.knowledge import Knowledge
from provisor.ports.links import Links
from provisor.ports.names import AccountNames
from provisor.ports.observations import Observations
from provisor.ports.openings import Openings
from provisor.ports.overrides import Overrides
from provisor.ports.people import People
from provisor.ports.prints import Prints
from provisor.ports.rights import Rights
from provisor.ports.troubles import Troubles
from provisor.ports.undos import Undos

Events = Sequence[Event]


class Identities(Protocol):
    """Identity ids: random, of their own, apart from every source key."""

    def known(self, system: str, object_type: ObjectType) -> dict[str, str]:
        """Return every key of the system with its identity id."""
        ...

    def of_keys(self, system: str, kind: ObjectType, keys: Collection[str]) -> dict[str, str]:
        """Return the identity ids of some keys; unknown keys are left out."""
        ...

    def assign(
        self, system: str, object_type: ObjectType, keys: Collection[str], at: datetime
    ) -> dict[str, str]:
        """Return an id for each key; unknown keys get a new random id and subject key."""
        ...

    def rename(
        self, system: str, object_type: ObjectType, names: Collection[tuple[str, str, str]]
    ) -> None:
        """Let identities have new keys; what the new key led to has the old one from now on.

        Args:
            system: the source.
            object_type: of the identities.
            names: (identity id, old key, new key).
        """
        ...

    def subject_keys(self, identities: Collection[str]) -> dict[str, bytes]:
        """Return the 32-byte keys that seal these identities' digests; erased ones are missing."""
        ...


class Revisions(Protocol):
    """Configuration revisions, append-only."""

    def present(self, revision: Revision, events: Events) -> Revision:
        """Keep the revision if its digest is new; return the stored one."""
        ...

    def get(self, job: str, digest: str) -> Revision | None:
        """Return one revision, or None."""
        ...

    def approved(self, job: str) -> Revision | None:
        """Return the revision under which the job's plan was approved last, whole or in part."""
        ...

    def mark_approved(self, job: str, digest: str, at: datetime) -> None:
        """Remember that a plan about everybody under this revision was approved as a whole."""
        ...

    def mark_used(self, job: str, digest: str, at: datetime) -> None:
        """Remember that some acts were approved under this revision."""
        ...


class Plans(Protocol):
    """Plans by digest, byte for byte as they were shown."""

    def save(self, stored: StoredPlan, events: Events, superseded: str = "") -> None:
        """Keep a plan; saving a digest again keeps its actions and renews what is told of it.

        Args:
            stored: the plan.
            events: tell of it.
            superseded: digest of the plan that it takes the place of; empty for none.
        """
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

    def newest(self, job: str, only: tuple[str, ...] = ()) -> StoredPlan | None:
        """Return the job's newest plan about exactly these identities; empty for everybody."""
        ...

    def standing(self, job: str, only: tuple[str, ...] = ()) -> PlanStanding | None:
        """Return what the newest plan about exactly these identities is called, and how it stands.

        Cost: one SELECT; none of its actions is looked at.
        """
        ...

    def findings(self, digest: str) -> tuple[Finding, ...]:
        """Return what a plan told of accounts; of an unknown plan nothing."""
        ...

    def memberships(self, digest: str) -> Sequence[PlannedAction]:
        """Return the acts of a plan on memberships; of an unknown plan none."""
        ...

    def waiting(self, job: str) -> StoredPlan | None:
        """Return the job's newest plan about everybody that waits for a decision."""
        ...

    def on_demand(self, job: str) -> tuple[StoredPlan, ...]:
        """Return the job's plans about chosen identities that wait for a decision, newest first."""
        ...

    def needed_since(self, digest: str, actions: Collection[str]) -> dict[str, datetime]:
        """Return since when each action of a plan has been needed, predecessors included."""
        ...

    def set_status(self, digest: str, status: PlanStatus, events: Events) -> None:
        """Move a plan on."""
        ...

    def ever_applied(self, job: str) -> bool:
        """Say whether any plan of this job about everybody was ever carried out."""
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

    def about(self, job: str, configuration: str, actions: Collection[str]) -> tuple[Decision, ...]:
        """Return the votes under this configuration as far as they are about some acts.

        Oldest first; votes that name no act at all, and words taken back, are among them.

        Args:
            job: whose.
            configuration: its digest.
            actions: action ids; no vote that is returned names another one.
        """
        ...

    def consumed(self, job: str, actions: Collection[str]) -> frozenset[tuple[str, str]]:
        """Return those (decision id, action id) pairs of some acts that were carried out."""
        ...


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

    def epoch(self, target: str) -> int:
        """Return the epoch of the last lease of a target, held or given back; 0 without any."""
        ...

    def vacant(self, target: str, now: datetime) -> int:
        """Return the epoch of the last lease of a target to which nobody writes.

        A lease that ran out is ended.

        Raises:
            LeaseHeld: somebody holds the lease and it has not expired.
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
    configurations: Configurations
    plans: Plans
    decisions: Decisions
    overrides: Overrides
    undos: Undos
    openings: Openings
    acts: Acts
    alerts: Alerts
    controls: Controls
    names: AccountNames
    people: People
    drifts: Drifts
    history: History
    knowledge: Knowledge
    prints: Prints
    rights: Rights
    troubles: Troubles
    log: AuditLog

    def copy_to(self, path: str) -> None:
        """Copy one moment of the store into a new SQLite file at the path, for the verifier."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


__all__ = [
    "EVERYWHERE",
    "ActOutcome",
    "ActState",
    "Acts",
    "Alert",
    "Alerts",
    "AuditLog",
    "Configurations",
    "Controls",
    "Decisions",
    "Effect",
    "Events",
    "Freeze",
    "HalfWay",
    "Identities",
    "Installation",
    "Intent",
    "Lease",
    "Links",
    "LogState",
    "Observation",
    "Observations",
    "Openings",
    "Overrides",
    "People",
    "PlanStanding",
    "PlanStatus",
    "Plans",
    "Revision",
    "Revisions",
    "Run",
    "Severity",
    "Store",
    "StoredPlan",
    "Undos",
    "Unfinished",
]
