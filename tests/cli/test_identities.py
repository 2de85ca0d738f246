"""identity on the command line, and who people are in explain and matches."""

from __future__ import annotations

import json

import pytest
from pydantic import TypeAdapter

from provisor.cli import main
from provisor.cli.output_schemas import SHAPES
from provisor.engine.job import Executor
from tests.stories.bureau import JOB, opened


def fits(name: str, value: object) -> None:
    TypeAdapter(SHAPES[name]).validate_python(value, strict=True)


@pytest.fixture
def say(tmp_path, capsys):
    """Give a command in a bureau in which one record is in question."""
    bureau = opened(tmp_path, Executor.BY_SIZE)
    bureau.carry_out()
    bureau.show("contractors", "C9", given_name="GivenE002", surname="SurE002", nid="")
    bureau.write_all()

    def command(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(tmp_path / "provisor.yaml"), "--as", "ann", *words])
        told = capsys.readouterr()
        assert ended.value.code in (code, None if code == 0 else code)
        return str(told.out + told.err)

    return command


def test_a_question_is_shown_and_answered_and_the_answer_taken_back(say):
    found = json.loads(say("matches", JOB, "--json"))
    fits("matches", found)
    (question,) = found["people"]
    assert question["record"] == "contractors:C9"
    assert "identity merge people" in say("matches", JOB)

    merged = ("identity", "merge", "people", "E002", "contractors:C9", "--reason", "papers seen")
    said = json.loads(say(*merged, "--json"))
    fits("identity merge", said)
    assert said["records"] == ["contractors:C9"]
    assert json.loads(say("matches", JOB, "--json"))["people"] == []

    said = say("identity", "split", "people", "contractors:C9", "--reason", "a namesake")
    assert "contractors:C9 is not E002" in said


def test_a_person_is_shown_with_records_and_origins(say):
    shown = json.loads(say("identity", "show", "people", "directory:D2", "--json"))
    fits("identity show", shown)

    assert shown["person"] == "E002"
    assert [one["record"] for one in shown["records"]] == ["directory:D2", "hr:E002"]
    mail = next(one for one in shown["attributes"] if one["attribute"] == "mail")
    assert mail["origin"] == "directory:D2"
    assert {"phone", "title", "status"} <= {one["attribute"] for one in shown["attributes"]}
    assert "directory:D2" in say("identity", "show", "people", "E002")
    assert json.loads(say("explain", JOB, "hr:E002", "--json"))["person"]["person"] == "E002"
    assert "directory:D2, by national_id" in say("explain", JOB, "D2")


def test_a_plan_on_demand_takes_any_key_of_a_person(say):
    plan = json.loads(say("plan", JOB, "--only", "directory:D3", "--json", code=0))

    assert plan["records"]["users"]["in"] == 1


def test_who_is_who_is_said_of_joined_systems_only(say):
    refused = say("identity", "merge", "peple", "E002", "C9", "--reason", "x", code=2)
    assert "did you mean `people`?" in refused
    assert "needs a reason" in say("identity", "split", "people", "C9", code=2)


def test_words_about_a_person_are_understood_by_any_key_of_theirs(say):
    held = json.loads(
        say("override", "add", "--kind", "hold", "--key", "directory:D2", "--reason", "r", "--json")
    )
    (added,) = held["overrides"]

    parted = json.loads(say("unlink", JOB, "directory:D2", "--reason", "not theirs", "--json"))
    (account,) = [one["target_id"] for one in parted["links"]]
    answered = json.loads(say("link", JOB, "D2", account, "--reason", "it is theirs", "--json"))

    assert added["key"] == "E002"
    assert [(one["key"], one["state"]) for one in answered["links"]] == [("E002", "kept")]
