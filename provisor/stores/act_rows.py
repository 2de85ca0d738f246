"""Intents and outcomes as rows and back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Row

from provisor.domain.schema import ObjectType
from provisor.ports.store import ActOutcome, ActState, Effect, Intent
from provisor.stores.times import time_of, time_text

_VOTED_PARTLY = 2


def count_rows(first: int, intents: Sequence[tuple[int, Intent]]) -> list[tuple[object, ...]]:
    """Return the rows of what intents count in.

    Args:
        first: the number of the first row.
        intents: each with its own number.
    """
    counted = [
        (number, bucket.kind, bucket.by, bucket.of, amount)
        for number, promised in intents
        for bucket, amount in promised.counts
    ]
    return [(place, *row) for place, row in enumerate(counted, start=first)]


def half_way_rows(first: int, effects: Sequence[tuple[int, Effect]]) -> list[tuple[object, ...]]:
    """Return the rows of what attempts did before they stopped.

    Args:
        first: the number of the first row.
        effects: each with the number of its outcome.
    """
    counted = [
        (
            *(number, effect.outcome.target, time_text(done.at)),
            *(_VOTED_PARTLY if done.partly else 0, bucket.kind, bucket.by, bucket.of, amount),
        )
        for number, effect in effects
        if (done := effect.half_way) is not None
        for bucket, amount in done.counts
    ]
    return [(place, *row) for place, row in enumerate(counted, start=first)]


def intent_row(number: int, plan: int, promised: Intent, epoch: int) -> tuple[object, ...]:
    """Return the row of an intent."""
    return (
        number,
        bytes.fromhex(promised.action_id),
        plan,
        promised.run,
        promised.target,
        promised.attempt,
        promised.part,
        promised.operation,
        promised.object_type.value,
        time_text(promised.at),
        promised.position,
        epoch,
        _VOTED_PARTLY if promised.voted and promised.partly else int(promised.voted),
    )


def intent_of(row: Row[tuple[object, ...]]) -> Intent:
    """Return the intent of a row that also carries `plan_digest`."""
    return Intent(
        action_id=row.action.hex(),
        plan=row.plan_digest,
        run=row.run,
        target=row.target,
        attempt=row.attempt,
        part=row.part,
        operation=row.operation,
        object_type=ObjectType(row.object_type),
        at=time_of(row.at),
        position=row.position,
        voted=row.voted > 0,
        partly=row.voted == _VOTED_PARTLY,
    )


def outcome_row(number: int, plan: int, effect: Effect) -> tuple[object, ...]:
    """Return the row of an outcome, with the decisions that it used up."""
    ended = effect.outcome
    return (
        number,
        bytes.fromhex(ended.action_id),
        plan,
        ended.run,
        ended.target,
        ended.attempt,
        ended.state.value,
        time_text(ended.at),
        ended.native_id,
        ended.code,
        ended.message,
        ended.assurance,
        ended.blocked_by,
        json.dumps(effect.consumes) if effect.consumes else "[]",
    )


def outcome_of(row: Row[tuple[object, ...]]) -> ActOutcome:
    """Return the outcome of a row that also carries `plan_digest`."""
    return ActOutcome(
        action_id=row.action.hex(),
        plan=row.plan_digest,
        run=row.run,
        target=row.target,
        attempt=row.attempt,
        state=ActState(row.state),
        at=time_of(row.at),
        native_id=row.native_id,
        code=row.code,
        message=row.message,
        assurance=row.assurance,
        blocked_by=row.blocked_by,
    )
