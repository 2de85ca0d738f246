"""What holds for every brown field: nothing is guessed, nothing given twice, nothing by order."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.answering import parted_accounts
from provisor.domain.plan import Proposal
from provisor.domain.proposing import propose
from provisor.domain.question import natives_in
from provisor.domain.record import Record, as_text
from provisor.domain.rules import AnchorPolicy
from provisor.domain.schema import ObjectType
from provisor.domain.world import Population, World
from tests.domain.chance import ChanceWorld
from tests.domain.crowds import crowd
from tests.domain.test_columns_equal_objects import as_rows, as_tables, check
from tests.domain.worlds import NOON

USERS = ObjectType.USERS
CROWDS = st.builds(crowd, st.integers(0, 2**40), st.integers(1, 7), st.integers(0, 7))


def assign(_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
    return {key: f"new-{key}" for key in keys}


def world_of(chance: ChanceWorld) -> World:
    records = [Record(as_text(r["employee_id"]), r) for r in chance.rows["source", USERS]]
    accounts = [Record(as_text(r["id"]), r) for r in chance.rows["target", USERS]]
    links = tuple(chance.links[USERS])
    population = Population(tuple(records), accounts=tuple(accounts), links=links)
    return World(chance.rules, NOON, {USERS: population}, chance.overrides)


def proposed(chance: ChanceWorld) -> Proposal:
    return propose(world_of(chance), assign)


def adopted(proposal: Proposal) -> list[tuple[str, str]]:
    """Key and native id of every account that is taken over, once per key."""
    pairs = [(d.key, d.action.native_id or "") for d in proposal.drafts if d.action.adopts]
    return sorted(set(pairs))


@settings(max_examples=150)
@given(CROWDS, st.sampled_from([as_rows, as_tables]))
def test_both_executors_recognise_the_same_accounts(chance: ChanceWorld, pages) -> None:
    check(chance, pages)


@given(CROWDS, st.randoms(use_true_random=False))
def test_the_order_of_records_and_accounts_changes_no_answer(
    chance: ChanceWorld, order: random.Random
) -> None:
    first = proposed(chance)
    for rows in chance.rows.values():
        order.shuffle(rows)

    assert proposed(chance) == first


@given(CROWDS)
def test_no_account_is_given_to_two_people(chance: ChanceWorld) -> None:
    linked = [(link.key, link.native_id) for link in chance.links[USERS]]
    pairs = adopted(proposed(chance)) + linked
    natives = [native for _, native in pairs]

    assert len(natives) == len(set(natives))
    assert len(pairs) == len({key for key, _ in pairs})


@given(CROWDS)
def test_nobody_who_is_asked_about_gets_an_account(chance: ChanceWorld) -> None:
    proposal = proposed(chance)
    asked = {question.key for question in proposal.questions}

    assert not asked & {draft.key for draft in proposal.drafts}
    assert asked <= {one.key for one in proposal.set_aside}


@given(CROWDS)
def test_an_account_in_question_is_touched_by_nobody(chance: ChanceWorld) -> None:
    proposal = proposed(chance)
    contested = natives_in(proposal.questions)
    linked = {link.native_id for link in chance.links[USERS]}
    touched = {draft.action.native_id for draft in proposal.drafts}

    assert not (contested - linked) & touched


@given(CROWDS)
def test_rules_never_link_again_what_a_person_parted(chance: ChanceWorld) -> None:
    parted = parted_accounts(world_of(chance), chance.rules.objects[USERS])
    pairs = adopted(proposed(chance))

    assert not any(native in parted.get(key, ()) for key, native in pairs)


@given(CROWDS)
def test_a_foreign_anchor_is_taken_only_where_it_may_and_never_overwritten(
    chance: ChanceWorld,
) -> None:
    policy = chance.rules.objects[USERS].anchor_policy
    anchors = {as_text(r["id"]): as_text(r["externalId"]) for r in chance.rows["target", USERS]}
    drafts = proposed(chance).drafts
    kept = [d for d in drafts if d.action.native_id and anchors[d.action.native_id]]
    foreign = [d for d in kept if anchors[str(d.action.native_id)] == "foreign"]

    if policy is AnchorPolicy.KEEP_FOREIGN:
        assert all(c.attribute != "externalId" for d in kept for c in d.action.changes)
        assert all(d.action.anchor == anchors[str(d.action.native_id)] for d in kept)
    else:
        assert not [d for d in foreign if d.action.adopts and "override" not in d.action.rule]
