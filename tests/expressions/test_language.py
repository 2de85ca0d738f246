"""What an expression says: dialects, variables, words, and what it may depend on."""

import re
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.expressions import (
    Attribute,
    Call,
    Circumstances,
    Computed,
    Dialect,
    Dropped,
    Variable,
    evaluate,
    parse,
    redacts,
    unparse,
)
from provisor.domain.expressions.nodes import children
from provisor.domain.expressions.reaching import branches_of, reached_branches
from provisor.domain.expressions.registry import FUNCTIONS, MEANINGS
from provisor.domain.expressions.scopes import free_variables
from provisor.errors import ExpressionFailed, ExpressionSyntax
from tests.expressions.strategies import records
from tests.expressions.test_columns import KERNELS, TABLES, differences

CONNECT = Dialect.CONNECT


def value_of(text, values=None, dialect=Dialect.ENTRA, **around):
    return evaluate(parse(text, dialect), values or {}, Circumstances(**around))


def counting():
    """A source of chance that gives other bytes at every call, the same in every test."""
    numbers = count(1)
    return lambda size: (next(numbers) * 2654435761 % 256**size).to_bytes(size, "big")


@pytest.mark.parametrize(
    ("text", "entra", "connect"),
    [
        ('Join("-", "a")', "a", "-"),
        ('Mid("a", 2, 9)', "", "a"),
        ('PCase("IT o\'brien")', "It O'Brien", "IT O'brien"),
        ('Split("a, b", ",")', ("a", "b"), ("a", " b")),
        ('Switch("a" & "b", "c", "ab", "d")', "d", None),
    ],
)
def test_a_name_that_two_products_know_means_what_the_dialect_says(text, entra, connect):
    assert value_of(text) == Computed(entra)
    assert value_of(text, dialect=CONNECT) == Computed(connect)


@pytest.mark.parametrize(
    "text",
    ["Join([a])", 'Replace([a], "-", "")', 'Switch([a] = "x", "y")', 'Split([a], ",", 2)',
     'FormatDateTime([a], "yyyy")'],
)  # fmt: skip
def test_a_call_that_only_the_other_dialect_takes_says_so(text):
    with pytest.raises(ExpressionSyntax) as caught:
        parse(text)

    assert "`dialect: connect`" in caught.value.next
    assert parse(text, CONNECT)


@pytest.mark.parametrize("text", ['Join(",", [a], [b], [c])', 'Switch([a], , "x", "y", "z", "u")'])
def test_a_call_in_the_dialect_of_connect_is_told_of_the_other_one(text):
    assert parse(text)
    if "Join" in text:
        with pytest.raises(ExpressionSyntax, match="takes 1 to 2 arguments") as caught:
            parse(text, CONNECT)
        assert "`dialect: entra`" in caught.value.next


def test_every_function_but_those_of_one_dialect_means_the_same_in_both():
    both = {f.name for f in FUNCTIONS.values() if f.dialect is None}
    one = {f.name for f in FUNCTIONS.values() if f.dialect is not None}

    assert {n: MEANINGS[CONNECT][n] for n in both} == {n: MEANINGS[Dialect.ENTRA][n] for n in both}
    assert one == {"FormatDateTime", "Join", "Mid", "PCase", "Replace", "Split", "Switch"}


def test_the_bare_words_of_connect_are_known_in_its_dialect_only():
    text = 'IIF([a] = "x", True, NULL)'

    assert value_of(text, {"a": "x"}, CONNECT) == Computed("True")
    assert value_of(text, {"a": "y"}, CONNECT) == Computed(None)
    assert value_of("IgnoreThisFlow", dialect=CONNECT) == Dropped()
    for word in ("True", "NULL", "IgnoreThisFlow"):
        with pytest.raises(ExpressionSyntax):
            parse(word)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("$x", 0),
        ("Trim($x)", 5),
        ("Select($x, [a], $y)", 16),
        ("Select($x, $x, $x)", 11),
        ("Select($x, [a], $x) & $x", 22),
        ("With($x, [a], Where($y, [b], $y = $z))", 34),
        ("Select([a], [a], [b])", 7),
        ('Select("x", [a], [b])', 7),
    ],
)
def test_a_variable_that_stands_for_nothing_is_pointed_at(text, position):
    with pytest.raises(ExpressionSyntax) as caught:
        parse(text)

    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Select($x, [a], ToUpper($x))", {"a": ("a", "b")}, ("A", "B")),
        ("Select($x, [a], ToUpper($x))", {"a": "a"}, ("A",)),
        ("Select($x, [a], ToUpper($x))", {"a": None}, None),
        ('Select($x, [a], Switch($x, , "a", "1"))', {"a": ("a", "b")}, ("1",)),
        ('Select($x, [a], Split($x, "-"))', {"a": ("1-2", "3")}, ("1", "2", "3")),
        ("Select($x, [a], Count(Where($y, [a], $y = $x)))", {"a": ("a", "b", "a")}, (2, 1, 2)),
        ("Where($x, [a], Len($x) > 1)", {"a": ("a", "bb")}, ("bb",)),
        ("With($x, Trim([a]), $x & With($x, [b], $x) & $x)", {"a": " a ", "b": "b"}, "aba"),
        ('With($x, [a], IIF(IsNull($x), "none", $x))', {}, "none"),
    ],
)
def test_a_variable_stands_for_its_value(text, values, expected):
    assert value_of(text, values) == Computed(expected)
    assert parse(unparse(parse(text))) == parse(text)


def test_free_variables_are_those_that_something_around_must_give():
    inner = children(parse("With($x, [a], Select($y, [b], $y & $x))"))[2]

    assert free_variables(inner) == {"x"}
    assert free_variables(Call("Trim", (Variable("z"),))) == {"z"}


@pytest.mark.parametrize("written", ["vbTextCompare", '"vbTextCompare"'])
def test_a_word_may_stand_with_or_without_quotes(written):
    assert value_of(f'InStr("aXb", "x", 1, {written})') == Computed(2)


@pytest.mark.parametrize(
    "text", ['InStr("a", "b", 1, vbText)', 'InStr("a", "b", 1, "text")', "Contains([a], [b], Any)"]
)
def test_an_unknown_word_is_answered_with_the_known_ones(text):
    with pytest.raises(ExpressionSyntax, match=r"vbText|Case|neither") as caught:
        parse(text)

    known = f"{caught.value.what} {caught.value.next}"
    assert "vbTextCompare" in known or "CaseInsensitive" in known


def test_a_culture_that_nobody_knows_is_refused():
    with pytest.raises(ExpressionSyntax, match="no culture"):
        parse('ToLower([a], "xx-YY")')
    with pytest.raises(ExpressionFailed, match="culture"):
        value_of("ToLower([a], [b])", {"a": "x", "b": "no culture"})


@pytest.mark.parametrize("text", ["Guid()", "RandomNum(1, 9)", 'RandomString(9, 1, 1, 1, 1, "")'])
def test_without_a_source_of_chance_nothing_is_drawn(text):
    with pytest.raises(ExpressionFailed, match="every time"):
        value_of(text)


def test_without_a_clock_or_a_domain_nobody_guesses():
    for text in ("Now()", "DefaultDomain()"):
        with pytest.raises(ExpressionFailed):
            value_of(text)


def test_a_guid_is_one():
    answer = value_of("Guid()", draw=counting())

    assert isinstance(answer, Computed)
    assert UUID(str(answer.value)).version == 4


@pytest.mark.parametrize("tuning", [TABLES, KERNELS], ids=["tables", "kernels"])
@pytest.mark.parametrize(
    "text",
    ['Join([tags], [given]) & "-" & Mid([given], 2)', 'PCase(Replace([surname], "a", "XY"))',
     'Switch([given] = "x", [title], [given] < [surname], Split([title], " ", 2), True, [tags])',
     'Select($x, Split([given], "a"), Join(Split($x, "e"), "-"))'],
)  # fmt: skip
@given(rows=st.lists(records(), max_size=4))
def test_columns_know_the_dialect_of_connect(tuning, text, rows):
    assert differences([parse(text, CONNECT)], rows * 3, tuning) == []


@given(
    st.integers(1, 40),
    st.tuples(*[st.integers(0, 10)] * 4),
    st.sampled_from(["", "?,", "0O1lI", "abcxyz"]),
)
def test_a_random_text_keeps_its_policy(length, least, avoided):
    text = f'RandomString({length}, {", ".join(map(str, least))}, "{avoided}")'
    if sum(least) > length:
        with pytest.raises(ExpressionFailed, match="do not go together"):
            value_of(text, draw=counting())
        return
    answer = value_of(text, draw=counting())

    assert isinstance(answer, Computed)
    drawn = str(answer.value)
    found = [len(re.findall(kind, drawn)) for kind in ("[0-9]", "[^0-9A-Za-z]", "[A-Z]", "[a-z]")]
    assert len(drawn) == length == sum(found)
    assert all(count >= least for count, least in zip(found, least, strict=True))
    assert not set(drawn) & set(avoided)


def test_every_number_of_an_interval_is_equally_likely():
    draw = counting()
    drawn = [value_of("RandomNum(3, 7)", draw=draw).value for _ in range(5_000)]

    assert all(800 < drawn.count(number) < 1_200 for number in range(3, 8))
    assert len(drawn) == sum(map(drawn.count, range(3, 8)))


def test_a_source_that_always_gives_the_same_is_found_out():
    with pytest.raises(ExpressionFailed, match="same bytes"):
        value_of("RandomNum(1, 5)", draw=lambda size: b"\xff" * size)


def test_the_message_of_an_error_shows_what_is_written_and_no_value():
    with pytest.raises(ExpressionFailed) as caught:
        value_of('Error("no mail for " & [name] & " today")', {"name": "Elin"})

    assert caught.value.what == "the mapping says: no mail for … today"
    assert "Elin" not in str(caught.value)


def test_what_is_dropped_inside_is_dropped_as_a_whole():
    assert value_of('Append(IgnoreFlowIfNullOrEmpty([a]), "x")', {"a": ""}) == Dropped()
    assert value_of('Append(IgnoreFlowIfNullOrEmpty([a]), "x")', {"a": "a"}) == Computed("ax")


def test_a_redacted_part_hides_the_whole():
    assert redacts(parse('Append("x", Redact([a]))'))
    assert not redacts(parse('Append("x", [Redact])'))
    assert not redacts(Attribute("Redact"))


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ('InStr("abc", "", 2)', {}, 2),
        ('InStr("", "")', {}, 0),
        ('InStr("abc", "c", 9)', {}, 0),
        ('InStrRev("abc", "", 2)', {}, 2),
        ('InStrRev("abcabc", "c", 9)', {}, 0),
        ("Contains([a], [b])", {"a": ("x", None), "b": "X"}, 0),
        ('ReplaceChars("aAb", "a:xx, b:")', {}, "xxA"),
        ('ReplaceChars("a", "")', {}, "a"),
        ("PadLeft([a], 3, \"0\")", {"a": ("1", "22")}, ("001", "022")),
        ('Right([a], 1)', {"a": ("ab", "cd")}, ("b", "d")),
        ("IsEmpty([a])", {"a": ()}, True),
        ("IsNull([a])", {"a": ""}, False),
        ("IsNothing([gone])", {}, True),
        ('Prepend("x", [gone])', {}, "x"),
        ("RemoveDuplicates([a])", {"a": None}, None),
        ("ItemOrNull([a], 0)", {"a": ("x",)}, None),
        (r'DNComponent("CN=Doe\\, John\\2C\\E2\\82\\AC ,OU=x", 1)', {}, "Doe, John,€"),
        ('DNComponent("CN=\\"a,b\\",OU=x", 2)', {}, "x"),
        ('DNComponentRev("CN=a", 2)', {}, None),
        ('EscapeDNComponent(" a+b ")', {}, "\\ a\\+b\\ "),
        ('SingleAppRoleAssignment([a])', {"a": None}, None),
        ("IIF(CDate(\"2024-09-30\") < CDate(\"2024-10-01\"), 1, 2)", {}, 1),
        ('ToUpper("i", "az-Latn-AZ")', {}, "İ"),
        ('LCase("İI")', {}, "İi"),
    ],
)  # fmt: skip
def test_an_edge_of_a_new_function(text, values, expected):
    assert value_of(text, values) == Computed(expected)


@pytest.mark.parametrize(
    "text",
    ["Item([l], 0)", "Item([l], 3)", "Item([gone], 1)", 'InStr("a", "b", 0)', 'PadLeft("a", 5, "")',
     'PadLeft("a", 5, "xy")', 'PadLeft("a", 99999999, "x")', 'ReplaceChars("a", "ab:c")',
     'ReplaceChars("a", "a:b:c")', 'DNComponent("no name", 1)', 'DNComponent("a=b", 0)',
     "SingleAppRoleAssignment([l])", 'AppRoleAssignments("{")', 'AppRoleAssignments("{}")',
     "RandomNum(2, 1)", 'RandomString(9, 1, 0, 0, 0, "0123456789")', 'RandomString(0, 0, 0, 0, 0)',
     'Split("a", ",", 0)'],
)  # fmt: skip
def test_a_new_function_refuses_what_it_cannot_use(text):
    dialect = CONNECT if text.startswith("Split") else Dialect.ENTRA

    with pytest.raises(ExpressionFailed):
        value_of(text, {"l": ("a", "b")}, dialect, draw=counting())


def test_branches_of_the_other_switch_are_told_too():
    tree = parse('Switch([a] = "x", "1", True, Error("no"))', CONNECT)
    reached = reached_branches(tree, {"a": "x"}, Circumstances())

    assert [branch.name for branch in branches_of(tree)] == ['Switch: [a] = "x"', 'Switch: "True"']
    assert [branch.text for branch in reached] == ['"1"']
