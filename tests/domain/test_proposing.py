"""The object executor: what follows for each kind of person and account."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from provisor.domain.action import Operation
from provisor.domain.leaving import Gone, Leave
from provisor.domain.link import Absence, Link, LinkState
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import Proposal
from provisor.domain.proposing import propose
from provisor.domain.record import Record
from provisor.domain.schema import ObjectType
from provisor.domain.world import Population, World
from tests.domain.worlds import (
    MODE_OURS,
    NOON,
    account,
    assign,
    job_rules,
    link,
    person,
    world,
)


def plan(subject: World) -> Proposal:
    proposal = propose(subject, assign)
    assert all(tally.adds_up() for tally in proposal.records.values())
    assert all(tally.adds_up() for tally in proposal.accounts.values())
    return proposal


def operations(proposal: Proposal) -> list[tuple[str, str]]:
    return [(d.action.operation.value, d.key) for d in proposal.drafts]


def test_a_joiner_gets_an_account_with_every_mapped_value() -> None:
    proposal = plan(world([person("E1")]))

    (draft,) = proposal.drafts
    assert draft.action.operation is Operation.CREATE
    assert {c.attribute: c.after for c in draft.action.changes} == {
        "externalId": "E1",
        "userName": "e1",
        "mail": "e1@example.org",
        "displayName": "Given E1",
        "title": "Clerk",
        "active": True,
    }


def test_a_right_account_needs_nothing() -> None:
    proposal = plan(world([person("E1")], [account("a1", "E1")], [link("E1", "a1")]))

    assert proposal.drafts == ()
    assert proposal.accounts[ObjectType.USERS].classes["unchanged"] == 1


def test_a_value_that_becomes_null_is_a_clear_apart_from_the_update() -> None:
    moved = person("E1", mail=None, title="Chief")
    proposal = plan(world([moved], [account("a1", "E1")], [link("E1", "a1")]))

    assert operations(proposal) == [("clear", "E1"), ("update", "E1")]


def test_a_leaver_loses_nothing_but_the_switch_and_waits_for_nobody() -> None:
    left = person("E1", status="terminated", mail=None, title=None, surname=None)
    proposal = plan(world([left], [account("a1", "E1")], [link("E1", "a1")]))

    (draft,) = proposal.drafts
    assert draft.urgent
    assert [c.attribute for c in draft.action.changes] == ["active"]


def test_a_leaver_is_deleted_only_after_the_days_since_our_disable() -> None:
    off = account("a1", "E1", active=False)
    left = person("E1", status="terminated")
    leave = Leave(NOON - timedelta(days=40), Gone.LEAVER)
    since = NOON - timedelta(days=29)
    young = link("E1", "a1", state=LinkState.DISABLED, since=since, leave=leave)
    due = replace(young, since=NOON - timedelta(days=30))

    assert operations(plan(world([left], [off], [young]))) == []
    assert operations(plan(world([left], [off], [due]))) == [("delete", "E1")]


def test_a_withdrawn_termination_switches_the_account_on_again() -> None:
    off = account("a1", "E1", active=False)
    disabled = link("E1", "a1", state=LinkState.DISABLED, since=NOON)

    assert operations(plan(world([person("E1")], [off], [disabled]))) == [("enable", "E1")]


def test_a_missing_row_follows_nothing_until_its_absence_is_proven() -> None:
    gone = world([person("E2")], [account("a1", "E1")], [link("E1", "a1")])

    assert ("disable", "E1") not in operations(plan(gone))
    assert plan(gone).accounts[ObjectType.USERS].classes["held"] == 1


@pytest.mark.parametrize(
    ("hours", "reads", "disabled"), [(25, 2, True), (25, 1, False), (23, 5, False)]
)
def test_absence_needs_two_reads_a_day_apart(hours: int, reads: int, disabled: object) -> None:
    absence = Absence("identity-E1", ObjectType.USERS, "E1", NOON - timedelta(hours=hours), reads)
    population = Population(
        (person("E2"),),
        accounts=(account("a1", "E1"),),
        links=(link("E1", "a1"),),
        absences={"E1": absence},
    )
    base = world()
    found = operations(plan(replace(base, populations={ObjectType.USERS: population})))

    assert (("disable", "E1") in found) is disabled


def test_an_account_with_our_anchor_is_adopted_whatever_else_differs() -> None:
    proposal = plan(world([person("E1")], [account("a1", "E1", title="Old")]))

    (draft,) = proposal.drafts
    assert draft.action.adopts
    assert draft.action.native_id == "a1"


def test_an_account_with_a_foreign_anchor_is_never_taken() -> None:
    foreign = account("a1", "E9", mail="e1@example.org")
    proposal = plan(world([person("E1")], [foreign]))

    assert operations(proposal) == [("create", "E1")]
    assert proposal.accounts[ObjectType.USERS].classes["orphan"] == 1


def test_a_rule_that_names_two_accounts_sets_the_record_aside() -> None:
    twins = [account("a1", mail="e1@example.org"), account("a2", mail="E1@example.org")]
    proposal = plan(world([person("E1")], twins))

    assert proposal.drafts == ()
    assert [s.code for s in proposal.set_aside] == ["ambiguous_match"]
    assert proposal.accounts[ObjectType.USERS].classes["ambiguous"] == 2


def test_a_namesake_is_only_proposed_and_a_person_decides() -> None:
    namesake = account("a1", displayName="Given E1")
    question = world([person("E1")], [namesake])
    answer = Override(
        "o1", OverrideKind.LINK, "", ObjectType.USERS, "E1", "", "new", "r", "a", "b", NOON, None
    )
    answered = replace(question, overrides={(ObjectType.USERS, "E1"): (answer,)})

    assert [s.code for s in plan(question).set_aside] == ["proposed_match"]
    assert operations(plan(answered)) == [("create", "E1")]


def test_two_joiners_never_choose_one_name() -> None:
    both = [person("E1", login="Ann"), person("E2", login="ann")]
    proposal = plan(world(both, [account("a9", userName="ANN2")]))

    names = {
        d.key: next(c.after for c in d.action.changes if c.attribute == "userName")
        for d in proposal.drafts
    }
    assert names == {"E1": "ann", "E2": "ann3"}


def test_a_poison_record_is_set_aside_and_nobody_else_is() -> None:
    bad = person("E1", login=None)
    proposal = plan(world([bad, person("E2")]))

    assert operations(proposal) == [("create", "E2")]
    assert proposal.records[ObjectType.USERS].classes["set_aside"] == 1


def test_bad_data_never_hold_a_leavers_disable_back() -> None:
    bad = Record("E1", {"employee_id": "E1", "status": "terminated"})
    proposal = plan(world([bad], [account("a1", "E1")], [link("E1", "a1")]))

    assert operations(proposal) == [("disable", "E1")]


def test_an_unlinked_leaver_is_found_by_a_deciding_rule_and_disabled() -> None:
    left = person("E1", status="terminated")
    found = account("a1", mail="e1@example.org")
    (draft,) = plan(world([left], [found])).drafts

    assert draft.action.operation is Operation.DISABLE
    assert draft.action.adopts
    assert not draft.urgent


def test_protected_accounts_are_never_touched() -> None:
    rules = job_rules(protected=frozenset({"e1"}))
    changed = person("E1", title="Chief")
    proposal = plan(world([changed], [account("a1", "E1")], [link("E1", "a1")], rules))

    assert proposal.drafts == ()
    assert proposal.accounts[ObjectType.USERS].classes["protected"] == 1


def test_a_repeated_key_counts_as_present() -> None:
    population = Population(
        (person("E2"),),
        repeated={"E1": 2},
        accounts=(account("a1", "E1"),),
        links=(link("E1", "a1"),),
        absences={
            "E1": Absence("identity-E1", ObjectType.USERS, "E1", NOON - timedelta(days=9), 9)
        },
    )
    proposal = plan(replace(world(), populations={ObjectType.USERS: population}))

    assert operations(proposal) == [("create", "E2")]
    assert proposal.accounts[ObjectType.USERS].classes["held"] == 1


def test_the_order_of_rows_changes_nothing() -> None:
    people = [person(f"E{n}", login=f"n{n % 3}") for n in range(9)]
    accounts = [account(f"a{n}", f"E{n}", title="Old") for n in range(3)]

    assert plan(world(people, accounts)) == plan(world(people[::-1], accounts[::-1]))


def test_people_and_groups_with_the_same_numbers_are_not_mixed_up() -> None:
    rules = job_rules(memberships=MODE_OURS)
    people = Population((person("E1"),), accounts=(account("1", "E1"),), links=(link("E1", "1"),))
    team = Record("G1", {"id": "G1", "name": "Team"})
    held = Record("1", {"id": "1", "externalId": "G1", "displayName": "Team"})
    tied = Link("group-G1", ObjectType.GROUPS, "G1", "1", "G1")
    groups = Population((team,), accounts=(held,), links=(tied,))
    both = {ObjectType.USERS: people, ObjectType.GROUPS: groups}
    settled = World(rules, NOON, both, source_members=(("G1", "E1"),), target_members=(("1", "1"),))

    assert plan(settled).drafts == ()
