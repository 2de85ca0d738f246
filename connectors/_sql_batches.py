"""From actions to transactions: what goes together, what becomes of it when a commit fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.types import TypeEngine

from connectors._outcomes import failed, refused_attribute, wanted
from connectors._sql_database import Database
from connectors._sql_problems import UNFIT, is_lost, problem_of
from connectors._sql_relations import Relation
from connectors._sql_values import Stored, put_in
from connectors._sql_writing import Keyed, Row
from provisor.domain.action import Operation
from provisor.domain.record import Value, as_text, is_blank
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.errors import InvalidValue, TargetProblem, Uncertain
from provisor.ports.connector import OutcomeState, Work, Written

BATCH_ROWS = 500

Placed = tuple[int, Work]
Do = Callable[[sqlalchemy.Connection, Sequence[Placed]], list[Written]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rows of one statement have in common."""

    object_type: ObjectType
    verb: str


def kind_of(work: Work) -> Kind:
    """Return how an action is carried out: create, delete, update or members."""
    operation = work.action.operation
    if work.members is not None:
        return Kind(ObjectType.MEMBERSHIPS, "members")
    verb = operation.value if operation in (Operation.CREATE, Operation.DELETE) else "update"
    return Kind(work.action.object_type, verb)


def batches(work: Sequence[Work]) -> Iterator[list[Placed]]:
    """Yield neighbouring actions of one kind, no object twice, about `BATCH_ROWS` rows in all.

    The order of the batch is kept: what an earlier wave releases a later one may take.
    """
    batch: list[Placed] = []
    seen: set[str] = set()
    kind: Kind | None = None
    rows = 0
    for position, item in enumerate(work):
        native_id, its_kind, its_rows = item.native_id or "", kind_of(item), _rows(item)
        full = rows + its_rows > BATCH_ROWS
        if batch and (its_kind != kind or native_id in seen or full):
            yield batch
            batch, seen, rows = [], set(), 0
        batch.append((position, item))
        kind = its_kind
        rows += its_rows
        if native_id:
            seen.add(native_id)
    if batch:
        yield batch


def _rows(work: Work) -> int:
    """Return how many rows an action touches."""
    members = work.members
    return 1 if members is None else len(members.adds) + len(members.removes)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is the same for all rows that set the same columns."""

    refused: InvalidValue | None
    """Why no such row is taken, or None."""
    types: Mapping[str, TypeEngine[Any]]
    required: frozenset[str]


def rows_of(batch: Sequence[Placed], keyed: Keyed, where: str) -> tuple[list[Row], list[Written]]:
    """Return the actions as rows in the driver's types, and outcomes for those that cannot be."""
    schema, relation = keyed.schema, keyed.relation
    shapes: dict[tuple[str, ...], Shape] = {}
    rows: list[Row] = []
    refused: list[Written] = []
    for position, work in batch:
        operation = work.action.operation
        values = {} if operation is Operation.DELETE else wanted(work, schema)
        names = tuple(values)
        if names not in shapes:
            shapes[names] = _shape(names, operation, schema, relation, where)
        try:
            stored = _stored(values, shapes[names], where)
        except InvalidValue as problem:
            refused.append(failed(position, problem, work.native_id))
            continue
        anchor = values.get(schema.anchor) if schema.anchor else None
        rows.append(Row(position, work.native_id or "", as_text(anchor) or None, stored))
    return rows, refused


def _shape(
    names: tuple[str, ...],
    operation: Operation,
    schema: ObjectSchema,
    relation: Relation,
    where: str,
) -> Shape:
    refused = refused_attribute(dict.fromkeys(names), schema, operation, where)
    absent = [name for name in names if name not in relation.columns]
    if refused is None and absent:
        what = f"the table has no column `{absent[0]}`"
        refused = InvalidValue(what, attribute=absent[0], where=where)
    present = [name for name in names if name in relation.columns]
    return Shape(
        refused,
        {name: relation.column(name).type for name in present},
        frozenset(a.name for a in schema.attributes if a.required),
    )


def _stored(values: Mapping[str, Value], shape: Shape, where: str) -> dict[str, Stored]:
    if shape.refused is not None:
        raise shape.refused
    stored: dict[str, Stored] = {}
    for name, value in values.items():
        if name in shape.required and is_blank(value):
            what = f"`{name}` is required"
            raise InvalidValue(what, attribute=name, where=where)
        try:
            stored[name] = put_in(value, shape.types[name])
        except ValueError as unfit:
            what = f"`{name}`: {unfit}"
            raise InvalidValue(what, attribute=name, where=where) from None
    return stored


def in_transaction(database: Database, batch: Sequence[Placed], do: Do) -> list[Written]:
    """Carry out a batch in one transaction and say what became of each action.

    A rule that is checked at the commit takes the whole batch back; each action is then tried in
    a transaction of its own. A connection lost in the commit leaves every change uncertain.
    """
    where = f"system {database.system}"
    written: list[Written] = []
    try:
        with database.writing() as connection, connection.begin() as transaction:
            written = do(connection, batch)
            _commit(connection, transaction)
    except TargetProblem as refused:
        return [failed(position, refused, work.native_id) for position, work in batch]
    except SQLAlchemyError as complaint:
        if written and is_lost(complaint):
            return [_unsure(outcome, where) for outcome in written]
        if isinstance(complaint, IntegrityError) and len(batch) > 1:
            return list(chain.from_iterable(in_transaction(database, [one], do) for one in batch))
        problem = problem_of(complaint, where)
        return [failed(position, problem, work.native_id) for position, work in batch]
    except UNFIT:
        if len(batch) > 1:
            return list(chain.from_iterable(in_transaction(database, [one], do) for one in batch))
        return [failed(position, problem_of(ValueError(), where)) for position, _ in batch]
    return written


def _commit(connection: sqlalchemy.Connection, transaction: sqlalchemy.RootTransaction) -> None:
    try:
        transaction.commit()
    except SQLAlchemyError:
        # SQLite keeps a transaction open whose commit it refused; the next user must not meet it.
        connection.invalidate()
        raise


def _unsure(outcome: Written, where: str) -> Written:
    """Say of a change that its commit was not answered; what did nothing stays as it is."""
    if outcome.state is not OutcomeState.DONE:
        return outcome
    what = "the connection was lost in the commit; it may or may not be done"
    return failed(outcome.position, Uncertain(what, where=where), outcome.native_id)
