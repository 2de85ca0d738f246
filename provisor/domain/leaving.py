"""What follows when somebody is gone, trigger by trigger, and when they come back.

Written by people, decided anew in every cycle. Days count from when a cycle first saw that somebody
is gone: that alone is remembered, with the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from provisor.domain.comeback import Return
from provisor.domain.flow import AttributeMapping


class Gone(StrEnum):
    """Why a person counts as gone for this target."""

    LEAVER = "leaver"
    """The source says so: a positive signal."""
    DENIED = "denied"
    """A person said so: an override."""
    OUT_OF_SCOPE = "out_of_scope"
    ABSENT = "absent"
    """Deleted at the source: it said so itself, or two complete reads and a look by key did."""
    EARLY = "early"
    """The start is further ahead than accounts are made. Nothing follows for an account."""


class CountedFrom(StrEnum):
    """Where the days until a delete begin."""

    DISABLE = "disable"
    """Our disable; what is never disabled is never deleted."""
    LEAVING = "leaving"
    """The cycle that first saw the person gone."""


@dataclass(frozen=True, slots=True)
class LeavePolicy:
    """What follows from one reason to be gone."""

    disable: bool = True
    delete_after_days: int | None = None
    """None never deletes."""
    counted_from: CountedFrom = CountedFrom.DISABLE
    wait_days: int = 0
    """Days for which nothing at all follows."""
    sets: tuple[AttributeMapping, ...] = ()
    """What the account is given besides; what gives nothing keeps what is there."""
    takes_memberships: bool = False
    """Whether the memberships that we gave are taken back."""


@dataclass(frozen=True, slots=True)
class OnLeave:
    """What happens to the account of somebody who is gone."""

    disable: bool = True
    delete_after_days: int | None = None
    """None never deletes."""
    date: str = ""
    """The source attribute with the leave date; orders the urgent part."""
    counted_from: CountedFrom = CountedFrom.DISABLE
    wait_days: int = 0
    sets: tuple[AttributeMapping, ...] = ()
    apart: Mapping[Gone, LeavePolicy] = field(default_factory=dict)
    """Reasons with a policy of their own, which takes nothing from the one for all others."""
    takes_memberships: bool = False

    def policy(self, why: Gone) -> LeavePolicy:
        """Return what follows from a reason.

        Example:
            >>> rules = OnLeave(apart={Gone.OUT_OF_SCOPE: LeavePolicy(disable=False)})
            >>> rules.policy(Gone.LEAVER).disable, rules.policy(Gone.OUT_OF_SCOPE).disable
            (True, False)
        """
        own = self.apart.get(why)
        if own is not None:
            return own
        return LeavePolicy(
            self.disable,
            self.delete_after_days,
            self.counted_from,
            self.wait_days,
            self.sets,
            self.takes_memberships,
        )

    @property
    def policies(self) -> tuple[LeavePolicy, ...]:
        """Everything that may follow, from whatever reason."""
        return tuple(self.policy(why) for why in Gone)


DISABLED_ONLY: Final = OnLeave()
"""What happens where nothing was written: people are switched off, and nothing more."""


# --- who is gone, since when ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leave:
    """What is remembered of a linked person who is, or just was, gone."""

    since: datetime
    """The cycle that first saw it."""
    why: Gone
    back: datetime | None = None
    """The cycle that first saw the person here again; None while they are gone.

    The rest is remembered until the account serves them again.
    """

    @property
    def is_former(self) -> bool:
        """Whether the person left, and did not only fall out of what the job looks at."""
        return self.why is not Gone.OUT_OF_SCOPE


def is_former(leave: Leave | None) -> bool:
    """Say whether an account is of somebody who left and is not back."""
    return leave is not None and leave.is_former and leave.back is None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a cycle learnt of one linked person's leaving."""

    identity: str
    leave: Leave | None
    """None when there is nothing to remember any more."""


def leave_seen(known: Leave | None, why: Gone, now: datetime) -> Leave:
    """Return what is remembered once a cycle sees somebody gone.

    Whoever was only out of scope and now left begins to leave now: a wait for the one reason is no
    wait for the other.

    Example:
        >>> from datetime import UTC
        >>> moved = Leave(datetime(2031, 1, 1, tzinfo=UTC), Gone.OUT_OF_SCOPE)
        >>> leave_seen(moved, Gone.LEAVER, datetime(2031, 3, 1, tzinfo=UTC)).since.month
        3
    """
    if known is None or (not known.is_former and why is not Gone.OUT_OF_SCOPE):
        return Leave(now, why)
    if known.back is not None:
        return replace(known, back=None)
    return known


def return_seen(known: Leave | None, now: datetime) -> Leave | None:
    """Return what is remembered once a cycle sees somebody here whose account is still off."""
    if known is None or known.back is not None:
        return known
    return replace(known, back=now)


def has_waited(leave: Leave, policy: LeavePolicy, now: datetime) -> bool:
    """Say whether the days are over in which nothing follows."""
    return now - leave.since >= timedelta(days=policy.wait_days)


# --- who is back ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnReturn:
    """When coming back is a new beginning, and what a person must say."""

    rehire_after_days: int | None = None
    """Gone for as long: re-hired. None looks at the start date alone."""
    reinstates_freely: bool = False
    """Whether an account is switched on again without a decision where a leave was withdrawn."""


APPROVED_ONLY: Final = OnReturn()
"""What happens where nothing was written: every leave that was withdrawn waits for a person."""


def kind_of_return(leave: Leave, rules: OnReturn, now: datetime) -> Return:
    """Tell a re-hire from a leave that was withdrawn, by how long somebody was gone.

    Args:
        leave: of somebody who is here again.
        rules: of the object type.
        now: the moment of the plan.
    """
    days = rules.rehire_after_days
    away = (leave.back or now) - leave.since
    if days is not None and away >= timedelta(days=days):
        return Return.REHIRED
    return Return.REINSTATED
