"""kill, break-glass and second persons, as a shell hears them."""

from __future__ import annotations

from tests.cli.test_drift_and_discovery import fits


def test_a_kill_says_what_became_of_every_account_and_leaves_an_override(settled):
    said = settled("kill", "E1002", "--reason", "stolen laptop", "--json")

    fits("kill", said.json)
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


def test_an_override_waits_for_a_second_person_who_says_so_on_the_store(settled):
    words = ("--kind", "keep", "--key", "E1002", "--reason", "r", "--days", "5", "--json")
    added = settled("override", "add", *words)
    (kept,) = added.json["overrides"]
    own = settled("override", "approve", kept["id"], "--reason", "fine")
    other = settled("override", "approve", kept["id"], "--reason", "fine", by="ben")
    listed = settled("override", "list", "--expiring", "7", "--json")

    fits("override", listed.json)
    assert (kept["waits"], kept["in_force"]) == (True, False)
    assert (own.code, other.code) == (4, 0)
    (standing,) = listed.json["overrides"]
    assert (standing["agreed_by"], standing["in_force"]) == ("ben", True)
    assert settled("override", "list", "--expiring", "3", "--json").json["overrides"] == []
    assert "agreed by ben" in settled("explain", "hr-to-app", "E1002").out


def test_what_a_kill_took_is_given_back_by_somebody_else_and_told_afterwards(settled):
    killed = settled("kill", "E1002", "--reason", "r", "--json").json["killed"][0]
    own = settled("override", "end", killed["overrides"][0], "--reason", "found")
    other = settled("override", "end", killed["overrides"][0], "--reason", "found", by="ben")

    assert (own.code, other.code) == (4, 0)
    assert "person_killed" not in settled("alerts").out
    assert killed["overrides"][0] in settled("explain", "hr-to-app", "E1002").out
    plan = settled("plan", "hr-to-app", "--json").json
    assert [(one["part"], one["verdict"]) for one in plan["parts"]] == [
        ("users.reenable", "needs_decision")
    ]


def test_a_membership_of_no_group_is_not_revoked(settled):
    words = ("override", "add", "--kind", "revoke", "--key", "E1002", "--reason", "r", "--value")

    assert settled(*words, "nowhere").code == 2
    assert settled("override", "list", "--json").json["overrides"] == []


def test_a_denial_cannot_end_with_the_person_whom_it_makes_leave(settled):
    words = ("--kind", "deny", "--key", "E1002", "--reason", "r", "--until", "leaving")

    assert settled("override", "add", *words).code == 2
    assert settled("override", "list", "--json").json["overrides"] == []


def test_a_gate_is_opened_listed_and_reviewed(settled):
    words = ("--target", "app", "--part", "users.disable", "--reason", "now or never", "--json")
    opened = settled("break-glass", "open", *words)
    (opening,) = opened.json["openings"]
    own = settled("break-glass", "review", opening["id"], "--reason", "fine")
    other = settled("break-glass", "review", opening["id"], "--reason", "nothing used", by="ben")
    listed = settled("break-glass", "list", "--json")

    fits("break-glass", listed.json)
    assert (own.code, other.code) == (4, 0)
    assert (
        "did you mean" in settled("break-glass", "open", *words[:2], "--part", "users.disabl").err
    )
    assert settled("break-glass", "open", "--target", "ap", *words[2:]).code == 2
    assert "reviewed" in settled("break-glass", "list").out
