"""The doorway to rights: values that we gave, and who holds what may not be held together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from provisor.domain.duties import Right
from provisor.domain.holding import GrantedValue, Held


class Rights(Protocol):
    """Values that we gave, and holdings that were seen."""

    def granted(
        self, target: str, identities: Collection[str] | None = None
    ) -> tuple[GrantedValue, ...]:
        """Return the values that we gave in a target; to some identities, or to everybody."""
        ...

    def given_until(self, target: str, attribute: str, at: datetime) -> tuple[GrantedValue, ...]:
        """Return the values of one kind that we gave in a target at a moment or before it."""
        ...

    def held(self, identities: Collection[str]) -> dict[str, frozenset[Right]]:
        """Return what some people hold in every target, as far as duties name it."""
        ...

    def holders(self, target: str, attribute: str) -> dict[Held, datetime]:
        """Return who holds what of one kind in a target, each with when it was written down.

        Args:
            target: the system.
            attribute: of users; empty for groups.
        """
        ...

    def turn(
        self, target: str, joined: Iterable[Held], parted: Iterable[Held], at: datetime
    ) -> None:
        """Write down what people hold now, and what they do not hold any more."""
        ...

    def begin(self, target: str, values: Iterable[GrantedValue]) -> None:
        """Write down that the days of some rights begin to count; those that do already go on."""
        ...

    def ended(self, target: str) -> dict[Held, datetime]:
        """Return the rights whose time is over, each with when it ended."""
        ...

    def end(self, target: str, held: Mapping[Held, datetime]) -> None:
        """Write down that the time of some rights is over."""
        ...
