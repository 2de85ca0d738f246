"""Tables whose every change leaves a trace, by triggers: a number on SQLite, a time elsewhere."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import sqlalchemy

from connectors.sql import SqlConnector
from provisor.ports.secret import Secret
from provisor.testing import Bench

OBJECTS: dict[str, dict[str, object]] = {
    "users": {
        "table": "accounts",
        "id": "id",
        "anchor": "external_id",
        "name": "login",
        "changes": {
            "column": "changed",
            "removed": {"table": "gone_accounts", "key": "id", "column": "changed"},
        },
    },
    "groups": {
        "table": "teams",
        "id": "id",
        "anchor": "external_id",
        "name": "title",
        "changes": "changed",
    },
    "memberships": {
        "table": "members",
        "group": "team",
        "member": "account",
        "changes": {
            "column": "changed",
            "removed": {"table": "gone_members", "column": "changed"},
        },
    },
}

_TABLES = """
    create table accounts (id {serial}, external_id text unique, login text unique not null,
        display_name text, changed {kind});
    create table teams (id {serial}, external_id text unique, title text unique not null,
        changed {kind});
    create table members (team integer not null references teams, account integer not null
        references accounts, changed {kind}, primary key (team, account));
    create table gone_accounts (id integer, changed {kind});
    create table gone_members (team integer, account integer, changed {kind});
"""

_WATCHED = ("accounts", "teams", "members")

_TOUCH = """
    create trigger {table}_{what} after {what} on {table} begin
        update ticks set last = last + 1;
        update {table} set changed = (select last from ticks) where rowid = new.rowid;
    end;
"""

SQLITE = "\n".join(
    [
        "pragma journal_mode = wal; create table ticks (last integer);",
        "insert into ticks values (0);",
        _TABLES.format(serial="integer primary key", kind="integer"),
        *(_TOUCH.format(table=t, what=w) for t in _WATCHED for w in ("insert", "update")),
        """
        create trigger accounts_left after delete on accounts begin
            update ticks set last = last + 1;
            insert into gone_accounts select old.id, last from ticks; end;
        create trigger members_left after delete on members begin
            update ticks set last = last + 1;
            insert into gone_members select old.team, old.account, last from ticks; end;
        """,
    ]
)

POSTGRESQL = "\n".join(
    [
        _TABLES.format(serial="serial primary key", kind="timestamptz"),
        "create function touched() returns trigger language plpgsql as"
        " $$ begin new.changed := clock_timestamp(); return new; end $$;",
        "create function account_left() returns trigger language plpgsql as"
        " $$ begin insert into gone_accounts values (old.id, clock_timestamp());"
        " return old; end $$;",
        "create function member_left() returns trigger language plpgsql as"
        " $$ begin insert into gone_members values (old.team, old.account, clock_timestamp());"
        " return old; end $$;",
        *(
            f"create trigger {table}_touched before insert or update on {table}"
            " for each row execute function touched();"
            for table in _WATCHED
        ),
        "create trigger accounts_left after delete on accounts"
        " for each row execute function account_left();",
        "create trigger members_left after delete on members"
        " for each row execute function member_left();",
    ]
)


class WatchedBench(Bench):
    """Tables that tell their changes and removals."""

    text = "display_name"
    group_text = "title"

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(self._opened())

    def _opened(self) -> SqlConnector:
        return SqlConnector("app", {"url": Secret(self.address), "objects": OBJECTS})

    def reopen(self) -> None:
        self.connector.close()
        self.connector = self._opened()


class WatchedSqlite(WatchedBench):
    def __init__(self, folder: Path) -> None:
        self.file = folder / "app.db"
        with sqlite3.connect(self.file) as connection:
            connection.executescript(SQLITE)
        connection.close()
        shutil.copy(self.file, folder / "backup.db")
        super().__init__(f"sqlite:///{self.file}")

    def lose_history(self) -> None:
        self.connector.close()
        os.replace(self.file.with_name("backup.db"), self.file)

    def cut_reads(self) -> None:
        self.connector.close()
        content = self.file.read_bytes()
        self.file.write_bytes(content[:4096] + bytes(len(content) - 4096))


class WatchedPostgresql(WatchedBench):
    def __init__(self, address: str) -> None:
        self.engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.NullPool)
        self.run(POSTGRESQL)
        super().__init__(address)

    def run(self, statements: str) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statements)

    def lose_history(self) -> None:
        # What a restored backup shows: the newest changes are not there.
        self.run("alter table accounts disable trigger all; truncate accounts cascade")

    def cut_reads(self) -> None:
        self.run("alter table accounts drop column display_name")
