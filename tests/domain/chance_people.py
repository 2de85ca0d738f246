"""Records of which only people can say whose they are, in some worlds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from provisor.domain.person import IN_QUESTION
from provisor.domain.schema import ObjectType

if TYPE_CHECKING:
    from tests.domain.chance import ChanceWorld


def question(world: ChanceWorld, chance: random.Random) -> None:
    """Let some people be in question, linked ones among them."""
    if chance.random() < 0.8:
        return
    for row in world.rows["source", ObjectType.USERS]:
        row[IN_QUESTION] = chance.choice(("", None, "`mail` finds 2 candidate(s)"))
