"""What the columnar executor relies on to be quick, each as a law of its own."""

import unicodedata
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from provisor.domain.columns.computation import Tuning
from provisor.domain.columns.expressions import compile_columns, evaluate_columns
from provisor.domain.columns.pieces import MELTS, is_per_character, pieces_of
from provisor.domain.columns.regexes import both_read
from provisor.domain.columns.sheet import CELL_BYTES
from provisor.domain.columns.tables import coding_of, combined
from provisor.domain.expressions import Call, Computed, evaluate, parse, unparse
from provisor.domain.expressions.patterns import PatternInvalid, compiled, substitute, template
from tests.expressions.strategies import CHARACTERS, TEXTS
from tests.expressions.test_columns import KERNELS, differences

ATOMS = st.sampled_from(
    ["a", "b", "A", "1", " ", "-", ".", "[ab]", "[^a]", "[a-c1-3]", r"\d", r"\w", r"\s", r"[\s()-]",
     r"\.", r"\D", r"\W", r"\S", "[^a-zA-Z0-9.]", "[*+?]"]
)  # fmt: skip
REPETITIONS = st.sampled_from(["", "", "", "+", "*", "?", "+?", "*?", "{2}", "{1,2}", "{1,}"])
FRAGMENTS = st.one_of(
    st.tuples(ATOMS, REPETITIONS).map("".join),
    st.sampled_from(["^", "$", "|"]),
    st.tuples(ATOMS, REPETITIONS, ATOMS).map(lambda parts: "(" + "".join(parts) + ")"),
    st.tuples(ATOMS, REPETITIONS).map(lambda parts: "(?<n>" + "".join(parts) + ")"),
    st.tuples(ATOMS, ATOMS).map(lambda parts: "(?:" + "|".join(parts) + ")"),
)
PATTERNS = st.lists(FRAGMENTS, min_size=1, max_size=4).map("".join)
REPLACEMENTS = st.sampled_from(["", "x", "$1", "${n}", "<$2-$1>", "$$", "$0", "$&-", "a$b", "\\1"])
PRINTABLE = st.text(st.sampled_from("abcAB123 .-()*+$\\~"), max_size=16)
FIRST_KOREAN, LAST_KOREAN = 0x1161, 0x11FF


@given(PATTERNS, REPLACEMENTS, st.lists(PRINTABLE, min_size=1, max_size=8))
def test_a_pattern_that_both_engines_read_replaces_alike(pattern, replacement, texts):
    size = max(map(len, texts))
    shared = both_read(pattern, replacement, size)
    assume(shared is not None)
    assert shared
    found = compiled(pattern)
    filled = template(replacement, found)
    by_polars = pl.Series(texts).str.replace_all(shared.pattern, shared.replacement).to_list()

    assert [substitute(found, filled, text) for text in texts] == by_polars
    assert max(len(text.encode()) for text in by_polars) <= shared.size


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+", "a*", "^", "a|", r"\bx", "(?i)a", "(?=a)b", r"(a)\1", "a++", "[a-z&&[b]]", "[[a]",
     "a{,3}", r"\p{L}", r"\x41", "(", "x" * 50 + "*" * 2, "(?'n'a)", "(?<n>a", "[z-a]", "a{100}",
     "é", ".*.*.*.*.*.*.*.*x", "(?<n>a)(?<n>b)", r"(a\))+"],
)  # fmt: skip
def test_a_pattern_that_engines_may_read_differently_is_left_to_the_definition(pattern):
    assert both_read(pattern, "", 60) is None


@pytest.mark.parametrize("pattern", [r"[()\s-]+", "[^a-zA-Z0-9.]", r"\+(?<c>\d* )(?<p>.*)", "@.*$"])
def test_patterns_of_everyday_use_are_read_by_both_engines(pattern):
    assert both_read(pattern, "", 60)


@given(PATTERNS, REPLACEMENTS, PRINTABLE)
def test_a_quick_search_gives_what_the_guarded_search_gives(pattern, replacement, text):
    try:
        found = compiled(pattern)
    except PatternInvalid:
        assume(False)
    guarded = replace(found, repeats=None)
    filled = template(replacement, found)

    assert substitute(guarded, filled, text) == substitute(found, filled, text)


def test_no_letter_melts_into_the_one_before_without_being_recognised():
    seconds = set()
    for code in range(0x110000):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(chr(int(parts[1], 16)))
    melting = sorted(seconds) + [chr(code) for code in range(FIRST_KOREAN, LAST_KOREAN)]

    assert pl.Series(melting).str.contains(MELTS).all()


@given(TEXTS, TEXTS)
def test_texts_that_do_not_melt_can_be_composed_piece_by_piece(first, second):
    assume(not pl.Series([second]).str.contains(MELTS).item())

    apart = unicodedata.normalize("NFC", first) + unicodedata.normalize("NFC", second)
    assert unicodedata.normalize("NFC", first + second) == apart


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ToLower([a])", True),
        ('ToLower([a], "tr")', True),
        ("ToLower([a], [b])", False),
        ("StripSpaces([a])", True),
        ("PCase([a])", False),
        ("Trim([a])", False),
        ('Replace([a], "x", , , "yy")', True),
        ('Replace([a], "xx", , , "y")', False),
        ('Replace([a], , "[^a-z]", , "-")', True),
        ('Replace([a], , "[^a-z]+", , "")', True),
        ('Replace([a], , "[^a-z]+", , "-")', False),
        (r'Replace([a], , "\s*", , "")', True),
        (r'Replace([a], , "\+", , "")', True),
        ('Replace([a], , "^a", , "")', False),
        ('Replace([a], , ".", , "")', False),
        ('Replace([a], , "[a-z]", , "$0$0")', False),
    ],
)
def test_functions_that_work_character_by_character_are_known(text, answer):
    call = parse(text)

    assert isinstance(call, Call)
    assert answer is is_per_character(call)


@given(
    st.sampled_from(
        ["ToLower([a])", "ToUpper([a])", 'ToUpper([a], "tr")', "StripSpaces([a])",
         'Replace([a], "b", , , "xy")', 'Replace([a], , "[^a-z.]", , "-")',
         r'Replace([a], , "\\s+", , "")', r'Replace([a], , "\\W", , "x")']
    ),
    TEXTS,
    TEXTS,
)  # fmt: skip
def test_what_works_character_by_character_may_be_cut_anywhere(text, first, second):
    call = parse(text)
    assert isinstance(call, Call)
    assert is_per_character(call)

    def changed(value):
        answer = evaluate(call, {"a": value})
        assert isinstance(answer, Computed)
        return answer.value

    assert changed(first) + changed(second) == changed(first + second)


def test_a_chain_of_functions_is_pushed_onto_the_pieces():
    tree = parse('ToLower(NormalizeDiacritics(Join("Å", [a], "B")))')
    found = pieces_of(tree)

    assert found
    assert found.separator == "a"
    assert [unparse(piece.value) for piece in found.pieces] == [
        "ToLower(NormalizeDiacritics([a]))",
        'ToLower(NormalizeDiacritics("B"))',
    ]


@pytest.mark.parametrize("tuning", [None, KERNELS])
@pytest.mark.parametrize(
    "text",
    [
        'NormalizeDiacritics(Join("", [a], [b]))',
        'StripSpaces(Join(".", [a], [b]))',
        'Replace(Join(".", [a], [b]), "e", , , "")',
        'ToLower(Replace(NormalizeDiacritics([a] & [b]), , "[^a-z]", , "", , ))',
        'ToLower(Join(".", [a], [b]), [b])',
        'Select($x, Split([a] & "," & [b], ","), ToUpper($x & [c]))',
        "Append(Where($x, Split([a] & [b]), $x <> [c]), With($y, [b], $y & $y))",
        "Redact([a]) & IgnoreFlowIfNullOrEmpty([b])",
        'IIF([a] = [b], Error("no " & [a]), ItemOrNull(Split([a]), 1))',
        'IIF([a] = [b], [a], IIF([a] <> [b], IgnoreAttributeFlow, "x"))',
        'Switch([a], [b], "e", 1, "", [c], " ", IgnoreObjectFlow)',
        'Coalesce([a], Left([b], "x"), [c])',
        "IIF([c] > [a], [a], [b])",
        "Split([a] & [b])",
        "Join([a], [b], [c])",
        "IIF(IsPresent([a]), Split([b]), [b])",
        "Len(IIF(IsPresent([a]), Split([b]), [b]))",
    ],
)
def test_awkward_rows_come_out_as_defined(text, tuning):
    cells = [None, "", " ", "e", "E\u0301", "\u0301x", "\u1161", "ﬁ", "İΣ", "Ω\n", "12", "e e"]
    rows = [
        {name: value for name, value in zip("abc", values, strict=True) if value != "Ω\n"}
        for values in zip(cells * 12, sorted(cells * 12, key=str), cells[::-1] * 12, strict=True)
    ]

    assert differences([parse(text)], rows, tuning) == []


@pytest.mark.parametrize("length", [CELL_BYTES, CELL_BYTES + 1, 40_000, 70_000])
def test_rows_with_large_texts_reach_the_same_limits(length):
    trees = [
        parse("[a] & [b]"),
        parse("ToUpper([a])"),
        parse('Replace([b], "x", , , "yy")'),
        parse("Coalesce([a], [b])"),
        parse("[a]"),
    ]
    rows = [{"a": "x" * length, "b": "é"}, {"a": "x", "b": "x" * length}, {"a": "y", "b": None}]

    assert differences(trees, rows * 5, KERNELS) == []
    assert differences(trees, rows * 5, None) == []


def test_deep_trees_over_many_values_are_computed():
    text = 'IIF([a] = [b], "x", ' * 150 + "[a] & [b]" + ")" * 150
    rows = [{"a": str(number), "b": str(number // 2)} for number in range(50)]

    assert differences([parse(text)], rows, KERNELS) == []


def test_a_part_that_two_expressions_share_is_computed_once():
    frame = pl.DataFrame({"a": ["x", "y"], "b": ["u", "v"]})
    nodes = {"one": parse("Trim([a] & [b])"), "two": parse('Append(Trim([a] & [b]), "!")')}
    result = evaluate_columns(frame, nodes, tuning=Tuning(share=10**9, floor=0))

    assert result.columns["two"].values.to_list() == ["xu!", "yv!"]


def test_an_empty_frame_gives_empty_columns():
    frame = pl.DataFrame({"a": pl.Series([], dtype=pl.String)})
    result = evaluate_columns(frame, {"t": parse("ToLower([a])"), "d": parse("[a]")})

    assert [len(column.values) for column in result.columns.values()] == [0, 0]


def test_a_column_that_nobody_has_is_absent_in_every_row():
    frame = pl.DataFrame({"a": ["x", "y"]})
    result = evaluate_columns(frame, {"t": parse("[gone]"), "u": parse('Append([gone], "x")')})
    dropped = result.columns["t"].dropped

    assert dropped is not None
    assert dropped.to_list() == [True, True]
    assert result.columns["u"].values.to_list() == ["x", "x"]


def test_narrow_numbers_and_categories_are_values_too():
    frame = pl.DataFrame(
        {
            "n": pl.Series([1, None], dtype=pl.Int16),
            "c": pl.Series(["x", None], dtype=pl.Categorical),
        }
    )
    result = evaluate_columns(frame, {"n": parse("[n]"), "c": parse("ToUpper([c])")})

    assert result.columns["n"].values.to_list() == [1, None]
    assert result.columns["c"].values.to_list() == ["X", None]


def test_a_column_that_is_no_value_is_refused():
    with pytest.raises(TypeError, match="Float64"):
        evaluate_columns(pl.DataFrame({"a": [1.5]}), {"t": parse("[a]")})


def test_a_unique_value_is_not_a_matter_of_columns():
    with pytest.raises(ValueError, match="record by record"):
        compile_columns(parse("SelectUniqueValue([a])"))


@given(st.lists(st.none() | st.text(CHARACTERS, max_size=2), min_size=1, max_size=40))
def test_a_coding_gives_every_row_its_own_value(values):
    series = pl.Series(values, dtype=pl.String)
    coding = coding_of(series)
    if coding is not None:
        assert [coding.values[0][place] for place in coding.rows.to_list()] == values


@given(st.lists(st.tuples(st.booleans() | st.none(), st.sampled_from("ab")), min_size=9))
def test_a_combined_coding_gives_every_row_its_own_values(rows):
    truths = coding_of(pl.Series([truth for truth, _ in rows], dtype=pl.Boolean))
    lists = coding_of(pl.Series([[letter] for _, letter in rows], dtype=pl.List(pl.String)))
    coding = combined([truths, lists], 1000)

    assert coding
    found = list(zip(*coding.values, strict=True))
    assert [found[place] for place in coding.rows.to_list()] == [(a, (b,)) for a, b in rows]


def test_literals_are_kept_apart_from_looked_up_values():
    tree = parse('IIF([a] <> "", [a], "none")')

    assert differences([tree], [{"a": "x"}, {"a": ""}, {}] * 5, KERNELS) == []
