"""Counts every call that leaves the program, and makes one of them go wrong.

A call is one read, look-up or write of a system, or one writing transaction of the store. What
counts them decides nothing else: a run without an aim is the run that is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What becomes of one call."""

    BEFORE = "before effect"
    """It surely did not happen, and the caller is told so."""
    AFTER = "after effect"
    """It happened, and the answer is lost; a read breaks off half-way."""
    HANG = "hang"
    """It did not happen, and no answer comes within the time-out."""
    GARBAGE = "garbage"
    """It happened, and what comes back makes no sense; a target's list is half of itself."""
    HALF = "half an answer"
    """It happened, and the connection breaks in the middle of the answer."""
    SLICES = "byte by byte"
    """It happened, and the answer comes one byte at a time: nothing is wrong."""
    BUSY = "too busy"
    """It did not happen, and the caller is told to wait and to come again."""
    LATE = "seen late"
    """It happened and was answered; the next reads show everything as it was before."""
    LIE = "half claimed to be all"
    """A list comes with half of its rows, and its sums say that these are all."""
    DEATH_BEFORE = "death before effect"
    """The process is gone before it happens."""
    DEATH_AFTER = "death after effect"
    """It happened, and the process is gone before it hears so."""


ANSWERS = (Fault.BEFORE, Fault.AFTER, Fault.HANG, Fault.GARBAGE)
OF_SYSTEMS = (Fault.BUSY, Fault.LATE)
"""What a store does not do."""
OF_BYTES = (Fault.HALF, Fault.SLICES)
ON_THE_WIRE = (*ANSWERS, *OF_BYTES, Fault.BUSY, Fault.LIE)
LATE_READS = 6
"""How many lists show a target as it was: two looks at everything."""
DEATHS = (Fault.DEATH_BEFORE, Fault.DEATH_AFTER)


def happens(call: str, fault: Fault) -> bool:
    """Say whether something can become of a call.

    Example:
        >>> happens("store commit", Fault.BUSY), happens("target read users", Fault.LATE)
        (False, False)
    """
    match fault:
        case Fault.BUSY:
            return not call.startswith("store")
        case Fault.LATE:
            return call.startswith("target write")
        case Fault.LIE:
            return call.startswith("target read")
        case _:
            return True


class Died(BaseException):
    """The process is gone; nothing of it may do anything any more."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Which call goes wrong, counted from 1, and how."""

    call: int
    fault: Fault

    def __str__(self) -> str:
        return f"call {self.call}: {self.fault.value}"


@dataclass(slots=True)
class Board:
    """Where every call is announced before it is made."""

    aim: Aim | None = None
    calls: list[str] = field(default_factory=list)
    """What every call was, in order."""
    is_dead: bool = False
    late: int = 0
    """How many lists still show the target as it was."""

    def meet(self, call: str) -> Fault | None:
        """Count a call and return what becomes of it; None where nothing is wrong."""
        self.breathe()
        self.calls.append(call)
        hit = self.aim is not None and len(self.calls) == self.aim.call
        fault = self.aim.fault if self.aim is not None and hit else None
        if fault is Fault.DEATH_BEFORE:
            self.die()
        return fault

    @property
    def is_waiting(self) -> bool:
        """Whether something will still go wrong."""
        return self.aim is not None and len(self.calls) < self.aim.call

    def done(self, fault: Fault | None) -> None:
        """Say that a call had its effect."""
        if fault is Fault.DEATH_AFTER:
            self.die()

    def breathe(self) -> None:
        """Stop whatever the dead still want to do."""
        if self.is_dead:
            raise Died

    def die(self) -> None:
        """End the process: here by an error that nobody catches."""
        self.is_dead = True
        raise Died
