"""`check` says what is wrong with a mapping before anything runs, at its character."""

import pytest

from tests.cli.test_commands import fits

TITLE = 'title: {expression: "[job_title]", default: "Employee"}'
MAIL = 'mail: "[mail]"'


def margin(said, word):
    """The line with a caret below a line that holds a word, and the character above it."""
    lines = said.out.splitlines()
    place = next(n for n, line in enumerate(lines) if word in line)
    caret = lines[place + 1]
    assert caret.strip() == "^"
    return lines[place][caret.index("^") :]


def test_what_can_never_work_ends_with_2_and_a_caret_below_the_character(shell):
    shell.edit("provisor.yaml", MAIL, "mail: 'Left([mail], \"ten\")'")

    said = shell("check")

    assert said.code == 2
    assert "`Left` needs a whole number" in said.out
    assert margin(said, "mail: 'Left(").startswith('"ten")')


def test_nothing_is_planned_with_a_mapping_that_can_never_work(shell):
    shell.edit("provisor.yaml", MAIL, "mail: 'Left([mail], \"ten\")'")

    said = shell("plan", "hr-to-app")

    assert said.code == 2
    assert "`Left` needs a whole number" in said.err


def test_a_doubt_is_a_warning_with_a_caret_and_the_job_is_right(shell):
    block = 'mail: >-\n          Coalesce("none",\n            [mail])'
    shell.edit("provisor.yaml", MAIL, block)

    said = shell("check")

    assert said.code == 0
    assert "warning: this is never reached" in said.out
    assert margin(said, "[mail])").startswith("[mail])")


def test_what_may_be_empty_is_a_note_and_no_warning(shell):
    said = shell("check")

    assert "note: `name` is required, and `[name]` may be empty" in said.out
    assert "warning" not in said.out


@pytest.mark.parametrize(
    ("old", "new", "column", "right"),
    [
        (MAIL, "mail: 'Left([mail], \"ten\")'", 29, False),
        (MAIL, "mail: 'Coalesce(\"none\", [mail])'", 33, True),
        (MAIL, "mail: 'Lefft([mail], 1)'", 16, False),
        (MAIL, "mail: '[mial]'", 16, False),
    ],
)
def test_line_and_column_stand_in_json(shell, old, new, column, right):
    shell.edit("provisor.yaml", old, new)
    text = (shell.folder / "provisor.yaml").read_text(encoding="utf-8")
    line = text[: text.index(new)].count("\n") + 1

    said = shell("check", "--json")

    fits("check", said.json)
    assert said.json["right"] is right
    (found,) = said.json["problems"] or [d for d in said.json["doubts"] if d["level"] == "warning"]
    assert (found["line"], found["column"]) == (line, column)


def test_systems_answer_in_json(shell):
    said = shell("check", "--connect", "--json")

    fits("check", said.json)
    assert said.code == 0
    assert {line["system"]: line["well"] for line in said.json["systems"]} == {
        "hr": True,
        "app": True,
    }


def test_a_check_says_what_each_system_can_do_for_us_and_what_it_cannot(shell):
    said = {line["system"]: line for line in shell("check", "--connect", "--json").json["systems"]}
    words = shell("check", "--connect").out

    assert "is only read" in said["hr"]["cannot"]
    assert "switches accounts on and off" in said["app"]["can"]
    assert "gives nothing back: what is deleted is gone" in said["app"]["cannot"]
    for line in said.values():
        assert all(f"  + {one}" in words for one in line["can"])
        assert all(f"  - {one}" in words for one in line["cannot"])


def test_a_system_that_keeps_no_id_of_ours_is_told_so(shell):
    shell.edit("provisor.yaml", "        anchor: provisor_id                     #", "        #")

    cannot = {
        line["system"]: line["cannot"]
        for line in shell("check", "--connect", "--json").json["systems"]
    }

    assert any("waits for a person" in words for words in cannot["app"])
