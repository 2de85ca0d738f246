"""One bad row of a delta stands aside by itself, and everybody else goes on.

Numbers in brackets are those of scenarios of other products.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.rules import Guard
from tests.stories.towns import USERS, change, hire, look, plan_in_full, planned, settled


@pytest.fixture
def town(office):
    """A small town in which one poisoned row is not too large a share to be believed."""
    office.changes["guard"] = Guard(repeated_percent=50)
    return settled(office)


def spoil(town, key, rows=2):
    town.source.show_rows(USERS, key, rows)


def aside(result):
    return [(one.key, one.code) for one in result.stored.set_aside]


POISON = [("E0003", "repeated_key")]


def test_a_poisoned_row_is_set_aside_alone_and_the_others_flow(town):
    """[47] The delta is believed, the watermark moves on, and no full read follows."""
    spoil(town, "E0003")
    change(town, "E0003", title="Nobody knows")
    change(town, "E0004", title="Treasurer")
    hire(town, 11)
    result = town.run()

    assert look(result) == (False, "")
    assert aside(result) == POISON
    assert [act for act in planned(result) if act[0] != "membership"] == [
        ("create", "E0011"), ("update", "E0004"),
    ]  # fmt: skip
    assert town.account("E0004")["title"] == "Treasurer"
    assert town.account("E0003")["title"] == "Clerk"
    assert result.stored.records[USERS].classes["set_aside"] == 2
    assert all(tally.adds_up() for tally in result.stored.records.values())
    told = result.stored.set_aside[0].parts
    assert all(told[part] for part in ("what", "where", "safe", "next"))
    assert "Nobody knows" not in str(told)
    assert result.exit_code == 3


def test_the_next_cycle_tells_the_poisoned_row_again_and_nothing_of_the_others(town):
    """[47] The watermark was not held back for it."""
    spoil(town, "E0003")
    change(town, "E0004", title="Treasurer")
    town.run()
    result = town.run()

    assert look(result) == (False, "")
    assert (planned(result), aside(result)) == ([], POISON)
    assert result.stored.look.rows == 2  # the same one, asked for by key


def test_a_row_that_is_repaired_flows_with_the_next_cycle(town):
    spoil(town, "E0003")
    change(town, "E0003", title="Treasurer")
    town.run()
    spoil(town, "E0003", rows=1)
    result = town.run()

    assert (look(result), aside(result)) == ((False, ""), [])
    assert planned(result) == [("update", "E0003")]
    assert town.account("E0003")["title"] == "Treasurer"
    assert planned(town.run()) == []


def test_a_second_row_that_is_gone_is_noticed_though_no_delta_tells_it(town):
    spoil(town, "E0003")
    change(town, "E0003", title="Treasurer")
    town.run()
    del town.source.faults.rows_of[USERS, "E0003"]
    result = town.run()

    assert (look(result), aside(result)) == ((False, ""), [])
    assert planned(result) == [("update", "E0003")]


def test_who_stays_poisoned_for_many_cycles_is_present_and_keeps_everything(town):
    spoil(town, "E0003")
    inside = {group: set(members) for group, members in town.target.members.items()}
    for number in range(6):
        town.pass_hours(25)
        change(town, "E0004", title=f"Clerk {number}")
        result = town.run()
        assert (planned(result), aside(result)) == ([("update", "E0004")], POISON)

    assert town.account("E0003")["active"] is True
    assert {group: set(members) for group, members in town.target.members.items()} == inside


def test_a_leaver_among_the_others_is_off_at_once(town):
    spoil(town, "E0003")
    change(town, "E0005", status="terminated", end_date="2031-04-01")
    result = town.run()

    assert (look(result), aside(result)) == ((False, ""), POISON)
    assert town.account("E0005")["active"] is False


def test_a_poisoned_leaver_is_held_until_the_row_can_be_read(town):
    spoil(town, "E0003")
    change(town, "E0003", status="terminated", end_date="2031-04-01")
    town.run()
    assert town.account("E0003")["active"] is True

    spoil(town, "E0003", rows=1)
    town.run()
    assert town.account("E0003")["active"] is False


def test_a_poisoned_row_that_the_source_takes_away_is_a_leaver_by_its_word(town):
    spoil(town, "E0003")
    town.run()
    town.source.remove(USERS, "E0003")
    result = town.run()

    assert (look(result), aside(result)) == ((False, ""), [])
    assert town.account("E0003")["active"] is False


def test_a_row_that_a_full_cycle_set_aside_is_asked_for_by_those_after_it(town):
    spoil(town, "E0003")
    assert aside(plan_in_full(town)) == POISON

    spoil(town, "E0003", rows=1)
    result = town.run()
    assert (look(result), aside(result), planned(result)) == ((False, ""), [], [])


def test_both_kinds_of_look_tell_the_same_of_a_poisoned_row(town):
    spoil(town, "E0003", rows=3)
    change(town, "E0004", title="Treasurer")
    part, whole = town.plan(), plan_in_full(town)

    assert (part.stored.look.full, whole.stored.look.full) == (False, True)
    assert part.stored.plan.digest == whole.stored.plan.digest
    assert part.stored.set_aside == whole.stored.set_aside
    assert part.stored.records == whole.stored.records


def test_more_poison_than_a_full_read_may_have_is_no_delta(town):
    town.changes["guard"] = Guard(repeated_percent=1)
    town.plan()
    spoil(town, "E0003")
    change(town, "E0005", title="Treasurer")
    result = town.plan()

    assert result.stored.look.full
    assert "2 of 10 rows have a repeated or empty key" in result.stored.look.reason
    assert planned(result) == []


def test_a_source_that_cannot_be_asked_says_itself_when_a_row_is_good_again(town, monkeypatch):
    kind = type(town.job().source)
    told = kind.describe

    def silent(connector):
        found = told(connector)
        if connector.world is not town.source:
            return found
        return replace(found, capabilities=replace(found.capabilities, finds=False))

    monkeypatch.setattr(kind, "describe", silent)
    spoil(town, "E0003")
    change(town, "E0003", title="Treasurer")
    assert aside(town.run()) == aside(town.run()) == POISON

    spoil(town, "E0003", rows=1)
    result = town.run()
    assert (look(result), aside(result)) == ((False, ""), [])
    assert planned(result) == [("update", "E0003")]
