"""The permit before every call: what ends a run, and what is seen while a pause lasts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisor.engine.carrying.pacing import LONGEST_PAUSE_SECONDS, MOST_ROUNDS, TargetPace
from provisor.ports.connector import Ending, Heard
from provisor.ports.store import Freeze
from provisor.testing.clock import FixedClock


class Ticking(FixedClock):
    """A clock that moves on by itself whenever somebody looks."""

    def monotonic(self) -> float:
        self.move(5.0)
        return super().monotonic()


@pytest.fixture
def pace(office):
    job = replace(office.job(), clock=Ticking())
    lease = office.store.controls.acquire("app", "me", job.clock.now(), 1e9)
    return TargetPace(job, lease, 4)


def test_a_target_that_asks_for_more_than_an_hour_ends_the_run(pace):
    pace.heard(Heard(Ending.THROTTLED, wait_seconds=LONGEST_PAUSE_SECONDS + 1))

    assert not pace.permit()
    assert "left alone until" in pace.stopped
    assert pace.away_until > pace.job.clock.now()


def test_a_target_that_lets_nothing_in_round_after_round_ends_the_run(pace):
    for _ in range(MOST_ROUNDS):
        assert pace.permit()
        pace.heard(Heard(Ending.THROTTLED, wait_seconds=0.5))

    assert not pace.permit()
    assert "let nothing in" in pace.stopped


def test_a_freeze_is_seen_while_a_pause_lasts(pace):
    pace.back_off(600)
    now = pace.job.clock.now()
    pace.job.store.controls.freeze(Freeze("app", "ann", "wait", now), [])

    assert not pace.permit()
    assert pace.stopped == "writing is frozen by ann"


def test_a_wish_to_end_is_seen_while_a_pause_lasts(pace):
    pace.back_off(600)
    with pace.job.halt.heeded():
        pace.job.halt.ask("SIGTERM came")

    assert not pace.permit()
    assert pace.stopped == "SIGTERM came"
