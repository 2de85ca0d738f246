"""Votes, append-only, and what of them was used."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, select

from provisor.domain.approval import Decision, DecisionKind
from provisor.ports.store import Events
from provisor.stores.log import record
from provisor.stores.plan_tables import decision, decision_action, plan
from provisor.stores.plans import numbers_of
from provisor.stores.rows import Values, chosen_of, next_number
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

    def about(self, job: str, configuration: str, actions: Collection[str]) -> tuple[Decision, ...]:
        """Return the votes under this configuration as far as they are about some acts.

        Oldest first; votes that name no act at all, and words taken back, are among them.

        Args:
            job: whose.
            configuration: its digest.
            actions: action ids; no vote that is returned names another one.

        Cost: one row for each vote, and one look at an index for each act where there are votes.
        """
        ours = (_TABLE.c.job == job, _TABLE.c.configuration == configuration)
        with self._database.reading() as connection:
            rows = _rows(connection, *ours)
            if not rows:
                return ()
            named = _naming(connection, actions)
            silent = set(connection.execute(_silent().where(*ours)).scalars().all())
            return tuple(
                _decision(row, frozenset(named.get(row.sequence, ())))
                for row in rows
                if row.sequence in named or row.sequence in silent or row.kind == _WITHDRAWN
            )

    def consumed(self, job: str, actions: Collection[str]) -> frozenset[tuple[str, str]]:
        """Return those (decision id, action id) pairs of some acts that were carried out.

        Cost: one look at an index for each act; it holds nothing else.
        """
        # The condition stands here as in the index: so it is used.
        question = (
            "SELECT o.consumes, o.action, p.job FROM outcome o "
            'JOIN "plan" p ON p.number = o."plan" '
            "WHERE o.consumes <> '[]' AND o.action IN"
        )
        with self._database.reading() as connection:
            rows = chosen_of(connection, question, (), map(bytes.fromhex, actions))
            return frozenset(
                (vote, action.hex())
                for consumes, action, place in rows
                if place == job
                for vote in json.loads(consumes)
            )

    def _all(self, *conditions: ColumnElement[bool]) -> tuple[Decision, ...]:
        with self._database.reading() as connection:
            return tuple(
                _decision(row, _actions(connection, row.sequence))
                for row in _rows(connection, *conditions)
            )


_PLAN = plan
_WITHDRAWN = DecisionKind.WITHDRAW.value


def _rows(
    connection: Connection, *conditions: ColumnElement[bool]
) -> Sequence[Row[tuple[object, ...]]]:
    wanted = (
        select(_TABLE, _PLAN.c.digest.label("plan_digest"))
        .join_from(_TABLE, _PLAN, _PLAN.c.number == _TABLE.c.plan)
        .where(*conditions)
        .order_by(_TABLE.c.sequence)
    )
    return connection.execute(wanted).all()


def _decision(row: Row[tuple[object, ...]], actions: frozenset[str]) -> Decision:
    return Decision(
        id=row.id,
        kind=DecisionKind(row.kind),
        plan=row.plan_digest,
        job=row.job,
        configuration=row.configuration,
        approver=row.approver,
        reason=row.reason,
        decided_at=time_of(row.decided_at),
        expires_at=time_of(row.expires_at),
        actions=actions,
        signature=row.signature,
    )


def _naming(connection: Connection, actions: Collection[str]) -> dict[int, set[str]]:
    """Return which of some acts each vote names, by the vote's number."""
    question = "SELECT decision, action FROM decision_action WHERE action IN"
    found: dict[int, set[str]] = {}
    for number, action in chosen_of(connection, question, (), map(bytes.fromhex, actions)):
        found.setdefault(number, set()).add(action.hex())
    return found


def _silent() -> Select[tuple[int]]:
    """Return the question for votes that name no act."""
    named = select(decision_action.c.action).where(decision_action.c.decision == _TABLE.c.sequence)
    return select(_TABLE.c.sequence).where(~named.exists())


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
