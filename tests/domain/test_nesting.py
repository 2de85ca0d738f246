"""Groups in groups, however deep and however tangled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.nesting import nest

names = st.sampled_from("abcdefg")


@given(st.lists(st.tuples(names, names), max_size=20))
def test_what_is_inside_is_what_can_be_reached(edges: list[tuple[str, str]]) -> None:
    found = nest(edges)
    for start in "abcdefg":
        reached: set[str] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            fresh = {member for group, member in edges if group == here} - reached
            reached |= fresh
            waiting += fresh
        assert found.inside.get(start, frozenset()) == reached - {start}
        assert (start in reached) == any(start in cycle for cycle in found.cycles)


@given(st.lists(st.tuples(names, names), max_size=20), st.randoms())
def test_the_order_of_rows_changes_nothing(edges, chance) -> None:
    mixed = list(edges)
    chance.shuffle(mixed)

    assert nest(mixed) == nest(edges)


def test_a_chain_of_many_thousands_is_followed_to_its_end() -> None:
    found = nest((str(n), str(n + 1)) for n in range(3_000))

    assert len(found.inside["0"]) == 3_000
    assert found.cycles == ()
