"""Gates that somebody broke open, what went out through them, and who looked at it afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, func, select

from provisor.domain.event import Event
from provisor.errors import UnknownName
from provisor.ports.openings import Opening, Review
from provisor.stores.act_tables import intent
from provisor.stores.log import record
from provisor.stores.rows import next_number
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database
from provisor.stores.word_tables import intent_opening, opening, opening_review

_TABLE = opening


class SqlOpenings:
    """The doorway `Openings` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, opening: Opening, events: Sequence[Event]) -> None:
        """Keep an opening."""
        with self._database.writing() as connection:
            row = (
                next_number(connection, _TABLE),
                opening.id,
                opening.target,
                opening.part,
                opening.actor,
                int(opening.asserted),
                opening.reason,
                time_text(opening.opened_at),
                time_text(opening.expires_at),
            )
            record(connection, self._database, events, {_TABLE: [row]})

    def review(self, opening: str, review: Review, events: Sequence[Event]) -> Opening:
        """Keep a review; the first one stays.

        Raises:
            UnknownName: no opening has this id.
        """
        with self._database.writing() as connection:
            found = {one.id: one for one in _all(connection)}.get(opening)
            if found is None:
                raise UnknownName(
                    f"no opening has the id `{opening}`",
                    where="openings of this store",
                    found="an id that was never given",
                    safe="nothing was changed",
                    next="run `provisor break-glass list`",
                )
            if found.review is None:
                given = (review.reviewer, int(review.asserted), review.reason)
                row = (opening, *given, time_text(review.at))
                record(connection, self._database, events, {opening_review: [row]})
            return {one.id: one for one in _all(connection)}[opening]

    def all(self) -> tuple[Opening, ...]:
        """Return every opening ever made, oldest first."""
        with self._database.reading() as connection:
            return _all(connection)

    def actions(self, opening: str) -> tuple[str, ...]:
        """Return the ids of the acts that went out through an opening, in their order."""
        wanted = (
            select(intent.c.action)
            .join(intent_opening, intent_opening.c.intent == intent.c.sequence)
            .where(intent_opening.c.opening == opening)
            .order_by(intent.c.sequence)
        )
        with self._database.reading() as connection:
            return tuple(bytes(action).hex() for (action,) in connection.execute(wanted))


def _all(connection: Connection) -> tuple[Opening, ...]:
    counted = (
        select(intent_opening.c.opening, func.count().label("acts"))
        .group_by(intent_opening.c.opening)
        .subquery()
    )
    wanted = (
        select(
            _TABLE,
            counted.c.acts,
            opening_review.c.reviewer,
            opening_review.c.asserted.label("reviewer_asserted"),
            opening_review.c.reason.label("review"),
            opening_review.c.at,
        )
        .join_from(_TABLE, opening_review, opening_review.c.opening == _TABLE.c.id, isouter=True)
        .join(counted, counted.c.opening == _TABLE.c.id, isouter=True)
        .order_by(_TABLE.c.sequence)
    )
    return tuple(_opening(row) for row in connection.execute(wanted))


def _opening(row: Row[tuple[object, ...]]) -> Opening:
    review = None
    if row.reviewer is not None:
        asserted = bool(row.reviewer_asserted)
        review = Review(row.reviewer, row.review, time_of(row.at), asserted)
    return Opening(
        row.id,
        row.target,
        row.part,
        row.actor,
        row.reason,
        time_of(row.opened_at),
        time_of(row.expires_at),
        asserted=bool(row.asserted),
        acts=row.acts or 0,
        review=review,
    )
