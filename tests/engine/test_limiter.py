"""How fast a target is called: simulated servers with limits, on a clock that nobody waits for."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from provisor.engine.carrying.limiter import Limiter
from provisor.ports.connector import Ending, Heard

PER_SECOND = 25


@dataclass
class Windowed:
    """Lets so many calls in per second of the clock, and says when the next second begins."""

    second: int = -1
    let_in: int = 0

    def hit(self, now):
        if int(now) != self.second:
            self.second, self.let_in = int(now), 0
        if self.let_in == PER_SECOND:
            return Heard(Ending.THROTTLED, wait_seconds=1.0)
        self.let_in += 1
        return Heard()


@dataclass
class Counting(Windowed):
    """The same, and tells with every answer how many are left."""

    def hit(self, now):
        told = replace(super().hit(now), remaining=PER_SECOND - self.let_in)
        return replace(told, resets_seconds=math.floor(now) + 1 - now + 0.02)


@dataclass
class Bucket:
    """Lets calls in as fast as a bucket fills, and asks to wait for whole seconds."""

    room: float
    held: float = field(default=math.inf)
    at: float = 0.0

    def hit(self, now):
        self.held = min(self.room, self.held + (now - self.at) * PER_SECOND)
        self.at = now
        if self.held < 1:
            return Heard(Ending.THROTTLED, wait_seconds=1.0)
        self.held -= 1
        return Heard()


@dataclass
class Told:
    let_in: int = 0
    throttled: int = 0
    early: int = 0


def simulated(server, seconds, in_flight=16, seed=1):
    """Call a server as often as the limiter allows, with calls that take a few milliseconds."""
    chance, limiter, told = Random(seed), Limiter(in_flight), Told()
    now, idle, silent_until = 0.0, in_flight, 0.0
    events: list[tuple[float, int, Heard | None]] = []
    while now < seconds:
        while idle and limiter.delay(now) <= 0:
            told.early += now < silent_until
            limiter.take(now, 1)
            idle -= 1
            heapq.heappush(events, (now + chance.uniform(0.002, 0.005), len(events), None))
        delay = limiter.delay(now) if idle else math.inf
        now = min(events[0][0] if events else math.inf, now + delay + chance.uniform(0, 0.001))
        while events and events[0][0] <= now:
            at, _, answer = heapq.heappop(events)
            if answer is None:
                arrived = at + chance.uniform(0.002, 0.005)
                heapq.heappush(events, (arrived, len(events), server.hit(at)))
                continue
            idle += 1
            told.let_in += answer.ending is Ending.ANSWERED
            told.throttled += answer.ending is Ending.THROTTLED
            silent_until = max(silent_until, at + answer.wait_seconds)
            limiter.heard(answer, at)
    return told


@pytest.mark.parametrize(
    "server", [Windowed, Counting, lambda: Bucket(100), lambda: Bucket(PER_SECOND)]
)
def test_a_target_with_a_limit_is_kept_as_busy_as_it_allows(server):
    told = simulated(server(), 600)

    assert told.let_in >= 0.95 * 600 * PER_SECOND
    assert told.early == 0


def test_a_target_without_reserve_is_still_kept_busy():
    assert simulated(Bucket(5), 600).let_in >= 0.93 * 600 * PER_SECOND


def test_a_target_that_counts_aloud_is_kept_busy_from_the_first_minute():
    assert simulated(Counting(), 60).let_in >= 0.99 * 60 * PER_SECOND


@pytest.mark.parametrize("seed", range(20))
def test_no_call_ever_begins_earlier_than_the_target_said(seed):
    for server in (Windowed(), Counting(), Bucket(3), Bucket(40)):
        assert simulated(server, 40, seed=seed).early == 0


def test_a_target_that_falters_gets_fewer_calls_at_a_time_and_more_again():
    limiter = Limiter(8)
    for second in range(4):
        limiter.heard(Heard(Ending.FALTERED), second * 2.0)
    least = limiter.window
    for _ in range(60):
        limiter.heard(Heard(), 9.0)

    assert least == 1.0
    assert limiter.window == 8.0


def test_calls_that_were_sent_before_a_pause_do_not_lower_the_rate_again():
    limiter = Limiter(8)
    for _ in range(8):
        limiter.take(0.0, 1)
    limiter.heard(Heard(Ending.THROTTLED, wait_seconds=3), 0.1)
    rate = limiter.rate(0.1)
    for _ in range(7):
        limiter.heard(Heard(Ending.THROTTLED, wait_seconds=3), 0.2)

    assert limiter.rate(0.2) == rate
    assert limiter.rounds == 1
    assert limiter.delay(0.2) == pytest.approx(3.0)


def test_what_was_permitted_and_not_sent_counts_as_nothing():
    limiter = Limiter(2)
    limiter.heard(Heard(Ending.FALTERED), 0.0)
    limiter.take(0.0, 1)
    full = limiter.delay(0.0)
    limiter.heard(Heard(Ending.UNSENT), 0.0)

    assert full == math.inf
    assert limiter.delay(0.0) == 0.0
