"""Runs of jobs: when they began and ended, and how."""

from __future__ import annotations

import json

from sqlalchemy import ColumnElement, Connection, Row, select

from provisor.domain.budget import Pauses
from provisor.domain.costing import Cost
from provisor.ports.store import Events, Run
from provisor.stores.act_tables import run, run_cost
from provisor.stores.costs import cost_of, cost_text, pauses_of
from provisor.stores.log import record
from provisor.stores.rows import insert, next_number, remove
from provisor.stores.times import optional_time_of, optional_time_text, time_of, time_text
from provisor.stores.transactions import Database


class SqlRuns:
    """What `Acts` remembers of whole runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, begun: Run) -> None:
        """Keep a run that starts."""
        with self._database.writing() as connection:
            number = next_number(connection, run)
            insert(connection, run, [_row(number, begun)])
            insert(connection, run_cost, [_cost_row(number, begun)])

    def end(self, ended: Run, events: Events) -> None:
        """Complete a run in its place, with what it took."""
        with self._database.writing() as connection:
            number = _number(connection, ended.id)
            remove(connection, run, ("id",), [(ended.id,)])
            insert(connection, run, [_row(number, ended)])
            remove(connection, run_cost, ("run",), [(ended.id,)])
            insert(connection, run_cost, [_cost_row(number, ended)])
            record(connection, self._database, events)

    def newest(self, job: str, limit: int) -> tuple[Run, ...]:
        """Return the newest runs of a job, newest first."""
        return self._all(limit, run.c.job == job)

    def of_plan(self, plan: str) -> tuple[Run, ...]:
        """Return every run of a plan, newest first."""
        return self._all(None, run.c.plan == plan)

    def named(self, digits: str) -> tuple[Run, ...]:
        """Return the runs whose ids begin with these digits, newest first; at most three."""
        return self._all(3, run.c.id.startswith(digits))

    def spent(self, target: str, runs: int) -> Cost:
        """Return the lines of what the newest ended runs on a target took."""
        return tuple(line for text in self._texts(target, runs) for line in cost_of(text))

    def paused(self, target: str, runs: int) -> tuple[tuple[Cost, Pauses], ...]:
        """Return what the newest ended runs on a target took, with the pauses asked for."""
        return tuple((cost_of(text), pauses_of(text)) for text in self._texts(target, runs))

    def _texts(self, target: str, runs: int) -> tuple[str, ...]:
        wanted = (
            select(run_cost.c.spent)
            .where(run_cost.c.target == target, run_cost.c.spent != cost_text(()))
            .order_by(run_cost.c.sequence.desc())
            .limit(runs)
        )
        with self._database.reading() as connection:
            return tuple(connection.execute(wanted).scalars().all())

    def _all(self, limit: int | None, condition: ColumnElement[bool]) -> tuple[Run, ...]:
        wanted = (
            select(run, run_cost.c.target, run_cost.c.forecast, run_cost.c.spent)
            .join_from(run, run_cost, run_cost.c.run == run.c.id, isouter=True)
            .where(condition)
            .order_by(run.c.sequence.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(_run(row) for row in connection.execute(wanted))


def _number(connection: Connection, run_id: str) -> int:
    known = connection.execute(select(run.c.sequence).where(run.c.id == run_id)).scalar()
    return next_number(connection, run) if known is None else int(known)


def _row(number: int, shown: Run) -> tuple[object, ...]:
    return (
        number,
        shown.id,
        shown.job,
        time_text(shown.started_at),
        optional_time_text(shown.ended_at),
        shown.plan,
        shown.actor,
        shown.exit_code,
        json.dumps(dict(shown.outcomes)),
        shown.summary,
    )


def _cost_row(number: int, shown: Run) -> tuple[object, ...]:
    costs = (cost_text(shown.forecast), cost_text(shown.spent, shown.pauses))
    return (number, shown.id, shown.target, *costs)


def _run(row: Row[tuple[object, ...]]) -> Run:
    return Run(
        id=row.id,
        job=row.job,
        started_at=time_of(row.started_at),
        ended_at=optional_time_of(row.ended_at),
        plan=row.plan,
        actor=row.actor,
        exit_code=row.exit_code,
        outcomes=json.loads(row.outcomes),
        summary=row.summary,
        target=row.target or "",
        forecast=cost_of(row.forecast),
        spent=cost_of(row.spent),
        pauses=pauses_of(row.spent),
    )
