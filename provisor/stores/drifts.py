"""What others changed in targets, as facts, and our own acts as they were sent."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, select

from provisor.domain.action import action_of
from provisor.domain.drift import Drift, DriftKind, Evidence, Mover
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.ports.drifts import Events, SentAct
from provisor.stores.act_tables import drift, intent, outcome
from provisor.stores.log import record
from provisor.stores.plan_tables import plan_action
from provisor.stores.rows import next_number
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database

_TABLE = drift
_DONE = frozenset({"done", "already_so"})
_CHUNK = 500
_Ended = dict[tuple[bytes, int, int], tuple[str, str, str | None]]


class SqlDrifts:
    """The doorway `Drifts` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: str, target: str, drifts: Sequence[Drift], events: Events) -> None:
        """Keep what was found; each has an id already."""
        with self._database.writing() as connection:
            first = next_number(connection, _TABLE)
            rows = [_row(number, job, target, one) for number, one in enumerate(drifts, first)]
            record(connection, self._database, events, {_TABLE: rows})

    def of_job(self, job: str, since: datetime | None = None) -> tuple[Drift, ...]:
        """Return what was found for a job, oldest first."""
        wanted = select(_TABLE).where(_TABLE.c.job == job)
        if since is not None:
            wanted = wanted.where(_TABLE.c.later_at >= time_text(since))
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(_TABLE.c.sequence)).all()
            return tuple(_drift(row) for row in rows)

    def acts(
        self, target: str, identities: Collection[str] | None, since: datetime | None = None
    ) -> tuple[SentAct, ...]:
        """Return the acts on a target, oldest first."""
        with self._database.reading() as connection:
            plans = _plans(connection, target, since)
            if not plans:
                return ()
            ended = _ended(connection, target, plans)
            if identities is None:
                return tuple(_acts(connection, target, since, None, ended))
            listed = sorted(identities)
            found = [
                act
                for start in range(0, len(listed), _CHUNK)
                for act in _acts(connection, target, since, listed[start : start + _CHUNK], ended)
            ]
        return tuple(sorted(found, key=lambda act: act.at))


def _plans(connection: Connection, target: str, since: datetime | None) -> list[int]:
    """Return the plans of which something was intended since then."""
    wanted = select(intent.c.plan).where(intent.c.target == target).distinct()
    if since is not None:
        wanted = wanted.where(intent.c.at >= time_text(since))
    return list(connection.execute(wanted).scalars())


def _ended(connection: Connection, target: str, plans: Sequence[int]) -> _Ended:
    """Return the newest outcome of every attempt: its state, its moment and the account."""
    found: _Ended = {}
    for start in range(0, len(plans), _CHUNK):
        wanted = select(
            outcome.c.action,
            outcome.c.plan,
            outcome.c.attempt,
            outcome.c.state,
            outcome.c.at,
            outcome.c.native_id,
        ).where(outcome.c.target == target, outcome.c.plan.in_(plans[start : start + _CHUNK]))
        rows = connection.execute(wanted.order_by(outcome.c.sequence)).all()
        found |= {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in rows}
    return found


def _acts(
    connection: Connection,
    target: str,
    since: datetime | None,
    identities: Sequence[str] | None,
    ended: _Ended,
) -> list[SentAct]:
    wanted = (
        select(intent.c.action, intent.c.plan, intent.c.attempt, intent.c.at, plan_action.c.body)
        .join_from(
            intent,
            plan_action,
            (plan_action.c.plan == intent.c.plan) & (plan_action.c.position == intent.c.position),
        )
        .where(intent.c.target == target)
    )
    if since is not None:
        wanted = wanted.where(intent.c.at >= time_text(since))
    if identities is not None:
        wanted = wanted.where(plan_action.c.subject.in_(identities))
    found = []
    for row in connection.execute(wanted.order_by(intent.c.sequence)).all():
        state, at, native = ended.get((row.action, row.plan, row.attempt), ("", row.at, None))
        action = action_of(json.loads(row.body))
        found.append(
            SentAct(
                row.action.hex(),
                action,
                time_of(at),
                state in _DONE,
                native or action.native_id or "",
            )
        )
    return found


def _row(number: int, job: str, target: str, one: Drift) -> tuple[object, ...]:
    return (
        number,
        one.id,
        job,
        target,
        one.kind.value,
        one.object_type.value,
        one.identity,
        one.key,
        one.native_id,
        one.name,
        one.attribute,
        json.dumps(one.before, ensure_ascii=False),
        json.dumps(one.after, ensure_ascii=False),
        one.mover.value,
        one.explained_by,
        time_text(one.earlier.at),
        one.earlier.by,
        time_text(one.later.at),
        one.later.by,
    )


def _drift(row: Row[tuple[object, ...]]) -> Drift:
    return Drift(
        kind=DriftKind(row.kind),
        object_type=ObjectType(row.object_type),
        identity=row.identity,
        key=row.key,
        native_id=row.native_id,
        name=row.name,
        attribute=row.attribute,
        before=_value(json.loads(row.before)),
        after=_value(json.loads(row.after)),
        earlier=Evidence(time_of(row.earlier_at), row.earlier_by),
        later=Evidence(time_of(row.later_at), row.later_by),
        mover=Mover(row.mover),
        explained_by=row.explained_by,
        id=row.id,
    )


def _value(stored: object) -> Value:
    if isinstance(stored, list):
        return tuple(stored)
    return stored if isinstance(stored, str | int | bool) else None
