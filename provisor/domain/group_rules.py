"""What a job does with groups besides their attributes: groups in groups, and groups by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provisor.domain.scope import AllOf, AnyOf, Condition, Not, Titled, attributes_of_condition

COMPUTED: Final = "computed:"
"""What the key of every computed group begins with, so that it is never a group that was read."""

_PLACE: Final = re.compile(r"\{([^{}]+)\}")


class Nesting(StrEnum):
    """What becomes of a group that is a member of a group."""

    KEEP = "keep"
    """It is a member in the target, too."""
    FLATTEN = "flatten"
    """Its people are members, and those of the groups in it."""
    IGNORE = "ignore"
    """It is neither put in nor taken out."""


@dataclass(frozen=True, slots=True)
class ComputedGroup:
    """A group of the people who fulfil a condition, or one for each value that they have."""

    name: str
    """The group's name; `{department}` in it makes one group for each department."""
    where: Condition | None = None
    """Who is in it, of the people in scope; all of them if None."""
    values: tuple[tuple[str, str], ...] = ()
    """More attributes of the group's record, by name; places as in `name`."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes whose values tell the groups apart; none for a single group."""
        return tuple(dict.fromkeys(_PLACE.findall(self.name)))

    def fits(self, name: str) -> bool:
        """Say whether a group of this name could be one of these.

        Example:
            >>> ComputedGroup("dept-{department}").fits("dept-Sales")
            True
        """
        parts = (re.escape(text) + (".+" if place else "") for text, place in pieces(self.name))
        return re.fullmatch("".join(parts), name, re.DOTALL) is not None

    @property
    def rule(self) -> str:
        """The words that stand in a plan as the reason of a membership."""
        each = f"each {', '.join(self.attributes)}" if self.attributes else ""
        asked = words_of(self.where) if self.where is not None else ""
        return "; ".join(filter(None, [each, asked])) or "everybody in scope"

    def record(self, held: Mapping[str, str], key: str) -> dict[str, str]:
        """Return the group's record: its key, its name, and what tells it apart.

        Args:
            held: the value of each of `attributes`.
            key: the name of the key attribute.

        Example:
            >>> ComputedGroup("dept-{department}").record({"department": "Sales"}, "id")
            {'department': 'Sales', 'name': 'dept-Sales', 'id': 'computed:dept-Sales'}
        """
        name = filled_in(self.name, held)
        more = {attribute: filled_in(text, held) for attribute, text in self.values}
        return {**held, "name": name, **more, key: COMPUTED + name}


def words_of(condition: Condition) -> str:
    """Return a condition as people read it; of one with a title the title.

    Example:
        >>> from provisor.domain.scope import Clause, Operator
        >>> sales = Clause("department", Operator.EQUALS, "Sales")
        >>> words_of(AnyOf((Not(sales), Titled("everybody in Oslo", sales))))
        'not (department EQUALS Sales) or everybody in Oslo'
    """
    match condition:
        case AllOf(parts):
            return " and ".join(_inner(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inner(part) for part in parts)
        case Not(part):
            return f"not ({words_of(part)})"
        case Titled(title, _):
            return title
        case _:
            return str(condition)


def _inner(part: Condition) -> str:
    return f"({words_of(part)})" if isinstance(part, AllOf | AnyOf) else words_of(part)


def is_computed(key: str) -> bool:
    """Say whether a key is a computed group's."""
    return key.startswith(COMPUTED)


def filled_in(text: str, held: Mapping[str, str]) -> str:
    """Put values in their places; a place without a value stays as it is written."""
    return _PLACE.sub(lambda place: held.get(place[1], place[0]), text)


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield each literal text with the name of the place behind it; the last has none.

    Example:
        >>> list(pieces("dept-{department}!"))
        [('dept-', 'department'), ('!', '')]
    """
    parts = _PLACE.split(text)
    yield from zip(parts[::2], [*parts[1::2], ""], strict=True)


@dataclass(frozen=True, slots=True)
class GroupRules:
    """The rules of a job for groups that are no rules for their attributes."""

    nesting: Nesting = Nesting.KEEP
    computed: tuple[ComputedGroup, ...] = ()
    read: bool = True
    """Whether the source has groups of its own; else all are computed."""
    read_members: bool = True
    """Whether the source has memberships of its own."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What decides who is in a computed group."""
        return tuple(one.where for one in self.computed if one.where is not None)

    def rule_of(self, key: str) -> ComputedGroup | None:
        """Return the first rule that could give a group of this key; None for none."""
        name = key.removeprefix(COMPUTED)
        fitting = (one for one in self.computed if one.fits(name))
        return next(fitting, None) if is_computed(key) else None

    def attributes(self) -> frozenset[str]:
        """Return every attribute of people that computed groups look at."""
        named = {name for one in self.computed for name in one.attributes}
        return frozenset(named).union(*(attributes_of_condition(c) for c in self.conditions))


PLAIN_GROUPS: Final = GroupRules()
"""Groups as the source has them."""
