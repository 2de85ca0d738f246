"""The doorway to names: which values of unique attributes belong to whom, also after they left."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from provisor.domain.link import HeldName
from provisor.domain.schema import ObjectType


class AccountNames(Protocol):
    """What accounts were called when we last wrote them.

    Written with outcomes (`Effect.names`), in their transaction.
    """

    def of_identities(
        self, target: str, object_type: ObjectType, identities: Collection[str]
    ) -> tuple[HeldName, ...]:
        """Return the names of these identities' accounts, deleted ones left out."""
        ...

    def holders(self, target: str, object_type: ObjectType, name: str) -> frozenset[str]:
        """Return the identities whose accounts have a name, in whatever letter case.

        Cost: one look at the target's names; for a person who waits, not for a cycle.
        """
        ...

    def left_since(
        self, target: str, object_type: ObjectType, since: datetime
    ) -> tuple[HeldName, ...]:
        """Return the names of accounts that we deleted since then."""
        ...
