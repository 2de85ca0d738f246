"""What flows where there is nothing: null, empty or absent, on creation and afterwards."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Action, Operation
from provisor.domain.expressions import parse
from provisor.domain.flow import Apply, AttributeMapping, WhenEmpty
from provisor.domain.proposing import propose
from provisor.domain.record import ABSENT, Missing, Presence, Record, Value
from provisor.domain.schema import Attribute, ObjectSchema
from tests.domain.worlds import (
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

KEEP, CLEAR = WhenEmpty.KEEP, WhenEmpty.CLEAR
ON_CREATE, ALWAYS = WhenEmpty.DEFAULT_ON_CREATE, WhenEmpty.DEFAULT_ALWAYS
KEPT, LEFT_OUT = "kept", "left out"
DEFAULT = "Employee"
NOTHINGS: tuple[Presence, ...] = (ABSENT, None, "", ())


def titled(
    when_empty: WhenEmpty | None, default: Presence, text: str = "[title]"
) -> AttributeMapping:
    return AttributeMapping("title", parse(text), text, default, when_empty=when_empty)


def hired(title: Presence) -> Record:
    one = person("E1")
    values = {name: value for name, value in one.values.items() if name != "title"}
    return Record("E1", values if isinstance(title, Missing) else {**values, "title": title})


def rules_with(
    *extra: AttributeMapping, without: tuple[str, ...] = ("title",), schema: ObjectSchema = USERS
):
    kept = tuple(m for m in user_rules().mappings if m.attribute not in without)
    return job_rules(user_rules(mappings=(*kept, *extra), schema=schema))


def actions(title: Presence, rules, *accounts: Record) -> list[Action]:
    links = [link("E1", "a1")] if accounts else []
    proposal = propose(world([hired(title)], accounts, links, rules), assign)
    assert [one.code for one in proposal.set_aside] == []
    return [draft.action for draft in proposal.drafts]


def created(title: Presence, rules) -> object:
    (action,) = actions(title, rules)
    assert action.operation is Operation.CREATE
    return next((c.after for c in action.changes if c.attribute == "title"), LEFT_OUT)


def updated(title: Presence, rules) -> object:
    found = actions(title, rules, account("a1", "E1", title="Chief"))
    if not found:
        return KEPT
    (action,) = found
    (change,) = action.changes
    assert action.operation is (Operation.CLEAR if change.after is None else Operation.UPDATE)
    return change.after


Case = tuple[WhenEmpty | None, Presence, Presence, object, object]
TABLE: list[Case] = [
    (None, ABSENT, None, LEFT_OUT, None),
    (None, ABSENT, "", LEFT_OUT, None),
    (None, ABSENT, (), LEFT_OUT, None),
    (None, ABSENT, ABSENT, LEFT_OUT, KEPT),
    *((None, DEFAULT, nothing, DEFAULT, DEFAULT) for nothing in NOTHINGS),
    *((KEEP, ABSENT, nothing, LEFT_OUT, KEPT) for nothing in NOTHINGS),
    *((CLEAR, ABSENT, nothing, LEFT_OUT, None) for nothing in NOTHINGS),
    *((ON_CREATE, DEFAULT, nothing, DEFAULT, KEPT) for nothing in NOTHINGS),
    *((ALWAYS, DEFAULT, nothing, DEFAULT, DEFAULT) for nothing in NOTHINGS),
]


@pytest.mark.parametrize(("when_empty", "default", "title", "on_create", "on_update"), TABLE)
def test_each_policy_treats_each_nothing_as_the_table_says(
    when_empty, default, title, on_create, on_update
):
    rules = rules_with(titled(when_empty, default))

    assert created(title, rules) == on_create
    assert updated(title, rules) == on_update


@pytest.mark.parametrize("when_empty", [None, *WhenEmpty])
def test_a_value_flows_under_every_policy(when_empty):
    rules = rules_with(titled(when_empty, DEFAULT))

    assert created("Clerk", rules) == "Clerk"
    assert updated("Clerk", rules) == "Clerk"


@pytest.mark.parametrize("when_empty", [None, KEEP, CLEAR, ON_CREATE])
def test_whoever_says_that_nothing_flows_is_obeyed(when_empty):
    ignoring = 'IIF([title] = "x", [title], IgnoreAttributeFlow)'
    default = DEFAULT if when_empty is ON_CREATE else ABSENT

    assert updated(None, rules_with(titled(when_empty, default, ignoring))) == KEPT


def test_a_default_of_the_creation_is_written_once_and_not_again():
    rules = rules_with(titled(ON_CREATE, DEFAULT))

    assert created(None, rules) == DEFAULT
    assert actions(None, rules, account("a1", "E1", title=DEFAULT)) == []


def test_what_is_kept_is_missed_by_a_target_that_requires_it_on_creation_only():
    schema = with_title(Attribute("title", required=True))
    rules = rules_with(titled(KEEP, ABSENT), schema=schema)
    found = propose(world([hired(None)], rules=rules), assign)

    assert [one.code for one in found.set_aside] == ["required_missing"]
    assert actions(None, rules, account("a1", "E1", title="Chief")) == []


def test_what_is_cleared_is_never_taken_from_a_target_that_requires_it():
    schema = with_title(Attribute("title", required=True))
    rules = rules_with(titled(CLEAR, ABSENT), schema=schema)
    accounts = [account("a1", "E1", title="Chief")]
    found = propose(world([hired(None)], accounts, [link("E1", "a1")], rules), assign)

    assert [one.code for one in found.set_aside] == ["required_missing"]
    assert found.drafts == ()


def with_title(attribute: Attribute) -> ObjectSchema:
    others = tuple(a for a in USERS.attributes if a.name != "title")
    return ObjectSchema(
        USERS.object_type,
        (*others, attribute),
        key=USERS.key,
        anchor=USERS.anchor,
        name=USERS.name,
        switch=USERS.switch,
    )


@pytest.mark.parametrize(("when_empty", "after"), [(CLEAR, None), (KEEP, KEPT), (None, None)])
def test_many_values_are_cleared_and_kept_like_one(when_empty, after):
    schema = with_title(Attribute("title", multi=True))
    rules = rules_with(titled(when_empty, ABSENT), schema=schema)
    found = actions((), rules, account("a1", "E1", title=("Chief", "Clerk")))

    assert [c.after for action in found for c in action.changes] == (
        [] if after == KEPT else [None]
    )
    assert all(action.operation is Operation.CLEAR for action in found)


def test_a_clear_is_an_act_of_its_own_beside_an_update():
    rules = rules_with(titled(CLEAR, ABSENT))
    held = account("a1", "E1", title="Chief", displayName="Somebody Else")
    found = {action.operation: action for action in actions(None, rules, held)}

    assert set(found) == {Operation.UPDATE, Operation.CLEAR}
    assert [c.attribute for c in found[Operation.CLEAR].changes] == ["title"]


def test_the_switch_that_becomes_null_is_a_clear_and_no_enable():
    rules = rules_with(mapping("active", "[flag]"), without=("active",))
    one = Record("E1", {**person("E1").values, "flag": None})
    found = propose(world([one], [account("a1", "E1")], [link("E1", "a1")], rules), assign)

    assert [draft.action.operation for draft in found.drafts] == [Operation.CLEAR]


@pytest.mark.parametrize("title", NOTHINGS)
def test_a_leaver_whose_columns_are_blanked_loses_nothing_but_the_switch(title):
    rules = rules_with(titled(CLEAR, ABSENT))
    gone = Record("E1", {**hired(title).values, "status": "terminated", "mail": None})
    found = propose(world([gone], [account("a1", "E1")], [link("E1", "a1")], rules), assign)

    (draft,) = found.drafts
    assert draft.action.operation is Operation.DISABLE
    assert [change.attribute for change in draft.action.changes] == ["active"]


PRESENT = st.sampled_from(["Chief", "", None])
FED: st.SearchStrategy[Presence] = st.sampled_from([*NOTHINGS, "Chief", "Clerk"])


@given(FED, PRESENT, st.sampled_from([None, *WhenEmpty]), st.sampled_from([ABSENT, DEFAULT]))
def test_what_a_plan_would_write_is_not_planned_again(title, present, when_empty, default):
    rules = rules_with(titled(when_empty, default))
    before = account("a1", "E1", title=present)
    after: Mapping[str, Value] = {
        **before.values,
        **{
            change.attribute: change.after
            for action in actions(title, rules, before)
            for change in action.changes
            if not isinstance(change.after, Missing)
        },
    }

    assert actions(title, rules, Record("a1", after)) == []


@given(FED, st.sampled_from([*WhenEmpty]), st.sampled_from([ABSENT, DEFAULT]))
def test_what_flows_once_never_touches_an_account_that_is_there(title, when_empty, default):
    once = AttributeMapping(
        "title", parse("[title]"), "[title]", default, Apply.ON_CREATE, when_empty
    )

    assert actions(title, rules_with(once), account("a1", "E1", title="Chief")) == []
