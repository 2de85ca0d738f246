"""Laws of conditions, whatever they ask and whatever the record says."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.clause import OF_GROUPS, Circle, Operator, Quantifier
from provisor.domain.comparison import Truth, all_of, any_of, negated
from provisor.domain.record import Record
from provisor.domain.relative_time import Moment
from provisor.domain.schema import ObjectType
from provisor.domain.scope import (
    AllOf,
    AnyOf,
    Belonging,
    Clause,
    Condition,
    Not,
    Titled,
    decisive,
    judge,
    leaves_of,
)
from provisor.domain.surroundings import Roll, Shelf, Surroundings
from tests.domain.chance_conditions import (
    CIRCLES,
    ZONES,
    chance_condition,
    chance_leaf,
    referred,
    when,
)
from tests.domain.scope_cases import NOON

TRUTHS = st.sampled_from([True, False, None])
SEEDS = st.integers(0, 2**40)


def row(chance: random.Random) -> dict[str, object]:
    """A record with something of everything, much of it unusable."""
    return {
        "status": chance.choice(["active", "terminated", None]),
        "level": chance.choice([1, "2", "x", None]),
        "title": chance.choice(["Clerk", "clerks", ""]),
        "tags": chance.choice([("left",), ("a", "b"), (), "a"]),
        "mail": chance.choice(["n1@x.org", None]),
        "active": chance.choice([True, "no", None]),
        "start": when(chance, 0.3),
        "end_date": when(chance, 0.1),
        "manager": referred(chance, 0.2),
    }


def scene(seed: int) -> tuple[random.Random, Record, Surroundings]:
    chance = random.Random(seed)
    people = {f"E{n}": row(chance) for n in range(3)}
    shelves = {
        ObjectType.USERS: Shelf(people, frozenset({"e1"}), complete=chance.random() < 0.7),  # type: ignore[arg-type]  # rows hold values only
        ObjectType.GROUPS: Shelf({}, complete=chance.random() < 0.7),
    }
    rolls = {
        circle: Roll(frozenset(chance.sample(["E1", "E2"], 1)), complete=chance.random() < 0.7)
        for circle in CIRCLES
    }
    around = Surroundings(Moment(NOON, chance.choice(ZONES)), shelves, rolls)
    return chance, Record("E1", row(chance)), around  # type: ignore[arg-type]  # rows hold values only


def conditions(chance: random.Random, count: int) -> tuple[Condition, ...]:
    return tuple(chance_condition(chance, chance_leaf(chance)) for _ in range(count))


@given(st.lists(TRUTHS))
def test_any_and_all_are_each_others_opposite(truths: list[Truth]) -> None:
    assert negated(all_of(truths)) == any_of(map(negated, truths))


@settings(max_examples=200)
@given(SEEDS)
def test_a_double_not_changes_nothing(seed: int) -> None:
    chance, one, around = scene(seed)
    (condition,) = conditions(chance, 1)
    twice = judge(Not(Not(condition)), one, around)

    assert twice.holds == judge(condition, one, around).holds
    assert twice.clause == judge(condition, one, around).clause


@settings(max_examples=200)
@given(SEEDS, st.integers(1, 4))
def test_not_of_all_is_any_of_nots(seed: int, count: int) -> None:
    chance, one, around = scene(seed)
    parts = conditions(chance, count)
    nots = tuple(Not(part) for part in parts)

    assert judge(Not(AllOf(parts)), one, around).holds is judge(AnyOf(nots), one, around).holds
    assert judge(Not(AnyOf(parts)), one, around).holds is judge(AllOf(nots), one, around).holds


@settings(max_examples=200)
@given(SEEDS, st.integers(1, 4))
def test_the_order_of_parts_changes_no_answer(seed: int, count: int) -> None:
    chance, one, around = scene(seed)
    parts = conditions(chance, count)
    turned = tuple(chance.sample(parts, count))

    for group in (AllOf, AnyOf):
        assert judge(group(parts), one, around).holds is judge(group(turned), one, around).holds


@settings(max_examples=200)
@given(SEEDS)
def test_a_title_and_a_group_of_one_change_no_answer(seed: int) -> None:
    chance, one, around = scene(seed)
    (condition,) = conditions(chance, 1)
    plain = judge(condition, one, around)

    for wrapped in (Titled("x", condition), AllOf((condition,)), AnyOf((condition,))):
        assert judge(wrapped, one, around).holds is plain.holds
        assert judge(wrapped, one, around).clause == plain.clause


@settings(max_examples=200)
@given(SEEDS)
def test_the_clauses_that_decide_are_enough_to_decide(seed: int) -> None:
    """Whatever all the others said, the answer would be the same."""
    chance, one, around = scene(seed)
    (condition,) = conditions(chance, 1)
    whole = judge(condition, one, around)
    named = {id(answer.leaf) for answer in decisive(condition, one, around)}

    assert whole.leaf is None or id(whole.leaf) in named
    if whole.holds is not None:
        assert judge(_blurred(condition, named), one, around).holds is whole.holds


UNKNOWN = Belonging(Circle("a group that nobody has heard of"))


def _blurred(condition: Condition, named: set[int]) -> Condition:
    """The condition with an unknown in place of every clause that is not named."""
    match condition:
        case Clause() | Belonging():
            return condition if id(condition) in named else UNKNOWN
        case AllOf(parts):
            return AllOf(tuple(_blurred(part, named) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_blurred(part, named) for part in parts))
        case Not(part):
            return Not(_blurred(part, named))
        case Titled(title, part):
            return Titled(title, _blurred(part, named))


@settings(max_examples=200)
@given(SEEDS)
def test_what_cannot_be_said_is_never_a_value_in_plain_sight(seed: int) -> None:
    """An undecided answer says why, and never repeats what stands in the record."""
    chance, one, around = scene(seed)
    leaf = chance_leaf(chance)
    answer = judge(leaf, one, around)

    assert (answer.holds is None) == bool(answer.doubt)
    texts = [value for value in one.values.values() if isinstance(value, str) and len(value) > 3]
    assert [text for text in texts if text in answer.doubt] == []


@given(SEEDS)
def test_every_comparison_with_nothing_is_false(seed: int) -> None:
    chance = random.Random(seed)
    leaf = chance_leaf(chance)
    around = Surroundings(Moment(NOON), {kind: Shelf({}) for kind in ObjectType})
    if leaf.operator in OF_GROUPS or leaf.operator is Operator.IS_NULL:
        return

    assert judge(leaf, Record("E1", {}), around).holds is False


@settings(max_examples=200)
@given(SEEDS)
def test_what_every_value_fulfils_one_of_them_does(seed: int) -> None:
    chance, one, around = scene(seed)
    leaf = chance_leaf(chance)
    if isinstance(leaf, Clause):
        every = replace(leaf, quantifier=Quantifier.EVERY)
        some = replace(leaf, quantifier=Quantifier.ANY)

        assert judge(every, one, around).holds is not True or judge(some, one, around).holds is True


@given(SEEDS)
def test_every_clause_of_a_condition_is_found_in_reading_order(seed: int) -> None:
    leaves = [chance_leaf(random.Random(seed + n)) for n in range(4)]
    condition = AllOf((leaves[0], Not(AnyOf((leaves[1], Titled("t", leaves[2])))), leaves[3]))

    assert list(leaves_of(condition)) == leaves
