"""How fast one target can be called: learnt from its answers, and never earlier than it said.

Two numbers are learnt, both by adding a little while all goes well and cutting when it does not:
how many calls may be open at one time, and how many may begin in a second. Time is an argument.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from provisor.ports.connector import Ending, Heard

_CUT = 0.5
"""What stays of the calls in flight when the target falters."""
_CUT_OF_RATE = 0.95
_CUT_OF_START = 0.7
"""The same of the rate; the second when the rate after the last cut was far too high already."""
_CUT_OF_PEAK = 0.75
_START_SECONDS = 1.5
_NEAR = 0.985
"""How near the rate goes to the one that was too high, and stays."""
_NEAR_AFTER_SECONDS = 4.0
_STAYS_SECONDS = 30.0
_STAYS_LONGEST_SECONDS = 480.0
_GROWTH = 1.02
"""By how much more each second: limits are raised, too."""
_BELIEVED_SECONDS = 2.0
"""What was let in counts as a measure of the limit when it took that long."""

_LATE_SECONDS = 0.01


@dataclass(slots=True)
class Limiter:
    """What one run knows of one target's patience.

    Example:
        >>> limiter = Limiter(most=8)
        >>> limiter.take(0.0, 1)
        >>> limiter.heard(Heard(Ending.THROTTLED, wait_seconds=7), 0.5)
        7.0
        >>> limiter.delay(0.5), limiter.delay(7.5)
        (7.0, 0.0)
    """

    most: int
    """Calls that may be open at one time when all goes well."""
    stated: float | None = None
    """Calls a second that the target's owner allows; None where nobody said."""
    rounds: int = 0
    """How often in a row the target asked to wait without letting anything in between."""
    window: float = field(init=False)
    """Calls that may be open at one time now."""
    _rate: float | None = None
    """Calls a second right after the last cut; None while the target never asked to wait."""
    _peak: float | None = None
    """The rate that was too high; None until one was."""
    _cut_at: float = -math.inf
    _faltered_at: float = -math.inf
    _not_before: float = -math.inf
    _turn: float = -math.inf
    _open: int = 0
    _left: int | None = None
    """Calls that the target still lets in before `_renewed`, as its answers count them."""
    _renewed: float = -math.inf
    _stays: float = _STAYS_SECONDS
    _measured_from: float | None = None
    _let_in: int = 0

    def __post_init__(self) -> None:
        self.window = float(self.most)

    def delay(self, now: float) -> float:
        """Return for how many seconds no call may begin; infinite until one of the open ones ends.

        Args:
            now: seconds on a clock that never goes back.
        """
        wait = max(self._not_before, self._turn) - now
        if self._left is not None and self._left <= 0:
            wait = max(wait, self._renewed - now)
        if wait > 0:
            return wait
        full = self.window < self.most and self._open >= int(self.window)
        return math.inf if full else 0.0

    def take(self, now: float, calls: int) -> None:
        """Note that calls begin; only when `delay` says nothing against it."""
        if not calls:
            return
        self._open += calls
        if self._measured_from is None:
            self._measured_from = now
        if self._left is not None:
            self._left = None if now >= self._renewed else self._left - calls
        rate, stated = self.rate(now), self.stated
        if stated is not None and (rate is None or stated <= rate):
            self._turn = max(self._turn, now) + calls / stated
        elif rate is not None:
            # Whoever is woken late makes up for it, or a limit is never quite used.
            self._turn = max(self._turn, now - _LATE_SECONDS) + calls / rate

    def rate(self, now: float) -> float | None:
        """Return how many calls may begin in a second by what was learnt; None for any number."""
        if self._rate is None:
            return None
        age = self._age(now)
        if self._peak is None:
            return self._rate * math.exp2(min(age * age, 30.0))
        near = max(self._peak * _NEAR, self._rate)
        if age <= self._stays:
            return self._rate + (near - self._rate) * min(1.0, age / _NEAR_AFTER_SECONDS)
        return near * float(_GROWTH ** min(age - self._stays, 600.0))

    def _age(self, now: float) -> float:
        """Return for how long calls go out since the last cut."""
        return max(0.0, now - max(self._cut_at, self._not_before))

    def heard(self, told: Heard, now: float) -> float:
        """Learn from the end of one call; return what the pause adds that it asks for."""
        self._open = max(0, self._open - 1)
        match told.ending:
            case Ending.UNSENT:
                return 0.0
            case Ending.THROTTLED:
                self._throttled(told.wait_seconds, now)
            case Ending.FALTERED:
                self._faltered(now)
            case Ending.ANSWERED:
                self.rounds = 0
                self._let_in += 1
                self.window = min(float(self.most), self.window + 1 / self.window)
        if told.remaining is not None and told.resets_seconds is not None:
            # Of those still open nobody knows whether they are counted already.
            self._left = told.remaining - self._open
            self._renewed = now + told.resets_seconds
        return self.wait(told.wait_seconds, now)

    def wait(self, seconds: float, now: float) -> float:
        """Let nothing begin for a time that the target asked for; return what that adds."""
        more = now + seconds - max(self._not_before, now)
        if seconds <= 0 or more <= 0:
            return 0.0
        self._not_before = self._turn = max(self._turn, now + seconds)
        return more

    def _faltered(self, now: float) -> None:
        if now - self._faltered_at >= 1.0:
            self._faltered_at = now
            self.window = max(1.0, self.window * _CUT)

    def _throttled(self, seconds: float, now: float) -> None:
        if now < self._not_before:
            return  # it was sent before the target asked to wait
        self.rounds += 1
        since = self._measured_from if self._measured_from is not None else now
        former = self.rate(now)
        if former is None:
            self._rate = max(1.0, self._let_in) / max(now - since + seconds, 1.0)
        else:
            lasted = now - since
            self._cut(former, self._let_in / lasted if lasted >= _BELIEVED_SECONDS else 0.0, now)
        self._cut_at, self._measured_from, self._let_in = now, now, 0
        self._faltered(now)

    def _cut(self, former: float, measured: float, now: float) -> None:
        """Lower the rate; how far says when, after the last cut, it was too high again."""
        age, start, peak = self._age(now), self._rate or former, self._peak
        near = former if peak is None else max(peak * _NEAR, start)
        if peak is None:
            self._peak, self._rate = former * _CUT_OF_PEAK, former * _CUT
        elif age < _START_SECONDS:
            self._peak, self._rate = former * _CUT_OF_RATE, former * _CUT_OF_START
        elif age < _NEAR_AFTER_SECONDS:
            self._peak, self._rate = (start + former) / 2, (start + former) / 2 * _CUT_OF_RATE
        elif age <= self._stays:
            self._peak, self._rate = near, near * _CUT_OF_RATE
        else:
            # What was held for long is held again, and a little of what was tried besides.
            near += (former - near) / 3
            self._peak, self._rate = near / _NEAR, near * _CUT_OF_RATE
            self._stays = min(self._stays * 2, _STAYS_LONGEST_SECONDS)
        self._rate = max(self._rate, min(measured, former))
