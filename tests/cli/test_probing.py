"""`probe` says how a system wants to be spoken to; a trial has a reason and stands in the log."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_commands import fits
from tests.connectors.faulty_scim import faulty_scim
from tests.connectors.odd_scim import OddScim

TRIAL = ("probe", "cloud", "--try", "--reason", "new system")


@pytest.fixture
def server(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[OddScim]:
    """A SCIM server of bare managers as a third system of the configuration."""
    monkeypatch.setenv("CLOUD_TOKEN", "t")
    with faulty_scim(server=OddScim(manager_as="text")) as running:
        told = f"  cloud: {{connector: scim, url: '{running.url}', token: {{env: CLOUD_TOKEN}}}}\n"
        shell.edit("provisor.yaml", "  app:     ", f"{told}  app:     ")
        assert isinstance(running, OddScim)
        yield running


def tried(shell: Shell) -> list[str]:
    """The leaves of the log that tell of trials."""
    with closing(sqlite3.connect(shell.folder / "state" / "provisor.db")) as store:
        leaves = store.execute("SELECT body FROM leaf ORDER BY position").fetchall()
    texts = [bytes(leaf[0]).decode() for leaf in leaves]
    return [text for text in texts if "system_tried" in text]


def test_what_a_trial_finds_is_saved_and_understood(shell, server):
    path = shell.folder / "cloud.dialect.yaml"
    said = shell(*TRIAL, "--save", str(path))

    assert said.code == 0
    assert "reference: text" in path.read_text(encoding="utf-8")
    assert server.users == server.groups == {}
    shell.edit(
        "provisor.yaml", "connector: scim,", "connector: scim, dialect_path: cloud.dialect.yaml,"
    )
    assert shell("check", "--connect").code == 0


def test_a_trial_stands_in_the_log_before_and_after(shell, server):
    assert shell(*TRIAL).code == 0
    before, after = tried(shell)

    assert '"reason"' in before
    assert "new system" not in before
    assert '"left_behind":0' in after


def test_what_is_left_behind_is_told_and_is_no_success(shell, server):
    server.deletion = "refused"
    said = shell(*TRIAL, "--json")

    fits("probe", said.json)
    assert said.code == 3
    assert len(said.json["left_behind"]) == 2


def test_a_trial_without_a_reason_sends_nothing(shell, server):
    assert shell("probe", "cloud", "--try").code == 2
    assert server.requests == []


@pytest.mark.parametrize("words", [(), ("--target", "cloud")])
def test_a_trial_keeps_to_a_freeze(shell, server, words):
    assert shell("freeze", *words, "--reason", "stop").code == 0

    assert shell(*TRIAL).code == 4
    assert server.requests == []


def test_looking_writes_nothing_anywhere(shell, server):
    said = shell("probe", "cloud", "--json")

    fits("probe", said.json)
    assert said.code == 0
    assert {one.method for one in server.requests} == {"GET"}
    assert tried(shell) == []


def test_a_saved_file_is_never_written_over(shell, server):
    path = shell.folder / "cloud.dialect.yaml"
    path.write_text("verbs: title\n")

    assert shell("probe", "cloud", "--save", str(path)).code == 2
    assert path.read_text() == "verbs: title\n"


def test_a_system_of_one_manner_says_so(shell, server):
    assert shell("probe", "app").code == 3
