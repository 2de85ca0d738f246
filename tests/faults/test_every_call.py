"""One call of a firm's life goes wrong: before, after, for ever, or with garbage. Nothing is lost.

`make faults` tries every call; here a seed chooses some of them. `FAULTS_SEED` sets another one.
"""

from __future__ import annotations

import os

import pytest

from tests.faults.board import DEATHS, happens
from tests.faults.kills import killed
from tests.faults.machine import EVERYTHING, cases, some, tried

pytestmark = pytest.mark.outer

SEED = int(os.environ.get("FAULTS_SEED", "6"))
GROUPS, IN_A_GROUP, KILLS_IN_A_GROUP = 16, 12, 3


def test_the_life_calls_everything_that_there_is_to_call(book):
    kinds = {call for chapter in book for call in chapter.calls}

    for kind in ("source read users", "target read memberships", "target find users"):
        assert kind in kinds
    for operation in ("create", "update", "disable", "enable", "delete"):
        assert f"target write users {operation}" in kinds
    assert {"target write memberships membership", "store commit"} <= kinds
    called = [call for chapter in book for call in chapter.calls]
    assert len(cases(book)) == sum(happens(call, one) for call in called for one in EVERYTHING)


@pytest.mark.parametrize("group", range(GROUPS))
def test_whatever_goes_wrong_with_one_call_every_invariant_holds(book, group):
    print(f"seed {SEED}, group {group}: FAULTS_SEED={SEED} repeats it")
    chosen = some(cases(book), GROUPS * IN_A_GROUP, SEED)[group::GROUPS]
    trials = [tried(book[case.chapter], case.aim) for case in chosen]

    assert [str(trial) for trial in trials if trial.found.problems] == []


@pytest.mark.parametrize("group", range(GROUPS))
def test_whenever_the_process_is_killed_every_invariant_holds(book, group):
    print(f"seed {SEED}, group {group}: FAULTS_SEED={SEED} repeats it")
    chosen = some(cases(book, DEATHS), GROUPS * KILLS_IN_A_GROUP, SEED)[group::GROUPS]
    ends = [killed(book[case.chapter], case.aim) for case in chosen]

    assert [end.signal for end in ends] == [9] * len(ends)
    assert [str(end.trial) for end in ends if end.trial.found.problems] == []
