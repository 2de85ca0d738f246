"""drift, orphans, duplicates and dormant on the command line: shapes, words, decisions."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from pydantic import TypeAdapter

from provisor.cli.output_schemas import SHAPES

JOB = "hr-to-app"


def fits(name: str, value: object) -> None:
    TypeAdapter(SHAPES[name]).validate_python(value, strict=True)


def by_hand(shell, statement: str) -> None:
    """Somebody changes the application's own database."""
    with closing(sqlite3.connect(shell.folder / "app.db")) as database:
        database.execute(statement)
        database.commit()


@pytest.fixture
def drifted(settled):
    by_hand(settled, "UPDATE users SET title = 'King' WHERE staff_no = 'E1002'")
    return settled


def test_drift_is_told_in_its_published_shape(drifted):
    said = drifted("drift", JOB, "--json")

    fits("drift", said.json)
    (one,) = said.json["standing"]
    assert (one["key"], one["attribute"], one["after"]) == ("E1002", "title", "King")
    assert (said.code, one["policy"], one["decision"]) == (0, "repair", None)
    assert said.json["rate"]["unexplained"] == 1 < said.json["rate"]["observed"]


def test_drift_is_told_in_words_with_what_to_do(drifted):
    said = drifted("drift", JOB)

    assert "King" in said.out
    assert "--decide repair|adopt|except" in said.out


def test_a_decision_is_an_override_with_an_end_and_is_listed(drifted):
    words = ("--decide", "adopt", "--key", "E1002", "--until", "2999-01-01", "--reason", "agreed")
    said = drifted("drift", JOB, *words, "--json")
    listed = drifted("override", "list", "--json").json["overrides"]

    fits("drift-decision", said.json)
    assert [(one["kind"], one["attribute"], one["value"]) for one in listed] == [
        ("pin", "title", "King")
    ]
    assert listed[0]["state"].startswith("until 2999-01-0")
    (one,) = drifted("drift", JOB, "--json").json["standing"]
    assert one["decision"]["choice"] == "adopt"
    assert drifted("explain", JOB, "E1002", "--json").json["overrides"] == [listed[0]["id"]]


@pytest.mark.parametrize(
    "words",
    [
        ("--decide", "adopt", "--reason", "x", "--every"),
        ("--decide", "adopt", "--reason", "x", "--until", "2999-01-01"),
        ("--decide", "except", "--until", "soon", "--reason", "x", "--every"),
        ("--decide", "adpt", "--until", "2999-01-01", "--reason", "x", "--every"),
        ("--decide", "repair", "--key", "E9999", "--reason", "x"),
        ("--key", "E1002"),
    ],
)
def test_half_a_decision_is_refused_and_nothing_is_kept(drifted, words):
    said = drifted("drift", JOB, *words, "--json")

    fits("error", said.json)
    assert said.code == 2
    assert drifted("override", "list", "--json").json["overrides"] == []


def test_drift_that_was_repaired_is_still_told_when_asked_for(drifted):
    drifted("run", JOB)

    assert drifted("drift", JOB, "--json").json["standing"] == []
    (one,) = drifted("drift", JOB, "--all", "--json").json["passed"]
    assert (one["before"] == "King", one["after"]) == (False, "King")


@pytest.mark.parametrize("kind", ["except", "repair"])
def test_drift_is_decided_by_drift_and_not_by_hand(settled, kind):
    words = ("--kind", kind, "--key", "E1002", "--job", JOB, "--reason", "x")
    said = settled("override", "add", *words, "--json")

    fits("error", said.json)
    assert said.code == 2
    assert "provisor drift" in said.json["error"]["next"]


def test_orphans_come_with_counts_that_add_up(settled):
    by_hand(settled, "INSERT INTO users (login, active) VALUES ('stranger', 1)")
    said = settled("orphans", JOB, "--json")

    fits("orphans", said.json)
    for tally in said.json["counts"].values():
        assert tally.pop("seen") == sum(tally.values())


def test_every_account_has_a_class_and_the_classes_add_up(settled):
    by_hand(settled, "INSERT INTO users (login, active) VALUES ('stranger', 1)")
    said = settled("orphans", JOB, "--classes", "--json")

    fits("orphans-classes", said.json)
    for counts in said.json["counts"].values():
        assert counts.pop("seen") == sum(counts.values())
    found = {one["name"]: one["class"] for one in said.json["accounts"]}
    assert (found["stranger"], found["svc-backup"]) == ("local", "protected")
    assert "stranger" in settled("orphans", JOB, "--classes").out


def test_duplicates_are_told_in_their_published_shape(settled):
    rows = settled.rows("SELECT mail FROM users WHERE staff_no = 'E1002'")
    by_hand(settled, f"INSERT INTO users (login, mail, active) VALUES ('again', '{rows[0][0]}', 1)")  # noqa: S608 - a value of the example
    said = settled("duplicates", JOB, "--json")

    fits("duplicates", said.json)
    assert ("second_account", ["E1002"]) in [
        (one["kind"], one["keys"]) for one in said.json["duplicates"]
    ]
    assert said.json["rate"]["users"]["several"] == 1
    assert "second account" in settled("duplicates", JOB).out


def test_dormant_accounts_are_told_with_what_is_not_known_apart(settled):
    by_hand(settled, "ALTER TABLE users ADD COLUMN last_login TEXT")
    by_hand(settled, "UPDATE users SET last_login = '2001-01-01' WHERE staff_no = 'E1002'")
    settled.edit(
        "provisor.yaml", "          title: {}\n", "          title: {}\n          last_login: {}\n"
    )
    settled.edit(
        "provisor.yaml",
        "    groups:\n      match: [name]",
        "      dormant: {attribute: last_login, days: 30}\n\n    groups:\n      match: [name]",
    )
    said = settled("dormant", JOB, "--json")

    fits("dormant", said.json)
    counts = said.json["counts"]
    assert counts.pop("seen") == sum(counts.values())
    assert counts["dormant"] == said.json["rate"]["dormant"] == said.json["rate"]["known"] == 1
    assert counts["unknown"] == said.json["rate"]["unknown"]
    assert "1 of 1" in settled("dormant", JOB).out


def test_dormant_asks_for_its_setting(settled):
    said = settled("dormant", JOB, "--json")

    fits("error", said.json)
    assert said.code == 2
