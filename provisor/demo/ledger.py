"""The demonstration's second application: a database that somebody built for the accountants."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from provisor.demo.accounts import ExistingAccount, numbered_accounts
from provisor.demo.people import Town

FILE: Final = "ledger.db"

_TABLES: Final = """
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    employee_no TEXT UNIQUE,
    login TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    mail TEXT,
    department TEXT,
    cost_centre TEXT,
    active BOOLEAN NOT NULL DEFAULT TRUE CHECK (active IN (FALSE, TRUE)),
    opened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE teams (
    id INTEGER PRIMARY KEY,
    code TEXT UNIQUE,
    name TEXT NOT NULL
);
CREATE TABLE team_members (
    team_id INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (team_id, account_id)
);
"""
_ACCOUNT: Final = """
INSERT INTO accounts (employee_no, login, full_name, mail, department, active, opened_at)
VALUES (?, ?, ?, ?, ?, ?, '2023-05-17 08:30:00')
"""


def create_ledger(folder: Path, town: Town) -> Path:
    """Make `ledger.db` with the accounts that were there before, and return its path.

    A database that is there already is replaced.
    """
    path = folder / FILE
    beside = path.with_name(f".{FILE}.new")
    beside.unlink(missing_ok=True)
    with closing(sqlite3.connect(beside)) as database, database:
        database.executescript(_TABLES)
        database.executemany(_ACCOUNT, _rows(numbered_accounts(town)))
    beside.replace(path)
    return path


def _rows(accounts: Iterable[ExistingAccount]) -> Iterable[tuple[object, ...]]:
    for account in accounts:
        yield (
            account.employee_id,
            account.login,
            account.display_name,
            account.mail,
            account.department,
            account.active,
        )
