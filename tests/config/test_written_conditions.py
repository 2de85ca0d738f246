import pytest

from provisor.config.written_conditions import DEEPEST, ConditionFault, read_condition
from provisor.config.yaml_document import parse_document
from provisor.domain.clause import CASED, OF_BOUNDS, OF_GROUPS, OF_PATTERNS, WITHOUT_VALUE
from provisor.domain.scope import (
    AllOf,
    AnyOf,
    Belonging,
    Case,
    Circle,
    Clause,
    Not,
    Operator,
    Quantifier,
    Titled,
)


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
        (f"{{not: {A}}}", Not(CLAUSE)),
        (f"{{not: [{A}, {{not: {A}}}]}}", Not(AllOf((CLAUSE, Not(CLAUSE))))),
        (f"{{title: Sales, all: [{A}]}}", Titled("Sales", AllOf((CLAUSE,)))),
        ("{attribute: a, title: 7, operator: EQUALS, value: x}", Titled("7", CLAUSE)),
        ("{group: G1}", Belonging(Circle("G1"))),
        ("{group: 7, operator: not member of}", Belonging(Circle("7"), Operator.NOT_MEMBER_OF)),
        (
            "{group: Sales, by: name, operator: MEMBER_OF, transitive: yes}",
            Belonging(Circle("Sales", "name", transitive=True)),
        ),
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
        ("Starts With", Operator.STARTS_WITH),
        ("'&'", Operator.INSIDE),
        ("'!&'", Operator.NOT_INSIDE),
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


def test_inequality_with_a_boolean_is_equality_with_the_other_one():
    yes = read("{attribute: a, operator: NOT EQUALS, value: true}")
    no = read("{attribute: a, operator: NOT EQUALS, value: false}")

    assert (yes, no) == (Clause("a", Operator.IS_FALSE), Clause("a", Operator.IS_TRUE))


@pytest.mark.parametrize("operator", ["IN", "not in"])
@pytest.mark.parametrize("value", ["[SE, NO]", "[SE, NO,]"])
def test_a_list_of_values_is_taken_as_it_stands(operator, value):
    clause = read(f"{{attribute: a, operator: {operator}, value: {value}}}")

    assert (clause.value, clause.values) == ("", ("SE", "NO"))


def test_a_list_of_one_needs_no_brackets():
    assert read("{attribute: a, operator: IN, value: 0042}").values == ("0042",)


@pytest.mark.parametrize(
    ("setting", "field", "expected"),
    [
        ("case: ignore", "case", Case.IGNORE),
        ("case: exact", "case", Case.EXACT),
        ("quantifier: every", "quantifier", Quantifier.EVERY),
        ("anchored: false", "anchored", False),
        ("anchored: off", "anchored", False),
        ("anchored: true", "anchored", True),
    ],
)
def test_how_a_clause_compares_can_be_said(setting, field, expected):
    clause = read(f"{{attribute: a, operator: REGEX MATCH, value: x, {setting}}}")

    assert getattr(clause, field) == expected


def test_a_clause_by_itself_counts_capitals_any_value_and_the_whole_of_it():
    clause = read("{attribute: a, operator: REGEX MATCH, value: x}")

    assert (clause.case, clause.quantifier, clause.anchored) == (Case.EXACT, Quantifier.ANY, True)


@pytest.mark.parametrize("operator", sorted(OF_BOUNDS))
@pytest.mark.parametrize("value", ["today", "now - 2 hours", "+14 days", "2031-04-07"])
def test_times_may_be_fixed_or_move_with_the_clock(operator, value):
    assert read(f"{{attribute: a, operator: {operator}, value: {value}}}").value == value


@pytest.mark.parametrize(
    ("operator", "value"),
    [("WITHIN", "14 days"), ("within", "last 2 weeks"), ("WITHIN", "-1 month"),
     ("Older Than", "30 days")],
)  # fmt: skip
def test_lengths_of_time_are_taken_as_they_stand(operator, value):
    assert read(f"{{attribute: a, operator: {operator}, value: {value}}}").value == value


@pytest.mark.parametrize("operator", sorted(Operator))
def test_what_changes_nothing_is_refused(operator):
    values = {Operator.WITHIN: "1 day", Operator.OLDER_THAN: "1 day"}
    value = values.get(operator, "2031-01-01" if operator in OF_BOUNDS else "7")
    written = {"attribute": "a", "operator": operator.value, "value": value}
    if operator in WITHOUT_VALUE:
        del written["value"]
    useless = {
        "case": ("ignore", operator not in CASED),
        "anchored": (False, operator not in OF_PATTERNS),
        "quantifier": ("every", operator in {Operator.IS_NULL, Operator.IS_NOT_NULL}),
    }
    for key, (word, idle) in useless.items():
        if operator in OF_GROUPS:
            continue
        if not idle:
            assert getattr(read_condition({**written, key: word}), key) == word
            continue
        with pytest.raises(ConditionFault) as caught:
            read_condition({**written, key: word})
        assert caught.value.path == (key,)


def test_conditions_stand_inside_each_other_only_so_deep():
    for depth, kind in ((DEEPEST - 1, Not), (DEEPEST, None)):
        written: dict[str, object] = {"attribute": "a", "operator": "EQUALS", "value": "x"}
        for _ in range(depth):
            written = {"not": written}
        if kind is not None:
            assert isinstance(read_condition(written), kind)
            continue
        with pytest.raises(ConditionFault, match="inside each other"):
            read_condition(written)


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("{attribute: a, operator: EQUAL, value: x}", "EQUALS"),
        ("{attribute: a, operator: NOT_EQUAL, value: x}", "NOT EQUALS"),
        ("{attribute: a, operator: LESS, value: 1}", "LESS_THAN"),
        ("{attribute: a, operator: EQUALS, valu: x}", "value"),
        ("{attribute: a, operator: EQUALS, value: x, case: ignored}", "ignore"),
        ("{attribute: a, operator: EQUALS, value: x, quantifier: evry}", "every"),
        ("{group: G1, transitiv: true}", "transitive"),
        ("{group: G1, operator: NOT_MEMBER}", "NOT MEMBER OF"),
        (f"{{any: [{A}], titel: x}}", "title"),
    ],
)
def test_the_nearest_name_is_offered(written, nearest):
    with pytest.raises(ConditionFault) as caught:
        read(written)

    assert caught.value.error.next == f"did you mean `{nearest}`?"


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
        ("{attribute: a, operator: GREATER_THAN, value: 5.5}", ("value",)),
        ("{attribute: a, operator: LESS_THAN, value: five}", ("value",)),
        ("{attribute: a, operator: INCLUDES, value: true}", ("value",)),
        ("{attribute: a, operator: IN, value: []}", ()),
        ("{attribute: a, operator: IN, value: ['']}", ()),
        ("{attribute: a, operator: IN, value: [x, [y]]}", ()),
        ("{attribute: a, operator: IN, value: [true]}", ("value",)),
        ("{attribute: a, operator: BEFORE, value: soon}", ("value",)),
        ("{attribute: a, operator: AFTER, value: 14 days}", ("value",)),
        ("{attribute: a, operator: WITHIN, value: 2031-04-07}", ("value",)),
        ("{attribute: a, operator: OLDER_THAN, value: -3 days}", ("value",)),
        ("{attribute: a, operator: REGEX MATCH, value: x, anchored: maybe}", ("anchored",)),
        ("{attribute: a, operator: EQUALS, value: x, case: [ignore]}", ("case",)),
        ("{attribute: a, operator: MEMBER OF, value: x}", ("operator",)),
        ("{group: G1, operator: EQUALS}", ("operator",)),
        ("{group: G1, value: x}", ("value",)),
        ("{group: ''}", ("group",)),
        ("{group: G1, by: ''}", ("by",)),
        ("{group: G1, transitive: 2}", ("transitive",)),
        ("{not: x}", ("not",)),
        ("{not: []}", ("not",)),
        (f"{{title: x, any: [{A}], attribute: a}}", ("attribute",)),
        (f"{{title: [x], any: [{A}]}}", ("title",)),
        ("{title: x}", ()),
    ],
)
def test_a_fault_is_named_with_its_place_inside_the_condition(text, path):
    with pytest.raises(ConditionFault) as caught:
        read(text)

    assert caught.value.path == path
    assert caught.value.error.next
