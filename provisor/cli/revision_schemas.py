"""What `config` prints with `--json`, as types."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict


class StakeShape(TypedDict):
    """One thing that somebody gains or loses: `account`, `group`, `membership` or `value`."""

    object: str
    key: str
    what: str
    of: str
    how: str


class SideShape(TypedDict):
    """Everything that is gained, or lost; all are counted, at most 1,000 are named."""

    count: int
    kinds: dict[str, int]
    listed: list[StakeShape]


class CitedShape(TypedDict):
    """The active revision that something was done under."""

    revision: int
    digest: str
    author: str
    approvers: list[str]
    active_since: str | None
    asserted: bool


class BriefShape(TypedDict):
    """A revision of the configuration; `after` is the one that was active when it was proposed."""

    revision: int
    digest: str
    stage: str
    author: str
    asserted: bool
    reason: str
    proposed_at: str
    after: int | None
    origin: int | None
    approvers: list[str]


class HistoryShape(TypedDict):
    """Every revision, the newest first."""

    active: int | None
    enforced: bool
    revisions: list[BriefShape]


class JobResultsShape(TypedDict):
    """What a revision would do in one job, against the active one."""

    job: str
    remark: str
    today: dict[str, Any] | None
    then: dict[str, Any] | None
    gained: SideShape
    lost: SideShape
    changed: int
    unchanged: int
    reads: list[dict[str, Any]]


class ResultsShape(TypedDict):
    """What a revision would do; `moved` names what was read since and is not the same."""

    digest: str
    by: str
    at: str
    hours: int
    moved: list[str]
    what_if: list[JobResultsShape]
    tests: dict[str, Any] | None


class VoiceShape(TypedDict):
    """What somebody said about a revision, and for which results."""

    kind: str
    by: str
    asserted: bool
    reason: str
    at: str
    expires_at: str
    results: str


class RevisionShape(BriefShape):
    """A revision: where it stands, what it would do, and who said what."""

    needed: int
    hands: list[str]
    results: ResultsShape | None
    voices: list[VoiceShape]
    activated: dict[str, Any] | None


class ShiftShape(TypedDict):
    """One setting that means something else; `looser` is a guard that lets more through."""

    place: str
    turned: str
    was: str
    now: str
    weight: str
    words: str


class ConfigDiffShape(TypedDict):
    """What a revision changes, loosened guards first; then the lines that differ."""

    revision: int
    against: int | None
    looser: int
    changes: list[ShiftShape]
    text: list[str]


REVISION_SHAPES = {
    "revision": RevisionShape,
    "config-diff": ConfigDiffShape,
    "config-history": HistoryShape,
}
