"""What people over several sources are said to be, column by column.

Source: `provisor.domain.uniting`, one person at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.forms import blanks, filled
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import positions
from provisor.domain.columns.operand import computed
from provisor.domain.person import IN_QUESTION, PERSON, Joining


@dataclass(frozen=True, slots=True)
class Told:
    """What one source says."""

    source: str
    listing: Listing
    """In our names."""
    owner: pl.Series
    """Per record the key of its person."""
    vouches: pl.Series


@dataclass(frozen=True, slots=True)
class _Slot:
    """At most one record of one source per person."""

    told: Told
    number: int
    """How many records of the source are believed before it."""
    row: pl.Series
    """Per person the record; null for none."""
    denies: pl.Series
    """Per person whether the record says that they are not here."""


def united_pages(
    joining: Joining,
    tellings: Sequence[Told],
    people: pl.Series,
    attributes: Sequence[str],
    asked: Mapping[str, str],
) -> Iterator[pl.DataFrame]:
    """Yield people with what is said of them; of those on one page the same attributes are there.

    Args:
        joining: sources and rules.
        tellings: what every source says.
        people: keys, each once.
        attributes: that are wanted.
        asked: key to why only people can say who it is.

    Cost: per attribute one look at each source.
    """
    slots = [slot for told in tellings for slot in _slots(told, people)]
    columns: dict[str, pl.Series] = {}
    presences: dict[str, pl.Series] = {}
    for name in attributes:
        found = _column(joining, slots, name)
        if found is not None:
            columns[name], presences[name] = found
    frame = pl.DataFrame({PERSON: people, **columns})
    patterns = _patterns(presences, people.len())
    told = _told(people, asked) if asked else None
    for pattern in patterns.unique().sort().to_list():
        here = patterns == pattern
        first = int(here.arg_max() or 0)
        names = [name for name, mask in presences.items() if mask[first]]
        page = frame.filter(here).select(PERSON, *names)
        if told is None:
            yield page
            continue
        words = told.filter(here)
        yield page.filter(words.is_null())
        yield page.with_columns(words.alias(IN_QUESTION)).filter(words.is_not_null())


def _told(people: pl.Series, asked: Mapping[str, str]) -> pl.Series:
    return pl.Series([asked.get(key) for key in people.to_list()], dtype=pl.String)


def _slots(told: Told, people: pl.Series) -> Iterator[_Slot]:
    frame = pl.DataFrame(
        {
            "owner": told.owner,
            "denies": ~told.vouches,
            "key": told.listing.keys,
            "row": pl.int_range(told.listing.height, dtype=pl.UInt32, eager=True),
        }
    ).filter(pl.col("owner").is_not_null())
    if frame["owner"].n_unique() < frame.height:
        frame = frame.sort(["denies", "key"], descending=[False, True])
        numbers = frame.select(pl.int_range(pl.len()).over("owner")).to_series()
    else:
        numbers = pl.repeat(0, frame.height, eager=True)
    for number in numbers.unique().sort().to_list():
        own = frame.filter(numbers == number)
        place = positions(people, own["owner"])
        denies = own["denies"].gather(place).fill_null(value=False)
        yield _Slot(told, number, own["row"].gather(place), denies)


def _column(
    joining: Joining, slots: Sequence[_Slot], name: str
) -> tuple[pl.Series, pl.Series] | None:
    """Return an attribute for everybody, and of whom anybody says anything about it."""
    saying = [
        slot
        for slot in slots
        if name in slot.told.listing.frame.columns and joining.is_believed(slot.told.source, name)
    ]
    if not saying:
        return None
    saying.sort(key=lambda slot: (joining.rank(slot.told.source, name), slot.number))
    said = [(_present(slot, name), _gathered(slot, name), slot.denies) for slot in saying]
    order = [(here & ~denies, values) for here, values, denies in said]
    order += [(here & denies, values) for here, values, denies in said if denies.any()]
    present = order[0][0]
    for here, _ in order[1:]:
        present = present | here
    chain = pl.lit(None, dtype=said[0][1].dtype)
    if any(int(blanks(values).sum()) > values.null_count() for _, values in order):
        for here, values in reversed(order):
            chain = pl.when(pl.lit(here)).then(pl.lit(values)).otherwise(chain)
    for here, values in reversed(order):
        full = filled(values)
        chosen = pl.lit(here) & pl.lit(full).is_not_null()
        chain = pl.when(chosen).then(pl.lit(full)).otherwise(chain)
    return computed(chain), present


def _present(slot: _Slot, name: str) -> pl.Series:
    there = slot.row.is_not_null()
    mask = slot.told.listing.absent.get(name)
    return there if mask is None else there & ~mask.gather(slot.row).fill_null(value=True)


def _gathered(slot: _Slot, name: str) -> pl.Series:
    return slot.told.listing.frame[name].gather(slot.row)


def _patterns(presences: Mapping[str, pl.Series], rows: int) -> pl.Series:
    """Give everybody a number that says which attributes they have."""
    patterns = pl.repeat(0, rows, dtype=pl.UInt64, eager=True)
    distinct: list[pl.Series] = []
    for mask in presences.values():
        if not any((mask == known).all() for known in distinct):
            patterns = patterns + mask.cast(pl.UInt64) * (1 << len(distinct))
            distinct.append(mask)
    return patterns
