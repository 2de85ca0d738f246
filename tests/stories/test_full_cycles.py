"""When a look at what changed does not suffice, and what failures and rivals do to it."""

from __future__ import annotations

import pytest

from provisor.domain.clause import Belonging, Circle
from provisor.domain.scope import AnyOf, Clause, Operator
from provisor.engine.run import plan_job
from provisor.errors import Transient
from tests.stories.towns import (
    ACTIVE,
    change,
    hire,
    look,
    plan_in_full,
    planned,
    settled,
    users,
)


@pytest.fixture
def town(office):
    return settled(office)


# --- when what changed is not enough --------------------------------------------------------------


def test_a_refused_watermark_is_followed_by_a_full_read_never_by_no_changes(town):
    change(town, "E0002", title="Treasurer")
    town.source.feed.forget()
    result = town.plan()

    assert result.stored.look.full
    assert planned(result) == [("update", "E0002")]


def test_a_feed_that_stops_in_the_middle_is_read_as_a_whole_and_its_watermark_is_not_kept(town):
    """[46] A delta cut short covers nothing."""
    change(town, "E0002", title="Treasurer")
    change(town, "E0003", title="Treasurer")
    town.source.faults.cut_reads.append(1)
    result = town.plan()

    assert result.stored.look.full
    assert planned(result) == [("update", "E0002"), ("update", "E0003")]


def test_a_change_of_configuration_evaluates_everybody_anew_by_itself(town):
    users(town, scope=Clause("title", Operator.NOT_EQUALS, "Clerk"))
    town.changes["configuration"] = "b" * 64
    result = town.plan()

    assert look(result) == (True, "the configuration is another one")
    assert len(result.stored.plan.actions) == 10


def test_full_reads_everything_when_asked(town):
    assert look(plan_in_full(town)) == (True, "a full cycle was asked for")


def test_forgetting_what_is_known_costs_a_full_read_and_no_more(town):
    change(town, "E0002", title="Treasurer")
    before = town.plan()
    town.store.knowledge.forget("hr-to-app")
    after = town.plan()

    assert look(after)[0] is True
    assert after.stored.plan.digest == before.stored.plan.digest
    assert look(town.plan()) == (False, "")


def test_a_source_that_tells_no_changes_is_read_as_a_whole_every_time(office):
    hire(office, 1)
    office.plan()

    assert look(office.plan()) == (True, "hr users: the source does not say what changed")


def test_a_group_that_a_scope_names_and_that_comes_is_a_matter_of_everybody(town):
    users(town, scope=AnyOf((Belonging(Circle("G7")), ACTIVE)))
    town.changes["configuration"] = "c1" * 32
    town.plan()
    town.found_group("G7", "New")

    assert town.plan().stored.look.full


# --- failures, kills and two at once --------------------------------------------------------------


def test_a_record_that_is_set_aside_is_tried_again_in_every_cycle_and_holds_nobody_up(town):
    """[47] One poison record blocks itself; the watermark goes on."""
    change(town, "E0002", mail="e0003@example.org")
    first = town.plan()
    change(town, "E0004", title="Treasurer")
    second = town.plan()
    change(town, "E0002", mail="own@example.org")
    third = town.plan()

    assert [one.key for one in first.stored.set_aside] == ["E0002"]
    assert [one.key for one in second.stored.set_aside] == ["E0002"]
    assert planned(second) == [("update", "E0004")]
    assert third.stored.set_aside == ()


def test_what_a_target_refused_is_planned_again_until_it_takes_it(town):
    """[48] A failed act stays open, whatever else changes."""
    faults = town.target.faults
    faults.fail(faults.calls + 1, Transient("the system is busy"))
    change(town, "E0002", title="Treasurer")
    refused = town.run()
    change(town, "E0003", title="Other")
    again = town.run()

    assert refused.outcomes["failed"] == 1
    assert look(again) == (False, "")
    assert planned(again) == [("update", "E0002"), ("update", "E0003")]
    assert town.account("E0002")["title"] == "Treasurer"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("milestone", ["reads.kept", "proposal.made", "plan.kept"])
def test_whoever_is_killed_before_the_knowledge_is_kept_reads_the_same_changes_again(
    town, milestone
):
    """The watermark is kept with the result of what it covered, never before."""

    def stop(reached):
        if reached == milestone:
            raise Killed

    change(town, "E0002", title="Treasurer")
    with pytest.raises(Killed):
        plan_job(town.job(reached=stop))

    assert planned(town.plan()) == [("update", "E0002")]


def test_of_two_cycles_at_once_the_knowledge_of_one_is_kept_and_nothing_is_lost(town):
    """[49, 59] Both plan; whoever comes second keeps nothing, and reads the change again."""

    def meanwhile(reached):
        if reached == "plan.kept":
            change(town, "E0003", title="Second")
            town.plan("eve")

    change(town, "E0002", title="First")
    plan_job(town.job(reached=meanwhile))

    assert planned(town.plan()) == [("update", "E0002"), ("update", "E0003")]


def test_applying_looks_again_at_what_it_touches_alone(town):
    change(town, "E0002", title="Treasurer")
    change(town, "E0003", title="Treasurer")
    digest = town.plan().stored.plan.digest
    change(town, "E0003", title="Clerk")
    town.approve(digest)
    result = town.apply(digest)

    assert result.outcomes["done"] == 1
    assert result.outcomes["superseded"] == 1
    assert town.account("E0002")["title"] == "Treasurer"
