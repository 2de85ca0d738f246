"""Configuration revisions, append-only; each fact follows from all that were there before it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Row, Table, func, select

from provisor.domain.approval import DecisionKind
from provisor.domain.configuration_life import (
    Activation,
    Chronicle,
    ConfigurationRevision,
    Fact,
    Results,
    Voice,
)
from provisor.domain.event import Event
from provisor.stores.log import record
from provisor.stores.plan_tables import (
    configuration,
    configuration_activation,
    configuration_result,
    configuration_voice,
)
from provisor.stores.rows import Values, next_number
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database

_TABLES = (configuration, configuration_result, configuration_voice, configuration_activation)


class SqlConfigurations:
    """The doorway `Configurations` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def chronicle(self) -> Chronicle:
        """Return everything that ever happened to configurations."""
        with self._database.reading() as connection:
            revisions, results, voices, activations = (_all(connection, t) for t in _TABLES)
        return Chronicle(
            tuple(map(_revision, revisions)),
            tuple(map(_results, results)),
            tuple(map(_voice, voices)),
            tuple(map(_activation, activations)),
        )

    def active(self) -> ConfigurationRevision | None:
        """Return the active revision, or None while none ever was."""
        newest = (
            select(configuration_activation.c.configuration)
            .order_by(configuration_activation.c.sequence.desc())
            .limit(1)
            .scalar_subquery()
        )
        with self._database.reading() as connection:
            found = connection.execute(
                select(configuration).where(configuration.c.number == newest)
            ).first()
        return None if found is None else _revision(found)

    def revision(self, number: int) -> ConfigurationRevision | None:
        """Return the revision of a number, or None."""
        wanted = select(configuration).where(configuration.c.number == number)
        with self._database.reading() as connection:
            found = connection.execute(wanted).first()
        return None if found is None else _revision(found)

    def add(self, facts: Sequence[Fact], seen: int, events: Sequence[Event]) -> bool:
        """Keep facts that follow from a chronicle of this length."""
        with self._database.writing() as connection:
            if _length(connection) != seen:
                return False
            rows: dict[Table, list[Values]] = {}
            for fact in facts:
                table, row = _row(connection, fact)
                rows.setdefault(table, []).append(row)
            record(connection, self._database, events, rows)
        return True


def _all(connection: Connection, table: Table) -> Sequence[Row[tuple[object, ...]]]:
    counting = next(iter(table.c))
    return connection.execute(select(table).order_by(counting)).all()


def _length(connection: Connection) -> int:
    counts = (connection.execute(select(func.count()).select_from(t)).scalar() for t in _TABLES)
    return sum(count or 0 for count in counts)


def _row(connection: Connection, fact: Fact) -> tuple[Table, Values]:
    """Return a fact's table and row; a transaction adds at most one row to each table."""
    match fact:
        case ConfigurationRevision():
            return configuration, _revision_row(fact)
        case Results(number, digest, made_by, made_at, body):
            table: Table = configuration_result
            told: Values = (digest, made_by, time_text(made_at), body)
        case Voice(number, kind, voter, asserted, reason, at, expires_at, results):
            table = configuration_voice
            times = (time_text(at), time_text(expires_at))
            told = (kind.value, voter, int(asserted), reason, *times, results)
        case Activation(number, actor, asserted, reason, at):
            table = configuration_activation
            told = (actor, int(asserted), reason, time_text(at))
    return table, (next_number(connection, table), number, *told)


def _revision_row(fact: ConfigurationRevision) -> Values:
    return (
        fact.number,
        fact.digest,
        fact.document,
        fact.text,
        fact.author,
        int(fact.asserted),
        json.dumps(fact.hands, ensure_ascii=False),
        fact.reason,
        time_text(fact.proposed_at),
        fact.after,
        fact.origin,
    )


def _revision(row: Row[tuple[object, ...]]) -> ConfigurationRevision:
    return ConfigurationRevision(
        number=row.number,
        digest=row.digest,
        document=row.document,
        text=row.body,
        author=row.author,
        asserted=row.asserted == 1,
        hands=tuple(json.loads(row.hands)),
        reason=row.reason,
        proposed_at=time_of(row.proposed_at),
        after=row.after,
        origin=row.origin,
    )


def _results(row: Row[tuple[object, ...]]) -> Results:
    return Results(row.configuration, row.digest, row.made_by, time_of(row.made_at), row.body)


def _voice(row: Row[tuple[object, ...]]) -> Voice:
    return Voice(
        row.configuration,
        DecisionKind(row.kind),
        row.voter,
        row.asserted == 1,
        row.reason,
        time_of(row.at),
        time_of(row.expires_at),
        row.results,
    )


def _activation(row: Row[tuple[object, ...]]) -> Activation:
    return Activation(row.configuration, row.actor, row.asserted == 1, row.reason, time_of(row.at))
