import re

import yaml

from provisor.config.written_clauses import BELONGING, CLAUSE
from provisor.config.written_conditions import read_condition
from provisor.config.yaml_document import parse_document
from provisor.domain.scope import Operator
from tests.config.reference_page import PAGE, rewritten

SCOPING = PAGE.with_name("scoping.md").read_text(encoding="utf-8")


def test_the_page_has_the_settings_as_they_are():
    """Written anew by `python -m tests.config.reference_page`."""
    page = PAGE.read_text(encoding="utf-8")

    assert page == rewritten(page)


def test_the_page_names_every_operator():
    table = re.search(r"## The operators\n(.*?)\n- ", SCOPING, re.DOTALL)

    assert table
    assert set(re.findall(r"`([A-Z_&! ]+)`", table[1])) == {o.value for o in Operator}


def test_every_condition_of_the_page_can_be_read():
    examples = [
        parse_document(text, "scoping.md").value
        for text in re.findall(r"```yaml\n(.*?)```", SCOPING, re.DOTALL)
    ]
    written = [setting for one in examples for name, setting in one.items() if name != "references"]

    assert len(examples) >= 4
    assert all(read_condition(condition) for condition in written)


def test_the_page_names_every_key_of_a_condition():
    assert [k for k in (*CLAUSE, *BELONGING, "title") if f"`{k}" not in SCOPING] == []


def test_the_condition_of_the_page_can_be_read():
    page = PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(scope:.*?)```", page, re.DOTALL)

    assert read_condition(yaml.safe_load(example.replace("NO}", "'NO'}"))["scope"])
