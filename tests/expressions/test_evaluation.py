import pytest
from hypothesis import given

from provisor.domain.expressions import (
    FUNCTIONS,
    Circumstances,
    Computed,
    Dropped,
    Literal,
    NoUniqueValue,
    ObjectDropped,
    candidates,
    evaluate,
    parse,
    taken_from,
)
from provisor.domain.expressions.function import Need
from provisor.errors import ExpressionFailed
from tests.expressions.strategies import expressions, records


def outcome(text, values=None, taken=()):
    return evaluate(parse(text), values or {}, Circumstances(taken=taken_from(taken)))


def test_a_mapping_of_an_absent_attribute_writes_nothing():
    assert Dropped() == outcome("[title]")


def test_a_mapping_of_a_null_attribute_writes_null():
    assert Computed(None) == outcome("[title]", {"title": None})


def test_a_mapping_keeps_the_type_of_its_attribute():
    assert Computed(("a", 1)) == outcome("[tags]", {"tags": ("a", 1)})


@pytest.mark.parametrize("text", ["Coalesce([gone], [also_gone])", "ToLower([gone])"])
def test_an_absent_attribute_is_null_inside_a_function(text):
    assert Computed(None) == outcome(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IgnoreAttributeFlow", Dropped()),
        ("IgnoreObjectFlow", ObjectDropped()),
        ('IIF("a" = "a", IgnoreAttributeFlow, "x")', Dropped()),
        ('IIF("a" = "b", IgnoreAttributeFlow, "x")', Computed("x")),
        ('Switch("1", IgnoreObjectFlow, "1", "x")', Computed("x")),
        ('Switch("2", IgnoreObjectFlow, "1", "x")', ObjectDropped()),
        ('Join(",", IgnoreObjectFlow, IgnoreAttributeFlow)', ObjectDropped()),
    ],
)
def test_a_keyword_counts_when_it_is_reached(text, expected):
    assert expected == outcome(text)


@pytest.mark.parametrize(
    "text",
    [
        'IIF("a" = "b", Left("x", "bad"), "fine")',
        'Switch("k", Left("x", "bad"), "k", "fine", Left("x", "bad"), "never")',
        'Coalesce("fine", Left("x", "bad"))',
        'SelectUniqueValue("fine", Left("x", "bad"))',
    ],
)
def test_what_is_not_chosen_is_not_computed(text):
    assert Computed("fine") == outcome(text)


@pytest.mark.parametrize("operator", ["=", "<>", ">", ">=", "<", "<="])
@pytest.mark.parametrize("value", [None, ""])
def test_a_comparison_with_nothing_never_holds(operator, value):
    assert Computed(2) == outcome(f'IIF([a] {operator} "x", 1, 2)', {"a": value})
    assert Computed(2) == outcome(f'IIF("x" {operator} [a], 1, 2)', {"a": value})


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ('[a] <> ""', {"a": "x"}, True),
        ('[a] = ""', {"a": ""}, False),
        ('"" = ""', {}, True),
        ("[a] = 1", {"a": "1"}, True),
        ("[a] = 1", {"a": "01"}, False),
        ('[a] = "True"', {"a": True}, True),
        ('[a] = "true"', {"a": True}, False),
        ("[a] >= 10", {"a": "9"}, False),
        ("[a] >= 10", {"a": 10}, True),
        ('[a] < "2025-02-01"', {"a": "2025-01-31"}, True),
        ('[a] > "B"', {"a": "a"}, True),
        ('[a] = "p,q"', {"a": ("p", "q")}, True),
        ("Len([a]) > 2", {"a": "xyz"}, True),
    ],
)
def test_a_comparison_goes_by_text_or_by_number(condition, values, holds):
    assert Computed("yes" if holds else "no") == outcome(f'IIF({condition}, "yes", "no")', values)


def test_the_first_free_rule_is_taken():
    text = 'SelectUniqueValue([a], [b], "c")'
    values = {"a": "Elin", "b": ""}

    assert Computed("Elin") == outcome(text, values, ["other"])
    assert Computed("c") == outcome(text, values, ["ELIN"])


def test_several_rules_are_all_that_is_tried():
    with pytest.raises(NoUniqueValue) as caught:
        outcome('SelectUniqueValue("a", "b")', taken=["a", "b"])

    assert caught.value.code == "no_unique_value"
    assert caught.value.found == "2 values, all taken"


def test_a_single_rule_is_followed_by_numbers_before_the_at_sign():
    assert Computed("elin3@x") == outcome(
        'SelectUniqueValue("elin@x")', taken=["elin@x", "ELIN2@x"]
    )


def test_the_numbers_end_at_99():
    numbered = [f"elin{number}" for number in range(2, 99)]

    assert Computed("elin99") == outcome('SelectUniqueValue("elin")', taken=["elin", *numbered])
    with pytest.raises(NoUniqueValue, match="no value left"):
        outcome('SelectUniqueValue("elin")', taken=["elin", *numbered, "elin99"])


def test_rules_that_give_nothing_give_no_name():
    with pytest.raises(NoUniqueValue) as caught:
        outcome("SelectUniqueValue([gone])")

    assert caught.value.found == "every rule gives nothing"


def test_the_rules_of_a_unique_value_can_be_had_one_by_one():
    assert candidates(parse('SelectUniqueValue("a", "b")')) == (Literal("a"), Literal("b"))
    assert candidates(parse("[a]")) == ()


def test_every_function_is_pure_but_those_that_ask_for_more_than_their_arguments():
    asks = {Need.NAMES, Need.CLOCK, Need.DOMAIN, Need.CHANCE}

    assert {name for name, one in FUNCTIONS.items() if not one.pure} == {
        name for name, one in FUNCTIONS.items() if one.needs in asks
    }


@given(expressions(), records())
def test_every_expression_ends_in_a_value_a_drop_or_a_named_failure(tree, record):
    try:
        answer = evaluate(tree, record)
    except ExpressionFailed:
        return

    assert isinstance(answer, Computed | Dropped | ObjectDropped)


@given(expressions(), records())
def test_equal_records_give_equal_answers(tree, record):
    def answer():
        try:
            return evaluate(tree, record)
        except ExpressionFailed as failed:
            return str(failed)

    assert answer() == answer()
