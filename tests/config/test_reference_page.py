import re

import yaml

from provisor.config.written_conditions import read_condition
from provisor.domain.scope import Operator
from tests.config.reference_page import PAGE, rewritten


def test_the_page_has_the_settings_as_they_are():
    """Written anew by `python -m tests.config.reference_page`."""
    page = PAGE.read_text(encoding="utf-8")

    assert page == rewritten(page)


def test_the_page_names_every_operator():
    page = PAGE.read_text(encoding="utf-8")

    assert [o.value for o in Operator if f"`{o.value}`" not in page] == []


def test_the_condition_of_the_page_can_be_read():
    page = PAGE.read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(scope:.*?)```", page, re.DOTALL)

    assert read_condition(yaml.safe_load(example.replace("NO}", "'NO'}"))["scope"])
