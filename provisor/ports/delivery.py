"""How a secret that was drawn reaches its person: a named hook, called once per secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from provisor.ports.secret import Secret


@dataclass(frozen=True, slots=True)
class Parcel:
    """A secret on its way, and whose it is."""

    target: str
    object_type: str
    key: str
    """The natural key of the person's record."""
    account: str
    """What the account is called."""
    native_id: str
    attribute: str
    value: Secret


class Delivery(Protocol):
    """One way to hand a secret over."""

    def hand_over(self, parcel: Parcel) -> None:
        """Hand one secret over.

        Raises:
            DeliveryFailed: it did not arrive, or nobody knows; the message holds no secret.
        """
        ...


@runtime_checkable
class Teller(Protocol):
    """One way to tell somebody what cannot wait."""

    def tell(self, note: Mapping[str, str]) -> None:
        """Hand one note over.

        Raises:
            DeliveryFailed: it did not arrive, or nobody knows.
        """
        ...
