"""SQL databases as a source and as a target, by SQLAlchemy; tried on SQLite.

A read is one snapshot: the rows are counted and read in the same transaction. Writes go many rows
to a statement and many to a transaction; a row that is refused is found in a savepoint and blocks
no other. Names of tables and columns come from the settings or from the database itself and are
quoted; values are always bound. The one text that reaches the database as it stands is the
administrator's own query, which is only read, in a transaction that is rolled back.

What this connector never does: create or alter a table, delete what refers to a row, or log SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import sqlalchemy

from connectors._outcomes import not_sent
from connectors._settings import parse
from connectors._sql_batches import BATCH_ROWS, batches, in_transaction
from connectors._sql_database import Database
from connectors._sql_deltas import deltas_of, prove_changes, read_delta, watermark_of
from connectors._sql_finding import find_rows
from connectors._sql_reading import read_rows
from connectors._sql_relations import relation, schema_of
from connectors._sql_settings import (
    KeyedSettings,
    MembershipSettings,
    SqlSettings,
    holds_literal_password,
)
from connectors._sql_tables import Tables
from provisor.domain.record import Record
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.errors import LiteralSecret, TargetProblem, UnknownName, Unsupported
from provisor.ports.connector import (
    Anchoring,
    Candidate,
    Capabilities,
    Description,
    Health,
    Pace,
    ReadItem,
    ReadRequest,
    Work,
    Written,
)


class SqlConnector:
    """Users, groups and memberships in the tables of one database."""

    def __init__(self, name: str, settings: Mapping[str, object]) -> None:
        if holds_literal_password(settings):
            what = "the address of the database holds a password"
            advice = "put the whole address into a variable or file, and refer to that"
            raise LiteralSecret(what, where="url", next=advice)
        self._name = name
        self._where = f"system {name}"
        self._settings = parse(SqlSettings, settings)
        self._database = Database(self._settings, name)

    def describe(self) -> Description:
        """Return the declared attributes, else the columns of a SQLite file at the first call."""
        return self._description

    @cached_property
    def _description(self) -> Description:
        users = self._settings.objects.users
        capabilities = Capabilities(
            anchoring=Anchoring.STORED if users.anchor else Anchoring.NATIVE_ONLY,
            writes=users.writable,
            finds=True,
            nested_groups=self._nests(),
            deltas={kind: deltas_of(settings) for kind, settings in self._relations.items()},
            acts_per_call=BATCH_ROWS,
        )
        return Description(self._schemas(), capabilities)

    def _nests(self) -> bool:
        memberships = self._settings.objects.memberships
        return memberships is None or memberships.nested_groups

    def _schemas(self) -> dict[ObjectType, ObjectSchema]:
        file = self._database.file
        if file is None or not file.exists():
            return {kind: schema_of(kind, s, None) for kind, s in self._relations.items()}
        try:
            with self._database.reading() as connection:
                return {
                    kind: schema_of(kind, settings, relation(connection, settings).columns)
                    for kind, settings in self._relations.items()
                }
        except TargetProblem:  # a file that cannot be read is told by probe and read
            return {kind: schema_of(kind, s, None) for kind, s in self._relations.items()}

    @cached_property
    def _relations(self) -> dict[ObjectType, KeyedSettings | MembershipSettings]:
        every = {kind: self._settings.of(kind) for kind in ObjectType}
        return {kind: settings for kind, settings in every.items() if settings is not None}

    def probe(self) -> Health:
        """Connect and look at every table and query without reading a row."""
        try:
            with self._database.reading() as connection:
                connection.execute(sqlalchemy.select(1))
        except TargetProblem as problem:
            return Health(reachable=False, allowed=False, found=problem.what)
        try:
            with self._database.reading() as connection:
                for settings in self._relations.values():
                    prove_changes(connection, settings)
        except TargetProblem as problem:
            return Health(reachable=True, allowed=False, found=problem.what)
        dialect = self._database.engine.dialect
        version = ".".join(map(str, dialect.server_version_info or ()))
        return Health(reachable=True, allowed=True, found=f"{dialect.name} {version}".strip())

    def close(self) -> None:
        """Let go of all connections."""
        self._database.close()

    # --- reading ------------------------------------------------------------------------------

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        """Yield the rows of one snapshot; whole when as many came as were counted in it.

        Raises:
            UnknownName: the object type, or an attribute beyond the declared ones, is not known.
            WatermarkRefused: the database does not know what changed since the watermark.
            TargetProblem: the database complained.
        """
        settings = self._known(request.object_type)
        with self._database.reading() as connection:
            if request.since is None:
                watermark = watermark_of(connection, settings)
                yield from read_rows(connection, settings, request, self._name, watermark)
            else:
                yield from read_delta(connection, settings, request, self._name)

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Return the rows that have exactly this id, anchor or value, looked at again here."""
        return next(self.find_many([candidate]))

    def find_many(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Record, ...]]:
        """Yield what `find` returns for each candidate, of one snapshot and few statements."""
        found: list[tuple[Record, ...]] = [()] * len(candidates)
        with self._database.reading() as connection:
            for kind in dict.fromkeys(candidate.object_type for candidate in candidates):
                settings = self._known(kind)
                if isinstance(settings, MembershipSettings):
                    what = "memberships are not looked up one by one"
                    raise Unsupported(what, where=self._where)
                numbers = [n for n, one in enumerate(candidates) if one.object_type is kind]
                asked = [candidates[number] for number in numbers]
                rows = find_rows(connection, settings, asked, self._name)
                for number, records in zip(numbers, rows, strict=True):
                    found[number] = records
        yield from found

    def _known(self, object_type: ObjectType) -> KeyedSettings | MembershipSettings:
        settings = self._settings.of(object_type)
        if settings is None:
            what = f"system `{self._name}` has no {object_type.value}"
            raise UnknownName(what, where=self._where)
        return settings

    # --- writing ------------------------------------------------------------------------------

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Do neighbouring actions of one kind together, a permit for each such batch."""
        tables = Tables(self._settings, self._where)
        permitted = True
        for batch in batches(work):
            permitted = permitted and pace.permit()
            if permitted:
                yield from in_transaction(self._database, batch, tables.carry_out)
            else:
                yield from (not_sent(position, self._where) for position, _ in batch)
