"""What a person gets once: the values of a new account, and a new name when the old one is wrong.

Both executors come here one person at a time, in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from provisor.domain.action import Draw
from provisor.domain.choosing import name_to_keep, names_given
from provisor.domain.difference import Accepted
from provisor.domain.drawing import drawing
from provisor.domain.expressions import Circumstances
from provisor.domain.flow import Apply, AttributeMapping
from provisor.domain.mapping import Mapped, complete_new, is_completed, map_chosen, map_values
from provisor.domain.minting import swiftly
from provisor.domain.record import Record, Value, Values, is_blank
from provisor.domain.register import Register, chooses
from provisor.domain.rules import SOFT_DELETED, ObjectRules


@dataclass(frozen=True, slots=True)
class Occasions:
    """Which mappings are looked at when; the same for a whole plan."""

    creating: tuple[AttributeMapping, ...]
    """Those that give a new account something besides what always flows; no secrets."""
    completing: tuple[AttributeMapping, ...]
    """Those without whose value a new account gets a default, or cannot be made."""
    renaming: tuple[AttributeMapping, ...]
    """Those that give an account a new name when its person's changes."""
    draws: tuple[Draw, ...]
    """The secrets that a new account gets."""


def occasions_of(rules: ObjectRules) -> Occasions:
    """Sort an object type's mappings by when they are looked at."""
    own = [m for m in rules.mappings if m.reference is None]
    plain = [m for m in own if not rules.is_secret(m.attribute)]
    drawn = [m for m in rules.mappings if rules.is_secret(m.attribute)]
    once = [m.apply is Apply.ON_CREATE for m in plain]
    return Occasions(
        creating=tuple(m for m, one in zip(plain, once, strict=True) if one or chooses(m)),
        completing=tuple(m for m in plain if is_completed(m, rules.schema)),
        renaming=tuple(m for m, one in zip(plain, once, strict=True) if chooses(m) and not one),
        draws=tuple(
            Draw(m.attribute, m.text, m.apply.value, m.deliver)
            for m in sorted(drawn, key=lambda one: one.attribute)
        ),
    )


@swiftly
@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is here, or a group, with what choosing for them depends on."""

    rules: ObjectRules
    occasions: Occasions
    target: str
    names: Register
    identity: str
    record: Values
    """The source record."""
    around: Circumstances
    """What computing depends on whoever it is for: the moment and the like."""
    seed: Callable[[], bytes]
    """Where their random values come from: the same for them in every plan."""
    pinned: Collection[str] = ()
    """Attributes whose value people decided."""

    def circumstances(self, mapping: AttributeMapping) -> Circumstances:
        """Return what computing a value of their own may depend on."""

        def is_taken(name: str) -> bool:
            return self.names.is_taken(mapping.attribute, name, self.identity)

        place = (self.target, self.rules.object_type.value, mapping.attribute, mapping.text)
        return replace(self.around, taken=is_taken, draw=drawing(self.seed, place))

    def present(self) -> Values:
        """Return the record with the one attribute that the engine computes: they are not gone."""
        return {**self.record, SOFT_DELETED: False}


def new_values(person: Person, desired: Values) -> Mapped:
    """Return everything that a new account should hold.

    Args:
        person: whose account it will be.
        desired: the attributes that always flow, and those that people pinned.

    Returns:
        All values; with a problem when one of them cannot be had.
    """
    values, schema = person.present(), person.rules.schema
    complete: dict[str, Value] = dict(desired)
    for mapping in person.occasions.creating:
        if mapping.attribute in person.pinned:
            continue
        circumstances = person.circumstances(mapping)
        if chooses(mapping):
            mapped = map_chosen(mapping, values, schema, circumstances)
        else:
            mapped = map_values((mapping,), values, schema, circumstances)
        if mapped.problem is not None or mapped.ignored:
            return mapped
        complete.update(mapped.values)
    born = complete_new(person.occasions.completing, complete, schema)
    if born.problem is None:
        _claim(person, born.values)
    return born


def renamed(person: Person, account: Record, desired: Values, accepted: Accepted) -> Mapped:
    """Return what an account should hold, with a name of its own where the mapping chooses one.

    The account keeps its name where that is the mapping's, with or without a number. Where it is
    not, the first name that is free is chosen, without a number if there is one.

    Args:
        person: whose account it is.
        account: as it was read.
        desired: the attributes that always flow, and those that people pinned.
        accepted: forms that the target once made of what was sent.
    """
    if not person.occasions.renaming:
        return Mapped(desired)
    wanted: dict[str, Value] = dict(desired)
    for mapping in person.occasions.renaming:
        name = mapping.attribute
        if name in person.pinned or is_blank(wanted.get(name)):
            continue
        kept = _kept(person, mapping, account, wanted[name], accepted)
        if kept is not None:
            wanted[name] = kept
            continue
        circumstances = person.circumstances(mapping)
        mapped = map_chosen(mapping, person.present(), person.rules.schema, circumstances)
        if mapped.problem is not None:
            return mapped
        wanted.update(mapped.values)
        _claim(person, mapped.values)
    return Mapped(wanted)


def _kept(
    person: Person, mapping: AttributeMapping, account: Record, desired: Value, accepted: Accepted
) -> Value:
    """Return the name that an account may keep, or null when it needs a new one."""

    def given_names() -> Iterator[str]:
        return names_given(mapping, person.present(), person.circumstances(mapping))

    name = mapping.attribute
    held = (account.value(name), person.rules.schema.attribute(name))
    return name_to_keep(mapping, held, desired, accepted, given_names, person.names.form_of(name))


def _claim(person: Person, values: Values) -> None:
    for name in person.names.attributes:
        value = values.get(name)
        if isinstance(value, str):
            person.names.claim(name, value)
