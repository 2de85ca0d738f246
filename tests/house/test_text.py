import re

import pytest

from tests.house.tree import ROOT, committed_files, where

README = ROOT / "README.md"
README_LINES = 150
FIRST_COMMAND_LINE = 25

# Written so that no pattern matches its own text.
EVERYWHERE = {
    "a path of one machine": r"(?<![\w.-])/(?:wor[k]|roo[t])/",
    "a registry's host": r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)|deb[.]debian[.]org",
    "a file outside the repository": r"(?<![\w/.-])(?:\.\./)*share[d]/",
}
IN_PROSE = {"a temporary path": r"(?<![\w.-])/tm[p]/"}
PROSE = {".md", ".rst", ".txt", ".yaml", ".yml", ".toml", ".json"}


def texts():
    """Every committed file that is text, with its content."""
    for path in committed_files():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield path, content.decode("utf-8")


@pytest.mark.parametrize("what", EVERYWHERE)
def test_no_committed_text_names(what):
    found = [
        f"{where(path)}: {match.group()}"
        for path, text in texts()
        for match in re.finditer(EVERYWHERE[what], text)
    ]

    assert found == []


@pytest.mark.parametrize("what", IN_PROSE)
def test_no_committed_prose_names(what):
    found = [
        f"{where(path)}: {match.group()}"
        for path, text in texts()
        if path.suffix in PROSE
        for match in re.finditer(IN_PROSE[what], text)
    ]

    assert found == []


def test_readme_fits_on_150_lines():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= README_LINES


def test_readme_shows_its_first_command_by_line_25():
    lines = README.read_text(encoding="utf-8").splitlines()
    fences = [number for number, line in enumerate(lines, start=1) if line.startswith("```")]

    assert fences, "the README shows no command"
    assert fences[0] + 1 <= FIRST_COMMAND_LINE
