"""The public contract on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy

from connectors.sql import SqlConnector
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.ports.secret import Secret
from provisor.testing import Bench, ConnectorContract
from provisor.testing.walk import outcome, read_whole
from provisor.testing.works import create

TABLES = (
    "create table accounts (id bigserial primary key, external_id text unique,"
    " login text unique not null, display_name text, status text not null default 'active',"
    " seen timestamptz, age integer, active boolean, badge uuid,"
    " chief bigint references accounts)",
    "create table teams (id serial primary key, external_id text unique,"
    " title text unique not null)",
    "create table team_members (team integer not null references teams,"
    " account bigint not null references accounts, primary key (team, account))",
)

OBJECTS = {
    "users": {
        "table": "accounts",
        "id": "id",
        "anchor": "external_id",
        "name": "login",
        "disable": {"column": "status", "on": "active", "off": "left"},
    },
    "groups": {"table": "teams", "id": "id", "anchor": "external_id", "name": "title"},
    "memberships": {"table": "team_members", "group": "team", "member": "account"},
}


def run(address: str, *statements: str) -> None:
    engine = sqlalchemy.create_engine(address)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


class PostgresqlBench(Bench):
    text = "display_name"
    group_text = "title"
    reference = "chief"

    def __init__(self, address: str) -> None:
        self.address = address
        run(address, *TABLES)
        url = Secret(address)
        super().__init__(SqlConnector("app", {"url": url, "objects": OBJECTS}))

    def cut_reads(self) -> None:
        run(self.address, "alter table accounts drop column display_name")


class TestPostgresql(ConnectorContract):
    @pytest.fixture
    def bench(self, postgresql: str) -> Iterator[Bench]:
        bench = PostgresqlBench(postgresql)
        yield bench
        bench.connector.close()

    def test_typed_columns_take_and_give_the_values_of_records(self, bench: Bench) -> None:
        values: Values = {
            "seen": "2031-04-06T12:00:00Z",
            "age": 7,
            "active": True,
            "badge": "12345678-1234-5678-1234-567812345678",
        }
        outcome(bench.connector, create(ObjectType.USERS, {"login": "elin", **values}, "A1"))
        rows = read_whole(bench.connector, ObjectType.USERS, sorted(values)).rows

        assert [dict(row) for row in rows] == [{"id": "1", **values}]
