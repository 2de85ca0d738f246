"""kill, as a shell hears it."""

from __future__ import annotations


def test_a_kill_says_what_became_of_every_account_and_leaves_an_override(settled):
    said = settled("kill", "E1002", "--reason", "stolen laptop", "--json")

    (killed,) = said.json["killed"]
    assert (said.code, killed["out"], killed["keys"]) == (0, True, ["E1002"])
    assert [one["state"] for one in killed["accounts"]] == ["done"]
    assert settled.rows("SELECT active FROM users WHERE staff_no = 'E1002'") == [(0,)]
    (standing,) = settled("override", "list", "--json").json["overrides"]
    assert (standing["kind"], standing["state"]) == ("deny", "in force")
    assert standing["id"] in settled("explain", "hr-to-app", "E1002").out
    assert "person_killed" in settled("alerts").out
    assert settled("audit", "verify").code == 0


def test_a_kill_of_nobody_or_without_a_reason_changes_nothing(settled):
    assert settled("kill", "E1002").code == 2
    assert "did you mean" in settled("kill", "E1020", "--reason", "r").err
    assert settled("kill", *(f"E{n}" for n in range(11)), "--reason", "r").code == 2
    assert settled("override", "list", "--json").json["overrides"] == []


def test_a_kill_under_a_freeze_says_how_it_goes_on(settled):
    settled("freeze", "--reason", "look first")
    frozen = settled("kill", "E1002", "--reason", "r")
    sent = settled("kill", "E1002", "--reason", "r", "--despite-freeze")

    assert (frozen.code, "--despite-freeze" in frozen.out) == (3, True)
    assert sent.code == 0
    assert settled.rows("SELECT active FROM users WHERE staff_no = 'E1002'") == [(0,)]
