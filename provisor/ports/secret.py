"""A secret that is never a plain string: its text form is `***`, only a connector opens it."""

from __future__ import annotations

from typing import Final

MASK: Final = "***"


class Secret:
    """A value that shows itself to nobody by accident.

    Example:
        >>> str(Secret("hunter2")), repr(Secret("hunter2"))
        ('***', 'Secret(***)')
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the plain value; only where it goes onto the wire."""
        return self._value

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("secret", self._value))

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not pickled")
