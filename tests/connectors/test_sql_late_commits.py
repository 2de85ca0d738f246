"""SQL on PostgreSQL: transactions that commit late, and databases that became others."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sqlalchemy

from connectors.sql import SqlConnector
from provisor.domain.schema import ObjectType
from provisor.errors import WatermarkRefused
from provisor.ports.secret import Secret
from provisor.testing.walk import read_delta, read_whole

pytestmark = pytest.mark.outer

USERS = ObjectType.USERS


class Sequence:
    """People with a number from a sequence, written in transactions that stay open."""

    def __init__(self, address: str, kind: str) -> None:
        self.engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.NullPool)
        with self.engine.begin() as connection:
            connection.exec_driver_sql(f"create table people (no integer, changed {kind})")
        users = {"table": "people", "key": "no", "changes": {"column": "changed", "overlap": 0}}
        self.connector = SqlConnector("hr", {"url": Secret(address), "objects": {"users": users}})

    def open(self, number: int | None = None) -> sqlalchemy.Connection:
        connection = self.engine.connect()
        connection.begin()
        if number is None:
            connection.exec_driver_sql("select 1")
        else:
            self.add(connection, number)
        return connection

    def add(self, connection: sqlalchemy.Connection, number: int) -> None:
        connection.exec_driver_sql("insert into people (no) values (%s)", (number,))

    def write(self, number: int) -> None:
        self.end(self.open(number))

    def end(self, connection: sqlalchemy.Connection) -> None:
        connection.commit()
        connection.close()

    def start(self) -> str:
        return read_whole(self.connector, USERS).end.watermark or ""

    def told(self, since: str) -> tuple[set[object], str]:
        told = read_delta(self.connector, USERS, since)
        return {row["no"] for row in told.rows}, told.next


@pytest.fixture(params=["bigserial", "timestamptz default now()", "timestamp default now()"])
def people(request: pytest.FixtureRequest, postgresql: str) -> Iterator[Sequence]:
    sequence = Sequence(postgresql, request.param)
    yield sequence
    sequence.connector.close()


def test_a_transaction_that_commits_late_with_an_earlier_number_is_told(people: Sequence) -> None:
    people.write(1)
    late = people.open(2)
    people.write(3)
    since = people.start()
    people.end(late)

    assert "2" in people.told(since)[0]


def test_a_transaction_that_stays_open_over_several_deltas_is_told(people: Sequence) -> None:
    people.write(1)
    since = people.start()
    late = people.open(2)
    for number in range(3, 16):
        people.write(number)
        _, since = people.told(since)
    people.end(late)
    told, since = people.told(since)
    quiet, _ = people.told(since)

    assert "2" in told
    assert quiet <= {"15"}


def test_a_transaction_that_writes_long_after_it_began_is_told(people: Sequence) -> None:
    people.write(1)
    early = people.open()
    people.write(2)
    since = people.start()
    people.add(early, 3)
    people.end(early)

    assert "3" in people.told(since)[0]


def test_a_quiet_database_tells_only_what_changed(people: Sequence) -> None:
    for number in range(1, 6):
        people.write(number)
    since = people.start()
    people.write(6)

    assert people.told(since)[0] == {"5", "6"}


def test_a_table_that_was_made_anew_refuses_the_watermark(people: Sequence) -> None:
    people.write(1)
    since = people.start()
    with people.engine.begin() as connection:
        connection.exec_driver_sql("create table copy as select * from people")
        connection.exec_driver_sql("drop table people")
        connection.exec_driver_sql("alter table copy rename to people")

    with pytest.raises(WatermarkRefused):
        people.told(since)


def test_a_cluster_that_knows_fewer_transactions_was_restored(people: Sequence) -> None:
    people.write(1)
    since = json.loads(people.start())

    with pytest.raises(WatermarkRefused) as refused:
        people.told(json.dumps(since | {"transaction": since["transaction"] + 1000}))
    assert "restored" in refused.value.what
