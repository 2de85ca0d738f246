"""The doorway to rights: values that we gave, and who holds what may not be held together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
