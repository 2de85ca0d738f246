"""What is known of one identity, and what composing needs besides: the same for a whole plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from provisor.domain.drawing import Seeds
from provisor.domain.expressions import Circumstances
from provisor.domain.holding import Granting, nothing_granted
from provisor.domain.lifecycle import Departure
from provisor.domain.link import Link
from provisor.domain.mapping import Mapped
from provisor.domain.minting import swiftly
from provisor.domain.newcomers import Occasions, occasions_of
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Record, Values
from provisor.domain.register import Register, Shown
from provisor.domain.relative_time import Moment
from provisor.domain.rules import ObjectRules
from provisor.domain.world import World


@swiftly
@dataclass(frozen=True, slots=True)
class Standing:
    """All that is known of one identity in one target."""

    key: str
    identity: str
    values: Values | None
    """The source record; None when its row is absent."""
    departure: Departure | None
    mapped: Mapped | None
    """The mappings that always flow; None when the person is gone."""
    link: Link | None
    account: Record | None
    """The linked or matched account, as read; None when there is none in the target."""
    adoption: str = ""
    """The rule that matched an unlinked account."""
    overrides: tuple[Override, ...] = ()
    present: bool = True
    """False for a linked person whose absence is not proven: nothing follows from it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What composing needs besides the standing; the same for a whole plan."""

    rules: ObjectRules
    target: str
    now: datetime
    protected: Collection[str]
    names: Register
    """Which values of unique attributes cannot be had."""
    occasions: Occasions
    """Which mappings are looked at when."""
    around: Circumstances
    """What computing depends on besides the record."""
    moment: Moment
    """When the plan is made, and where days begin for whoever has no time zone of their own."""
    seeds: Seeds
    """Where random values come from, per identity."""
    granting: Granting = nothing_granted
    """Which values of rights we gave, by identity."""
    takes: bool = True
    """False where a read is incomplete: then only people's words take rights away."""


def setting_of(rules: ObjectRules, world: World, shown: Shown) -> Setting:
    """Return what composing needs.

    Args:
        rules: of the object type.
        world: for the target, the moment, the protected accounts and the names that are kept.
        shown: the names that the target's accounts show.
    """
    names = Register(rules, shown, world.kept_names.get(rules.object_type, ()))
    for (object_type, _), overrides in world.overrides.items():
        for one in overrides if object_type is rules.object_type else ():
            # What a person gave to somebody, nobody chooses; whose turn it is does not matter.
            if one.kind is OverrideKind.PIN and isinstance(one.value, str):
                names.claim(one.attribute, one.value)
    return Setting(
        rules=rules,
        target=world.rules.target,
        now=world.now,
        protected=world.rules.protected,
        names=names,
        occasions=occasions_of(rules),
        around=world.circumstances,
        moment=Moment(world.now, world.rules.zone),
        seeds=world.seeds,
        granting=world.granting,
        takes=world.absence_counts,
    )
