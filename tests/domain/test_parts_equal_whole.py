"""A plan made part by part is the plan made in one piece, however many parts there are."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.columns.parted import apart, parted_of, why_whole
from provisor.domain.columns.proposing import plan_columns
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.group_rules import PLAIN_GROUPS
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Circumstance
from provisor.engine.columnwise import ColumnAssembly
from tests.domain.chance import ChanceWorld, chance_world, identity
from tests.domain.test_columns_equal_objects import (
    ChanceLinks,
    Pages,
    as_both,
    as_rows,
    as_tables,
    fill,
    shown,
)
from tests.domain.worlds import NOON


def alone(rules: JobRules) -> JobRules:
    """The same rules without what joins everybody with everybody."""
    objects = {
        kind: replace(own, mappings=tuple(m for m in own.mappings if m.reference is None))
        for kind, own in rules.objects.items()
    }
    return replace(rules, objects=objects, memberships=None, groups=PLAIN_GROUPS)


def world_of(seed: int, pages: Pages) -> ColumnWorld:
    """A world that may be planned in parts, as columns."""
    chance = random.Random(seed)
    while True:
        people, groups = chance.choice((6, 12, 20)), chance.choice((0, 0, 3))
        world: ChanceWorld = chance_world(chance.randrange(2**40), people, groups)
        world.rules = alone(world.rules)
        if not why_whole(world.rules):
            break
    assembly = ColumnAssembly(ChanceLinks(world), "app")
    fill(assembly, world, pages)
    circumstance = Circumstance(
        world.rules, NOON, world.overrides, world.absences, world.granted,
        world.absence_counts, kept_names=world.kept, granting=world.granting, seeds=str.encode,
    )  # fmt: skip
    return assembly.world(circumstance)


Said = tuple[dict[str, object], list[object]]


def planned(columns: ColumnWorld, count: int) -> Said:
    """The plan made in so many parts; 0 for one piece."""
    asked: list[object] = []

    def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
        asked.append((object_type, sorted(keys)))
        return {key: identity(object_type, key) for key in keys}

    if not count:
        return shown(plan_columns(columns, assign).proposal), asked
    found = {
        kind: parted_of(columns, kind, apart(population, count))
        for kind, population in columns.populations.items()
    }
    rest = replace(columns, populations={kind: left for kind, (left, _) in found.items()})
    parted = {kind: one for kind, (_, one) in found.items()}
    return shown(plan_columns(rest, assign, parted).proposal), asked


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from([as_rows, as_tables, as_both]))
def test_parts_say_what_the_whole_says(seed: int, pages: Pages) -> None:
    columns = world_of(seed, pages)
    whole = planned(columns, 0)
    for count in (1, 2, 7):
        assert planned(columns, count) == whole


def test_whoever_has_nothing_to_be_done_leaves_their_part() -> None:
    left = 0
    for seed in range(30):
        columns = world_of(seed, as_tables)
        users = columns.populations[ObjectType.USERS]
        rest, _ = parted_of(columns, ObjectType.USERS, apart(users, 2))
        left += users.source.height - rest.source.height
    assert left > 5


def test_what_joins_people_is_planned_in_one_piece() -> None:
    said = {why_whole(chance_world(seed, 0, seed % 2).rules) for seed in range(60)}
    assert "memberships join everybody with everybody" in said
    assert "references lead from anybody to anybody" in said
    assert "" in {why_whole(alone(chance_world(seed, 0, 0).rules)) for seed in range(30)}
