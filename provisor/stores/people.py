"""Who is who over several sources: pages of ties, and people's words about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, select

from provisor.domain.person import PersonWord, WordKind
from provisor.domain.schema import ObjectType
from provisor.ports.overrides import Handover
from provisor.ports.people import Move, PeopleNews, RememberedPeople
from provisor.ports.store import Events
from provisor.stores.log import record
from provisor.stores.overrides import exchanged
from provisor.stores.people_tables import form_page, person_word, tie_page
from provisor.stores.rows import ask, change, insert, next_number, remove
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database

_OF = "WHERE system = ? AND object_type = ?"
_TIES = f"SELECT sequence, body FROM tie_page {_OF} ORDER BY sequence"  # noqa: S608 - words of our own
_FORMS = f"SELECT number, body FROM form_page {_OF} ORDER BY number"  # noqa: S608 - words of our own
_NEWEST = f"SELECT max(sequence) FROM tie_page {_OF}"  # noqa: S608 - words of our own
_READ = "read"
_MOST_PAGES = 50
"""So many pages of forms are kept before they are written anew as one."""


class SqlPeople:
    """The doorway `People` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remembered(self, system: str, object_type: ObjectType) -> RememberedPeople:
        """Return what is kept."""
        with self._database.reading() as connection:
            ties = ask(connection, _TIES, system, object_type.value)
            forms = ask(connection, _FORMS, system, object_type.value)
        newest = int(ties[-1][0]) if ties else 0
        return RememberedPeople(
            tuple(bytes(body) for _, body in ties),
            tuple(bytes(body) for _, body in forms),
            newest,
            crowded=len(forms) >= _MOST_PAGES,
        )

    def keep(
        self,
        system: str,
        object_type: ObjectType,
        news: PeopleNews,
        at: datetime,
        events: Events,
    ) -> bool:
        """Add what a read found; say False, and keep nothing, where somebody was quicker."""
        place = (system, object_type.value)
        with self._database.writing() as connection:
            if _newest(connection, place) != news.since:
                return False
            _keep_forms(connection, place, news)
            pages = _pages(connection, place, news, _READ, at)
            record(connection, self._database, events, {tie_page: pages})
        return True

    def words(self, system: str) -> tuple[PersonWord, ...]:
        """Return everything that people ever decided about who is who, oldest first."""
        wanted = select(person_word).where(person_word.c.system == system)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(person_word.c.sequence)).all()
        return tuple(map(_word, rows))

    def decide(
        self,
        word: PersonWord,
        news: PeopleNews,
        moves: Sequence[Move],
        handover: Handover,
        events: Events,
    ) -> bool:
        """Keep one decision and do all that follows from it, or nothing of it."""
        place = (word.system, word.object_type.value)
        with self._database.writing() as connection:
            if _newest(connection, place) != news.since:
                return False
            for move in moves:
                _move(connection, move)
            row = _word_row(next_number(connection, person_word), word)
            pages = _pages(connection, place, news, word.id, word.at)
            facts = exchanged(connection, handover.ended, handover.added, word.at)
            facts |= {tie_page: pages, person_word: [row]}
            record(connection, self._database, events, facts)
        return True


def _newest(connection: Connection, place: tuple[str, str]) -> int:
    ((newest,),) = ask(connection, _NEWEST, *place)
    return newest or 0


def _pages(
    connection: Connection, place: tuple[str, str], news: PeopleNews, cause: str, at: datetime
) -> list[tuple[object, ...]]:
    if news.ties is None:
        return []
    return [(next_number(connection, tie_page), *place, cause, time_text(at), news.ties)]


def _keep_forms(connection: Connection, place: tuple[str, str], news: PeopleNews) -> None:
    if news.forms is None:
        return
    if news.whole:
        remove(connection, form_page, ("system", "object_type"), [place])
    question = f"SELECT max(number) FROM form_page {_OF}"  # noqa: S608 - words of our own
    ((newest,),) = ask(connection, question, *place)
    insert(connection, form_page, [(*place, (newest or 0) + 1, news.forms)])


def _move(connection: Connection, move: Move) -> None:
    """Let a link, and what is known of its account, be another identity's."""
    link, target = move.link, move.target
    change(
        connection,
        'UPDATE link SET identity = ?, "key" = ? '
        "WHERE target = ? AND object_type = ? AND identity = ?",
        *(move.identity, move.key, target, link.object_type.value, link.identity),
    )
    # A name that the other identity gave up at this target stays reserved, as a former one.
    given_up = (target, link.object_type.value, move.identity)
    change(connection, _REMEMBERED, *given_up)
    change(connection, _GIVEN_UP, *given_up)
    for table, column, rest in _OWNED:
        names = ", ".join(f'"{name}"' for name in (column, *rest))
        kept = ", ".join(f'"{name}"' for name in rest)
        change(
            connection,
            f"INSERT INTO {table} ({names}) SELECT ?, {kept} FROM {table} "  # noqa: S608 - words of our own
            f'WHERE target = ? AND "{column}" = ? ON CONFLICT DO NOTHING',
            *(move.identity, target, link.identity),
        )
        remove_from = f'DELETE FROM {table} WHERE target = ? AND "{column}" = ?'  # noqa: S608 - words of our own
        change(connection, remove_from, target, link.identity)


_REMEMBERED = (
    "INSERT INTO former_name (target, object_type, identity, attribute, name, left_at) "
    "SELECT target, object_type, identity, attribute, name, left_at FROM account_name "
    "WHERE target = ? AND object_type = ? AND identity = ? AND left_at IS NOT NULL "
    "ON CONFLICT DO NOTHING"
)
_GIVEN_UP = (
    "DELETE FROM account_name WHERE target = ? AND object_type = ? AND identity = ? "
    "AND left_at IS NOT NULL"
)
_OWNED = (
    ("membership", "member_identity", ("target", "group_identity")),
    ("former_membership", "member_identity", ("target", "group_identity", "left_since")),
    ("account_name", "identity", ("target", "object_type", "attribute", "name", "left_at")),
    ("former_name", "identity", ("target", "object_type", "attribute", "name", "left_at")),
    ("granted_value", "identity", ("target", "attribute", "value", "kept", "since")),
    ("ended_right", "identity", ("target", "attribute", "value", "ended_at")),
    ("holding", "identity", ("target", "attribute", "value", "since")),
)
"""What is known of an account by its identity: table, column, and the other columns."""


def _word_row(number: int, word: PersonWord) -> tuple[object, ...]:
    return (
        number,
        word.id,
        word.kind.value,
        word.system,
        word.object_type.value,
        word.person,
        word.other,
        word.reason,
        word.author,
        word.approver,
        time_text(word.at),
        word.moved,
        word.undoes,
    )


def _word(row: Row[tuple[object, ...]]) -> PersonWord:
    return PersonWord(
        id=row.id,
        kind=WordKind(row.kind),
        system=row.system,
        object_type=ObjectType(row.object_type),
        person=row.person,
        other=row.other,
        reason=row.reason,
        author=row.author,
        approver=row.approver,
        at=time_of(row.at),
        moved=row.moved,
        undoes=row.undoes,
    )
