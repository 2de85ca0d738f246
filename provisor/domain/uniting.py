"""What a person over several sources is said to be: per attribute one value, and who said it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from provisor.domain.person import Joining, Ref
from provisor.domain.record import ABSENT, Value, Values, is_blank


@dataclass(frozen=True, slots=True)
class Voice:
    """What one record says of its person."""

    ref: Ref
    values: Values
    vouches: bool = True


@dataclass(frozen=True, slots=True)
class Origin:
    """One value, and the record that it is taken from."""

    value: Value
    ref: Ref


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that was said about one attribute of a person."""

    attribute: str
    chosen: Origin
    others: tuple[Origin, ...]
    """What others said, in the order in which they would be believed."""


def unite(joining: Joining, voices: Sequence[Voice]) -> dict[str, Origin]:
    """Return what a person is said to be.

    Records that vouch for the person are believed before those that do not; then the precedence of
    the attribute decides. Whoever says nothing leaves the word to the next. An attribute that none
    of the person's sources has is absent.
    """
    return {one.attribute: one.chosen for one in accounts_of(joining, voices)}


def accounts_of(joining: Joining, voices: Sequence[Voice]) -> Iterable[Account]:
    """Yield everything that was said about a person, attribute by attribute, sorted."""
    ordered = in_order(joining, voices)
    names = sorted({name for one in voices for name in one.values})
    for name in names:
        said = _said(joining, ordered, name)
        if said:
            chosen = next((one for one in said if not is_blank(one.value)), said[0])
            yield Account(name, chosen, tuple(one for one in said if one is not chosen))


def in_order(joining: Joining, voices: Iterable[Voice]) -> list[Voice]:
    """Return records in the order in which they are believed where nothing else is said."""
    newest_first = sorted(voices, key=lambda one: one.ref[1], reverse=True)
    return sorted(
        newest_first, key=lambda one: (not one.vouches, joining.sources.index(one.ref[0]))
    )


def _said(joining: Joining, ordered: Sequence[Voice], name: str) -> list[Origin]:
    believed = [
        one
        for one in ordered
        if one.values.get(name, ABSENT) is not ABSENT and joining.is_believed(one.ref[0], name)
    ]
    if name in joining.precedence:
        believed.sort(key=lambda one: (not one.vouches, joining.rank(one.ref[0], name)))
    return [Origin(one.values[name], one.ref) for one in believed]


def values_of(united: Mapping[str, Origin]) -> dict[str, Value]:
    """Return the values alone."""
    return {name: one.value for name, one in united.items()}
