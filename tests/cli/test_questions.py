"""matches, link and unlink on the command line: shapes, refusals, files."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from pydantic import TypeAdapter

from provisor.cli.output_schemas import SHAPES


def fits(name: str, value: object) -> None:
    TypeAdapter(SHAPES[name]).validate_python(value, strict=True)


def people(shell) -> dict[str, str]:
    """Mail address to key."""
    lines = (shell.folder / "hr.csv").read_text(encoding="utf-8").splitlines()
    names = lines[0].split(",")
    rows = [dict(zip(names, line.split(","), strict=False)) for line in lines[1:]]
    active = [row for row in rows if row["status"] == "active" and row["mail"]]
    return {row["mail"]: row["employee_id"] for row in active}


@pytest.fixture
def brown(shell):
    """The first example with an account that has somebody's mail address and nothing else."""
    mail, key = next((m, k) for m, k in people(shell).items() if k != "E1001")
    with closing(sqlite3.connect(shell.folder / "app.db")) as database, database:
        database.execute(
            "INSERT INTO users (id, login, mail, title, active) VALUES ('u-9', 'old', ?, 'x', 1)",
            (mail.upper(),),
        )
    shell.key = key
    return shell


def test_an_open_question_is_shown_side_by_side(brown):
    said = brown("matches", "hr-to-app", "--json")
    (question,) = said.json["questions"]

    fits("matches", said.json)
    assert said.code == 0
    assert (question["key"], question["kind"]) == (brown.key, "proposed")
    assert question["answers"] == ["u-9", "new"]
    (candidate,) = question["candidates"]
    values = {one["attribute"]: one["likeness"] for one in candidate["values"]}
    assert candidate["rules"] == ["mail"]
    assert (values["mail"], values["title"], values["surname"]) == ("equal", "different", "empty")


def test_a_question_can_be_read_by_people(brown):
    said = brown("matches", "hr-to-app")

    assert f"users {brown.key}" in said.out
    assert "named by mail" in said.out
    assert "= " in said.out
    assert "≠ x" in said.out
    assert "provisor link hr-to-app" in said.out


def test_an_answer_closes_the_question_and_stands_in_the_plan(brown):
    said = brown("link", "hr-to-app", brown.key, "old", "--reason", "same person", "--json")
    plan = brown("plan", "hr-to-app", "--json").json

    fits("link", said.json)
    assert said.code == 0
    assert said.json["links"][0]["target_id"] == "u-9"
    assert said.json["links"][0]["state"] == "kept"
    adopted = [a for a in plan["actions"] if a["key"] == brown.key]
    assert {a["target_id"] for a in adopted} == {"u-9"}
    assert all(a["adopts"] for a in adopted)
    assert brown("matches", "hr-to-app", "--json").json["questions"] == []


def test_an_answer_is_an_override_with_author_reason_and_approver(brown):
    brown("link", "hr-to-app", brown.key, "new", "--reason", "namesake", "--approver", "ben")
    (override,) = brown("override", "list", "--json").json["overrides"]

    assert (override["kind"], override["value"], override["job"]) == ("link", "new", "hr-to-app")
    assert (override["author"], override["approver"]) == ("ann", "ben")
    assert override["reason"] == "namesake"


@pytest.mark.parametrize(
    ("words", "code", "word"),
    [
        (("E1001", "nobody", "--reason", "r"), 2, "no account has this id or name"),
        (("E0", "new", "--reason", "r"), 2, "nobody has this key"),
        (("E1001", "new"), 2, "needs a reason"),
        (("E1001",), 2, "names a record and an account"),
        (("E1001", "svc-backup", "--reason", "r"), 3, "cannot be the record's"),
    ],
)
def test_an_answer_that_cannot_be_kept_is_refused_in_five_parts(shell, words, code, word):
    said = shell("link", "hr-to-app", *words, "--json")

    fits("error", said.json)
    assert (said.code, word in said.err) == (code, True)
    assert shell("override", "list", "--json").json["overrides"] == []


def test_a_link_that_was_ended_is_asked_about(settled):
    said = settled("unlink", "hr-to-app", "E1001", "--reason", "wrong Elin", "--json")
    plan = settled("plan", "hr-to-app", "--json")
    (question,) = settled("matches", "hr-to-app", "--json").json["questions"]

    fits("unlink", said.json)
    assert said.json["links"][0]["target_id"] == "u-1"
    assert [one["key"] for one in plan.json["set_aside"]].count("E1001") == 1
    assert (question["key"], question["candidates"][0]["parted"]) == ("E1001", True)
    assert settled("audit", "verify").code == 0


def test_a_linked_record_takes_no_answer_until_its_link_is_ended(settled):
    refused = settled("link", "hr-to-app", "E1001", "new", "--reason", "r")
    parted = settled("unlink", "hr-to-app", "E1001", "--reason", "wrong")
    given_back = settled("link", "hr-to-app", "E1001", "u-1", "--reason", "right after all")
    settled("run", "hr-to-app")

    assert (refused.code, parted.code, given_back.code) == (3, 0, 0)
    assert "provisor unlink" in refused.err
    assert settled("explain", "hr-to-app", "E1001", "--json").json["link"]["target_id"] == "u-1"


def test_nobody_is_parted_without_a_reason(settled):
    assert settled("unlink", "hr-to-app", "E1001").code == 2
    assert settled("unlink", "hr-to-app", "nobody", "--reason", "r").code == 2


def test_a_file_of_answers_is_kept_line_by_line(brown):
    other = next(k for k in people(brown).values() if k not in ("E1001", brown.key))
    file = brown.folder / "links.csv"
    file.write_text(f"key,account\n{brown.key},u-9\n{other},gone\n", encoding="utf-8")
    said = brown("link", "hr-to-app", "--file", str(file), "--reason", "cutover", "--json")
    again = brown("link", "hr-to-app", "--file", str(file), "--reason", "cutover")

    fits("link", said.json)
    states = {one["key"]: one["state"] for one in said.json["links"]}
    assert states == {brown.key: "kept", other: "refused"}
    assert said.code == again.code == 3
    assert "0 answer(s) kept, 1 known before, 1 refused" in again.out
    assert len(brown("override", "list", "--json").json["overrides"]) == 1


def test_a_file_that_contradicts_itself_is_refused_whole(brown):
    file = brown.folder / "links.csv"
    file.write_text(f"key,account\n{brown.key},u-9\nE1001,u-9\n", encoding="utf-8")
    said = brown("link", "hr-to-app", "--file", str(file), "--reason", "cutover")

    assert said.code == 2
    assert json.loads(brown("override", "list", "--json").out)["overrides"] == []
