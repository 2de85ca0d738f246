"""The permit before every call: freeze, lease, back-off, and a stop that nobody overruns."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from provisor.engine.job import Job
from provisor.engine.spending import Spending
from provisor.errors import LeaseHeld
from provisor.ports.acts import APART, DESPITE_FREEZE
from provisor.ports.store import Lease

_FREEZE_LOOK_SECONDS = 0.05
"""A freeze is seen within this time, without asking the store a thousand times a second."""
_LONGEST_BACK_OFF_SECONDS = 3600.0
_MINUTE = 60.0


@dataclass(slots=True)
class TargetPace:
    """The pace of one target during one run."""

    job: Job
    lease: Lease
    in_flight: int
    stopped: str = ""
    """Why nothing more may be sent; empty while all is well."""
    spending: Spending = field(init=False)
    """What the run took so far."""
    _looked_at: float = field(default=-1.0)
    _not_before: float = field(default=0.0)
    _turn: float = field(default=0.0)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wake: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.spending = Spending(self.job.clock)

    def permit(self, calls: int = 1) -> bool:
        """Wait out a back-off and for a turn, then say whether the call may be made."""
        self._take_turn(calls)
        self._wait()
        with self._lock:
            now = self.job.clock.monotonic()
            if not self.stopped and now - self._looked_at >= _FREEZE_LOOK_SECONDS:
                self._looked_at = now
                self._look()
            if not self.stopped:
                self.spending.call(calls)
            return not self.stopped

    def _look(self) -> None:
        freeze = self.job.store.controls.frozen(self.lease.target)
        if freeze is not None and self.lease.epoch != DESPITE_FREEZE:
            self.stopped = f"writing is frozen by {freeze.actor}"
            return
        if self.lease.epoch <= APART:
            return  # whoever asked for no lease has none to renew
        now = self.job.clock.now()
        left = (self.lease.expires_at - now).total_seconds()
        if left < self.job.lease_seconds / 2:
            self._renew()

    def _renew(self) -> None:
        try:
            self.lease = self.job.store.controls.renew(
                self.lease, self.job.clock.now(), self.job.lease_seconds
            )
        except LeaseHeld:
            self.stopped = "another worker took the lease of this target"

    def _take_turn(self, calls: int) -> None:
        """Let no more calls out in a minute than the target's owner allows, evenly."""
        if not self.job.calls_per_minute:
            return
        with self._lock:
            turn = max(self._turn, self.job.clock.monotonic())
            self._turn = turn + calls * _MINUTE / self.job.calls_per_minute
        self._wait_until(lambda: turn)

    def _wait(self) -> None:
        self._wait_until(lambda: self._not_before)

    def _wait_until(self, moment: Callable[[], float]) -> None:
        while not self.stopped:
            left = moment() - self.job.clock.monotonic()
            if left <= 0:
                return
            self._wake.wait(min(left, 1.0))

    def back_off(self, seconds: float) -> None:
        """Let nothing out before the pause is over."""
        pause = min(max(seconds, 0.0), _LONGEST_BACK_OFF_SECONDS)
        with self._lock:
            now = self.job.clock.monotonic()
            more = now + pause - max(self._not_before, now)
            if more > 0:
                # Several calls in flight are told of one pause: only what it adds counts.
                self.spending.pause(more)
                self._not_before = now + pause

    def stop(self, why: str) -> None:
        """Let nothing more out, for good."""
        self.stopped = self.stopped or why
        self._wake.set()


Reached = Callable[[str], None]
