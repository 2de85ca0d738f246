"""The second pass: to whom an object refers, once it is known who has an account after this plan.

What cannot be resolved is left out and told. It is neither an error nor a clear, and is written
by the first plan that can.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from provisor.domain.action import Change
from provisor.domain.difference import Accepted
from provisor.domain.drafting import Subject, draft_references
from provisor.domain.flow import AttributeMapping
from provisor.domain.mapping import field_of
from provisor.domain.plan import REFERENCE_CLASSES, Draft, ReferenceTallies, Tally
from provisor.domain.record import NOTHING, Value, Values
from provisor.domain.reference import NATIVE, Lack, Pending, Reference, is_native, texts_of
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType


class Directory(Protocol):
    """Who is who, once both object types are planned."""

    def find(self, reference: Reference, value: str) -> str | Lack:
        """Return the identity that a value of the source names, or why it cannot be written."""
        ...

    def owner(self, object_type: ObjectType, native: str) -> str | None:
        """Return the identity to which an object of the target belongs."""
        ...


@dataclass(frozen=True, slots=True)
class Referrer:
    """Somebody who is here and has, or gets, an account."""

    subject: Subject
    sought: Values
    """Reference attributes with what the source says; what does not flow has no entry."""
    held: Values
    """The account as it was read; nothing for one that is only made."""
    accepted: Accepted
    """Forms that the target once made of what was sent."""


@dataclass(slots=True)
class Referrals:
    """What the references of one plan need, and what became of each of them."""

    drafts: list[Draft] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    counts: dict[tuple[ObjectType, str], Counter[str]] = field(default_factory=dict)

    def count(self, object_type: ObjectType, attribute: str, kind: str, times: int = 1) -> None:
        """Write down what became of references."""
        self.counts.setdefault((object_type, attribute), Counter())[kind] += times

    def tallies(self) -> ReferenceTallies:
        """Return the counts, every class named, and every attribute that refers."""
        found: dict[ObjectType, dict[str, Tally]] = {}
        for object_type, attribute in sorted(self.counts):
            counted = self.counts[object_type, attribute]
            classes = {name: counted.get(name, 0) for name in REFERENCE_CLASSES}
            own = found.setdefault(object_type, {})
            own[attribute] = Tally(sum(classes.values()), classes)
        return found


def without_references(desired: Values, rules: ObjectRules) -> tuple[Values, Values]:
    """Take desired values apart: those that are written at once, and references."""
    names = {mapping.attribute for mapping in rules.references}
    if not names:
        return desired, NOTHING
    return (
        {name: value for name, value in desired.items() if name not in names},
        {name: value for name, value in desired.items() if name in names},
    )


def refer_all(
    rules: ObjectRules,
    target: str,
    referrers: Iterable[Referrer],
    directory: Directory,
    into: Referrals,
) -> None:
    """Work out to whom some objects of one type refer.

    Args:
        rules: of their type.
        target: the target system's name.
        referrers: in any order.
        directory: of everybody.
        into: what is written into.

    Cost: one look-up for each value on either side.
    """
    for mapping in rules.references:
        into.count(rules.object_type, mapping.attribute, "unchanged", 0)
    for referrer in referrers:
        changes = []
        for mapping in rules.references:
            if mapping.attribute in referrer.sought:
                change = _Look(rules, mapping, referrer, directory).change(into)
                changes += [change] if change is not None else []
        into.drafts += draft_references(rules, target, referrer.subject, changes)


def told_line(rules: ObjectRules, target: str, referrer: Referrer, directory: Directory) -> str:
    """Return how many references of one object stand in each class, in one line; empty for none.

    Args:
        rules: of its type.
        target: the target system's name.
        referrer: the object.
        directory: of everybody.
    """
    own = Referrals()
    refer_all(rules, target, [referrer], directory, own)
    told = {
        attribute: [counts[name] for name in REFERENCE_CLASSES]
        for (_, attribute), counts in own.counts.items()
        if counts.total()
    }
    return json.dumps(told, sort_keys=True) if told else ""


@dataclass(frozen=True, slots=True)
class _Look:
    """One reference attribute of one object."""

    rules: ObjectRules
    mapping: AttributeMapping
    referrer: Referrer
    directory: Directory

    @property
    def reference(self) -> Reference:
        """What the attribute leads to."""
        if self.mapping.reference is None:
            raise TypeError("the mapping is no reference")
        return self.mapping.reference

    def change(self, into: Referrals) -> Change | None:
        """Return what is to be changed, and count every reference."""
        attribute = self.mapping.attribute
        found = self._found()
        before = self._before()
        after = self._after(found, before)
        kept = after is None or set(after) == set(before) or self._is_accepted(after, before)
        for value, one in found.items():
            if isinstance(one, Lack):
                kind = "pending"
                own = (self.rules.object_type, self.referrer.subject.key)
                into.pending.append(Pending(*own, attribute, value, one))
            else:
                kind = "unchanged" if kept or one in before else "planned"
            into.count(self.rules.object_type, attribute, kind)
        if kept or after is None:
            return None
        return Change(attribute, self._told(before), self._told(after))

    def _found(self) -> Mapping[str, str | Lack]:
        values = texts_of(self.referrer.sought[self.mapping.attribute])
        return {value: self._named(value) for value in values}

    def _named(self, value: str) -> str | Lack:
        """Return whom a value means; what somebody pinned may be an object of the target itself."""
        if not is_native(value):
            return self.directory.find(self.reference, value)
        native = value.removeprefix(NATIVE)
        return self.directory.owner(self.reference.leads_to, native) or value

    def _before(self) -> tuple[str, ...]:
        held = texts_of(self.referrer.held.get(self.mapping.attribute))
        kind = self.reference.leads_to
        owners = {self.directory.owner(kind, one) or f"{NATIVE}{one}" for one in held}
        return tuple(sorted(owners))

    def _after(
        self, found: Mapping[str, str | Lack], before: tuple[str, ...]
    ) -> tuple[str, ...] | None:
        """Return to whom the object shall refer; None where that stays as it is.

        While one of several cannot be resolved, nobody unknown is taken away: it may be them.
        """
        identities = {one for one in found.values() if not isinstance(one, Lack)}
        if not any(isinstance(one, Lack) for one in found.values()):
            return tuple(sorted(identities))
        if not identities or not self._is_many():
            return None
        return tuple(sorted(identities | {one for one in before if is_native(one)}))

    def _is_accepted(self, after: tuple[str, ...], before: tuple[str, ...]) -> bool:
        """Say whether the target holds what it once made of the same reference.

        Another object of ours is no form of it.
        """
        name = self.mapping.attribute
        pair = (self._told(after), self.referrer.held.get(name))
        return all(map(is_native, before)) and self.referrer.accepted.get(name) == pair

    def _is_many(self) -> bool:
        field = field_of(self.mapping, self.rules.schema)
        if field is not None:
            return field.multi
        return isinstance(self.referrer.sought[self.mapping.attribute], tuple)

    def _told(self, names: tuple[str, ...]) -> Value:
        if not names:
            return None
        return names[0] if len(names) == 1 and not self._is_many() else names
