"""Both executors take the same memberships from the same leavers, to the moment."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.leaving import Gone, Leave, OnLeave
from provisor.domain.link import Link, Membership
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Operator
from tests.domain.chance import ChanceWorld, chance_world
from tests.domain.test_columns_equal_objects import as_rows, check
from tests.domain.worlds import NOON

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
MOMENT = timedelta(microseconds=1)


def with_leavers(seed: int) -> ChanceWorld:
    """A world in which most people left a while ago and nothing but memberships is to be done."""
    chance = random.Random(seed)
    world = chance_world(seed, 8, 3)
    wait = chance.choice((0, 1, 30))
    users = replace(
        world.rules.objects[USERS],
        leaver=Clause("status", Operator.EQUALS, "terminated"),
        on_leave=OnLeave(disable=False, wait_days=wait, takes_memberships=True),
    )
    modes = (OwnerMode.OURS, OwnerMode.OURS, OwnerMode.AUTHORITATIVE, OwnerMode.ADD_ONLY)
    world.rules = replace(
        world.rules,
        objects={**world.rules.objects, USERS: users},
        memberships=chance.choice(modes),
    )
    for row in world.rows["source", USERS]:
        if chance.random() < 0.7:
            row["status"] = "terminated"
    world.links[USERS] = [_left(one, wait, chance) for one in world.links[USERS]]
    world.granted |= {
        Membership(group.identity, one.identity)
        for group in world.links.get(GROUPS, ())
        for one in world.links[USERS]
        if chance.random() < 0.7
    }
    return world


def _left(link: Link, wait: int, chance: random.Random) -> Link:
    """Somebody who left about as long ago as is waited for."""
    about = chance.choice((-MOMENT, MOMENT if wait else -MOMENT, timedelta(0)))
    since = NOON - timedelta(days=wait) + about
    return replace(link, leave=Leave(since, Gone.LEAVER))


@settings(max_examples=60)
@given(st.integers(0, 2**40))
def test_columns_and_objects_take_the_same_memberships_from_leavers(seed: int) -> None:
    check(with_leavers(seed), as_rows)
