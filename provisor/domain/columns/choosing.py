"""Names that nobody has, for many newcomers: one after the other, in the order of their keys.

What each rule gives stands in columns; only whether a name is taken is asked one by one.
Source: `provisor.domain.choosing.choose`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import zip_longest

import polars as pl

from provisor.domain.choosing import no_name_left, numbering_of
from provisor.domain.flow import AttributeMapping
from provisor.domain.register import Register
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
        self._rules: list[list[str | None]] = [column.to_list() for column in rules]
        self._names = names
        self._numbering = numbering_of(mapping)
        self._plain = self._numbering is None or not self._numbering.always
        self._behind: dict[str, int] = {}
        """By name how many of its first numbers are gone for everybody."""

    def problem_at(self, place: int) -> RecordProblem:
        """Return that there is no name left for somebody."""
        tried = sum(bool(names[place]) for names in self._rules) if self._plain else 0
        return no_name_left(self.mapping, tried + (self._numbering.count if self._numbering else 0))

    def take(self, place: int, owner: str) -> str:
        """Take the first name that is free, and write it down; empty for none.

        Args:
            place: whose turn it is.
            owner: their identity; a name may be kept for it.
        """
        attribute, names, stem = self.mapping.attribute, self._names, ""
        for given in self._rules:
            name = given[place]
            if name:
                stem = stem or name
                if self._plain and names.take(attribute, name, owner):
                    return name
        if self._numbering is None:
            return ""
        behind = place = self._behind.get(stem, 0)
        found = ""
        for name in self._numbering.numbered(stem, behind):
            if names.take(attribute, name, owner):
                found = name
                break
            # What is gone stays gone; what is kept for one is free for another.
            behind += place == behind and names.is_gone(attribute, names.form(attribute, name))
            place += 1
        self._behind[stem] = behind
        return found

    def give_back(self, name: str) -> None:
        """Let a name be taken by others that was taken just now."""
        self._names.release(self.mapping.attribute, name)


class Choices:
    """The names of all newcomers, each chosen when it is their turn."""

    def __init__(
        self,
        keys: Sequence[str],
        owners: Sequence[str],
        choices: Sequence[Choice],
    ) -> None:
        """Begin with nobody.

        Args:
            keys: of the newcomers, in order.
            owners: their identities.
            choices: for which attributes.
        """
        self._keys = keys
        self._owners = owners
        self._choices = choices
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
        if len(self._choices) == 1:
            self._go_on_alone(self._choices[0], end)
        else:
            for place in range(self._next, end) if self._choices else ():
                self._choose(place)
        self._next = end

    def _go_on_alone(self, choice: Choice, end: int) -> None:
        """Choose the one name that everybody gets, as nearly everywhere."""
        chosen = self.chosen[choice.mapping.attribute]
        for place in range(self._next, end):
            name = choice.take(place, self._owners[place])
            chosen.append(name or None)
            if not name:
                self.problems[place] = choice.problem_at(place)

    def _choose(self, place: int) -> None:
        owner = self._owners[place]
        found: list[str] = []
        for choice in self._choices:
            name = choice.take(place, owner)
            if not name:
                self.problems[place] = choice.problem_at(place)
                # Who is set aside takes nothing.
                for other, taken in zip(self._choices, found, strict=False):
                    other.give_back(taken)
                found = []
                break
            found.append(name)
        for names, told in zip_longest(self.chosen.values(), found):
            names.append(told)
