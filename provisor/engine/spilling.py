"""Both sides of one object type in files, in closed parts: only one part at a time is in memory.

Pages go to their parts as they come. The files lie in a folder that whoever makes this owns, hold
what was read and nothing else, and are of no use afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl

from provisor.domain.columns.forms import texts
from provisor.domain.columns.joining import NUMBER, hashed, positions
from provisor.domain.columns.linking import COLUMNS, ColumnPopulation, LinkColumns, tied
from provisor.domain.columns.pages import listing_of
from provisor.domain.columns.parted import entangled_keys, part_of
from provisor.domain.link import Absence
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side

_LINKS = "links"


class Spill:
    """One object type on its way through the disk."""

    def __init__(self, folder: Path, object_type: ObjectType, count: int) -> None:
        self._folder = folder
        self._type = object_type
        self._count = count
        self._pages = 0
        self._schemas: dict[str, pl.Schema] = {}
        self._mixed = pl.Series([], dtype=pl.String)
        self._natives = pl.Series([], dtype=pl.String)
        self._of_natives = pl.Series([], dtype=NUMBER)

    def put_links(self, links: pl.DataFrame) -> None:
        """Take in all links; they say where accounts belong, so they come first."""
        self._mixed = entangled_keys(links)
        numbers = part_of(links["key"], self._mixed, self._count)
        frame = links.with_columns(
            pl.lit(None, pl.String).alias(name) for name in COLUMNS if name not in links.columns
        )
        self._put(_LINKS, frame.select(COLUMNS), numbers)
        known = links["native_id"].is_first_distinct()
        self._natives = links["native_id"].filter(known).rechunk()
        self._of_natives = numbers.filter(known).rechunk()

    def put_records(self, page: pl.DataFrame, key: str) -> None:
        """Take in a page of the source.

        Raises:
            TypeError: it has other columns than the page before, or columns of other types.
        """
        numbers = part_of(texts(page[key]).fill_null(""), self._mixed, self._count)
        self._put(Side.SOURCE.value, page, numbers)

    def put_accounts(self, page: pl.DataFrame, key: str) -> None:
        """Take in a page of the target; accounts that no link names go anywhere."""
        natives = texts(page[key]).fill_null("")
        own = self._of_natives.gather(positions(natives, self._natives))
        anywhere = (hashed(natives) % self._count).cast(NUMBER)
        numbers = own.zip_with(own.is_not_null(), anywhere)
        self._put(Side.TARGET.value, page, numbers)

    def ended(self) -> None:
        """Let go of what only pages are sorted by."""
        self._natives = self._natives.clear()
        self._of_natives = self._of_natives.clear()

    def parts(
        self, keys: tuple[str, str], absences: Mapping[str, Absence]
    ) -> Iterator[ColumnPopulation]:
        """Yield part after part.

        Args:
            keys: the key attribute of the source, and of the target.
            absences: key to absence.
        """
        for number in range(self._count):
            source, _ = listing_of(self._read(Side.SOURCE.value, number), keys[0], ())
            target, _ = listing_of(self._read(Side.TARGET.value, number), keys[1], ())
            found = list(self._read(_LINKS, number))
            frame = pl.concat(found) if found else pl.DataFrame(schema=dict.fromkeys(COLUMNS, str))
            links = LinkColumns(self._type, frame.rechunk())
            yield ColumnPopulation(source, target, links, tied(links, source, target), absences)

    def _put(self, name: str, frame: pl.DataFrame, numbers: pl.Series) -> None:
        if self._schemas.setdefault(name, frame.schema) != frame.schema:
            message = f"pages of {name} have different columns; they are taken in one piece only"
            raise TypeError(message)
        self._pages += 1
        for number in range(self._count):
            place = self._folder / f"{name}.{number}.{self._pages}"
            frame.filter(numbers == number).write_ipc(place, compression="uncompressed")

    def _read(self, name: str, number: int) -> Iterable[pl.DataFrame]:
        found = self._folder.glob(f"{name}.{number}.*")
        ordered = sorted(found, key=lambda path: int(path.suffix[1:]))
        return [pl.read_ipc(path) for path in ordered]
