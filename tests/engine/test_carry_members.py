"""How acts on members are parcelled: all of them, in order, within bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Action, Operation, Wave
from provisor.domain.plan import Draft, PlannedAction
from provisor.domain.schema import ObjectType
from provisor.engine.carrying.carry_members import TOGETHER, chunks, is_large, parcels, size_of

ROOM, MOST = 10, 7


def act(number: int, adds: int, removes: int, outsiders: int) -> PlannedAction:
    """An act on the members of one group."""
    action = Action(
        Operation.MEMBERSHIP,
        ObjectType.MEMBERSHIPS,
        "app",
        f"g{number}",
        None,
        None,
        adds=tuple(f"a{n}" for n in range(adds)),
        removes=tuple(f"r{n}" for n in range(removes)),
        outsiders=tuple(f"o{n}" for n in range(outsiders)),
    )
    return PlannedAction(number, Draft(action, f"G{number}", "", Wave.MEMBERSHIPS), b"")


sizes = st.tuples(st.integers(0, 25), st.integers(0, 25), st.integers(0, 3))


@given(st.lists(sizes, max_size=40))
def test_every_act_is_in_one_parcel_in_order_and_large_ones_are_alone(
    wanted: list[tuple[int, int, int]],
) -> None:
    acts = [act(number, *size) for number, size in enumerate(wanted)]
    made = list(parcels(acts, MOST, ROOM))

    assert [one for parcel in made for one in parcel] == acts
    assert all(0 < len(parcel) <= MOST for parcel in made)
    assert all(len(p) == 1 for p in made if any(is_large(one, ROOM) for one in p))
    assert all(sum(map(size_of, p)) <= TOGETHER for p in made if len(p) > 1)


@given(sizes)
def test_chunks_say_everything_once_and_nothing_beyond_the_room(size: tuple[int, int, int]) -> None:
    action = act(0, *size).action
    made = list(chunks(action, ROOM))

    assert tuple(one for chunk in made for one in chunk.adds) == action.adds
    assert tuple(one for chunk in made for one in chunk.removes) == action.removes
    assert tuple(one for chunk in made for one in chunk.outsiders) == action.outsiders
    assert all(0 < len(c.members) + len(c.outsiders) <= ROOM for c in made)
