"""The store on PostgreSQL, and a tap that cuts the connection before, within and after answers."""

from __future__ import annotations

import gc

import pytest

from tests.faults.machine import some
from tests.faults.pg_life import standing_before, words
from tests.faults.test_every_call import SEED

# A cursor of a connection that is gone says so when it is let go, in whatever test that is.
pytestmark = [
    pytest.mark.outer,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TRIALS = 8


@pytest.fixture(scope="module")
def stand(postgresql_server):
    with standing_before(postgresql_server) as made:
        yield made


@pytest.fixture(scope="module")
def pg_book(stand):
    return tuple(stand.chapters())


def test_whatever_goes_wrong_with_a_word_to_the_store_every_invariant_holds(stand, pg_book):
    print(f"seed {SEED}: FAULTS_SEED={SEED} repeats it")
    chosen = some(words(pg_book), TRIALS, SEED)
    trials = [stand.tried(pg_book[case.chapter], case.aim) for case in chosen]
    gc.collect()

    assert [str(trial) for trial in trials if trial.found.problems] == []
