"""Regular expressions mean what .NET means by them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.expressions.bounds import PATTERN_CHARACTERS, PATTERN_DEPTH
from provisor.domain.expressions.dotnet import translated
from provisor.domain.expressions.dotnet_classes import PatternInvalid
from provisor.domain.expressions.effort import Effort
from provisor.domain.expressions.patterns import compiled, substitute, template

PIECES = ("a", "b", "B", "[a-c]", "[^b]", r"\d", r"\w*", "(", ")", "(?<n>", "(?:", "|", "*", "+?",
          "?", "{2}", "{1,3}", "^", "$", r"\1", r"\k<n>", "(?=", "(?i)", "(?-i)", "[a-z-[b]]",
          r"\p{L}", ".", r"\b", "(?(n)", r"\x61", "-", "]", "{", "(?x)", " ", "#",
          r"\Z")  # fmt: skip


def replaced(pattern, replacement, text):
    found = compiled(pattern)
    return substitute(found, template(replacement, found), text)


@pytest.mark.parametrize(
    ("pattern", "replacement", "text", "expected"),
    [
        ("[a-z-[aeiou]]", "", "alphabet", "aae"),
        ("[^a-c-[x]]", "_", "abcxyz", "abcx__"),
        (r"[\w-[\d_]]+", "-", "ab12_", "-12_"),
        ("[]a]+", "-", "]a", "-"),
        ("[a&&b]", "-", "a&b", "---"),
        (r"[\W]", "-", "a!", "a-"),
        (r"[\b]", "-", "\b", "-"),
        ("(?'n'a)(b)", "${n}-$1-$2", "ab", "a-b-a"),
        ("(?<n>a)|(?<n>b)", "[${n}]", "ab", "[a][b]"),
        ("(?<2>x)(y)", "$1$2", "xy", "yx"),
        (r"(a)(?<n>b)\2", "_", "abb", "_"),
        (r"(?<c>\w)\k<c>|(?<c>\d)\k'c'", "_", "aab", "_b"),
        (r"\101|(a)\10", "_", "Aa\b", "__"),
        ("a(?i)b|c", "-", "aB C ab c AB", "- - - - AB"),
        ("(a(?i)b)c", "-", "aBc aBC", "- aBC"),
        ("(?i:a)b", "-", "Ab AB", "- AB"),
        ("(?x) a b # remark\n c", "-", "abc a b", "- a b"),
        ("(?n)(a)(?<x>b)", "$1|$2", "ab", "b|$2"),
        ("(?s).", "-", "a\nb", "---"),
        (".", "-", "a\nb", "-\n-"),
        ("(?m)^a$", "-", "a\nba\na", "-\nba\n-"),
        (r"x\Z", "-", "x\n", "-\n"),
        (r"x\z", "-", "x\n", "x\n"),
        (r"\Gab", "-", "ababxab", "--xab"),
        (r"\p{IsGreek}+", "-", "abγδ", "ab-"),
        (r"\P{Lu}", "-", "aBc", "-B-"),
        (r"\p{IsLatin-1Supplement}", "-", "éa", "-a"),
        (r"\w+", "-", "a_1é\u0903x", "-\u0903-"),
        (r"\x41\u00e9\t\e\cA", "-", "Aé\t\x1b\x01", "-"),
        (r"(?(a)ab|cd)", "-", "abcd", "--"),
        (r"(?<q>')?x(?(q)'|!)", "-", "'x' x! x", "- - x"),
        (r"(?(\d)\d\w|z)", "-", "1az", "--"),
        (r"(?(?=a)a.|b)", "-", "axb", "--"),
        ("a{,3}|b{", "-", "a{,3}b{", "--"),
        ("(?:foo){e<=1}", "-", "fop foo{e<=1}", "fop -"),
        ("(?#remark)a", "-", "a", "-"),
        ("(?i)straße", "-", "STRASSE STRAẞE straße", "STRASSE - -"),
        ("b", "$`|$'|$_|$&|$$|$0|$9", "abc", "aa|c|abc|b|$|b|$9c"),
        ("(b)(?<n>c)", "$+", "abc", "ac"),
        ("(b)?x", "[$1]", "x", "[]"),
        ("x*|b", "-", "abxd", "-a-b--d-"),
        ("|b", "-", "abc", "-a-b-c-"),
        ("b*?", "-", "abc", "-a-b-c-"),
        ("x*", "-", "abxd", "-a-b--d-"),
        ("(?=b)|b", "-", "abc", "a-bc"),
        ("(a|b|)c?", "-", "acx", "--x-"),
    ],
)
def test_a_pattern_means_what_it_means_in_dotnet(pattern, replacement, text, expected):
    assert replaced(pattern, replacement, text) == expected


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "not closed"), (")", "not open"), ("[a", "not closed"), ("a**", "nothing to repeat"),
        ("a*+", "nothing to repeat"), ("a{2}{3}", "nothing to repeat"), ("+a", "nothing to repeat"),
        ("x{2,1}", "ends before"), ("[z-a]", "ends before"), (r"\2", "refers to a group"),
        (r"\k<n>", "refers to a group"), ("(?<a-b>x)", "balancing"), (r"\p{Foo}", "not known"),
        (r"\p{IsFoo}", "unknown property"), (r"\y", "not known"), (r"\_", "not known"),
        ("(?R)", "unknown kind"), ("(?P<n>a)", "unknown kind"), ("(?<1a>x)", "name"),
        ("[a-z-[b]c]", "follows"), ("a{99999}", "too large"), ("\\", "not known"),
        ("(?:(?:a?){100}){100}", "too many parts"), ("x" * (PATTERN_CHARACTERS + 1), "more than"),
        ("(" * (PATTERN_DEPTH + 1) + "a" + ")" * (PATTERN_DEPTH + 1), "too deeply"),
        ("[a-[" * 9 + "b" + "]]" * 9, "too deeply"),
    ],
)  # fmt: skip
def test_a_pattern_that_dotnet_refuses_is_refused(pattern, why):
    with pytest.raises(PatternInvalid, match=why):
        compiled(pattern)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text("aB1 é\n", max_size=8))
def test_any_pattern_is_compiled_or_refused_and_then_ends(pattern, text):
    try:
        found = compiled(pattern)
    except PatternInvalid:
        return

    assert len(list(found.matches(text, Effort()))) <= len(text) + 1


@given(st.text(max_size=12))
def test_a_text_without_signs_means_itself(text):
    quiet = "".join(character for character in text if character.isalnum())

    assert quiet == "" or replaced(quiet, "", f"<{quiet}>") == "<>"
    assert translated(quiet).repeats == 0
