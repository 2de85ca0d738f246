"""The shapes of what kill, break-glass and override print."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict


class StruckShape(TypedDict):
    """What became of one account: `done`, `already_off`, `absent`, and so on."""

    target: str
    job: str
    account: str
    state: str
    message: str


class KilledShape(TypedDict):
    """One person from whom all access was taken; `out` says whether all of it is gone."""

    keys: list[str]
    object: str
    overrides: list[str]
    out: bool
    accounts: list[StruckShape]


class KillShape(TypedDict):
    """What a kill did."""

    killed: list[KilledShape]


class OpeningShape(TypedDict):
    """One gate that somebody broke open, with the acts that went out through it."""

    id: str
    target: str
    part: str
    by: str
    reason: str
    opened_at: str
    expires_at: str
    open: bool
    state: str
    actions: list[str]
    reviewed_by: str | None
    reviewed_at: str | None
    review: str | None


class OpeningsShape(TypedDict):
    """Gates that were broken open, oldest first."""

    openings: list[OpeningShape]


class OverrideShape(TypedDict):
    """One decision of a person that outlives cycles; `in_force` says whether it binds now."""

    id: str
    kind: str
    object: str
    key: str
    job: str
    attribute: str
    value: Any
    reason: str
    author: str
    approver: str
    state: str
    in_force: bool
    waits: bool
    agreed_by: str | None
    agreed_at: str | None
    created_at: str
    lasts_until: str | None
    until: str
    ended_at: str | None


class OverrideListShape(TypedDict):
    """What people decided, oldest first."""

    overrides: list[OverrideShape]


EMERGENCY_SHAPES = {
    "kill": KillShape,
    "break-glass": OpeningsShape,
    "override": OverrideListShape,
}
