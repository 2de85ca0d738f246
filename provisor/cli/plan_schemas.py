"""What plans, decisions and differences look like with `--json`, as types."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from provisor.cli.revision_schemas import CitedShape, SideShape


class PartShape(TypedDict):
    """One part of a plan."""

    part: str
    verdict: str
    count: int
    approvers: int


class VerdictShape(TypedDict):
    """One rule's judgement."""

    name: str
    part: str
    value: str
    limit: str
    result: str
    reason: str
    base: str
    about: str


class EndsShape(TypedDict):
    """The identity ids behind a reference, before and after."""

    before: Any
    after: Any


class ChangeShape(TypedDict):
    """One attribute, before and after; for memberships the members lost and gained."""

    attribute: str
    before: Any
    after: Any
    identities: NotRequired[EndsShape]
    """Where the attribute leads to other objects: their identity ids; the values are keys."""


class DrawShape(TypedDict):
    """A secret that is drawn when the action is carried out: how, never what."""

    attribute: str
    generator: str
    policy: str
    deliver: str


class ActionShape(TypedDict):
    """One action; also a line of `--jsonl`."""

    id: str
    operation: str
    object: str
    key: str
    target_id: str | None
    changes: list[ChangeShape]
    rule: str
    part: str
    bundle: str
    risk: str
    reversible: str
    adopts: bool
    draws: list[DrawShape]


class CostLineShape(TypedDict):
    """What the actions of one operation take; `basis` says what the seconds rest on."""

    object: str
    operation: str
    actions: int
    calls: int
    looks: int
    seconds: float | None
    basis: str


class CostShape(TypedDict):
    """Calls (looks included) and seconds; null where nothing was measured yet."""

    calls: int
    seconds: float | None
    operations: list[CostLineShape]


class ClusterShape(TypedDict):
    """One change that many accounts share."""

    object: str
    operation: str
    attribute: str
    before: Any
    after: Any
    count: int


class PendingShape(TypedDict):
    """A reference that is left out for now: what the source says, and why it cannot be written."""

    object: str
    key: str
    attribute: str
    value: str
    reason: str


class CycleShape(TypedDict):
    """What a plan was made from: both sides as a whole, or what changed on them."""

    full: bool
    reason: str
    full_at: str | None
    rows: int


class StakesShape(TypedDict):
    """What the first plan under a configuration gives and takes."""

    gained: SideShape
    lost: SideShape


class UndoesShape(TypedDict):
    """What a plan takes back, and how much of it cannot come back, or not as it was."""

    undo: str
    plan: str
    runs: list[str]
    reason: str
    author: str
    counts: dict[str, int]
    lossy: int


class PlanShape(TypedDict):
    """A plan, with everything that was counted; at most 1,000 actions."""

    plan: str
    job: str
    verdict: str
    parts: list[PartShape]
    verdicts: list[VerdictShape]
    counts: dict[str, int]
    records: dict[str, dict[str, int]]
    accounts: dict[str, dict[str, int]]
    actions: list[ActionShape]
    truncated: bool
    set_aside: list[dict[str, str]]
    references: dict[str, dict[str, dict[str, int]]]
    pending: list[PendingShape]
    status: str
    source: str
    target: str
    configuration: str
    initiator: str
    author: str
    created_at: str
    baseline: str
    cycle: CycleShape | None
    four_eyes: bool
    asserted: bool
    on_demand: bool
    predecessor: str | None
    forecast: CostShape
    clusters: list[ClusterShape]
    outliers: list[str]
    revision: CitedShape | None
    stakes: StakesShape | None
    undoes: UndoesShape | None
    budget: BudgetShape


class WaitShape(TypedDict):
    """What of one part waits for a decision; its age is in percent of a vote's time."""

    part: str
    count: int
    since: str
    age_percent: int
    approvers: int
    not_by: list[str]


class ReadCostShape(TypedDict):
    """What one read takes: calls are pages."""

    system: str
    object: str
    calls: int
    rows: int
    seconds: float


class TargetCostShape(TypedDict):
    """What a plan takes of its target's limit of calls, and what it reads on both sides."""

    target: str
    calls: int
    reads: list[ReadCostShape]
    calls_per_minute: float | None
    limit_is: str
    least_seconds: float | None
    added_seconds: float | None
    pauses: int
    paused_seconds: float


class BudgetShape(TypedDict):
    """Calls against the target's limit: foretold, and those of the newest run that ended."""

    foretold: TargetCostShape
    taken: TargetCostShape | None


class SpentShape(TypedDict):
    """A run of a plan: what it was foretold to take, and what it took."""

    run: str
    started_at: str
    ended_at: str | None
    exit_code: int | None
    outcomes: dict[str, int]
    forecast: CostShape
    spent: CostShape


class FormerGroupsShape(TypedDict):
    """The groups that somebody had before leaving, and that nothing gives back."""

    key: str
    groups: list[str]


class RightShape(TypedDict):
    """One right that a plan gives or takes, with what the catalogue says of it."""

    right: str
    level: str
    owner: str
    reviewer: str
    gained: int
    lost: int


class ShownShape(PlanShape):
    """A stored plan, with what waits and what was done of it."""

    waits: list[WaitShape]
    rejected: int
    runs: list[SpentShape]
    rights: list[RightShape]
    former_groups: list[FormerGroupsShape]


class LeftShape(TypedDict):
    """An action that was not done."""

    id: str
    state: str
    error: str
    message: str


class DriftShape(TypedDict):
    """An effect that the target does not show."""

    id: str
    key: str
    operation: str


class ResultShape(PlanShape):
    """A plan, and what became of it."""

    outcomes: dict[str, int]
    left: list[LeftShape]
    drift: list[DriftShape]
    waiting: int
    stopped: str
    foretold: CostShape
    spent: CostShape


class DecisionShape(TypedDict):
    """A vote."""

    decision: str
    kind: str
    plan: str
    approver: str
    actions: int
    expires_at: str
    status: str
    left_out: list[str]
    waits: list[WaitShape]


class AimShape(TypedDict):
    """What one plan would do about one attribute."""

    before: Any
    after: Any


class FacetShape(TypedDict):
    """An attribute that two plans treat differently; null where a plan leaves it alone."""

    attribute: str
    was: AimShape | None
    now: AimShape | None


class TurnShape(TypedDict):
    """One errand that both plans have and do differently."""

    object: str
    operation: str
    key: str
    id: str
    was_id: str
    changes: list[FacetShape]


class DifferencesShape(TypedDict):
    """What came, what went and what changed; at most 1,000 of each."""

    differences: dict[str, Any]
    came: list[ActionShape]
    went: list[ActionShape]
    changed: list[TurnShape]
    truncated: bool


class DifferenceShape(DifferencesShape):
    """`show --diff`: from the plan `against` to the plan `plan`."""

    plan: str
    against: str
    job: str


class ForeseenShape(TypedDict):
    """A plan that was worked out and not kept."""

    configuration: str
    verdict: str
    parts: list[PartShape]
    verdicts: list[VerdictShape]
    counts: dict[str, int]
    records: dict[str, dict[str, int]]
    accounts: dict[str, dict[str, int]]
    set_aside: list[dict[str, str]]
    forecast: CostShape


class WhatIfShape(DifferencesShape):
    """`plan --what-if`: from today's plan to the one under the other configuration."""

    job: str
    today: ForeseenShape
    what_if: ForeseenShape
