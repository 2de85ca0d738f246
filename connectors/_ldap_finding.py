"""Entries looked up by id, anchor or value; many questions of one kind in one search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connectors._ldap_directory import Directory
from connectors._ldap_filters import AnyOf, Equal
from connectors._ldap_reading import View, read_objects, view_of
from connectors._ldap_settings import ACTIVE, KindSettings
from connectors._ldap_values import id_octets, put_in
from provisor.domain.record import Record, Scalar, Values, each_of
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, fold
from provisor.errors import ReadIncomplete, Transient, UnknownName, Unsupported
from provisor.ports.connector import Candidate, Page

_ASKED_TOGETHER: Final = 100


@dataclass(frozen=True, slots=True)
class _Question:
    """One candidate in the words of the directory."""

    attribute: Attribute
    shown: tuple[str, ...]
    value: Scalar

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """What questions of one search have in common."""
        return self.attribute.name, self.shown

    def fits(self, row: Values) -> bool:
        """Look again at a hit: servers ignore blanks, and more."""
        wanted = fold(self.value, self.attribute)
        held = (fold(one, self.attribute) for one in each_of(row.get(self.attribute.name)))
        return any(one == wanted for one in held)


def find_entries(
    directory: Directory,
    kind: KindSettings,
    schema: ObjectSchema,
    candidates: Sequence[Candidate],
) -> list[tuple[Record, ...]]:
    """Return the entries that fit each candidate.

    Raises:
        UnknownName: an attribute is named that there is not.
        TargetProblem: the directory complained, or cannot show everything that fits.

    Cost: one search per 100 candidates that ask alike.
    """
    questions = [_question(one, schema, directory.where) for one in candidates]
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for number, question in enumerate(questions):
        if question is not None:
            alike.setdefault(question.kind, []).append(number)
    found: list[tuple[Record, ...]] = [()] * len(candidates)
    for (name, shown), numbers in alike.items():
        view = view_of(directory, kind, schema, tuple({*shown, name}))
        for start in range(0, len(numbers), _ASKED_TOGETHER):
            some = numbers[start : start + _ASKED_TOGETHER]
            asked = [one for number in some if (one := questions[number]) is not None]
            rows = _rows(view, asked)
            for number, one in zip(some, asked, strict=True):
                found[number] = tuple(_record(row, one, schema) for row in rows if one.fits(row))
    return found


def _rows(view: View, asked: Sequence[_Question]) -> list[Values]:
    filters = [one for question in asked if (one := _equal(view, question)) is not None]
    if not filters:
        return []
    condition = filters[0] if len(filters) == 1 else AnyOf(tuple(filters))
    try:
        return [row for page in read_objects(view, condition) for row in _rows_of(page)]
    except ReadIncomplete as incomplete:
        what = incomplete.what
    raise Transient(what, where=view.directory.where, safe="nothing was changed")


def _rows_of(page: Page) -> Sequence[Values]:
    return page.rows if isinstance(page.rows, Sequence) else ()


def _equal(view: View, question: _Question) -> Equal | None:
    attribute = question.attribute
    if attribute.name == view.schema.key:
        octets = id_octets(str(question.value), attribute.name)
        return None if octets is None else Equal(attribute.name, octets)
    if attribute.type is AttributeType.REFERENCE:
        dn = view.directory.names_of([str(question.value)]).get(str(question.value))
        return None if dn is None else Equal(attribute.name, dn)
    try:
        octets_of = put_in(question.value, attribute, view.directory.facts.schema)
    except ValueError:
        return None
    return Equal(attribute.name, octets_of[0]) if octets_of else None


def _record(row: Values, question: _Question, schema: ObjectSchema) -> Record:
    shown = {*question.shown, schema.key}
    return Record(str(row[schema.key]), {name: row[name] for name in shown if name in row})


def _question(candidate: Candidate, schema: ObjectSchema, where: str) -> _Question | None:
    readable = (a.name for a in schema.attributes if a.type is not AttributeType.SECRET)
    shown = tuple(sorted(candidate.attributes or readable))
    if candidate.native_id is not None:
        name, value = schema.key, candidate.native_id.lower()
        return _Question(schema.attribute(name) or Attribute(name), shown, value)
    if candidate.anchor is not None:
        return _asked(schema.anchor, candidate.anchor, schema, shown) if schema.anchor else None
    name, wanted = candidate.match or ("", None)
    if wanted is None or isinstance(wanted, tuple):
        return None
    if schema.attribute(name) is None:
        raise UnknownName(f"{schema.object_type.value} have no attribute `{name}`", where=where)
    if name == ACTIVE:
        raise Unsupported("entries are not looked for by whether they are active", where=where)
    return _asked(name, wanted, schema, shown)


def _asked(name: str, value: Scalar, schema: ObjectSchema, shown: tuple[str, ...]) -> _Question:
    return _Question(schema.attribute(name) or Attribute(name), shown, value)
