"""The edges of each function; the published examples are in `test_cases`."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.expressions import (
    FUNCTIONS,
    Circumstances,
    Computed,
    Dialect,
    evaluate,
    parse,
)
from provisor.domain.expressions.bounds import VALUE_BYTES, VALUES
from provisor.domain.expressions.diacritics import _ROWS, plain
from provisor.domain.expressions.letters import lower, upper
from provisor.domain.expressions.text import WHITE_SPACE
from provisor.domain.expressions.uniqueness import folded, taken_from
from provisor.errors import ExpressionFailed
from tests.expressions.strategies import TEXTS

KNOWN = Circumstances(now="2025-07-30T13:05:00Z", default_domain="contoso.com", draw=bytes)
"""Everything that a function may depend on; the bytes are all zero."""


def value_of(text, **values):
    answer = evaluate(parse(text), values)

    assert isinstance(answer, Computed)
    return answer.value


@pytest.mark.parametrize(
    ("text", "a", "expected"),
    [
        ('Append([a], "x")', None, "x"),
        ('Append([a], "x")', ("p", "q"), ("px", "qx")),
        ('Append("x", [a])', None, "x"),
        ('Append("x", [a])', ("p", "q"), "xp,q"),
        ('Coalesce([a], "")', None, ""),
        ('Coalesce([a], "x")', (), "x"),
        ('Coalesce([a], "x")', False, False),
        ('Coalesce([a], "x")', 0, 0),
        ("Coalesce([b], [a])", "", ""),
        ("Coalesce([a], )", "", ""),
        ('Coalesce([a], "", )', None, ""),
        ("IIF([a], 1, 2)", "True", 1),
        ("IIF([a], 1, 2)", "true", 2),
        ("IIF([a], 1, 2)", True, 1),
        ("IIF([a], 1, 2)", 1, 2),
        ("IIF([a], , 2)", True, None),
        ("IsNullOrEmpty([a])", (), True),
        ("IsNullOrEmpty([a])", 0, False),
        ("IsPresent([a] = 1)", None, True),
        ('Join(",", [a])', None, ""),
        ('Join(",", [a], 0, "x")', ("p", "", "q"), "p,q,0,x"),
        ('Join(, [a], "x")', "p", "px"),
        ("Left([a], 0)", "abc", ""),
        ("Left([a], 2)", 1234, "12"),
        ("Left([a], 1)", ("ab", "cd"), ("a", "c")),
        ('Left([a], "2")', "abc", "ab"),
        ('Left([a], "&H2")', "abc", "ab"),
        ("Left([a], 1)", "𝒳y", "𝒳"),
        ("Len([a])", "🙂🙂", 2),
        ("Mid([a], 4, 2)", "abc", ""),
        ("Mid([a], 1, 0)", "abc", ""),
        ("Mid([a], 1, -1)", "abc", "abc"),
        ("Mid([a], 1, 1)", None, ""),
        ("NormalizeDiacritics([a])", None, None),
        ("NormalizeDiacritics([a])", "ā́ å̄ ø̄ c̱", "a a oe c"),
        ("NormalizeDiacritics([a])", "Œ ẞ đ ị x̄", "OE ẞ đ ị x̄"),
        ("Not([a])", None, True),
        ("Not([a])", "true", True),
        ("Not([a])", ("True",), False),
        ("Not([a] = 1)", 1, False),
        ("PCase([a])", "o'BRIEN-smith\tx_y", "O'Brien-Smith\tX_Y"),
        ("PCase([a])", "ßen ǆon", "ßen Ǆon"),
        ('PCase([a], " ")', "o'BRIEN smith", "O'brien Smith"),
        ('Replace([a], "", , , "x")', "abc", "abc"),
        ('Replace([a], "b", , , [b])', "abc", "ac"),
        ('Replace([a], "b", , , "")', None, None),
        ('Replace([a], "b", , , "")', ("ab", "b"), ("a", "")),
        ('Replace([a], "x", , , , , "x@x")', None, None),
        ('Replace([a], , "b*", , "-")', "abc", "-a--c-"),
        ('Replace([a], , "(a)(b)", , "$2$1$0$9$$")', "ab", "baab$9$"),
        ('Replace([a], , "(?<n>a)(b)", , "$1$2")', "ab", "ba"),
        ('Replace([a], , "(?<n>a)|b", "n", "-")', "aba", "-b-"),
        ('Replace([a], , "(?<n>.)@", "n", , "x@y")', "", "x"),
        ('Replace([a], , "(?<n>.)@", "n", , "xy")', None, None),
        ('Replace([a], , "(?<n>.)@", "n", , "x@y")', "own", "own"),
        ("Split([a])", "a, b", ("a, b",)),
        ('Split([a], ", ")', "a, b", ("a", "b")),
        ('Split([a], ",")', "a,,b", ("a", "", "b")),
        ('Split([a], ",")', "", ()),
        ('Split([a], ",")', None, None),
        ("StripSpaces([a])", " a\u00a0b ", "a\u00a0b"),
        ('Switch([a], "d", "", "empty")', None, "empty"),
        ('Switch([a], "d", "True", "yes")', True, "yes"),
        ('Switch([a], "d", "x", "X")', "X", "d"),
        ('Switch([a], , "x", "y")', "z", None),
        ('ToLower([a], "tr")', "Iİ", "ıi"),
        ('ToUpper([a], "az-Latn")', "iı", "İI"),
        ('ToLower([a], "lt")', "Ì", "ì"),
        ("ToLower([a])", "ΣΑΣ", "σασ"),
        ("ToUpper([a])", "ßŉᾳ", "ßŉᾼ"),
        ("Trim([a])", "\u2003 x\u3000\x1c", "x\u3000\x1c"),
        ('Word([a], 2, " ,")', "a , b", "b"),
        ('Word([a], 3, " ")', "a b", ""),
        ("Word([a], 1, )", "a b", "a b"),
        ("[a] & 1", None, "1"),
    ],
)
def test_an_edge_of_a_function(text, a, expected):
    assert expected == value_of(text, a=a, b=None)


@pytest.mark.parametrize(
    "text",
    ['Left("ab", "x")', 'Left("ab", "1.5")', 'Mid("ab", 1, [none])', 'ToLower("A", [bad])',
     'Replace("a", , [bad], , "")', 'Replace("a", , "(?<n>a)", [bad], "")'],
)  # fmt: skip
def test_a_function_refuses_what_it_cannot_use(text):
    with pytest.raises(ExpressionFailed):
        value_of(text, bad="(", none=None)


@pytest.mark.parametrize(
    "text",
    ["Append([a], [a])", "[a] & [a]", 'Join("", [a], [a])', 'Replace([a], "x", , , [a])',
     'Replace([a], , "x", , [a])', 'Replace([a], "y", , , , , "yy")', "ToUpper([a] & [a])"],
)  # fmt: skip
def test_a_value_beyond_the_limit_is_refused_before_it_is_built(text):
    large = "x" * (VALUE_BYTES * 2 // 3)

    with pytest.raises(ExpressionFailed, match="beyond the limit"):
        value_of(text, a=large)


def test_the_limit_of_a_value_counts_bytes():
    half = "é" * (VALUE_BYTES // 2)

    assert half == value_of("ToLower([a])", a=half)
    with pytest.raises(ExpressionFailed):
        value_of("ToLower([a])", a=half + "é")


def test_a_value_that_is_only_passed_on_may_be_large():
    photo = "x" * (VALUE_BYTES + 1)

    assert photo == value_of("Coalesce([none], [photo])", none=None, photo=photo)


@pytest.mark.parametrize("text", ["Trim([a])", 'Join(",", [a])', 'Split(Left([b], 60000), ",")'])
def test_a_list_beyond_the_limit_is_refused(text):
    with pytest.raises(ExpressionFailed, match="list is too long"):
        value_of(text, a=("x",) * (VALUES + 1), b="," * VALUES)


def test_no_message_holds_the_value():
    with pytest.raises(ExpressionFailed) as caught:
        value_of('Left("abc", [secret])', secret="hunter2")

    assert "hunter2" not in str(caught.value)


def test_upper_case_marks_are_taken_like_lower_case_ones():
    letters = [letter for row in _ROWS.values() for letter in row if len(letter.upper()) == 1]

    assert [plain(letter).upper() for letter in letters] == [
        plain(letter.upper()) for letter in letters
    ]


def test_every_letter_of_the_table_is_one_composed_character():
    letters = "".join(_ROWS.values())

    assert letters == unicodedata.normalize("NFC", letters)
    assert len(letters) == len(set(letters))


def test_white_space_is_what_unicode_calls_so():
    spaces = {chr(code) for code in range(0x110000) if chr(code).isspace()}

    assert set(WHITE_SPACE) == spaces - set("\x1c\x1d\x1e\x1f")


@given(TEXTS)
def test_composed_and_decomposed_letters_lose_their_marks_alike(text):
    decomposed = unicodedata.normalize("NFD", text)

    assert plain(text) == plain(decomposed)


@given(TEXTS, TEXTS)
def test_case_is_changed_character_by_character(first, second):
    assert lower(first) + lower(second) == lower(first + second)
    assert upper(first) + upper(second) == upper(first + second)
    assert len(first) == len(lower(first)) == len(upper(first))


@given(st.characters(exclude_categories=["Cs"]))
def test_two_names_that_differ_in_case_only_are_the_same_name(letter):
    assert folded(letter) == folded(folded(letter))


@given(TEXTS)
def test_replacing_into_a_template_is_replacing_turned_around(text):
    turned = value_of('Replace([a], "<n>", , , , , "<n>@x")', a=text)

    assert value_of('Replace("<n>@x", "<n>", , , [a])', a=text) == turned


def test_every_function_has_one_sentence_a_source_and_an_example_that_computes():
    for function in FUNCTIONS.values():
        assert function.behaviour.endswith("."), function.name
        assert function.source, function.name
        tree = parse(function.example, function.dialect or Dialect.ENTRA)
        assert isinstance(evaluate(tree, {}, KNOWN), Computed), function.name


def test_taken_names_are_compared_in_small_letters():
    assert taken_from(["ELIN"])(folded("Elin"))
