"""Configuration revisions, append-only; who presented a digest first is its author for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, select

from provisor.ports.store import Events, Revision
from provisor.stores.log import record
from provisor.stores.plan_tables import revision, revision_approval
from provisor.stores.rows import insert_new
from provisor.stores.times import optional_time_of, time_of, time_text
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

    def mark_approved(self, job: str, digest: str, at: datetime) -> None:
        """Remember that a plan under this revision was approved; the first time counts."""
        with self._database.writing() as connection:
            insert_new(connection, revision_approval, [(job, digest, time_text(at))])


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
    same = and_(
        revision_approval.c.job == _TABLE.c.job, revision_approval.c.digest == _TABLE.c.digest
    )
    wanted = (
        select(_TABLE, revision_approval.c.approved_at)
        .join_from(_TABLE, revision_approval, same, isouter=True)
        .where(_TABLE.c.job == job, _TABLE.c.digest == digest)
    )
    row = connection.execute(wanted).first()
    if row is None:
        return None
    return Revision(
        digest=row.digest,
        job=row.job,
        author=row.author,
        presented_at=time_of(row.presented_at),
        document=row.document,
        approved_at=optional_time_of(row.approved_at),
    )
