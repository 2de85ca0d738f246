"""What people decided about somebody, said of another key from now on."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from provisor.domain.event import Event
from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import undo_of
from provisor.engine import journal
from provisor.ports.overrides import Handover

_OF_THE_PAIR = frozenset({OverrideKind.LINK, OverrideKind.UNLINK})
"""What was said of a key and an account, and not of the person."""
_REASON = "the person has another key"


def standing_about(
    overrides: Iterable[Override],
    jobs: Collection[str],
    place: tuple[ObjectType, str],
    now: datetime,
) -> tuple[Override, ...]:
    """Return what was said of a person and is not over, oldest first.

    What waits for a second person is among it: whoever agrees agrees about the person.

    Args:
        overrides: everything that was ever said.
        jobs: in which it holds; what holds in every job is always among it.
        place: object type and key.
        now: decides what has expired.
    """
    return tuple(
        one
        for one in overrides
        if (one.object_type, one.key) == place
        and (not one.job or one.job in jobs)
        and one.kind not in _OF_THE_PAIR
        and one.ended_at is None
        and (one.expires_at is None or one.expires_at > now)
    )


def handed_over(words: Iterable[Override], key: str) -> Handover:
    """Let words hold for another key, and no longer for the one of which they were said."""
    given = tuple(words)
    return Handover(tuple(one.id for one in given), said_of(given, key))


def said_of(words: Iterable[Override], key: str) -> tuple[Override, ...]:
    """Return the same words about another key."""
    return tuple(replace(one, id=_id_after(one.id), key=key) for one in words)


def _id_after(old: str) -> str:
    """Return a new id; a word of an undo stays one of that undo."""
    fresh, undo = secrets.token_hex(8), undo_of(old)
    return f"{undo}.{fresh}" if undo else fresh


def handover_events(handover: Handover, at: datetime, actor: str) -> Sequence[Event]:
    """Return what the log is told of words that hold for another key."""
    ended = [journal.override_ended(one, at, actor, _REASON) for one in handover.ended]
    return [*ended, *map(journal.override_added, handover.added)]
