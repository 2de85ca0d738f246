"""The public contract, run on the connectors that need no server."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import polars
import pytest

from connectors.files import FilesConnector
from connectors.memory import MemoryConnector, World
from connectors.sql import SqlConnector
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.ports.connector import Deltas
from provisor.testing import Bench, ConnectorContract, Placed, SourceContract
from provisor.testing.deltas import DeltaPromises, MembershipDeltaPromises


class MemoryBench(Bench):
    many = "roles"
    reference = "manager"

    def __init__(self, world: World) -> None:
        super().__init__(MemoryConnector("memory", world))
        self.world = world

    def cut_reads(self) -> None:
        self.world.faults.cut_reads.append(7)

    def reopen(self) -> None:
        self.connector = MemoryConnector("memory", self.world)

    def lose_history(self) -> None:
        self.world.feed.forget()


class TestMemory(ConnectorContract):
    @pytest.fixture
    def bench(self) -> Bench:
        return MemoryBench(World(page_rows=10, deltas=Deltas.STATES))


class TestMemoryWithoutRemovals(DeltaPromises, MembershipDeltaPromises):
    @pytest.fixture
    def bench(self) -> Bench:
        return MemoryBench(World(page_rows=10, deltas=Deltas.STATES_WITHOUT_REMOVALS))


class TestMemoryOfHints(DeltaPromises, MembershipDeltaPromises):
    @pytest.fixture
    def bench(self) -> Bench:
        return MemoryBench(World(page_rows=10, deltas=Deltas.HINTS))


def an_hour_later() -> datetime:
    """Files that were just written have rested."""
    return datetime.now(UTC) + timedelta(hours=1)


class FilesBench(Bench):
    """Three files; what is put there replaces them."""

    text = "given_name"
    group_text = "name"
    extension = ""
    declared: Mapping[str, object] = MappingProxyType({})

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.put()
        paths = {kind: str(self.path(kind)) for kind in ObjectType}
        objects: dict[str, dict[str, object]] = {
            "users": {"path": paths[ObjectType.USERS], "key": "employee_id", **self.declared},
            "groups": {"path": paths[ObjectType.GROUPS], "key": "id"},
            "memberships": {
                "path": paths[ObjectType.MEMBERSHIPS],
                "group": "group_id",
                "member": "employee_id",
            },
        }
        super().__init__(FilesConnector("hr", {"objects": objects}, now=an_hour_later))

    def path(self, kind: ObjectType) -> Path:
        return self.folder / f"{kind.value}.{self.extension}"

    def put(
        self,
        users: Sequence[Values] = (),
        groups: Sequence[Values] = (),
        memberships: Iterable[tuple[int, int]] = (),
    ) -> Placed:
        placed = Placed(
            tuple(f"E{n}" for n in range(len(users))), tuple(f"G{n}" for n in range(len(groups)))
        )
        keyed = [{**row, "employee_id": key} for row, key in zip(users, placed.users, strict=True)]
        named = [{**row, "id": key} for row, key in zip(groups, placed.groups, strict=True)]
        pairs = [
            {"group_id": placed.groups[group], "employee_id": placed.users[user]}
            for group, user in memberships
        ]
        self.write(ObjectType.USERS, ("employee_id", self.text), keyed)
        self.write(ObjectType.GROUPS, ("id", self.group_text), named)
        self.write(ObjectType.MEMBERSHIPS, ("group_id", "employee_id"), pairs)
        return placed

    def write(
        self, kind: ObjectType, columns: Sequence[str], rows: Sequence[Mapping[str, object]]
    ) -> None:
        raise AssertionError("every format writes its own file")

    def cut_reads(self) -> None:
        path = self.path(ObjectType.USERS)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


class CsvBench(FilesBench):
    extension = "csv"

    def write(
        self, kind: ObjectType, columns: Sequence[str], rows: Sequence[Mapping[str, object]]
    ) -> None:
        with self.path(kind).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)


class JsonlBench(FilesBench):
    extension = "jsonl"
    many = "roles"
    declared = MappingProxyType({"attributes": {"given_name": {}, "roles": {"multi": True}}})

    def write(
        self, kind: ObjectType, columns: Sequence[str], rows: Sequence[Mapping[str, object]]
    ) -> None:
        lines = [json.dumps(row) + "\n" for row in rows]
        self.path(kind).write_text("".join(lines), encoding="utf-8")


class ParquetBench(FilesBench):
    extension = "parquet"
    many = "roles"

    def write(
        self, kind: ObjectType, columns: Sequence[str], rows: Sequence[Mapping[str, object]]
    ) -> None:
        schema = dict.fromkeys(columns, polars.String)
        if kind is ObjectType.USERS:
            schema["roles"] = polars.List(polars.String)  # type: ignore[assignment]  # types mix
        listed = [{k: list(v) if isinstance(v, tuple) else v for k, v in r.items()} for r in rows]
        polars.DataFrame(listed, schema=schema).write_parquet(self.path(kind))


class TestCsv(SourceContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        return CsvBench(tmp_path)


class TestJsonLines(SourceContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        return JsonlBench(tmp_path)


class TestParquet(SourceContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Bench:
        return ParquetBench(tmp_path)


TABLES = """
    create table accounts (
        id integer primary key, external_id text unique, login text unique not null,
        display_name text, status text not null default 'active',
        chief integer references accounts
    );
    create table teams (
        id integer primary key, external_id text unique, title text unique not null
    );
    create table team_members (
        team integer not null references teams, account integer not null references accounts,
        primary key (team, account)
    );
"""


class SqliteBench(Bench):
    text = "display_name"
    group_text = "title"
    reference = "chief"

    def __init__(self, path: Path) -> None:
        self.file = path
        with sqlite3.connect(path) as connection:
            connection.executescript(TABLES)
        connection.close()
        users = {
            "table": "accounts",
            "id": "id",
            "anchor": "external_id",
            "name": "login",
            "disable": {"column": "status", "on": "active", "off": "left"},
        }
        groups = {"table": "teams", "id": "id", "anchor": "external_id", "name": "title"}
        memberships = {"table": "team_members", "group": "team", "member": "account"}
        objects = {"users": users, "groups": groups, "memberships": memberships}
        super().__init__(SqlConnector("app", {"url": f"sqlite:///{path}", "objects": objects}))

    def cut_reads(self) -> None:
        # What an open connection remembers of the file would hide the damage.
        self.connector.close()
        content = self.file.read_bytes()
        self.file.write_bytes(content[:4096] + bytes(len(content) - 4096))


class TestSqlite(ConnectorContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        bench = SqliteBench(tmp_path / "app.db")
        yield bench
        bench.connector.close()
