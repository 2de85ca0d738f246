"""Configuration revisions, append-only; who presented a digest first is its author for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from provisor.ports.store import Events, Revision
from provisor.stores.log import record
from provisor.stores.plan_tables import revision, revision_approval, revision_turn
from provisor.stores.rows import insert, insert_new, next_number
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database


class SqlRevisions:
    """The doorway `Revisions` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def present(self, revision: Revision, events: Events) -> Revision:
        """Keep the revision if its digest is new; return the stored one."""
        known = self.get(revision.job, revision.digest)
        if known is not None:
            return known
        with self._database.writing() as connection:
            # Asked again: somebody else may have presented it since.
            known = _stored(connection, revision.job, revision.digest)
            if known is None:
                record(connection, self._database, events, {_TABLE: [_row(revision)]})
        return known or revision

    def get(self, job: str, digest: str) -> Revision | None:
        """Return one revision, or None."""
        with self._database.reading() as connection:
            return _stored(connection, job, digest)

    def approved(self, job: str) -> Revision | None:
        """Return the revision under which the job's plan was approved last, whole or in part."""
        with self._database.reading() as connection:
            last = _last_turn(connection, job)
            return None if last is None else _stored(connection, job, last.digest)

    def mark_approved(self, job: str, digest: str, at: datetime) -> None:
        """Remember that a plan about everybody under this revision was approved as a whole."""
        with self._database.writing() as connection:
            last = _last_turn(connection, job)
            insert_new(connection, revision_approval, [(job, digest, time_text(at))])
            if last is None or (last.digest, last.approved) != (digest, 1):
                _turn(connection, job, digest, 1, at)

    def mark_used(self, job: str, digest: str, at: datetime) -> None:
        """Remember that some acts were approved under this revision."""
        with self._database.writing() as connection:
            last = _last_turn(connection, job)
            if last is None or last.digest != digest:
                _turn(connection, job, digest, 0, at)


_TABLE = revision


def _row(presented: Revision) -> tuple[object, ...]:
    return (
        presented.job,
        presented.digest,
        presented.author,
        time_text(presented.presented_at),
        presented.document,
    )


def _stored(connection: Connection, job: str, digest: str) -> Revision | None:
    wanted = select(_TABLE).where(_TABLE.c.job == job, _TABLE.c.digest == digest)
    row = connection.execute(wanted).first()
    if row is None:
        return None
    last = _last_turn(connection, job)
    stands = last is not None and (last.digest, last.approved) == (digest, 1)
    return Revision(
        digest=row.digest,
        job=row.job,
        author=row.author,
        presented_at=time_of(row.presented_at),
        document=row.document,
        approved_at=time_of(last.at) if last is not None and stands else None,
    )


@dataclass(frozen=True, slots=True)
class _Turn:
    """Under which configuration something was approved last."""

    digest: str
    approved: int
    at: str


def _last_turn(connection: Connection, job: str) -> _Turn | None:
    """Return the last turn; in a store that kept none yet, the last first approval."""
    turns = select(revision_turn).where(revision_turn.c.job == job)
    row = connection.execute(turns.order_by(revision_turn.c.sequence.desc()).limit(1)).first()
    if row is not None:
        return _Turn(row.digest, row.approved, row.at)
    before = select(revision_approval).where(revision_approval.c.job == job)
    newest = before.order_by(revision_approval.c.approved_at.desc()).limit(1)
    row = connection.execute(newest).first()
    return None if row is None else _Turn(row.digest, 1, row.approved_at)


def _turn(connection: Connection, job: str, digest: str, approved: int, at: datetime) -> None:
    number = next_number(connection, revision_turn)
    insert(connection, revision_turn, [(number, job, digest, approved, time_text(at))])
