"""What README shows runs: its commands on the first example, its configuration as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from provisor.config.loading import problems

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
DAY_BY_DAY = [
    line.split("#")[0].strip()
    for line in README.split("## Day by day")[1].split("```")[1].splitlines()
    if line.startswith("provisor ")
]
EXPECTED = {"plan": {4}, "approve": {0}, "apply": {0}, "run": {0}, "undo": {4}}


def test_the_commands_of_a_day_run_in_their_order(shell):
    assert len(DAY_BY_DAY) >= 7
    for line in DAY_BY_DAY:
        words = shlex.split(line)[1:]
        said = shell(*words, by="ben" if words[0] == "approve" else "ann")
        assert said.code in EXPECTED.get(words[0], {0}), f"{line}: {said.err}"


def test_the_configuration_of_the_readme_is_right(tmp_path):
    text = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert text is not None
    path = tmp_path / "provisor.yaml"
    path.write_text(text.group(1), encoding="utf-8")

    assert problems(path) == ()


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_two_commands_are_targets_of_the_makefile(target):
    makefile = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8")

    assert f"make {target}" in README
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
