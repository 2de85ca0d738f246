"""Values of rights by chance: what we gave, how the target spells it, what people said of it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from provisor.domain.flow import Apply
from provisor.domain.holding import GrantedValue
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Value, each_of
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from tests.domain.worlds import NOON

if TYPE_CHECKING:
    from tests.domain.chance import ChanceWorld

ROLES = "roles"
VALUES = ("a", "b", "A", "left", "x", "role:a")


def endow(world: ChanceWorld, chance: random.Random) -> None:
    """Let roles be rights in some worlds, some of them given by us."""
    users = world.rules.objects[ObjectType.USERS]
    mapped = [one for one in users.mappings if one.attribute == ROLES]
    plain = all(one.apply is Apply.ALWAYS and one.reference is None for one in mapped)
    set_apart = any(one.attribute == ROLES for one in users.leaving_mappings)
    if not (mapped and plain) or set_apart or chance.random() < 0.3:
        return
    objects = {**world.rules.objects}
    objects[ObjectType.USERS] = replace(users, rights={ROLES: chance.choice(list(OwnerMode))})
    world.rules = replace(world.rules, objects=objects)
    for row in world.rows["source", ObjectType.USERS]:
        if chance.random() < 0.6:
            row["tags"] = _some(chance)
    held: dict[Value, Value] = {}
    for account in world.rows["target", ObjectType.USERS]:
        if chance.random() < 0.7:
            account[ROLES] = _some(chance)
        held[account.get("id")] = account.get(ROLES)
    for link in world.links[ObjectType.USERS]:
        world.grants[link.identity] = {ROLES: _given(chance, link.identity, held, link.native_id)}
    _speak(world, chance)


def _some(chance: random.Random) -> tuple[str, ...]:
    return tuple(chance.sample(VALUES, chance.choice((0, 1, 2, 3))))


def _given(
    chance: random.Random, identity: str, held: dict[Value, Value], native: str
) -> dict[str, GrantedValue]:
    shown = held.get(native)
    own = [str(one) for one in each_of(shown)] if isinstance(shown, tuple) else []
    values = [one for one in (*own, *_some(chance)) if chance.random() < 0.5]
    return {
        one: GrantedValue(identity, ROLES, one, NOON, chance.choice(("", "", "role:a")))
        for one in values
    }


def _speak(world: ChanceWorld, chance: random.Random) -> None:
    keys = [str(link.key) for link in world.links[ObjectType.USERS]]
    for number in range(chance.choice((0, 0, 2)) if keys else 0):
        place = (ObjectType.USERS, chance.choice(keys))
        kind = chance.choice((OverrideKind.REVOKE, OverrideKind.GRANT))
        word = Override(
            f"r{number}", kind, "", *place, ROLES, chance.choice(VALUES),
            "reason", "author", "approver", NOON, None,
        )  # fmt: skip
        world.overrides[place] = (*world.overrides.get(place, ()), word)
