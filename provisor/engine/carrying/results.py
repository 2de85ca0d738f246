"""What became of a run's acts: the sums of all of them, and those of which somebody must hear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from provisor.domain.plan import PlannedAction
from provisor.ports.store import ActOutcome, ActState

LEFT = frozenset({ActState.FAILED, ActState.UNCERTAIN, ActState.STALE, ActState.BLOCKED})
"""What was not done, or nobody knows."""
_DONE = frozenset({ActState.DONE, ActState.ALREADY_SO})
_STATES = tuple(ActState)
_NUMBERS = {state: number for number, state in enumerate(_STATES, start=1)}


@dataclass(slots=True)
class Results:
    """A run may do a million acts: of one that is done a byte is held, of the others everything."""

    watched: Collection[str] = ()
    """Action ids for which others wait."""
    sums: Counter[ActState] = field(default_factory=Counter)
    told: list[ActOutcome] = field(default_factory=list)
    """Of acts that were not done, or of which something was not; in the order of their ends."""
    moved: set[str] = field(default_factory=set)
    """Those watched that are done."""
    _states: bytearray = field(default_factory=bytearray)
    """By place in the plan; 0 where nothing is known."""

    def note(self, planned: PlannedAction, outcome: ActOutcome) -> None:
        """Take note of how an act ended."""
        place = planned.position
        if place >= len(self._states):
            self._states.extend(bytes(max(place + 1 - len(self._states), len(self._states))))
        self._states[place] = _NUMBERS[outcome.state]
        self.sums[outcome.state] += 1
        if outcome.state in LEFT or outcome.code:
            self.told.append(outcome)
        if planned.id in self.watched and outcome.state in _DONE:
            self.moved.add(planned.id)

    def state_of(self, planned: PlannedAction) -> ActState | None:
        """Return how an act ended; None where it was not reached."""
        number = self._states[planned.position] if planned.position < len(self._states) else 0
        return _STATES[number - 1] if number else None

    @property
    def reached(self) -> int:
        """How many acts came to an end."""
        return self.sums.total()
