"""What `drift`, `duplicates`, `dormant` and the classes of `orphans` print with `--json`."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from provisor.cli.emergency_shapes import OverrideShape


class EvidenceShape(TypedDict):
    """A moment at which the target was seen: `read ID`, `act ID` of our own, or `look`."""

    at: str
    by: str


class DriftDecision(TypedDict):
    """What somebody decided: `repair`, `adopt` or `except`."""

    choice: str
    override: str
    author: str
    reason: str
    until: str | None


class DriftItem(TypedDict):
    """One thing that others changed between two moments.

    `kind` is `changed`, `enabled`, `disabled`, `deleted`, `made`, `member_added` or
    `member_removed`; `mover` is `target`, or `both` where the source asks for something new too.
    """

    id: str | None
    kind: str
    object: str
    key: str
    target_id: str
    name: str
    attribute: str
    before: Any
    after: Any
    earlier: EvidenceShape
    later: EvidenceShape
    mover: str
    explained_by: str | None
    policy: NotRequired[str]
    decision: NotRequired[DriftDecision | None]


class RateShape(TypedDict):
    """Changes that nothing of ours explains, among all that were seen in the period."""

    unexplained: int
    observed: int
    since: str
    until: str


class DriftReportShape(TypedDict):
    """What others changed in a job's target."""

    job: str
    target: str
    standing: list[DriftItem]
    passed: list[DriftItem]
    explained: list[DriftItem]
    rate: RateShape
    doubts: list[str]


class DriftDecisionsShape(TypedDict):
    """The overrides that a decision about drift made."""

    overrides: list[OverrideShape]


class LikenessShape(TypedDict):
    """A record that a match rule finds an account for."""

    key: str
    rule: str
    decides: bool
    in_scope: bool


# `class` is a word of Python, so this one is named in the functional form.
AccountLine = TypedDict(
    "AccountLine",
    {
        "object": str,
        "target_id": str,
        "name": str,
        "class": str,
        "owners": list[str],
        "register": str,
        "matches": list[LikenessShape],
    },
)


class ClassesShape(TypedDict):
    """Every account in one class; the counts add up to `seen`."""

    job: str
    target: str
    counts: dict[str, dict[str, int]]
    accounts: list[AccountLine]
    doubts: list[str]


class DuplicateLine(TypedDict):
    """Some accounts of which there is one too many.

    `kind` is `two_links`, `two_identities`, `second_account`, `several` or `look_alike`.
    """

    kind: str
    object: str
    rule: str
    keys: list[str]
    accounts: list[str]


class DuplicateRate(TypedDict):
    """Records with more than one account, among those with any."""

    several: int
    managed: int


class DuplicatesShape(TypedDict):
    """Accounts of which there is one too many."""

    job: str
    target: str
    counts: dict[str, int]
    duplicates: list[DuplicateLine]
    rate: dict[str, DuplicateRate]
    doubts: list[str]


UsedLine = TypedDict(
    "UsedLine",
    {
        "target_id": str,
        "name": str,
        "key": str,
        "class": str,
        "days": int | None,
        "age_days": int | None,
    },
)


class DormantRate(TypedDict):
    """Accounts that nobody uses, among those that are on and of which it is known; never more."""

    dormant: int
    known: int
    unknown: int
    on: int


class DormantShape(TypedDict):
    """Every user account in one class of use; the counts add up to `seen`."""

    job: str
    target: str
    attribute: str
    after_days: int
    counts: dict[str, int]
    rate: DormantRate
    accounts: list[UsedLine]
    doubts: list[str]


DISCOVERY_SHAPES = {
    "drift": DriftReportShape,
    "drift-decision": DriftDecisionsShape,
    "orphans-classes": ClassesShape,
    "duplicates": DuplicatesShape,
    "dormant": DormantShape,
}
