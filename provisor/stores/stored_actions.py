"""Stored rows of planned actions, and the actions that they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from provisor.domain.action import Operation, Risk, Wave, action_of
from provisor.domain.plan import Draft, PlannedAction
from provisor.domain.sealing import SealedActions

Row = tuple[int, bytes, bytes, int, str, str, str, int, str]
"""Position, digest, body, wave, bundle, key, name, urgent, leave date."""


_OPERATION, _RISK = b',"operation":"', b',"risk":"'
_OPERATIONS = {one.value.encode(): one for one in Operation}
_RISKS = {one.value.encode(): one for one in Risk}


def grade_of(body: bytes) -> tuple[Operation, Risk]:
    """Return operation and risk of an action from its canonical bytes.

    They stand there as plain words; inside a text the quotes are escaped, so nothing that somebody
    wrote can be taken for them.
    """
    return _OPERATIONS[_word(body, _OPERATION)], _RISKS[_word(body, _RISK)]


def _word(body: bytes, opening: bytes) -> bytes:
    start = body.index(opening) + len(opening)
    return body[start : body.index(b'"', start)]


Labels = Mapping[int, tuple[str, tuple[tuple[str, str], ...]]]
"""Position to the group that an act waits apart for, and to what limits count it by."""


NO_LABELS: Labels = MappingProxyType({})


def labels_among(actions: Sequence[PlannedAction]) -> Labels:
    """Return the labels of those actions that have any."""
    drafts: Iterable[Draft] = (one.draft for one in actions)
    if isinstance(actions, SealedActions):
        drafts = actions.drafts
    return {
        position: (draft.apart, draft.about)
        for position, draft in enumerate(drafts)
        if draft.about or draft.apart
    }


def labelled(one: PlannedAction, labels: Labels) -> PlannedAction:
    """Return an action with its labels."""
    if one.position not in labels:
        return one
    apart, about = labels[one.position]
    return replace(one, draft=replace(one.draft, apart=apart, about=about))


def planned_action(row: Row) -> PlannedAction:
    """Return the planned action of one row."""
    position, digest, body, wave, bundle, key, name, urgent, leave_date = row
    draft = Draft(
        action=action_of(json.loads(body)),
        key=key,
        name=name,
        wave=Wave(wave),
        urgent=urgent == 1,
        leave_date=leave_date,
        bundle=bundle,
    )
    return PlannedAction(position, draft, digest)
