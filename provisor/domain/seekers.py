"""Who of some unlinked records seeks an account, and what they would be recognised by."""

from __future__ import annotations

from collections.abc import Iterable

from provisor.domain.lifecycle import judge_all
from provisor.domain.mapping import flowing, map_values
from provisor.domain.matching import Seeker
from provisor.domain.neighbourhood import surroundings_of
from provisor.domain.override import Override
from provisor.domain.record import Record
from provisor.domain.rules import SOFT_DELETED, ObjectRules
from provisor.domain.seeking import leaver_seekers, seeker_of
from provisor.domain.world import Assign, World


def seekers_in(
    world: World, rules: ObjectRules, records: Iterable[Record], assign: Assign
) -> tuple[list[Seeker], list[Seeker]]:
    """Return who of some records may have an account: those who are here, and leavers.

    Args:
        world: what conditions look at.
        rules: of the object type.
        records: unlinked ones.
        assign: gives identity ids to those who seek.
    """
    listed = list(records)

    def overrides(key: str) -> tuple[Override, ...]:
        return world.overrides.get((rules.object_type, key), ())

    judged = judge_all(rules, listed, overrides, surroundings_of(world, rules.object_type))
    departures = judged.departures
    seeking = [r.key for r in listed if r.key not in departures or departures[r.key].positive]
    identities = assign(rules.object_type, seeking)
    always, around = flowing(rules), world.circumstances
    here: list[Seeker] = []
    gone: list[tuple[Record, str]] = []
    for record in listed:
        identity = identities.get(record.key, "")
        departure = departures.get(record.key)
        if departure is not None:
            gone += [(record, identity)] if departure.positive else []
        elif record.key not in judged.undecided:
            values = {**record.values, SOFT_DELETED: False}
            mapped = map_values(always, values, rules.schema, around)
            here += [seeker_of(rules, record, mapped, identity)] if mapped.problem is None else []
    return here, leaver_seekers(rules, gone)
