"""Plans for people with five minutes: differences, what-if, what waits, what it takes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from provisor.cli.output_schemas import SHAPES


def fits(name: str, value: object) -> None:
    TypeAdapter(SHAPES[name]).validate_python(value, strict=True)


@pytest.fixture
def rows(settled):
    """The lines of the feed, by key, and a way to write them back."""
    path = settled.folder / "hr.csv"

    def change(key: str, old: str, new: str) -> None:
        lines = path.read_text(encoding="utf-8").splitlines()
        changed = [line.replace(old, new) if line.startswith(key) else line for line in lines]
        assert changed != lines
        path.write_text("\n".join(changed) + "\n", encoding="utf-8")

    return change


def keys_of(settled):
    text = (settled.folder / "hr.csv").read_text(encoding="utf-8").splitlines()
    return [line.split(",")[0] for line in text[1:]]


def first_name(settled, key):
    text = (settled.folder / "hr.csv").read_text(encoding="utf-8").splitlines()
    head = text[0].split(",")
    row = next(line for line in text if line.startswith(key)).split(",")
    return row[head.index("given_name")]


def test_two_plans_are_compared_in_words_and_as_json(settled, rows):
    one, two = keys_of(settled)[:2]
    rows(one, first_name(settled, one), "Renamed")
    was = settled("plan", "hr-to-app", "--json").json["plan"]
    rows(two, first_name(settled, two), "Other")
    now = settled("plan", "hr-to-app", "--json").json["plan"]
    said = settled("show", now[:12], "--diff", was[:12], "--json")
    read = settled("show", "latest", "--diff", was[:12])

    fits("diff", said.json)
    assert (said.code, read.code) == (0, 0)
    assert (said.json["plan"], said.json["against"]) == (now, was)
    assert two in {action["key"] for action in said.json["came"]}
    assert said.json["differences"]["unchanged"] >= 1
    assert "came:" in read.out


def test_a_plan_that_is_not_there_is_not_compared(settled):
    assert settled("show", "latest", "--diff", "0" * 64).code == 4


def test_one_person_is_run_on_demand_and_the_plan_says_so(settled, rows):
    one, two = keys_of(settled)[:2]
    for key in (one, two):
        rows(key, first_name(settled, key), f"New{key}")
    planned = settled("plan", "hr-to-app", "--only", one, "--json")
    done = settled("run", "hr-to-app", "--only", one, "--json")

    fits("run", done.json)
    assert planned.json["on_demand"] is True
    assert {action["key"] for action in done.json["actions"]} == {one}
    assert done.json["outcomes"]["done"] >= 1
    assert done.json["spent"]["calls"] >= 1
    assert settled("run", "hr-to-app", "--only", "nobody").code == 2


def test_a_plan_under_another_configuration_is_compared_and_not_kept(settled):
    text = (settled.folder / "provisor.yaml").read_text(encoding="utf-8")
    other = settled.folder / "other.yaml"
    assert 'default: "Employee"' in text
    other.write_text(text.replace('default: "Employee"', 'default: "Staff"'), encoding="utf-8")
    before = settled("status", "--json").json
    said = settled("plan", "hr-to-app", "--what-if", str(other), "--json")
    read = settled("plan", "hr-to-app", "--what-if", str(other))
    after = settled("status", "--json").json

    fits("what-if", said.json)
    assert (said.code, read.code) == (0, 0)
    assert said.json["today"]["configuration"] != said.json["what_if"]["configuration"]
    (came,) = said.json["came"]
    assert (came["key"], came["changes"]) == (
        "E1003",
        [{"attribute": "title", "before": "Employee", "after": "Staff"}],
    )
    assert "nothing of this is kept" in read.out
    assert after["log"] == before["log"]


def test_earlier_days_are_asked_about_and_days_that_were_not_read_are_gaps(settled):
    text = (settled.folder / "provisor.yaml").read_text(encoding="utf-8")
    other = settled.folder / "other.yaml"
    other.write_text(text.replace('default: "Employee"', 'default: "Staff"'), encoding="utf-8")
    asked = ("plan", "hr-to-app", "--what-if", str(other))
    settled("plan", "hr-to-app")
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()  # the example's time zone
    since = (today - timedelta(days=2)).isoformat()
    then = settled(*asked, "--as-of", today.isoformat(), "--json")
    period = settled(*asked, "--since", since, "--json")
    words = settled(*asked, "--since", since)

    fits("what-if", then.json)
    fits("what-if-over-time", period.json)
    assert [one["key"] for one in then.json["came"]] == ["E1003"]
    assert (period.json["compared"], period.json["gaps"]) == (1, 2)
    assert "gap: the history begins later" in words.out
    assert settled(*asked, "--as-of", since).code == 4
    assert settled(*asked, "--as-of", "yesterday").code == 2
    assert settled("plan", "hr-to-app", "--as-of", since).code == 2


def test_status_and_show_say_since_when_and_for_whom_something_waits(shell):
    digest = shell("plan", "hr-to-app", "--json").json["plan"]
    (job,) = shell("status", "--json").json["jobs"]
    shown = shell("show", digest[:8], "--json")
    read = shell("show", digest[:8])

    fits("show", shown.json)
    assert {wait["part"] for wait in job["waits"]} >= {"users.create"}
    assert {tuple(wait["not_by"]) for wait in shown.json["waits"]} == {("ann",)}
    assert "for one other than ann: groups.create" in read.out
    assert f"{digest[:12]} waits since" in shell("status").out


def test_a_plan_says_what_it_will_take_and_afterwards_what_it_took(shell):
    planned = shell("plan", "hr-to-app", "--json").json
    digest = planned["plan"]
    shell("approve", digest[:8], "--reason", "checked", by="ben")
    applied = shell("apply", digest[:8], "--json").json
    shown = shell("show", digest[:8], "--json").json

    assert planned["forecast"]["seconds"] is None
    assert planned["forecast"]["calls"] > 0
    assert applied["spent"]["calls"] == applied["foretold"]["calls"]
    assert shown["runs"][0]["spent"] == applied["spent"]
    assert "foretold" in shell("show", digest[:8]).out


def test_a_part_is_approved_and_another_rejected(shell):
    digest = shell("plan", "hr-to-app", "--json").json["plan"]
    no = shell(
        "reject", digest[:8], "--part", "groups.create", "--reason", "not yet", "--json", by="ben"
    )
    yes = shell(
        "approve", digest[:8], "--part", "users.create", "--reason", "fine", "--json", by="ben"
    )
    shown = shell("show", digest[:8], "--json").json

    fits("approve", no.json)
    fits("approve", yes.json)
    assert {wait["part"] for wait in yes.json["waits"]} == {wait["part"] for wait in shown["waits"]}
    assert "users.create" not in {wait["part"] for wait in shown["waits"]}
    assert shown["rejected"] >= 1


def test_who_asked_for_a_plan_withdraws_it(shell):
    digest = shell("plan", "hr-to-app", "--json").json["plan"]
    said = shell("withdraw", digest[:8], "--reason", "too early", "--json")

    assert (said.json["kind"], said.json["status"]) == ("call_off", "withdrawn")
    assert shell("apply", digest[:8]).code == 4
