"""What people would have gained and lost over several days: each thing once, with its days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from provisor.domain.schema import ObjectType
from provisor.domain.stakes import Stake, Stakes


@dataclass(frozen=True, slots=True)
class Stretch:
    """One thing that somebody would have gained or lost, on one day or several."""

    stake: Stake
    """Who and what; its `how` is that of the last day."""
    first: date
    last: date
    days: int
    """On how many of the days that were compared; days in between that were not count for none."""
    how: tuple[str, ...]
    """The operations by which, in order: an account that is not made one day is taken the next."""


Found = dict[Stake, Stretch]
"""By who and what."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Everything that would have been gained and lost, by person, then by thing."""

    gained: tuple[Stretch, ...]
    lost: tuple[Stretch, ...]


def stretches_of(days: Iterable[tuple[date, Stakes]]) -> Stretches:
    """Return what would have been gained and lost over some days.

    Args:
        days: in order, only those that were compared.

    Example:
        >>> from provisor.domain.schema import ObjectType
        >>> one = Stake(ObjectType.USERS, "E1", "account", "", "disable")
        >>> monday, friday = date(2031, 4, 7), date(2031, 4, 11)
        >>> found = stretches_of([(monday, Stakes((), (one,))), (friday, Stakes((), (one,)))])
        >>> [(s.first.day, s.last.day, s.days) for s in found.lost]
        [(7, 11, 2)]
    """
    gained: Found = {}
    lost: Found = {}
    for day, stakes in days:
        for found, listed in ((gained, stakes.gained), (lost, stakes.lost)):
            for stake in listed:
                _add(found, day, stake)
    return Stretches(_ordered(gained), _ordered(lost))


def _add(found: Found, day: date, stake: Stake) -> None:
    thing = replace(stake, how="")
    before = found.get(thing)
    if before is None:
        found[thing] = Stretch(stake, day, day, 1, (stake.how,))
        return
    days = before.days + (before.last != day)
    how = before.how if stake.how in before.how else (*before.how, stake.how)
    found[thing] = Stretch(stake, before.first, day, days, how)


def people_in(stretches: Iterable[Stretch]) -> frozenset[tuple[ObjectType, str]]:
    """Return everybody, people and groups, who would have gained or lost something."""
    return frozenset((one.stake.object_type, one.stake.key) for one in stretches)


def _ordered(found: Found) -> tuple[Stretch, ...]:
    return tuple(found[stake] for stake in sorted(found))
