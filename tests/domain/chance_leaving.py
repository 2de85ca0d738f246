"""Leaving and coming back by chance: policies, remembered leaves, dates, protected ranges."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta, tzinfo
from zoneinfo import ZoneInfo

from provisor.domain.clause import Leaf
from provisor.domain.flow import AttributeMapping
from provisor.domain.leaving import (
    CountedFrom,
    Gone,
    Leave,
    LeavePolicy,
    OnLeave,
    OnReturn,
)
from provisor.domain.protection import UNPROTECTED, Protection
from provisor.domain.record import Value
from provisor.domain.scope import Belonging, Clause
from provisor.domain.tenure import NO_TENURE, Tenure
from tests.domain.worlds import NOON

Making = Callable[[], AttributeMapping]
ZONES = {"Pacific/Kiritimati": 14, "America/Los_Angeles": -8}
DAYS: tuple[Value, ...] = (
    None, "", "2031-04-06", "2031-04-07", "2031-04-08", "2031-04-21", "2031-04-22", "2030-01-01",
    "2031-04-07T11:00:00Z", "2031-04-07T13:00:00Z", "2031-04-07T01:00:00+14:00", "2031-04-07 08:00",
)  # fmt: skip
ODD_DAYS: tuple[Value, ...] = ("soon", 20310407, True, ("2031-04-01", "2031-05-01"), (), ("",))


def named_zone(name: str) -> tzinfo | None:
    """Two zones far apart, and no other."""
    return ZoneInfo(name) if name in ZONES else None


def dated(chance: random.Random, wildness: float) -> dict[str, Value]:
    """Begin, end and time zone of somebody's work."""
    days = ODD_DAYS if chance.random() < wildness else DAYS
    zones = ("", None, *ZONES, *(("Mars/Base", ("",), 7) if chance.random() < wildness else ()))
    return {
        "hired": chance.choice(days) if chance.random() < 0.4 else "2029-01-01",
        "left": chance.choice(days) if chance.random() < 0.3 else None,
        "zone": chance.choice(zones),
    }


def chance_tenure(chance: random.Random) -> Tenure:
    """No dates, or some of them."""
    if chance.random() < 0.5:
        return NO_TENURE
    return Tenure(
        start=chance.choice(["hired", "hired", ""]),
        pre_start_days=chance.choice([0, 14]),
        end=chance.choice(["left", "left", ""]),
        zone=chance.choice([None, None, ZoneInfo("Pacific/Kiritimati")]),
        zone_attribute=chance.choice(["", "zone"]),
        zone_of=named_zone,
    )


def chance_policies(chance: random.Random, making: Making) -> OnLeave:
    """What follows for everybody who is gone, and for some reasons apart."""
    plain = _policy(chance, making)
    reasons = [one for one in Gone if one is not Gone.EARLY and chance.random() < 0.25]
    return OnLeave(
        plain.disable,
        plain.delete_after_days,
        chance.choice(["", "end_date"]),
        plain.counted_from,
        plain.wait_days,
        plain.sets,
        {why: _policy(chance, making) for why in reasons},
        plain.takes_memberships,
    )


def _policy(chance: random.Random, making: Making) -> LeavePolicy:
    sets = tuple(making() for _ in range(chance.choice([0, 0, 0, 1, 2])))
    return LeavePolicy(
        chance.random() < 0.85,
        chance.choice([None, 0, 30, 30]),
        chance.choice([CountedFrom.DISABLE, *CountedFrom]),
        chance.choice([0, 0, 0, 1, 30]),
        sets,
        chance.random() < 0.4,
    )


def chance_leave(chance: random.Random) -> Leave:
    """What is remembered of somebody's leaving."""
    days = chance.choice((0, 1, 29, 30, 31, 400))
    since = NOON - timedelta(days=days, hours=chance.choice((0, 1)))
    reasons = [one for one in Gone if one is not Gone.EARLY]
    back = NOON - timedelta(hours=1) if chance.random() < 0.3 else None
    return Leave(since, chance.choice(reasons), back)


def chance_return(chance: random.Random) -> OnReturn:
    """When coming back is a new beginning."""
    return OnReturn(chance.choice([None, 30]), chance.random() < 0.3)


def told_by_source(chance: random.Random) -> bool:
    """Whether the source itself said that it deleted somebody."""
    return chance.random() < 0.15


def chance_protection(chance: random.Random, making: Callable[[], Leaf]) -> Protection:
    """Mostly nothing; else a pattern of names, or a question about what the target holds."""
    if chance.random() < 0.7:
        return UNPROTECTED
    patterns = chance.sample(["n1*", "*2", "a*1", "å*", "a.", "*[1]*"], chance.choice([0, 1, 2]))
    leaf = making()
    about = not isinstance(leaf, Belonging) and not leaf.steps and isinstance(leaf, Clause)
    return Protection(tuple(patterns), (leaf,) if about and chance.random() < 0.5 else ())
