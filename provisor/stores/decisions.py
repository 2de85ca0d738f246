"""Votes, append-only, and what of them was used."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, select, text

from provisor.domain.approval import Decision, DecisionKind
from provisor.ports.store import Events
from provisor.stores.act_tables import outcome
from provisor.stores.log import record
from provisor.stores.plan_tables import decision, decision_action, plan
from provisor.stores.plans import numbers_of
from provisor.stores.rows import Values, next_number
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database

_TABLE = decision


class SqlDecisions:
    """The doorway `Decisions` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, decision: Decision, events: Events) -> None:
        """Keep one vote.

        Raises:
            PlanUnknown: the plan that it is about is not stored.
        """
        with self._database.writing() as connection:
            plan_number = numbers_of(connection, [decision.plan])[decision.plan]
            number = next_number(connection, _TABLE)
            facts: dict[Table, Sequence[Values]] = {
                _TABLE: [_row(number, plan_number, decision)],
                decision_action: [(number, bytes.fromhex(a)) for a in sorted(decision.actions)],
            }
            record(connection, self._database, events, facts)

    def of_job(self, job: str, configuration: str) -> tuple[Decision, ...]:
        """Return every vote under this configuration, oldest first."""
        return self._all(_TABLE.c.job == job, _TABLE.c.configuration == configuration)

    def of_plan(self, plan: str) -> tuple[Decision, ...]:
        """Return every vote on one plan, oldest first."""
        return self._all(_PLAN.c.digest == plan)

    def consumed(self, job: str) -> frozenset[tuple[str, str]]:
        """Return the (decision id, action id) pairs that were carried out."""
        wanted = (
            select(outcome.c.consumes, outcome.c.action)
            .join_from(_PLAN, outcome, outcome.c.plan == _PLAN.c.number)
            .where(_PLAN.c.job == job, text("consumes <> '[]'"))
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
            return frozenset(
                (vote, action.hex()) for consumes, action in rows for vote in json.loads(consumes)
            )

    def _all(self, *conditions: ColumnElement[bool]) -> tuple[Decision, ...]:
        wanted = (
            select(_TABLE, _PLAN.c.digest.label("plan_digest"))
            .join_from(_TABLE, _PLAN, _PLAN.c.number == _TABLE.c.plan)
            .where(*conditions)
            .order_by(_TABLE.c.sequence)
        )
        with self._database.reading() as connection:
            return tuple(
                Decision(
                    id=row.id,
                    kind=DecisionKind(row.kind),
                    plan=row.plan_digest,
                    job=row.job,
                    configuration=row.configuration,
                    approver=row.approver,
                    reason=row.reason,
                    decided_at=time_of(row.decided_at),
                    expires_at=time_of(row.expires_at),
                    actions=_actions(connection, row.sequence),
                    signature=row.signature,
                )
                for row in connection.execute(wanted).all()
            )


_PLAN = plan


def _actions(connection: Connection, number: int) -> frozenset[str]:
    wanted = select(decision_action.c.action).where(decision_action.c.decision == number)
    return frozenset(action.hex() for action in connection.execute(wanted).scalars().all())


def _row(number: int, plan_number: int, vote: Decision) -> tuple[object, ...]:
    return (
        number,
        vote.id,
        vote.kind.value,
        plan_number,
        vote.job,
        vote.configuration,
        vote.approver,
        vote.reason,
        time_text(vote.decided_at),
        time_text(vote.expires_at),
        vote.signature,
    )
