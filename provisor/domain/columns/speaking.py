"""What people said of single memberships, in columns.

Source: `provisor.domain.speaking`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from provisor.domain.columns.pairing import NO_PAIRS, Register, within
from provisor.domain.columns.resolving import Wanted
from provisor.domain.membership import Pair, Resolved
from provisor.domain.schema import ObjectType
from provisor.domain.speaking import Spoken, Word, spoken_of, words_in
from provisor.domain.world import World


@dataclass(frozen=True, slots=True)
class Heard:
    """The words that say something now, as pairs of numbers."""

    said: Spoken
    given: pl.Series
    taken: pl.Series

    def onto(self, wanted: pl.Series) -> pl.Series:
        """Return the pairs that should be, after what people said."""
        kept = wanted.filter(~within(wanted, self.taken)) if len(self.taken) else wanted
        return pl.concat([kept, self.given]) if len(self.given) else kept

    def unsaid(self, unsure: pl.Series) -> pl.Series:
        """Return the pairs of which it cannot be said whether they should be, less those."""
        for spoken in (self.given, self.taken):
            unsure = unsure.filter(~within(unsure, spoken)) if len(spoken) else unsure
        return unsure

    def counted(self, wanted: Wanted) -> Resolved:
        """Return the counts of what the source asks for; what people gave is no row."""
        more = int((~within(self.given, wanted.pairs)).sum()) if len(self.given) else 0
        return replace(wanted.resolved, derived=wanted.resolved.derived + more)


def hear(world: World, register: Register, protected: pl.Series, fixed: Collection[str]) -> Heard:
    """Return what people said of the memberships of those who are carried.

    Args:
        world: for the overrides.
        register: everybody by number.
        protected: place to whether it is a group that nobody touches.
        fixed: identities of members of whom nothing is changed.

    Cost: a look-up per word.
    """
    words = list(words_in(world.overrides))
    if not words:
        return Heard(Spoken(), NO_PAIRS, NO_PAIRS)
    groups = register.group_places(_texts(word.group for word in words), register.keys)
    groups = groups.set(protected.gather(groups).fill_null(value=False), None)
    members = _members(words, register)
    rows = (groups.is_not_null() & members.is_not_null()).arg_true()
    groups, members = groups.gather(rows), members.gather(rows)
    numbers = register.pairs(groups, members)
    named: dict[Pair, int] = {}
    found: list[tuple[Word, Pair]] = []
    for row, number, group, member in zip(rows, *register.named(numbers), strict=True):
        named[group, member] = number
        found.append((words[row], (group, member)))
    said = spoken_of(found, fixed, world.rules.groups.nesting)
    return Heard(said, _numbers(said.given, named), _numbers(said.taken, named))


def _members(words: Collection[Word], register: Register) -> pl.Series:
    names = _texts(word.member for word in words)
    people = register.person_places(names, register.keys)
    groups = register.group_places(names, register.keys)
    persons = pl.Series([word.object_type is ObjectType.USERS for word in words])
    return people.zip_with(persons, groups)


def _texts(names: Iterable[str]) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String)


def _numbers(pairs: Collection[Pair], named: Mapping[Pair, int]) -> pl.Series:
    return pl.Series(sorted(named[pair] for pair in pairs), dtype=pl.UInt64)
