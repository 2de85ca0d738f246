"""The reference page of functions says what the registry says."""

import runpy
from pathlib import Path

from provisor.domain.expressions import FUNCTIONS
from provisor.domain.expressions.bounds import (
    DEPTH,
    EXPRESSION_CHARACTERS,
    REGEX_SECONDS,
    VALUE_BYTES,
    VALUES,
)

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "functions.md").read_text(encoding="utf-8")


def test_the_page_is_what_the_registry_writes():
    assert runpy.run_path(str(DOCS / "generate_functions.py"))["page"]() == PAGE


def test_every_function_has_its_section():
    names = [one.name for one in sorted(FUNCTIONS.values(), key=lambda one: one.key.casefold())]
    sections = [line for line in PAGE.splitlines() if line.startswith("## `")]

    assert [line.removeprefix("## `").partition("(")[0] for line in sections] == names


def test_the_page_names_the_limits_that_hold():
    limits = [EXPRESSION_CHARACTERS, DEPTH, VALUE_BYTES, VALUES, REGEX_SECONDS]

    assert [limit for limit in limits if f"{limit:,}" not in PAGE] == []
