"""Planned actions as rows and back, sealed by the keys of their subjects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from json.encoder import encode_basestring as _quoted
from typing import Any

from sqlalchemy import Connection, Select, select

from provisor.domain.action_bytes import action_bytes
from provisor.domain.canonical import keyed_digest
from provisor.domain.plan import PlannedAction
from provisor.errors import StoreDamaged
from provisor.stores.people_tables import subject_key
from provisor.stores.plan_tables import plan_action
from provisor.stores.stored_actions import Row as StoredRow
from provisor.stores.stored_actions import StoredActions, planned_action

_ACTIONS = plan_action
_MANY = 10_000
"""Above this many, actions are made one by one when they are looked at."""


def action_rows(
    number: int, actions: Iterable[PlannedAction], keys: Mapping[str, bytes]
) -> list[tuple[object, ...]]:
    """Return the rows of a plan's actions; bodies are the canonical bytes that were sealed."""
    return [_row(number, planned, keys.get(planned.action.subject)) for planned in actions]


def _row(number: int, planned: PlannedAction, key: bytes | None) -> tuple[object, ...]:
    draft = planned.draft
    return (
        number,
        planned.position,
        planned.digest,
        action_bytes(draft.action),
        draft.action.subject,
        draft.part,
        int(draft.wave),
        draft.bundle,
        draft.key,
        draft.name,
        int(draft.urgent),
        draft.leave_date,
        None if key is None else label_of(key, draft.key, draft.name, draft.leave_date),
    )


def label_of(subject_key: bytes, key: str, name: str, leave_date: str) -> bytes:
    """Return the keyed digest of what names a person beside an action."""
    # The canonical bytes of four texts, written at once: it is done for every action.
    text = f'["provisor.label/1",{_quoted(key)},{_quoted(name)},{_quoted(leave_date)}]'
    return keyed_digest(subject_key, text.encode())


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


def planned_actions(
    connection: Connection, question: Chosen, where: str
) -> Sequence[PlannedAction]:
    """Return the planned actions that a question finds, each checked against its seal.

    An erased subject has no key any more: then only the plan's digest speaks for the action.

    Raises:
        StoreDamaged: a body, or what names its person, is not what was sealed.

    Cost: two HMAC per action; above 10,000 they are made when they are looked at.
    """
    rows = [_checked(tuple(row), where) for row in connection.execute(question).all()]
    return StoredActions(rows) if len(rows) > _MANY else tuple(map(planned_action, rows))


def _checked(row: tuple[Any, ...], where: str) -> StoredRow:
    *stored, label, subject = row
    position, digest, body, _, _, key, name, _, leave_date = stored
    if subject is not None and (
        keyed_digest(subject, body) != digest
        or (label is not None and label != label_of(subject, key, name, leave_date))
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
