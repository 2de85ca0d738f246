"""What the store remembers of people's rights: what we gave, and who has what duties name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """One right of one person in one target."""

    identity: str
    attribute: str
    """The attribute of users that holds it; empty for a group."""
    value: str
    """The value, or the group's name."""


@dataclass(frozen=True, slots=True)
class GrantedValue:
    """A value of a many-valued attribute that we gave, so that `ours` may take it back."""

    identity: str
    attribute: str
    value: str
    """As we sent it."""
    since: datetime
    """When it was given."""
    kept: str = ""
    """How the target spells it; empty for as it was sent."""


Grants = Mapping[str, Mapping[str, GrantedValue]]
"""What we gave to one person: by attribute, then by the value as it was sent."""

Granting = Callable[[str], Grants]
"""What we gave to an identity."""


def nothing_granted(_identity: str) -> Grants:
    """Say that we gave nothing to anybody."""
    return {}
