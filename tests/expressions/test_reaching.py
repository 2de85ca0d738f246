"""A branch is reached exactly when it is computed."""

import pytest
from hypothesis import given, settings

from provisor.domain.expressions import Circumstances, evaluate, parse, taken_from, unparse
from provisor.domain.expressions.nodes import Call, Flow, Keyword
from provisor.domain.expressions.reaching import branches_of, put, reached_branches
from provisor.errors import ExpressionFailed
from tests.expressions.strategies import expressions, records


def end(tree, values):
    try:
        return evaluate(tree, values)
    except ExpressionFailed as failed:
        return failed.what


QUIET = Circumstances()


def reached(text, values=None, circumstances=QUIET):
    tree = parse(text)
    found = reached_branches(tree, values or {}, circumstances)
    return [branch.name for branch in branches_of(tree) if branch in found]


@settings(max_examples=200)
@given(tree=expressions(), values=records())
def test_what_is_not_reached_could_say_anything(tree, values):
    """Reading the text again gives every part an identity of its own, as in a configuration."""
    tree = parse(unparse(tree))

    found = reached_branches(tree, values, Circumstances())

    for branch in branches_of(tree):
        changed = [end(put(tree, branch.place, Keyword(flow)), values) for flow in Flow]
        if branch in found:
            assert changed[0] != changed[1]
        else:
            assert changed == [end(tree, values)] * 2


@pytest.mark.parametrize(
    ("text", "values", "names"),
    [
        ('IIF([a] = "1", "x", "y")', {"a": "1"}, ["IIF: when_true"]),
        ('IIF([a] = "1", "x", "y")', {}, ["IIF: when_false"]),
        ('IIF([a] = "1", , IgnoreObjectFlow)', {}, ["IIF: when_false"]),
        ('IIF([a] = "1", , IgnoreAttributeFlow)', {"a": "1"}, ["IIF: when_true"]),
        ('Switch([a], "o", "1", "x", "2", "y")', {"a": "2"}, ['Switch: "2"']),
        ('Switch([a], "o", "1", "x", "2", "y")', {}, ["Switch: otherwise"]),
        ('Coalesce([a], [b], "c")', {"b": "2"}, ["Coalesce: source 1", "Coalesce: source 2"]),
        ('Left(IIF([a] = "1", "x", "y"), "one")', {}, ["IIF: when_false"]),
        ('Join("", Left("x", "one"), IIF([a] = "1", "x", "y"))', {}, []),
        ('Join("", IgnoreObjectFlow, IIF([a] = "1", "x", "y"))', {}, []),
        ("ToLower([a])", {}, []),
    ],
)
def test_the_branches_that_are_taken_are_named(text, values, names):
    assert reached(text, values) == names


def test_a_later_rule_for_a_name_is_reached_only_when_the_first_is_taken():
    text = 'SelectUniqueValue(Coalesce([a], "x"), Coalesce([b], "y"))'
    taken = Circumstances(taken=taken_from(["elin"]))

    assert reached(text, {"a": "elin", "b": "ek"}) == ["Coalesce: source 1"]
    assert reached(text, {"a": "elin", "b": "ek"}, taken) == ["Coalesce: source 1"] * 2


def test_branches_are_told_in_the_order_of_the_text_with_their_character():
    text = 'IIF([a] = "1", Switch([b], "o", "k", "v"), Coalesce([c], ""))'

    assert [
        (one.name, text[one.position :][: len(one.text)]) for one in branches_of(parse(text))
    ] == [
        ("IIF: when_true", 'Switch([b], "o", "k", "v")'),
        ("IIF: when_false", 'Coalesce([c], "")'),
        ("Switch: otherwise", '"o"'),
        ('Switch: "k"', '"v"'),
        ("Coalesce: source 1", "[c]"),
        ("Coalesce: source 2", '""'),
    ]


def test_one_part_of_a_tree_is_exchanged_and_the_rest_stays():
    tree = parse('Join("-", Left([a], 1) & "x", IIF([b] = [c], [d], [e]))')

    for place in range(14):
        changed = put(tree, place, Call("Now", ()))
        assert unparse(changed).count("Now()") == 1
        assert unparse(put(changed, place, Keyword(Flow.OBJECT))).count("IgnoreObjectFlow") == 1
