"""What both sides held on earlier days: whole rows once per chapter, then what changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection

from provisor.domain.schema import ObjectType
from provisor.errors import StoreDamaged
from provisor.ports.history import (
    SAID_GONE,
    Aside,
    Chapter,
    Feed,
    Form,
    Gone,
    Look,
    Looked,
    Name,
    Recorded,
    Sight,
    Strand,
    Whole,
)
from provisor.stores.people_tables import (
    history_change,
    history_feed,
    history_look,
    history_page,
    history_sight,
)
from provisor.stores.rows import ask, change, chosen_of, insert, next_number
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database

_PART: Final = 1 << 20
_SIGHT = (
    "SELECT f.system, f.object_type, f.strand, f.key, f.attributes, s.feed, s.look, s.chapter, "
    "s.observation, s.at, s.aside FROM history_sight s JOIN history_feed f ON f.number = s.feed "
)
_CHANGES = (
    "SELECT key, member, body, look FROM history_change WHERE feed = ? AND look > ? AND look <= ?"
)
_LOOK = "SELECT number, job, turn, at, full_read, fault FROM history_look "
_OVERTAKEN = "another cycle read the same rows meanwhile"


class SqlHistory:
    """The doorway `History` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, feed: Feed) -> Sight | None:
        """Return what saw the feed last; None where nothing is kept of it."""
        with self._database.reading() as connection:
            return _newest(connection, feed)

    def whole(self, sight: Sight) -> Whole:
        """Return all rows as the chapter of a look began.

        Raises:
            StoreDamaged: they are not there.
        """
        question = (
            "SELECT form, body FROM history_page WHERE feed = ? AND chapter = ? ORDER BY part"
        )
        with self._database.reading() as connection:
            rows = ask(connection, question, sight.number, sight.chapter)
        if not rows:
            raise StoreDamaged(
                "the rows that a chapter of the history begins with are not there",
                where=self._database.where,
                found=f"no page of feed {sight.number}, look {sight.chapter}",
                safe="nothing was written",
                next="keep a copy of the store; other days of the history may still be asked",
            )
        return Whole(Form(rows[0][0]), b"".join(bytes(body) for _, body in rows))

    def turned(self, sight: Sight) -> dict[Name, str | None]:
        """Return what changed from the beginning of the chapter up to a look, by name."""
        bounds = (sight.number, sight.chapter, sight.look)
        with self._database.reading() as connection:
            rows = ask(connection, f"{_CHANGES} ORDER BY look", *bounds)
        return {(key, member): body for key, member, body, _ in rows}

    def turned_of(self, sight: Sight, keys: Collection[str]) -> dict[Name, str | None]:
        """Return the same of some keys, or of some groups."""
        bounds = (sight.number, sight.chapter, sight.look)
        with self._database.reading() as connection:
            rows = list(chosen_of(connection, f"{_CHANGES} AND key IN", bounds, keys))
        return {(key, member): body for key, member, body, _ in sorted(rows, key=itemgetter(3))}

    def gone_since(self, sight: Sight, keys: Collection[str]) -> dict[str, Gone]:
        """Return since which look objects are gone.

        Whoever is there, or was never seen, is left out.
        """
        bounds = (sight.number, 0, sight.look)
        with self._database.reading() as connection:
            rows = list(chosen_of(connection, f"{_CHANGES} AND key IN", bounds, keys))
            sights = ask(
                connection, "SELECT look, at FROM history_sight WHERE feed = ?", sight.number
            )
        moments = dict(sights)
        last = {key: (look, body) for key, _, body, look in sorted(rows, key=itemgetter(3))}
        return {
            key: Gone(look, time_of(moments[look]), said=body == SAID_GONE)
            for key, (look, body) in last.items()
            if not body and look in moments
        }

    def full_sights(self, sight: Sight) -> tuple[tuple[int, datetime], ...]:
        """Return the full reads of a feed up to a look, oldest first: number and moment."""
        question = (
            "SELECT s.look, s.at FROM history_sight s JOIN history_look l ON l.number = s.look "
            "WHERE s.feed = ? AND s.look <= ? AND l.full_read = 1 ORDER BY s.look"
        )
        with self._database.reading() as connection:
            rows = ask(connection, question, sight.number, sight.look)
        return tuple((look, time_of(at)) for look, at in rows)

    def began(self, sight: Sight) -> datetime:
        """Return when the chapter of a look began."""
        question = "SELECT at FROM history_sight WHERE feed = ? AND look = ?"
        with self._database.reading() as connection:
            ((at,),) = ask(connection, question, sight.number, sight.chapter)
        return time_of(at)

    def sights(self, look: int) -> tuple[Sight, ...]:
        """Return everything that a look saw."""
        with self._database.reading() as connection:
            rows = ask(connection, f"{_SIGHT}WHERE s.look = ? ORDER BY s.feed", look)
        return tuple(_sight(row) for row in rows)

    def sights_of(self, feed: Feed) -> tuple[Sight, ...]:
        """Return every look of a feed, oldest first."""
        with self._database.reading() as connection:
            number = _number(connection, feed)
            rows = ask(connection, f"{_SIGHT}WHERE s.feed = ? ORDER BY s.look", number)
        return tuple(_sight(row) for row in rows)

    def stands_on(self, job: str, turn: int) -> bool:
        """Say whether the look is kept from which the knowledge of a turn came.

        Where several looks began with the same knowledge, the last of them counts.
        """
        question = (
            "SELECT fault FROM history_look WHERE job = ? AND turn = ? ORDER BY number DESC LIMIT 1"
        )
        with self._database.reading() as connection:
            return ask(connection, question, job, turn - 1) == [("",)]

    def looks(self, job: str, since: datetime, until: datetime) -> tuple[Look, ...]:
        """Return the looks of a job in a time, oldest first; the end is not in it."""
        question = f"{_LOOK}WHERE job = ? AND at >= ? AND at < ? ORDER BY number"
        with self._database.reading() as connection:
            rows = ask(connection, question, job, time_text(since), time_text(until))
        return tuple(_look(row) for row in rows)

    def last_links(self, target: str, object_type: ObjectType, look: int) -> Sight | None:
        """Return what saw the links of a target last, at a look or before it."""
        question = (
            f"{_SIGHT}WHERE f.system = ? AND f.object_type = ? AND f.strand = 'links' "
            "AND s.look <= ? ORDER BY s.look DESC LIMIT 1"
        )
        with self._database.reading() as connection:
            rows = ask(connection, question, target, object_type.value, look)
        return _sight(rows[0]) if rows else None

    def begins(self, job: str) -> datetime | None:
        """Return the moment of the oldest look that is kept of a job; None for none."""
        question = "SELECT min(at) FROM history_look WHERE job = ?"
        with self._database.reading() as connection:
            ((at,),) = ask(connection, question, job)
        return time_of(at) if at is not None else None

    def expired(self, before: datetime) -> tuple[Chapter, ...]:
        """Return the chapters that began before a moment and are not needed for a later one."""
        question = (
            "SELECT feed, chapter, at FROM history_sight WHERE look = chapter AND at < ? "
            "ORDER BY feed, chapter"
        )
        with self._database.reading() as connection:
            rows = ask(connection, question, time_text(before))
        return tuple(Chapter(feed, look, time_of(at)) for feed, look, at in rows)


# --- writing, in the transaction of the observations ------------------------------------------


def keep_look(connection: Connection, looked: Looked) -> None:
    """Keep what a look saw, and delete what is older than is kept."""
    number = next_number(connection, history_look)
    feeds = [(_drawn(connection, one.feed), one) for one in looked.feeds]
    fault = looked.fault
    if any(_seen(connection, feed) != one.expects for feed, one in feeds):
        fault = _OVERTAKEN
    for feed, one in feeds if not fault else ():
        _keep(connection, feed, number, one)
    row = (number, looked.job, looked.turn, time_text(looked.at), int(looked.full), fault)
    insert(connection, history_look, [row])
    _delete(connection, looked)


def _keep(connection: Connection, feed: int, look: int, one: Recorded) -> None:
    chapter = look
    if one.whole is not None:
        body = one.whole.body
        starts = range(0, max(len(body), 1), _PART)
        pages = [
            (feed, look, part, one.whole.form.value, body[start : start + _PART])
            for part, start in enumerate(starts)
        ]
        insert(connection, history_page, pages)
    else:
        question = "SELECT chapter FROM history_sight WHERE feed = ? AND look = ?"
        ((chapter,),) = ask(connection, question, feed, one.expects)
    rows = [(feed, look, *turned) for turned in sorted(one.turned, key=lambda row: row[:2])]
    insert(connection, history_change, rows)
    aside = json.dumps([dict(one.aside.repeated), one.aside.unkeyed], sort_keys=True)
    row = (feed, look, chapter, one.observation, time_text(one.at), aside)
    insert(connection, history_sight, [row])


def _drawn(connection: Connection, feed: Feed) -> int:
    """Return the number of a feed; a new one where it has none."""
    number = _number(connection, feed)
    if number:
        return number
    ((largest,),) = ask(connection, "SELECT max(number) FROM history_feed")
    number = int(largest or 0) + 1
    insert(connection, history_feed, [(number, *_words(feed))])
    return number


def _delete(connection: Connection, looked: Looked) -> None:
    for one in looked.expired:
        place = (one.feed, one.look)
        ((last,),) = ask(
            connection,
            "SELECT max(look) FROM history_sight WHERE feed = ? AND chapter = ?",
            *place,
        )
        if last is None:
            continue
        for statement, values in (
            ("DELETE FROM history_page WHERE feed = ? AND chapter = ?", place),
            (
                "DELETE FROM history_change WHERE feed = ? AND look >= ? AND look <= ?",
                (*place, last),
            ),
            ("DELETE FROM history_sight WHERE feed = ? AND chapter = ?", place),
        ):
            change(connection, statement, *values)
    if looked.forget_before is not None:
        before = time_text(looked.forget_before)
        change(connection, "DELETE FROM history_look WHERE at < ?", before)


# --- rows ---------------------------------------------------------------------------------------


def _words(feed: Feed) -> tuple[str, str, str, str, str]:
    attributes = json.dumps(sorted(feed.attributes))
    return feed.system, feed.object_type.value, feed.strand.value, feed.key, attributes


def _number(connection: Connection, feed: Feed) -> int:
    question = (
        "SELECT number FROM history_feed WHERE system = ? AND object_type = ? AND strand = ? "
        "AND key = ? AND attributes = ?"
    )
    rows = ask(connection, question, *_words(feed))
    return int(rows[0][0]) if rows else 0


def _seen(connection: Connection, feed: int) -> int:
    ((look,),) = ask(connection, "SELECT max(look) FROM history_sight WHERE feed = ?", feed)
    return int(look or 0)


def _newest(connection: Connection, feed: Feed) -> Sight | None:
    question = f"{_SIGHT}WHERE s.feed = ? ORDER BY s.look DESC LIMIT 1"
    rows = ask(connection, question, _number(connection, feed))
    return _sight(rows[0]) if rows else None


def _sight(row: Sequence[Any]) -> Sight:
    system, object_type, strand, key, attributes, *rest = row
    number, look, chapter, observation, at, aside = rest
    repeated, unkeyed = json.loads(aside)
    told = tuple(json.loads(attributes))
    feed = Feed(system, ObjectType(object_type), told, Strand(strand), key)
    return Sight(feed, number, look, chapter, observation, time_of(at), Aside(repeated, unkeyed))


def _look(row: Sequence[Any]) -> Look:
    number, job, turn, at, full, fault = row
    return Look(number, job, turn, time_of(at), full == 1, fault)
