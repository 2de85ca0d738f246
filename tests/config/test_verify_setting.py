"""How much is looked at again: one setting, whose absence changes nothing."""

from __future__ import annotations

import pytest

from provisor.domain.rules import Verify
from tests.config.samples import SAMPLE, compiled, spoilt


def with_verify(word: str) -> str:
    return str(spoilt("    target: app\n", f"    target: app\n    verify: {word}\n"))


def test_left_out_it_is_a_sample(tmp_path):
    assert compiled(tmp_path, SAMPLE).rules.verify is Verify.SAMPLE


@pytest.mark.parametrize("way", list(Verify))
def test_each_way_is_taken_and_is_part_of_what_is_approved(tmp_path, way):
    plain = compiled(tmp_path, SAMPLE).rules
    written = compiled(tmp_path, with_verify(way.value)).rules

    assert written.verify is way
    assert written.configuration != plain.configuration
