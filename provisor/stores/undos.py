"""What people asked to take back, with what became of each thing that a run did."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Row, select

from provisor.domain.action import Operation, Reversible
from provisor.domain.override import Override
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import Deed, Fate, Undo
from provisor.errors import UnknownName
from provisor.ports.store import Events
from provisor.stores.log import record
from provisor.stores.overrides import override_rows
from provisor.stores.plan_documents import json_text
from provisor.stores.plan_tables import override, undo
from provisor.stores.rows import next_number
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database

_TABLE = undo


class SqlUndos:
    """The doorway `Undos` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, undo: Undo, overrides: Sequence[Override], events: Events) -> None:
        """Keep an undo and its decisions, in one transaction."""
        with self._database.writing() as connection:
            row = _row(next_number(connection, _TABLE), undo)
            facts = {_TABLE: [row], override: override_rows(connection, overrides)}
            record(connection, self._database, events, facts)

    def get(self, undo_id: str) -> Undo:
        """Return one undo.

        Raises:
            UnknownName: no undo has this id.
        """
        with self._database.reading() as connection:
            found = connection.execute(select(_TABLE).where(_TABLE.c.id == undo_id)).first()
        if found is None:
            raise UnknownName(
                f"no undo has the id `{undo_id}`",
                where="undos of this store",
                found="an id that was never given",
                safe="nothing was changed",
                next="`provisor override list` shows the decisions of undos by their ids",
            )
        return _undo(found)


def _row(number: int, made: Undo) -> tuple[object, ...]:
    return (
        number,
        made.id,
        made.job,
        made.target,
        made.plan,
        json_text(made.runs),
        made.reason,
        made.author,
        time_text(made.created_at),
        json_text([_deed_body(deed) for deed in made.deeds]),
    )


def _undo(row: Row[tuple[object, ...]]) -> Undo:
    return Undo(
        id=row.id,
        job=row.job,
        target=row.target,
        plan=row.plan,
        runs=tuple(json.loads(row.runs)),
        reason=row.reason,
        author=row.author,
        created_at=time_of(row.created_at),
        deeds=tuple(_deed_of(body) for body in json.loads(row.deeds)),
    )


def _deed_body(deed: Deed) -> list[object]:
    return [
        deed.object_type.value,
        deed.key,
        deed.identity,
        deed.action,
        deed.operation.value,
        deed.attribute,
        deed.fate.value,
        deed.reversible.value,
        deed.why,
        deed.member,
        deed.member_key,
        list(deed.overrides),
    ]


def _deed_of(body: list[str]) -> Deed:
    object_type, key, identity, action, operation, attribute = body[:6]
    fate, reversible, why, member, member_key, overrides = body[6:]
    return Deed(
        object_type=ObjectType(object_type),
        key=key,
        identity=identity,
        action=action,
        operation=Operation(operation),
        attribute=attribute,
        fate=Fate(fate),
        reversible=Reversible(reversible),
        why=why,
        member=member,
        member_key=member_key,
        overrides=tuple(overrides),
    )
