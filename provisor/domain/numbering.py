"""Numbers behind names that are taken: how they are written, counted, and known again.

A name that an account holds is a form of the name that a mapping gives when it is that name, or
that name with one of the numbers. So an account keeps its number for as long as the name behind it
stays, and nothing has to be remembered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Form = Callable[[str], str]
"""Gives the form in which two names count as the same."""

_DIGITS: Final = re.compile(r"[0-9]{1,18}")
PLACE_OF_NAME: Final = "{name}"
PLACE_OF_NUMBER: Final = "{n}"


class Compare(StrEnum):
    """When two names of a unique attribute count as the same."""

    AS_TARGET = "as_target"
    """As the target's schema says: letter case counts only where it is case-exact."""
    LETTERS_AND_DIGITS = "letters_and_digits"
    """Only letters and digits count, without case and without accents."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """How a name that is taken gets a number.

    Example:
        >>> list(Numbering(end=4).numbered("elin.ek@example.org"))[:2]
        ['elin.ek2@example.org', 'elin.ek3@example.org']
        >>> list(Numbering(start=1, retries=2, pattern="{name}.{n}").numbered("LeChuck"))
        ['LeChuck.1', 'LeChuck.2']
    """

    start: int = 2
    """The first number that is written."""
    end: int = 99
    """The last one."""
    pattern: str = PLACE_OF_NAME + PLACE_OF_NUMBER
    """Where the number stands; of a name with `@` only what is before it is the name."""
    always: bool = False
    """Whether every name gets a number, also one that nobody has."""
    retries: int | None = None
    """How many further names are tried after the first; None for all up to `end`."""
    never: frozenset[str] = frozenset()
    """Names that nobody is given."""
    compare: Compare = Compare.AS_TARGET

    def written(self, name: str, number: int) -> str:
        """Return a name with a number.

        Example:
            >>> Numbering(pattern="{n}-{name}").written("elin", 7)
            '7-elin'
        """
        stem, at, domain = name.partition("@")
        text = self.pattern.replace(PLACE_OF_NUMBER, str(number), 1)
        return text.replace(PLACE_OF_NAME, stem, 1) + at + domain

    def numbered(self, name: str, skipped: int = 0) -> Iterator[str]:
        """Yield the name with every number that may be tried, in order.

        Args:
            name: without a number.
            skipped: how many of the first numbers are left out.
        """
        for number in range(self.start + skipped, self._last + 1):
            yield self.written(name, number)

    @property
    def count(self) -> int:
        """How many numbers may be tried."""
        return max(0, self._last + 1 - self.start)

    @property
    def _last(self) -> int:
        """The last number that is tried: whichever of `end` and `retries` stops first."""
        if self.retries is None:
            return self.end
        tries = self.retries + 1 if self.always else self.retries
        return min(self.end, self.start + tries - 1)

    def has_form(self, held: str, name: str, form: Form) -> bool:
        """Say whether a held name is this name with a number.

        Which numbers may be tried today does not matter: `end` may have been higher once.

        Example:
            >>> Numbering().has_form("Elin12", "elin", str.lower)
            True
            >>> Numbering().has_form("elina", "elin", str.lower)
            False
        """
        sought = form(held)
        return any(form(self.written(name, number)) == sought for number in _numbers_in(held))


def _numbers_in(text: str) -> Iterator[int]:
    """Yield every number that may be meant: a name may itself end in digits."""
    for found in _DIGITS.finditer(text):
        digits = found[0]
        for start in range(len(digits)):
            if digits[start] != "0" or start == len(digits) - 1:
                yield int(digits[start:])
