"""A wish from outside to end: no new act begins, those under way end and are written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Halt:
    """Whether somebody asked to end, and whether anything is under way that has to be ended well.

    Example:
        >>> halt = Halt()
        >>> halt.ask("SIGTERM")
        False
        >>> with halt.heeded():
        ...     print(halt.ask("SIGTERM"), halt.why)
        True SIGTERM
    """

    why: str = ""
    """Who or what asked; empty while nobody did."""
    _heeded: int = 0

    def ask(self, why: str) -> bool:
        """Ask to end; say whether somebody heeds it. Who does not writes nothing, and can die."""
        if not self._heeded:
            return False
        self.why = self.why or why
        return True

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Heed the wish meanwhile."""
        self._heeded += 1
        try:
            yield
        finally:
            self._heeded -= 1
