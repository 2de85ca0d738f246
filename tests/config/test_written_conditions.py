import pytest

from provisor.config.written_conditions import ConditionFault, read_condition
from provisor.config.yaml_document import parse_document
from provisor.domain.scope import AllOf, AnyOf, Clause, Operator


def read(text):
    return read_condition(parse_document(f"c: {text}", "x.yaml").value["c"])


A = "{attribute: a, operator: EQUALS, value: x}"
CLAUSE = Clause("a", Operator.EQUALS, "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (A, CLAUSE),
        (f"[{A}]", AllOf((CLAUSE,))),
        (f"{{all: [{A}, {A}]}}", AllOf((CLAUSE, CLAUSE))),
        (f"{{any: [{{all: [{A}]}}, {A}]}}", AnyOf((AllOf((CLAUSE,)), CLAUSE))),
        (f"{{all: [[{A}], {{any: [{A}]}}]}}", AllOf((AllOf((CLAUSE,)), AnyOf((CLAUSE,))))),
    ],
)
def test_every_form_of_a_condition_is_read(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("written", "operator"),
    [
        ("EQUALS", Operator.EQUALS),
        ("equals", Operator.EQUALS),
        ("Not Equals", Operator.NOT_EQUALS),
        ("NOT_EQUALS", Operator.NOT_EQUALS),
        ("not-equals", Operator.NOT_EQUALS),
        ("ends with", Operator.ENDS_WITH),
        ("ENDS_WITH", Operator.ENDS_WITH),
        ("Regex Match", Operator.REGEX_MATCH),
        ("NOT REGEX_MATCH", Operator.NOT_REGEX_MATCH),
        ("includes", Operator.INCLUDES),
    ],
)
def test_operators_are_taken_in_any_spelling(written, operator):
    assert read(f"{{attribute: a, operator: {written}, value: x}}") == Clause("a", operator, "x")


@pytest.mark.parametrize("operator", ["IS NULL", "is_not_null", "Is True", "IS_FALSE"])
def test_operators_without_a_value_need_none(operator):
    assert read(f"{{attribute: a, operator: {operator}}}").value == ""


@pytest.mark.parametrize(
    ("written", "text"),
    [("NO", "NO"), ("12", "12"), ("0042", "0042"), ("1.10", "1.10"), ("'true'", "true")],
)
def test_a_value_is_the_text_that_stands_in_the_file(written, text):
    assert read(f"{{attribute: a, operator: EQUALS, value: {written}}}").value == text


def test_equality_with_a_boolean_holds_for_booleans_and_their_texts():
    yes = read("{attribute: a, operator: EQUALS, value: true}")
    no = read("{attribute: a, operator: EQUALS, value: false}")

    assert yes == Clause("a", Operator.IS_TRUE)
    assert no == Clause("a", Operator.IS_FALSE)


def test_whole_numbers_are_compared_as_such():
    clause = read("{attribute: a, operator: greater than or equals, value: -3}")

    assert clause == Clause("a", Operator.GREATER_THAN_OR_EQUALS, "-3")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("x", ()),
        ("{}", ()),
        ("[]", ()),
        ("{all: []}", ("all",)),
        ("{any: x}", ("any",)),
        ("{any: [x]}", ("any", 0)),
        (f"{{any: [{A}], all: [{A}]}}", ("any",)),
        (f"{{all: [{A}, {{attribute: a, operator: EQ}}]}}", ("all", 1, "operator")),
        ("{attribute: a, operator: EQUALS, value: ''}", ()),
        ("{attribute: a, operator: EQUALS, value: [x]}", ()),
        ("{attribute: [a], operator: EQUALS, value: x}", ("attribute",)),
        ("{attribute: a, operator: [EQUALS], value: x}", ("operator",)),
        ("{attribute: a, operator: REGEX MATCH, value: '('}", ("value",)),
        ("{attribute: a, operator: GREATER_THAN, value: 1.5}", ("value",)),
        ("{operator: EQUALS, value: x}", ()),
    ],
)
def test_a_fault_is_named_with_its_place_inside_the_condition(text, path):
    with pytest.raises(ConditionFault) as caught:
        read(text)

    assert caught.value.path == path
    assert caught.value.error.next
