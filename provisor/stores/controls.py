"""Freezes and leases: what is asked before every write."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from provisor.errors import Frozen, LeaseHeld
from provisor.ports.store import EVERYWHERE, Events, Freeze, Lease
from provisor.stores.act_tables import freeze, lease
from provisor.stores.log import record
from provisor.stores.rows import ask, insert, put, remove
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database

_FREEZE = freeze
_LEASE = lease
_NOBODY = ""
_FREEZES = 'SELECT target, actor, reason, "at" FROM "freeze" ORDER BY target'


class SqlControls:
    """The doorway `Controls` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def freeze(self, freeze: Freeze, events: Events) -> None:
        """Stop writing; a target that is frozen already keeps its first freeze."""
        with self._database.writing() as connection:
            if freeze.target in {item.target for item in _freezes(connection)}:
                return
            row = (freeze.target, freeze.actor, freeze.reason, time_text(freeze.at))
            insert(connection, _FREEZE, [row])
            record(connection, self._database, events)

    def unfreeze(self, target: str, events: Events) -> bool:
        """Lift a freeze; say whether there was one."""
        with self._database.writing() as connection:
            if target not in {item.target for item in _freezes(connection)}:
                return False
            remove(connection, _FREEZE, ("target",), [(target,)])
            record(connection, self._database, events)
            return True

    def frozen(self, target: str) -> Freeze | None:
        """Return the freeze that stops this target now: its own, or the one for everything."""
        with self._database.reading() as connection:
            return freeze_of(connection, target)

    def freezes(self) -> tuple[Freeze, ...]:
        """Return every freeze in force."""
        with self._database.reading() as connection:
            return _freezes(connection)

    def acquire(self, target: str, holder: str, now: datetime, seconds: float) -> Lease:
        """Take the lease of a target, with a higher epoch than any before.

        Raises:
            LeaseHeld: somebody else holds it and it has not expired.
        """
        with self._database.writing() as connection:
            current = _lease(connection, target)
            if current is not None and current.holder not in (_NOBODY, holder):
                _refuse_held(current, now)
            epoch = 1 if current is None else current.epoch + 1
            return _keep(connection, Lease(target, holder, epoch, _end(now, seconds)))

    def epoch(self, target: str) -> int:
        """Return the epoch of the last lease of a target, held or given back; 0 without any."""
        with self._database.reading() as connection:
            current = _lease(connection, target)
        return 0 if current is None else current.epoch

    def vacant(self, target: str, now: datetime) -> int:
        """Return the epoch of the last lease of a target to which nobody writes.

        A lease that ran out is ended: whoever had it promises nothing any more, so that what is
        looked at from now on stays as it is.

        Raises:
            LeaseHeld: somebody holds the lease and it has not expired.
        """
        with self._database.reading() as connection:
            current = _lease(connection, target)
        if current is None or current.holder == _NOBODY:
            return 0 if current is None else current.epoch
        _refuse_held(current, now)
        with self._database.writing() as connection:
            current = _lease(connection, target) or current
            if current.holder == _NOBODY:
                return current.epoch
            _refuse_held(current, now)
            return _keep(
                connection, Lease(target, _NOBODY, current.epoch + 1, current.expires_at)
            ).epoch

    def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease:
        """Prolong a lease.

        Raises:
            LeaseHeld: another holder took it meanwhile, or it was given back.
        """
        with self._database.writing() as connection:
            refuse_lost(connection, lease.target, lease.epoch)
            return _keep(
                connection, Lease(lease.target, lease.holder, lease.epoch, _end(now, seconds))
            )

    def release(self, lease: Lease) -> None:
        """Give the lease back; a lost one is left alone."""
        with self._database.writing() as connection:
            current = _lease(connection, lease.target)
            if current is not None and (current.epoch, current.holder) == (
                lease.epoch,
                lease.holder,
            ):
                # The row stays, so that the next epoch is higher than any before.
                _keep(connection, Lease(lease.target, _NOBODY, lease.epoch, lease.expires_at))


def freeze_of(connection: Connection, target: str) -> Freeze | None:
    """Return the freeze that stops this target, inside the caller's transaction."""
    found = {item.target: item for item in _freezes(connection)}
    return found.get(target) or found.get(EVERYWHERE)


def refuse_frozen(connection: Connection, target: str) -> None:
    """Refuse to go on while the target is frozen.

    Raises:
        Frozen: it is, or everything is.
    """
    stopped = freeze_of(connection, target)
    if stopped is not None:
        everywhere = stopped.target == EVERYWHERE
        raise Frozen(
            "writing is frozen everywhere" if everywhere else "writing to this target is frozen",
            where=f"target {target}",
            found=f"frozen by {stopped.actor} at {time_text(stopped.at)}",
            safe="nothing was sent",
            next="find out why, then run `provisor unfreeze`",
        )


def refuse_lost(connection: Connection, target: str, epoch: int) -> None:
    """Refuse whoever does not hold the lease of the target any more.

    Raises:
        LeaseHeld: the lease has another epoch, was given back, or never was taken.
    """
    current = _lease(connection, target)
    if current is None or current.epoch != epoch or current.holder == _NOBODY:
        held = "nobody" if current is None else f"epoch {current.epoch}"
        raise LeaseHeld(
            "the lease of the target is not ours any more",
            where=f"target {target}",
            found=f"lease held by {held}; ours is epoch {epoch}",
            safe="nothing was sent",
            next="let the other worker finish, then run the job again",
        )


def _refuse_held(current: Lease, now: datetime) -> None:
    if current.expires_at > now:
        raise LeaseHeld(
            "another worker is carrying out on this target",
            where=f"target {current.target}",
            found=f"held by {current.holder} until {time_text(current.expires_at)}",
            safe="nothing was sent",
            next="wait until it is done, then run the job again",
        )


def _end(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def _keep(connection: Connection, kept: Lease) -> Lease:
    row = (kept.target, kept.holder, kept.epoch, time_text(kept.expires_at))
    put(connection, _LEASE, [row])
    return kept


def _lease(connection: Connection, target: str) -> Lease | None:
    question = "SELECT holder, epoch, expires_at FROM lease WHERE target = ?"
    rows = ask(connection, question, target)
    return Lease(target, rows[0][0], rows[0][1], time_of(rows[0][2])) if rows else None


def _freezes(connection: Connection) -> tuple[Freeze, ...]:
    return tuple(
        Freeze(target, actor, reason, time_of(at))
        for target, actor, reason, at in ask(connection, _FREEZES)
    )
