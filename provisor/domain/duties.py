"""Separation of duties: rights that nobody may hold together, whatever the systems.

What a plan gives is looked at together with what the person has: in this target as it was read, in
others as it is known. What the plan takes away still counts: the other right comes once it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provisor.domain.entitlement import GROUP
from provisor.domain.protection import fits

DUTY: Final = "duty:"
"""What the attribute of an exception from a duty begins with; its name follows."""


class Then(StrEnum):
    """What becomes of a grant that would bring two such rights together."""

    REFUSE = "refuse"
    """It is left out of the plan."""
    ASK = "ask"
    """It waits for a decision of its own."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One thing that somebody holds, or would."""

    target: str
    attribute: str
    """The attribute of users that holds it; empty for a group."""
    value: str
    """The value, or the group's name."""

    def words(self) -> str:
        """Return how people call it.

        Example:
            >>> Right("erp", "", "Buyers").words(), Right("bank", "roles", "payer").words()
            ('erp: group Buyers', 'bank: roles payer')
        """
        return f"{self.target}: {self.attribute or 'group'} {self.value}"


@dataclass(frozen=True, slots=True)
class Claim:
    """One right, or those that a pattern describes, in one target."""

    target: str
    attribute: str
    pattern: str
    """In small letters; `*` stands for any characters."""

    def covers(self, right: Right) -> bool:
        """Say whether a right is meant."""
        same = (self.target, self.attribute) == (right.target, right.attribute)
        return same and fits(self.pattern, right.value.lower())


@dataclass(frozen=True, slots=True)
class Duty:
    """Two sets of rights of which nobody may hold one each."""

    name: str
    one: tuple[Claim, ...]
    other: tuple[Claim, ...]
    then: Then = Then.REFUSE
    owner: str = ""
    """Who answers for the rule."""

    def claims(self) -> tuple[Claim, ...]:
        """Return everything that it names."""
        return (*self.one, *self.other)


@dataclass(frozen=True, slots=True, order=True)
class Clash:
    """Two rights of one person that a duty keeps apart."""

    duty: str
    first: Right
    second: Right

    def words(self) -> str:
        """Return rule, rights and targets."""
        return f"duty {self.duty}: {self.first.words()} and {self.second.words()}"


def is_of_interest(duties: Iterable[Duty], right: Right) -> bool:
    """Say whether any duty names a right."""
    return any(claim.covers(right) for duty in duties for claim in duty.claims())


def clashes(duty: Duty, rights: Set[Right]) -> Iterator[Clash]:
    """Yield every two rights of one person that a duty keeps apart, in order.

    A right that is on both sides is no clash with itself.

    Cost: one look at each claim for each right.
    """
    first = sorted(r for r in rights if any(claim.covers(r) for claim in duty.one))
    second = sorted(r for r in rights if any(claim.covers(r) for claim in duty.other))
    told: set[frozenset[Right]] = set()
    for left in first:
        for right in second:
            pair = frozenset((left, right))
            if left != right and pair not in told:
                told.add(pair)
                yield Clash(duty.name, left, right)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What duties say of one grant of one person."""

    then: Then
    clashes: tuple[Clash, ...]


def judge_grants(
    duties: Iterable[Duty], gained: Set[Right], held: Set[Right], excepted: Set[str]
) -> dict[Right, Judgement]:
    """Return what is said of every grant that would bring rights together; of others nothing.

    Of two grants that clash with each other neither is known to be the right one, so both are
    named; and one duty that refuses is stronger than one that asks.

    Args:
        duties: all that are in force.
        gained: what a plan gives to one person, and is not held yet.
        held: what the person has, anywhere.
        excepted: names of the duties from which the person is excepted now.
    """
    found: dict[Right, list[tuple[Then, Clash]]] = {}
    fresh = gained - held
    for duty in duties:
        if duty.name in excepted:
            continue
        for clash in clashes(duty, fresh | held):
            for right in {clash.first, clash.second} & fresh:
                found.setdefault(right, []).append((duty.then, clash))
    return {right: _judged(said) for right, said in found.items()}


def _judged(said: list[tuple[Then, Clash]]) -> Judgement:
    refused = any(then is Then.REFUSE for then, _ in said)
    then = Then.REFUSE if refused else Then.ASK
    return Judgement(then, tuple(sorted(clash for _, clash in said)))


def of_group(target: str, name: str) -> Right:
    """Return what somebody has by being in a group."""
    return Right(target, GROUP, name)
