"""Who holds which name: accounts of the target, people of the links, leavers, and this plan.

Enters: what was read and what is remembered. Leaves: is a value of a unique attribute free for
somebody? Names are compared in one form per attribute: as the target does, or more loosely.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from typing import Protocol

from provisor.domain.expressions import candidates
from provisor.domain.expressions.diacritics import plain
from provisor.domain.flow import AttributeMapping
from provisor.domain.link import HeldName, Link
from provisor.domain.numbering import Compare, Form
from provisor.domain.record import Record
from provisor.domain.rules import ObjectRules


class Shown(Protocol):
    """The values of unique attributes that the target's accounts show."""

    def forms(self, attribute: str, form: Form) -> Container[str]:
        """Return the form of every value; only texts count."""
        ...

    def holders(
        self, attribute: str, form: Form, wanted: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """Return, per wanted form, the native ids of the accounts that show it."""
        ...

    def sent(self, attribute: str) -> Iterable[HeldName]:
        """Return what was sent for an attribute where the target keeps another form of it."""
        ...


class ShownByRecords:
    """What accounts show, one by one; the definition."""

    def __init__(self, accounts: Sequence[Record], links: Sequence[Link] = ()) -> None:
        self._accounts = accounts
        self._links = links

    def sent(self, attribute: str) -> Iterable[HeldName]:
        """Return what was sent for an attribute where the target keeps another form of it."""
        for link in self._links:
            name = link.accepted.get(attribute, (None, None))[0]
            if isinstance(name, str) and name:
                yield HeldName(attribute, name, link.identity)

    def forms(self, attribute: str, form: Form) -> frozenset[str]:
        """Return the form of every value; only texts count."""
        return frozenset(form(name) for name, _ in self._names(attribute))

    def holders(
        self, attribute: str, form: Form, wanted: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """Return, per wanted form, the native ids of the accounts that show it."""
        found: dict[str, frozenset[str]] = {}
        for name, native in self._names(attribute):
            told = form(name)
            if told in wanted:
                found[told] = found.get(told, frozenset()) | {native}
        return found

    def _names(self, attribute: str) -> Iterable[tuple[str, str]]:
        for account in self._accounts:
            name = account.values.get(attribute)
            if isinstance(name, str) and name:
                yield name, account.key


class Register:
    """The unique names of one object type while one plan is made."""

    def __init__(self, rules: ObjectRules, shown: Shown, kept: Iterable[HeldName] = ()) -> None:
        """Open the register.

        Args:
            rules: of the object type.
            shown: by the target's accounts; looked at when the first name is asked for.
            kept: names of linked people without an account, and of leavers.
        """
        self._shown = shown
        self._schema = rules.schema
        self._forms = {name: form_of(rules, name) for name in unique_attributes(rules)}
        self._seen: dict[str, Container[str]] = {}
        self._asked: set[str] = set()
        self._kept: dict[tuple[str, str], set[str]] = {}
        self._keep(one for one in kept if one.attribute in self._forms)
        self._given: dict[str, set[str]] = {name: set() for name in self._forms}
        for mapping in rules.mappings:
            for name in mapping.unique.never if mapping.unique is not None else ():
                self.claim(mapping.attribute, name)

    @property
    def attributes(self) -> Collection[str]:
        """The attributes whose values no two accounts may share."""
        return self._forms.keys()

    def form_of(self, attribute: str) -> Form:
        """Return how names of an attribute are compared."""
        return self._forms[attribute]

    def form(self, attribute: str, name: str) -> str:
        """Return the form in which two names of an attribute count as the same."""
        return self._forms[attribute](name)

    def is_taken(self, attribute: str, name: str, owner: str) -> bool:
        """Say whether a name cannot be given to an identity.

        Cost: one pass over the accounts for the first question about an attribute.
        """
        if attribute not in self._forms:
            return False
        told = self.form(attribute, name)
        return self.is_gone(attribute, told) or self.is_kept(attribute, told, owner)

    def is_gone(self, attribute: str, told: str) -> bool:
        """Say whether a form cannot be given to anybody, whoever asks."""
        if attribute not in self._seen:
            self._seen[attribute] = self._shown.forms(attribute, self._forms[attribute])
        return told in self._given[attribute] or told in self._seen[attribute]

    def _keep(self, names: Iterable[HeldName]) -> None:
        for one in names:
            place = (one.attribute, self.form(one.attribute, one.name))
            self._kept.setdefault(place, set()).add(one.identity)

    def is_kept(self, attribute: str, told: str, owner: str) -> bool:
        """Say whether a form is kept for somebody else than an identity."""
        self._ask(attribute)
        kept = self._kept.get((attribute, told))
        return kept is not None and bool(kept - {owner})

    def kept_forms(self, attribute: str) -> Collection[str]:
        """Return the forms of an attribute that are kept for somebody."""
        self._ask(attribute)
        return {told for name, told in self._kept if name == attribute}

    def _ask(self, attribute: str) -> None:
        if attribute not in self._asked:
            self._asked.add(attribute)
            self._keep(self._shown.sent(attribute))

    def claim(self, attribute: str, name: str) -> None:
        """Write down that this plan gives a name away."""
        if attribute in self._forms:
            self._given[attribute].add(self.form(attribute, name))

    def take(self, attribute: str, name: str, owner: str) -> bool:
        """Give a name away, unless it cannot be given to that identity."""
        told = self._forms[attribute](name)
        if self.is_gone(attribute, told) or self.is_kept(attribute, told, owner):
            return False
        self._given[attribute].add(told)
        return True

    def release(self, attribute: str, name: str) -> None:
        """Take back that this plan gives a name away; nobody else may have been given it."""
        self._given[attribute].discard(self.form(attribute, name))

    def holders(self, attribute: str, wanted: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return, per wanted form, the native ids of the accounts that show it."""
        return self._shown.holders(attribute, self._forms[attribute], wanted) if wanted else {}


def unique_attributes(rules: ObjectRules) -> tuple[str, ...]:
    """Return the attributes whose values no two accounts may share, sorted.

    The target says so in its schema, or the mapping by choosing a unique value.
    """
    declared = {attribute.name for attribute in rules.schema.attributes if attribute.unique}
    declared |= {mapping.attribute for mapping in rules.mappings if chooses(mapping)}
    # Whom an attribute refers to is known in the second pass only.
    return tuple(sorted(declared - {mapping.attribute for mapping in rules.references}))


def chooses(mapping: AttributeMapping) -> bool:
    """Say whether a mapping looks for a value that nobody has."""
    return mapping.unique is not None or bool(candidates(mapping.expression))


def form_of(rules: ObjectRules, attribute: str) -> Form:
    """Return how values of a unique attribute are compared."""
    mapping = next((m for m in rules.mappings if m.attribute == attribute), None)
    unique = mapping.unique if mapping is not None else None
    if unique is not None and unique.compare is Compare.LETTERS_AND_DIGITS:
        return letters_and_digits
    field = rules.schema.attribute(attribute)
    return as_written if field is not None and field.case_exact else small_letters


def as_written(name: str) -> str:
    """Return a name as it is: letter case counts."""
    return name


def small_letters(name: str) -> str:
    """Return a name in small letters.

    Source: `provisor.domain.schema.fold`.
    """
    return name.lower()


def letters_and_digits(name: str) -> str:
    """Return what counts of a name where only letters and digits do.

    Example:
        >>> letters_and_digits("Le_Chuck"), letters_and_digits("Åsa Weiß")
        ('lechuck', 'asaweiss')
    """
    bare = unicodedata.normalize("NFKD", plain(unicodedata.normalize("NFC", name)))
    return "".join(letter for letter in bare.lower() if letter.isalnum())
