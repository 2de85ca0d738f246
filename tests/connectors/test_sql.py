"""SQL: what is described, counted, read and found, shown by SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sql import SqlConnector
from provisor.domain.schema import AttributeType, ObjectType, Switch, Writable
from provisor.errors import (
    Ambiguous,
    InvalidValue,
    NotFound,
    TargetProblem,
    UnknownName,
    Unsupported,
)
from provisor.ports.connector import Anchoring, Candidate, OutcomeState, Page, ReadEnd, ReadRequest
from provisor.testing.walk import all_text_of, outcome, problem_of, read_whole, rows_of
from tests.connectors.sql_tables import USER, ask, everything, opened, run, town, user

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS
DONE, ALREADY_SO = OutcomeState.DONE, OutcomeState.ALREADY_SO


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return town(tmp_path)


@pytest.fixture
def connector(file: Path) -> Iterator[SqlConnector]:
    connector = everything(file)
    yield connector
    connector.close()


# --- describing -----------------------------------------------------------------------------


def test_the_columns_of_a_file_describe_it(connector: SqlConnector) -> None:
    description = connector.describe()
    schema = description.schemas[USERS]
    types = {attribute.name: attribute.type for attribute in schema.attributes}

    assert description.capabilities.anchoring is Anchoring.STORED
    assert not schema.open
    assert types == {
        "id": AttributeType.STRING,
        "anchor": AttributeType.STRING,
        "login": AttributeType.STRING,
        "full name": AttributeType.STRING,
        "enabled": AttributeType.BOOLEAN,
        "age": AttributeType.INTEGER,
        "seen": AttributeType.TIME,
        "chief": AttributeType.INTEGER,
    }


def test_duties_are_described(connector: SqlConnector) -> None:
    schema = connector.describe().schemas[USERS]
    attributes = {attribute.name: attribute for attribute in schema.attributes}

    assert (schema.key, schema.anchor, schema.name) == ("id", "anchor", "login")
    assert schema.switch == Switch("enabled", on=True, off=False)
    assert attributes["id"].writable is Writable.NEVER
    assert (attributes["login"].required, attributes["login"].unique) == (True, True)
    assert attributes["anchor"].identity_key
    assert not attributes["enabled"].required


def test_an_id_that_is_the_anchor_is_written_once(connector: SqlConnector) -> None:
    attribute = connector.describe().schemas[GROUPS].attribute("id")

    assert attribute is not None
    assert attribute.writable is Writable.ON_CREATE


def test_declared_attributes_are_all_there_is(file: Path) -> None:
    declared = {**USER, "attributes": ["age"], "required": ["age"]}
    schema = opened(file, users=declared).describe().schemas[USERS]

    assert sorted(a.name for a in schema.attributes) == ["age", "anchor", "enabled", "id", "login"]
    assert [a.name for a in schema.attributes if a.required] == ["login", "age"]


def test_a_database_that_is_not_there_leaves_the_schema_open(tmp_path: Path) -> None:
    connector = opened(tmp_path / "no.db", users=USER)
    schema = connector.describe().schemas[USERS]

    assert schema.open
    assert sorted(a.name for a in schema.attributes) == ["anchor", "enabled", "id", "login"]


# --- probing --------------------------------------------------------------------------------


def test_a_probe_names_dialect_and_version(connector: SqlConnector) -> None:
    assert connector.probe().found == f"sqlite {sqlite3.sqlite_version}"


def test_a_probe_does_not_make_the_file_it_misses(tmp_path: Path) -> None:
    health = opened(tmp_path / "no.db", users=USER).probe()

    assert (health.reachable, health.found) == (False, "`no.db` does not exist")
    assert not (tmp_path / "no.db").exists()


def test_a_probe_names_the_table_that_is_missing(file: Path) -> None:
    health = opened(file, users={**USER, "table": "people"}).probe()

    assert (health.reachable, health.allowed) == (True, False)
    assert health.found == "table `people` is not in the database"


# --- reading --------------------------------------------------------------------------------


def test_ids_are_text_and_other_values_keep_their_type(file: Path, connector: SqlConnector) -> None:
    run(file, "insert into accounts (login, enabled, age, seen) values ('a', 0, 40, '2031-04-06');")
    wanted = ["age", "enabled", "full name", "login", "seen"]
    rows = read_whole(connector, USERS, wanted).rows

    assert [dict(row) for row in rows] == [
        {
            "id": "1",
            "age": 40,
            "enabled": False,
            "full name": None,
            "login": "a",
            "seen": "2031-04-06",
        }
    ]


def test_a_read_declares_what_was_counted(file: Path, connector: SqlConnector) -> None:
    run(file, "insert into accounts (login) values ('a'), ('b');")
    page, end = connector.read(ReadRequest(USERS, ("login",)))

    assert isinstance(page, Page)
    assert isinstance(end, ReadEnd)
    assert (page.declared_total, end.complete) == (2, True)


def test_a_read_is_one_snapshot(file: Path, connector: SqlConnector) -> None:
    run(file, "pragma journal_mode = wal;")
    run(file, "insert into accounts (login) values ('a'), ('b');")
    items = connector.read(ReadRequest(USERS, ("login",)))
    page = next(items)
    run(file, "insert into accounts (login) values ('c');")
    end = next(items)

    assert isinstance(page, Page)
    assert len(list(rows_of(page))) == 2
    assert isinstance(end, ReadEnd)
    assert end.complete


def test_a_vanished_column_is_the_last_word_of_a_read(file: Path, connector: SqlConnector) -> None:
    connector.describe()
    run(file, "alter table accounts drop column seen;")
    end = read_whole(connector, USERS, ["seen"]).end

    assert not end.complete
    assert end.reason.startswith("table `accounts` has no column `seen`; it has `id`, `anchor`")


def test_an_undeclared_attribute_is_refused(file: Path) -> None:
    connector = opened(file, users={**USER, "attributes": ["age"]})
    with pytest.raises(UnknownName) as caught:
        read_whole(connector, USERS, ["aeg"])

    assert caught.value.next == "did you mean `age`?"


def test_a_secret_column_is_written_and_never_read(file: Path) -> None:
    connector = opened(file, users={**USER, "attributes": {"full name": {"type": "secret"}}})
    outcome(connector, user(1, **{"full name": "hunter2"}))
    found = connector.find(Candidate(USERS, anchor="A1"))

    assert ask(file, 'select "full name" from accounts') == [("hunter2",)]
    assert "full name" not in found[0].values
    with pytest.raises(UnknownName):
        read_whole(connector, USERS, ["full name"])


def test_bytes_are_no_value_of_a_record(file: Path, connector: SqlConnector) -> None:
    run(file, "insert into accounts (login, \"full name\") values ('a', x'ff');")
    with pytest.raises(InvalidValue) as caught:
        read_whole(connector, USERS, ["full name"])

    assert caught.value.attribute == "full name"


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (b"no database at all, but some text" * 200, Unsupported),
        (b"", NotFound),
    ],
    ids=["another-file", "empty"],
)
def test_a_damaged_database_is_a_problem_of_the_target(
    file: Path, connector: SqlConnector, damage: bytes, problem: type[TargetProblem]
) -> None:
    connector.close()
    file.write_bytes(damage)

    with pytest.raises(problem):
        read_whole(connector, USERS)


# --- queries --------------------------------------------------------------------------------


def by_query(file: Path, query: str) -> SqlConnector:
    return opened(file, users={"query": query, "key": "login", "name": "login"})


def test_a_query_is_read_with_its_own_columns(file: Path) -> None:
    run(file, "insert into accounts (login, age) values ('a', 1), ('b', 2);")
    query = "select login, age + 1 as next, '12:30 :x' as note from accounts where age > 1;"
    whole = read_whole(by_query(file, query), USERS, ["next", "note"])

    assert [dict(row) for row in whole.rows] == [{"login": "b", "next": "3", "note": "12:30 :x"}]
    assert whole.end.complete
    assert whole.end.columns == ("login", "next", "note")


def test_a_column_of_a_query_has_the_type_that_is_declared(file: Path) -> None:
    run(file, "insert into accounts (login, age) values ('a', 1);")
    declared = {"attributes": {"age": {"type": "integer"}}}
    users = {"query": "select login, age from accounts", "key": "login", **declared}

    assert read_whole(opened(file, users=users), USERS, ["age"]).column("age") == [1]


def test_a_query_answers_look_ups(file: Path) -> None:
    run(file, "insert into accounts (login, age) values ('a', 1), ('b', 2);")
    connector = by_query(file, "select login, age from accounts")

    assert [r.key for r in connector.find(Candidate(USERS, native_id="b"))] == ["b"]
    assert [r.key for r in connector.find(Candidate(USERS, match=("age", 1)))] == ["a"]


def test_a_query_is_never_written(file: Path) -> None:
    connector = by_query(file, "select login from accounts")

    assert not connector.describe().capabilities.writes
    assert isinstance(problem_of(outcome(connector, user(1))), Unsupported)


def test_a_query_that_writes_is_taken_back(file: Path) -> None:
    run(file, "insert into accounts (login) values ('a');")
    query = "with x as (select 1) delete from accounts returning login"
    with pytest.raises(TargetProblem):
        read_whole(by_query(file, query), USERS)

    assert ask(file, "select count(*) from accounts") == [(1,)]


def test_a_broken_query_is_unsupported_and_not_repeated_in_the_message(file: Path) -> None:
    with pytest.raises(TargetProblem) as caught:
        read_whole(by_query(file, "select login from zq7_nowhere"), USERS)

    assert "zq7_nowhere" not in all_text_of(caught.value)


# --- finding --------------------------------------------------------------------------------


def test_a_look_up_compares_as_the_column_does(file: Path) -> None:
    run(file, "insert into accounts (login) values ('Anna');")
    exact = opened(file, users=USER)
    folded = opened(file, users={**USER, "attributes": {"login": {"case_exact": False}}})
    asked = Candidate(USERS, match=("login", "ANNA"))

    assert exact.find(asked) == ()
    assert [r.value("login") for r in folded.find(asked)] == ["Anna"]


def test_a_look_up_of_an_unknown_column_is_refused(connector: SqlConnector) -> None:
    with pytest.raises(UnknownName):
        connector.find(Candidate(USERS, match=("nothing", "x")))


def test_memberships_are_not_looked_up(connector: SqlConnector) -> None:
    with pytest.raises(Unsupported):
        connector.find(Candidate(MEMBERSHIPS, native_id="1"))


def test_several_rows_with_one_anchor_are_all_shown(file: Path) -> None:
    run(file, "create table loose (id integer primary key, anchor text, login text);")
    run(file, "insert into loose (anchor, login) values ('A1', 'a'), ('A1', 'b');")
    connector = opened(file, users={"table": "loose", "id": "id", "anchor": "anchor"})

    assert len(connector.find(Candidate(USERS, anchor="A1"))) == 2
    assert isinstance(problem_of(outcome(connector, user(1))), Ambiguous)
