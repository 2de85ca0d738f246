"""Memberships as numbers say what the rows said."""

from __future__ import annotations

from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.columns import pages as reading
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.pages import Page, pairs_of
from provisor.domain.columns.pairing import register_of
from provisor.domain.columns.pairs import Pairs

KEYS = st.sampled_from(["G1", "G2", "E1", "E2", "E3", "nobody", ""])
ROWS = st.lists(st.tuples(KEYS, KEYS), max_size=20)
KNOWN = st.lists(st.sampled_from(["G1", "G2", "E1", "E2", "E9"]), unique=True)


@given(st.lists(ROWS, max_size=4), KNOWN, KNOWN, st.booleans())
def test_rows_come_back_in_their_order_whoever_was_known_before(
    written: list[list[tuple[str, str]]], groups: list[str], members: list[str], tables: object
) -> None:
    rows = [(group, member) for page in written for group, member in page]
    complete = [(group, member) for group, member in rows if group and member]
    pairs, census = pairs_of(_pages(written, tables), _series(groups), _series(members))
    everything = pairs.texts(pl.int_range(pairs.height, eager=True))

    assert list(everything.iter_rows()) == complete
    assert set(pairs.rows()) == set(complete)
    assert len(list(pairs.rows())) == len(set(complete))
    assert census.rows == len(rows)
    for group in ("G1", "nobody"):
        inside = [member for one, member in complete if one == group]
        assert pairs.members_of(group).to_list() == inside
        assert set(pairs.members_in(_series([group]))) == set(inside)
    assert set(pairs.groups_with_members()) == {group for group, _ in complete}


@given(ROWS, ROWS, KNOWN)
def test_more_rows_stand_behind_the_others(
    first: list[tuple[str, str]], more: list[tuple[str, str]], known: list[str]
) -> None:
    begun, _ = pairs_of(_pages([first], 0), _series(known), _series(known))
    named = [row for row in more if all(row)]
    frame = pl.DataFrame(named, schema={"group": pl.String, "member": pl.String}, orient="row")

    assert _listed(begun.with_more([frame])) == _listed(begun) + named


@pytest.mark.parametrize("rows_at_once", [1, 2, 7])
def test_a_read_in_parts_is_the_read_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    rows = [(f"G{n % 3}", f"E{n % 5}") for n in range(20)] + [("", "E1"), ("G1", "")]
    whole, counted = pairs_of(_pages([rows], 1), _series(["G1"]), _series(["E1"]))
    monkeypatch.setattr(reading, "_ROWS_AT_ONCE", rows_at_once)
    parts, told = pairs_of(_pages([rows[:5], rows[5:]], 1), _series(["G1"]), _series(["E1"]))

    assert _listed(parts) == _listed(whole)
    assert told == counted


def _pages(written: list[list[tuple[str, str]]], tables: object) -> list[Page]:
    rows = [[{"group": group, "member": member} for group, member in page] for page in written]
    schema = {"group": pl.String, "member": pl.String}
    return [pl.DataFrame(page, schema=schema) for page in rows] if tables else list(rows)


def _series(texts: list[str]) -> pl.Series:
    return pl.Series(texts, dtype=pl.String)


def _listed(pairs: Pairs) -> list[tuple[str, ...]]:
    return list(pairs.texts(pl.int_range(pairs.height, eager=True)).iter_rows())


PEOPLE = st.lists(st.sampled_from(["E1", "E2", "E3", "E9", None]), max_size=5, unique=True)


@given(ROWS, KNOWN, PEOPLE, st.randoms(use_true_random=False))
def test_who_is_known_by_row_is_who_is_known_by_name(
    rows: list[tuple[str, str]], read: list[str], names: list[str | None], chance: Random
) -> None:
    pairs, _ = pairs_of(_pages([rows], 1), _series([]), _series(read))
    places = [
        read.index(name) if name in read and chance.random() < 0.7 else None for name in names
    ]
    people = _people(names, places)
    register = register_of(_people(["G1"], [None]), people)
    source = Listing(_series(read), pl.DataFrame())

    by_name = register.person_places(pairs.members.texts, register.keys)
    assert register.people_by_record(pairs.members, source).to_list() == by_name.to_list()
    # A read that is not the one whose rows are known is compared by name.
    other = Listing(_series([*read, "E7"]), pl.DataFrame())
    assert register.people_by_record(pairs.members, other).to_list() == by_name.to_list()


def _people(names: list[str | None], rows: list[int | None]) -> pl.DataFrame:
    found = pl.DataFrame({"key": names, "record": rows}, {"key": pl.String, "record": pl.UInt32})
    return found.with_columns(
        identity=pl.format("identity {}", pl.int_range(found.height).cast(pl.String)),
        native=pl.lit(None, pl.String),
        account=pl.lit(None, pl.UInt32),
        keeps=pl.lit(value=False),
        gives=pl.lit(value=False),
    ).select("key", "identity", "native", "keeps", "gives", "record", "account")
