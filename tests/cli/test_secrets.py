"""From the configuration to the person: a secret that only the target and its person ever have."""

from __future__ import annotations

import json
import sys

import pytest

HAND_OVER = """\
import json, pathlib, sys
told = json.load(sys.stdin)
if told["key"] == "E1004":
    sys.exit(9)
with pathlib.Path("handed.jsonl").open("a") as letters:
    letters.write(json.dumps(told) + "\\n")
"""


@pytest.fixture
def shell(shell):
    """The first example, with a password for everybody and a mail address that is not shown."""
    (shell.folder / "hand_over.py").write_text(HAND_OVER, encoding="utf-8")
    shell.edit("app.sql", "    title       TEXT,\n", "    title TEXT,\n    password TEXT,\n")
    shell.rows("ALTER TABLE users ADD COLUMN password TEXT")
    declared = "          title: {}\n"
    shell.edit("provisor.yaml", declared, f"{declared}          password: {{type: secret}}\n")
    shell.edit(
        "provisor.yaml",
        '        surname: "[surname]"\n',
        '        surname: "Redact([surname])"\n'
        """        password: {expression: 'RandomString(20, 2, 2, 2, 2, "")', """
        "apply: on_create, deliver: letter}\n",
    )
    shell.edit(
        "provisor.yaml",
        "accounts:   ",
        f"deliveries:\n  letter: {{command: [{json.dumps(sys.executable)}, hand_over.py]}}\n"
        "accounts:   ",
    )
    return shell


def test_a_secret_goes_from_chance_to_the_target_and_the_person_and_is_shown_to_nobody(shell):
    told = [shell("check"), shell("plan", "hr-to-app"), shell("show", "latest", "--json")]
    told += [shell("approve", "latest", "--reason", "checked", by="ben")]
    applied = shell("apply", "latest", "--json")
    told += [applied, shell("explain", "hr-to-app", "E1002", "--json"), shell("status")]

    set_there = dict(shell.rows("SELECT staff_no, password FROM users WHERE password <> ''"))
    lines = (shell.folder / "handed.jsonl").read_text().splitlines()
    handed = {one["key"]: one["value"] for one in map(json.loads, lines)}
    assert handed == {key: value for key, value in set_there.items() if key != "E1004"}
    assert len(set(set_there.values())) == len(set_there) > 5
    kept = b"".join(p.read_bytes() for p in (shell.folder / "state").iterdir() if p.is_file())
    for secret in set_there.values():
        assert secret.encode() not in kept
        assert all(secret not in one.out + one.err for one in told)

    (lost,) = [one for one in applied.json["left"] if one["error"] == "delivery_failed"]
    assert applied.code == 3
    assert "exit code 9" in lost["message"]
    assert "secrets_undelivered" in shell("alerts", "--json").out


def test_nobody_can_pin_a_secret(shell):
    words = (
        "--key",
        "E1002",
        "--attribute",
        "password",
        "--value",
        "hunter2",
        "--reason",
        "forgot",
    )
    refused = shell("override", "add", "--kind", "pin", *words)

    assert refused.code == 2
    assert "`password` is a secret" in refused.err
    assert "hunter2" not in refused.out + refused.err
    state = shell.folder / "state"
    kept = [p.read_bytes() for p in state.iterdir() if p.is_file()] if state.exists() else []
    assert not any(b"hunter2" in one for one in kept)


def test_a_redacted_value_reaches_the_target_and_nobody_who_looks(shell):
    told = [shell("plan", "hr-to-app"), shell("show", "latest", "--json")]
    told += [shell("show", "latest", "--jsonl"), shell("explain", "hr-to-app", "E1002")]
    told += [shell("explain", "hr-to-app", "E1002", "--json")]
    shell("approve", "latest", "--reason", "checked", by="ben")
    shell("apply", "latest")

    assert ("Moreau",) in shell.rows("SELECT surname FROM users")
    for one in told:
        assert "Moreau" not in one.out
    assert all("[Redact]" in one.out for one in (told[1], told[2], told[4]))
