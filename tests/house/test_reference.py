"""The reference pages are what the program says of itself."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("reference", ROOT / "docs/generate_reference.py")
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_a_reference_page_equals_what_the_program_says(name):
    written = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")

    assert written == reference.PAGES[name](), "run docs/generate_reference.py"
