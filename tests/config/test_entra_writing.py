"""A draft is a file that says exactly what was meant, and that the checks accept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.cli.drafts import proven_draft
from provisor.config.entra.drafting import Draft
from provisor.config.entra.gaps import GAPS
from provisor.config.entra.writing import document, written, yaml_text
from provisor.config.loading import load_text
from provisor.config.yaml_document import parse_document
from tests.config.entra_samples import (
    LOGIN,
    SWITCH,
    attribute,
    clause,
    flow,
    group,
    mapping,
    rule,
    sample,
    schema,
)

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        [
            *("", " ", "~", "null", "True", "NO", "0042", "1e3", "12:30", "1_000", "-", "- a"),
            *("a: b", "#x", "a #b", "'", '"', "\\", "*x", "&x", "!x", "%x", "@x", "`x", "{a}"),
            *("[a]", "?", "|", "<<", "=", "\ufeff", "\x85", "\u2028", "a\nb", "a\tb", "\x00"),
            *("\x7f", "🙂", "é", ">"),
        ]
    ),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(-9999, 9999)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(TEXTS.filter(bool), inner, min_size=1, max_size=4),
    ),
    max_leaves=10,
)


@given(st.dictionaries(TEXTS.filter(bool), VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_as_it_was(value):
    assert parse_document(yaml_text(value), "x").value == value


def body(draft: Draft, text: str):
    return parse_document(text, "x").value == document(draft)


def test_the_sample_is_written_as_it_was_drafted_and_loads(tmp_path):
    draft, proven = proven_draft(sample(), "schema.json")

    assert body(draft, proven.text)
    assert proven.left == ()
    configuration = load_text(proven.text, tmp_path / "x.yaml", {})
    assert configuration.jobs == tuple(job.name for job in draft.jobs)


@given(TEXTS.filter(bool), TEXTS, TEXTS)
def test_whatever_stands_in_an_export_is_quoted(name, title, value):
    told = [clause("a", "EQUALS", value)] if value.strip() else [clause("a", "IS NULL")]
    scope = {"groups": [group(*told, name=title)]}
    flows = (LOGIN, SWITCH, flow(name, attribute("a"), defaultValue=value))
    draft, proven = proven_draft(schema(rule(mapping(*flows, scope=scope))), "schema.json")

    assert body(draft, proven.text)
    assert proven.left == ()


def test_everything_that_is_missing_stands_at_the_head():
    _, proven = proven_draft(sample(), "schema.json")
    head = proven.text.split("version: 1")[0]

    assert all(line.startswith("#") or not line for line in head.splitlines())
    for gap in GAPS:
        assert gap.what in head
        assert gap.then in head
    assert "groupFilter" in head
    assert "Shorten" in head
    assert "docs/cutover.md" in head


def test_the_columns_that_the_source_needs_are_listed():
    _, proven = proven_draft(schema(rule(mapping(LOGIN, SWITCH))), "x")

    assert "# directory, users: accountEnabled, objectId, userPrincipalName\n" in proven.text


@pytest.mark.parametrize("name", ["a\nsystems: {}", "a\x1b[31m", "\u2028x"])
def test_no_name_of_an_export_escapes_its_comment(name):
    told = mapping(LOGIN, SWITCH, flow("title", {"name": "x", "type": "Table"}), name=name)
    draft, proven = proven_draft(schema(rule(told, name=name)), name)

    assert body(draft, proven.text)
    assert all(line.isprintable() for line in proven.text.split("\n"))


def test_a_draft_is_the_same_whenever_it_is_made():
    first, second = (proven_draft(sample(), "schema.json") for _ in range(2))

    assert first[1] == second[1]
    assert written(first[0], first[1].report, "x") == written(second[0], second[1].report, "x")
