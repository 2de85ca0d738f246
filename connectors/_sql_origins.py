"""What a database says of itself: which one it is, what time it has, which writers are at work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy
from sqlalchemy.exc import SQLAlchemyError

from connectors._sql_settings import RelationSettings
from connectors._sql_traces import Settings, Trace, Traces
from connectors._sql_watermarks import Horizon


def origin_of(connection: sqlalchemy.Connection, settings: Settings, traces: Traces) -> str:
    """Return a digest of where the rows come from: another one's watermark is not for them."""
    removed = settings.changes.removed if settings.changes else None
    relations: list[RelationSettings] = [settings, *([removed] if removed else [])]
    every = [traces.rows, *([traces.gone] if traces.gone else [])]
    parts = [str(part) for part in _server(connection, every)]
    parts += [f"{one.in_schema}.{one.table or one.query}" for one in relations]
    parts += [f"{one.keys}{one.growing}" for one in every]
    parts.append(str(traces.marked))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _server(connection: sqlalchemy.Connection, every: list[Trace]) -> Iterator[object]:
    """Yield what tells this database from another one or from a copy, as far as it says."""
    url = connection.engine.url
    match connection.dialect.name:
        case "postgresql":
            tables = [one.live.table for one in every if not one.live.is_query]
            yield from _postgresql_server(connection, tables)
        case "sqlite":
            file = Path(url.database or "")
            yield (file.stat().st_dev, file.stat().st_ino) if file.is_file() else "memory"
        case name:
            yield (name, url.host, url.port, url.database)


_SERVER = (
    "SELECT oid FROM pg_database WHERE datname = current_database()",
    "SELECT system_identifier FROM pg_control_system()",
    "SELECT timeline_id FROM pg_control_checkpoint()",
)
_TABLE = sqlalchemy.text("SELECT CAST(to_regclass(:name) AS oid)")


def _postgresql_server(
    connection: sqlalchemy.Connection, tables: list[sqlalchemy.Table]
) -> Iterator[object]:
    """Yield the numbers of cluster, history, database and tables; a new one is another one."""
    for statement in _SERVER:
        try:
            with connection.begin_nested():
                yield connection.exec_driver_sql(statement).scalar()
        except SQLAlchemyError:  # some hosts hide these; what is left still tells most
            yield None
    quoted = connection.dialect.identifier_preparer
    for table in tables:
        name = quoted.format_table(table)
        yield connection.execute(_TABLE, {"name": name}).scalar()


_HORIZON = """
    SELECT txid_snapshot_xmin(txid_current_snapshot()), txid_snapshot_xmax(txid_current_snapshot()),
        (SELECT min(xact_start) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid())
"""


def horizon_of(connection: sqlalchemy.Connection) -> Horizon | None:
    """Return which transactions this snapshot sees as ended, where the database can say."""
    if connection.dialect.name != "postgresql":
        return None
    oldest, following, since = connection.exec_driver_sql(_HORIZON).one()
    return Horizon(int(oldest), int(following), since)


def now_of(connection: sqlalchemy.Connection) -> datetime:
    """Return the time of the database's own clock; MySQL's own function for UTC, where it is."""
    mysql = connection.dialect.name in ("mysql", "mariadb")
    now = sqlalchemy.func.utc_timestamp() if mysql else sqlalchemy.func.current_timestamp()
    found = connection.execute(sqlalchemy.select(now)).scalar()
    moment = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
