"""What was raised, repeated and closed: one open alert per kind and cause."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Update, select, update

from provisor.ports.store import Alert, Events, Severity
from provisor.stores.act_tables import alert
from provisor.stores.log import record
from provisor.stores.rows import insert, next_number
from provisor.stores.times import optional_time_of, optional_time_text, time_of, time_text
from provisor.stores.transactions import Database

_TABLE = alert
_GRAVITY = {severity: rank for rank, severity in enumerate(Severity)}


class SqlAlerts:
    """The doorway `Alerts` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def raise_(self, alert: Alert, events: Events) -> Alert:
        """Raise an alert; an open one of the same kind and cause is repeated instead.

        A repeated alert tells the newest message and keeps the graver severity.
        """
        with self._database.writing() as connection:
            standing = _open(connection, alert.kind, alert.cause)
            if standing is None:
                raised = replace(alert, id=alert.id or secrets.token_hex(16))
                insert(connection, _TABLE, [_row(next_number(connection, _TABLE), raised)])
            else:
                raised = _repeated(standing, alert)
                connection.execute(_change(raised))
            record(connection, self._database, events)
            return raised

    def close(self, kind: str, cause: str, at: datetime, events: Events) -> bool:
        """Close the open alert of this kind and cause; say whether there was one."""
        with self._database.writing() as connection:
            standing = _open(connection, kind, cause)
            if standing is None:
                return False
            connection.execute(
                update(_TABLE).where(_TABLE.c.id == standing.id).values(closed_at=time_text(at))
            )
            record(connection, self._database, events)
            return True

    def open(self) -> tuple[Alert, ...]:
        """Return open alerts, gravest and newest first."""
        found = self._all(_TABLE.c.closed_at.is_(None))
        return tuple(sorted(found, key=lambda item: -_GRAVITY[item.severity]))

    def all(self) -> tuple[Alert, ...]:
        """Return every alert, newest first."""
        return self._all()

    def _all(self, *conditions: ColumnElement[bool]) -> tuple[Alert, ...]:
        wanted = select(_TABLE).where(*conditions).order_by(_TABLE.c.sequence.desc())
        with self._database.reading() as connection:
            return tuple(_alert(row) for row in connection.execute(wanted))


def _open(connection: Connection, kind: str, cause: str) -> Alert | None:
    wanted = select(_TABLE).where(
        _TABLE.c.kind == kind, _TABLE.c.cause == cause, _TABLE.c.closed_at.is_(None)
    )
    row = connection.execute(wanted).first()
    return None if row is None else _alert(row)


def _repeated(standing: Alert, again: Alert) -> Alert:
    return replace(
        standing,
        severity=max(standing.severity, again.severity, key=_GRAVITY.__getitem__),
        message=again.message,
        next=again.next,
        last_seen_at=again.last_seen_at,
        repeats=standing.repeats + 1,
    )


def _change(raised: Alert) -> Update:
    return (
        update(_TABLE)
        .where(_TABLE.c.id == raised.id)
        .values(
            severity=raised.severity.value,
            message=raised.message,
            next=raised.next,
            last_seen_at=time_text(raised.last_seen_at),
            repeats=raised.repeats,
        )
    )


def _row(number: int, raised: Alert) -> tuple[object, ...]:
    return (
        number,
        raised.id,
        raised.kind,
        raised.cause,
        raised.severity.value,
        raised.job,
        raised.message,
        raised.next,
        time_text(raised.raised_at),
        time_text(raised.last_seen_at),
        raised.repeats,
        optional_time_text(raised.closed_at),
    )


def _alert(row: Row[tuple[object, ...]]) -> Alert:
    return Alert(
        kind=row.kind,
        cause=row.cause,
        severity=Severity(row.severity),
        job=row.job,
        message=row.message,
        next=row.next,
        raised_at=time_of(row.raised_at),
        last_seen_at=time_of(row.last_seen_at),
        repeats=row.repeats,
        closed_at=optional_time_of(row.closed_at),
        id=row.id,
    )
