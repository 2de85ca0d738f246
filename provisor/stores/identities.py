"""Identity ids and subject keys: random, drawn here, never derived from a source key."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, select

from provisor.domain.schema import ObjectType
from provisor.stores.people_tables import identity, identity_key, subject_key
from provisor.stores.rows import ask, chosen, chosen_of, insert, remove
from provisor.stores.times import time_text
from provisor.stores.transactions import Database

T = TypeVar("T", str, bytes)

_ID_BYTES = 16
_KEY_BYTES = 32
_MANY = 10_000
"""Above this many keys all of a system are read at once."""


class SqlIdentities:
    """The doorway `Identities` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, system: str, object_type: ObjectType) -> dict[str, str]:
        """Return every key of the system with its identity id."""
        with self._database.reading() as connection:
            return _known(connection, system, object_type)

    def of_keys(self, system: str, kind: ObjectType, keys: Collection[str]) -> dict[str, str]:
        """Return the identity ids of some keys; unknown keys are left out."""
        with self._database.reading() as connection:
            known = _among(connection, system, kind, keys)
        return {key: known[key] for key in keys if key in known}

    def assign(
        self, system: str, object_type: ObjectType, keys: Collection[str], at: datetime
    ) -> dict[str, str]:
        """Return an id for each key; unknown keys get a new random id and subject key.

        Cost: one look at an index per key, or at all of the system's keys for many; then three
            bulk inserts for the unknown ones.
        """
        with self._database.reading() as reading:
            known = _among(reading, system, object_type, keys)
        if not all(key in known for key in keys):
            with self._database.writing() as connection:
                # Asked again: somebody else may have given ids since.
                known = _among(connection, system, object_type, keys)
                unknown = [key for key in dict.fromkeys(keys) if key not in known]
                known |= _draw(connection, system, object_type, unknown, at)
        return {key: known[key] for key in keys}

    def rename(
        self, system: str, object_type: ObjectType, names: Collection[tuple[str, str, str]]
    ) -> None:
        """Let identities have new keys; what the new key led to has the old one from now on."""
        kind = object_type.value
        with self._database.writing() as connection:
            known = _known(connection, system, object_type)
            moving = [one for one in names if known.get(one[2]) != one[0]]
            gone = [(system, kind, key) for _, *keys in moving for key in keys]
            remove(connection, identity_key, ("system", "object_type", "key"), gone)
            led = [(old, known[new]) for _, old, new in moving if new in known]
            rows = [(new, found) for found, _, new in moving] + led
            insert(connection, identity_key, [(system, kind, key, one) for key, one in rows])

    def subject_keys(self, identities: Collection[str]) -> dict[str, bytes]:
        """Return the 32-byte keys that seal these identities' digests; erased ones are missing."""
        with self._database.reading() as connection:
            return keys_of(connection, identities)


def keys_of(connection: Connection, identities: Iterable[str]) -> dict[str, bytes]:
    """Return the subject keys of these identities, inside the caller's transaction.

    Of others, too, where that is quicker.
    """
    # In the order of the table: neighbours are looked up together.
    wanted = sorted(set(identities))
    if len(wanted) > _MANY and _is_most(connection, len(wanted)):
        # To read all of them is quicker than to look for most of them.
        return dict(ask(connection, "SELECT identity, key FROM subject_key"))
    rows = chosen(connection, subject_key, ("identity", "key"), wanted)
    return {str(name): key for name, key in rows if isinstance(key, bytes)}


def _is_most(connection: Connection, count: int) -> bool:
    ((every,),) = ask(connection, "SELECT count(*) FROM subject_key")
    return bool(every < 2 * count)


def _among(
    connection: Connection, system: str, object_type: ObjectType, keys: Collection[str]
) -> dict[str, str]:
    """Return the ids of those keys that have one; of others, too, where that is quicker."""
    if len(keys) > _MANY:
        return _known(connection, system, object_type)
    question = "SELECT key, identity FROM identity_key WHERE system = ? AND object_type = ?"
    given = (system, object_type.value)
    return dict(chosen_of(connection, f"{question} AND key IN", given, keys))


def _known(connection: Connection, system: str, object_type: ObjectType) -> dict[str, str]:
    wanted = select(identity_key.c.key, identity_key.c.identity).where(
        identity_key.c.system == system, identity_key.c.object_type == object_type.value
    )
    return {row.key: row.identity for row in connection.execute(wanted).all()}


def _draw(
    connection: Connection,
    system: str,
    object_type: ObjectType,
    keys: Collection[str],
    at: datetime,
) -> dict[str, str]:
    listed, moment = sorted(keys), time_text(at)
    given = _cut(secrets.token_bytes(_ID_BYTES * len(listed)).hex(), 2 * _ID_BYTES)
    new = dict(zip(listed, given, strict=True))
    # Rows in the order of their table are written several times as fast.
    ids = sorted(given)
    insert(connection, identity, [(found, moment) for found in ids])
    insert(
        connection,
        identity_key,
        [(system, object_type.value, key, found) for key, found in new.items()],
    )
    drawn = _cut(secrets.token_bytes(_KEY_BYTES * len(ids)), _KEY_BYTES)
    insert(connection, subject_key, list(zip(ids, drawn, strict=True)))
    return new


def _cut(whole: T, size: int) -> list[T]:
    """Cut a text, or bytes, into pieces of one size."""
    return [whole[start : start + size] for start in range(0, len(whole), size)]
