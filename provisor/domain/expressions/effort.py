"""What one evaluation may cost altogether, however its functions share it out.

Calls and large texts are counted in steps, so that the same record always has the same fate.
Only searches by regular expressions that could explode are held to limits of time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provisor.domain.expressions.bounds import (
    SEARCHES,
    SMALL_BYTES,
    STEPS,
    refuse,
)
from provisor.domain.expressions.function import Argument
from provisor.domain.record import as_text

_CHARACTERS = 12  # of a large text are worked on in the time of one call
_VALUES = 3  # of a long list, likewise


@dataclass(slots=True)
class Effort:
    """What is left for one evaluation; counts down."""

    steps: int = STEPS
    searches: int = SEARCHES
    """For searches whose steps cannot be foreseen."""

    def call(self, given: Iterable[Argument]) -> None:
        """Count one call with its arguments; small ones cost nothing by themselves.

        Raises:
            ExpressionFailed: the evaluation has taken all its steps.
        """
        steps = self.steps - 1
        for value in given:
            if isinstance(value, str):
                if len(value) > SMALL_BYTES:
                    steps -= len(value) // _CHARACTERS
            elif isinstance(value, tuple):
                steps -= _list_steps(value)
        self.step(self.steps - steps)

    def step(self, steps: int) -> None:
        """Count steps.

        Raises:
            ExpressionFailed: the evaluation has taken all its steps.
        """
        self.steps -= steps
        if self.steps < 0:
            refuse(
                "the expression takes too many steps on this record",
                found=f"more than {STEPS:,} calls, or as many on large values",
            )


def _list_steps(values: tuple[str | int | bool, ...]) -> int:
    size = len(values) + sum(len(as_text(value)) for value in values)
    return 0 if size <= SMALL_BYTES else len(values) // _VALUES + size // _CHARACTERS
