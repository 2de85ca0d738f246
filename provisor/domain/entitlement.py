"""What somebody may hold in a target, as its catalogue classifies it: groups, roles, permissions.

What the catalogue does not name is unknown, and nobody gets it without a decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provisor.domain.protection import ANY, fits

GROUP: Final = ""
"""Stands for the attribute of what is held by being in a group."""


class Level(StrEnum):
    """How much harm a right does in wrong hands."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    PRIVILEGED = "privileged"
    """It gives power over others: granted by two people only."""
    UNKNOWN = "unknown"
    """Nobody classified it."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One entry of a target's catalogue: a right, or all rights that a pattern describes."""

    attribute: str
    """The many-valued attribute of users that holds it; `GROUP` for a group."""
    pattern: str
    """Its value, or the group's name, in small letters; `*` stands for any characters."""
    level: Level
    owner: str = ""
    """Who answers for it."""
    reviewer: str = ""
    """Who looks whether people still need it."""
    longest_days: int | None = None
    """After so many days it is taken back; None for never."""

    def covers(self, attribute: str, value: str) -> bool:
        """Say whether the entry is about a right, without regard to case.

        Example:
            >>> Entitlement("roles", "adm*", Level.PRIVILEGED).covers("roles", "Admin")
            True
        """
        return attribute == self.attribute and fits(self.pattern, value.lower())

    @property
    def precision(self) -> tuple[bool, int, str]:
        """What orders entries that cover the same right: names first, then long patterns."""
        return (ANY in self.pattern, -len(self.pattern), self.pattern)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a target's rights are; the most precise entry that covers a right counts."""

    entries: tuple[Entitlement, ...] = ()

    def of(self, attribute: str, value: str) -> Entitlement | None:
        """Return what is known of a right; None for one that nobody classified."""
        found = [one for one in self.entries if one.covers(attribute, value)]
        return min(found, key=lambda one: one.precision, default=None)

    def level(self, attribute: str, value: str) -> Level | None:
        """Return how grave a right is; None where the catalogue says nothing of its kind.

        Example:
            >>> known = Catalogue((Entitlement("", "staff", Level.LOW),))
            >>> known.level("", "Staff"), known.level("", "x").value, known.level("roles", "x")
            (<Level.LOW: 'low'>, 'unknown', None)
        """
        found = self.of(attribute, value)
        if found is not None:
            return found.level
        return Level.UNKNOWN if self.speaks_of(attribute) else None

    def speaks_of(self, attribute: str) -> bool:
        """Say whether rights of a kind are classified at all."""
        return any(one.attribute == attribute for one in self.entries)

    def __bool__(self) -> bool:
        return bool(self.entries)


NO_CATALOGUE: Final = Catalogue()
"""Of a target of which nobody wrote one: nothing is unknown there."""


def longest(entries: Iterable[Entitlement]) -> tuple[Entitlement, ...]:
    """Return the entries whose rights end by themselves."""
    return tuple(one for one in entries if one.longest_days is not None)
