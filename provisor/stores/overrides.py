"""People's decisions that outlive cycles; ending one is a fact of its own."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from provisor.domain.override import Consent, Override, OverrideKind, Until
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.errors import UnknownName
from provisor.ports.store import Events
from provisor.stores.log import record
from provisor.stores.plan_tables import override, override_end
from provisor.stores.rows import next_number
from provisor.stores.times import optional_time_of, optional_time_text, time_of, time_text
from provisor.stores.transactions import Database
from provisor.stores.word_tables import override_consent, override_term

_TABLE = override


class SqlOverrides:
    """The doorway `Overrides` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, override: Override, events: Events) -> None:
        """Keep one override."""
        self.exchange((), [override], override.created_at, events)

    def exchange(
        self, ended: Collection[str], added: Sequence[Override], at: datetime, events: Events
    ) -> None:
        """End overrides, by id, and keep others in their place, in one transaction.

        One that has ended already stays as it is.
        """
        with self._database.writing() as connection:
            facts = exchanged(connection, ended, added, at)
            record(connection, self._database, events, facts)

    def all(self) -> tuple[Override, ...]:
        """Return every override ever given, oldest first."""
        with self._database.reading() as connection:
            return _overrides(connection)

    def agree(self, override_id: str, consent: Consent, events: Events) -> Override:
        """Keep a second person's word; the first one stays.

        Raises:
            UnknownName: no override has this id.
        """
        with self._database.writing() as connection:
            found = _overrides(connection, _TABLE.c.id == override_id)
            if not found:
                raise _unknown(override_id)
            if found[0].consent is None:
                row = _agreed(override_id, consent)
                record(connection, self._database, events, {override_consent: [row]})
            return _overrides(connection, _TABLE.c.id == override_id)[0]

    def standing(self, kind: OverrideKind) -> tuple[Override, ...]:
        """Return those of one kind that nobody ended, oldest first."""
        with self._database.reading() as connection:
            found = _overrides(connection, _TABLE.c.kind == kind.value)
        return tuple(one for one in found if one.ended_at is None)

    def end(self, override_id: str, at: datetime, events: Events) -> Override:
        """End one override now; one that has ended stays as it is.

        Raises:
            UnknownName: no override has this id.
        """
        with self._database.writing() as connection:
            found = _overrides(connection, _TABLE.c.id == override_id)
            if not found:
                raise _unknown(override_id)
            if found[0].ended_at is not None:
                return found[0]
            row = (override_id, time_text(at))
            record(connection, self._database, events, {override_end: [row]})
            return _overrides(connection, _TABLE.c.id == override_id)[0]


def exchanged(
    connection: Connection, ended: Collection[str], added: Sequence[Override], at: datetime
) -> dict[Table, list[tuple[object, ...]]]:
    """Return the rows that end overrides and keep others, for the caller's transaction."""
    over = set(connection.execute(select(override_end.c.override)).scalars())
    return {
        _TABLE: override_rows(connection, added),
        override_term: _terms(added),
        override_consent: [_agreed(one.id, one.consent) for one in added if one.consent],
        override_end: [(one, time_text(at)) for one in sorted(set(ended) - over)],
    }


def override_rows(connection: Connection, added: Sequence[Override]) -> list[tuple[object, ...]]:
    """Return the rows of new overrides, numbered inside the caller's transaction."""
    number = next_number(connection, _TABLE)
    return [_row(number + place, given) for place, given in enumerate(added)]


def _overrides(connection: Connection, *conditions: ColumnElement[bool]) -> tuple[Override, ...]:
    agreed = override_consent
    wanted = (
        select(
            _TABLE,
            override_end.c.ended_at,
            override_term.c.consent,
            override_term.c.until,
            agreed.c.approver.label("agreed_by"),
            agreed.c.asserted.label("agreed_asserted"),
            agreed.c.reason.label("agreed_reason"),
            agreed.c.at.label("agreed_at"),
        )
        .join_from(_TABLE, override_end, override_end.c.override == _TABLE.c.id, isouter=True)
        .join(override_term, override_term.c.override == _TABLE.c.id, isouter=True)
        .join(agreed, agreed.c.override == _TABLE.c.id, isouter=True)
        .where(*conditions)
        .order_by(_TABLE.c.sequence)
    )
    return tuple(_override(row) for row in connection.execute(wanted))


def _terms(added: Sequence[Override]) -> list[tuple[object, ...]]:
    """Return the rows of what some overrides need, or are ended by, besides what most are."""
    return [
        (one.id, int(one.needs_consent), one.until.value)
        for one in added
        if one.needs_consent or one.until
    ]


def _agreed(override_id: str, consent: Consent) -> tuple[object, ...]:
    given = (consent.approver, int(consent.asserted), consent.reason)
    return (override_id, *given, time_text(consent.at))


def _row(number: int, given: Override) -> tuple[object, ...]:
    return (
        number,
        given.id,
        given.kind.value,
        given.job,
        given.object_type.value,
        given.key,
        given.attribute,
        json.dumps(given.value, ensure_ascii=False),
        given.reason,
        given.author,
        given.approver,
        time_text(given.created_at),
        optional_time_text(given.expires_at),
    )


def _override(row: Row[tuple[object, ...]]) -> Override:
    return Override(
        id=row.id,
        kind=OverrideKind(row.kind),
        job=row.job,
        object_type=ObjectType(row.object_type),
        key=row.key,
        attribute=row.attribute,
        value=_value(json.loads(row.value)),
        reason=row.reason,
        author=row.author,
        approver=row.approver,
        created_at=time_of(row.created_at),
        expires_at=optional_time_of(row.expires_at),
        ended_at=optional_time_of(row.ended_at),
        needs_consent=bool(row.consent),
        consent=_consent(row),
        until=Until(row.until or ""),
    )


def _consent(row: Row[tuple[object, ...]]) -> Consent | None:
    if row.agreed_by is None:
        return None
    asserted = bool(row.agreed_asserted)
    return Consent(row.agreed_by, row.agreed_reason, time_of(row.agreed_at), asserted)


def _value(stored: object) -> Value:
    if isinstance(stored, list):
        return tuple(stored)
    return stored if isinstance(stored, str | int | bool) else None


def _unknown(override_id: str) -> UnknownName:
    return UnknownName(
        f"no override has the id `{override_id}`",
        where="overrides of this store",
        found="an id that was never given",
        safe="nothing was changed",
        next="run `provisor override list`",
    )
