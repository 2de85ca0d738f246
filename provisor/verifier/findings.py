"""What a check found: sentences, and the first leaf that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found; nothing is wrong when there are no problems."""

    size: int
    """Leaves that the store holds."""
    root: str
    """The tree's root, recomputed: 64 hexadecimal digits."""
    stored_size: int | None
    """Leaves by the stored head; None when there is no readable head."""
    stored_root: str | None
    first_bad: int | None
    """Index of the first leaf that is wrong or missing; None when the leaves agree."""
    problems: tuple[str, ...]
    """Sentences; they name rows by number and hold no value of a person."""
    checked: Mapping[str, int] = field(default_factory=dict)
    """How many rows of each kind were looked at."""

    @property
    def sound(self) -> bool:
        """True when everything agrees."""
        return not self.problems


class Findings:
    """What is wrong so far."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.first_bad: int | None = None
        self.checked: dict[str, int] = {}
        self._more = 0

    def add(self, problem: str) -> None:
        """Note a problem as a sentence."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self._more += 1

    def add_leaf(self, position: int, problem: str) -> None:
        """Note a problem of one leaf."""
        if self.first_bad is None or position < self.first_bad:
            self.first_bad = position
        self.add(f"leaf {position:,} {problem}")

    def sentences(self) -> tuple[str, ...]:
        """Return the problems, the first hundred in words."""
        more = [f"and {self._more:,} more problems"] if self._more else []
        return (*self.problems, *more)
