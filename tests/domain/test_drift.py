"""Laws of drift: what did not move is none, what we wrote is none, and nothing is said twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.memory import World
from provisor.domain.drift import (
    Drift,
    DriftKind,
    Evidence,
    Known,
    OwnAct,
    Sight,
    after_acts,
    drift_of,
    with_facts,
)
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.record import ABSENT, Record
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType

USERS = ObjectType.USERS
START = datetime(2031, 4, 7, tzinfo=UTC)
RULES = ObjectRules(
    USERS,
    "employee_id",
    World().schemas[USERS],
    tuple(AttributeMapping(name, parse("[x]"), "[x]") for name in ("title", "department")),
)
NAMES = ("title", "department", "userName")
VALUES = st.sampled_from(["Clerk", "clerk", "Boss", "", None])
ROWS = st.dictionaries(st.sampled_from(NAMES), VALUES)


def at(hours: int, by: str = "read r") -> Evidence:
    return Evidence(START + timedelta(hours=hours), by)


def known_of(row: dict[str, str | None], hours: int = 0) -> dict[str, Known]:
    return {name: Known(row.get(name, ABSENT), at(hours)) for name in NAMES}


def found(
    known: dict[str, Known],
    row: dict[str, str | None] | None,
    acts: dict[str, list[OwnAct]] | None = None,
) -> list[Drift]:
    account = Record("u1", row) if row is not None else None
    sight = Sight("i1", "E1", "u1", account, known, acts or {})
    return drift_of(RULES, sight, at(1, "read before"), at(5, "read now"))


@settings(max_examples=60)
@given(ROWS)
def test_what_did_not_move_is_no_drift(row):
    assert found(known_of(row), row) == []
    louder = {name: value.upper() if value else value for name, value in row.items()}
    assert found(known_of(row), louder) == []


@settings(max_examples=60)
@given(ROWS, ROWS)
def test_what_was_written_down_is_not_told_again(before, after):
    known = known_of(before)
    first = found(known, after)

    assert found(with_facts(known, first), after) == []
    assert {one.attribute for one in first} <= set(NAMES)


@settings(max_examples=60)
@given(ROWS, ROWS)
def test_what_we_wrote_ourselves_is_no_drift(before, after):
    acts = {name: [OwnAct(after.get(name, ABSENT), at(2, "act a"), True)] for name in NAMES}

    assert found(after_acts(known_of(before), acts, {}, RULES), after) == []


@settings(max_examples=60)
@given(ROWS, ROWS)
def test_an_act_whose_end_nobody_knows_explains_and_does_not_count_as_done(before, after):
    acts = {name: [OwnAct(after.get(name, ABSENT), at(2, "act a"), False)] for name in NAMES}
    known = after_acts(known_of(before), acts, {}, RULES)

    moved = found(known, after, acts)
    assert [one.attribute for one in moved] == [one.attribute for one in found(known, after)]
    assert {one.explained_by for one in moved} <= {"act a"}


def test_the_window_begins_at_the_last_look_that_still_showed_it():
    (one,) = found(known_of({"title": "Clerk"}), {"title": "Boss"})
    assert (one.earlier.by, one.later.by) == ("read before", "read now")

    (late,) = found(known_of({"title": "Clerk"}, hours=3), {"title": "Boss"})
    assert late.earlier == at(3)


def test_an_account_of_which_nothing_is_known_cannot_have_drifted():
    assert found({}, {"title": "Boss"}) == []
    assert found({}, None) == []


def test_an_account_that_is_gone_is_one_drift_not_one_per_attribute():
    (one,) = found(known_of({"title": "Clerk"}), None)

    assert (one.kind, one.before, one.after) == (DriftKind.DELETED, "u1", None)


def test_a_form_that_the_target_made_of_our_value_is_what_is_known():
    acts = {"title": [OwnAct("Clerk ", at(2, "act a"), True)]}
    accepted = {"title": ("Clerk ", "Clerk")}
    known = after_acts({}, acts, accepted, RULES)

    assert found(known, {"title": "Clerk"}) == []
    assert [one.after for one in found(known, {"title": "Boss"})] == ["Boss"]
