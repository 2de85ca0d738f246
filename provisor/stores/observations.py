"""What was read, when, and whether it proved complete; and who was missing from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Row, select

from provisor.domain.link import Absence
from provisor.domain.schema import ObjectType
from provisor.ports.history import Looked
from provisor.ports.store import Events, Observation
from provisor.stores.history import keep_look
from provisor.stores.log import record
from provisor.stores.people_tables import absence, observation
from provisor.stores.rows import insert, next_number, remove
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database


class SqlObservations:
    """The doorway `Observations` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, observations: Sequence[Observation], events: Events, looked: Looked | None = None
    ) -> None:
        """Keep the observations of one look, all of them or none, with what it saw.

        Cost: one transaction.
        """
        with self._database.writing() as connection:
            first = next_number(connection, _TABLE)
            rows = [_row(number, one) for number, one in enumerate(observations, start=first)]
            record(connection, self._database, events, {_TABLE: rows})
            if looked is not None:
                keep_look(connection, looked)

    def last_complete(self, system: str, object_type: ObjectType) -> Observation | None:
        """Return the newest complete read, or None when there is none yet."""
        return self._newest(system, object_type, (1,))

    def newest(self, system: str, object_type: ObjectType) -> Observation | None:
        """Return the newest read of any kind."""
        return self._newest(system, object_type, (0, 1))

    def _newest(
        self, system: str, object_type: ObjectType, complete: tuple[int, ...]
    ) -> Observation | None:
        wanted = select(_TABLE).where(
            _TABLE.c.system == system,
            _TABLE.c.object_type == object_type.value,
            _TABLE.c.complete.in_(complete),
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted.order_by(_TABLE.c.sequence.desc()).limit(1)).first()
            return None if row is None else _observation(row)

    def named(self, ids: Collection[str]) -> tuple[Observation, ...]:
        """Return some reads, oldest first; unknown ids are left out."""
        wanted = select(_TABLE).where(_TABLE.c.id.in_(sorted(set(ids)))).order_by(_TABLE.c.sequence)
        with self._database.reading() as connection:
            return tuple(_observation(row) for row in connection.execute(wanted))

    def before(self, system: str, object_type: ObjectType, at: datetime) -> Observation | None:
        """Return the newest read that had ended by a moment."""
        wanted = select(_TABLE).where(
            _TABLE.c.system == system,
            _TABLE.c.object_type == object_type.value,
            _TABLE.c.ended_at <= time_text(at),
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted.order_by(_TABLE.c.sequence.desc()).limit(1)).first()
            return None if row is None else _observation(row)

    def absences(self, system: str, object_type: ObjectType) -> tuple[Absence, ...]:
        """Return who was linked and missing from the last complete reads."""
        wanted = select(absence).where(
            absence.c.system == system, absence.c.object_type == object_type.value
        )
        with self._database.reading() as connection:
            return tuple(
                Absence(
                    identity=row.identity,
                    object_type=ObjectType(row.object_type),
                    key=row.key,
                    since=time_of(row.since),
                    reads=row.reads,
                    said=row.said == 1,
                )
                for row in connection.execute(wanted.order_by(absence.c.key))
            )

    def replace_absences(
        self, system: str, object_type: ObjectType, absences: Iterable[Absence]
    ) -> None:
        """Keep exactly these absences after a complete read."""
        rows = [
            (
                *(system, object_type.value, item.identity, item.key),
                *(time_text(item.since), item.reads, int(item.said)),
            )
            for item in absences
        ]
        with self._database.writing() as connection:
            remove(connection, absence, ("system", "object_type"), [(system, object_type.value)])
            insert(connection, absence, rows)


_TABLE = observation


def _row(number: int, read: Observation) -> tuple[object, ...]:
    return (
        number,
        read.id,
        read.system,
        read.object_type.value,
        time_text(read.started_at),
        time_text(read.ended_at),
        read.pages,
        read.rows,
        read.declared_total,
        int(read.complete),
        read.reason,
        read.digest,
        read.version,
        read.watermark,
        json.dumps(read.columns),
        json.dumps(dict(read.nulls), sort_keys=True),
    )


def _observation(row: Row[tuple[object, ...]]) -> Observation:
    return Observation(
        id=row.id,
        system=row.system,
        object_type=ObjectType(row.object_type),
        started_at=time_of(row.started_at),
        ended_at=time_of(row.ended_at),
        pages=row.pages,
        rows=row.row_count,
        declared_total=row.declared_total,
        complete=row.complete == 1,
        reason=row.reason,
        digest=row.digest,
        version=row.version,
        watermark=row.watermark,
        columns=tuple(json.loads(row.column_names)),
        nulls=json.loads(row.nulls),
    )
