"""What holds for every brown field: nothing is guessed, nothing given twice, nothing by order."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.action import Operation
from provisor.domain.answering import parted_accounts
from provisor.domain.plan import Proposal
from provisor.domain.proposing import propose
from provisor.domain.question import natives_in
from provisor.domain.record import Record, as_text
from provisor.domain.rules import AnchorPolicy, Case, MatchRule, MatchTerm
from provisor.domain.schema import ObjectType
from provisor.domain.world import Population, World
from tests.domain.chance import ChanceWorld
from tests.domain.crowds import crowd
from tests.domain.test_columns_equal_objects import as_rows, as_tables, check
from tests.domain.worlds import NOON, account, job_rules, person, user_rules, world

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


def brown(*people: Record, accounts: Collection[Record], **changes: object) -> Proposal:
    rules = job_rules(user_rules(**changes))
    return propose(world(people, accounts, rules=rules), assign)


def test_a_namesake_never_holds_a_leavers_disable_back() -> None:
    leaver = person("E9", status="terminated", mail="e9@example.org")
    namesake = person("E1", given="Ann", surname="Lee")
    held = account("a1", mail="e9@example.org", displayName="Ann Lee")
    (draft, other) = sorted(brown(leaver, namesake, accounts=[held]).drafts, key=lambda d: d.key)

    assert (draft.key, draft.action.operation, draft.action.native_id) == (
        "E1",
        Operation.CREATE,
        None,
    )
    assert (other.key, other.action.operation) == ("E9", Operation.DISABLE)


def test_a_composite_rule_holds_where_all_of_it_is_the_same() -> None:
    rule = MatchRule("title", decides=True, also=(MatchTerm("mail", case=Case.EXACT),))
    half = account("a1", title="clerk", mail="E1@example.org")
    whole = account("a2", title="clerk", mail="e1@example.org")
    (draft,) = brown(person("E1"), accounts=[half, whole], match=(rule,)).drafts

    assert draft.action.native_id == "a2"
    assert draft.action.rule.startswith("match title and mail")


def test_case_counts_as_the_rule_says_and_otherwise_as_the_target_says() -> None:
    upper = account("a1", mail="E1@EXAMPLE.ORG")

    def adopted_by(case: Case) -> bool:
        rule = MatchRule("mail", decides=True, case=case)
        return any(
            d.action.adopts for d in brown(person("E1"), accounts=[upper], match=(rule,)).drafts
        )

    assert [adopted_by(case) for case in (Case.SCHEMA, Case.IGNORE, Case.EXACT)] == [
        True,
        True,
        False,
    ]


def test_an_account_with_a_leavers_anchor_is_kept_for_the_leaver() -> None:
    leaver = person("E9", status="terminated", mail="e9@example.org")
    held = account("a1", externalId="E9", mail="e1@example.org")
    drafts = brown(
        leaver, person("E1"), accounts=[held], anchor_policy=AnchorPolicy.KEEP_FOREIGN
    ).drafts
    found = {draft.key: (draft.action.operation, draft.action.native_id) for draft in drafts}

    assert found == {"E1": (Operation.CREATE, None), "E9": (Operation.DISABLE, "a1")}


def test_who_would_own_a_contested_account_is_asked_and_gets_no_second_one() -> None:
    twins = [account(f"a{n}", mail="e1@example.org") for n in (1, 2)]
    rules = (MatchRule("mail", decides=True), MatchRule("displayName", decides=True))
    named = account("a1", mail="e1@example.org", displayName="Given E2")
    proposal = brown(person("E1"), person("E2"), accounts=[named, twins[1]], match=rules)

    assert proposal.drafts == ()
    assert {q.key: natives_in([q]) for q in proposal.questions} == {
        "E1": {"a1", "a2"},
        "E2": {"a1"},
    }
