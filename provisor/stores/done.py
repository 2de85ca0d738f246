"""What was done on a target within a time, counted: what limits look back at."""

from __future__ import annotations

from sqlalchemy import Connection

from provisor.domain.harm import Bucket, Counted, Window
from provisor.stores.rows import ask

# The words of the two partial indexes stand here as they are there: so they are used. The sign
# keeps SQLite from walking all outcomes of a plan for each act.
_FREE = """
    i.target = ? AND i.at >= ? AND i.voted <> 1
    AND NOT EXISTS (
        SELECT 1 FROM outcome o
        WHERE o.action = i.action AND +o."plan" = i."plan" AND o.attempt = i.attempt
        AND o.state IN ('failed', 'stale', 'superseded', 'blocked')
    )
"""
_UNVOTED = {Window.DAY: "", Window.MONTH: " AND i.voted = 0"}
_HALF_WAY = {
    Window.DAY: "target = ? AND at >= ?",
    Window.MONTH: "target = ? AND at >= ? AND voted = 0",
}


def done(connection: Connection, target: str, since: str, window: Window) -> Counted:
    """Return what was intended since then; each attempt that may have been done counts once.

    One that surely was not done counts for what it did before it stopped.
    """
    chosen = f"{_FREE}{_UNVOTED[window]}"
    acts = f"SELECT i.part, count(*) FROM intent i WHERE {chosen} GROUP BY i.part"  # noqa: S608 - constants
    more = (
        'SELECT c.kind, c."by", c."of", sum(c.amount) FROM intent i '  # noqa: S608 - constants
        "JOIN intent_count c ON c.intent = i.sequence "
        f'WHERE {chosen} GROUP BY c.kind, c."by", c."of"'
    )
    counted = {Bucket(part): int(n) for part, n in ask(connection, acts, target, since)}
    half_way = (
        'SELECT kind, "by", "of", sum(amount) FROM outcome_count '  # noqa: S608 - constants
        f'WHERE {_HALF_WAY[window]} GROUP BY kind, "by", "of"'
    )
    beside = (*ask(connection, more, target, since), *ask(connection, half_way, target, since))
    for kind, by, of, amount in beside:
        bucket = Bucket(kind, by, of)
        counted[bucket] = counted.get(bucket, 0) + int(amount)
    return counted
