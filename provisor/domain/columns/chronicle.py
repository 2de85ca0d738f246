"""All rows of one read as bytes for the history, back again, and what differs between two reads."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from provisor.domain.columns.forms import among, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import marked, positions
from provisor.domain.columns.pages import listing_of
from provisor.domain.columns.pairs import PAIR, Names, PairReader, Pairs
from provisor.domain.columns.prints import row_prints
from provisor.domain.membership import Pair
from provisor.domain.record import Record, Values

_SEED: Final = b"provisor-history-v1"
_GROUP: Final = 2**32
_VALUE, _ABSENT = "=", "?"


def kept_of(listing: Listing, attributes: Collection[str]) -> Listing:
    """Return a listing with nothing but the attributes that are kept of it."""
    if set(listing.frame.columns) <= set(attributes):
        return listing
    everything = pl.int_range(listing.height, eager=True)
    kept = listing.some(everything, attributes)
    rows = kept.rows and [{n: row[n] for n in attributes if n in row} for row in kept.rows]
    return replace(kept, rows=rows, repeated=listing.repeated, unkeyed=listing.unkeyed)


def packed(listing: Listing) -> bytes | None:
    """Return all records as bytes; None where columns do not hold the very values."""
    if listing.strange or listing.tangled or not listing.frame.width:
        return None
    columns = {f"{_VALUE}{name}": listing.frame[name] for name in listing.frame.columns}
    columns |= {f"{_ABSENT}{name}": mask for name, mask in listing.absent.items()}
    return _bytes(pl.DataFrame(columns))


def unpacked(body: bytes, key: str) -> Listing:
    """Return the records of some bytes.

    Args:
        body: as `packed` gave them.
        key: the attribute that is the key.
    """
    frame = pl.read_ipc(io.BytesIO(body))
    named = {n[1:]: frame[n].alias(n[1:]) for n in frame.columns if n[0] == _VALUE}
    absent = {n[1:]: frame[n].alias(n[1:]) for n in frame.columns if n[0] == _ABSENT}
    values = pl.DataFrame(named)
    return Listing(texts(values[key]), values, absent)


def laid_over(listing: Listing, changes: Mapping[str, Values | None], key: str) -> Listing:
    """Return the records after some changes; whoever has none in them is as before.

    Args:
        listing: the records before.
        changes: by key what a record is since; None for one that is gone.
        key: the attribute that is the key.

    Cost: a look at every key; one object per row where the changes need columns of another type.
    """
    if not changes:
        return listing
    touched = among(listing.keys, pl.Series(list(changes), dtype=pl.String))
    kept = listing.some((~touched).arg_true(), listing.frame.columns)
    rows = [values for values in changes.values() if values is not None]
    if not rows:
        return kept
    more, _ = listing_of([rows], key, ())
    joined = _joined(kept, more)
    if joined is not None:
        return joined
    before = list(kept.values(pl.int_range(kept.height, eager=True)))
    return listing_of([[*before, *rows]], key, ())[0]


def _joined(one: Listing, other: Listing) -> Listing | None:
    """Return two listings as one; None where their columns do not agree."""
    if one.strange or one.tangled or other.strange or other.tangled:
        return None
    names = [*one.frame.columns, *(n for n in other.frame.columns if n not in one.frame.columns)]
    columns: dict[str, pl.Series] = {}
    absent: dict[str, pl.Series] = {}
    for name in names:
        halves = [_half(part, name) for part in (one, other)]
        kinds = {half.dtype for half in halves if half.null_count() < len(half)}
        if len(kinds) > 1:
            return None
        kind = kinds.pop() if kinds else pl.String()
        columns[name] = pl.concat([half.cast(kind) for half in halves], rechunk=True)
        masks = [_gaps(part, name) for part in (one, other)]
        if any(mask.any() for mask in masks):
            absent[name] = pl.concat(masks, rechunk=True)
    keys = pl.concat([one.keys, other.keys], rechunk=True)
    return Listing(keys, pl.DataFrame(columns), absent)


def _half(listing: Listing, name: str) -> pl.Series:
    return listing.column(name).alias(name)


def _gaps(listing: Listing, name: str) -> pl.Series:
    if name in listing.absent:
        return listing.absent[name].alias(name)
    here = name in listing.frame.columns
    return pl.repeat(not here, listing.height, dtype=pl.Boolean, eager=True).alias(name)


def turned(
    now: Listing, before: Listing, changes: Mapping[str, Values | None]
) -> tuple[list[Record], list[str]]:
    """Return the records that are new or another, and the keys of those that are gone.

    Args:
        now: all records.
        before: all records as they were once.
        changes: by key what a record was later; None for one that was gone.

    Cost: one pass over every column of both; one object per record that turned, or had before.
    """
    changed = pl.Series(list(changes), dtype=pl.String)
    places = positions(now.keys, before.keys)
    same = row_prints(before, _SEED).gather(places) == row_prints(now, _SEED)
    told = among(now.keys, changed)
    numbers = (~(same.fill_null(value=False) | told)).arg_true()
    found = now.records(numbers)
    if _built(now) != _built(before):
        # Numbers of other columns say nothing: the values themselves are compared.
        there = places.gather(numbers).to_list()
        held = iter(before.records(places.gather(numbers).drop_nulls()))
        was = [next(held).values if at is not None else None for at in there]
        found = [one for one, values in zip(found, was, strict=True) if not alike(one, values)]
    again = now.records(told.arg_true())
    found += [one for one in again if not alike(one, changes[one.key])]
    hit = marked(places.drop_nulls(), before.height) | among(before.keys, changed)
    gone = before.keys.filter(~hit).to_list()
    here = {one.key for one in again}
    return found, gone + [k for k, was in changes.items() if was is not None and k not in here]


def alike(record: Record, values: Values | None) -> bool:
    """Say whether a record holds the very same as some values: 1 and True are equal, and two."""
    if values is None or record.values.keys() != values.keys():
        return False
    own = record.values.items()
    return all(value == values[n] and type(value) is type(values[n]) for n, value in own)


def _built(listing: Listing) -> object:
    return (
        sorted((name, str(kind)) for name, kind in listing.frame.schema.items()),
        sorted(listing.absent),
        listing.strange,
        listing.tangled,
    )


# --- memberships -------------------------------------------------------------------------------


def packed_pairs(pairs: Pairs) -> bytes:
    """Return all memberships as bytes: each name once, and two numbers per row."""
    numbers = _numbers(pairs).unique().sort()
    rows = pl.DataFrame(
        {
            "group": (numbers // _GROUP).cast(pl.UInt32),
            "member": (numbers % _GROUP).cast(pl.UInt32),
        }
    )
    parts = [_bytes(pairs.groups.texts.alias("text").to_frame())]
    parts += [_bytes(pairs.members.texts.alias("text").to_frame()), _bytes(rows)]
    head = b"".join(len(part).to_bytes(8, "big") for part in parts)
    return head + b"".join(parts)


def unpacked_pairs(body: bytes) -> Pairs:
    """Return the memberships of some bytes."""
    sizes = [int.from_bytes(body[at : at + 8], "big") for at in (0, 8, 16)]
    frames, start = [], 24
    for size in sizes:
        frames.append(pl.read_ipc(io.BytesIO(body[start : start + size])))
        start += size
    groups, members, rows = frames
    return Pairs(Names(rows["group"], groups["text"]), Names(rows["member"], members["text"]))


def pairs_laid_over(pairs: Pairs, there: Iterable[Pair], gone: Iterable[Pair]) -> Pairs:
    """Return the memberships after some came and some went."""
    more, less = _frame(there), _frame(gone)
    touched = pl.concat([more, less])
    if not touched.height:
        return pairs
    reader = PairReader(pairs.groups.texts, pairs.members.texts)
    reader.add(touched)
    own = reader.pairs()
    kept = (~_numbers(pairs).is_in(_numbers(own).implode())).arg_true()
    left = Pairs(
        Names(pairs.groups.numbers.gather(kept), pairs.groups.texts),
        Names(pairs.members.numbers.gather(kept), pairs.members.texts),
    )
    return left.with_more([more])


def _frame(pairs: Iterable[Pair]) -> pl.DataFrame:
    return pl.DataFrame(list(pairs), schema=dict.fromkeys(PAIR, pl.String), orient="row")


def turned_pairs(now: Pairs, before: Pairs) -> tuple[list[Pair], list[Pair]]:
    """Return the memberships that are new, and those that are gone.

    Args:
        now: all memberships.
        before: all memberships, as `unpacked_pairs` gives them or with changes laid over.

    Cost: the names are looked for once each; one sort of the numbers of both.
    """
    groups = positions(now.groups.texts, before.groups.texts).cast(pl.UInt64)
    members = positions(now.members.texts, before.members.texts).cast(pl.UInt64)
    own = groups.gather(now.groups.numbers) * _GROUP + members.gather(now.members.numbers)
    strange = set(now.texts(own.is_null().arg_true()).iter_rows())
    here = own.drop_nulls().unique().sort()
    there = _numbers(before).unique().sort()
    joined = strange | set(_named(before, _alone(here, there)))
    return sorted(joined), sorted(_named(before, _alone(there, here)))


def _alone(some: pl.Series, others: pl.Series) -> pl.Series:
    """Return the numbers that others do not have; both sorted, each number once."""
    if not len(others):
        return some
    at = others.search_sorted(some).cast(pl.UInt32)
    last = len(others) - 1
    return some.filter(others.gather(at.clip(0, last)) != some)


def _named(pairs: Pairs, numbers: pl.Series) -> Iterable[Pair]:
    groups = pairs.groups.texts.gather(numbers // _GROUP).to_list()
    return zip(groups, pairs.members.texts.gather(numbers % _GROUP).to_list(), strict=True)


def _numbers(pairs: Pairs) -> pl.Series:
    return pairs.groups.numbers.cast(pl.UInt64) * _GROUP + pairs.members.numbers


def _bytes(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="zstd")
    return buffer.getvalue()


def records_of(listing: Listing) -> Sequence[Record]:
    """Return every record of a listing.

    Cost: one object per row.
    """
    return listing.records(pl.int_range(listing.height, eager=True))
