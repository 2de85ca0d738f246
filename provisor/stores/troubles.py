"""What does not get through: targets that are left alone, acts that wait to be tried again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Row, select

from provisor.domain.schema import ObjectType
from provisor.ports.store import Events
from provisor.ports.troubles import Parked, Quarantine
from provisor.stores.log import record
from provisor.stores.rows import put, remove
from provisor.stores.times import optional_time_of, optional_time_text, time_of, time_text
from provisor.stores.transactions import Database
from provisor.stores.trouble_tables import parked, quarantine

_PARKED = parked
_QUARANTINE = quarantine


class SqlTroubles:
    """The doorway `Troubles` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def quarantined(self, target: str) -> Quarantine | None:
        """Return the quarantine of a target, also one that is over and not yet lifted."""
        return next((one for one in self.quarantines() if one.target == target), None)

    def quarantines(self) -> tuple[Quarantine, ...]:
        """Return every quarantine, by target."""
        with self._database.reading() as connection:
            rows = connection.execute(select(_QUARANTINE).order_by(_QUARANTINE.c.target)).all()
        return tuple(
            Quarantine(row.target, row.reason, time_of(row.since), time_of(row.until), row.series)
            for row in rows
        )

    def isolate(self, quarantine: Quarantine, events: Events) -> None:
        """Keep a quarantine; one of the same target is replaced."""
        one = quarantine
        times = (time_text(one.since), time_text(one.until))
        with self._database.writing() as connection:
            put(connection, _QUARANTINE, [(one.target, one.reason, *times, one.series)])
            record(connection, self._database, events)

    def readmit(self, target: str, events: Events) -> bool:
        """Lift a quarantine; say whether there was one."""
        with self._database.writing() as connection:
            known = select(_QUARANTINE.c.target).where(_QUARANTINE.c.target == target)
            if connection.execute(known).first() is None:
                return False
            remove(connection, _QUARANTINE, ("target",), [(target,)])
            record(connection, self._database, events)
            return True

    def parked(self, target: str = "", job: str = "") -> tuple[Parked, ...]:
        """Return what waits, the oldest first; of one target, of one job, or all."""
        wanted = select(_PARKED).order_by(_PARKED.c.since, _PARKED.c.action)
        if target:
            wanted = wanted.where(_PARKED.c.target == target)
        if job:
            wanted = wanted.where(_PARKED.c.job == job)
        with self._database.reading() as connection:
            return tuple(_parked(row) for row in connection.execute(wanted))

    def park(self, parked: Sequence[Parked], events: Events) -> None:
        """Keep acts that wait; what is known of the same ones is replaced."""
        with self._database.writing() as connection:
            put(connection, _PARKED, [_row(one) for one in parked])
            record(connection, self._database, events)

    def release(self, target: str, actions: Collection[str], events: Events) -> None:
        """Forget that acts wait."""
        gone = [(target, bytes.fromhex(action)) for action in sorted(actions)]
        with self._database.writing() as connection:
            remove(connection, _PARKED, ("target", "action"), gone)
            record(connection, self._database, events)


def _row(one: Parked) -> tuple[object, ...]:
    return (
        one.target,
        bytes.fromhex(one.action_id),
        one.job,
        one.object_type.value,
        one.subject,
        one.key,
        one.operation,
        time_text(one.since),
        time_text(one.last_at),
        optional_time_text(one.next_at),
        one.attempts,
        one.code,
        one.message,
        one.owner,
    )


def _parked(row: Row[tuple[object, ...]]) -> Parked:
    return Parked(
        action_id=bytes(row.action).hex(),
        target=row.target,
        job=row.job,
        object_type=ObjectType(row.object_type),
        subject=row.subject,
        key=row.key,
        operation=row.operation,
        since=time_of(row.since),
        last_at=time_of(row.last_at),
        next_at=optional_time_of(row.next_at),
        attempts=row.attempts,
        code=row.code,
        message=row.message,
        owner=row.owner,
    )
