"""What a plan knew: kept by key, renewed where it differs, and never a fact."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from provisor.domain.plan import Tally
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.ports.knowledge import ALWAYS, KEEPS, Cycle, Known, Learned

USERS = ObjectType.USERS
SOURCE, TARGET = (Side.SOURCE, USERS), (Side.TARGET, USERS)
NOON = datetime(2031, 4, 7, 12, tzinfo=UTC)
FRESH = Cycle(
    "hr-to-app", "c" * 64, 0, 0, NOON, NOON, "p" * 64,
    watermarks={SOURCE: "1:7"},
    observed={SOURCE: "o1"},
    records={USERS: Tally(2, {"planned": 1, "unchanged": 1})},
    references={USERS: {"manager": Tally(1, {"unchanged": 1})}},
    repeated={USERS: {"E7": 2}},
)  # fmt: skip
ANN = Known(
    "E1",
    {"name": "Ånn", "level": 3, "on": True, "tags": ("a", "b"), "none": None, "empty": ""},
    "unchanged", "u1", "i1", linked=True, keeps=KEEPS, told='{"manager":[0,1,0]}',
)  # fmt: skip
BOB = Known("E2", {"name": "Bob"}, "planned", "", "i2", due=ALWAYS)
GONE = Known("E3", None, identity="i3", linked=True, due="2031-04-08T00:00:00.000000Z")


def kept(store, **changes):
    """A store that knows three people, an account and two memberships."""
    return store.knowledge.replace(
        replace(FRESH, **changes),
        [(SOURCE, [ANN, BOB, GONE]), (TARGET, [Known("u1", {"on": False}, "unchanged", "E1")])],
        {("r\x1fE1", "users\x1fE2"), ("n\x1fann", "u1"), ("n\x1fanna", "u2")},
        {Side.SOURCE: {("G1", "E1"), ("G1", "E2")}},
    )


def test_what_is_kept_comes_back_as_it_was_read(store):
    cycle = kept(store)

    assert store.knowledge.newest("hr-to-app") == cycle
    assert replace(cycle, number=0, turn=0) == FRESH
    assert store.knowledge.objects(cycle, SOURCE, ["E1", "E2", "E9"]) == {"E1": ANN, "E2": BOB}
    assert store.knowledge.objects(cycle, TARGET, ["u1"])["u1"].values == {"on": False}
    assert store.knowledge.of_groups(cycle, Side.SOURCE, ["G1"]) == {("G1", "E1"), ("G1", "E2")}
    assert store.knowledge.of_members(cycle, Side.SOURCE, ["E2"]) == {("G1", "E2")}


def test_marks_lead_to_objects_whole_or_by_their_beginning(store):
    cycle = kept(store)

    assert store.knowledge.marked(cycle, ["r\x1fE1", "x"]) == {"r\x1fE1": ("users\x1fE2",)}
    assert set(store.knowledge.marked_like(cycle, "n\x1f")) == {
        ("n\x1fann", "u1"), ("n\x1fanna", "u2"),
    }  # fmt: skip


def test_what_falls_due_is_found_from_its_moment_on(store):
    cycle = kept(store)
    later = NOON + timedelta(hours=12)

    assert set(store.knowledge.due(cycle, SOURCE, NOON)) == {"E2"}
    assert set(store.knowledge.due(cycle, SOURCE, later)) == {"E2", "E3"}


def test_what_was_learned_stands_in_place_of_what_was_known(store):
    cycle = kept(store)
    moved = replace(BOB, place="unchanged", native="u2", due=None)
    learned = Learned(
        kept={SOURCE: [moved]},
        forgotten={SOURCE: {"E3"}},
        marks={("n\x1fbob", "u2")},
        old_marks={("n\x1fann", "u1")},
        joined={Side.SOURCE: {("G2", "E1")}},
        parted={Side.SOURCE: {("G1", "E2")}},
    )
    after = store.knowledge.learn(replace(cycle, plan="q" * 64), learned)

    assert after.turn == cycle.turn + 1
    assert store.knowledge.objects(after, SOURCE, ["E1", "E2", "E3"]) == {"E1": ANN, "E2": moved}
    assert store.knowledge.marked(after, ["n\x1fann", "n\x1fbob"]) == {"n\x1fbob": ("u2",)}
    assert store.knowledge.of_members(after, Side.SOURCE, ["E1", "E2"]) == {
        ("G1", "E1"), ("G2", "E1"),
    }  # fmt: skip


def test_whoever_was_overtaken_writes_nothing(store):
    cycle = kept(store)
    first = store.knowledge.learn(cycle, Learned(forgotten={SOURCE: {"E1"}}))
    second = store.knowledge.learn(cycle, Learned(forgotten={SOURCE: {"E2"}}))

    assert first is not None
    assert second is None
    assert set(store.knowledge.objects(first, SOURCE, ["E1", "E2"])) == {"E2"}


def test_a_full_look_keeps_exactly_what_it_saw(store):
    cycle = kept(store)
    again = store.knowledge.replace(cycle, [(SOURCE, [ANN])], {("n\x1fann", "u1")}, {})

    assert set(store.knowledge.objects(again, SOURCE, ["E1", "E2", "E3"])) == {"E1"}
    assert store.knowledge.objects(again, TARGET, ["u1"]) == {}
    assert store.knowledge.marked_like(again, "") == (("n\x1fann", "u1"),)
    assert store.knowledge.of_groups(again, Side.SOURCE, ["G1"]) == frozenset()


def test_jobs_know_nothing_of_each_other_and_forgetting_leaves_the_other(store):
    one, other = kept(store), kept(store, job="other")
    store.knowledge.forget("hr-to-app")

    assert one.number != other.number
    assert store.knowledge.newest("hr-to-app") is None
    assert set(store.knowledge.objects(other, SOURCE, ["E1"])) == {"E1"}


STRANGE = ["a", "b", "a\x1fb", "b\x1fa", "\x1f", "E1"]


@pytest.mark.parametrize("seed", range(12))
def test_memberships_are_renewed_to_exactly_those_that_were_read(store, seed):
    chance = random.Random(seed)
    cycle = kept(store)
    for _ in range(4):
        groups = chance.sample(["G1", "G2", "G\x1f3", "G4"], 3)
        pairs = {
            side: sorted({(g, chance.choice(STRANGE)) for g in groups for _ in range(3)})
            for side in chance.sample(list(Side), chance.choice((1, 2)))
        }
        cycle = store.knowledge.replace(cycle, [], (), pairs)
        for side in Side:
            known = store.knowledge.of_members(cycle, side, [*STRANGE, "E2"])
            assert known == set(pairs.get(side, ()))


def test_one_more_member_is_one_more_row(store):
    cycle = kept(store)
    pairs = {Side.SOURCE: [(f"G{n % 3}", f"E{n}") for n in sorted(range(90), key=lambda n: n % 3)]}
    cycle = store.knowledge.replace(cycle, [], (), pairs)
    more = sorted([*pairs[Side.SOURCE], ("G1", "E91")])
    cycle = store.knowledge.replace(cycle, [], (), {Side.SOURCE: more})

    assert store.knowledge.of_groups(cycle, Side.SOURCE, ["G0", "G1", "G2"]) == set(more)
