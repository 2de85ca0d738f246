"""Faults that a real system shows rarely and never on request; a test asks for them here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from provisor.domain.record import Value
from provisor.errors import TargetProblem

if TYPE_CHECKING:
    from provisor.domain.schema import ObjectType

Rewriting = Callable[[Value], Value]


@dataclass(slots=True)
class Faults:
    """What goes wrong, and when. Calls are counted from 1, over all connectors of the world.

    Example:
        >>> from provisor.errors import Transient
        >>> faults = Faults()
        >>> faults.fail(faults.calls + 2, Transient("the system is busy"))
        >>> faults.next_call(), type(faults.next_call()).__name__
        (None, 'Transient')
    """

    calls: int = 0
    """Write calls that reached the system, failed ones included."""
    lag_reads: int = 0
    """How many reads (of pages or points) do not see a write that was just made."""
    cut_reads: list[int] = field(default_factory=list)
    """One entry per read to cut: after how many rows it ends, incomplete."""
    refused_reads: list[TargetProblem] = field(default_factory=list)
    """One entry per read or look-up to refuse with this problem."""
    rewritings: dict[tuple[ObjectType, str], Rewriting] = field(default_factory=dict)
    """What the system makes of a value that it stores, by object type and attribute."""
    rows_of: dict[tuple[ObjectType, str], int] = field(default_factory=dict)
    """In how many rows an object's key stands, where it is not one."""
    lost_events: set[int] = field(default_factory=set)
    """Numbers of changes, counted from 1 over all object types, that no delta ever tells."""
    repeated_events: int = 0
    """How many changes from before its watermark each delta tells again."""
    late_events: int = 0
    """How many of the newest changes a delta leaves to the next one."""
    order: Random | None = None
    """What mixes the changes of each delta; None keeps the order in which they were made."""
    _failing: dict[int, TargetProblem] = field(default_factory=dict)
    _unanswered: set[int] = field(default_factory=set)

    def fail(self, call: int, problem: TargetProblem) -> None:
        """Refuse the n-th write call with this problem; nothing is changed by it."""
        self._failing[call] = problem

    def lose_answer(self, call: int) -> None:
        """Do the n-th write call and lose its answer: the outcome is uncertain."""
        self._unanswered.add(call)

    def rewrite(self, object_type: ObjectType, attribute: str, rewriting: Rewriting) -> None:
        """Store what `rewriting` makes of every value written to the attribute."""
        self.rewritings[object_type, attribute] = rewriting

    def next_call(self) -> TargetProblem | None:
        """Count a write call and return the problem with which it fails, or None."""
        self.calls += 1
        return self._failing.pop(self.calls, None)

    def answer_is_lost(self) -> bool:
        """Say whether the answer of the call that was counted last is lost."""
        return self.calls in self._unanswered
