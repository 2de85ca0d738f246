"""Groups by chance: nested, computed, read-only; computed ones are in the target already."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from provisor.domain.group_rules import COMPUTED, ComputedGroup, GroupRules, Nesting
from provisor.domain.link import Link, LinkState
from provisor.domain.protection import UNPROTECTED, Protection
from provisor.domain.schema import ObjectType
from provisor.domain.scope import Clause, Condition, Operator
from tests.domain.worlds import NOON

if TYPE_CHECKING:
    from tests.domain.chance import ChanceWorld, Row

GROUPS = ObjectType.GROUPS
NAMES = (
    "Clerks", "all", "dept-{title}", "{tags}", "{active}/{level}", "Team {given}{surname}",
    "{note}", "dept-Clerk",
)  # fmt: skip
LINKED = ("Clerks", "all", "dept-Clerk", "dept-Officer", "a", "b", "True/1", "gone")


def chance_group_rules(chance: random.Random, condition: Callable[[], Condition]) -> GroupRules:
    """Make up what a job does with groups."""
    names = chance.sample(NAMES, chance.choice((0, 0, 1, 2, 3)))
    computed = tuple(
        ComputedGroup(
            name,
            condition() if chance.random() < 0.7 else None,
            (("note", f"made for {name}"),) if chance.random() < 0.3 else (),
        )
        for name in names
    )
    return GroupRules(chance.choice((Nesting.KEEP, *Nesting)), computed)


def chance_group_protection(chance: random.Random) -> Protection:
    """Make up which groups of the target nobody touches."""
    builtin = Clause("displayName", Operator.INCLUDES, chance.choice(("1", "Staff", "Cl")))
    return chance.choice(
        (
            UNPROTECTED,
            UNPROTECTED,
            Protection(conditions=(builtin,)),
            Protection(conditions=(Clause("externalId", Operator.IS_NULL),)),
            Protection(patterns=("g1", "staff*")),
        )
    )


def furnish(world: ChanceWorld, chance: random.Random) -> None:
    """Let some computed groups be linked, with rules that still give them or not."""
    for number, name in enumerate(LINKED):
        if chance.random() < 0.6:
            continue
        native, key = f"c{number}", COMPUTED + name
        world.links[GROUPS].append(
            Link(
                f"identity-groups-{key}",
                GROUPS,
                key,
                native,
                key,
                chance.choice((LinkState.ACTIVE, LinkState.DISABLED)),
                NOON,
            )
        )
        if chance.random() < 0.9:
            row: Row = {"id": native, "externalId": key, "displayName": name}
            world.rows["target", GROUPS].append(row)


def crowd(world: ChanceWorld, chance: random.Random) -> None:
    """Let others have put people into groups, with accounts of ours and of nobody."""
    people = [str(row["id"]) for row in world.rows["target", ObjectType.USERS] if "id" in row]
    groups = [str(row["id"]) for row in world.rows["target", GROUPS] if "id" in row]
    pairs = [(group, member) for group in groups for member in [*people, *groups]]
    known = {(str(row["group"]), str(row["member"])) for row in world.members["target"]}
    for group, member in pairs:
        if chance.random() < 0.15 and (group, member) not in known:
            world.members["target"].append({"group": group, "member": member})
