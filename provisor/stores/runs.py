"""Runs of jobs: when they began and ended, and how."""

from __future__ import annotations

import json

from sqlalchemy import Connection, Row, select

from provisor.ports.store import Events, Run
from provisor.stores.act_tables import run
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
            insert(connection, run, [_row(next_number(connection, run), begun)])

    def end(self, ended: Run, events: Events) -> None:
        """Complete a run in its place."""
        with self._database.writing() as connection:
            number = _number(connection, ended.id)
            remove(connection, run, ("id",), [(ended.id,)])
            insert(connection, run, [_row(number, ended)])
            record(connection, self._database, events)

    def newest(self, job: str, limit: int) -> tuple[Run, ...]:
        """Return the newest runs of a job, newest first."""
        wanted = select(run).where(run.c.job == job).order_by(run.c.sequence.desc()).limit(limit)
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
    )
