"""Gates that somebody broke open, what went out through them, and who looked at it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Row, and_, func, select

from provisor.domain.event import Event
from provisor.domain.plan import PlannedAction
from provisor.errors import DecisionMissing, UnknownName
from provisor.ports.openings import Opening, Review
from provisor.stores.act_tables import intent
from provisor.stores.log import record
from provisor.stores.plan_tables import plan_action
from provisor.stores.planned_rows import planned_actions, planned_select
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
        """Keep an opening.

        Raises:
            DecisionMissing: another one may still be used, or was used and not reviewed; of two at
                once the second is refused.
        """
        with self._database.writing() as connection:
            _refuse_second(_all(connection), opening.opened_at)
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

    def review(
        self, opening: str, acts: int, review: Review, events: Sequence[Event]
    ) -> Opening | None:
        """Keep a review; the first one stays.

        Args:
            opening: its id.
            acts: how many acts of it were looked at.
            review: what was said of them.
            events: that tell of it.

        Returns:
            The opening; None, with nothing kept, where more acts went out than were looked at.

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
            if found.review is not None:
                return found
            if found.acts != acts:
                return None
            given = (review.reviewer, int(review.asserted), review.reason)
            row = (found.id, *given, time_text(review.at))
            record(connection, self._database, events, {opening_review: [row]})
        return replace(found, review=review)

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

    def acts(self, opening: str) -> tuple[PlannedAction, ...]:
        """Return the acts that went out through an opening.

        Raises:
            StoreDamaged: an act is not the one that was sealed.
        """
        at = and_(intent.c.plan == plan_action.c.plan, intent.c.position == plan_action.c.position)
        wanted = (
            planned_select()
            .join(intent, at)
            .join(intent_opening, intent_opening.c.intent == intent.c.sequence)
            .where(intent_opening.c.opening == opening)
        )
        with self._database.reading() as connection:
            return tuple(planned_actions(connection, wanted, self._database.where))


def _refuse_second(openings: Iterable[Opening], now: datetime) -> None:
    left = [one.id for one in openings if one.blocks_others(now)]
    if left:
        raise DecisionMissing(
            "an earlier opening may still be used, or was used and not reviewed",
            where=f"opening {', '.join(left)}",
            found="a gate that nobody else looked at since",
            safe="nothing was opened",
            next=f"let somebody else run `provisor break-glass review {left[0]} --reason TEXT`",
        )


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
