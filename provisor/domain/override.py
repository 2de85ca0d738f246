"""What people decided against the rules: stored, explained, expiring, and stronger than a cycle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from provisor.domain.record import Value
from provisor.domain.schema import ObjectType


class OverrideKind(StrEnum):
    """What an override asks of planning."""

    HOLD = "hold"
    """Change nothing on this object."""
    KEEP = "keep"
    """Never disable or delete it."""
    DENY = "deny"
    """Treat the person as gone: disable, never create."""
    PIN = "pin"
    """One attribute keeps the given value, whatever the mapping says."""
    LINK = "link"
    """The answer to a match question: this account, or `new` for a new one."""
    UNLINK = "unlink"
    """This account is not theirs: no rule links the two again."""
    EXCEPT = "except"
    """What others changed in the target stays as it was seen, until the end of the exception."""
    REPAIR = "repair"
    """What others changed is set right, although the job's policy waits for a decision."""
    REVOKE = "revoke"
    """This membership is not given, whatever the rules say; it is taken, whoever gave it."""
    GRANT = "grant"
    """This membership is given, whatever the rules say, until the override ends."""


NEW_ACCOUNT = "new"
UNDO = "undo-"
"""What the ids of undos, and of the overrides that they made, begin with."""
_OVERTAKES = {
    OverrideKind.REVOKE: OverrideKind.GRANT,
    OverrideKind.GRANT: OverrideKind.REVOKE,
    OverrideKind.KEEP: OverrideKind.DENY,
}
"""What an undo says, to the earlier word of an undo that no longer counts then."""


@dataclass(frozen=True, slots=True)
class Override:
    """One decision of a person, as planning takes it after mapping."""

    id: str
    kind: OverrideKind
    job: str
    """The job it binds; empty for every job."""
    object_type: ObjectType
    key: str
    """The natural key of the source record."""
    attribute: str
    """For `pin`, `except` and `repair`; empty otherwise. Of `revoke` and `grant` empty stands for
    a membership."""
    value: Value
    """For `pin` the value, for `link` the native id or `new`, for `unlink` the native id, for
    `except` and `repair` what the target showed when it was decided, for `revoke` and `grant` the
    source key of the group."""
    reason: str
    author: str
    approver: str
    created_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None = None


def active_overrides(
    overrides: Iterable[Override], job: str, now: datetime
) -> dict[tuple[ObjectType, str], tuple[Override, ...]]:
    """Return the overrides that bind this job now, by object.

    An override with an expiry ends at that moment; one that was ended never counts. Of several on
    one object the last word stands last.

    Args:
        overrides: in the order in which they were given.
        job: its name.
        now: the moment of the plan.
    """
    found: dict[tuple[ObjectType, str], tuple[Override, ...]] = {}
    for override in sorted(overrides, key=lambda item: item.created_at):
        expired = override.expires_at is not None and override.expires_at <= now
        if expired or override.ended_at is not None or override.job not in ("", job):
            continue
        place = (override.object_type, override.key)
        found[place] = (*_without_overtaken(found.get(place, ()), override), override)
    return found


def _without_overtaken(given: tuple[Override, ...], word: Override) -> tuple[Override, ...]:
    """Leave out words of undos that a later undo says the opposite of.

    Otherwise a revoke counts before a grant, and a deny for a leave that nobody undid.
    """
    opposite = _OVERTAKES.get(word.kind)
    if opposite is None or not word.id.startswith(UNDO):
        return given
    about = (opposite, word.attribute, word.value)
    return tuple(
        one
        for one in given
        if (one.kind, one.attribute, one.value) != about or not one.id.startswith(UNDO)
    )
