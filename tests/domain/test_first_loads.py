"""Accounts that are made for many newcomers at once are those that are made one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import repeat

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.action import Action, Operation
from provisor.domain.action_bytes import action_bytes
from provisor.domain.canonical import canonical, canonical_text
from provisor.domain.columns import births, creating
from provisor.domain.columns.births import Births
from provisor.domain.columns.writing import quoted
from provisor.domain.minting import minted
from provisor.domain.plan import Draft
from provisor.domain.proposing import Walk
from provisor.domain.rivalry import Staged
from provisor.domain.schema import ObjectType
from provisor.domain.standing import Setting
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


def test_bytes_that_are_written_together_are_the_canonical_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[Action] = []
    drafting = creating.create_drafts

    def noted(born: creating.Born, setting: Setting) -> list[Draft]:
        drafts = drafting(born, setting)
        written.extend(one.action for one in drafts if one.action.written is not None)
        return drafts

    monkeypatch.setattr(births, "create_drafts", noted)
    for seed in range(60):
        check(first_load(seed, 20, seed % 4), PAGES[seed % 3])

    assert [one.written for one in written] == [canonical(one.body()) for one in written]
    assert len({one.rule for one in written}) == 2
    assert len({type(change.after) for one in written for change in one.changes}) == 4
    assert len(written) > 100


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts_are_quoted_as_canonical_bytes_have_them(texts: list[str | None]) -> None:
    expected = [None if text is None else canonical_text(text) for text in texts]

    assert quoted(pl.Series(texts, dtype=pl.String)).to_list() == expected


def test_an_action_that_is_made_from_a_written_one_is_written_anew() -> None:
    (action,) = minted(
        Action,
        1,
        operation=repeat(Operation.CREATE),
        object_type=repeat(ObjectType.USERS),
        target=repeat("app"),
        subject=["i"],
        anchor=["E1"],
        native_id=repeat(None),
        written=[b"{}"],
    )

    assert action_bytes(replace(action, anchor="E2")) == canonical(
        replace(action, anchor="E2").body()
    )


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
