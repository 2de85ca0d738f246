import sys

import pytest

from tests.house.tree import CODE, ROOT, definitions, python_files, where, words

BANNED = {"manager", "helper", "util", "common", "base", "handler", "processor", "impl"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AccountManager", {"manager"}),
        ("string_utils", {"util"}),
        ("HTTPHandler", {"handler"}),
        ("_base", {"base"}),
        ("database", set()),
        ("decode_base64", set()),
        ("commonly", set()),
    ],
)
def test_a_banned_word_is_found_as_a_whole_word(name, expected):
    assert expected == BANNED & set(words(name))


def test_no_file_or_folder_carries_a_banned_word():
    found = [
        where(path)
        for path in python_files(*CODE, "tests", "benchmarks")
        if any(BANNED & set(words(part)) for part in path.relative_to(ROOT).with_suffix("").parts)
    ]

    assert found == []


def test_no_function_or_class_carries_a_banned_word():
    found = [
        f"{where(path, node)} {node.name}"
        for path in python_files(*CODE, "benchmarks")
        for node in definitions(path)
        if BANNED & set(words(node.name))
    ]

    assert found == []


def test_no_file_of_the_dashboards_shadows_the_standard_library():
    found = [
        where(path)
        for path in python_files("dashboards")
        if path.stem in sys.stdlib_module_names and path.parent == ROOT / "dashboards"
    ]

    assert found == []
