"""A reference on the command line: written into a column, and shown by name everywhere."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing

import pytest

CHIEFS = {"E1002": "E1001", "E1003": "E1001", "E1001": "E1007", "E1007": "E1001", "E1010": "E1012"}
MAPPING = '        title: {expression: "[job_title]"'


@pytest.fixture
def referring(shell):
    """The first example, whose application knows everybody's chief."""
    with closing(sqlite3.connect(shell.folder / "app.db")) as database:
        database.execute("ALTER TABLE users ADD COLUMN chief TEXT REFERENCES users (id)")
        database.commit()
    with (shell.folder / "hr.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (shell.folder / "hr.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "chief"])
        writer.writeheader()
        writer.writerows({**row, "chief": CHIEFS.get(row["employee_id"], "")} for row in rows)
    reference = '        chief: {reference: users, expression: "[chief]"}\n'
    shell.edit("provisor.yaml", MAPPING, reference + MAPPING)
    shell.edit(
        "provisor.yaml", "          title: {}\n", "          title: {}\n          chief: {}\n"
    )
    return shell


def chiefs(shell) -> dict[str, str]:
    query = "SELECT u.staff_no, c.staff_no FROM users u JOIN users c ON c.id = u.chief"
    return dict(shell.rows(query))


def settle(shell) -> None:
    assert shell("approve", "latest", "--reason", "checked", by="ben").code == 0
    assert shell("apply", "latest").code in (0, 3)


def test_a_column_gets_the_id_of_the_other_row_and_a_loop_is_no_trouble(referring):
    assert referring("plan", "hr-to-app").code in (3, 4)
    settle(referring)

    assert chiefs(referring) == {k: v for k, v in CHIEFS.items() if v != "E1012"}
    again = referring("plan", "hr-to-app", "--json")
    assert again.json["actions"] == []


def test_programs_get_keys_and_identities_and_people_only_keys(referring):
    plan = referring("plan", "hr-to-app", "--json").json

    (change,) = next(
        action["changes"]
        for action in plan["actions"]
        if action["key"] == "E1002" and action["operation"] == "update"
        and "identities" in action["changes"][0]
    )  # fmt: skip
    assert (change["attribute"], change["before"], change["after"]) == ("chief", None, "E1001")
    identity = change["identities"]["after"]
    assert identity
    readable = referring("show", "latest").out
    assert f"chief: nothing -> {identity}" not in readable
    assert "chief: nothing -> E1001" in readable


def test_what_is_left_out_is_counted_and_told(referring):
    plan = referring("plan", "hr-to-app", "--json").json

    assert plan["references"]["users"]["chief"] == {
        "in": 5,
        "planned": 4,
        "unchanged": 0,
        "pending": 1,
    }
    (left,) = plan["pending"]
    assert left == {
        "object": "users",
        "key": "E1010",
        "attribute": "chief",
        "value": "E1012",
        "reason": "no_account",
    }
    readable = referring("show", "latest").out
    assert "left out: users E1010, chief E1012: the record has no account" in readable
    story = referring("explain", "hr-to-app", "E1010")
    assert "the record has no account in the target" in story.out


def test_a_story_names_the_other_person_instead_of_an_id(referring):
    referring("plan", "hr-to-app")
    settle(referring)
    story = referring("explain", "hr-to-app", "E1002", "--json").json

    (line,) = [one for one in story["mapping"] if one["attribute"] == "chief"]
    assert (line["value"], line["present"]) == ("E1001", "E1001")


def test_two_plans_differ_in_names(referring):
    referring("plan", "hr-to-app")
    first = referring("show", "latest", "--json").json["plan"]
    text = (referring.folder / "hr.csv").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("E1002"))
    moved = row.removesuffix("E1001") + "E1007"
    (referring.folder / "hr.csv").write_text(text.replace(row, moved), encoding="utf-8")
    referring("plan", "hr-to-app")
    told = referring("show", "latest", "--diff", first).out

    assert "chief: E1001 => E1007" in told


CASES = """\
now: 2031-04-07T08:00:00Z
cases:
  - name: a chief is told by the key
    source:
      users:
        - {employee_id: E1, given_name: Elin, surname: Ek, status: active, chief: E2}
        - {employee_id: E2, given_name: Ida, surname: Ek, status: active, chief: E3}
    accounts:
      users: [{id: u-1, staff_no: E1, login: elin.ek, given_name: Elin, surname: Ek,
               title: Employee, active: 1}]
    links: [{key: E1, account: u-1}]
    expect:
      desired: {E1: {chief: E2}}
      plan:
        - create E2
        - {operation: update, key: E1, changes: {chief: E2}}
"""


def test_cases_tell_a_reference_by_its_key(referring):
    (referring.folder / "cases.yaml").write_text(CASES, encoding="utf-8")
    said = referring("test", str(referring.folder / "cases.yaml"), by=None)

    assert said.code == 0, said.out
