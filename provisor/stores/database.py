"""Opening the store: one SELECT says whether this program and the store fit together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Engine, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from provisor.errors import ProvisorError, SettingInvalid, StoreDamaged, StoreNewer, StoreOlder
from provisor.ports.clock import Clock
from provisor.ports.configurations import Configurations
from provisor.ports.drifts import Drifts
from provisor.ports.history import History
from provisor.ports.knowledge import Knowledge
from provisor.ports.names import AccountNames
from provisor.ports.prints import Prints
from provisor.ports.rights import Rights
from provisor.ports.store import (
    Acts,
    Alerts,
    AuditLog,
    Controls,
    Decisions,
    Identities,
    Installation,
    Links,
    Observations,
    Openings,
    Overrides,
    People,
    Plans,
    Revisions,
    Undos,
)
from provisor.ports.troubles import Troubles
from provisor.stores import postgresql, sqlite
from provisor.stores.acts import SqlActs
from provisor.stores.alerts import SqlAlerts
from provisor.stores.configurations import SqlConfigurations
from provisor.stores.controls import SqlControls
from provisor.stores.copying import copy_to_file
from provisor.stores.decisions import SqlDecisions
from provisor.stores.drifts import SqlDrifts
from provisor.stores.foundation import lay_foundation
from provisor.stores.history import SqlHistory
from provisor.stores.identities import SqlIdentities
from provisor.stores.knowledge import SqlKnowledge
from provisor.stores.links import SqlLinks
from provisor.stores.log import SqlAuditLog
from provisor.stores.names import SqlAccountNames
from provisor.stores.observations import SqlObservations
from provisor.stores.openings import SqlOpenings
from provisor.stores.overrides import SqlOverrides
from provisor.stores.people import SqlPeople
from provisor.stores.plans import SqlPlans
from provisor.stores.prints import SqlPrints
from provisor.stores.revisions import SqlRevisions
from provisor.stores.rights import SqlRights
from provisor.stores.tables import REVISIONS, installation, revision_mark
from provisor.stores.transactions import Database, damaged, is_missing_table
from provisor.stores.troubles import SqlTroubles
from provisor.stores.undos import SqlUndos


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is, and how to reach it."""

    name: str
    """As messages show it, without a password."""
    engine: Callable[[], Engine]
    file: Path | None
    """The file of a SQLite store; None for a server's database."""


class SqlStore:
    """All doorways of one store in a SQL database."""

    def __init__(self, database: Database, found: Installation) -> None:
        self._database = database
        self.installation: Installation = found
        self.observations: Observations = SqlObservations(database)
        self.identities: Identities = SqlIdentities(database)
        self.links: Links = SqlLinks(database)
        self.revisions: Revisions = SqlRevisions(database)
        self.configurations: Configurations = SqlConfigurations(database)
        self.plans: Plans = SqlPlans(database)
        self.decisions: Decisions = SqlDecisions(database)
        self.overrides: Overrides = SqlOverrides(database)
        self.undos: Undos = SqlUndos(database)
        self.openings: Openings = SqlOpenings(database)
        self.acts: Acts = SqlActs(database)
        self.alerts: Alerts = SqlAlerts(database)
        self.controls: Controls = SqlControls(database)
        self.names: AccountNames = SqlAccountNames(database)
        self.people: People = SqlPeople(database)
        self.drifts: Drifts = SqlDrifts(database)
        self.history: History = SqlHistory(database)
        self.knowledge: Knowledge = SqlKnowledge(database)
        self.prints: Prints = SqlPrints(database)
        self.rights: Rights = SqlRights(database)
        self.troubles: Troubles = SqlTroubles(database)
        self.log: AuditLog = SqlAuditLog(database)

    def copy_to(self, path: str) -> None:
        """Copy one moment of the store into a new SQLite file at the path, for the verifier."""
        copy_to_file(self._database, Path(path))

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()


def open_store(url: str, *, clock: Clock) -> SqlStore:
    """Open a store; where there is none yet, make one.

    Args:
        url: `sqlite:///path` or `postgresql://user@host/name`.
        clock: says when a plan moved on.

    Raises:
        SettingInvalid: the URL names no database that can serve as a store.
        StoreOlder: the store needs `provisor upgrade` first.
        StoreNewer: a newer program wrote the store.
        StoreDamaged: the store cannot be read and written, or is none.

    Cost: two SELECTs on an existing store.
    """
    place = place_of(url)
    if place.file is None:
        found_on_server(place)
    elif place.file.exists():
        sqlite.refuse_unusable(place.file)
    else:
        sqlite.create_file(place.file, lay_foundation)
    database = Database(place.engine(), where=place.name, clock=clock)
    try:
        refuse_other_revision(stored_revision(database), database.where)
        return SqlStore(database, _installation(database))
    except ProvisorError:
        database.close()
        raise


def found_on_server(place: Place) -> None:
    """Lay the foundation in a server's database that holds no table at all.

    Raises:
        StoreDamaged: the server does not answer.
    """
    engine = place.engine()
    try:
        if not inspect(engine).get_table_names():
            lay_foundation(engine)
    except DBAPIError as error:
        raise damaged(error, place.name) from error
    finally:
        engine.dispose()


def stored_revision(database: Database) -> str:
    """Return the schema revision of a store, by one SELECT.

    Raises:
        StoreDamaged: the database is not a Provisor store.
    """
    with database.reading() as connection:
        try:
            found = connection.execute(select(revision_mark.c.version_num)).scalars().all()
        except DBAPIError as error:
            if is_missing_table(error):
                raise _no_store(database.where) from error
            raise
    if len(found) != 1:
        raise _no_store(database.where)
    return str(found[0])


def refuse_other_revision(revision: str, where: str) -> None:
    """Refuse a store whose schema is not exactly this program's.

    Raises:
        StoreOlder: `provisor upgrade` makes it fit.
        StoreNewer: only a newer program may touch it.
    """
    refuse_newer(revision, where)
    if revision != REVISIONS[-1]:
        raise StoreOlder(
            "the store was made by an older program",
            where=where,
            found=f"store has schema {revision}, this program has {REVISIONS[-1]}",
            safe="nothing was read or written",
            next="run `provisor upgrade`",
        )


def refuse_newer(revision: str, where: str) -> None:
    """Refuse a store whose schema this program does not know.

    Raises:
        StoreNewer: only a newer program may touch it.
        StoreDamaged: it has no revision at all.
    """
    if not revision:
        raise _no_store(where)
    if revision not in REVISIONS:
        raise StoreNewer(
            "the store was written by a newer program",
            where=where,
            found=f"store has schema {revision}, this program has {REVISIONS[-1]}",
            safe="nothing was read or written",
            next="use the newer program, or restore the backup made before its upgrade",
        )


def _installation(database: Database) -> Installation:
    with database.reading() as connection:
        row = connection.execute(select(installation)).first()
    if row is None:
        raise _no_store(database.where)
    database.seed = row.seed
    return Installation(row.id, row.seed)


def _no_store(where: str) -> StoreDamaged:
    return StoreDamaged(
        "the database is not a whole Provisor store",
        where=where,
        found="no schema revision or no installation; a database of something else has neither",
        safe="nothing was written",
        next="check `store.url`",
    )


def place_of(url: str) -> Place:
    """Return where a store's URL leads.

    Raises:
        SettingInvalid: it leads nowhere.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _unusable("it is not a URL") from error
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise _unusable("a store in memory would forget its evidence")
        path = Path(parsed.database)
        return Place(str(path), partial(sqlite.open_engine, path), path)
    if parsed.get_backend_name() == "postgresql":
        name = parsed.render_as_string(hide_password=True)
        return Place(name, partial(_open_server, parsed), None)
    raise _unusable("only SQLite and PostgreSQL keep stores")


def _open_server(parsed: URL) -> Engine:
    try:
        return postgresql.open_engine(parsed)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise _unusable("the driver is missing: install `provisor[postgresql]`") from error


def _unusable(found: str) -> SettingInvalid:
    return SettingInvalid(
        "the store's URL cannot be used",
        where="setting `store.url`",
        found=found,
        safe="nothing was read or written",
        next="write `sqlite:///state/provisor.db` or `postgresql://user@host/name`",
    )
