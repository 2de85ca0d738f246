"""A hand that changes a store behind Provisor's back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from provisor.verifier.seals import SEALED


@contextmanager
def tampering(place: Path) -> Iterator[sqlite3.Connection]:
    """A raw connection to the store without its guards; what it does is kept."""
    with closing(sqlite3.connect(place)) as raw, raw:
        raw.execute("PRAGMA synchronous = OFF")
        names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            raw.execute(f"DROP TRIGGER {name}")
        yield raw


MUTABLE = {
    **{name: columns.split() for name, columns in SEALED.items()},
    "leaf": ["position", "body", "hash"],
    "log_head": ["size", "frontier", "root"],
    "installation": ["seed"],
    "subject_key": ["key"],
    "document": ["digest", "body"],
    "unsettled": ["action", "plan", "attempt", "intent"],
}
MUTABLE["plan_action"] += ["body", "subject", "key", "name", "leave_date"]
SINGLE = {"log_head", "installation"}


def rows_of(raw, table):
    return raw.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - our own tables


def names_of(raw, table):
    return [column[1] for column in raw.execute(f'PRAGMA table_info("{table}")')]


def flipped(value, chance):
    if isinstance(value, bytes):
        if not value:
            return b"\x00"
        place = chance.randrange(len(value))
        return value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1 :]
    if isinstance(value, str):
        if not value:
            return "x"
        place = chance.randrange(len(value))
        changed = chr(ord(value[place]) ^ 1 << chance.randrange(5))
        return value[:place] + changed + value[place + 1 :]
    return 1 << chance.randrange(8) if value is None else value ^ 1 << chance.randrange(8)


def replace_rows(raw, table, rows):
    raw.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own tables
    marks = ", ".join("?" * len(names_of(raw, table)))
    raw.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)  # noqa: S608 - our own tables


def flip(raw, table, rows, chance):
    place = chance.randrange(len(rows))
    column = names_of(raw, table).index(chance.choice(MUTABLE[table]))
    row = list(rows[place])
    row[column] = flipped(row[column], chance)
    return [*rows[:place], tuple(row), *rows[place + 1 :]]


def delete(raw, table, rows, chance):
    place = chance.randrange(len(rows))
    return [*rows[:place], *rows[place + 1 :]]


def truncate(raw, table, rows, chance):
    return rows[: chance.randrange(len(rows))]


def keys_of(raw, table):
    return [column[1] for column in raw.execute(f'PRAGMA table_info("{table}")') if column[5]]


def swap(raw, table, rows, chance):
    """Two rows change what they say; each keeps its primary key."""
    if len(rows) < 2:
        return rows
    names, key = names_of(raw, table), keys_of(raw, table)
    one, two = chance.sample(range(len(rows)), 2)
    new = list(rows)
    for a, b in ((one, two), (two, one)):
        new[a] = tuple(rows[a][i] if name in key else rows[b][i] for i, name in enumerate(names))
    return new


def duplicate(raw, table, rows, chance):
    """A row appears once more, under a key of its own."""
    names, key = names_of(raw, table), keys_of(raw, table)
    row = list(chance.choice(rows))
    for i, name in enumerate(names):
        if name == key[-1] or (name in ("id", "digest") and table != "plan_action"):
            row[i] = {int: 10_000, str: f"{row[i]}0", bytes: b"\x01" * 32}[type(row[i])]
    return [*rows, tuple(row)]


def mutated(place, mutation, chance):
    """Change a store once; say what was changed, or nothing when the change changes nothing."""
    tables = sorted(MUTABLE.keys() - (SINGLE if mutation is not flip else set()))
    table = chance.choice([*tables, *["leaf"] * len(tables)])
    with tampering(place) as raw:
        rows = rows_of(raw, table)
        new = mutation(raw, table, rows, chance)
        if set(new) == set(rows) and len(new) == len(rows):
            return None
        try:
            replace_rows(raw, table, new)
        except sqlite3.IntegrityError:
            raw.rollback()
            return None
    return table
