"""Words about single memberships by chance: some give, some take, some do both or lead nowhere."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import as_text
from provisor.domain.schema import ObjectType
from tests.domain.worlds import NOON

if TYPE_CHECKING:
    from tests.domain.chance import ChanceWorld


def speak(world: ChanceWorld, chance: random.Random) -> None:
    """Let people give and take a few memberships by name, beside whatever else they said."""
    if ObjectType.GROUPS not in world.rules.objects or chance.random() < 0.4:
        return
    groups = [*_keys(world, ObjectType.GROUPS), "G77"]
    members = [
        *((ObjectType.USERS, key) for key in _keys(world, ObjectType.USERS)),
        *((ObjectType.GROUPS, key) for key in groups),
    ]
    for number in range(chance.choice((2, 5, 15))):
        place = chance.choice(members)
        if chance.random() < 0.7:
            place = (ObjectType.USERS, chance.choice(members)[1])
        kind = chance.choice((OverrideKind.REVOKE, OverrideKind.GRANT))
        word = Override(
            f"w{number}", kind, "", *place, "", chance.choice(groups),
            "reason", "author", "approver", NOON, None,
        )  # fmt: skip
        world.overrides[place] = (*world.overrides.get(place, ()), word)


def _keys(world: ChanceWorld, kind: ObjectType) -> list[str]:
    key = world.rules.objects[kind].key
    linked = [one.key for one in world.links[kind]]
    return sorted({*linked, *(as_text(row.get(key)) for row in world.rows["source", kind])})
