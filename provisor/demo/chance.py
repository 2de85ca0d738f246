"""Choices that are the same on every machine and in every version of Python."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TypeVar

Choice = TypeVar("Choice")


class Chance:
    """A stream of choices that one seed determines.

    Python promises an unchanged sequence for `random()` alone, so everything here rests on it.
    """

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed).random  # noqa: S311 - a story, not a secret

    def below(self, bound: int) -> int:
        """Return a whole number from 0 up to, not including, `bound`."""
        return int(self._draw() * bound)

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """Return one of 1..n choices."""
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[Choice], shares: Sequence[int]) -> Choice:
        """Return one of the choices, each as likely as its share says."""
        sums = list(accumulate(shares))
        lot = self.below(sums[-1])
        return next(choice for choice, end in zip(choices, sums, strict=True) if lot < end)

    def some(self, choices: Iterable[Choice], count: int) -> tuple[Choice, ...]:
        """Return that many different choices, in the order of their drawing."""
        lots = sorted(((self._draw(), choice) for choice in choices), key=lambda lot: lot[0])
        return tuple(choice for _, choice in lots[:count])

    def one_in(self, bound: int) -> bool:
        """Say yes about once in `bound` times."""
        return self.below(bound) == 0
