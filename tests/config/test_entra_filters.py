"""Scoping filters: an OR of ANDs becomes `scope`, and no filter that is lost lets anybody in."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.config.entra.filters import Reader
from provisor.config.entra.parts import Part
from provisor.config.entra.report import Ledger
from provisor.config.entra.resources import Verdict, keys_of
from provisor.config.written_conditions import read_condition
from provisor.domain.record import Record
from provisor.domain.relative_time import Moment
from provisor.domain.scope import judge
from provisor.domain.surroundings import Surroundings
from tests.config.entra_samples import clause, group, mapping, rule, schema

AROUND = Surroundings(Moment(datetime(2031, 4, 7, tzinfo=UTC)))
WHOLE = "synchronizationRules", 0, "objectMappings", 0, "scope"


def read(filters, multivalued=()):
    """The scope, and what was said of each key of the filter."""
    tree = schema(rule(mapping(scope=filters)))
    ledger = Ledger()
    scope = Reader("objectId", frozenset(multivalued)).scope(Part(filters, WHOLE, ledger))
    report = ledger.report(keys_of(tree, "x"))
    return scope, {line.path[5:]: line for line in report.lines if line.path[:5] == WHOLE}


def of_groups(*groups, **more):
    return read({"groups": list(groups), **more})


def admits(scope, **values):
    record = Record("1", {"objectId": "1", **values})
    return scope is None or judge(read_condition(scope), record, AROUND).holds is True


def test_groups_are_alternatives_and_clauses_are_all_asked():
    scope, _ = of_groups(
        group(clause("department", "EQUALS", "sales"), clause("country", "EQUALS", "NO")),
        group(clause("title", "IS NOT NULL"), name="with a title"),
    )

    assert scope == {
        "any": [
            {
                "all": [
                    {"attribute": "department", "operator": "EQUALS", "value": "sales"},
                    {"attribute": "country", "operator": "EQUALS", "value": "NO"},
                ]
            },
            {
                "title": "with a title",
                "all": [{"attribute": "title", "operator": "IS NOT NULL"}],
            },
        ]
    }


@pytest.mark.parametrize(
    ("operator", "value", "admitted", "refused"),
    [
        ("EQUALS", "sales", "sales", "Sales"),
        ("NOT EQUALS", "sales", "Sales", "sales"),
        ("REGEX MATCH", "([1-9][0-9])", "42", "7"),
        ("NOT REGEX MATCH", ".*@example.org", "a@example.com", "a@example.org"),
        ("Includes", "Eng", "Engineer", "engineer"),
        ("ENDS_WITH", "@example.org", "a@example.org", "a@example.org.au"),
        ("&", "NO,DK,SE", "DK", "FR"),
        ("!&", "NO,DK,SE", "FR", "DK"),
        ("Greater_Than", "5", "6", "5"),
        ("Greater_Than_OR_EQUALS", "5", "5", "4"),
    ],
)
def test_every_operator_of_entra_with_a_value_is_taken(operator, value, admitted, refused):
    scope, lines = of_groups(group(clause("x", operator, value)))

    assert admits(scope, x=admitted)
    assert not admits(scope, x=refused)
    assert not admits(scope)
    assert Verdict.UNSUPPORTED not in {line.verdict for line in lines.values()}


@pytest.mark.parametrize(
    ("operator", "admitted", "refused"),
    [("IS TRUE", "True", "False"), ("IS FALSE", "false", "true"), ("IS NOT NULL", "a", "")],
)
@pytest.mark.parametrize("values", [(), ("",), ("true",)])
def test_every_operator_of_entra_without_a_value_is_taken(operator, admitted, refused, values):
    scope, _ = of_groups(group(clause("x", operator, *values)))

    assert admits(scope, x=admitted)
    assert not admits(scope, x=refused)


def test_empty_is_null():
    scope, _ = of_groups(group(clause("x", "IS NULL")))

    assert admits(scope, x="")
    assert not admits(scope, x="a")


BROKEN = [
    clause("x", "IsMemberOf", "group"),
    clause("x", "Present"),
    clause("", "EQUALS", "a"),
    clause("x", "EQUALS"),
    clause("x", "EQUALS", "a", "b"),
    clause("x", "Greater_Than", "5.5"),
    clause("x", "REGEX MATCH", "("),
    clause("IsSoftDeleted", "EQUALS", "True"),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_clause_that_cannot_be_taken_takes_its_group_with_it(broken):
    scope, lines = of_groups(
        group(clause("department", "EQUALS", "sales"), broken),
        group(clause("country", "EQUALS", "NO")),
    )

    assert scope == {
        "any": [{"all": [{"attribute": "country", "operator": "EQUALS", "value": "NO"}]}]
    }
    assert lines["groups", 0, "clauses", 0, "operatorName"].verdict is Verdict.UNSUPPORTED
    assert lines["groups", 0, "clauses", 1, "operatorName"].verdict is Verdict.UNSUPPORTED
    assert lines["groups", 1, "clauses", 0, "operatorName"].verdict is Verdict.TAKEN


@pytest.mark.parametrize("broken", BROKEN)
def test_nobody_is_in_scope_where_no_filter_can_be_taken(broken):
    scope, lines = of_groups(group(broken))

    assert not admits(scope, x="a", department="sales")
    assert "nobody" in lines["groups",].why


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"groups": None},
        {"groups": []},
        {"groups": [group()]},
        {"inputFilterGroups": [], "categoryFilterGroups": []},
    ],
)
def test_a_filter_that_asks_nothing_lets_everybody_in(filters):
    assert read(filters)[0] is None


def test_who_is_not_gone_needs_no_asking():
    scope, lines = of_groups(
        group(clause("IsSoftDeleted", "IS FALSE"), clause("country", "EQUALS", "NO"))
    )

    assert scope == {
        "any": [{"all": [{"attribute": "country", "operator": "EQUALS", "value": "NO"}]}]
    }
    assert lines["groups", 0, "clauses", 0, "operatorName"].verdict is Verdict.CHANGED
    only, _ = of_groups(group(clause("IsSoftDeleted", "EQUALS", "False")))
    assert admits(only)


def test_a_filter_of_input_is_asked_as_well_and_said():
    one, two = group(clause("a", "EQUALS", "1")), group(clause("b", "EQUALS", "1"))
    scope, lines = of_groups(one, inputFilterGroups=[two], categoryFilterGroups=[two])

    assert admits(scope, a="1", b="1")
    assert not admits(scope, a="1", b="2")
    assert not admits(scope, a="2", b="1")
    assert "disabled" in lines["inputFilterGroups",].why
    assert lines["categoryFilterGroups",].verdict is Verdict.CHANGED


def test_all_values_of_an_attribute_with_many_are_asked():
    scope, _ = read({"groups": [group(clause("aliases", "ENDS_WITH", ".org"))]}, {"aliases"})

    assert admits(scope, aliases=("a.org", "b.org"))
    assert not admits(scope, aliases=("a.org", "b.com"))


CLAUSES = st.one_of(
    st.sampled_from(BROKEN),
    st.builds(
        clause, st.sampled_from("abc"), st.sampled_from(["EQUALS", "NOT EQUALS"]),
        st.sampled_from("12"),
    ),
)  # fmt: skip
FILTERS = st.lists(st.builds(lambda c: group(*c), st.lists(CLAUSES, max_size=3)), max_size=3)


def entra_admits(groups, values):
    """The rule as Entra writes it; a clause that nobody understands is taken as not fulfilled."""
    asked = [g["clauses"] for g in groups if g["clauses"]]
    return not asked or any(all(holds(c, values) for c in clauses) for clauses in asked)


def holds(told, values):
    if told in BROKEN or told["sourceOperandName"] not in values:
        return False
    same = values[told["sourceOperandName"]] == told["targetOperand"]["values"][0]
    return same is (told["operatorName"] == "EQUALS")


@given(FILTERS, st.dictionaries(st.sampled_from("abc"), st.sampled_from("12")))
def test_nobody_gets_in_whom_entra_would_not_let_in(groups, values):
    scope, _ = of_groups(*groups)

    assert admits(scope, **values) == entra_admits(groups, values)
