"""A program that forgets its gates is found by the verifier, although its log is whole."""

import pytest

from provisor.engine import allowance, decide
from provisor.verifier import verify

pytestmark = pytest.mark.outer


def problems(shell):
    return verify(shell.folder / "state" / "provisor.db").problems


def test_what_waited_and_was_sent_without_a_vote_is_found(shell, monkeypatch):
    monkeypatch.setattr(allowance, "free_actions", lambda drafts, _parts: frozenset(drafts))
    shell("run", "hr-to-app")

    found = problems(shell)
    assert found
    assert all("waited for a decision, and nobody approved it" in one for one in found)


def test_an_approval_by_whoever_made_the_plan_is_found(shell, monkeypatch):
    shell("plan", "hr-to-app")
    monkeypatch.setattr(decide, "_refuse_own", lambda *_: None)

    assert shell("approve", "latest", "--reason", "r").code == 0

    assert problems(shell) == ("decision 1: whoever made the plan approved it",)


def test_what_was_approved_by_somebody_else_is_sound(settled):
    assert problems(settled) == ()
