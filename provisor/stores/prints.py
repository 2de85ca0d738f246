"""Fingerprints of what was found to be right, in rows of at most a mebibyte."""

from __future__ import annotations

from typing import Final

from provisor.ports.prints import Printed
from provisor.stores.people_tables import known_print
from provisor.stores.rows import ask, insert, remove
from provisor.stores.transactions import Database

_PART: Final = 1 << 20


class SqlPrints:
    """The doorway `Prints` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, job: str, name: str) -> Printed | None:
        """Return what is kept of a job under a name; None where nothing is.

        Cost: one SELECT over rows of at most 1 MiB.
        """
        question = "SELECT seal, body FROM known_print WHERE job = ? AND name = ? ORDER BY part"
        with self._database.reading() as connection:
            rows = ask(connection, question, job, name)
        if not rows:
            return None
        return Printed(rows[0][0], b"".join(bytes(body) for _, body in rows))

    def keep(self, job: str, name: str, printed: Printed) -> None:
        """Keep this under a name, in place of what was there.

        Cost: one row per MiB.
        """
        starts = range(0, max(len(printed.body), 1), _PART)
        rows = [
            (job, name, part, printed.seal, printed.body[start : start + _PART])
            for part, start in enumerate(starts)
        ]
        with self._database.writing() as connection:
            remove(connection, known_print, ("job", "name"), [(job, name)])
            insert(connection, known_print, rows)

    def forget(self, job: str) -> None:
        """Forget all fingerprints of a job: its next full plan compares everything."""
        with self._database.writing() as connection:
            remove(connection, known_print, ("job",), [(job,)])
