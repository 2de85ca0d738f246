"""The audit log: a gap-free list of leaves whose RFC 6962 root is renewed in every transaction.

Writers take turns (SQLite's write lock, PostgreSQL's advisory lock), so positions are drawn
inside the transaction of the state change and follow the order of the commits.

Source: RFC 6962 section 2.1 for the tree.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import Connection, Table, select

from provisor.domain.canonical import Frontier, leaf_hash
from provisor.domain.event import leaf_bytes
from provisor.errors import LogBroken
from provisor.ports.store import Events, LogState
from provisor.stores.rows import Values, ask, change, insert
from provisor.stores.tables import SEALED, leaf
from provisor.stores.transactions import Database

_HASH = 32
_PAGE = 5_000
_TAIL = 1_024
_SEAL_PREFIX = b"provisor-rows/1\n"

Facts = Mapping[Table, Sequence[Values]]


class SqlAuditLog:
    """The doorway `AuditLog` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, events: Events) -> None:
        """Append events that belong to no other change of state."""
        with self._database.writing() as connection:
            record(connection, self._database, events)

    def head(self) -> LogState:
        """Return size and root."""
        with self._database.reading() as connection:
            size, _, root = _stored_head(connection)
        return LogState(size, root.hex())

    def leaves(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield (index, leaf bytes) from an index on.

        Cost: one SELECT per 5,000 leaves; no transaction stays open between them.
        """
        following = start
        while page := self._page(following):
            yield from page
            following = page[-1][0] + 1

    def _page(self, start: int) -> list[tuple[int, bytes]]:
        wanted = select(leaf.c.position, leaf.c.body).where(leaf.c.position >= start)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(leaf.c.position).limit(_PAGE))
            return [(position, body) for position, body in rows]

    def refuse_broken(self) -> None:
        """Check the tail of the log against its head, quickly.

        The count against the head, the root against the frontier, and the frontier's small
        subtrees against the newest leaves themselves; the verifier checks all of it.

        Raises:
            LogBroken: they do not agree; nothing may be written.

        Cost: at most 1,023 leaves, whatever the size.
        """
        with self._database.reading() as connection:
            size, stored, root = _stored_head(connection)
            _refuse_gap(connection, size, self._database.where)
            hashes = _hashes(stored)
            where = f"{self._database.where}, audit log of {size:,} leaves"
            if Frontier(size, hashes).root() != root:
                raise _broken("the stored root is not that of the stored frontier", where)
            small = (size % _TAIL).bit_count()
            if _tail_frontier(connection, size, where) != hashes[len(hashes) - small :]:
                raise _broken("the newest leaves do not give the stored frontier", where)


def record(
    connection: Connection, database: Database, events: Events, facts: Facts | None = None
) -> None:
    """Write facts and the leaves that tell of them, inside the caller's transaction.

    The last leaf seals the rows: its facts carry, per table, a keyed digest of them under
    `seals`, and each row carries the leaf's position. Without events the rows stay unsealed.

    Raises:
        LogBroken: the log's head does not fit its leaves.
    """
    # Rows that are made where they are asked for are made once: they are sealed, and then written.
    rows = {table: batch[:] for table, batch in (facts or {}).items() if batch}
    position = _append(connection, database, _sealing(events, rows, database.seed))
    for table, batch in rows.items():
        sealed = "leaf" in table.c
        insert(connection, table, [(*row, position) for row in batch] if sealed else batch)


def seal_of(seed: bytes, table: Table, rows: Sequence[Values]) -> str:
    """Return the keyed digest of rows in order, over the columns that leaves seal."""
    # Piece by piece: the text of a million rows would be as large as the plan itself.
    seal = hmac.new(seed, _SEAL_PREFIX, "sha256")
    opening = b"["
    for start in range(0, len(rows), _PAGE):
        told = _told(table, rows[start : start + _PAGE])
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=_hex)
        seal.update(opening + text[1:-1].encode())
        opening = b","
    seal.update(b"]" if rows else b"[]")
    return seal.hexdigest()


def _told(table: Table, rows: Sequence[Values]) -> Sequence[Values]:
    """Return what a leaf seals of some rows, with bytes as text where columns are of bytes."""
    columns = list(zip(*rows, strict=True))
    if not columns:
        return rows
    picked = [columns[place] for place in _sealed_places(table)]
    return list(zip(*map(_readable, picked), strict=True))


def _readable(column: Sequence[object]) -> Sequence[object]:
    if type(column[0]) is not bytes:
        return column
    # At once: asking back for each of a million values takes several times as long.
    return [one.hex() if type(one) is bytes else one for one in column]


@cache
def _sealed_places(table: Table) -> tuple[int, ...]:
    names = [column.name for column in table.c if column.name != "leaf"]
    return tuple(names.index(name) for name in SEALED[table])


def _hex(value: bytes) -> str:
    return value.hex()


def _sealing(events: Events, facts: Facts, seed: bytes) -> Events:
    seals = {table.name: seal_of(seed, table, rows) for table, rows in facts.items()}
    if not events or not seals:
        return events
    *others, last = events
    return [*others, replace(last, facts={**last.facts, "seals": seals})]


def _append(connection: Connection, database: Database, events: Events) -> int | None:
    if not events:
        return None
    size, stored, _ = _stored_head(connection)
    _refuse_gap(connection, size, database.where)
    frontier = Frontier(size, _hashes(stored))
    rows: list[Values] = []
    for position, event in enumerate(events, start=size):
        body = leaf_bytes(event)
        hashed = leaf_hash(body)
        frontier.append(hashed)
        rows.append((position, body, hashed))
    insert(connection, leaf, rows)
    head = (frontier.size, b"".join(frontier.hashes), frontier.root())
    change(connection, "UPDATE log_head SET size = ?, frontier = ?, root = ?", *head)
    return frontier.size - 1


def _stored_head(connection: Connection) -> tuple[int, bytes, bytes]:
    heads = ask(connection, "SELECT size, frontier, root FROM log_head")
    if len(heads) != 1:
        found = f"{len(heads)} heads; expected one"
        raise _broken(found, "audit log")
    size, frontier, root = heads[0]
    return size, frontier, root


def _hashes(frontier: bytes) -> list[bytes]:
    return [frontier[start : start + _HASH] for start in range(0, len(frontier), _HASH)]


def _refuse_gap(connection: Connection, size: int, where: str) -> None:
    ((last,),) = ask(connection, "SELECT max(position) FROM leaf")
    if last != (size - 1 if size else None):
        found = f"the head counts {size:,} leaves; the newest leaf is {last}"
        raise _broken(found, f"{where}, audit log")


def _tail_frontier(connection: Connection, size: int, where: str) -> list[bytes]:
    """Recompute the frontier's hashes for the newest `size % 1024` leaves."""
    wanted = select(leaf).where(leaf.c.position >= size - size % _TAIL)
    frontier = Frontier()
    for position, body, stored in connection.execute(wanted.order_by(leaf.c.position)).all():
        if leaf_hash(body) != stored:
            found = f"the hash of leaf {position:,} is not that of its bytes"
            raise _broken(found, where)
        frontier.append(stored)
    return frontier.hashes


def _broken(found: str, where: str) -> LogBroken:
    return LogBroken(
        "the audit log does not match its own tree",
        where=where,
        found=found,
        safe="all writing is stopped; reading still works",
        next="keep a copy of the store, then run `python -m provisor.verifier` on the copy",
    )
