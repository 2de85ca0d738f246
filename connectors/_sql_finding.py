"""Rows looked up by id, anchor or value; many questions of one kind in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import sqlalchemy

from connectors._sql_reading import Wanted, pages_of, readable, wanted_columns
from connectors._sql_relations import Relation, is_there, relation, schema_of
from connectors._sql_settings import KeyedSettings
from connectors._sql_values import Stored, put_in
from provisor.domain.record import Record, Scalar, Values, as_text
from provisor.domain.schema import Attribute, ObjectSchema, fold
from provisor.errors import UnknownName
from provisor.ports.connector import Candidate

AT_ONCE = 1000
"""Questions in one statement."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One candidate in the words of the table."""

    attribute: Attribute
    shown: tuple[str, ...]
    value: Scalar

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """What questions that one statement answers have in common."""
        return self.attribute.name, self.shown

    @property
    def folded(self) -> Scalar:
        """The value as the attribute compares it."""
        return fold(as_text(self.value), self.attribute)


def find_rows(
    connection: sqlalchemy.Connection,
    settings: KeyedSettings,
    candidates: Sequence[Candidate],
    system: str,
) -> list[tuple[Record, ...]]:
    """Return the rows that fit each candidate, looked at again with the attribute's comparison.

    Args:
        candidates: all of the relation's own object type.

    Raises:
        UnknownName: an attribute is named that there is not.

    Cost: one look at the table, and one statement per 1,000 candidates that ask alike.
    """
    if not candidates:
        return []
    live = relation(connection, settings)
    schema = schema_of(candidates[0].object_type, settings, live.columns)
    questions = [_question(candidate, schema) for candidate in candidates]
    alike: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for number, question in enumerate(questions):
        if question is not None:
            alike.setdefault(question.kind, []).append(number)
    found: list[tuple[Record, ...]] = [()] * len(candidates)
    for (name, shown), numbers in alike.items():
        wanted = wanted_columns(settings, schema, [*shown, name], system)
        _prove_columns(live, wanted, system)
        for start in range(0, len(numbers), AT_ONCE):
            some = numbers[start : start + AT_ONCE]
            asked = [one for number in some if (one := questions[number]) is not None]
            rows = _answered(connection, settings, live, wanted, asked)
            for number, one in zip(some, asked, strict=True):
                fitting = rows.get(one.folded, ())
                found[number] = tuple(_record(row, one, schema) for row in fitting)
    return found


def _answered(
    connection: sqlalchemy.Connection,
    settings: KeyedSettings,
    live: Relation,
    wanted: Wanted,
    asked: Sequence[_Question],
) -> dict[Scalar, list[Values]]:
    """Return the rows by the value that was asked for, as its attribute compares it."""
    attribute = asked[0].attribute
    condition = _equal(live, attribute, [one.value for one in asked])
    there = is_there(live, settings)
    if condition is not None and there is not None:
        condition = sqlalchemy.and_(condition, there)
    rows: dict[Scalar, list[Values]] = {}
    for page in pages_of(connection, live, wanted, condition) if condition is not None else ():
        for row in page:
            rows.setdefault(fold(as_text(row[attribute.name]), attribute), []).append(row)
    return rows


def _record(row: Values, question: _Question, schema: ObjectSchema) -> Record:
    shown = {*question.shown, schema.key}
    return Record(as_text(row[schema.key]), {name: row[name] for name in shown})


def _prove_columns(live: Relation, wanted: Wanted, system: str) -> None:
    for column, _ in wanted:
        if column not in live.columns:
            what = f"`{system}` has no column `{column}`"
            raise UnknownName(what, where=f"system {system}")


def _question(candidate: Candidate, schema: ObjectSchema) -> _Question | None:
    asked = _asked(candidate, schema)
    if asked is None:
        return None
    name, value = asked
    shown = tuple(candidate.attributes or readable(schema))
    return _Question(schema.attribute(name) or Attribute(name), shown, value)


def _asked(candidate: Candidate, schema: ObjectSchema) -> tuple[str, Scalar] | None:
    if candidate.native_id is not None:
        return schema.key, candidate.native_id
    if candidate.anchor is not None:
        return (schema.anchor, candidate.anchor) if schema.anchor else None
    name, value = candidate.match or ("", None)
    return None if value is None or isinstance(value, tuple) else (name, value)


def _equal(
    live: Relation, attribute: Attribute, values: Sequence[Scalar]
) -> sqlalchemy.ColumnElement[bool] | None:
    """Return the database's own comparison; None when no row of that type can have a value."""
    column = live.column(attribute.name)
    if live.is_query:
        column, values = sqlalchemy.cast(column, sqlalchemy.String), [as_text(v) for v in values]
    typed: list[Stored] = []
    for value in values:
        with suppress(ValueError):
            typed.append(put_in(value, column.type))
    if not typed:
        return None
    if attribute.case_exact or not all(isinstance(value, str) for value in typed):
        return column.in_(typed)
    return sqlalchemy.func.lower(column).in_([sqlalchemy.func.lower(value) for value in typed])
