"""Going back, and the ends: nothing new, twice the same, two at once, killed in between."""

from __future__ import annotations

import pytest

from provisor.domain.configuration_life import Stage
from provisor.errors import ConfigurationUnchanged, ConfigurationUnreviewed, RevisionClosed
from tests.stories.firms import NARROWER, TITLE, looked_at


class Killed(BaseException):
    """The process ended here."""


def kill_at(milestone):
    def reached(where):
        if where == milestone:
            raise Killed

    return reached


# --- going back -----------------------------------------------------------------------------------


def test_going_back_is_a_revision_of_its_own_and_asks_like_any_other(settled):
    before = settled.text()
    settled.bring_in(settled.text(NARROWER))
    settled.settle()
    assert settled.accounts()["E1010"] == 0

    settled.propose(origin="1")
    gained = looked_at(settled)["gained"]["listed"]
    assert ("E1010", "account") in {(one["key"], one["what"]) for one in gained}
    settled.say("latest")
    settled.activate("latest")
    one = settled.stands("active")
    assert (one.revision.number, one.revision.origin, settled.text()) == (3, 1, before)
    assert one.revision.digest == settled.stands("1").revision.digest

    result = settled.run()
    assert "new_revision" in {verdict.name for verdict in result.stored.verdicts}
    assert settled.accounts()["E1010"] == 0
    settled.approve_plan()
    settled.apply()
    assert settled.accounts()["E1010"] == 1
    assert settled.verified().problems == ()


def test_going_back_by_hand_asks_too_where_any_configuration_runs(firm):
    firm.edit(("revisions: {run: active}\n", ""))
    firm.settle("ann")
    first = firm.text()
    firm.edit(NARROWER)
    firm.settle("ann")
    firm.file.write_text(first, encoding="utf-8")
    result = firm.run()

    assert "new_revision" in {verdict.name for verdict in result.stored.verdicts}
    assert firm.accounts()["E1010"] == 0


# --- the ends -------------------------------------------------------------------------------------


def test_what_means_the_same_is_no_revision(settled):
    for text in (None, settled.text(("version: 1", "version: 1 # a remark"))):
        with pytest.raises(ConfigurationUnchanged):
            settled.propose(text)


def test_the_same_text_proposed_twice_is_one_revision(settled):
    for by in ("ann", "cleo"):
        settled.propose(settled.text(TITLE), by=by)
    one = settled.stands("latest")

    assert (one.revision.number, one.revision.author) == (2, "ann")
    assert len(one.chronicle.results) == 2


def test_of_two_proposals_the_second_is_overtaken_by_the_first(settled):
    settled.propose(settled.text(NARROWER))
    settled.propose(settled.text(TITLE))
    settled.say("3")
    settled.say("2")
    settled.activate("2")

    assert settled.stands("3").stage is Stage.OVERTAKEN
    for act in (settled.activate, settled.say):
        with pytest.raises(RevisionClosed):
            act("3")
    settled.propose(origin="3")
    assert settled.stands("latest").revision.after == 2


def test_a_process_killed_after_approval_leaves_what_anybody_can_go_on_with(settled):
    settled.propose(settled.text(TITLE))
    settled.reached = kill_at("revision.spoken")
    with pytest.raises(Killed):
        settled.say("latest")
    settled.reached = lambda _milestone: None

    assert settled.run().stored.revision == 1
    assert settled.activate("latest") == 0


def test_a_process_killed_before_the_file_is_written_is_mended_by_activating_again(settled):
    settled.propose(settled.text(NARROWER))
    settled.say("latest")
    settled.reached = kill_at("revision.activated")
    with pytest.raises(Killed):
        settled.activate("latest")
    settled.reached = lambda _milestone: None

    with pytest.raises(ConfigurationUnreviewed):
        settled.run()
    assert settled.activate("active") == 0
    assert settled.run().stored.revision == 2


def test_a_text_that_is_no_revision_is_never_written_over(settled):
    settled.propose(settled.text(NARROWER))
    settled.say("latest")
    settled.edit(TITLE)
    mine = settled.text()

    assert settled.activate("latest") == 3
    assert settled.text() == mine
