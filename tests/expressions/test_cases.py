"""The published examples of the language; corrected where the documentation breaks its own rule."""

import json
from pathlib import Path

import pytest

from provisor.domain.expressions import evaluate_case

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expression"][:60])
def test_a_published_example_comes_out_as_published(case):
    assert case["expected"] == evaluate_case(case)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"expression": "[a]", "record": {"a": None}}, {"value": None}),
        ({"expression": "[a]", "record": {}}, {"dropped": True}),
        ({"expression": "[a]"}, {"dropped": True}),
        ({"expression": "[a]", "record": {"a": 1.5}}, {"value": "1.5"}),
        ({"expression": "[a]", "record": {"a": [1, True, "x"]}}, {"value": [1, True, "x"]}),
        ({"expression": "[a]", "record": {"a": 2**70}}, {"value": str(2**70)}),
        ({"expression": "IgnoreObjectFlow", "record": {}}, {"dropped": True}),
        (
            {"expression": "[a]", "record": {"a": {"b": [1], "a": {"c": None}}}},
            {"value": '{"a":{"c":null},"b":[1]}'},
        ),
        ({"expression": "[a]", "record": {"a": ["x", {"b": 1}]}}, {"value": ["x", '{"b":1}']}),
        (
            {"expression": "DefaultDomain()", "record": {}, "default_domain": "contoso.com"},
            {"value": "contoso.com"},
        ),
        (
            {"expression": 'Join([a], "-")', "record": {"a": ["x", "y"]}, "dialect": "connect"},
            {"value": "x-y"},
        ),
        ({"expression": '"x"', "record": {}, "now": "2025-01-01T00:00:00Z"}, {"value": "x"}),
    ],
)
def test_json_values_travel_both_ways(case, expected):
    assert expected == evaluate_case(case)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        (None, "setting_invalid"),
        ([], "setting_invalid"),
        ("text", "setting_invalid"),
        ({}, "setting_invalid"),
        ({"expression": 7}, "setting_invalid"),
        ({"expression": "[a]", "record": []}, "setting_invalid"),
        ({"expression": "[a]", "record": {"a": {"x": 1.5}}}, "setting_invalid"),
        ({"expression": "[a]", "record": {"a": {"é": 1}}}, "setting_invalid"),
        ({"expression": "[a]", "record": {"a": {"x": "\ud800"}}}, "setting_invalid"),
        ({"expression": "[a]", "record": {}, "dialect": "sync"}, "setting_invalid"),
        ({"expression": "[a]", "record": {}, "default_domain": 5}, "setting_invalid"),
        ({"expression": "Now()", "record": {}}, "expression_failed"),
        ({"expression": "Guid()", "record": {}}, "expression_failed"),
        ({"expression": "DefaultDomain()", "record": {}}, "expression_failed"),
        ({"expression": "[a]", "record": {"a": [[]]}}, "setting_invalid"),
        ({"expression": "[a]", "record": {"a": [None]}}, "setting_invalid"),
        ({"expression": "[a]", "record": {"a": float("nan")}}, "setting_invalid"),
        ({"expression": "[a]", "record": {"a": 10**5000}}, "setting_invalid"),
        ({"expression": "[a]", "record": {"a": "\ud800"}}, "setting_invalid"),
        ({"expression": "[a]", "record": {1: "x"}}, "setting_invalid"),
        ({"expression": "[a]", "record": {}, "now": 5}, "setting_invalid"),
        ({"expression": "[a]", "record": {}, "taken": "x"}, "setting_invalid"),
        ({"expression": "[a]", "record": {}, "taken": [1]}, "setting_invalid"),
        ({"expression": "", "record": {}}, "expression_syntax"),
        ({"expression": "\ud800", "record": {}}, "expression_syntax"),
        ({"expression": "Tolower([a])", "record": {}}, "unknown_name"),
        ({"expression": 'Left([a], "x")', "record": {"a": "y"}}, "expression_failed"),
        (
            {"expression": 'SelectUniqueValue("Elin", "B")', "record": {}, "taken": ["ELIN", "b"]},
            "no_unique_value",
        ),
    ],
)
def test_a_malformed_case_is_answered_never_raised(case, code):
    answer = evaluate_case(case)

    assert {"error", "message"} == answer.keys()
    assert code == answer["error"]


def test_an_unknown_function_is_answered_with_the_nearest_name():
    answer = evaluate_case({"expression": "Tolower([a])", "record": {}})

    assert "did you mean `ToLower`?" in str(answer["message"])
