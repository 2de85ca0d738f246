"""By what one object leads to others: the marks under which a store finds it again.

Whatever a rule looks at besides its own record must stand here or in
`provisor.engine.knowing.closure`: a cycle that reads only what changed follows it from there to
everybody concerned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from provisor.domain.clause import Circle, Clause, Step
from provisor.domain.link import Link
from provisor.domain.matching import Form, Seeker, account_form, usable_rules, wanted_form
from provisor.domain.record import Record, Values, as_text, each_of, is_blank
from provisor.domain.register import form_of, unique_attributes
from provisor.domain.rules import JobRules, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.scope import leaves_of

_APART = "\x1f"


@dataclass(frozen=True, slots=True)
class Reach:
    """Which attributes of the records of one type lead to other records, and name them."""

    references: tuple[Step, ...] = ()
    """Attributes that hold keys."""
    named: frozenset[str] = frozenset()
    """Attributes by which others find the records of this type."""


def reach_of(rules: JobRules) -> Mapping[ObjectType, Reach]:
    """Return, by type, how its records lead to others."""
    steps, named = frozenset(_steps(rules)), frozenset(_named(rules))
    return {
        kind: Reach(
            tuple(sorted({s for t, s in steps if t is kind}, key=lambda one: one.attribute)),
            frozenset(attribute for t, attribute in named if t is kind),
        )
        for kind in (ObjectType.USERS, ObjectType.GROUPS)
    }


def _steps(rules: JobRules) -> Iterator[tuple[ObjectType, Step]]:
    """Yield the references that conditions follow, with the type of the record they stand in."""
    for object_type, own in rules.objects.items():
        clauses = (leaf for one in own.conditions for leaf in leaves_of(one))
        for clause in clauses:
            at = object_type
            for step in clause.steps if isinstance(clause, Clause) else ():
                yield at, step
                at = step.leads_to


def _named(rules: JobRules) -> Iterator[tuple[ObjectType, str]]:
    """Yield the attributes by which conditions and references find a record."""
    for object_type, own in rules.objects.items():
        for circle in rules.circles(object_type):
            if circle.by:
                yield ObjectType.GROUPS, circle.by
        for mapping in own.references:
            if mapping.reference is not None and mapping.reference.by:
                yield mapping.reference.leads_to, mapping.reference.by


def refers_to(object_type: ObjectType, key: str) -> str:
    """Return the mark of whoever refers to an object by its key."""
    return f"r{_APART}{object_type.value}{_APART}{key}"


def named_by(object_type: ObjectType, attribute: str, text: str) -> str:
    """Return the mark of a record that others find by a value; its key stands alone under it."""
    return f"v{_APART}{object_type.value}{_APART}{attribute}{_APART}{text.lower()}"


def looks_for(object_type: ObjectType, attribute: str, text: str) -> str:
    """Return the mark of whoever looks for a record by a value."""
    return f"q{_APART}{object_type.value}{_APART}{attribute}{_APART}{text.lower()}"


def shows(object_type: ObjectType, attribute: str, form: str) -> str:
    """Return the mark of an account that shows a unique name."""
    return f"n{_APART}{object_type.value}{_APART}{attribute}{_APART}{form}"


def sent(object_type: ObjectType, attribute: str, name: str) -> str:
    """Return the mark of an identity for which another form of a name was sent."""
    return f"s{_APART}{object_type.value}{_APART}{attribute}{_APART}{name}"


def free_with(object_type: ObjectType, position: int, form: Form) -> str:
    """Return the mark of an account without owner that a match rule could name."""
    return f"m{_APART}{object_type.value}{_APART}{position}{_APART}{_APART.join(form)}"


def seeks(object_type: ObjectType, position: int, form: Form) -> str:
    """Return the mark of somebody who left and never had an account that we know of."""
    return f"w{_APART}{object_type.value}{_APART}{position}{_APART}{_APART.join(form)}"


LOST = f"x{_APART}"
"""What the marks of links without an account begin with."""


def lost(object_type: ObjectType) -> str:
    """Return the mark of an identity whose linked account is not in the target."""
    return f"{LOST}{object_type.value}"


def record_marks(object_type: ObjectType, reach: Reach, values: Values) -> Iterator[str]:
    """Yield the marks of a source record."""
    for step in reach.references:
        for text in texts_in(values, step.attribute):
            yield refers_to(step.leads_to, text)
    for attribute in reach.named:
        for text in texts_in(values, attribute):
            yield named_by(object_type, attribute, text)


def sought_marks(rules: ObjectRules, sought: Values) -> Iterator[str]:
    """Yield the marks of a record whose account refers to others."""
    for mapping in rules.references:
        reference = mapping.reference
        if reference is None:
            continue
        for text in texts_in(sought, mapping.attribute):
            if reference.by:
                yield looks_for(reference.leads_to, reference.by, text)
            else:
                yield refers_to(reference.leads_to, text)


def texts_in(values: Values, attribute: str) -> Iterator[str]:
    """Yield the text form of every value of an attribute that says something."""
    for one in each_of(values.get(attribute)):
        if not is_blank(one):
            yield as_text(one)


class AccountMarks:
    """By what the accounts of one object type are found; made once for all of them."""

    def __init__(self, rules: ObjectRules) -> None:
        kind = rules.object_type
        self._names = [
            (
                attribute,
                shows(kind, attribute, ""),
                sent(kind, attribute, ""),
                form_of(rules, attribute),
            )
            for attribute in unique_attributes(rules)
        ]
        self._tried = [
            (position, free_with(kind, position, ("",)), account_form(rule, rules.schema))
            for position, rule in usable_rules(rules)
        ]

    def names(self, account: Record) -> Iterator[str]:
        """Yield the marks of the unique names that an account shows."""
        for attribute, opening, _, form in self._names:
            name = account.values.get(attribute)
            if isinstance(name, str) and name:
                yield opening + form(name)

    def sent(self, link: Link) -> Iterator[str]:
        """Yield the marks of names that were sent for somebody and are kept in another form."""
        for attribute, _, opening, _ in self._names if link.accepted else ():
            name = link.accepted.get(attribute, (None, None))[0]
            if isinstance(name, str) and name:
                yield opening + name

    def free(self, account: Record) -> Iterator[str]:
        """Yield the marks by which an account without owner is found by whoever seeks one."""
        for _, opening, form_of_rule in self._tried:
            form = form_of_rule(account.values)
            if form is not None:
                yield opening + _APART.join(form)

    def forms(self, account: Record) -> Iterator[tuple[int, Form]]:
        """Yield what each match rule compares of an account."""
        for position, _, form_of_rule in self._tried:
            form = form_of_rule(account.values)
            if form is not None:
                yield position, form


def seeker_forms(rules: ObjectRules, seekers: Iterable[Seeker]) -> Iterator[tuple[str, int, Form]]:
    """Yield who seeks what, by which rule."""
    for position, rule in usable_rules(rules):
        form_of_rule = wanted_form((position, rule), rules.schema)
        for seeker in seekers:
            form = form_of_rule(seeker.desired)
            if form is not None:
                yield seeker.key, position, form


def circle_mark(circle: Circle) -> str | None:
    """Return the mark of the groups that a condition means; None where it names a key."""
    return named_by(ObjectType.GROUPS, circle.by, circle.group) if circle.by else None
