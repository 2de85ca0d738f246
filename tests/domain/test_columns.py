"""The parts of the columnar executor that whole worlds do not reach."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.columns.comparing import compared
from provisor.domain.columns.forms import lowered
from provisor.domain.columns.joining import positions
from provisor.domain.columns.neighbours import Neighbours
from provisor.domain.columns.pages import Page, listing_of
from provisor.domain.columns.scene import Scene, scene_of
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Circumstance
from provisor.engine.columnwise import ColumnAssembly
from tests.domain.chance import Row, chance_world
from tests.domain.test_columns_equal_objects import ChanceLinks, as_rows, fill
from tests.domain.worlds import NOON

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e"]) | st.none())
DIGITS = st.lists(st.integers(0, 9), max_size=6)


@given(WORDS, st.lists(st.sampled_from(["a", "b", "c"]), unique=True))
def test_texts_that_share_a_number_are_still_told_apart(
    values: list[str | None], places: list[str]
) -> None:
    wanted, known = pl.Series(values, dtype=pl.String), pl.Series(places, dtype=pl.String)
    expected = [places.index(one) if one in places else None for one in values]

    assert expected == positions(wanted, known).to_list()
    assert expected == positions(wanted, known, _all_alike).to_list()


@pytest.mark.parametrize("bits", [64, 9, 3])
def test_texts_are_found_among_thousands_however_many_share_a_number(bits: int) -> None:
    known = [f"somebody of a long name {number}" for number in range(3_000)]
    values = [known[number * 7 % 3_000] for number in range(5_000)] + ["nobody", None]
    places = {name: place for place, name in enumerate(known)}

    def few(texts: pl.Series) -> pl.Series:
        numbers: pl.Series = texts.hash(1) % 2 ** min(bits, 63)
        return numbers

    found = positions(pl.Series(values), pl.Series(known), few)
    assert [places.get(name or "") for name in values] == found.to_list()


def _all_alike(texts: pl.Series) -> pl.Series:
    return pl.repeat(7, len(texts), dtype=pl.UInt64, eager=True)


@given(st.lists(st.text(max_size=5)))
def test_letters_are_made_small_as_python_does(texts: list[str]) -> None:
    assert [text.lower() for text in texts] == lowered(pl.Series(texts, dtype=pl.String)).to_list()


@settings(max_examples=30)
@given(st.integers(0, 12), st.integers(0, 2**40), st.integers(1, 4))
def test_slices_change_nothing(people: int, seed: int, size: int) -> None:
    scene = _scene(seed, people)
    everyone = pl.int_range(scene.population.source.height, dtype=pl.UInt32, eager=True)
    here = everyone.filter(~scene.gone)
    whole, sliced = compared(scene, here), compared(scene, here, size)

    assert whole.doubtful.to_list() == sliced.doubtful.to_list()
    assert whole.ignored.to_list() == sliced.ignored.to_list()
    assert set(whole.mapped) == set(sliced.mapped)


def _scene(seed: int, people: int) -> Scene:
    world = chance_world(seed, people, 0)
    assembly = ColumnAssembly(ChanceLinks(world), "app")
    fill(assembly, world, as_rows)
    columns = assembly.world(Circumstance(world.rules, NOON))
    population = columns.populations[ObjectType.USERS]
    neighbours = Neighbours(columns, ObjectType.USERS)
    rules, around = world.rules.objects[ObjectType.USERS], columns.world.circumstances
    return scene_of(rules, world.rules, population, (), neighbours, around)


@given(DIGITS)
def test_equal_reads_have_one_digest_whatever_their_order(digits: list[int]) -> None:
    rows: list[Row] = [{"id": f"E{place}", "level": digit} for place, digit in enumerate(digits)]
    turned: list[Page] = [rows[3:][::-1], rows[:3]]
    digest = _digest([rows])

    assert digest == _digest(turned)
    assert digest.startswith("columns:")


def test_different_reads_have_different_digests() -> None:
    one: Page = [{"id": "E1", "level": 1}]
    other: Page = [{"id": "E1", "level": 2}]

    assert _digest([one]) != _digest([other])


def _digest(pages: Sequence[Page]) -> str:
    return listing_of(pages, "id", ())[1].digest


def test_a_table_with_fractions_is_refused() -> None:
    with pytest.raises(TypeError, match="level"):
        listing_of([pl.DataFrame({"id": ["E1"], "level": [1.5]})], "id", ())


def test_whole_numbers_beyond_64_bits_are_text() -> None:
    table = pl.DataFrame({"id": pl.Series([2**63], dtype=pl.UInt64)})
    listing, _ = listing_of([table], "id", ())

    assert listing.keys.to_list() == [str(2**63)]


def test_categories_are_text() -> None:
    table = pl.DataFrame({"id": pl.Series(["E1"], dtype=pl.Categorical)})
    listing, _ = listing_of([table], "id", ())

    assert listing.records(pl.Series([0]))[0].values == {"id": "E1"}


def test_columns_without_any_value_fit_to_every_type() -> None:
    pages = [
        pl.DataFrame({"id": ["E1"], "level": [None]}),
        pl.DataFrame({"id": ["E2"], "level": [2]}),
    ]
    listing, census = listing_of(pages, "id", ("level",))

    assert [r.values["level"] for r in listing.records(pl.Series([0, 1]))] == [None, 2]
    assert census.nulls == {"level": 1}
