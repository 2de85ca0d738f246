"""What is known of objects that a plan over a part of the world does not look at.

A cycle that reads only what changed plans few objects, by the same rules as a full one. What these
rules look at besides, without planning it, stands here: records that others refer to, the groups
that conditions name, and the names that other accounts hold.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field

from provisor.domain.link import HeldName
from provisor.domain.numbering import Form
from provisor.domain.record import Values
from provisor.domain.register import Shown


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One object type outside of the part that is planned."""

    records: Mapping[str, Values] = field(default_factory=dict)
    """Source records by key, at least those that anybody in the part refers to."""
    doubtful: frozenset[str] = frozenset()
    """Keys that are missing without proof that they are gone, or stand in several rows."""
    shown: Shown | None = None
    """The names that the other accounts show."""


NOTHING_ELSE = Elsewhere()


@dataclass(frozen=True, slots=True)
class _Either:
    one: Container[str]
    other: Container[str]

    def __contains__(self, form: object) -> bool:
        return form in self.one or form in self.other


class ShownTogether:
    """The names that two sets of accounts show."""

    def __init__(self, one: Shown, other: Shown) -> None:
        self._one = one
        self._other = other

    def forms(self, attribute: str, form: Form) -> Container[str]:
        """Return the form of every value; only texts count."""
        return _Either(self._one.forms(attribute, form), self._other.forms(attribute, form))

    def holders(
        self, attribute: str, form: Form, wanted: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """Return, per wanted form, the native ids of the accounts that show it."""
        one = self._one.holders(attribute, form, wanted)
        other = self._other.holders(attribute, form, wanted)
        nobody: frozenset[str] = frozenset()
        return {told: one.get(told, nobody) | other.get(told, nobody) for told in {*one, *other}}

    def sent(self, attribute: str) -> Iterable[HeldName]:
        """Return what was sent for an attribute where the target keeps another form of it."""
        yield from self._one.sent(attribute)
        yield from self._other.sent(attribute)
