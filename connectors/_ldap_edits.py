"""Modifications by what differs: what others wrote into an attribute of many values stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from connectors._ldap_seam import Entry, Turn, Turned
from provisor.domain.schema import Attribute


def edits_of(
    attribute: Attribute, before: Sequence[bytes], after: Sequence[bytes]
) -> Iterator[Turned]:
    """Yield what makes of the values before those after.

    One value takes the place of what is there; many are given and taken one by one.
    """
    if not attribute.multi:
        yield Turned(Turn.REPLACE, attribute.name, tuple(after))
        return
    gone = tuple(one for one in dict.fromkeys(before) if one not in after)
    new = tuple(one for one in dict.fromkeys(after) if one not in before)
    if gone:
        yield Turned(Turn.DELETE, attribute.name, gone)
    if new:
        yield Turned(Turn.ADD, attribute.name, new)


def still_needed(
    entry: Entry, turns: Sequence[Turned], exact: Callable[[str], bool]
) -> tuple[Turned, ...]:
    """Return what of the modifications an entry, as it is, still needs."""
    needed = []
    for turned in turns:
        fold = _as_is if exact(turned.attribute) else _folded
        held = {fold(one) for one in entry.attributes.get(turned.attribute.lower(), ())}
        match turned.turn:
            case Turn.ADD:
                values = tuple(one for one in turned.values if fold(one) not in held)
            case Turn.DELETE:
                values = tuple(one for one in turned.values if fold(one) in held)
            case Turn.REPLACE:
                needed.append(turned)
                continue
        if values:
            needed.append(Turned(turned.turn, turned.attribute, values))
    return tuple(needed)


def _as_is(octets: bytes) -> bytes:
    return octets


def _folded(octets: bytes) -> bytes:
    return octets.lower()
