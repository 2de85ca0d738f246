"""Whatever stands in a file, reading it ends with settings or with an error of ours."""

from contextlib import suppress

import yaml
from hypothesis import given
from hypothesis import strategies as st

from provisor.config.compiling import compile_job
from provisor.config.loading import load, problems
from provisor.errors import ConfigurationError
from tests.config.samples import ENVIRONMENT, SAMPLE, source, target, write

INDICATORS = "-?:,[]{}#&*!|>'\"%@`~<= \n\t\r\x00\x07\x85\u2028\ufeff\U0001f600aA0.e_\\/$é"
WORDS = st.sampled_from(
    ["version", "systems", "jobs", "users", "any", "all", "attribute", "operator", "value", "env"]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), WORDS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, SCALARS), inner, max_size=3)
    ),
    max_leaves=8,
)


def is_answered(folder, content):
    """Whether a file becomes settings or is refused in five parts with its place."""
    path = write(folder, content)
    found = problems(path)
    assert all(isinstance(error, ConfigurationError) for error in found)
    assert all(error.where and error.safe and error.next for error in found)
    try:
        load(path, ENVIRONMENT)
    except ConfigurationError as error:
        return error.what == found[0].what
    return not found


@given(st.binary(max_size=300))
def test_bytes_are_answered(tmp_path_factory, content):
    assert is_answered(tmp_path_factory.getbasetemp(), content)


@given(st.text(INDICATORS, max_size=60))
def test_signs_of_yaml_are_answered(tmp_path_factory, text):
    assert is_answered(tmp_path_factory.getbasetemp(), text.encode("utf-8"))


@given(st.dictionaries(WORDS, VALUES, max_size=5))
def test_yaml_that_is_no_configuration_is_answered(tmp_path_factory, values):
    text = yaml.safe_dump(values, allow_unicode=True)

    assert is_answered(tmp_path_factory.getbasetemp(), text.encode("utf-8", "replace"))


@given(st.data())
def test_a_damaged_configuration_is_answered(tmp_path_factory, data):
    start = data.draw(st.integers(0, len(SAMPLE)))
    end = data.draw(st.integers(start, min(start + 40, len(SAMPLE))))
    text = SAMPLE[:start] + data.draw(st.text(INDICATORS, max_size=6)) + SAMPLE[end:]

    assert is_answered(tmp_path_factory.getbasetemp(), text.encode())


@given(st.data())
def test_another_value_in_a_configuration_is_answered(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    document = yaml.safe_load(SAMPLE)
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(here[key], dict | list) or not here[key] or data.draw(st.booleans()):
            break
        here = here[key]
    here[key] = data.draw(VALUES)
    text = yaml.safe_dump(document, allow_unicode=True).encode("utf-8", "replace")

    assert is_answered(folder, text)
    if not problems(write(folder, text)):
        compiles_or_is_refused(folder, text)


def compiles_or_is_refused(folder, text):
    """Compile every job of a file that was found right; only errors of ours may come of it."""
    configuration = load(write(folder, text), ENVIRONMENT)
    for job in configuration.jobs:
        with suppress(ConfigurationError):
            assert compile_job(configuration, job, source=source(), target=target(), seen={})
