"""Some of a plan's actions by their places: the same as picking them by hand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Action, Operation, Wave
from provisor.domain.excerpt import excerpt, ids_of, slips_of
from provisor.domain.plan import Draft, Header, PlannedAction
from provisor.domain.schema import ObjectType
from provisor.domain.sealing import seal

HEADER = Header("j", "hr", "app", "0" * 64)


def plan_of(bundles: list[str]) -> tuple[PlannedAction, ...]:
    """Return the actions of a plan, one in each bundle."""
    drafts = [
        Draft(
            Action(Operation.UPDATE, ObjectType.USERS, "app", f"i{number}", None, "1"),
            key=f"E{number}",
            name="",
            wave=Wave.ATTRIBUTES,
            bundle=bundle,
        )
        for number, bundle in enumerate(bundles)
    ]
    return tuple(seal(HEADER, drafts, lambda _: b"k" * 32).actions)


bundles = st.lists(st.sampled_from(["", "swap-1", "swap-2"]), max_size=12)


@given(bundles, st.data())
def test_an_excerpt_is_what_picking_by_id_gives(names: list[str], data: st.DataObject) -> None:
    actions = plan_of(names)
    chosen = {one.id for one in actions if data.draw(st.booleans())}
    left = {one.id for one in actions if data.draw(st.booleans())}
    found = excerpt(actions, chosen)
    picked = [one for one in actions if one.id in chosen]

    assert list(found) == picked
    assert [found[place] for place in range(len(found))] == picked
    assert list(found[1:]) == picked[1:]
    assert list(found.without(left)) == [one for one in picked if one.id not in left]
    assert list(ids_of(found)) == [one.id for one in picked]


def test_what_was_planned_again_takes_the_place_of_what_was_planned() -> None:
    actions = plan_of(["", ""])
    anew = replace(actions[1].draft, apart="department Sales")
    first, second = excerpt(actions, {one.id for one in actions}, {actions[1].id: anew})

    assert first is actions[0]
    assert (second.id, second.draft) == (actions[1].id, anew)


@given(bundles)
def test_a_slip_says_what_the_draft_says(names: list[str]) -> None:
    actions = plan_of(names)
    slips = slips_of(actions)

    assert list(slips) == [one.id for one in actions]
    for one in actions:
        slip = slips[one.id]
        assert (slip.kind, slip.part, slip.bundle) == (
            one.draft.kind,
            one.draft.part,
            one.draft.bundle,
        )
    assert len({id(slip) for slip in slips.values()}) == len(set(slips.values()))
