"""What went through the disk part by part is planned as if it had been read in one piece."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.columns.parted import parted_of
from provisor.domain.columns.proposing import plan_columns
from provisor.domain.columns.world import ColumnWorld
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.parted.spilling import Spill
from tests.domain.chance import Row, identity
from tests.domain.test_columns_equal_objects import shown, tabled
from tests.domain.test_parts_equal_whole import planned, world_of

USERS = ObjectType.USERS


def as_table(rows: Sequence[Row]) -> Sequence[pl.DataFrame]:
    return [tabled(rows)]


def spilled(columns: ColumnWorld, folder: Path, count: int) -> dict[str, object]:
    """The plan of a world of people whose two sides went through files."""

    def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
        return {key: identity(object_type, key) for key in keys}

    rules, population = columns.world.rules.objects[USERS], columns.populations[USERS]
    spill = Spill(folder, USERS, count)
    spill.put_links(population.links.frame)
    spill.linked()
    for page in population.source.frame.iter_slices(4):
        spill.put(Side.SOURCE, page, rules.key)
    for page in population.target.frame.iter_slices(5):
        spill.put(Side.TARGET, page, rules.schema.key)
    parts = spill.parts((rules.key, rules.schema.key), population.absences)
    rest, parted = parted_of(columns, USERS, parts)
    columns = replace(columns, populations={USERS: rest})
    return shown(plan_columns(columns, assign, {USERS: parted}).proposal)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from([1, 3]))
def test_parts_from_the_disk_say_what_the_whole_says(seed: int, count: int) -> None:
    columns = world_of(seed, as_table)
    population = columns.populations[USERS]
    # Rows without a key of their own are counted while they are read; here they were read before.
    source = replace(population.source, repeated={}, unkeyed=0)
    people = {USERS: replace(population, source=source)}
    objects = {USERS: columns.world.rules.objects[USERS]}
    world = replace(columns.world, rules=replace(columns.world.rules, objects=objects))
    columns = replace(columns, world=world, populations=people)
    whole, _ = planned(columns, 0)
    with tempfile.TemporaryDirectory() as folder:
        assert spilled(columns, Path(folder), count) == whole


def test_a_page_with_a_column_of_another_type_is_not_taken_in(tmp_path: Path) -> None:
    spill = Spill(tmp_path, USERS, 2)
    spill.linked()
    assert spill.put(Side.SOURCE, [{"id": "E1", "level": 1}], "id") is not None
    assert spill.put(Side.SOURCE, [{"id": "E2", "level": "two"}], "id") is None
    assert (
        spill.put(Side.SOURCE, [{"id": "E3", "level": 3}, {"id": "E4", "level": "x"}], "id") is None
    )
