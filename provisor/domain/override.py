"""What people decided against the rules: stored, explained, expiring, and stronger than a cycle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
TRIAL = timedelta(days=7)
"""So long a hold that needs a second person is in force without one: stopping is cheap."""


class Until(StrEnum):
    """What ends an override besides a day and a person."""

    NOTHING = ""
    LEAVING = "leaving"
    """The person leaves."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The second person's word, given on the store."""

    approver: str
    reason: str
    at: datetime
    asserted: bool = False


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
    needs_consent: bool = False
    """Whether it is in no force before somebody else agreed."""
    consent: Consent | None = None
    until: Until = Until.NOTHING

    @property
    def waits(self) -> bool:
        """Whether a second person's word is still missing."""
        return self.needs_consent and self.consent is None

    @property
    def lasts_until(self) -> datetime | None:
        """When time alone ends it, as things stand; None for never."""
        if not self.waits or self.kind is not OverrideKind.HOLD:
            return self.expires_at
        trial = self.created_at + TRIAL
        return trial if self.expires_at is None else min(trial, self.expires_at)

    def is_in_force(self, now: datetime) -> bool:
        """Say whether it binds anybody now."""
        end = self.lasts_until
        if self.ended_at is not None or (end is not None and end <= now):
            return False
        return not self.waits or self.kind is OverrideKind.HOLD


def active_overrides(
    overrides: Iterable[Override], job: str, now: datetime
) -> dict[tuple[ObjectType, str], tuple[Override, ...]]:
    """Return the overrides that bind this job now, by object.

    An override with an expiry ends at that moment; one that was ended never counts, nor does one
    that waits for a second person. Of several on
    one object the last word stands last.

    Args:
        overrides: in the order in which they were given.
        job: its name.
        now: the moment of the plan.
    """
    found: dict[tuple[ObjectType, str], tuple[Override, ...]] = {}
    for override in sorted(overrides, key=lambda item: item.created_at):
        if not override.is_in_force(now) or override.job not in ("", job):
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
