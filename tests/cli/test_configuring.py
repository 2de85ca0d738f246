"""Revisions as a shell meets them: words, shapes, exit codes."""

from __future__ import annotations

from pydantic import TypeAdapter

from provisor.cli.output_schemas import SHAPES


def fits(name: str, value: object) -> None:
    TypeAdapter(SHAPES[name]).validate_python(value, strict=True)


def write(shell, *edits: tuple[str, str]) -> str:
    """Write the file with words changed beside itself; return its path."""
    text = (shell.folder / "provisor.yaml").read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    place = shell.folder / "new.yaml"
    place.write_text(text, encoding="utf-8")
    return str(place)


def begin(shell) -> None:
    assert shell("config", "propose", "--reason", "first").code == 0
    assert shell("config", "approve", "1", "--reason", "fine", by="ben").code == 0
    assert shell("config", "activate", "1").code == 0


def test_a_revision_walks_from_proposal_to_force_with_shapes_that_hold(shell):
    said = shell("config", "propose", "--reason", "first", "--json")
    fits("revision", said.json)
    assert (said.code, said.json["stage"], said.json["hands"]) == (0, "proposed", ["ann"])
    assert said.json["results"]["what_if"][0]["gained"]["kinds"]["account"] == 9
    assert shell("config", "approve", "latest", "--reason", "me").code == 4
    said = shell("config", "approve", "latest", "--reason", "fine", "--json", by="ben")
    fits("revision", said.json)
    assert (said.json["stage"], said.json["approvers"]) == ("approved", ["ben"])
    said = shell("config", "activate", "1", "--json")
    fits("revision", said.json)
    assert (said.code, said.json["stage"]) == (0, "active")
    said = shell("config", "history", "--json")
    fits("config-history", said.json)
    assert (said.json["active"], said.json["enforced"]) == (1, False)
    assert shell("audit", "verify").code == 0


def test_what_was_done_names_its_revision_and_who_approved_it(shell):
    begin(shell)
    plan = shell("plan", "hr-to-app", "--json").json
    fits("plan", plan)
    assert (plan["revision"]["revision"], plan["revision"]["approvers"]) == (1, ["ben"])
    assert plan["stakes"]["lost"]["listed"][0]["key"] == "E1011"
    shown = shell("show", "latest", "--json").json
    fits("show", shown)
    assert shown["revision"] == plan["revision"]
    told = shell("explain", "hr-to-app", "E1002", "--json").json
    assert told["revision"]["author"] == "ann"
    status = shell("status", "--json").json
    fits("status", status)
    assert status["configuration"]["active"]["revision"] == 1
    assert "revision 1 by ann, approved by ben" in shell("show", "latest").out


def test_a_raised_limit_is_said_by_meaning_and_marked_before_the_text(shell):
    begin(shell)
    shell("config", "propose", write(shell, ("{count: 2,", "{count: 50,")), "--reason", "more")
    said = shell("config", "diff", "2", "--json").json
    fits("config-diff", said)

    assert said["looser"] == 1
    assert said["changes"][0]["words"] == (
        "jobs.hr-to-app.limits.disable.count raised from 2 to 50"
    )
    assert any(line.startswith("+") and "count: 50" in line for line in said["text"])
    out = shell("config", "diff", "2").out
    assert out.index("LOOSER") < out.index("--- revision 1")


def test_a_file_that_is_wrong_is_no_proposal(shell):
    place = write(shell, ('"[job_title]"', '"[job_titel]"'))
    said = shell("config", "propose", place, "--reason", "oops")

    assert said.code == 2
    assert shell("config", "history", "--json").json["revisions"] == []


def test_words_that_go_with_nothing_are_refused(shell):
    begin(shell)
    assert shell("config", "propose").code == 2
    assert shell("config", "propose", "--reason", "again").code == 4
    assert shell("config", "propose", "x.yaml", "--from", "1", "--reason", "both").code == 2
    assert shell("config", "show", "9").code == 4
    assert shell("config", "reject", "1", "--reason", "late", by="cleo").code == 4


def test_a_revision_s_text_comes_back_word_by_word(shell):
    begin(shell)

    assert shell("config", "show", "1", "--text").out == (
        (shell.folder / "provisor.yaml").read_text(encoding="utf-8")
    )


def test_a_file_that_something_else_writes_is_left_alone(shell):
    begin(shell)
    before = (shell.folder / "provisor.yaml").read_text(encoding="utf-8")
    shell("config", "propose", write(shell, ("{count: 2,", "{count: 3,")), "--reason", "more")
    shell("config", "approve", "2", "--reason", "fine", by="ben")

    assert shell("config", "activate", "2", "--keep-file").code == 0
    assert (shell.folder / "provisor.yaml").read_text(encoding="utf-8") == before
    assert "waits for a decision and shows who loses" in shell("config", "show", "active").out
