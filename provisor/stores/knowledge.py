"""What the last plan of a job knew, by key: a cache that lets a cycle cost what changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import cast, overload

from sqlalchemy import Connection, Table

from provisor.domain.membership import Pair
from provisor.domain.side import Side
from provisor.ports.knowledge import Cycle, Known, KnownRow, Learned, Mark, Place
from provisor.stores.known_pairs import renew_pairs
from provisor.stores.known_rows import cycle_of, cycle_row, known_of, object_row, place_of
from provisor.stores.people_tables import known_cycle, known_mark, known_object, known_pair
from provisor.stores.rows import Values as Row
from provisor.stores.rows import ask, chosen_of, insert, insert_new, put, remove
from provisor.stores.times import time_text
from provisor.stores.transactions import Database

_OBJECT = "key, body, place, native, identity, linked, keeps, told, due"
_END = "\U0010ffff"


class SqlKnowledge:
    """The doorway `Knowledge` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, job: str) -> Cycle | None:
        """Return what holds for everything known of a job; None where nothing is known."""
        with self._database.reading() as connection:
            return _newest(connection, job)

    def objects(self, cycle: Cycle, place: Place, keys: Collection[str]) -> dict[str, Known]:
        """Return what is known of some objects, by key; unknown ones are left out.

        Cost: one look at an index per key.
        """
        question = f"SELECT {_OBJECT} FROM known_object WHERE {_OF_PLACE} AND key IN"  # noqa: S608 - words of our own
        with self._database.reading() as connection:
            rows = chosen_of(connection, question, (cycle.number, *place_of(place)), keys)
            return {row[0]: known_of(row) for row in rows}

    def due(self, cycle: Cycle, place: Place, at: datetime) -> dict[str, Known]:
        """Return everything that must be looked at by then although nobody changed it, by key."""
        question = f"SELECT {_OBJECT} FROM known_object WHERE {_OF_PLACE} AND due <= ?"  # noqa: S608 - words of our own
        with self._database.reading() as connection:
            rows = ask(connection, question, cycle.number, *place_of(place), time_text(at))
            return {row[0]: known_of(row) for row in rows}

    def marked(self, cycle: Cycle, marks: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return, per mark, the keys of the objects that have it."""
        question = "SELECT mark, key FROM known_mark WHERE cycle = ? AND mark IN"
        found: dict[str, list[str]] = {}
        with self._database.reading() as connection:
            for mark, key in chosen_of(connection, question, (cycle.number,), marks):
                found.setdefault(mark, []).append(key)
        return {mark: tuple(keys) for mark, keys in found.items()}

    def marked_like(self, cycle: Cycle, beginning: str) -> tuple[Mark, ...]:
        """Return every mark that begins like this, with its key."""
        with self._database.reading() as connection:
            # By bytes: elsewhere than in SQLite, what sorts where is a matter of language.
            mark = "mark" if connection.dialect.name == "sqlite" else 'mark COLLATE "C"'
            question = (
                f"SELECT mark, key FROM known_mark WHERE cycle = ? AND {mark} >= ? AND {mark} < ?"  # noqa: S608 - words of our own
            )
            rows = ask(connection, question, cycle.number, beginning, beginning + _END)
        return tuple((mark, key) for mark, key in rows)

    def of_groups(self, cycle: Cycle, side: Side, groups: Collection[str]) -> frozenset[Pair]:
        """Return the known memberships of some groups."""
        return self._pairs(cycle, side, "group_key", groups)

    def of_members(self, cycle: Cycle, side: Side, members: Collection[str]) -> frozenset[Pair]:
        """Return the known memberships of some members."""
        return self._pairs(cycle, side, "member_key", members)

    def _pairs(self, cycle: Cycle, side: Side, end: str, keys: Collection[str]) -> frozenset[Pair]:
        question = f"SELECT group_key, member_key FROM known_pair WHERE {_OF_SIDE} AND {end} IN"  # noqa: S608 - words of our own
        with self._database.reading() as connection:
            rows = chosen_of(connection, question, (cycle.number, side.value), keys)
            return frozenset((group, member) for group, member in rows)

    # --- writing ------------------------------------------------------------------------------

    def replace(
        self,
        cycle: Cycle,
        objects: Iterable[tuple[Place, Sequence[Known] | Sequence[KnownRow]]],
        marks: Collection[Mark],
        pairs: Mapping[Side, Iterable[Pair]],
    ) -> Cycle | None:
        """Keep exactly this of a job after both sides were read as a whole; write what differs.

        Returns:
            The cycle as it is kept; None when another plan's knowledge was kept meanwhile.

        Cost: one look at every row that is known; one write per row that differs.
        """
        with self._database.writing() as connection:
            kept = _turned(connection, cycle)
            if kept is None:
                return None
            number = kept.number
            _renew(connection, known_object, number, _object_rows(number, objects))
            _renew(connection, known_mark, number, [sorted((number, *mark) for mark in marks)])
            for side in Side:
                renew_pairs(connection, number, side, pairs.get(side, ()))
            return kept

    def learn(self, cycle: Cycle, learned: Learned) -> Cycle | None:
        """Add what an incremental cycle found out.

        Returns:
            The cycle as it is kept; None when another plan's knowledge was kept meanwhile, and
            nothing was written.
        """
        with self._database.writing() as connection:
            kept = _turned(connection, cycle)
            if kept is None:
                return None
            number = kept.number
            gone = [
                (number, *place_of(place), key)
                for place, keys in learned.forgotten.items()
                for key in keys
            ]
            remove(connection, known_object, _names(known_object, 4), gone)
            rows = [
                object_row(number, p, one) for p, known in learned.kept.items() for one in known
            ]
            put(connection, known_object, rows)
            old = [(number, *mark) for mark in set(learned.old_marks) - set(learned.marks)]
            remove(connection, known_mark, _names(known_mark, 3), old)
            insert_new(connection, known_mark, [(number, *mark) for mark in learned.marks])
            for act, pairs in ((remove_pairs, learned.parted), (put_pairs, learned.joined)):
                act(
                    connection, [(number, s.value, *p) for s, found in pairs.items() for p in found]
                )
            return kept

    def forget(self, job: str) -> None:
        """Forget everything about a job; its next cycle reads everything."""
        with self._database.writing() as connection:
            cycle = _newest(connection, job)
            for table in (known_object, known_mark, known_pair) if cycle is not None else ():
                remove(connection, table, ("cycle",), [(cycle.number,)] if cycle else [])
            remove(connection, known_cycle, ("job",), [(job,)])


@dataclass(frozen=True, slots=True)
class _Placed(Sequence[Row]):
    """The rows of many objects of one place: made where they are asked for."""

    head: Row
    known: Sequence[KnownRow]

    def __len__(self) -> int:
        return len(self.known)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, int):
            return (*self.head, *self.known[place])
        return [(*self.head, *one) for one in self.known[place]]

    def __iter__(self) -> Iterator[Row]:
        return ((*self.head, *one) for one in self.known)


def _object_rows(
    number: int, objects: Iterable[tuple[Place, Sequence[Known] | Sequence[KnownRow]]]
) -> list[Sequence[Row]]:
    """Return the rows of objects, those of one place after another, each sorted by key."""
    found: list[Sequence[Row]] = []
    for place, known in objects:
        if known and isinstance(known[0], tuple):
            rows = cast("Sequence[KnownRow]", known)
            found.append(_Placed((number, *place_of(place)), rows))
        else:
            found.append(sorted((object_row(number, place, one) for one in known), key=_KEYED))
    return found


_KEYED = itemgetter(3)
"""The key of an object among the cells of its row."""
_OF_PLACE = "cycle = ? AND side = ? AND object_type = ?"
_OF_SIDE = "cycle = ? AND side = ?"


def remove_pairs(connection: Connection, rows: Sequence[Row]) -> None:
    """Remove memberships."""
    remove(connection, known_pair, _names(known_pair, 4), rows)


def put_pairs(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep memberships."""
    insert_new(connection, known_pair, rows)


def _names(table: Table, count: int) -> list[str]:
    return [column.name for column in table.c][:count]


def _newest(connection: Connection, job: str) -> Cycle | None:
    question = (
        "SELECT job, number, turn, configuration, full_at, at, facts FROM known_cycle WHERE job = ?"
    )
    rows = ask(connection, question, job)
    return cycle_of(rows[0]) if rows else None


def _turned(connection: Connection, cycle: Cycle) -> Cycle | None:
    """Write the cycle down as the next turn, if nobody else took that turn."""
    before = _newest(connection, cycle.job)
    if (before.turn if before is not None else 0) != cycle.turn:
        return None
    if before is None:
        ((largest,),) = ask(connection, "SELECT max(number) FROM known_cycle")
        number = int(largest or 0) + 1
    else:
        number = before.number
    kept = replace(cycle, number=number, turn=cycle.turn + 1)
    put(connection, known_cycle, [cycle_row(kept)])
    return kept


def _renew(
    connection: Connection, table: Table, number: int, pieces: Sequence[Sequence[Row]]
) -> None:
    """Make a cycle's rows of one table exactly these, touching only those that differ.

    Args:
        connection: of the transaction.
        table: with the cycle's number in its first column.
        number: of the cycle.
        pieces: its rows, each piece in the order of the table's key.
    """
    key = [column.name for column in table.primary_key]
    known = f'FROM "{table.name}" WHERE cycle = {number:d}'
    if not ask(connection, f"SELECT 1 {known} LIMIT 1"):
        for piece in pieces:
            insert(connection, table, piece)
        return
    names = ", ".join(f'"{column.name}"' for column in table.c)
    stored = connection.exec_driver_sql(f"SELECT {names} {known}")
    # One number per row: a million rows are held once, not twice.
    fresh = {hash(row) for piece in pieces for row in piece}
    there: set[int] = set()
    gone: list[Row] = []
    first = _first(len(key))
    while batch := stored.fetchmany(10_000):
        for row in map(tuple, batch):
            told = hash(row)
            if told in fresh:
                there.add(told)
            else:
                gone.append(first(row))
    remove(connection, table, key, gone)
    for piece in pieces:
        insert(connection, table, [row for row in piece if hash(row) not in there])


def _first(count: int) -> Callable[[Row], Row]:
    return itemgetter(slice(count))
