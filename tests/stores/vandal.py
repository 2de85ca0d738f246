"""A hand that changes a store behind Provisor's back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def tampering(place: Path) -> Iterator[sqlite3.Connection]:
    """A raw connection to the store without its guards; what it does is kept."""
    with closing(sqlite3.connect(place)) as raw, raw:
        names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            raw.execute(f"DROP TRIGGER {name}")
        yield raw
