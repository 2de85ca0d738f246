import re

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from provisor.config.yaml_document import DEEPEST, WrittenFraction, parse_document
from provisor.errors import SettingInvalid


def value(text):
    return parse_document(text, "x.yaml").value


def value_of(document):
    return document.value["a"]


def place(text, *path):
    return parse_document(text, "x.yaml").places.where(path)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-12", -12),
        ("0042", "0042"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("2031-04-07", "2031-04-07"),
        ("9" * 30, "9" * 30),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!!int 12", 12),
    ],
)
def test_a_plain_word_is_what_it_looks_like(written, expected):
    found = value(f"a: {written}")["a"]

    assert found == expected
    assert type(found) is type(expected)


def test_a_fraction_remembers_how_it_was_written():
    fraction = value("a: 1.10")["a"]

    assert isinstance(fraction, WrittenFraction)
    assert (fraction, fraction.text) == (1.1, "1.10")


def test_names_of_settings_are_text_as_written():
    assert value("12: a\ntrue: b\n~: c") == {"12": "a", "true": "b", "~": "c"}


def test_aliases_and_merges_share_what_is_written_once():
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: [*a]\nd: {<<: [{z: 4}, *a]}"

    found = value(text)

    assert found["b"] == {"x": 1, "y": 3}
    assert found["c"] == [{"x": 1, "y": 2}]
    assert found["d"] == {"z": 4, "x": 1, "y": 2}
    assert place(text, "b", "x") == "x.yaml line 1, b.x"


def test_every_setting_knows_its_line():
    text = "a:\n  - b: 1\n    c:\n      d: 'x'\n"

    assert place(text, "a", 0, "c", "d") == "x.yaml line 4, a.0.c.d"
    assert place(text, "a", 0, "c", "missing") == "x.yaml line 3, a.0.c.missing"
    assert place(text, "z") == "x.yaml line 1, z"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("größe: Join([x])", 1, 13),
        ("a: 'Join([x])'", 1, 10),
        ('a: "Join([x])"', 1, 10),
        ('a: "Jo\\u0069n([x])"', 1, 15),
        ('a: "Jo\\\n   in(\n  [x])"', 3, 3),
        ("a: 'J''in([x])'", 1, 11),
        ("a: |\n  Join([x])", 2, 8),
        ("a: >-  # folded\n\n    Join(\n    [x])\nb: 1", 4, 5),
        ("a: Join(\n  [x])", 2, 3),
        ("b: &b\n  'Join([x])'\na: *b", 2, 9),
        ("a: !!str &b  # an anchor\n  Join([x])", 2, 8),
    ],
)
def test_a_place_inside_a_text_has_its_line_and_column(text, line, column):
    document = parse_document(text, "x.yaml")
    name = next(name for name in ("größe", "a") if name in document.value)
    position = str(document.value[name]).index("[")

    assert document.places.where((name,), position) == f"x.yaml line {line} column {column}, {name}"


@settings(max_examples=300)
@given(
    value=st.text(
        st.sampled_from("ab[]()\"', |>&*#:-\\\n\té🙂\x85\u2028")
        | st.characters(exclude_categories=["Cs"]),
        min_size=1,
        max_size=60,
    ),
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    width=st.sampled_from([8, 30, 1000]),
)
def test_every_character_that_is_seen_is_found_where_it_stands(value, style, width):
    text = yaml.safe_dump({"a": [value]}, default_style=style, width=width, allow_unicode=True)
    document = parse_document(text, "x.yaml")
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)
    (read,) = value_of(document)
    place = document.places.index["a", 0]

    assume(read == value)  # the writer of YAML loses some line breaks
    assert place.text is not None
    for position, character in enumerate(read):
        if character.isspace():
            continue
        line, column = place.text.spot(position) or (0, 0)
        there = lines[line - 1][column - 1]
        assert there in (character, "\\")


def test_a_setting_is_shown_without_what_else_stands_on_its_line():
    places = parse_document("{token: abc, a: 'Jo([x])', b: def}", "x.yaml").places

    assert places.shown(("a",), 3) == "a: 'Jo([x])'\n" + " " * 9 + " " * 7 + "^"


def test_a_long_line_is_shown_around_the_character():
    places = parse_document("a: '" + "x" * 500 + "!" + "y" * 500 + "'", "x.yaml").places

    line, caret = places.shown(("a",), 500).split("\n")

    assert len(line) == 120
    assert line[caret.index("^") - 9] == "!"


def test_a_line_of_a_block_is_shown_with_its_caret():
    places = parse_document("a:\n  b: >-\n    Join(\n      [x])\n", "x.yaml").places

    assert places.shown(("a", "b"), 6) == "[x])\n" + " " * 9 + "^"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: 1\na: 2", "the setting `a` stands twice in one mapping"),
        ("a: {b: 1, b: 2}", "the setting `b` stands twice in one mapping"),
        ("a: b: c", "the file is not valid YAML"),
        ("a: 'x", "the file is not valid YAML"),
        ("\x00", "the file is not valid YAML"),
        ("\ta: 1", "a line is indented with a tab"),
        ("a: 1\n---\nb: 2", "the file holds more than one YAML document"),
        ("a: *b", "an alias names no anchor that stands before it"),
        ("a: &a [*a]", "an alias names no anchor that stands before it"),
        ("a: !python/object x", "a YAML tag cannot be used here"),
        ("[a]: b", "the name of a setting is not text"),
        ("'': b", "the name of a setting is not text"),
        ("a: {<<: 1}", "`<<` takes a mapping or a list of mappings"),
        ("[" * 1000, f"settings are nested more than {DEEPEST} deep"),
    ],
)
def test_what_is_not_allowed_is_refused_with_its_line(text, what):
    with pytest.raises(SettingInvalid) as caught:
        value(text)

    assert caught.value.what == what
    assert " line " in caught.value.where


def test_aliases_that_multiply_without_end_are_refused():
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]

    with pytest.raises(SettingInvalid, match="multiply"):
        value("\n".join(lines))


def test_a_file_of_very_many_values_is_refused():
    with pytest.raises(SettingInvalid, match="the file holds more than 100,000 values"):
        value("a: [" + "x," * 100_001 + "]")


def test_aliases_that_nest_without_end_are_refused():
    lines = ["l0: &l0 [x]"] + [f"l{n}: &l{n} [[[[[*l{n - 1}]]]]]" for n in range(1, 200)]

    with pytest.raises(SettingInvalid, match="multiply"):
        value("\n".join(lines))


def test_merges_that_multiply_without_end_are_refused():
    table = ", ".join(f"k{n}: 1" for n in range(1000))
    text = f"a: &a {{{table}}}\nb:\n" + "  - {<<: *a}\n" * 1000

    with pytest.raises(SettingInvalid, match="merges bring in more than"):
        value(text)


@pytest.mark.parametrize(
    "text", ["a: *hunter2", "a: !hunter2 x", "a: 'hunter2", "a: {b: hunter2: c"]
)
def test_no_word_of_a_broken_file_stands_in_the_message(text):
    with pytest.raises(SettingInvalid) as caught:
        value(text)

    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
