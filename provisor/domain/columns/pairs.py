"""The memberships of one side: two small numbers per row, and each name once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import NUMBER, Directory, positions

PAIR: Final = ("group", "member")
"""The columns of a membership."""

_ROWS_AT_ONCE: Final = 100_000
_GROUP: Final = 2**32
_NO_NUMBERS: Final = pl.Series([], dtype=NUMBER)
_NO_TEXTS: Final = pl.Series([], dtype=pl.String)


@dataclass(frozen=True, slots=True)
class Names:
    """Names by number; a name may stand here although no row has it."""

    numbers: pl.Series
    """Per row, where its name stands."""
    texts: pl.Series
    """Each once."""
    known: int = 0
    """How many of the first texts stood in the read that they name, in its order."""

    def is_of(self, read: pl.Series) -> bool:
        """Say whether the first names are the keys of a read, in its order."""
        return self.texts.head(self.known).equals(read)

    def of_rows(self, rows: pl.Series) -> pl.Series:
        """Return the names of some rows."""
        return self.texts.gather(self.numbers.gather(rows))

    def number(self, text: str) -> int | None:
        """Return where a name stands."""
        return self.texts.index_of(text)

    def among(self, some: pl.Series) -> pl.Series:
        """Say which rows have one of some names."""
        return among(self.texts, some).gather(self.numbers)

    def with_more(self, more: pl.Series) -> Names:
        """Return the names with more rows at the end."""
        reader = NameReader(self.texts)
        reader.add(more)
        found = reader.names()
        return Names(pl.concat([self.numbers, found.numbers]), found.texts, self.known)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Memberships, by row."""

    groups: Names
    members: Names

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.groups.numbers)

    def texts(self, rows: pl.Series) -> pl.DataFrame:
        """Return some rows as `group` and `member`."""
        columns = (self.groups.of_rows(rows), self.members.of_rows(rows))
        return pl.DataFrame(dict(zip(PAIR, columns, strict=True)))

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield every membership once, those of a group side by side.

        Cost: one sort of numbers; few rows at a time are objects.
        """
        groups = self.groups.numbers.cast(pl.UInt64) * _GROUP
        both = (groups + self.members.numbers).unique().sort()
        for start in range(0, len(both), _ROWS_AT_ONCE):
            part = both.slice(start, _ROWS_AT_ONCE)
            named = self.groups.texts.gather(part // _GROUP).to_list()
            members = self.members.texts.gather(part % _GROUP).to_list()
            yield from zip(named, members, strict=True)

    def by_group(self, groups: pl.Series) -> dict[str, list[str]]:
        """Return the members of some groups, row by row; groups without any are left out."""
        chosen = self.texts(self.groups.among(groups).arg_true())
        return dict(chosen.group_by("group").agg("member").iter_rows())

    def members_in(self, groups: pl.Series) -> pl.Series:
        """Return everybody who is in one of some groups, each once."""
        rows = self.groups.among(groups)
        return self.members.texts.gather(self.members.numbers.filter(rows).unique())

    def members_of(self, group: str) -> pl.Series:
        """Return everybody who is in a group, row by row."""
        number = self.groups.number(group)
        if number is None:
            return _NO_TEXTS
        rows = self.groups.numbers == number
        return self.members.texts.gather(self.members.numbers.filter(rows))

    def groups_with_members(self) -> pl.Series:
        """Return the groups that stand in any row, each once."""
        return self.groups.texts.gather(self.groups.numbers.unique())

    def with_more(self, frames: Iterable[pl.DataFrame]) -> Pairs:
        """Return the memberships with those of some frames of `group` and `member` at the end."""
        more = pl.concat([pl.DataFrame(schema=dict.fromkeys(PAIR, pl.String)), *frames])
        if not more.height:
            return self
        return Pairs(self.groups.with_more(more["group"]), self.members.with_more(more["member"]))


NO_MEMBERSHIPS: Final = Pairs(Names(_NO_NUMBERS, _NO_TEXTS), Names(_NO_NUMBERS, _NO_TEXTS))


class NameReader:
    """Gives names numbers, page by page: most of them are known, and none is kept twice."""

    def __init__(self, known: pl.Series) -> None:
        self._known = known
        self._directory = Directory(known)
        self._numbers: list[pl.Series] = []
        self._strange: list[pl.Series] = []

    def add(self, page: pl.Series) -> None:
        """Take the names of some more rows."""
        numbers = self._directory.positions(page)
        self._numbers.append(numbers)
        if numbers.null_count():
            self._strange.append(page.filter(numbers.is_null()))

    def names(self) -> Names:
        """Return the names of all rows."""
        numbers = pl.concat([_NO_NUMBERS, *self._numbers], rechunk=True)
        if not self._strange:
            return Names(numbers, self._known, len(self._known))
        strange = pl.concat(self._strange)
        fresh = strange.unique()
        rows = numbers.is_null().arg_true()
        numbers = numbers.scatter(rows, positions(strange, fresh) + len(self._known))
        texts = pl.concat([self._known, fresh], rechunk=True)
        return Names(numbers, texts, len(self._known))


class PairReader:
    """Gives the names of memberships numbers, page by page."""

    def __init__(self, groups: pl.Series, members: pl.Series) -> None:
        """Start without a row.

        Args:
            groups: the keys of groups that most rows will name, each once.
            members: the same of people.
        """
        self._groups = NameReader(groups)
        self._members = NameReader(members)

    def add(self, rows: pl.DataFrame) -> None:
        """Take some more rows of `group` and `member`, none of them empty."""
        self._groups.add(rows["group"])
        self._members.add(rows["member"])

    def pairs(self) -> Pairs:
        """Return all rows."""
        return Pairs(self._groups.names(), self._members.names())
