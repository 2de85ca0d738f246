"""Who gains and who loses: the way back gives what the way there takes."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Action, Change, Operation, Wave
from provisor.domain.plan import Draft, PlannedAction
from provisor.domain.plan_difference import difference
from provisor.domain.schema import ObjectType
from provisor.domain.stakes import Stake, counted, stakes_of, stakes_of_plan

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
KEYS = {"i1": "E1", "i2": "E2", "i3": "E3"}
MEMBERS = st.sets(st.sampled_from(sorted(KEYS)))


def planned(key: str, operation: Operation, object_type: ObjectType = USERS, **more: object):
    action = Action(operation, object_type, "app", f"id {key}", None, "n", **more)  # type: ignore[arg-type]  # tests name fields freely
    return PlannedAction(0, Draft(action, key, key, Wave.ATTRIBUTES), b"")


@st.composite
def plans(draw):
    """A plan with one act on some of two people, and one on a group's members."""
    acts = [
        planned(key, draw(st.sampled_from([Operation.CREATE, Operation.DISABLE, Operation.DELETE])))
        for key in draw(st.sets(st.sampled_from(["E1", "E2"])))
    ]
    joins = draw(MEMBERS)
    leaves = draw(MEMBERS) - joins
    if joins | leaves:
        moved = {"adds": tuple(sorted(joins)), "removes": tuple(sorted(leaves))}
        acts.append(planned("G1", Operation.MEMBERSHIP, GROUPS, **moved))
    return acts


def things(stakes: Iterable[Stake]) -> list[tuple[str, str, str]]:
    return sorted((one.key, one.what, one.of) for one in stakes)


@given(plans(), plans())
def test_the_way_back_gives_what_the_way_there_takes(one, other):
    there = stakes_of(difference(one, other), KEYS)
    back = stakes_of(difference(other, one), KEYS)

    assert things(there.gained) == things(back.lost)
    assert things(there.lost) == things(back.gained)


@given(plans())
def test_a_plan_against_itself_gives_and_takes_nothing(one):
    found = stakes_of(difference(one, one), KEYS)

    assert (found.gained, found.lost) == ((), ())


def test_what_would_no_longer_be_done_is_told_as_such():
    found = stakes_of(difference([], [planned("E1", Operation.DISABLE)]), KEYS)

    assert found.gained == (Stake(USERS, "E1", "account", "", "not disable"),)


def test_a_cleared_value_and_a_member_are_losses_of_their_own_kind():
    cleared = planned("E1", Operation.CLEAR, changes=(Change("title", "Clerk", None),))
    left = planned("G1", Operation.MEMBERSHIP, GROUPS, removes=("i2",))
    found = stakes_of_plan([cleared, left], KEYS)

    assert counted(found.lost) == {"membership": 1, "value": 1}
    assert things(found.lost) == [("E1", "value", "title"), ("E2", "membership", "G1")]
