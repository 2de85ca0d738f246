"""Tables that the tests of the SQL connector share, in a SQLite file of their own."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from connectors.sql import SqlConnector
from provisor.domain.schema import ObjectType
from provisor.ports.connector import Work
from provisor.testing.works import create

TABLES = """
    create table accounts (
        id integer primary key, anchor text unique, login text unique not null, "full name" text,
        enabled boolean not null default 1, age integer check (age < 200), seen datetime,
        chief integer references accounts
    );
    create table teams (id text primary key, title text unique not null);
    create table members (
        team text not null references teams, account integer not null references accounts,
        primary key (team, account)
    );
"""

USER = {
    "table": "accounts",
    "id": "id",
    "anchor": "anchor",
    "name": "login",
    "disable": {"column": "enabled", "on": True, "off": False},
}
GROUP = {"table": "teams", "id": "id", "anchor": "id", "name": "title"}
MEMBER = {"table": "members", "group": "team", "member": "account"}


def run(file: Path, script: str) -> None:
    connection = sqlite3.connect(file)
    connection.executescript(script)
    connection.close()


def ask(file: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(file)
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def opened(file: Path, **objects: object) -> SqlConnector:
    settings = {"url": f"sqlite:///{file}", "objects": objects, "busy_timeout_seconds": 0.05}
    return SqlConnector("app", settings)


def user(number: int, **values: Any) -> Work:
    return create(ObjectType.USERS, {"login": f"user{number}", **values}, f"A{number}")


def town(folder: Path) -> Path:
    """Return a fresh file with the tables."""
    run(folder / "app.db", TABLES)
    return folder / "app.db"


def everything(file: Path) -> SqlConnector:
    """Return a connector for all tables of the file."""
    return opened(file, users=USER, groups=GROUP, memberships=MEMBER)
