import pytest
from hypothesis import given

from provisor.domain.expressions import (
    Attribute,
    Blank,
    Call,
    Comparison,
    Concatenation,
    Flow,
    Keyword,
    Literal,
    Operator,
    attributes_of,
    parse,
    unparse,
)
from provisor.domain.expressions.nodes import children, walk
from provisor.errors import ExpressionSyntax, UnknownName
from tests.expressions.strategies import expressions

A, B = Attribute("a"), Attribute("b")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("[a]", A),
        ("  [a]\n", A),
        ("[first name]", Attribute("first name")),
        ('[emails[type eq "work"].value]', Attribute('emails[type eq "work"].value')),
        (r"[a\]b]", Attribute("a]b")),
        (r"[a\\b]", Attribute(r"a\b")),
        (r"[a\b]", Attribute(r"a\b")),
        ('""', Literal("")),
        (r'"say \"hi\""', Literal('say "hi"')),
        (r'"a\\b"', Literal(r"a\b")),
        (r'"\+\d"', Literal(r"\+\d")),
        ("007", Literal(7)),
        ("-12", Literal(-12)),
        ("&HF", Literal(15)),
        ("&hff", Literal(255)),
        ("1.50", Literal("1.50")),
        ("9223372036854775807", Literal("9223372036854775807")),
        ("IgnoreAttributeFlow", Keyword(Flow.ATTRIBUTE)),
        ("IgnoreObjectFlow", Keyword(Flow.OBJECT)),
        ('"t-" & [a] & 1', Concatenation((Literal("t-"), A, Literal(1)))),
        ('"t-" & ([a] & [b])', Concatenation((Literal("t-"), A, B))),
        ("[a] &[b]", Concatenation((A, B))),
        ("[a] & &HF", Concatenation((A, Literal(15)))),
        ("(([a]))", A),
        ("Left ( [a] ,4)", Call("Left", (A, Literal(4)))),
        ("ToLower([a], )", Call("ToLower", (A,))),
        ("ToLower([a],,,)", Call("ToLower", (A,))),
        ("Coalesce([a], , [b], )", Call("Coalesce", (A, Blank(), B))),
        ('Switch([a], , "k", )', Call("Switch", (A, Blank(), Literal("k"), Blank()))),
        (
            'Switch([a], , "k", "v", )',
            Call("Switch", (A, Blank(), Literal("k"), Literal("v"))),
        ),
        ("IIF(([a] = 1), , )", Call("IIF", (_equal := Comparison(Operator.EQUAL, A, Literal(1)),
                                            Blank(), Blank()))),
        ("Not([a]=1)", Call("Not", (_equal,))),
    ],
)  # fmt: skip
def test_a_text_is_read_as_its_tree(text, tree):
    assert tree == parse(text)


@pytest.mark.parametrize("operator", Operator)
def test_every_comparison_is_read(operator):
    tree = parse(f"IIF([a]{operator.value}[b], 1, 2)")

    assert Comparison(operator, A, B) == children(tree)[0]


def test_every_part_knows_its_place():
    tree = parse(' Join(".", [a], "t" & [b])')

    assert [part.position for part in walk(tree)] == [1, 6, 11, 16, 16, 22]


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "a value is missing"),
        ("   ", 3, "a value is missing"),
        ("[a", 0, "not closed"),
        ("[]", 0, "no name"),
        ('"abc', 0, "not closed"),
        ('"abc\\"', 0, "not closed"),
        ("[a] [b]", 4, "the end of the expression"),
        ("Left([a] 4)", 9, "`,` or `)`"),
        ("Left([a], 4", 0, "`Left` is not closed"),
        ("([a]", 0, "`(` is not closed"),
        ("[a])", 3, "out of place"),
        (")", 0, "out of place"),
        (",", 0, "out of place"),
        ("([a], [b])", 4, "out of place"),
        ('"a" &', 5, "a value is missing"),
        ('Append([a], "x" & )', 18, "a value is missing"),
        ("()", 1, "a value is missing"),
        ("surname", 0, "neither a function nor quoted"),
        ("'a'", 0, "double quotes"),
        ("“a”", 0, "not a quote"),
        ("12abc", 2, "a number does not end here"),
        ("1.", 1, "a number does not end here"),
        ("&HFFFFFFFFFFFFFFFFF", 0, "too long"),
        ("&x", 0, "out of place"),
        ("ToLower()", 0, "1 to 2 arguments; 0 are given"),
        ("Left([a])", 0, "2 arguments; 1 is given"),
        ("Len([a], [b])", 0, "1 argument; 2 are given"),
        ('Switch([a], "d", "k")', 0, "an even number"),
        ('Switch([a], "d", "k", "v", "w")', 0, "an even number"),
        ('Join(",")', 0, "2 or more"),
        ("Append([a], )", 12, "needs its argument `suffix`"),
        ("[a] = [b]", 0, "where a value is expected"),
        ("Left([a] = [b], 1)", 5, "where a value is expected"),
        ("IIF([a], [a] = [b], 1)", 9, "where a value is expected"),
        ("IIF([a] = [b] = [c], 1, 2)", 14, "two sides only"),
        ('IIF(([a] = [b]) = "True", 1, 2)', 5, "where a value is expected"),
        ('IIF([a] = [b] & ([a] = [b]), 1, 2)', 17, "where a value is expected"),
        ("IIF([a] = , 1, 2)", 10, "a value is missing"),
        ("IIF([a] == 1, 1, 2)", 9, "out of place"),
        ("ToLower(SelectUniqueValue([a]))", 8, "can only be the whole expression"),
        ('"x" & SelectUniqueValue([a])', 6, "can only be the whole expression"),
        ('Replace([a], , "(", , "")', 15, "cannot be read"),
        ('Replace([a], , "(?<x>a)", "y", "")', 26, "no group of this name"),
        ('Replace([a], "x", "y")', 8, "leave unused arguments blank"),
        ('Replace([a], "x", , , "y", , "z")', 8, "leave unused arguments blank"),
        ("[a] \x00", 4, "control character"),
        ('"\x1b[31m"', 1, "control character"),
        ('"\ud800"', 1, "half a character"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(text, position, says):
    with pytest.raises(ExpressionSyntax) as caught:
        parse(text)

    assert position == caught.value.position
    assert text == caught.value.expression
    assert says in caught.value.what
    assert f"character {position + 1} " in caught.value.what


def test_an_unknown_function_is_named_with_its_nearest():
    with pytest.raises(UnknownName) as caught:
        parse("ToLower(NormaliseDiacritics([a]))")

    assert caught.value.next == "did you mean `NormalizeDiacritics`?"
    assert caught.value.where == "character 9 of the expression"


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('IIF([a] = "1" AND [b] = "2", "x", "y")', "for AND the second condition"),
        ('IIF([a] = "1" or [b] = "2", "x", "y")', "for OR the second condition"),
        ('IIF([a] = "1" && [b] = "2", "x", "y")', "for AND the second condition"),
        ('IIF([a] = "1" || [b] = "2", "x", "y")', "for OR the second condition"),
        ("IIF(And([a], [b]), 1, 2)", "for AND the second condition"),
        ('IIF([a] == "1", "x", "y")', "write `=`"),
        ('IIF([a] != "1", "x", "y")', "compared with `<>`"),
        ('IIF([a] => 5, "x", "y")', "write `>=`"),
        ('= Left("a", 1)', "leave out the `=`"),
        ('[a] + "x"', "put together with `&`"),
        ('Left([a]; 3)', "write `,` between arguments"),
        ('Append("say "hi"", "x")', '`\\"` for a quote'),
        ("Append(‘a’, [b])", 'write `"`'),
        ("Left({a}, 3)", "in `[` and `]`"),
        ('DateDiff("d", Now, [a])', "write `Now(…)`"),
        ("IIF([a] = null, 1, 2)", "`IsNull(…)` asks for it"),
        ("IIF([a] = true, 1, 2)", 'write "True"'),
        ("ignoreattributeflow", "did you mean `IgnoreAttributeFlow`?"),
        ("Substring([a], 1, 2)", "write `Mid`"),
        ('Switch([a], , "1")', ""),
        ('Switch([a], "")', "dialect: connect"),
    ],
)  # fmt: skip
def test_what_other_languages_write_is_answered_with_what_to_write_here(text, advice):
    with pytest.raises((ExpressionSyntax, UnknownName)) as caught:
        parse(text)

    assert advice in caught.value.next
    assert advice or not caught.value.next


def test_names_of_functions_are_case_sensitive():
    with pytest.raises(UnknownName, match="tolower"):
        parse("tolower([a])")


def test_a_fault_shows_only_its_surroundings():
    with pytest.raises(ExpressionSyntax) as caught:
        parse('"' + "x" * 5000 + '" y')

    assert len(caught.value.found) < 100


def test_the_attributes_of_an_expression_are_found_wherever_they_stand():
    tree = parse('IIF([a] = "x" & [b], Join([c], [a], "[d]"), Coalesce(, [e]))')

    assert frozenset("abce") == attributes_of(tree)


@given(expressions())
def test_a_written_tree_is_read_as_the_same_tree(tree):
    assert tree == parse(unparse(tree))


@given(expressions())
def test_writing_settles_after_the_first_time(tree):
    text = unparse(tree)

    assert text == unparse(parse(text))
