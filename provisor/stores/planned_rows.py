"""Planned actions as rows and back, sealed by the keys of their subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import Any, overload

from sqlalchemy import Connection, Select, select

from provisor.domain.action_bytes import action_bytes, label_digest
from provisor.domain.canonical import keyed_digest
from provisor.domain.plan import Draft, PlannedAction
from provisor.domain.sealing import SealedActions
from provisor.errors import StoreDamaged
from provisor.stores.people_tables import subject_key
from provisor.stores.plan_tables import plan_action
from provisor.stores.rows import Values
from provisor.stores.stored_actions import Row as StoredRow
from provisor.stores.stored_actions import planned_action

_ACTIONS = plan_action


_TOLD: tuple[Callable[[Draft], object], ...] = (
    attrgetter("action.subject"),
    attrgetter("part"),
    attrgetter("wave._value_"),
    attrgetter("bundle"),
    attrgetter("key"),
    attrgetter("name"),
    attrgetter("urgent"),
    attrgetter("leave_date"),
)
"""What a row says of an action, in the order of the columns between body and label."""
_URGENT = 6
"""Which of them is kept as a number."""


@dataclass(frozen=True, slots=True)
class SealedRows(Sequence[Values]):
    """The rows of a large plan's actions, made together where they are asked for."""

    number: int
    actions: SealedActions

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.actions)

    @overload
    def __getitem__(self, place: int) -> Values: ...
    @overload
    def __getitem__(self, place: slice) -> list[Values]: ...
    def __getitem__(self, place: int | slice) -> Values | list[Values]:
        """Return one row, or a list of several."""
        if isinstance(place, int):
            return self[place : place + 1 or None][0]
        found, drafts = self.actions, self.actions.drafts[place]
        sealed = (range(len(found))[place], found.digests[place], found.bodies[place])
        told = [map(one, drafts) for one in _TOLD]
        told[_URGENT] = map(int, told[_URGENT])  # type: ignore[arg-type]  # truth
        # Column by column: a function for each of a million rows takes three times as long.
        numbers = repeat(self.number, len(drafts))
        return list(zip(numbers, *sealed, *told, found.labels[place], strict=True))

    def __iter__(self) -> Iterator[Values]:
        """Yield every row."""
        return (self[place] for place in range(len(self)))


def action_rows(
    number: int,
    actions: Sequence[PlannedAction],
    keys_of: Callable[[Iterable[str]], Mapping[str, bytes]],
) -> Sequence[Values]:
    """Return the rows of a plan's actions; bodies are the canonical bytes that were sealed.

    Args:
        number: of the plan.
        actions: all of the plan.
        keys_of: gives the keys of subjects; it is not asked where they were sealed just now.
    """
    if isinstance(actions, SealedActions) and actions.bodies:
        return SealedRows(number, actions)
    keys = keys_of({planned.action.subject for planned in actions})
    return [_row_of(number, planned, keys.get(planned.action.subject)) for planned in actions]


def _row_of(number: int, planned: PlannedAction, key: bytes | None) -> Values:
    draft, body = planned.draft, action_bytes(planned.draft.action)
    label = None
    if key is not None:
        label = label_digest(key, draft.key, draft.name, draft.leave_date)
    told = [one(draft) for one in _TOLD]
    told[_URGENT] = int(draft.urgent)
    return (number, planned.position, planned.digest, body, *told, label)


Chosen = Select[Any]


def planned_select() -> Chosen:
    """Return the question for planned actions, each with its subject's key where that exists."""
    return select(
        _ACTIONS.c.position,
        _ACTIONS.c.digest,
        _ACTIONS.c.body,
        _ACTIONS.c.wave,
        _ACTIONS.c.bundle,
        _ACTIONS.c.key,
        _ACTIONS.c.name,
        _ACTIONS.c.urgent,
        _ACTIONS.c.leave_date,
        _ACTIONS.c.label,
        subject_key.c.key.label("subject_key"),
    ).join_from(_ACTIONS, subject_key, subject_key.c.identity == _ACTIONS.c.subject, isouter=True)


def planned_rows(connection: Connection, question: Chosen, where: str) -> list[StoredRow]:
    """Return the rows of the planned actions that a question finds, each checked by its seal.

    An erased subject has no key any more: then only the plan's digest speaks for the action.

    Raises:
        StoreDamaged: a body, or what names its person, is not what was sealed.

    Cost: two HMAC per action.
    """
    return [_checked(tuple(row), where) for row in connection.execute(question).all()]


def planned_actions(
    connection: Connection, question: Chosen, where: str
) -> tuple[PlannedAction, ...]:
    """Return the planned actions that a question finds, each checked against its seal.

    Raises:
        StoreDamaged: a body, or what names its person, is not what was sealed.
    """
    return tuple(map(planned_action, planned_rows(connection, question, where)))


def _checked(row: tuple[Any, ...], where: str) -> StoredRow:
    *stored, label, subject = row
    position, digest, body, _, _, key, name, _, leave_date = stored
    if subject is not None and (
        keyed_digest(subject, body) != digest
        or (label is not None and label != label_digest(subject, key, name, leave_date))
    ):
        raise _altered(where, position)
    return position, digest, body, *stored[3:]


def _altered(where: str, position: int) -> StoreDamaged:
    return StoreDamaged(
        "a stored action is not the one that was sealed",
        where=f"{where}, action {position + 1}",
        found="its keyed digest differs from the digest in the plan",
        safe="nothing was written; the plan cannot be carried out",
        next="keep a copy of the store, then run `python -m provisor.verifier` on the copy",
    )
