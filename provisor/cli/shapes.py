"""The JSON shapes of the command line contract, built from the engine's values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from provisor.cli.costs import cost_shape
from provisor.cli.referred import (
    identities_shape,
    named,
    pending_shape,
    references_shape,
    shown_change,
)
from provisor.domain.action import Change, Operation
from provisor.domain.event import moment
from provisor.domain.plan import Finding, PlannedAction, PlanPart, SetAside, Tally
from provisor.domain.plan_reading import Cluster, clusters, grades_of, outliers
from provisor.domain.record import ABSENT, Presence
from provisor.domain.reference import NATIVE
from provisor.domain.schema import ObjectType
from provisor.engine.run import Result
from provisor.ports.facts import Look
from provisor.ports.store import Alert, Run, StoredPlan

MOST_ACTIONS = 1000
"""Actions in one JSON document; `--jsonl` streams all."""

Shape = dict[str, object]


def plan_shape(stored: StoredPlan, keys: Mapping[str, str] | None = None) -> Shape:
    """Return the shape `plan`.

    Args:
        stored: the plan.
        keys: identity id to source key, to name the members of a membership action.
    """
    actions = stored.plan.actions
    shape: Shape = {
        "plan": stored.plan.digest,
        "job": stored.plan.header.job,
        "verdict": stored.verdict.value,
        "parts": [part_shape(part) for part in stored.parts],
        "verdicts": [verdict.body() for verdict in stored.verdicts],
        "counts": operation_counts(actions),
        "records": tallies_shape(stored.records, "in"),
        "accounts": tallies_shape(stored.accounts, "seen"),
        "actions": [action_shape(a, keys or {}) for a in actions[:MOST_ACTIONS]],
        "truncated": len(actions) > MOST_ACTIONS,
        "set_aside": [set_aside_shape(one) for one in stored.set_aside],
        "references": references_shape(stored.references),
        "pending": [pending_shape(one) for one in stored.pending[:MOST_ACTIONS]],
        "status": stored.status.value,
        "source": stored.plan.header.source,
        "target": stored.plan.header.target,
        "configuration": stored.plan.header.configuration,
        "initiator": stored.initiator,
        "author": stored.author,
        "created_at": moment(stored.created_at),
        "baseline": stored.baseline,
        "cycle": cycle_shape(stored.look),
        "four_eyes": stored.four_eyes,
        "asserted": stored.asserted,
        "on_demand": bool(stored.plan.header.only),
        "predecessor": stored.predecessor,
        "forecast": cost_shape(stored.forecast),
        "clusters": [_cluster_shape(cluster, keys or {}) for cluster in clusters(actions)],
        "outliers": [planned.id for planned in outliers(actions)],
    }
    return shape


def part_shape(part: PlanPart) -> Shape:
    """Return one part with its verdict."""
    return {
        "part": part.part,
        "verdict": part.verdict.value,
        "count": part.count,
        "approvers": part.approvers,
    }


def set_aside_shape(one: SetAside) -> Shape:
    """Return one record that goes no further."""
    return {"object": one.object_type.value, "key": one.key, "error": one.code, **one.parts}


def _cluster_shape(cluster: Cluster, keys: Mapping[str, str]) -> Shape:
    ends = (cluster.before, cluster.after)
    before, after = (named(end, keys) for end in ends) if cluster.refers else ends
    return {
        "object": cluster.object_type.value,
        "operation": cluster.operation.value,
        "attribute": cluster.attribute,
        "before": value_shape(before),
        "after": value_shape(after),
        "count": cluster.count,
    }


def cycle_shape(look: Look | None) -> Shape | None:
    """Return the shape of what a plan was made from; null where nobody said it."""
    if look is None:
        return None
    return {
        "full": look.full,
        "reason": look.reason,
        "full_at": moment(look.full_at) if look.full_at is not None else None,
        "rows": look.rows,
    }


def operation_counts(actions: Iterable[PlannedAction]) -> dict[str, int]:
    """Return how many actions of each operation there are, every operation named."""
    counted: Counter[Operation] = Counter()
    for (operation, _), count in grades_of(actions).items():
        counted[operation] += count
    return {operation.value: counted[operation] for operation in Operation}


def tallies_shape(tallies: Mapping[ObjectType, Tally], seen: str) -> Shape:
    """Return how many stand in each class, by object type."""
    return {
        object_type.value: {seen: tally.seen, **tally.classes}
        for object_type, tally in tallies.items()
    }


def action_shape(planned: PlannedAction, keys: Mapping[str, str]) -> Shape:
    """Return one action as the contract shows it."""
    action = planned.action
    return {
        "id": planned.id,
        "operation": action.operation.value,
        "object": action.object_type.value,
        "key": planned.draft.key,
        "target_id": action.native_id,
        "changes": list(_changes(planned, keys)),
        "rule": action.rule,
        "part": planned.draft.part,
        "bundle": planned.draft.bundle,
        "risk": action.risk.value,
        "reversible": action.reversible.value,
        "adopts": action.adopts,
        "draws": [
            {
                "attribute": draw.attribute,
                "generator": draw.generator,
                "policy": draw.policy,
                "deliver": draw.deliver,
            }
            for draw in action.draws
        ],
    }


def _changes(planned: PlannedAction, keys: Mapping[str, str]) -> Iterator[Shape]:
    action = planned.action
    for change in action.shown():
        shown = _change(shown_change(change, action, keys))
        refers = change.attribute in action.references
        yield {**shown, "identities": identities_shape(change)} if refers else shown
    if action.operation is Operation.MEMBERSHIP:
        yield {
            "attribute": "members",
            "before": sorted(
                [
                    *(keys.get(member, member) for member in action.removes),
                    *(f"{NATIVE}{native}" for native in action.outsiders),
                ]
            ),
            "after": sorted(keys.get(member, member) for member in action.adds),
        }


def _change(change: Change) -> Shape:
    return {
        "attribute": change.attribute,
        "before": value_shape(change.before),
        "after": value_shape(change.after),
    }


def value_shape(value: Presence) -> object:
    """Return a value as JSON has it; what is absent is null."""
    if value is ABSENT:
        return None
    return list(value) if isinstance(value, tuple) else value


def result_shape(result: Result, keys: Mapping[str, str] | None = None) -> Shape:
    """Return the shape `run` and `apply`: the plan, and what became of it."""
    return {
        **plan_shape(result.stored, keys),
        "outcomes": dict(result.outcomes),
        "left": [
            {
                "id": outcome.action_id,
                "state": outcome.state.value,
                "error": outcome.code,
                "message": outcome.message,
            }
            for outcome in result.left[:MOST_ACTIONS]
        ],
        "drift": [
            {"id": drift.action_id, "key": drift.key, "operation": drift.operation}
            for drift in result.drift
        ],
        "waiting": result.waiting,
        "stopped": result.stopped,
        "spent": cost_shape(result.run.spent if result.run is not None else ()),
        "foretold": cost_shape(result.run.forecast if result.run is not None else ()),
    }


def finding_shape(finding: Finding) -> Shape:
    """Return one account that is not simply right."""
    return {
        "object": finding.object_type.value,
        "target_id": finding.native_id,
        "class": finding.kind,
        "name": finding.name,
        "detail": finding.detail,
    }


def alert_shape(alert: Alert) -> Shape:
    """Return one alert."""
    return {
        "kind": alert.kind,
        "cause": alert.cause,
        "severity": alert.severity.value,
        "job": alert.job,
        "message": alert.message,
        "next": alert.next,
        "raised_at": moment(alert.raised_at),
        "last_seen_at": moment(alert.last_seen_at),
        "repeats": alert.repeats,
        "closed_at": moment(alert.closed_at) if alert.closed_at is not None else None,
    }


def run_shape(run: Run) -> Shape:
    """Return one run."""
    return {
        "run": run.id,
        "started_at": moment(run.started_at),
        "ended_at": moment(run.ended_at) if run.ended_at is not None else None,
        "plan": run.plan,
        "actor": run.actor,
        "exit_code": run.exit_code,
        "outcomes": dict(run.outcomes),
        "forecast": cost_shape(run.forecast),
        "spent": cost_shape(run.spent),
    }
