"""Whatever stands in an export, reading it ends with a draft or with an error of ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.cli.drafts import proven_draft
from provisor.config.entra import export_file
from provisor.config.entra.export_file import read_export
from provisor.config.entra.resources import RESOURCES
from provisor.config.entra.writing import document
from provisor.config.yaml_document import parse_document
from provisor.errors import ConfigurationError, SettingInvalid
from tests.config.entra_samples import SAMPLE, key_paths, sample

WORDS = sorted({name for keys in RESOURCES.values() for name in keys})
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["User", "Group", "Function", "Attribute", "members", "[a", "\ud800"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=8,
)
PLACES = list(key_paths(sample()))


def written(folder, content):
    path = folder / "schema.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def refused(path):
    with pytest.raises(SettingInvalid) as caught:
        read_export(path)
    error = caught.value
    assert list(error.parts()) == ["what", "where", "found", "safe", "next"]
    return error


def answered(folder, content):
    """Whether a file becomes a draft whose report is whole, or is refused in five parts."""
    path = written(folder, content)
    try:
        tree = read_export(path)
        draft, proven = proven_draft(tree, path.name)
    except ConfigurationError as error:
        return list(error.parts()) == ["what", "where", "found", "safe", "next"]
    assert len(proven.report.lines) == len(list(key_paths(tree)))
    assert sum(proven.report.counts.values()) == len(proven.report.lines)
    assert parse_document(proven.text, "x").value == document(draft)
    return True


@given(st.binary(max_size=200))
def test_bytes_are_answered(tmp_path_factory, content):
    assert answered(tmp_path_factory.getbasetemp(), content)


@given(JSON)
def test_json_that_is_no_schema_is_answered(tmp_path_factory, value):
    assert answered(tmp_path_factory.getbasetemp(), json.dumps(value))


@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=4))
def test_a_spoilt_sample_is_answered(tmp_path_factory, changes):
    tree = sample()
    for path, value in changes:
        holder = tree
        for step in path[:-1]:
            inside = isinstance(holder, dict) and step in holder
            if not inside and not (isinstance(holder, list) and step < len(holder)):
                break
            holder = holder[step]
        else:
            if isinstance(holder, dict):
                holder[path[-1]] = value

    assert answered(tmp_path_factory.getbasetemp(), json.dumps(tree))


@given(st.data())
def test_a_cut_or_scratched_sample_is_answered(tmp_path_factory, data):
    content = bytearray(SAMPLE.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content = content[:place]
    else:
        content[place : place + 1] = data.draw(st.binary(max_size=3))

    assert answered(tmp_path_factory.getbasetemp(), bytes(content))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "not valid JSON"),
        ("null", "no JSON object"),
        ("[]", "no JSON object"),
        ('{"a": NaN}', "number"),
        ('{"a": ' + "9" * 5000 + "}", "number"),
        ("[" * 200_000, "deep"),
        ('{"a": ' * 200_000, "deep"),
        ('{"a":' * 200 + "1" + "}" * 200, "levels"),
        ('{"id": 1, "id": 2}', "twice"),
        ('{"a": [{"b": {"c": 1, "c": 1}}]}', "twice"),
        ('{"a": "\\ud800"}', "half of a character"),
        ('{"\\udfff": 1}', "half of a character"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path, content, word):
    error = refused(written(tmp_path, content))

    assert word in f"{error.what} {error.found}"


def test_a_repeated_key_is_refused_at_its_place(tmp_path):
    error = refused(written(tmp_path, '{"directories": [{"name": "a", "name": "b"}]}'))

    assert "`name`" in error.what
    assert "directories[0]" in error.where


def test_a_file_beyond_every_use_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = written(tmp_path, json.dumps(sample()))
    monkeypatch.setattr(export_file, "MOST_BYTES", 100)
    assert "too large" in refused(path).what

    monkeypatch.undo()
    monkeypatch.setattr(export_file, "MOST_VALUES", 100)
    assert "out of bounds" in refused(path).what


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert "cannot be read" in refused(tmp_path / "nothing.json").what
    assert "cannot be read" in refused(tmp_path).what


@pytest.mark.parametrize("tree", [{}, {"synchronizationRules": []}, {"value": []}])
def test_json_that_holds_no_rules_is_refused(tree):
    with pytest.raises(SettingInvalid) as caught:
        proven_draft(tree, "x")

    assert "not a synchronization schema" in caught.value.what


def test_no_value_of_the_file_stands_in_a_refusal(tmp_path):
    secret = "hunter2-secret"
    for content in (
        f'{{"id": "{secret}"',
        f'{{"a": {{"b": "{secret}", "b": "{secret}"}}}}',
        f'["{secret}"]',
    ):
        assert secret not in str(refused(written(tmp_path, content)))
    tree = sample() | {"directories": secret}
    with pytest.raises(SettingInvalid) as caught:
        proven_draft(tree, "x")
    assert secret not in str(caught.value)
