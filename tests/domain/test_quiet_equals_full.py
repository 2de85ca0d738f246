"""Whom a plan leaves in peace for a fingerprint's sake needs nothing: the full plan says so."""

from __future__ import annotations

import copy
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.columns.prints import NOTHING_KNOWN, Memory
from provisor.domain.columns.proposing import PlannedColumns
from provisor.domain.columns.quiet import Peace
from provisor.domain.link import LinkState
from provisor.domain.quietness import unquiet
from provisor.domain.record import Missing, as_text
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Circumstance
from provisor.engine.columnwise import ColumnAssembly
from tests.domain.chance import ChanceWorld, Row, chance_world, identity
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

SEED = b"a seed of the installation"
Memories = Mapping[ObjectType, Memory]
Said = tuple[dict[str, object], list[object]]


@dataclass(slots=True)
class Story:
    """A world that moves, and what is remembered of it."""

    world: ChanceWorld
    chance: random.Random
    now: datetime = NOON
    memories: dict[ObjectType, Memory] = field(default_factory=dict)
    left: int = 0
    """How many were left in peace, all plans together."""

    def plan(self, pages: Pages, memories: Memories) -> tuple[Said, PlannedColumns]:
        asked: list[object] = []

        def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
            asked.append((object_type, sorted(keys)))
            return {key: identity(object_type, key) for key in keys}

        world = self.world
        assembly = ColumnAssembly(ChanceLinks(world), "app", lambda _: memories)
        fill(assembly, world, pages)
        circumstance = Circumstance(
            world.rules, self.now, world.overrides, world.absences, world.granted,
            world.absence_counts, kept_names=world.kept, granting=world.granting, seeds=str.encode,
        )  # fmt: skip
        proposal = assembly.propose(circumstance, assign)
        assert assembly.planned is not None
        return (shown(proposal), asked), assembly.planned

    def check(self, pages: Pages) -> None:
        """Plan with and without memory; remember what was found."""
        full, whole = self.plan(pages, {})
        quiet, part = self.plan(pages, self.memories)

        assert quiet == full
        for kind, settled in whole.settled.items():
            assert part.settled[kind].frame().equals(settled.frame())
            assert part.outside[kind].equals(whole.outside[kind])
        for kind in self.world.rules.objects:
            peace = part.peace.get(kind, Peace(0, NOTHING_KNOWN))
            self.left += peace.left
            self.memories[kind] = Memory(SEED, peace.prints)

    def often(self, share: float) -> bool:
        return self.chance.random() < share


def story(seed: int) -> Story:
    chance = random.Random(seed)
    world = _world(chance)
    if chance.random() < 0.7:
        world.overrides.clear()
    for links in world.links.values() if chance.random() < 0.8 else ():
        links[:] = [replace(one, state=LinkState.ACTIVE, leave=None) for one in links]
    made = Story(world, chance)
    for _ in range(chance.choice((0, 2, 2))):
        _carry_out(made)
    made.memories = {kind: Memory(SEED, NOTHING_KNOWN) for kind in world.rules.objects}
    return made


def _world(chance: random.Random) -> ChanceWorld:
    """Make up a world; mostly one in which somebody may be left in peace."""
    for _ in range(8):
        people, groups = chance.choice((6, 12, 20)), chance.choice((0, 0, 3))
        world = chance_world(chance.randrange(2**40), people, groups)
        if not unquiet(world.rules.objects[ObjectType.USERS]):
            break
    return world


def _carry_out(made: Story) -> None:
    """Write what a plan says into the accounts."""
    _, planned = made.plan(as_rows, {})
    for draft in planned.proposal.drafts:
        action = draft.action
        rules = made.world.rules.objects.get(action.object_type)
        if rules is None or action.native_id is None:
            continue
        for row in made.world.rows["target", action.object_type]:
            if as_text(row.get(rules.schema.key)) == action.native_id:
                row.update(
                    (change.attribute, change.after)
                    for change in action.changes
                    if not isinstance(change.after, Missing)
                )


def happen(made: Story, other: ChanceWorld) -> None:
    """Change a few things on both sides, links and decisions among them."""
    _change_rows(made, other)
    _change_links(made)
    world = made.world
    key = next(iter(other.overrides), None)
    if key is not None and made.often(0.3):
        world.overrides[key] = other.overrides[key]
    elif made.often(0.5):
        world.overrides.clear()
    made.now += timedelta(hours=made.chance.choice((0, 1, 30, 24 * 40)))


def _change_rows(made: Story, other: ChanceWorld) -> None:
    for (side, kind), rows in made.world.rows.items():
        rules = made.world.rules.objects[kind]
        fixed = {rules.key} if side == "source" else {rules.schema.key}
        like = other.rows.get((side, kind)) or rows
        for row in rows:
            names = sorted(row.keys() - fixed)
            if names and made.often(0.06):
                _change(row, made.chance.choice(names), made.chance.choice(like))
        made.chance.shuffle(rows)


def _change(row: Row, name: str, model: Row) -> None:
    if name in model:
        row[name] = model[name]
    else:
        del row[name]


def _change_links(made: Story) -> None:
    for kind, links in made.world.links.items():
        for place, link in enumerate(links):
            if made.often(0.03):
                link = replace(link, state=made.chance.choice(list(LinkState)))
            if made.often(0.03):
                link = replace(link, native_id=made.chance.choice(links).native_id)
            if made.often(0.02):
                _renew_account(made.world, kind, link.native_id)
            links[place] = link


def _renew_account(world: ChanceWorld, kind: ObjectType, native: str) -> None:
    """Somebody deletes an account and makes another one with the same id."""
    for row in world.rows["target", kind]:
        if as_text(row.get(world.rules.objects[kind].schema.key)) == native:
            row["title"] = "made again"


def tell(seed: int, pages: Pages) -> Story:
    made = story(seed)
    made.check(pages)
    before: list[ChanceWorld] = []
    for step in range(3):
        if before and made.often(0.2):
            made.world = before.pop()
        else:
            before.append(copy.deepcopy(made.world))
            happen(made, chance_world(seed + step + 1, 8, 2))
        made.check(pages)
    return made


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**40), st.sampled_from([as_rows, as_tables, as_both]))
def test_a_plan_by_fingerprints_is_the_plan_of_everybody(seed: int, pages: Pages) -> None:
    tell(seed, pages)


def test_chance_leaves_people_in_peace() -> None:
    assert sum(tell(seed, as_tables).left for seed in range(20)) > 20


def test_who_depends_on_others_or_on_the_moment_is_looked_at_in_every_plan() -> None:
    found = set()
    for seed in range(60):
        for rules in chance_world(seed, 0, 1).rules.objects.values():
            found.add(unquiet(rules))
    assert found == {
        "",
        "a condition asks who is in a group",
        "a condition looks at other records",
        "a condition depends on the moment",
        "what accounts should hold depends on the moment",
    }
