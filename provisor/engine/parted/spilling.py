"""Both sides of one object type in files, in closed parts: only one part at a time is in memory.

Pages go to their parts as they come. The files lie in a folder that whoever makes this owns, hold
what was read and nothing else, and are of no use afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from provisor.domain.columns.forms import texts
from provisor.domain.columns.frames import EMPTY, Listing
from provisor.domain.columns.joining import NUMBER, Directory, hashed
from provisor.domain.columns.linking import COLUMNS, ColumnPopulation, LinkColumns, tied
from provisor.domain.columns.pages import Page
from provisor.domain.columns.parted import entangled, part_of
from provisor.domain.columns.tabling import agreed, listed, tabled
from provisor.domain.link import Absence
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side

_LINKS: Final = "links"
_NO_HASHES: Final = pl.Series([], dtype=pl.UInt64)
_OLDEST: Final = pl.CompatLevel.oldest()
"""Texts are written as they always were: that is read back in half the time of views."""


class Spill:
    """One object type on its way through the disk: first all links, then both sides."""

    def __init__(self, folder: Path, object_type: ObjectType, count: int) -> None:
        self.object_type = object_type
        self.count = count
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._pages = 0
        self._schemas: dict[Side, dict[str, pl.DataType]] = {}
        self._uneven: set[Side] = set()
        self._keys = [_NO_HASHES]
        self._natives = [_NO_HASHES]
        self._mixed = _NO_HASHES
        self._of_natives: pl.Series = pl.Series([], dtype=NUMBER)
        self._directory: Directory | None = None

    def put_links(self, links: pl.DataFrame) -> None:
        """Take in some links; they say where accounts belong, so they come first."""
        keys = hashed(links["key"])
        self._keys.append(keys)
        self._natives.append(hashed(links["native_id"]))
        frame = links.with_columns(
            pl.lit(None, pl.String).alias(name) for name in COLUMNS if name not in links.columns
        )
        self._put(_LINKS, frame.select(COLUMNS), part_of(keys, _NO_HASHES, self.count))

    def linked(self) -> None:
        """Close the links: those that share an account go to one part."""
        keys, natives = pl.concat(self._keys), pl.concat(self._natives)
        self._keys, self._natives = [], []
        self._mixed = entangled(keys, natives)
        if len(self._mixed):
            self._gather_mixed()
            known = natives.is_first_distinct()
            keys, natives = keys.filter(known), natives.filter(known)
        self._of_natives = part_of(keys, self._mixed, self.count)
        # An account of nobody may share a number with another one: it goes anywhere.
        self._directory = Directory(natives, _itself)

    def _gather_mixed(self) -> None:
        """Bring the links that share accounts to the first part."""
        frames = [self._frame(_LINKS, number) for number in range(self.count)]
        for number in range(self.count):
            for path in self._files(_LINKS, number):
                path.unlink()
        for frame in frames:
            self._put(_LINKS, frame, part_of(hashed(frame["key"]), self._mixed, self.count))

    def put(self, side: Side, page: Page, key: str) -> pl.DataFrame | None:
        """Take in a page of one side.

        Returns:
            The page as a table; None where it is not taken in, because columns cannot hold what it
            says, or because it has other types than the pages before.
        """
        frame = tabled(page)
        agreement = None if frame is None else agreed(self._schemas.get(side, {}), frame.schema)
        if frame is None or agreement is None:
            return None
        if side in self._schemas and self._schemas[side] != dict(frame.schema):
            self._uneven.add(side)
        self._schemas[side] = agreement
        self._sorted_in(side, frame, key)
        return frame

    def _sorted_in(self, side: Side, frame: pl.DataFrame, key: str) -> None:
        if frame.height:
            numbers = hashed(_keys(frame, key))
            source = side is Side.SOURCE
            parts = part_of(numbers, self._mixed, self.count) if source else self._homes(numbers)
            self._put(side, frame, parts)

    def _homes(self, numbers: pl.Series) -> pl.Series:
        """Return the parts of accounts; those that no link names go anywhere."""
        anywhere = part_of(numbers, _NO_HASHES, self.count)
        if self._directory is None:
            return anywhere
        own = self._of_natives.gather(self._directory.positions(numbers))
        return own.zip_with(own.is_not_null(), anywhere)

    def take_over(self, old: Spill, keys: tuple[str, str]) -> None:
        """Take in the pages of another one, whose links were other ones."""
        for side, key in zip(Side, keys, strict=True):
            for number in range(old.count):
                for path in old._files(side, number):
                    self._sorted_in(side, pl.read_ipc(path), key)
        self._schemas, self._uneven = dict(old._schemas), set(old._uneven)

    # --- read again ------------------------------------------------------------------------------

    def parts(
        self, keys: tuple[str, str], absences: Mapping[str, Absence]
    ) -> Iterator[ColumnPopulation]:
        """Yield part after part.

        Args:
            keys: the key attribute of the source, and of the target.
            absences: key to absence.
        """
        for number in range(self.count):
            source = self.listing(Side.SOURCE, number, keys[0])
            target = self.listing(Side.TARGET, number, keys[1])
            links = self.links(number)
            yield ColumnPopulation(source, target, links, tied(links, source, target), absences)

    def names(self, keys: tuple[str, str]) -> Iterator[ColumnPopulation]:
        """Yield part after part with no attributes but the keys."""
        for number in range(self.count):
            source = self._named(Side.SOURCE, number, keys[0])
            target = self._named(Side.TARGET, number, keys[1])
            links = self.links(number)
            yield ColumnPopulation(source, target, links, tied(links, source, target), {})

    def unusable(self, side: Side, key: str) -> int:
        """Return how many rows share their key with others, or have none."""
        listings = (self._named(side, number, key) for number in range(self.count))
        return sum(sum(one.repeated.values()) + one.unkeyed for one in listings)

    def holding(self, side: Side, key: str, some: pl.Series) -> Iterator[int]:
        """Yield the parts in which one of some keys stands."""
        for number in range(self.count):
            if self._named(side, number, key).keys.is_in(some.implode()).any():
                yield number

    def _named(self, side: Side, number: int, key: str) -> Listing:
        return self.listing(side, number, key, (key,))

    def listing(
        self, side: Side, number: int, key: str, only: tuple[str, ...] | None = None
    ) -> Listing:
        """Return one side of a part, with all attributes or some."""
        found, schema = self._files(side, number), self._schemas.get(side, {})
        chosen = {n: kind for n, kind in schema.items() if only is None or n in only}
        if not found:
            return EMPTY
        if side in self._uneven:
            tables = [pl.read_ipc(path) for path in found]
        else:
            tables = [pl.scan_ipc(found).select(chosen.keys()).collect()]
        return listed(tables, key, chosen)

    def links(self, number: int) -> LinkColumns:
        """Return the links of a part."""
        return LinkColumns(self.object_type, self._frame(_LINKS, number).rechunk())

    def _frame(self, name: str, number: int) -> pl.DataFrame:
        found = self._files(name, number)
        if not found:
            return pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
        return pl.scan_ipc(found).collect()

    def _put(self, name: str, frame: pl.DataFrame, numbers: pl.Series) -> None:
        self._pages += 1
        for number in range(self.count):
            place = self._folder / f"{name}.{number}.{self._pages:08}"
            some = frame if self.count == 1 else frame.filter(numbers == number)
            some.write_ipc(place, compression="uncompressed", compat_level=_OLDEST)

    def _files(self, name: str, number: int) -> list[Path]:
        return sorted(self._folder.glob(f"{name}.{number}.*"))


def _itself(numbers: pl.Series) -> pl.Series:
    return numbers


def _keys(frame: pl.DataFrame, key: str) -> pl.Series:
    if key not in frame.columns:
        return pl.repeat("", frame.height, dtype=pl.String, eager=True)
    return texts(
        frame[key].cast(pl.String) if frame[key].dtype == pl.Null else frame[key]
    ).fill_null("")
