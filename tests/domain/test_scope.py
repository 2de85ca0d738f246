"""What conditions say of single records: the published examples, and every kind of value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.domain.clause import OF_GROUPS, Case, Clause, Operator, Quantifier
from provisor.domain.comparison import Truth, compare
from provisor.domain.proposing import propose
from provisor.domain.record import ABSENT, Record
from provisor.domain.scope import (
    AllOf,
    AnyOf,
    Condition,
    Not,
    Titled,
    decisive,
    judge,
)
from tests.domain.scope_cases import (
    AROUND,
    ASSIGNED_SALES,
    KINDS,
    PUBLISHED,
    TABLE,
    WITH_ASSIGNED,
    WITHOUT_ASSIGNED,
    clause,
    only,
    record,
)
from tests.domain.worlds import account, assign, job_rules, link, person, user_rules, world


def truth_of(condition: Condition, one: Record) -> Truth:
    return judge(condition, one, AROUND).holds


@pytest.mark.parametrize(
    ("condition", "one", "expected"),
    [pytest.param(*case[1:], id=case[0]) for case in PUBLISHED],
)
def test_the_published_examples_of_scoping_filters_agree(condition, one, expected):
    assert truth_of(condition, one) is expected


def test_without_a_filter_everybody_is_in_scope():
    proposal = propose(world([person("E1")], rules=job_rules(user_rules(scope=None))), assign)

    assert [draft.action.operation for draft in proposal.drafts] == ["create"]


def test_a_filter_beside_an_assignment_asks_for_both():
    sales = record(department="sales")

    assert judge(ASSIGNED_SALES, sales, WITH_ASSIGNED).holds is True
    assert judge(ASSIGNED_SALES, sales, WITHOUT_ASSIGNED).holds is False
    assert judge(ASSIGNED_SALES, record(department="hr"), WITH_ASSIGNED).holds is False


def test_who_falls_out_of_a_filter_is_disabled_in_the_next_cycle():
    rules = job_rules(user_rules(scope=clause("department", "EQUALS", "sales")))
    moved = world([person("E1", department="hr")], [account("a1", "E1")], [link("E1", "a1")], rules)
    proposal = propose(moved, assign)

    assert [(d.action.operation, d.action.rule) for d in proposal.drafts] == [
        ("disable", "out of scope: department EQUALS sales")
    ]


@pytest.mark.parametrize("asked", TABLE, ids=str)
def test_every_operator_answers_for_every_kind_of_value(asked: Clause):
    answers = tuple(truth_of(asked, only(value)) for value in KINDS)

    assert answers == TABLE[asked]


def test_the_table_names_every_operator():
    assert {asked.operator for asked in TABLE} == set(Operator) - OF_GROUPS


@pytest.mark.parametrize(
    ("asked", "value", "expected"),
    [
        (clause("a", "EQUALS", "Åsa"), "åSA", True),
        (clause("a", "NOT EQUALS", "x"), "X", False),
        (clause("a", "INCLUDES", "ENG"), "Engineer", True),
        (clause("a", "STARTS_WITH", "en"), "Engineer", True),
        (clause("a", "ENDS_WITH", "EER"), "Engineer", True),
        (Clause("a", Operator.IN, values=("SE", "NO")), "se", True),
        (Clause("a", Operator.NOT_IN, values=("SE", "NO")), "no", False),
        (clause("a", "&", "us,CA"), "ca", True),
        (clause("a", "!&", "us,CA"), "US", False),
        (clause("a", "REGEX MATCH", "en.*"), "ENGINEER", True),
        (clause("a", "NOT REGEX MATCH", "en.*"), "ENGINEER", False),
    ],
    ids=str,
)
def test_capitals_do_not_count_where_a_clause_ignores_them(asked, value, expected):
    ignoring = replace(asked, case=Case.IGNORE)

    assert compare(ignoring, value, AROUND.moment) is expected
    assert compare(asked, value, AROUND.moment) is not expected


@pytest.mark.parametrize(
    ("values", "one", "every"),
    [
        (("left", "right"), True, False),
        (("left", "left"), True, True),
        (("right",), False, False),
        ((), False, False),
        (("left", ""), True, False),
    ],
)
def test_a_list_is_asked_for_any_value_or_for_every_one(values, one, every):
    some = clause("a", "EQUALS", "left")

    assert truth_of(some, only(values)) is one
    assert truth_of(replace(some, quantifier=Quantifier.EVERY), only(values)) is every


@pytest.mark.parametrize(
    ("values", "one", "every"),
    [((8, "x"), True, None), ((1, "x"), None, False), (("x",), None, None)],
)
def test_an_unreadable_value_of_a_list_matters_only_where_the_others_do_not_decide(
    values, one, every
):
    above = clause("a", "GREATER_THAN", "5")

    assert truth_of(above, only(values)) is one
    assert truth_of(replace(above, quantifier=Quantifier.EVERY), only(values)) is every


@pytest.mark.parametrize(
    ("pattern", "value", "whole", "part"),
    [
        ("[0-9]{2}", "a12b", False, True),
        ("ab|abc", "abc", True, True),
        ("(?<year>[0-9]{4})", "2031", True, True),
        (r"a\.b", "a.b", True, True),
        ("", "a", False, True),
        ("^dept-", "dept-1", False, True),
    ],
)
def test_a_regular_expression_fits_the_whole_value_unless_told_otherwise(
    pattern, value, whole, part
):
    asked = clause("a", "REGEX MATCH", pattern)

    assert truth_of(asked, only(value)) is whole
    assert truth_of(replace(asked, anchored=False), only(value)) is part


@pytest.mark.parametrize("operator", [Operator.REGEX_MATCH, Operator.NOT_REGEX_MATCH])
def test_a_regular_expression_that_takes_too_long_says_nothing(operator):
    answer = judge(Clause("a", operator, "(a|aa)+$"), only("a" * 60 + "b"), AROUND)

    assert answer.holds is None
    assert "too long" in answer.doubt


@pytest.mark.parametrize("value", ["1_0", "٧", "5.5", "0x7", "--7", "+-7", "9" * 5000])
def test_only_plain_digits_are_a_number(value):
    assert truth_of(clause("a", "GREATER_THAN", "5"), only(value)) is None


@pytest.mark.parametrize("value", [2**80, str(2**80), " +12 "])
def test_numbers_of_any_size_are_compared_as_such(value):
    assert truth_of(clause("a", "GREATER_THAN", "11"), only(value)) is True


# --- what decided --------------------------------------------------------------------------


def deciding(condition: Condition, one: Record) -> list[str]:
    return [answer.clause for answer in decisive(condition, one, AROUND)]


A, B, C = clause("a", "EQUALS", "1"), clause("b", "EQUALS", "1"), clause("c", "AFTER", "now")


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        (AllOf((A, B)), {"a": "1", "b": "1"}, ["a EQUALS 1", "b EQUALS 1"]),
        (AllOf((A, B)), {"a": "1", "b": "2"}, ["b EQUALS 1"]),
        (AnyOf((A, B)), {"a": "2", "b": "1"}, ["b EQUALS 1"]),
        (AnyOf((A, B)), {"a": "2", "b": "2"}, ["a EQUALS 1", "b EQUALS 1"]),
        (Not(AnyOf((A, B))), {"a": "2", "b": "1"}, ["not (b EQUALS 1)"]),
        (Not(Not(A)), {"a": "1"}, ["a EQUALS 1"]),
        (AllOf((A, C)), {"a": "1", "c": "soon"}, ["c AFTER now"]),
        (AnyOf((A, AllOf((B, Not(A))))), {"a": "2", "b": "1"}, ["b EQUALS 1", "not (a EQUALS 1)"]),
    ],
    ids=str,
)
def test_exactly_the_clauses_that_decide_are_named(condition, values, expected):
    assert deciding(condition, Record("E1", values)) == expected


def test_the_titles_around_a_clause_are_told_from_outside_in():
    condition = Titled("Nordics", AnyOf((Titled("Sales", AllOf((A, B))), C)))
    answer = judge(condition, record(a="1", b="1"), AROUND)

    assert (answer.holds, answer.titles, answer.clause) == (True, ("Nordics", "Sales"), str(B))


@pytest.mark.parametrize("value", [ABSENT, None, "", "x"])
def test_an_answer_carries_what_was_found(value):
    assert judge(clause("a", "EQUALS", "x"), only(value), AROUND).found == value
