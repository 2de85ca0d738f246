"""Values that we gave, and who holds what may not be held together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from provisor.domain.duties import Right
from provisor.domain.holding import GrantedValue, Held
from provisor.ports.facts import Effect
from provisor.stores.people_tables import ended_right, granted_value, holding
from provisor.stores.rows import Values, ask, chosen_of, insert_new, put, remove
from provisor.stores.times import time_of, time_text
from provisor.stores.transactions import Database

_GRANTED = "SELECT identity, attribute, value, kept, since FROM granted_value WHERE target = ?"
_PLACE = ("target", "identity", "attribute", "value")


class SqlRights:
    """The doorway `Rights` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def granted(
        self, target: str, identities: Collection[str] | None = None
    ) -> tuple[GrantedValue, ...]:
        """Return the values that we gave in a target; to some identities, or to everybody."""
        with self._database.reading() as connection:
            if identities is None:
                return tuple(map(_granted, ask(connection, _GRANTED, target)))
            question = f"{_GRANTED} AND identity IN"
            return tuple(map(_granted, chosen_of(connection, question, (target,), identities)))

    def given_until(self, target: str, attribute: str, at: datetime) -> tuple[GrantedValue, ...]:
        """Return the values of one kind that we gave in a target at a moment or before it."""
        question = f"{_GRANTED} AND attribute = ? AND since <= ?"
        with self._database.reading() as connection:
            return tuple(map(_granted, ask(connection, question, target, attribute, time_text(at))))

    def held(self, identities: Collection[str]) -> dict[str, frozenset[Right]]:
        """Return what some people hold in every target, as far as duties name it."""
        question = "SELECT identity, target, attribute, value FROM holding WHERE identity IN"
        found: dict[str, set[Right]] = {}
        with self._database.reading() as connection:
            for identity, target, attribute, value in chosen_of(
                connection, question, (), identities
            ):
                found.setdefault(identity, set()).add(Right(target, attribute, value))
        return {identity: frozenset(rights) for identity, rights in found.items()}

    def holders(self, target: str, attribute: str) -> dict[Held, datetime]:
        """Return who holds what of one kind in a target, each with when it was written down.

        Args:
            target: the system.
            attribute: of users; empty for groups.
        """
        question = (
            "SELECT identity, attribute, value, since FROM holding "
            "WHERE target = ? AND attribute = ?"
        )
        with self._database.reading() as connection:
            rows = ask(connection, question, target, attribute)
            return {Held(*held): time_of(since) for *held, since in rows}

    def turn(
        self, target: str, joined: Iterable[Held], parted: Iterable[Held], at: datetime
    ) -> None:
        """Write down what people hold now, and what they do not hold any more."""
        with self._database.writing() as connection:
            _turn(connection, target, joined, parted, at)

    def begin(self, target: str, values: Iterable[GrantedValue]) -> None:
        """Write down that the days of some rights begin to count; those that do already go on."""
        rows = [_granted_row(target, one) for one in values]
        if rows:
            with self._database.writing() as connection:
                insert_new(connection, granted_value, rows)

    def ended(self, target: str) -> dict[Held, datetime]:
        """Return the rights whose time is over, each with when it ended."""
        question = "SELECT identity, attribute, value, ended_at FROM ended_right WHERE target = ?"
        with self._database.reading() as connection:
            rows = ask(connection, question, target)
            return {Held(*held): time_of(at) for *held, at in rows}

    def end(self, target: str, held: Mapping[Held, datetime]) -> None:
        """Write down that the time of some rights is over."""
        rows = [
            (target, one.identity, one.attribute, one.value, time_text(at))
            for one, at in held.items()
        ]
        if rows:
            with self._database.writing() as connection:
                insert_new(connection, ended_right, rows)


def remember_rights(connection: Connection, effects: Sequence[Effect]) -> None:
    """Write what outcomes say of rights, inside the caller's transaction."""
    for effect in effects:
        target, at = effect.outcome.target, effect.outcome.at
        taken = [(target, one.identity, one.attribute, one.value) for one in effect.taken]
        remove(connection, granted_value, _PLACE, taken)
        put(connection, granted_value, [_granted_row(target, one) for one in effect.given])
        if effect.joined or effect.parted:
            _turn(connection, target, effect.joined, effect.parted, at)


def forget_rights(connection: Connection, owners: Sequence[tuple[str, str]]) -> None:
    """Forget what we gave to accounts that are gone, each a target and an identity."""
    for table in (granted_value, holding):
        remove(connection, table, ("target", "identity"), owners)


def _turn(
    connection: Connection,
    target: str,
    joined: Iterable[Held],
    parted: Iterable[Held],
    at: datetime,
) -> None:
    gone = [(target, one.identity, one.attribute, one.value) for one in parted]
    remove(connection, holding, _PLACE, gone)
    seen = time_text(at)
    rows = [(target, one.identity, one.attribute, one.value, seen) for one in joined]
    insert_new(connection, holding, rows)


def _granted_row(target: str, one: GrantedValue) -> Values:
    return (target, one.identity, one.attribute, one.value, one.kept, time_text(one.since))


def _granted(row: Sequence[Any]) -> GrantedValue:
    identity, attribute, value, kept, since = row
    return GrantedValue(identity, attribute, value, time_of(since), kept)
