"""The permit before every call: freeze, lease, the target's patience, and a stop for good."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from provisor.engine.carrying.limiter import Limiter
from provisor.engine.carrying.spending import Spending
from provisor.engine.job import Job
from provisor.errors import LeaseHeld
from provisor.ports.acts import APART, DESPITE_FREEZE
from provisor.ports.connector import Heard
from provisor.ports.store import Lease

_LOOK_SECONDS = 0.05
"""A freeze is seen within this time, without asking the store a thousand times a second."""
_REST_SECONDS = 0.5
"""While a pause lasts, somebody looks up this often."""
LONGEST_PAUSE_SECONDS = 3600.0
"""Who asks for more is left alone by ending the run."""
MOST_ROUNDS = 8
"""So often in a row a target may ask to wait without letting a single call in."""
_MINUTE = 60.0


@dataclass(slots=True)
class TargetPace:
    """The pace of one target during one run."""

    job: Job
    lease: Lease
    in_flight: int
    stopped: str = ""
    """Why nothing more may be sent; empty while all is well."""
    away_until: datetime | None = None
    """Until when the target asked to be left alone, where that is longer than a run waits."""
    spending: Spending = field(init=False)
    """What the run took so far."""
    limiter: Limiter = field(init=False)
    _looked_at: float = field(default=-1.0)
    _looking: threading.Lock = field(default_factory=threading.Lock)
    _change: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.spending = Spending(self.job.clock)
        stated = self.job.calls_per_minute
        self.limiter = Limiter(self.in_flight, None if stated is None else stated / _MINUTE)

    def permit(self, calls: int = 1) -> bool:
        """Wait until the target lets a call in, then say whether it may be made."""
        while self._is_going():
            with self._change:
                now = self.job.clock.monotonic()
                delay = self.limiter.delay(now)
                if delay <= 0:
                    self.limiter.take(now, calls)
                    self.spending.call(calls)
                    return True
                self._change.wait(min(delay, _REST_SECONDS))
        return False

    def _is_going(self) -> bool:
        """Say whether writing goes on; freeze and lease are looked at now and then."""
        if self.job.halt.why:
            self.stop(self.job.halt.why)
        with self._looking:
            now = self.job.clock.monotonic()
            if not self.stopped and now - self._looked_at >= _LOOK_SECONDS:
                self._looked_at = now
                self._look()
        return not self.stopped

    def _look(self) -> None:
        freeze = self.job.store.controls.frozen(self.lease.target)
        if freeze is not None and self.lease.epoch != DESPITE_FREEZE:
            self.stop(f"writing is frozen by {freeze.actor}")
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
            self.stop("another worker took the lease of this target")

    def back_off(self, seconds: float) -> None:
        """Let nothing out before the pause is over."""
        with self._change:
            self._paused(seconds, self.limiter.wait(seconds, self.job.clock.monotonic()))

    def heard(self, told: Heard) -> None:
        """Learn from the end of a call what the target bears."""
        with self._change:
            more = self.limiter.heard(told, self.job.clock.monotonic())
            self._paused(told.wait_seconds, more)
            if self.limiter.rounds >= MOST_ROUNDS:
                self._stop(f"the target asked to wait {MOST_ROUNDS} times and let nothing in")
            self._change.notify_all()

    def _paused(self, seconds: float, more: float) -> None:
        if more > 0:
            # Several calls in flight are told of one pause: only what it adds counts.
            self.spending.pause(more)
        if seconds > LONGEST_PAUSE_SECONDS:
            until = self.job.clock.now() + timedelta(seconds=seconds)
            self.away_until = max(self.away_until or until, until)
            self._stop(f"the target asks to be left alone until {until:%Y-%m-%d %H:%M} UTC")

    def stop(self, why: str) -> None:
        """Let nothing more out, for good."""
        with self._change:
            self._stop(why)

    def _stop(self, why: str) -> None:
        self.stopped = self.stopped or why
        self._change.notify_all()
