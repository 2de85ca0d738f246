"""`provisor undo` as people type it."""

from __future__ import annotations

import csv

from pydantic import TypeAdapter

from provisor.cli.output_schemas import SHAPES


def fits(name, value):
    TypeAdapter(SHAPES[name]).validate_python(value, strict=True)


def retitle(shell, key, title):
    """Give somebody another title at the source, carry it out, and return the run's id."""
    path = shell.folder / "hr.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    for row in rows:
        row["job_title"] = title if row["employee_id"] == key else row["job_title"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    done = shell("run", "hr-to-app", "--json")
    assert done.json["outcomes"]["done"] == 1, done.err
    return shell("status", "--json").json["jobs"][0]["run"]["run"]


def test_a_run_is_taken_back_shown_and_ended_by_words(settled):
    run = retitle(settled, "E1002", "Wrong")
    asked = settled("undo", run[:8], "--reason", "the feed lied", "--json")
    fits("undo", asked.json)
    assert asked.json["counts"]["back"] == 1
    assert asked.json["undoes"]["runs"] == [run]
    plan = asked.json["plan"]
    assert plan["undoes"]["undo"] == asked.json["undo"]
    shown = settled("show", plan["plan"])
    assert f"undoes run {run[:12]}" in shown.out
    fits("apply", settled("apply", plan["plan"], "--json").json)
    story = settled("explain", "hr-to-app", "E1002")
    assert f"undoes run {run[:12]}" in story.out
    ended = settled("override", "end", asked.json["undo"], "--reason", "HR was right")
    assert ended.code == 0
    assert "1 decision(s)" in ended.out
    assert settled("plan", "hr-to-app", "--json").json["counts"]["update"] == 1


def test_an_undo_in_words_says_what_becomes_of_everything(settled):
    run = retitle(settled, "E1002", "Wrong")
    said = settled("undo", "latest", "--reason", "the feed lied")
    assert said.code in (0, 3)
    assert "1 go back" in said.out
    assert "provisor override end undo-" in said.out
    assert settled("apply", "latest").code in (0, 3)
    again = settled("undo", run, "--reason", "the feed lied")
    assert "nothing is left to take back" in again.out


def test_an_undo_of_what_is_as_before_says_that_it_stays_so_without_a_plan(settled):
    wrong = retitle(settled, "E1002", "Wrong")
    first = settled("undo", wrong, "--reason", "the feed lied", "--json")
    settled("apply", first.json["plan"]["plan"])
    settled("override", "end", first.json["undo"], "--reason", "ended by mistake")
    kept = settled("undo", wrong, "--reason", "the feed lied", "--json")
    fits("undo", kept.json)
    assert kept.json["counts"]["as_before"] == 1
    assert (len(kept.json["overrides"]), kept.json["plan"]) == (1, None)
    settled("override", "end", kept.json["undo"], "--reason", "once more, in words")
    said = settled("undo", wrong, "--reason", "the feed lied")
    assert said.code == 0
    assert "everything is as before already, and they keep it so; no plan is needed" in said.out
    assert settled("plan", "hr-to-app", "--json").json["counts"]["update"] == 0


def test_an_undo_without_a_reason_is_refused_in_five_parts(settled):
    run = retitle(settled, "E1002", "Wrong")
    refused = settled("undo", run, "--json")
    assert refused.code == 2
    assert "--reason" in refused.out + refused.err
