"""Accounts that are made for many newcomers at once are those that are made one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.action import Action, Operation
from provisor.domain.columns.births import Births
from provisor.domain.minting import minted
from provisor.domain.proposing import Walk
from provisor.domain.rivalry import Staged
from provisor.domain.schema import ObjectType
from tests.domain.first_loads import first_load
from tests.domain.test_columns_equal_objects import Pages, as_both, as_rows, as_tables, check

PAGES = (as_rows, as_tables, as_both)


@settings(max_examples=150)
@given(
    st.integers(0, 24), st.integers(0, 4), st.integers(0, 2**40), st.sampled_from(PAGES)
)  # fmt: skip
def test_columns_make_the_accounts_that_objects_make(
    people: int, accounts: int, seed: int, pages: Pages
) -> None:
    check(first_load(seed, people, accounts), pages)


def test_chance_makes_every_kind_of_newcomer(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without this, an equality that nobody tests could look like one that holds.
    met: Counter[str] = Counter()
    enter = Births.enter

    def noted(births: Births, staged: Sequence[Staged], walk: Walk) -> list[Staged]:
        rivals = enter(births, staged, walk)
        drafts = [d for _, one in rivals for d in one.drafts]
        met["rivals"] += len(drafts)
        met["nameless"] += len(births.names.problems)
        met["named"] += sum(len(names) for names in births.names.chosen.values())
        met["composed"] += len(staged)
        book = walk.ledger.books[ObjectType.USERS]
        met["made"] += book.records["planned"]
        met["referring"] += sum(len(one) for one in walk.roster.referrers.values())
        return rivals

    monkeypatch.setattr(Births, "enter", noted)
    for seed in range(60):
        check(first_load(seed, 20, seed % 4), PAGES[seed % 3])

    assert min(met[kind] for kind in ("nameless", "rivals")) > 10
    assert min(met[kind] for kind in ("named", "composed", "made", "referring")) > 50


def test_values_that_are_made_together_are_those_of_the_constructor() -> None:
    together = minted(
        Action,
        2,
        operation=repeat(Operation.CREATE),
        object_type=repeat(ObjectType.USERS),
        target=repeat("app"),
        subject=["i1", "i2"],
        anchor=["E1", "E2"],
        native_id=repeat(None),
    )

    apart = [
        Action(Operation.CREATE, ObjectType.USERS, "app", f"i{n}", f"E{n}", None) for n in (1, 2)
    ]
    assert together == apart
    with pytest.raises(TypeError, match="anchor"):
        minted(Action, 1, operation=repeat("create"), object_type="u", target="a", subject="i")
