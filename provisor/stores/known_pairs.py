"""Memberships as the last plan knew them, compared group by group: most groups are as they were."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection

from provisor.domain.membership import Pair
from provisor.domain.side import Side
from provisor.stores.people_tables import known_pair
from provisor.stores.rows import Values, ask, insert_new, remove

_KEY = ("cycle", "side", "group_key", "member_key")
_BETWEEN = "\x1f"
_UNITED = {True: "group_concat(member_key, char(31))", False: "string_agg(member_key, chr(31))"}
_AT_ONCE = 50_000


def renew_pairs(connection: Connection, number: int, side: Side, pairs: Iterable[Pair]) -> None:
    """Make a cycle's memberships of one side exactly these, touching only those that differ.

    Args:
        connection: of the transaction.
        number: of the cycle.
        side: of the memberships.
        pairs: those of one group side by side.

    Cost: one pass over both; of a group that differs its members are read, and written where they
        do. Never more than the members of one group are held, and what is about to be written.
    """
    known = _known(connection, number, side)
    new: list[Values] = []
    for group, found in groupby(pairs, key=itemgetter(0)):
        members = frozenset(member for _, member in found)
        before = known.pop(group, None)
        if before == _told(members):
            continue
        there = _members(connection, number, side, group) if before is not None else frozenset()
        gone = sorted(there - members)
        remove(connection, known_pair, _KEY, [(number, side.value, group, one) for one in gone])
        new += [(number, side.value, group, one) for one in sorted(members - there)]
        if len(new) >= _AT_ONCE:
            insert_new(connection, known_pair, new)
            new = []
    insert_new(connection, known_pair, new)
    remove(connection, known_pair, _KEY[:3], [(number, side.value, one) for one in known])


def _told(members: frozenset[str]) -> tuple[int, int]:
    """Return a few numbers that stand for the members of a group."""
    return len(members), hash(members)


def _known(connection: Connection, number: int, side: Side) -> dict[str, tuple[int, int]]:
    """Return what stands for the members of each group; an impossible one where a key is strange.

    The members of a group come as one text, which takes less than a row for each does.
    """
    united = _UNITED[connection.dialect.name == "sqlite"]
    question = (
        f"SELECT group_key, count(*), {united} FROM known_pair "  # noqa: S608 - words of our own
        "WHERE cycle = ? AND side = ? GROUP BY group_key"
    )
    known: dict[str, tuple[int, int]] = {}
    for group, count, text in ask(connection, question, number, side.value):
        members = text.split(_BETWEEN)
        known[group] = _told(frozenset(members)) if len(members) == count else (-1, 0)
    return known


def _members(connection: Connection, number: int, side: Side, group: str) -> frozenset[str]:
    question = "SELECT member_key FROM known_pair WHERE cycle = ? AND side = ? AND group_key = ?"
    return frozenset(one for (one,) in ask(connection, question, number, side.value, group))
