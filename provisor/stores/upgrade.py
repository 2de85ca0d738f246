"""Making and upgrading a store by migrations; the only module that imports Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.exc import DBAPIError

from provisor.stores import sqlite
from provisor.stores.database import Place, place_of, refuse_newer
from provisor.stores.foundation import add_first_rows
from provisor.stores.tables import REVISIONS, revision_mark
from provisor.stores.transactions import damaged

_MIGRATIONS = Path(__file__).parent / "migrations"


def create_or_upgrade(url: str) -> str:
    """Bring a store to this program's schema, or make it; return that revision.

    Raises:
        SettingInvalid: the URL names no database that can serve as a store.
        StoreNewer: a newer program wrote the store.
        StoreDamaged: the store cannot be read and written.
    """
    place = place_of(url)
    if place.file is not None and not place.file.exists():
        sqlite.create_file(place.file, migrate)
        return REVISIONS[-1]
    if place.file is not None:
        sqlite.refuse_unusable(place.file)
    _upgrade(place)
    return REVISIONS[-1]


def migrate(engine: Engine) -> None:
    """Run every migration that the database lacks, in one transaction."""
    with engine.execution_options(provisor_writes=True).begin() as connection:
        _migrate(connection)


def _upgrade(place: Place) -> None:
    engine = place.engine()
    try:
        with engine.execution_options(provisor_writes=True).begin() as connection:
            before = _revision(connection)
            if before or inspect(connection).get_table_names():
                refuse_newer(before, place.name)
            _migrate(connection)
    except DBAPIError as error:
        raise damaged(error, place.name) from error
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table(revision_mark.name):
        return ""
    return str(connection.execute(select(revision_mark.c.version_num)).scalar() or "")


def _migrate(connection: Connection) -> None:
    settings = Config()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    add_first_rows(connection)
