import re
from pathlib import Path

import pytest

from tests.house.tree import CODE, python_files, where

EXEMPTION = re.compile(
    r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no (?:cover|branch))"
    r"(?:\[[\w, -]+\]|:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?"
    r"(?P<rest>.*)$"
)


def without_reason(line):
    """Whether a line is exempt from a rule and does not say why."""
    found = EXEMPTION.search(line)
    return found is not None and re.search(r"\w{2}", found["rest"]) is None


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("noqa: S105", True),
        ("noqa: S105, E501 - the name of a type", False),
        ("type: ignore[arg-type]", True),
        ("type: ignore[arg-type]  # ABSENT was just excluded", False),
        ("pragma: no cover", True),
        ("a remark", False),
    ],
)
def test_an_exemption_without_reason_is_recognised(comment, expected):
    assert expected == without_reason(f"value = 1  # {comment}")


def test_every_exemption_says_why():
    found = [
        f"{where(path)}:{number}"
        for path in python_files(*CODE, "tests", "benchmarks")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if path != Path(__file__) and without_reason(line)
    ]

    assert found == []
