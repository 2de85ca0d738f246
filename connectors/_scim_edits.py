"""A change of one object: what to send for it, and when an object shows it as done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors._scim_dialect import Dialect, PatchStyle
from connectors._scim_patch import (
    FieldChange,
    Operation,
    elements_in,
    is_guesswork,
    operations,
    style_of,
    value_operations,
)
from connectors._scim_values import Columns, Resource, same
from connectors._scim_whole import whole_set, whole_turned
from provisor.domain.record import Value, is_blank
from provisor.domain.reference import texts_of
from provisor.domain.schema import fold


class Edit(Protocol):
    """Changes of one object that are sent together."""

    @property
    def wanted(self) -> Sequence[FieldChange]:
        """Each field before and after."""
        ...

    @property
    def needs_a_look(self) -> bool:
        """Whether its form depends on what the object holds."""
        ...

    def is_whole(self, dialect: Dialect) -> bool:
        """Say whether the dialect wants the whole object."""
        ...

    def steps(self, current: Resource | None, dialect: Dialect) -> tuple[Operation, ...]:
        """Return the operations of a PATCH; None trusts the before-values."""
        ...

    def whole(self, current: Resource, dialect: Dialect) -> Resource:
        """Return the object as it shall be."""
        ...

    def is_so(self, resource: Resource, change: FieldChange) -> bool:
        """Say whether the object shows one change as done."""
        ...


@dataclass(frozen=True, slots=True)
class Setting:
    """Attributes get values, or lose them."""

    wanted: Sequence[FieldChange]

    @property
    def needs_a_look(self) -> bool:
        """Whether the before-values leave open if an element exists."""
        return is_guesswork(self.wanted)

    def is_whole(self, dialect: Dialect) -> bool:
        """Say whether the dialect wants the whole object."""
        return style_of(self.wanted, dialect) is PatchStyle.PUT

    def steps(self, current: Resource | None, dialect: Dialect) -> tuple[Operation, ...]:
        """Return one operation per path, or as few as the dialect has."""
        present = None if current is None else elements_in(current, self.wanted)
        return operations(self.wanted, present, dialect)

    def whole(self, current: Resource, dialect: Dialect) -> Resource:
        """Return the object with the values in it."""
        return whole_set(current, self.wanted, dialect)

    def is_so(self, resource: Resource, change: FieldChange) -> bool:
        """Say whether the object holds the value."""
        attribute = change.field.attribute
        return same(change.after, shown_of(resource, change), attribute)


@dataclass(frozen=True, slots=True)
class Turning:
    """Single values of attributes that hold many are given or taken away; the others stay."""

    wanted: Sequence[FieldChange]

    @property
    def needs_a_look(self) -> bool:
        """Never: each operation names its value."""
        return False

    def is_whole(self, dialect: Dialect) -> bool:
        """Say whether the dialect wants the whole object."""
        return style_of(self.wanted, dialect) is PatchStyle.PUT

    def steps(self, current: Resource | None, dialect: Dialect) -> tuple[Operation, ...]:
        """Return one operation for each value."""
        return value_operations(self.wanted, dialect)

    def whole(self, current: Resource, dialect: Dialect) -> Resource:
        """Return the object with the values given and taken."""
        return whole_turned(current, self.wanted, dialect)

    def is_so(self, resource: Resource, change: FieldChange) -> bool:
        """Say whether the object holds what was given and nothing of what was taken."""
        attribute = change.field.attribute
        held = {fold(one, attribute) for one in texts_of(shown_of(resource, change))}
        given = {fold(one, attribute) for one in texts_of(change.after)}
        taken = {fold(one, attribute) for one in texts_of(change.before)}
        return given <= held and not taken & held


def shown_of(resource: Resource, change: FieldChange) -> Value:
    """Return what the object shows under the field of a change; None for nothing."""
    return Columns((change.field,)).row(resource).get(change.field.attribute.name)


def is_kept(resource: Resource, change: FieldChange) -> bool:
    """Say whether the object still shows the value from before, which is not the one sent."""
    if is_blank(change.before):
        return False
    attribute, shown = change.field.attribute, shown_of(resource, change)
    return same(change.before, shown, attribute) and not same(change.after, shown, attribute)


def differs_between(older: Resource, newer: Resource, change: FieldChange) -> bool:
    """Say whether two looks at one object show different values where a change is to be made."""
    attribute = change.field.attribute
    return not same(shown_of(older, change), shown_of(newer, change), attribute)


def is_moved(resource: Resource, edit: Edit, change: FieldChange) -> bool:
    """Say whether an object shows neither what was planned from nor what was planned for.

    A plan that knows no value before, or that gives and takes single values, is about no value.
    """
    if isinstance(edit, Turning) or is_blank(change.before):
        return False
    attribute, shown = change.field.attribute, shown_of(resource, change)
    return not same(change.before, shown, attribute) and not edit.is_so(resource, change)
