"""What is foreseen of an expression holds for every record."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.expressions import (
    FUNCTIONS,
    Circumstances,
    Computed,
    Dropped,
    Flow,
    evaluate,
    parse,
)
from provisor.domain.expressions.function import Dialect, Trait, Type
from provisor.domain.expressions.inference import foresee
from provisor.domain.expressions.nodes import Attribute, Call, Literal, Node
from provisor.domain.expressions.prospect import UNKNOWN, settled, type_of
from provisor.domain.expressions.remarks import remarks
from provisor.domain.record import is_blank
from provisor.errors import ExpressionFailed
from tests.expressions.strategies import expressions, records
from tests.expressions.test_cases import CASES

AWARE = Circumstances(now="2031-04-07T08:00:00Z", default_domain="example.org", draw=bytes)
SAME_TYPE = {Type.DATE: Type.TEXT}


FREE = [one for one in FUNCTIONS.values() if not one.binds and Trait.TOP_LEVEL not in one.traits]
FITTING = {
    Type.WHOLE: st.integers(-3, 40).map(Literal),
    Type.DATE: st.sampled_from(["2024-02-29", "3/16/2020 7:00:00 AM"]).map(Literal),
}


INNER = expressions(flows=False)


@st.composite
def calls(draw):
    """A call of any function, its arguments made up or fitting; a tree of its own each time."""
    function = draw(st.sampled_from(FREE))
    most = function.minimum + (2 * function.repeating if function.repeating else 0)
    arguments = [
        draw(FITTING.get(function.parameter(place).type, INNER) | INNER) for place in range(most)
    ]
    return Call(function.key, tuple(arguments))


def foreseen(text, **known):
    return foresee(parse(text), known).whole


@settings(max_examples=200)
@given(tree=expressions() | calls(), values=records())
def test_what_is_ruled_out_never_comes(tree, values):
    prospect = foresee(tree, {}).whole

    try:
        answer = evaluate(tree, values, AWARE)
    except ExpressionFailed:
        return
    if not isinstance(answer, Computed):
        # An attribute that the record lacks drops by itself.
        flow = Flow.ATTRIBUTE if isinstance(answer, Dropped) else Flow.OBJECT
        assert isinstance(tree, Attribute) or flow in prospect.flows
        return
    if prospect.values is not None:
        assert (type(answer.value), answer.value) in [(type(v), v) for v in prospect.values]
    assert prospect.blank or not is_blank(answer.value)
    if not is_blank(answer.value) and prospect.type is not Type.ANY:
        assert type_of(answer.value) is SAME_TYPE.get(prospect.type, prospect.type)


VALUES = (None, "", "b", "12", "2031-04-07", True, 7, ("a", "b"), (), ("1",), ("2031-04-07", "x"))


@pytest.mark.parametrize("function", FREE, ids=lambda function: function.key)
def test_every_function_gives_values_of_its_type(function):
    """On few values, but all of them: what is declared must hold for lists and nulls, too."""
    counts = [n for n in range(function.minimum, function.minimum + 4) if function.accepts(n)]
    for count in counts[:2]:
        places = range(count)
        tree = Call(function.key, tuple(Attribute(f"a{place}") for place in places))
        prospect = foresee(tree, {}).whole
        for first in product(VALUES, repeat=min(count, 3)):
            given_values = [*first, *[7] * (count - len(first))]
            record = {f"a{place}": value for place, value in enumerate(given_values)}
            try:
                answer = evaluate(tree, record, AWARE)
            except ExpressionFailed:
                continue
            if isinstance(answer, Computed) and not is_blank(answer.value):
                wanted = SAME_TYPE.get(prospect.type, prospect.type)
                assert wanted in (Type.ANY, type_of(answer.value)), record


@settings(max_examples=50)
@given(
    outer=st.sampled_from(["Left", "Mid", "Word"]),
    wrong=st.sampled_from(["x", "1.5", "one", "2031-04-07"]).map(Literal)
    | st.builds(
        lambda name, part: Call(name, (part,)),
        st.sampled_from(["CDate", "Split", "IsPresent"]),
        expressions(flows=False),
    ),
    inner=expressions(),
    samples=st.lists(records(), min_size=1, max_size=10),
)
def test_a_call_that_cannot_work_fails_or_gives_nothing_for_everybody(outer, wrong, inner, samples):
    rest = {"Left": (), "Mid": (Literal(1),), "Word": (Literal(" "),)}[outer]
    tree = Call(outer, (inner, wrong, *rest))

    prospect = foresee(tree, {}).whole

    assert prospect.ended or prospect.always_blank
    for values in samples:
        try:
            answer = evaluate(tree, values)
        except ExpressionFailed:
            continue
        assert not isinstance(answer, Computed) or is_blank(answer.value)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('IIF([a] = "1", "yes", "no")', ("yes", "no")),
        ('IIF("a" = "a", "yes", "no")', ("yes",)),
        ('IIF([a] <> [a], "yes", "no")', ("no",)),
        ('IIF(Len([a]) = "four", "yes", "no")', ("no",)),
        ('IIF(IsPresent([a]) = "true", "yes", "no")', ("no",)),
        ('IIF(Not([a]) = "True", "yes", "no")', ("yes", "no")),
        ('IIF(Len([a]), "yes", "no")', ("no",)),
        ('IIF("" = "", "yes", "no")', ("yes",)),
        ('IIF(Join("", "") = "", "yes", "no")', ("no",)),
        ('Switch([a], "other", "1", "one", "1", "uno")', ("other", "one")),
        ('Switch("1", "other", "1", "one", "2", [b])', ("one",)),
        ('Switch([active], "?", "True", "on", "False", "off")', ("on", "off")),
        ('Switch([active], "?", "true", "on", "false", "off")', ("?",)),
        ('Coalesce("", "a", [b])', ("a",)),
        ('Coalesce(IIF([a] = "1", "", "b"), "c")', ("b", "c")),
        ('ToUpper(IIF([a] = "1", "x", "y"))', ("X", "Y")),
        ('IIF([a] = "1", "x", "y") & "!"', ("x!", "y!")),
        ('Left([a], "x")', ()),
        ('Join("", "a", Left([a], "x"))', ()),
        ('IIF([a] = "1", Left([a], "x"), "y")', ("y",)),
        ("IIF([a] = [b], IgnoreAttributeFlow, IgnoreObjectFlow)", ()),
        ('IsPresent([a])', (True, False)),
        ('Not(IsPresent([active]))', (False,)),
    ],
)  # fmt: skip
def test_all_that_may_come_is_known_where_it_is_little(text, values):
    prospect = foreseen(text, active=settled((True, False)))

    assert set(prospect.values or ()) == set(values)


@pytest.mark.parametrize(
    ("text", "kind", "blank"),
    [
        ("Len([a])", Type.WHOLE, True),
        ('Len([a] & "x")', Type.WHOLE, True),
        ('[a] & "x"', Type.ANY, False),
        ("[a] & [b]", Type.ANY, True),
        ('CStr([a]) & "x"', Type.ANY, False),
        ('Join("", [a]) & Len([b])', Type.ANY, True),
        ('Split([a], ",")', Type.LIST, True),
        ('SelectUniqueValue("a" & [b])', Type.ANY, False),
        ('Coalesce([a], "none")', Type.ANY, False),
        ('ToLower("x" & [a])', Type.ANY, False),
        ("[a]", Type.ANY, True),
    ],
)
def test_what_is_not_little_has_a_type_and_may_be_blank(text, kind, blank):
    prospect = foreseen(text)

    assert prospect.values is None
    assert (prospect.type, prospect.blank) == (kind, blank)


def test_flows_are_foreseen_from_every_branch_that_can_be_taken():
    assert foreseen('IIF([a] = "1", IgnoreAttributeFlow, [b])').flows == {Flow.ATTRIBUTE}
    assert foreseen('IIF("a" = "b", IgnoreObjectFlow, [b])').flows == set()
    assert foreseen('Coalesce("a", IgnoreObjectFlow)').flows == set()


def test_truth_and_one_are_two_values():
    assert settled((True, 1, "True")).values == (True, 1, "True")


def test_a_tree_of_any_depth_is_foreseen_without_recursion():
    tree: Node = Attribute("a")
    for _ in range(5000):
        tree = Call("Coalesce", (Literal(""), tree))

    assert foresee(tree, {}).whole == UNKNOWN


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if "value" in case["expected"]],
    ids=lambda case: case["expression"][:60],
)
def test_a_published_example_is_foreseen_and_nothing_about_it_is_odd(case):
    value = case["expected"]["value"]
    value = tuple(value) if isinstance(value, list) else value
    dialect = Dialect(case.get("dialect", "entra"))

    foresight = foresee(parse(case["expression"], dialect), {})

    assert list(remarks(foresight)) == []
    assert foresight.whole.values is None or value in foresight.whole.values
    assert foresight.whole.blank or not is_blank(value)
