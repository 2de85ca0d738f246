"""PostgreSQL: many readers, writers that take turns under one advisory lock.

The lock is taken before anything is written and given back by the commit, so that the audit
log's positions are drawn in the order of the commits and no reader ever sees a gap.
"""

from __future__ import annotations

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event

_TURN = 0x70726F7669736F72
"""The advisory lock of all writers: `provisor` in ASCII."""


def open_engine(url: URL) -> Engine:
    """Return an engine; nothing is connected yet.

    Raises:
        ModuleNotFoundError: the driver is not installed.
    """
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("provisor_writes", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def guard_statements(table: Table) -> tuple[str, ...]:
    """Return the statements that make the database refuse to change or remove a table's rows."""
    return (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$",
        f"CREATE TRIGGER {table.name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        f'ON "{table.name}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    )
