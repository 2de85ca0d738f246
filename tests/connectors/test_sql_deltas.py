"""SQL: what changed since a watermark, and everything that makes such a column lie."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.sql import SqlConnector
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid, WatermarkRefused
from provisor.ports.connector import Candidate, Deltas
from provisor.testing import Bench, ConnectorContract
from provisor.testing.walk import Tidings, read_delta, read_whole
from tests.connectors.watched_tables import WatchedPostgresql, WatchedSqlite

USERS = ObjectType.USERS


class TestWatchedSqlite(ConnectorContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        bench = WatchedSqlite(tmp_path)
        yield bench
        bench.connector.close()


class TestWatchedPostgresql(ConnectorContract):
    @pytest.fixture
    def bench(self, postgresql: str) -> Iterator[Bench]:
        bench = WatchedPostgresql(postgresql)
        yield bench
        bench.connector.close()
        bench.engine.dispose()


# --- a source in a SQLite file ---------------------------------------------------------------

PEOPLE = "create table people (no integer, name text, changed {}, left_at text, away boolean);"


class Feed:
    """A table of people, changed by hand; every promise is about one delta after one full read."""

    def __init__(self, folder: Path, kind: str = "text", **changes: object) -> None:
        self.file = folder / "hr.db"
        self.run(PEOPLE.format(kind))
        users = {"table": "people", "key": "no", "changes": {"column": "changed", **changes}}
        settings = {"url": f"sqlite:///{self.file}", "objects": {"users": users}}
        self.connector = SqlConnector("hr", settings)

    def run(self, script: str) -> None:
        with closing(sqlite3.connect(self.file)) as connection:
            connection.executescript(script)

    def put(self, *rows: tuple[object, ...]) -> None:
        with closing(sqlite3.connect(self.file)) as connection, connection:
            for row in rows:
                padded = (*row, *[None] * (5 - len(row)))
                connection.execute("insert into people values (?, ?, ?, ?, ?)", padded)

    def start(self) -> str:
        end = read_whole(self.connector, USERS, ["name"]).end
        assert end.complete
        assert end.watermark
        return end.watermark

    def told(self, since: str) -> Tidings:
        return read_delta(self.connector, USERS, since, ["name"])

    def names(self, since: str) -> set[object]:
        return {row["name"] for row in self.told(since).rows}


MORNING, NOON, EVENING = "2026-03-01 08:00:00", "2026-03-01 12:00:00", "2026-03-01 19:00:00"


def test_equal_times_are_told_again_and_never_skipped(tmp_path: Path) -> None:
    feed = Feed(tmp_path, overlap=0)
    feed.put((1, "elin", NOON))
    since = feed.start()
    feed.put((2, "omar", NOON))

    assert feed.names(since) == {"elin", "omar"}


def test_a_row_without_a_time_is_told_every_time(tmp_path: Path) -> None:
    feed = Feed(tmp_path, overlap=0)
    feed.put((1, "elin", None), (2, "omar", MORNING), (3, "ines", NOON))

    assert feed.names(feed.start()) == {"elin", "ines"}


def test_a_late_time_within_the_overlap_is_told(tmp_path: Path) -> None:
    feed = Feed(tmp_path, overlap=4 * 3600)
    feed.put((1, "elin", NOON))
    since = feed.start()
    feed.put((2, "omar", MORNING), (3, "ines", "2026-03-01 07:59:59"))

    assert feed.names(since) == {"elin", "omar"}


def test_a_time_in_the_far_future_hides_nothing_that_follows(tmp_path: Path) -> None:
    feed = Feed(tmp_path)
    feed.put((1, "elin", "9999-12-31 00:00:00"), (2, "omar", NOON))
    since = feed.start()
    with closing(sqlite3.connect(feed.file)) as connection, connection:
        connection.execute("insert into people (no, name, changed) values (3, 'ines', datetime())")

    assert feed.names(since) == {"elin", "ines"}


@pytest.mark.parametrize(
    ("form", "later"),
    [
        ("2026-03-01T12:00:00.123456+00:00", "2026-03-01T12:00:00.123457+00:00"),
        ("2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z"),
        ("2026-03-01 12:00", "2026-03-01 12:01"),
        ("0001-Z", "0002-A"),
    ],
    ids=["fraction", "zulu", "minutes", "counted-text"],
)
def test_any_text_that_grows_will_do(tmp_path: Path, form: str, later: str) -> None:
    feed = Feed(tmp_path, overlap=0)
    feed.put((1, "elin", "0000"), (2, "omar", form))
    since = feed.start()
    feed.put((3, "ines", later))

    assert feed.names(since) == {"omar", "ines"}


@pytest.mark.parametrize(("overlap", "told"), [(0, {3}), (1, {2, 3}), (None, {1, 2, 3})])
def test_numbers_overlap_by_steps(tmp_path: Path, overlap: int | None, told: set[int]) -> None:
    feed = Feed(tmp_path, "integer", overlap=overlap)
    feed.put((1, "elin", 1), (2, "omar", 2), (3, "ines", 3))

    assert feed.names(feed.start()) == {("elin", "omar", "ines")[n - 1] for n in told}


def test_fractions_are_numbers_too(tmp_path: Path) -> None:
    feed = Feed(tmp_path, "real", overlap=0)
    feed.put((1, "elin", 1.25), (2, "omar", 1.5))
    since = feed.start()
    feed.put((3, "ines", 1.75))

    assert feed.names(since) == {"omar", "ines"}


def test_the_newest_change_that_is_gone_refuses_the_watermark(tmp_path: Path) -> None:
    feed = Feed(tmp_path)
    feed.put((1, "elin", MORNING), (2, "omar", NOON))
    since = feed.start()
    feed.run("delete from people where no = 2")

    with pytest.raises(WatermarkRefused) as refused:
        feed.told(since)
    assert "no longer there" in refused.value.what


def test_a_column_that_changes_its_kind_refuses_the_watermark(tmp_path: Path) -> None:
    feed = Feed(tmp_path)
    feed.put((1, "elin", NOON))
    since = feed.start()
    feed.run("update people set changed = 99999999")

    with pytest.raises(WatermarkRefused):
        feed.told(since)


def test_a_clock_that_goes_back_refuses_the_watermark(tmp_path: Path) -> None:
    feed = Feed(tmp_path)
    since = json.loads(feed.start())

    with pytest.raises(WatermarkRefused) as refused:
        feed.told(json.dumps(since | {"at": "2999-01-01T00:00:00+00:00"}))
    assert "clock" in refused.value.what


def test_the_watermark_of_another_column_is_refused(tmp_path: Path) -> None:
    feed = Feed(tmp_path)
    feed.put((1, "elin", NOON))
    since = feed.start()
    other = {"table": "people", "key": "no", "changes": "left_at"}
    connector = SqlConnector("hr", {"url": f"sqlite:///{feed.file}", "objects": {"users": other}})

    with pytest.raises(WatermarkRefused) as refused:
        read_delta(connector, USERS, since, ["name"])
    assert "another database, relation or column" in refused.value.what


def test_rows_that_are_marked_as_gone_are_neither_read_nor_found(tmp_path: Path) -> None:
    feed = Feed(tmp_path, deleted="left_at")
    feed.put((1, "elin", NOON), (2, "omar", NOON, EVENING))
    whole = read_whole(feed.connector, USERS, ["name"])

    assert [row["name"] for row in whole.rows] == ["elin"]
    assert whole.end.complete


def test_a_mark_is_a_removal_and_a_mark_taken_off_a_return(tmp_path: Path) -> None:
    feed = Feed(tmp_path, deleted="left_at", overlap=0)
    feed.put((1, "elin", MORNING), (2, "omar", MORNING), (3, "ines", NOON))
    since = feed.start()
    feed.run("update people set left_at = '2026-03-01', changed = '2026-03-01 19:00' where no = 2")
    first = feed.told(since)
    feed.run("update people set left_at = null, changed = '2026-03-02 08:00:00' where no = 2")
    second = feed.told(first.next)

    assert first.gone == {"2"}
    assert [row["name"] for row in second.rows] == ["omar"]
    assert second.gone == frozenset()


def test_a_switch_can_be_the_mark(tmp_path: Path) -> None:
    feed = Feed(tmp_path, deleted="away")
    feed.put((1, "elin", NOON, None, False), (2, "omar", NOON, None, True), (3, "ines", NOON))
    whole = read_whole(feed.connector, USERS, ["name"])

    assert {row["name"] for row in whole.rows} == {"elin", "ines"}
    assert feed.told(feed.start()).gone == {"2"}


def test_somebody_with_an_old_row_that_is_gone_and_a_new_one_is_there(tmp_path: Path) -> None:
    feed = Feed(tmp_path, deleted="left_at")
    feed.put((1, "elin", MORNING, MORNING), (1, "elin again", "2020-01-01 00:00:00"))

    assert feed.told(feed.start()).gone == frozenset()


def test_a_key_in_several_rows_is_told_with_all_of_them(tmp_path: Path) -> None:
    feed = Feed(tmp_path, overlap=0)
    feed.put((1, "elin", MORNING), (1, "omar", NOON), (2, "ines", MORNING))
    since = feed.start()
    feed.run("update people set changed = '2026-03-01 19:00:00' where name = 'omar'")

    with pytest.raises(AssertionError, match="one row of a delta"):
        feed.told(since)


def test_a_key_in_several_rows_is_found_with_all_of_them(tmp_path: Path) -> None:
    feed = Feed(tmp_path)
    feed.put((1, "elin", MORNING), (1, "omar", NOON), (2, "ines", MORNING))
    asked = [Candidate(USERS, match=("no", key), attributes=("name", "no")) for key in "123"]

    found = list(feed.connector.find_many(asked))
    assert [sorted(str(one.values["name"]) for one in some) for some in found] == [
        ["elin", "omar"], ["ines"], [],
    ]  # fmt: skip


def test_removals_that_were_cleared_away_refuse_an_older_watermark(tmp_path: Path) -> None:
    removed = {"table": "gone", "key": "no", "column": "at", "kept_days": 30}
    feed = Feed(tmp_path, removed=removed)
    feed.run("create table gone (no integer, at text)")
    since = json.loads(feed.start())
    month_ago = since | {"at": "2020-01-01T00:00:00+00:00"}

    with pytest.raises(WatermarkRefused) as refused:
        feed.told(json.dumps(month_ago))
    assert "30 days" in refused.value.what


def test_a_list_of_removals_says_nothing_of_who_came_back_before(tmp_path: Path) -> None:
    feed = Feed(
        tmp_path, "integer", overlap=0, removed={"table": "gone", "key": "no", "column": "at"}
    )
    feed.run("create table gone (no integer, at integer)")
    feed.put((1, "elin", 1), (2, "omar", 2))
    feed.run("insert into gone values (1, 1), (3, 2)")
    told = feed.told(feed.start())

    assert told.gone == {"3"}


def test_a_query_has_deltas_too(tmp_path: Path) -> None:
    feed = Feed(tmp_path)
    query = "select p.no, p.name, p.changed from people p where p.name <> 'test'"
    users = {"query": query, "key": "no", "changes": {"column": "changed", "overlap": 0}}
    connector = SqlConnector("hr", {"url": f"sqlite:///{feed.file}", "objects": {"users": users}})
    feed.put((1, "elin", MORNING), (2, "omar", NOON))
    since = read_whole(connector, USERS, ["name"]).end.watermark
    feed.put((3, "test", EVENING), (4, "ines", EVENING))

    assert connector.describe().capabilities.deltas_of(USERS) is Deltas.STATES_WITHOUT_REMOVALS
    assert {r["name"] for r in read_delta(connector, USERS, since or "", ["name"]).rows} == {
        "omar",
        "ines",
    }


def test_a_column_without_order_starts_no_delta(tmp_path: Path) -> None:
    feed = Feed(tmp_path, "blob")
    feed.put((1, "elin", b"\x00\x01"))
    end = read_whole(feed.connector, USERS, ["name"]).end

    assert (end.complete, end.watermark) == (True, None)


def test_a_column_that_is_missing_is_told_by_the_probe(tmp_path: Path) -> None:
    feed = Feed(tmp_path, deleted="no_such_column")

    assert not feed.connector.probe().allowed
    assert not read_whole(feed.connector, USERS, ["name"]).end.complete


@pytest.mark.parametrize(
    ("users", "where"),
    [
        ({"changes": {}}, "objects.users.changes.column"),
        ({"changes": {"column": "c", "overlap": -1}}, "objects.users.changes.overlap"),
        ({"changes": {"column": "c", "deleted": "d"}}, "objects.users"),
        (
            {"changes": {"column": "c", "deleted": "d", "removed": {"table": "t", "column": "c"}}},
            "objects.users.changes",
        ),
        ({"changes": {"column": "c", "removed": {"column": "c"}}}, "objects.users.changes.removed"),
    ],
    ids=["no-column", "negative", "written-and-marked", "twice", "no-table"],
)
def test_a_wrong_setting_of_changes_is_named(users: dict[str, object], where: str) -> None:
    objects = {"users": {"table": "accounts", "id": "id", **users}}
    with pytest.raises(SettingInvalid) as caught:
        SqlConnector("app", {"url": "sqlite:///x.db", "objects": objects})

    assert caught.value.where == where
