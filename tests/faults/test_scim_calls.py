"""The same life against a real SCIM server, with a tap that cuts, resets, delays and slices."""

from __future__ import annotations

import pytest

from tests.faults.board import ON_THE_WIRE
from tests.faults.life import quick_folder
from tests.faults.machine import cases, some
from tests.faults.scim_life import standing
from tests.faults.test_every_call import SEED

pytestmark = pytest.mark.outer

GROUPS, IN_A_GROUP = 4, 4


@pytest.fixture(scope="module")
def stand():
    with standing() as made:
        yield made


@pytest.fixture(scope="module")
def scim_book(stand):
    return tuple(stand.chapters(quick_folder()))


@pytest.mark.parametrize("group", range(GROUPS))
def test_whatever_goes_wrong_on_the_wire_every_invariant_holds(stand, scim_book, group):
    print(f"seed {SEED}, group {group}: FAULTS_SEED={SEED} repeats it")
    chosen = some(cases(scim_book, ON_THE_WIRE), GROUPS * IN_A_GROUP, SEED)[group::GROUPS]
    trials = [stand.tried(scim_book[case.chapter], case.aim) for case in chosen]

    assert [str(trial) for trial in trials if trial.found.problems] == []
