"""What became of the references of single records, so that the sums of all can be renewed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from provisor.domain.merging import Counts
from provisor.domain.plan import REFERENCE_CLASSES
from provisor.domain.referring import told_line
from provisor.domain.roster import Roster
from provisor.domain.schema import ObjectType
from provisor.domain.second_pass import directory_of
from provisor.domain.world import World


def told_of(world: World, roster: Roster) -> dict[tuple[ObjectType, str], str]:
    """Return, by type and key, how many references of whom stand in which class, in one line."""
    found: dict[tuple[ObjectType, str], str] = {}
    directory = directory_of(world, roster)
    for kind, rules in world.rules.objects.items():
        for referrer in roster.referrers.get(kind, ()):
            line = told_line(rules, world.rules.target, referrer, directory)
            if line:
                found[kind, referrer.subject.key] = line
    return found


def counted_references(told: Iterable[str]) -> Mapping[str, Counts]:
    """Add up such lines, by attribute."""
    sums: dict[str, Counter[str]] = {}
    for line in told:
        for attribute, numbers in json.loads(line).items() if line else ():
            counts = dict(zip(REFERENCE_CLASSES, numbers, strict=True))
            sums.setdefault(attribute, Counter()).update(counts)
    return {attribute: (counts.total(), counts) for attribute, counts in sums.items()}
