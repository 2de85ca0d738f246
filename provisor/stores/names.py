"""Which names belong to whom, per target: of accounts we made, and of those we deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, Select, select

from provisor.domain.link import HeldName
from provisor.domain.schema import ObjectType
from provisor.ports.store import Effect
from provisor.stores.people_tables import account_name, former_name
from provisor.stores.rows import put
from provisor.stores.times import optional_time_text, time_text
from provisor.stores.transactions import Database

_CHUNK = 500


class SqlAccountNames:
    """The doorway `AccountNames` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_identities(
        self, target: str, object_type: ObjectType, identities: Collection[str]
    ) -> tuple[HeldName, ...]:
        """Return the names of these identities' accounts, deleted ones left out."""
        wanted = sorted(identities)
        found: list[HeldName] = []
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _CHUNK):
                question = _names(target, object_type).where(
                    account_name.c.left_at.is_(None),
                    account_name.c.identity.in_(wanted[start : start + _CHUNK]),
                )
                found += _held(connection, question)
        return tuple(found)

    def holders(self, target: str, object_type: ObjectType, name: str) -> frozenset[str]:
        """Return the identities whose accounts have a name, in whatever letter case.

        Cost: one look at the target's names; for a person who waits, not for a cycle.
        """
        wanted = _names(target, object_type).where(account_name.c.left_at.is_(None))
        with self._database.reading() as connection:
            held = _held(connection, wanted)
        return frozenset(one.identity for one in held if one.name.casefold() == name.casefold())

    def left_since(
        self, target: str, object_type: ObjectType, since: datetime
    ) -> tuple[HeldName, ...]:
        """Return the names of accounts that we deleted since then, and those that leavers' gave up.

        Cost: two SELECTs over indexes that hold nothing else.
        """
        question = _names(target, object_type).where(account_name.c.left_at >= time_text(since))
        former = select(former_name.c.attribute, former_name.c.name, former_name.c.identity).where(
            former_name.c.target == target,
            former_name.c.object_type == object_type.value,
            former_name.c.left_at >= time_text(since),
        )
        with self._database.reading() as connection:
            return (*_held(connection, question), *_held(connection, former))


def _names(target: str, object_type: ObjectType) -> Select[tuple[str, str, str]]:
    return select(account_name.c.attribute, account_name.c.name, account_name.c.identity).where(
        account_name.c.target == target, account_name.c.object_type == object_type.value
    )


def _held(connection: Connection, question: Select[tuple[str, str, str]]) -> list[HeldName]:
    rows = connection.execute(question).all()
    return [HeldName(row.attribute, row.name, row.identity) for row in rows]


def remember_names(connection: Connection, effects: Collection[Effect]) -> None:
    """Write down what accounts are called now, or were called until they were deleted."""
    rows: list[tuple[object, ...]] = []
    for effect in effects:
        left = effect.outcome.at if effect.unlink is not None else None
        place = _place(effect)
        if place is not None:
            rows += [
                (*place, attribute, name, optional_time_text(left))
                for attribute, name in effect.names
            ]
    put(connection, account_name, rows)
    put(connection, former_name, list(_given_up(effects)))


def _given_up(effects: Iterable[Effect]) -> Iterator[tuple[object, ...]]:
    for effect in effects:
        place = _place(effect)
        if place is not None:
            for attribute, name in effect.former_names:
                yield (*place, attribute, name, time_text(effect.outcome.at))


def _place(effect: Effect) -> tuple[str, str, str] | None:
    target = effect.outcome.target
    if effect.unlink is not None:
        return target, effect.unlink[0].value, effect.unlink[1]
    if effect.link is not None:
        return target, effect.link.object_type.value, effect.link.identity
    return None
