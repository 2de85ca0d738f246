"""SQL: what a database refuses or loses when it is written, shown by SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from connectors.sql import SqlConnector
from provisor.domain.action import Operation
from provisor.domain.schema import ObjectType
from provisor.errors import (
    Ambiguous,
    Conflict,
    InvalidValue,
    PermissionDenied,
    ReferenceMissing,
    TargetProblem,
    Transient,
    Uncertain,
    Unsupported,
)
from provisor.ports.connector import Anchoring, OutcomeState
from provisor.testing import OpenPace
from provisor.testing.walk import all_text_of, outcome, outcomes, problem_of
from provisor.testing.works import change, create, delete, membership, update
from tests.connectors.sql_tables import (
    GROUP,
    MEMBER,
    USER,
    ask,
    everything,
    opened,
    run,
    town,
    user,
)

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


# --- writing --------------------------------------------------------------------------------


def states(connector: SqlConnector, work: Sequence[Any]) -> list[OutcomeState]:
    return [written.state for written in outcomes(connector, work)]


def test_one_bad_row_among_many_is_named_and_blocks_no_other(
    file: Path, connector: SqlConnector
) -> None:
    run(file, "insert into accounts (login) values ('user3');")
    work = [user(n) for n in range(6)]
    written = outcomes(connector, work)
    failed = [w.position for w in written if w.state is OutcomeState.FAILED]

    assert failed == [3]
    assert isinstance(written[3].problem, Conflict)
    assert ask(file, "select count(*) from accounts") == [(6,)]


def test_many_rows_cost_one_permit_per_batch(connector: SqlConnector) -> None:
    pace = OpenPace()
    outcomes(connector, [user(n) for n in range(1_200)], pace)

    assert pace.calls == 3


def test_ids_are_the_database_s_own_in_the_order_of_the_actions(
    file: Path, connector: SqlConnector
) -> None:
    written = outcomes(connector, [user(n) for n in (5, 3, 9)])
    rows = ask(file, "select id, login from accounts")
    names = {str(native_id): login for native_id, login in rows}

    assert [names[w.native_id or ""] for w in written] == ["user5", "user3", "user9"]


def test_without_an_anchor_each_row_tells_its_id(file: Path) -> None:
    connector = opened(file, users={"table": "accounts", "id": "id", "name": "login"})
    written = outcomes(connector, [create(USERS, {"login": name}) for name in ("a", "b")])

    assert [w.native_id for w in written] == ["1", "2"]
    assert connector.describe().capabilities.anchoring is Anchoring.NATIVE_ONLY


def test_an_id_that_is_the_anchor_is_the_native_id(connector: SqlConnector) -> None:
    written = outcomes(connector, [create(GROUPS, {"title": "Staff"}, "G1")] * 2)

    assert [(w.state, w.native_id) for w in written] == [(DONE, "G1"), (ALREADY_SO, "G1")]


@pytest.mark.parametrize(
    ("values", "problem", "attribute"),
    [
        ({"age": 400}, InvalidValue, ""),
        ({"login": None}, InvalidValue, "login"),
        ({"age": 2**70}, InvalidValue, ""),
        ({"full name": ("a", "b")}, InvalidValue, "full name"),
        ({"full name": "\ud800"}, InvalidValue, ""),
        ({"id": "7"}, InvalidValue, "id"),
        ({"chief": 99}, ReferenceMissing, None),
        ({"nothing": "x"}, InvalidValue, "nothing"),
    ],
    ids=["rule", "required", "huge", "many", "half-a-character", "id", "reference", "unknown"],
)
def test_a_refused_value_says_why(
    connector: SqlConnector,
    values: dict[str, Any],
    problem: type[TargetProblem],
    attribute: str | None,
) -> None:
    found = problem_of(outcome(connector, user(1, **values)))

    assert type(found) is problem
    assert getattr(found, "attribute", None) == attribute


def test_a_taken_name_is_refused_in_an_update(connector: SqlConnector) -> None:
    first, second = outcomes(connector, [user(1), user(2)])
    work = update(USERS, second.native_id or "", {"login": "user1"})

    assert first.state is DONE
    assert isinstance(problem_of(outcome(connector, work)), Conflict)


def test_updates_of_the_same_row_keep_their_order(file: Path, connector: SqlConnector) -> None:
    native_id = outcome(connector, user(1)).native_id or ""
    work = [
        update(USERS, native_id, {"age": 1}),
        update(USERS, native_id, {"age": 2, "full name": "x"}),
        update(USERS, native_id, {"age": 3}),
    ]

    assert states(connector, work) == [DONE] * 3
    assert ask(file, "select age from accounts") == [(3,)]


def test_an_update_of_nothing_is_already_so(connector: SqlConnector) -> None:
    native_id = outcome(connector, user(1)).native_id or ""

    assert outcome(connector, update(USERS, native_id, {})).state is ALREADY_SO


def test_an_update_that_would_hit_two_rows_hits_none(file: Path) -> None:
    run(file, "create table loose (number integer, login text);")
    run(file, "insert into loose values (1, 'a'), (1, 'b');")
    connector = opened(file, users={"table": "loose", "id": "number"})

    assert isinstance(problem_of(outcome(connector, update(USERS, "1", {"login": "x"}))), Ambiguous)
    assert isinstance(problem_of(outcome(connector, delete(USERS, "1"))), Ambiguous)
    assert ask(file, "select login from loose") == [("a",), ("b",)]


def test_a_switch_of_true_and_false_works_on_numbers(file: Path, connector: SqlConnector) -> None:
    native_id = outcome(connector, user(1)).native_id or ""
    outcome(connector, change(Operation.DISABLE, USERS, native_id, {}))
    off = ask(file, "select enabled from accounts")
    outcome(connector, change(Operation.ENABLE, USERS, native_id, {}))

    assert off == [(0,)]
    assert ask(file, "select enabled from accounts") == [(1,)]


def test_a_row_that_others_refer_to_is_not_deleted(file: Path, connector: SqlConnector) -> None:
    account = outcome(connector, user(1)).native_id or ""
    outcome(connector, create(GROUPS, {"title": "Staff"}, "G1"))
    outcome(connector, membership("G1", adds=[account]))
    problem = problem_of(outcome(connector, delete(USERS, account)))

    assert isinstance(problem, Conflict)
    assert problem.what == "other rows refer to this one; its memberships go first"
    assert ask(file, "select count(*) from members") == [(1,)]


def test_a_membership_is_all_or_nothing(file: Path, connector: SqlConnector) -> None:
    account = outcome(connector, user(1)).native_id or ""
    outcome(connector, create(GROUPS, {"title": "Staff"}, "G1"))
    problem = problem_of(outcome(connector, membership("G1", adds=[account, "999"])))

    assert isinstance(problem, ReferenceMissing)
    assert problem.what == "1 of 2 members to add are not in the database"
    assert ask(file, "select count(*) from members") == [(0,)]


def test_without_known_tables_the_database_s_own_rules_speak(file: Path) -> None:
    run(
        file, "insert into teams values ('G1', 'Staff'); insert into accounts (login) values ('a');"
    )
    people = {"query": "select login from accounts", "key": "login"}
    connector = opened(file, users=people, memberships=MEMBER)
    absent = outcome(connector, membership("G1", adds=["1", "999"]))
    unfit = outcome(connector, membership("G1", adds=["1", "\ud800"]))

    assert isinstance(problem_of(absent), ReferenceMissing)
    assert isinstance(problem_of(unfit), InvalidValue)
    assert ask(file, "select count(*) from members") == [(0,)]
    assert outcome(connector, membership("G1", adds=["1"])).state is DONE


def test_an_anchor_that_cannot_travel_blocks_only_its_row(
    file: Path, connector: SqlConnector
) -> None:
    work = [user(1), create(USERS, {"login": "x"}, "\ud800"), user(2)]

    assert states(connector, work) == [DONE, OutcomeState.FAILED, DONE]


def test_a_declared_column_that_the_table_lacks_is_refused(file: Path) -> None:
    connector = opened(file, users={**USER, "attributes": ["ghost"]})
    problem = problem_of(outcome(connector, user(1, ghost="x")))

    assert isinstance(problem, InvalidValue)
    assert problem.what == "the table has no column `ghost`"


def test_memberships_need_a_table_to_be_written(file: Path) -> None:
    query = {"query": "select team, account from members", "group": "team", "member": "account"}
    connector = opened(file, users=USER, groups=GROUP, memberships=query)

    assert isinstance(problem_of(outcome(connector, membership("G1", adds=["1"]))), Unsupported)


def test_names_of_columns_are_quoted_and_values_bound(file: Path) -> None:
    run(file, 'create table "odd; table" (id integer primary key, "a"" b; --" text, "100%" text);')
    connector = opened(file, users={"table": "odd; table", "id": "id"})
    values = {'a" b; --': "'; drop table accounts; --", "100%": "%s :x"}
    native_id = outcome(connector, create(USERS, values)).native_id or ""
    outcome(connector, update(USERS, native_id, {"100%": "?"}))

    assert ask(file, 'select * from "odd; table"') == [(1, "'; drop table accounts; --", "?")]
    assert ask(file, "select count(*) from accounts") == [(0,)]


# --- locks, lost connections, rules at the end ----------------------------------------------


def test_a_locked_database_is_transient_and_nothing_is_written(
    file: Path, connector: SqlConnector
) -> None:
    writer = sqlite3.connect(file)
    writer.execute("begin immediate")
    try:
        problem = problem_of(outcome(connector, user(1)))
    finally:
        writer.rollback()
        writer.close()

    assert isinstance(problem, Transient)
    assert problem.what == "the database is locked by another writer"
    assert ask(file, "select count(*) from accounts") == [(0,)]


def test_a_database_that_may_not_be_written_says_so(file: Path, connector: SqlConnector) -> None:
    @event.listens_for(connector._database.engine, "connect")
    def _read_only(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("pragma query_only = on")

    assert isinstance(problem_of(outcome(connector, user(1))), PermissionDenied)


def test_a_connection_lost_in_the_commit_leaves_the_outcome_uncertain(
    connector: SqlConnector,
) -> None:
    @event.listens_for(connector._database.engine, "commit")
    def _cut(connection: Any) -> None:
        connection.connection.dbapi_connection.close()

    written = outcomes(connector, [user(1), user(2, nothing="x")])

    assert [w.state for w in written] == [OutcomeState.UNCERTAIN, OutcomeState.FAILED]
    assert isinstance(written[0].problem, Uncertain)


def test_a_connection_lost_before_the_commit_is_transient(connector: SqlConnector) -> None:
    @event.listens_for(connector._database.engine, "before_cursor_execute")
    def _cut(connection: Any, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT"):
            connection.connection.dbapi_connection.close()

    assert isinstance(problem_of(outcome(connector, user(1))), Transient)


def test_a_rule_that_is_checked_at_the_commit_blocks_only_its_row(file: Path) -> None:
    run(
        file,
        "create table late (id integer primary key, anchor text unique, chief integer"
        " references late deferrable initially deferred);",
    )
    connector = opened(file, users={"table": "late", "id": "id", "anchor": "anchor"})
    work = [create(USERS, {"chief": chief}, f"A{n}") for n, chief in enumerate([None, 99, None])]
    written = outcomes(connector, work)

    assert [w.state for w in written] == [DONE, OutcomeState.FAILED, DONE]
    assert isinstance(written[1].problem, ReferenceMissing)
    assert ask(file, "select anchor from late") == [("A0",), ("A2",)]


def test_no_complaint_of_the_database_is_repeated(connector: SqlConnector) -> None:
    outcome(connector, user(1, login="zq7-person"))
    rival = outcome(connector, user(2, login="zq7-person", **{"full name": "zq7-name"}))

    assert rival.problem is not None
    assert "zq7" not in all_text_of(rival.problem)
