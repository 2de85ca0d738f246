"""Names that nobody has, for many newcomers: one after the other, in the order of their keys.

What each rule gives stands in columns; only whether a name is taken is asked one by one.
Source: `provisor.domain.choosing.choose`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import polars as pl

from provisor.domain.choosing import no_name_left, numbering_of
from provisor.domain.numbering import Numbering
from provisor.domain.register import Register
from provisor.domain.rules import AttributeMapping
from provisor.errors import RecordProblem


class Choice:
    """One attribute for which everybody gets a name of their own."""

    def __init__(
        self, mapping: AttributeMapping, rules: Sequence[pl.Series], names: Register
    ) -> None:
        """Begin to choose.

        Args:
            mapping: one that chooses.
            rules: what each of its rules gives to everybody; null for nothing.
            names: what is taken.
        """
        self.mapping = mapping
        self._rules = [column.to_list() for column in rules]
        self._names = names
        self._numbering = numbering_of(mapping)
        self._plain = self._numbering is None or not self._numbering.always
        self._behind: dict[str, int] = {}
        """By name how many of its first numbers are gone for everybody."""

    def name_for(self, place: int, owner: str) -> str | RecordProblem:
        """Return the first name that is not taken, or that there is none.

        Args:
            place: whose turn it is.
            owner: their identity; a name may be kept for it.
        """
        stem, tried = "", 0
        for names in self._rules:
            name = names[place]
            if not name:
                continue
            stem = stem or name
            if self._plain:
                tried += 1
                if not self._names.is_taken(self.mapping.attribute, name, owner):
                    return name
        numbering = self._numbering
        if numbering is None:
            return no_name_left(self.mapping, tried)
        found = self._numbered(numbering, stem, owner)
        return found or no_name_left(self.mapping, tried + numbering.count)

    def _numbered(self, numbering: Numbering, stem: str, owner: str) -> str:
        """Return the name with the first number that is free; empty for none."""
        attribute, names = self.mapping.attribute, self._names
        form = names.form_of(attribute)
        behind = place = self._behind.get(stem, 0)
        found = ""
        for name in numbering.numbered(stem, behind):
            told = form(name)
            if names.is_gone(attribute, told):
                # What is gone stays gone; what is kept for one is free for another.
                behind += place == behind
            elif not names.is_kept(attribute, told, owner):
                found = name
                break
            place += 1
        self._behind[stem] = behind
        return found


class Choices:
    """The names of all newcomers, each chosen when it is their turn."""

    def __init__(
        self,
        keys: Sequence[str],
        owners: Sequence[str],
        choices: Sequence[Choice],
        names: Register,
    ) -> None:
        """Begin with nobody.

        Args:
            keys: of the newcomers, in order.
            owners: their identities.
            choices: for which attributes.
            names: where names are written down that are given away.
        """
        self._keys = keys
        self._owners = owners
        self._choices = choices
        self._register = names
        self._next = 0
        self.chosen: dict[str, list[str | None]] = {one.mapping.attribute: [] for one in choices}
        """Attribute to the names of those whose turn it was; null where there was none left."""
        self.problems: dict[int, RecordProblem] = {}
        """Who got no name, by place, with why."""

    def before(self, key: str) -> None:
        """Choose for everybody who comes before a key."""
        self._go_on(bisect_left(self._keys, key, self._next))

    def rest(self) -> None:
        """Choose for everybody who is left."""
        self._go_on(len(self._keys))

    def _go_on(self, end: int) -> None:
        for place in range(self._next, end) if self._choices else ():
            self._choose(place)
        self._next = end

    def _choose(self, place: int) -> None:
        owner = self._owners[place]
        found: list[str | None] = []
        for choice in self._choices:
            name = choice.name_for(place, owner)
            if isinstance(name, RecordProblem):
                self.problems[place] = name
                found = [None] * len(self._choices)
                break
            found.append(name)
        for choice, told in zip(self._choices, found, strict=True):
            attribute = choice.mapping.attribute
            self.chosen[attribute].append(told)
            if told is not None:
                self._register.claim(attribute, told)
