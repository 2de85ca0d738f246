"""A name that nobody has: numbered, kept, freed, kept for leavers, and the same in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Change, Wave
from provisor.domain.expressions import parse
from provisor.domain.flow import Apply, AttributeMapping
from provisor.domain.link import HeldName
from provisor.domain.numbering import Compare, Numbering
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import Proposal
from provisor.domain.proposing import propose
from provisor.domain.record import Missing, Record, Value
from provisor.domain.rules import JobRules
from provisor.domain.schema import Attribute, ObjectSchema, ObjectType
from tests.domain.worlds import (
    NOON,
    USERS,
    account,
    assign,
    job_rules,
    link,
    mapping,
    person,
    user_rules,
    world,
)

PLAIN = "[login]"


def naming(
    numbering: Numbering | None,
    text: str = PLAIN,
    *,
    apply: Apply = Apply.ALWAYS,
    schema: ObjectSchema = USERS,
    **more: AttributeMapping,
) -> JobRules:
    """Rules in which nothing but the anchor and the name is mapped."""
    mappings = (
        mapping("externalId", "[employee_id]"),
        AttributeMapping("userName", parse(text), text, apply=apply, unique=numbering),
        *more.values(),
    )
    return job_rules(user_rules(mappings=mappings, match=(), schema=schema))


def named(key: str, login: Value, **values: Value) -> Record:
    return person(key, login=login, **values)


def holding(native: str, name: str, key: str = "", **values: Value) -> Record:
    owner: dict[str, Value] = {"externalId": key} if key else {}
    return Record(native, {**account(native).values, **owner, "userName": name, **values})


def proposed(
    people: Sequence[Record], accounts: Sequence[Record], rules: JobRules, **changes: object
) -> Proposal:
    links = [
        link(str(one.values["externalId"]), one.key)
        for one in accounts
        if "externalId" in one.values
    ]
    return propose(world(people, accounts, links, rules, **changes), assign)


def names(proposal: Proposal, attribute: str = "userName") -> dict[str, Value]:
    """Key to the name that a plan gives; who keeps theirs is not in it."""
    return {
        draft.key: change.after
        for draft in proposal.drafts
        for change in draft.action.changes
        if change.attribute == attribute and not isinstance(change.after, Missing)
    }


def refused(proposal: Proposal) -> dict[str, str]:
    return {one.key: one.code for one in proposal.set_aside}


def given_names(
    people: Sequence[Record], accounts: Sequence[Record], rules: JobRules, **more: object
):
    found = proposed(people, accounts, rules, **more)
    assert refused(found) == {}
    return names(found)


DOTTED = Numbering(start=1, pattern="{name}.{n}", compare=Compare.LETTERS_AND_DIGITS)


# --- scenarios that users of identity systems know -------------------------------------------


def test_namesakes_are_numbered_and_a_number_that_became_free_is_used_again():
    people = [named(key, "LeChuck") for key in ("E1", "E2", "E3")]
    assert given_names(people, [], naming(DOTTED)) == {
        "E1": "LeChuck",
        "E2": "LeChuck.1",
        "E3": "LeChuck.2",
    }

    left = [holding("a1", "LeChuck", "E1"), holding("a3", "LeChuck.2", "E3")]
    stayed = [people[0], people[2], named("E4", "Le_Chuck")]
    assert given_names(stayed, left, naming(DOTTED)) == {"E4": "Le_Chuck.1"}


def test_a_forbidden_name_is_passed_over():
    rules = naming(replace(DOTTED, never=frozenset({"barbossa.2", "Barbossa.3"})))
    there = [holding("a1", "barbossa"), holding("a2", "barbossa.1")]

    assert given_names([named("E1", "barbossa")], there, rules) == {"E1": "barbossa.4"}


@pytest.mark.parametrize(
    ("numbering", "expected"),
    [
        (Numbering(), ["Smith", "Smith2", "Smith3"]),
        (Numbering(start=1, always=True), ["Smith1", "Smith2", "Smith3"]),
        (Numbering(start=3), ["Smith", "Smith3", "Smith4"]),
        (Numbering(start=0, always=True, pattern="{n}-{name}"), ["0-Smith", "1-Smith", "2-Smith"]),
    ],
)
def test_numbers_begin_where_they_are_told_and_stand_behind_rivals_or_behind_everybody(
    numbering, expected
):
    people = [named(f"E{number}", "Smith") for number in range(3)]

    assert list(given_names(people, [], naming(numbering)).values()) == expected


@pytest.mark.parametrize(
    ("numbering", "tried"),
    [
        (Numbering(start=5, end=100, retries=2, always=True), 3),
        (Numbering(start=5, end=6, retries=100, always=True), 2),
        (Numbering(start=5, retries=2), 3),
        (Numbering(start=5, end=6), 3),
        (Numbering(retries=0), 1),
    ],
)
def test_after_the_last_number_comes_an_error_and_no_loop(numbering, tried):
    taken = [holding(f"a{n}", f"smith{n or ''}") for n in (0, *range(4, 103))]
    found = proposed([named("E1", "Smith")], taken, naming(numbering))

    assert refused(found) == {"E1": "no_unique_value"}
    assert f"{tried} values" in found.set_aside[0].parts["found"]


def test_a_value_that_is_taken_and_not_numbered_stops_the_record_for_good():
    unique = ObjectSchema(
        ObjectType.USERS,
        (*(a for a in USERS.attributes if a.name != "mail"), Attribute("mail", unique=True)),
        key="id",
        anchor="externalId",
        name="userName",
        switch=USERS.switch,
    )
    rules = naming(Numbering(), schema=unique, mail=mapping("mail", "[mail]"))
    there = [holding("a1", "somebody", mail="X@example.org")]
    found = proposed([named("E1", "new", mail="x@example.org")], there, rules)

    assert refused(found) == {"E1": "name_taken"}
    assert found.drafts == ()
    assert "x@example.org" not in str(found.set_aside[0].parts)


def test_a_rename_to_a_free_name_drops_the_number_and_to_a_taken_one_gets_another():
    there = [
        holding("a1", "smith", "E1"),
        holding("a2", "smith2", "E2"),
        holding("a3", "doe", "E3"),
    ]
    others = [named("E1", "smith"), named("E3", "doe")]

    assert given_names([*others, named("E2", "sparrow")], there, naming(Numbering())) == {
        "E2": "sparrow"
    }
    assert given_names([*others, named("E2", "doe")], there, naming(Numbering())) == {"E2": "doe2"}


def test_an_edit_of_something_else_never_changes_a_name():
    there = [holding("a1", "smith", "E1"), holding("a7", "Smith7", "E7", title="Clerk")]
    rules = naming(Numbering(end=5), title=mapping("title", "[title]"))
    people = [named("E1", "smith", title=None), named("E7", "smith", title="Chief")]
    found = proposed(people, there, rules)

    (draft,) = found.drafts
    assert draft.action.changes == (Change("title", "Clerk", "Chief"),)


# --- what counts as taken ---------------------------------------------------------------------


def test_names_are_compared_as_the_target_compares_them():
    exact = ObjectSchema(
        ObjectType.USERS,
        (Attribute("externalId"), Attribute("userName", unique=True, case_exact=True)),
        key="id",
        anchor="externalId",
        name="userName",
    )
    there = [holding("a1", "Anna")]

    assert given_names([named("E1", "anna")], there, naming(Numbering())) == {"E1": "anna2"}
    assert given_names([named("E1", "anna")], there, naming(Numbering(), schema=exact)) == {
        "E1": "anna"
    }
    once = naming(None, "SelectUniqueValue([login])", apply=Apply.ON_CREATE, schema=exact)
    assert given_names([named("E1", "Anna")], there, once) == {"E1": "Anna2"}


def test_a_name_that_a_link_holds_is_not_given_to_somebody_else():
    """The account of E1 is missing from the target; it is made again with its own name."""
    kept = {ObjectType.USERS: (HeldName("userName", "smith", "identity-E1"),)}
    people = [named("E0", "smith"), named("E1", "smith")]
    found = propose(
        world(people, [], [link("E1", "a1")], naming(Numbering()), kept_names=kept), assign
    )

    assert names(found) == {"E0": "smith2", "E1": "smith"}


def test_a_form_that_the_target_made_of_a_name_does_not_free_the_name():
    accepted = {"userName": ("Müller", "mueller")}
    there = [holding("a1", "mueller", "E1")]
    links = [link("E1", "a1", accepted=accepted)]
    people = [named("E0", "müller"), named("E1", "Müller")]
    found = propose(world(people, there, links, naming(Numbering())), assign)

    assert names(found) == {"E0": "müller2"}


def test_the_name_of_a_leaver_is_kept_from_everybody_but_the_leaver():
    left = {ObjectType.USERS: (HeldName("userName", "Smith", "identity-E1"),)}

    assert given_names([named("E2", "smith")], [], naming(Numbering()), kept_names=left) == {
        "E2": "smith2"
    }
    assert given_names([named("E1", "smith")], [], naming(Numbering()), kept_names=left) == {
        "E1": "smith"
    }


def test_a_plain_value_that_is_kept_for_a_leaver_waits_for_a_person_to_hand_it_on():
    left = {ObjectType.USERS: (HeldName("userName", "smith", "identity-E1"),)}
    plain = naming(None)
    newcomer = named("E2", "smith")
    assert refused(proposed([newcomer], [], plain, kept_names=left)) == {"E2": "name_taken"}

    pin = Override(
        "o1", OverrideKind.PIN, "", ObjectType.USERS, "E2", "userName", "smith", "reason", "author",
        "approver", NOON, None,
    )  # fmt: skip
    pinned = {(ObjectType.USERS, "E2"): (pin,)}
    assert given_names([newcomer], [], plain, kept_names=left, overrides=pinned) == {"E2": "smith"}


def test_what_a_person_pinned_to_somebody_nobody_else_chooses():
    pin = Override(
        "o1", OverrideKind.PIN, "", ObjectType.USERS, "E9", "userName", "smith", "reason", "author",
        "approver", NOON, None,
    )  # fmt: skip
    people = [named("E1", "smith"), named("E9", "anything")]
    overrides = {(ObjectType.USERS, "E9"): (pin,)}

    assert given_names(people, [], naming(Numbering()), overrides=overrides) == {
        "E1": "smith2",
        "E9": "smith",
    }


def test_of_two_newcomers_with_one_plain_value_the_first_by_key_gets_it():
    found = proposed([named("E2", "smith"), named("E1", "SMITH")], [], naming(None))

    assert (names(found), refused(found)) == ({"E1": "SMITH"}, {"E2": "name_taken"})


def test_a_value_may_change_hands_within_one_plan_the_giver_first():
    there = [holding("a1", "smith", "E1")]
    found = proposed([named("E1", "doe"), named("E2", "smith")], there, naming(None))

    assert names(found) == {"E1": "doe", "E2": "smith"}
    giver, taker = found.drafts
    assert (giver.key, giver.wave) == ("E1", Wave.RELEASE)
    assert giver.bundle == taker.bundle != ""


def test_whoever_cannot_have_the_new_value_does_not_free_the_old_one():
    there = [holding("a1", "smith", "E1"), holding("a2", "doe")]
    found = proposed([named("E1", "doe"), named("E2", "smith")], there, naming(None))

    assert refused(found) == {"E1": "name_taken", "E2": "name_taken"}
    assert found.accounts[ObjectType.USERS].classes["held"] == 1


def test_a_chosen_name_is_never_one_that_is_given_up_in_the_same_plan():
    there = [holding("a1", "smith", "E1")]

    assert given_names([named("E1", "doe"), named("E2", "smith")], there, naming(Numbering())) == {
        "E1": "doe",
        "E2": "smith2",
    }


def test_the_rules_of_a_choice_come_before_its_numbers():
    text = 'SelectUniqueValue([surname], Join(".", [given], [surname]))'
    people = [named(f"E{n}", "x", given="Ann", surname="Smith") for n in range(4)]
    once = naming(Numbering(), text, apply=Apply.ON_CREATE)

    assert list(given_names(people, [], once).values()) == [
        "Smith",
        "Ann.Smith",
        "Smith2",
        "Smith3",
    ]
    without = proposed(people, [], naming(None, text, apply=Apply.ON_CREATE))
    assert refused(without) == {"E2": "no_unique_value", "E3": "no_unique_value"}


def test_the_number_of_a_mail_address_stands_before_its_domain():
    assert given_names(
        [named("E1", "a.b@x.org")], [holding("a1", "A.B@x.org")], naming(DOTTED)
    ) == {"E1": "a.b.1@x.org"}


def test_a_name_that_ends_in_a_digit_is_not_taken_for_a_numbered_one():
    there = [holding("a1", "anna23", "E1")]

    assert given_names([named("E1", "anna2")], there, naming(Numbering())) == {}
    assert given_names([named("E1", "anna1")], there, naming(Numbering())) == {"E1": "anna1"}


# --- laws -------------------------------------------------------------------------------------

LOGINS = st.sampled_from(["smith", "Smith", "doe", "smith2", "do_e", None])
NUMBERINGS = st.sampled_from(
    [
        None,
        Numbering(),
        DOTTED,
        Numbering(start=1, always=True),
        Numbering(end=2),
        Numbering(retries=1),
    ]
)


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Record], list[Record], JobRules]:
    """People, some of whom have accounts; names collide often."""
    people = [named(f"E{n}", draw(LOGINS)) for n in range(draw(st.integers(1, 6)))]
    accounts: list[Record] = []
    for one in people:
        if draw(st.booleans()):
            name = draw(st.sampled_from(["smith", "smith2", "doe", "smith.1", "doe2", "x"]))
            if name not in {a.values["userName"] for a in accounts}:
                accounts.append(holding(f"a{one.key}", name, one.key))
    return people, accounts, naming(draw(NUMBERINGS))


@given(towns(), st.randoms(use_true_random=False))
def test_names_are_the_same_whatever_the_order_of_the_rows(town, shuffler):
    people, accounts, rules = town
    before = proposed(people, accounts, rules)
    shuffled, others = list(people), list(accounts)
    shuffler.shuffle(shuffled)
    shuffler.shuffle(others)

    assert proposed(shuffled, others, rules) == before


@given(towns())
def test_after_a_plan_no_two_accounts_share_a_name_and_whoever_has_one_keeps_it(town):
    people, accounts, rules = town
    found = proposed(people, accounts, rules)
    held: dict[str, Mapping[str, Value]] = {one.key: dict(one.values) for one in accounts}
    for draft in found.drafts:
        native = draft.action.native_id or f"new-{draft.key}"
        changed = {c.attribute: c.after for c in draft.action.changes}
        held[native] = {**held.get(native, {}), **changed}  # type: ignore[dict-item]  # no value is absent after
    shown = [str(values["userName"]).lower() for values in held.values()]
    again = proposed(people, [Record(native, values) for native, values in held.items()], rules)

    assert len(shown) == len(set(shown))
    assert names(again).keys() <= refused(found).keys()
    assert refused(again).keys() <= refused(found).keys()
