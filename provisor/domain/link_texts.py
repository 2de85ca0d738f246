"""Links out of the texts in which stores and columns keep them."""

from __future__ import annotations

import json
from datetime import datetime

from provisor.domain.leaving import Gone, Leave
from provisor.domain.link import Link, LinkState
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType


def link_of_texts(
    object_type: ObjectType,
    identity: str,
    key: str,
    native_id: str,
    anchor: str | None,
    state: str,
    since: str | None,
    accepted: str | None,
    left_since: str | None,
    left_as: str | None,
    back_since: str | None,
) -> Link:
    """Return the link that the texts of `LINK_COLUMNS` say, in their order."""
    return Link(
        identity=identity,
        object_type=object_type,
        key=key,
        native_id=native_id,
        anchor=anchor,
        state=LinkState(state),
        since=datetime.fromisoformat(since) if since else None,
        accepted=_accepted(accepted) if accepted else {},
        leave=_leave(left_since, left_as, back_since),
    )


def _leave(since: str | None, why: str | None, back: str | None) -> Leave | None:
    if not since or not why:
        return None
    returned = datetime.fromisoformat(back) if back else None
    return Leave(datetime.fromisoformat(since), Gone(why), returned)


def _accepted(text: str) -> dict[str, tuple[Value, Value]]:
    pairs: dict[str, tuple[object, object]] = json.loads(text)
    return {name: (_value(sent), _value(kept)) for name, (sent, kept) in pairs.items()}


def _value(stored: object) -> Value:
    if isinstance(stored, list):
        return tuple(stored)
    return stored if isinstance(stored, str | int | bool) else None
