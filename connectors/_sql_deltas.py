"""What changed in a table or query since a watermark, read in one snapshot.

The watermark is worked out before the first row, in the same snapshot, and from it alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy

from connectors._sql_origins import horizon_of, now_of, origin_of
from connectors._sql_reading import PAGE_ROWS, offered, pages_of, wanted_columns
from connectors._sql_relations import is_gone, relation, schema_of
from connectors._sql_settings import ChangesSettings
from connectors._sql_traces import Condition, Settings, Traces, high_of, since_of, traces_of
from connectors._sql_values import put_in, taken_out
from connectors._sql_watermarks import NOWHERE, Horizon, Watermark, advanced, understood
from provisor.domain.record import as_text
from provisor.domain.schema import Attribute, ObjectType
from provisor.errors import NotFound, WatermarkRefused
from provisor.ports.connector import Deltas, Page, ReadEnd, ReadItem, ReadRequest, Removed

_KEYS_AT_ONCE = 500
_PAIRS_AT_ONCE = 100

Key = tuple[str, ...]


def deltas_of(settings: Settings) -> Deltas:
    """Return what a relation says of its changes."""
    if settings.changes is None:
        return Deltas.NONE
    return Deltas.STATES if settings.changes.tells_removals else Deltas.STATES_WITHOUT_REMOVALS


def watermark_of(connection: sqlalchemy.Connection, settings: Settings) -> str | None:
    """Return where a delta may start that follows a full read in this snapshot, or None."""
    traces = traces_of(connection, settings)
    return None if traces is None else _following(connection, settings, traces, None)


def _following(
    connection: sqlalchemy.Connection,
    settings: Settings,
    traces: Traces,
    before: Watermark | None,
) -> str | None:
    """Return where the delta after this snapshot starts; None where the column has no order.

    Raises:
        WatermarkRefused: the database knows less than `before`, or is another one.
    """
    origin = origin_of(connection, settings, traces)
    now, horizon = now_of(connection), horizon_of(connection)
    if before is not None:
        _refuse_other(before, origin, now, horizon, settings)
    rows = before.rows if before else NOWHERE
    gone = (before.gone if before else None) or NOWHERE
    try:
        return Watermark(
            origin,
            now,
            advanced(rows, high_of(connection, traces.rows), now, horizon),
            advanced(gone, high_of(connection, traces.gone), now, horizon) if traces.gone else None,
            horizon.next if horizon else 0,
        ).text()
    except ValueError:  # a column of bytes or switches has no order
        return None


def prove_changes(connection: sqlalchemy.Connection, settings: Settings) -> None:
    """Look at a relation without reading a row.

    Raises:
        NotFound: there is no such table, or not the columns that deltas are read by.
    """
    if settings.changes is None:
        relation(connection, settings)
    elif traces_of(connection, settings) is None:
        raise NotFound(f"{settings.label} has not all columns of its setting `changes`")


def read_delta(
    connection: sqlalchemy.Connection, settings: Settings, request: ReadRequest, system: str
) -> Iterator[ReadItem]:
    """Yield the rows that changed, what is gone, and where the next delta starts.

    Raises:
        UnknownName: an attribute is asked for that the declared ones do not have.
        WatermarkRefused: the watermark is none of this relation's, or tells of what is lost.
    """
    if settings.changes is None:
        raise WatermarkRefused(f"{settings.label} has no setting `changes`", where=system)
    since = understood(request.since or "")
    traces = traces_of(connection, settings)
    following = _following(connection, settings, traces, since) if traces else None
    if traces is None or following is None:
        what = f"{settings.label} has lost the columns that deltas are read by"
        raise WatermarkRefused(what, where=f"system {system}")
    live = traces.rows.live
    schema = schema_of(request.object_type, settings, live.columns)
    wanted = wanted_columns(settings, schema, request.attributes, system)
    columns = offered(settings, schema, live)
    missing = [column for column, _ in wanted if column not in live.columns]
    if missing:
        reason = f"{settings.label} has no column `{missing[0]}`"
        yield ReadEnd(complete=False, reason=reason, columns=columns)
        return
    changed = since_of(traces.rows, since.rows, settings.changes)
    for rows in pages_of(connection, live, wanted, traces.shown(changed)):
        yield Page(rows)
    yield from _removed(connection, request.object_type, traces, since, settings.changes)
    yield ReadEnd(complete=True, watermark=following, columns=columns)


# --- removals -------------------------------------------------------------------------------


def _removed(
    connection: sqlalchemy.Connection,
    object_type: ObjectType,
    traces: Traces,
    since: Watermark,
    changes: ChangesSettings,
) -> Iterator[Removed]:
    """Yield what is gone now; who came back is there, whatever was told of the departure."""
    if traces.marked is not None:
        left = sqlalchemy.and_(
            since_of(traces.rows, since.rows, changes), is_gone(traces.rows.live, traces.marked)
        )
        told = traces.rows
    elif traces.gone is not None:
        left = since_of(traces.gone, since.gone or NOWHERE, changes)
        told = traces.gone
    else:
        return
    statement = sqlalchemy.select(*told.names).where(left).distinct()
    streaming = connection.execution_options(yield_per=PAGE_ROWS)
    found = [_texts(row) for row in streaming.execute(statement)]
    for start in range(0, len(found), PAGE_ROWS):
        some = [key for key in found[start : start + PAGE_ROWS] if all(key)]
        back = _present(connection, traces, some)
        gone = tuple(key for key in some if key not in back)
        if object_type is ObjectType.MEMBERSHIPS:
            yield Removed(pairs=tuple((group, member) for group, member in gone))
        else:
            yield Removed(tuple(key for (key,) in gone))


def _texts(row: Sequence[object]) -> Key:
    """Return a key as records have it."""
    attribute = Attribute("key")
    return tuple("" if cell is None else as_text(taken_out(cell, attribute)) for cell in row)


def _present(connection: sqlalchemy.Connection, traces: Traces, keys: Sequence[Key]) -> set[Key]:
    """Return those of the keys that a row has."""
    names = traces.rows.names
    there = traces.is_there()
    found: set[Key] = set()
    step = _KEYS_AT_ONCE if len(names) == 1 else _PAIRS_AT_ONCE
    for start in range(0, len(keys), step):
        some = keys[start : start + step]
        condition = _named(names, some)
        if there is not None:
            condition = sqlalchemy.and_(condition, there)
        rows = connection.execute(sqlalchemy.select(*names).where(condition))
        found |= {_texts(row) for row in rows}
    return found


def _named(names: Sequence[sqlalchemy.ColumnElement[Any]], keys: Sequence[Key]) -> Condition:
    typed = [
        [put_in(text, column.type) for text, column in zip(key, names, strict=True)] for key in keys
    ]
    if len(names) == 1:
        return names[0].in_([value for (value,) in typed])
    group, member = names
    pairs = (sqlalchemy.and_(group == one, member == other) for one, other in typed)
    return sqlalchemy.or_(sqlalchemy.false(), *pairs)


def _refuse_other(
    before: Watermark,
    origin: str,
    now: datetime,
    horizon: Horizon | None,
    settings: Settings,
) -> None:
    """Refuse a watermark of another database, another relation, another history or another time."""
    removed = settings.changes.removed if settings.changes else None
    kept = removed.kept_days if removed else None
    if before.origin != origin:
        what = "the watermark is of another database, relation or column"
    elif now < before.at:
        what = "the clock of the database went back"
    elif horizon is not None and horizon.next < before.transaction:
        what = "the database knows fewer transactions than before: it was restored"
    elif kept is not None and now - before.at > timedelta(days=kept):
        what = f"removals are kept for {kept} days, and the watermark is older"
    else:
        return
    raise WatermarkRefused(what, next="nothing needs to be done: everything is read again")
