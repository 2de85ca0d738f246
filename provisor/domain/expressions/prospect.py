"""What is known of a value before it is computed: its type, and all that it may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from provisor.domain.expressions.function import Type
from provisor.domain.expressions.nodes import Flow
from provisor.domain.record import Value, is_blank

MOST_VALUES: Final = 16
"""So many values of one part are told apart; more are known by their type alone."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a part of an expression can give, over all records; it may also fail."""

    type: Type = Type.ANY
    """Of every value that is not blank."""
    blank: bool = True
    """Whether null, empty text or an empty list may come."""
    values: tuple[Value, ...] | None = None
    """All that may come; None when they are too many or not known."""
    flows: frozenset[Flow] = frozenset()
    """The ways in which it may end without a value."""

    @property
    def ended(self) -> bool:
        """Whether it never gives a value: it fails, or the attribute or object does not flow."""
        return self.values == ()

    @property
    def barren(self) -> bool:
        """Whether it fails for every record."""
        return self.ended and not self.flows

    @property
    def always_blank(self) -> bool:
        """Whether values come, and every one is null, empty text or an empty list."""
        return bool(self.values) and all(map(is_blank, self.values or ()))

    @property
    def filled(self) -> Prospect:
        """What is left without the blank values."""
        if self.values is None:
            return replace(self, blank=False)
        return settled((value for value in self.values if not is_blank(value)), self.flows)


UNKNOWN: Final = Prospect()
ENDED: Final = Prospect(blank=False, values=())

_NO_FLOWS: Final[frozenset[Flow]] = frozenset()
_TEXTS: Final = {Type.TEXT, Type.DATE}


def settled(values: Iterable[Value], flows: frozenset[Flow] = _NO_FLOWS) -> Prospect:
    """Return the prospect of something that gives one of these values.

    Example:
        >>> settled(["a", None]).type, settled([1, True]).type
        (<Type.TEXT: 'text'>, <Type.ANY: 'anything'>)
    """
    # As keys of a dictionary, `True` and `1` would be one.
    found = tuple({(type(value), repr(value)): value for value in values}.values())
    kinds = {type_of(value) for value in found if not is_blank(value)}
    few = found if len(found) <= MOST_VALUES else None
    return Prospect(_one_of(kinds), any(map(is_blank, found)), few, flows)


def either(prospects: Iterable[Prospect]) -> Prospect:
    """Return the prospect of something that gives what one of several gives.

    Example:
        >>> either([settled(["a"]), settled([None])]).values
        ('a', None)
    """
    every = list(prospects)
    flows = _NO_FLOWS.union(*(one.flows for one in every))
    lists = [one.values for one in every if one.values is not None]
    if len(lists) == len(every):
        return settled((value for values in lists for value in values), flows)
    kinds = {one.type for one in every if not (one.ended or one.always_blank)}
    return Prospect(_one_of(kinds), any(one.blank for one in every), None, flows)


def _one_of(kinds: set[Type]) -> Type:
    if kinds and kinds <= _TEXTS:
        return Type.TEXT if Type.TEXT in kinds else Type.DATE
    return kinds.pop() if len(kinds) == 1 else Type.ANY


def type_of(value: Value) -> Type:
    """Return the type of one value that is not null.

    Example:
        >>> type_of(True), type_of(7), type_of(("a",))
        (<Type.TRUTH: 'true or false'>, <Type.WHOLE: 'a whole number'>, <Type.LIST: 'a list'>)
    """
    match value:
        case bool():
            return Type.TRUTH
        case int():
            return Type.WHOLE
        case tuple():
            return Type.LIST
        case _:
            return Type.TEXT
