"""Paces that count: one that always permits, one that stops."""

from __future__ import annotations

from provisor.ports.connector import Heard


class OpenPace:
    """Permits every call and remembers how many there were.

    Example:
        >>> pace = OpenPace()
        >>> pace.permit(), pace.permit(3), pace.calls
        (True, True, 4)
    """

    def __init__(self, in_flight: int = 8) -> None:
        self.calls = 0
        """Calls that were permitted."""
        self.pauses: list[float] = []
        """The pauses that the system asked for, in seconds."""
        self.ends: list[Heard] = []
        """How calls ended, as far as the connector told."""
        self._in_flight = in_flight

    def permit(self, calls: int = 1) -> bool:
        """Count the calls and permit them."""
        self.calls += calls
        return True

    def back_off(self, seconds: float) -> None:
        """Remember the pause; nobody sleeps in a test."""
        self.pauses.append(seconds)

    def heard(self, told: Heard) -> None:
        """Remember how a call ended."""
        self.ends.append(told)

    @property
    def in_flight(self) -> int:
        """The most calls that may be open at one time."""
        return self._in_flight


class RefusingPace(OpenPace):
    """Permits the first `after` calls and refuses every later one.

    Example:
        >>> pace = RefusingPace(after=1)
        >>> pace.permit(), pace.permit(), pace.calls, pace.refused
        (True, False, 1, 1)
    """

    def __init__(self, after: int = 0, in_flight: int = 8) -> None:
        super().__init__(in_flight)
        self.refused = 0
        """Questions that were answered with no."""
        self._after = after

    def permit(self, calls: int = 1) -> bool:
        """Permit the calls only while all of them fit under the limit."""
        if self.calls + calls > self._after:
            self.refused += 1
            return False
        return super().permit(calls)
