"""The tables that one call of `apply` writes, looked at once for all its batches."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy

from connectors._sql_batches import Placed, kind_of, rows_of
from connectors._sql_members import Links, change_members
from connectors._sql_relations import Relation, relation, schema_of
from connectors._sql_settings import KeyedSettings, SqlSettings
from connectors._sql_writing import Keyed, create_rows, delete_rows, update_rows
from provisor.domain.schema import ObjectType
from provisor.errors import Unsupported
from provisor.ports.connector import Written

_VERBS = {"create": create_rows, "update": update_rows, "delete": delete_rows}


class Tables:
    """Remembers what the database said of each table: asking again costs more than many rows."""

    def __init__(self, settings: SqlSettings, where: str) -> None:
        self._settings = settings
        self._where = where
        self._live: dict[ObjectType, Relation] = {}

    def carry_out(
        self, connection: sqlalchemy.Connection, batch: Sequence[Placed]
    ) -> list[Written]:
        """Do a batch of one kind in the open transaction and return an outcome for each action.

        Raises:
            Unsupported: the objects are read by a query, or have no id.
            SQLAlchemyError: what concerns the whole transaction.
        """
        kind = kind_of(batch[0][1])
        if kind.verb == "members":
            links = self._links(connection)
            return [
                change_members(connection, links, position, work.native_id or "", work.members)
                for position, work in batch
                if work.members is not None
            ]
        keyed = self._keyed(connection, kind.object_type)
        if keyed is None:
            what = f"{kind.object_type.value} are not written: that needs `table` and `id`"
            raise Unsupported(what, where=self._where)
        rows, refused = rows_of(batch, keyed, self._where)
        return refused + list(_VERBS[kind.verb](connection, keyed, rows))

    def _keyed(self, connection: sqlalchemy.Connection, object_type: ObjectType) -> Keyed | None:
        """Return a table of users or groups that can be written, or None."""
        settings = self._settings.of(object_type)
        if not isinstance(settings, KeyedSettings) or not settings.writable:
            return None
        if object_type not in self._live:
            self._live[object_type] = relation(connection, settings)
        found = self._live[object_type]
        schema = schema_of(object_type, settings, found.columns)
        return Keyed(found, schema, self._where)

    def _links(self, connection: sqlalchemy.Connection) -> Links:
        settings = self._settings.objects.memberships
        if settings is None or settings.table is None:
            what = "memberships are not written: that needs a table"
            raise Unsupported(what, where=self._where)
        if ObjectType.MEMBERSHIPS not in self._live:
            self._live[ObjectType.MEMBERSHIPS] = relation(connection, settings)
        return Links(
            self._live[ObjectType.MEMBERSHIPS],
            settings.group,
            settings.member,
            self._keyed(connection, ObjectType.GROUPS),
            self._keyed(connection, ObjectType.USERS),
            self._where,
        )
