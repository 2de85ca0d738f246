"""The JSON shapes of comparisons over earlier days."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from provisor.cli.plan_schemas import WhatIfShape


class AsOfShape(TypedDict):
    """When both sides and the links were read that a comparison rests on."""

    read_at: str
    links_at: str | None
    assumed: list[str]


class AnyWhatIfShape(WhatIfShape):
    """`plan --what-if`; with `--as-of` it says of when."""

    as_of: NotRequired[AsOfShape]


class PastDayShape(TypedDict):
    """One day of a period; a gap says why it is one."""

    date: str
    read_at: str | None
    links_at: str | None
    gap: str
    gained: dict[str, int]
    lost: dict[str, int]


class StretchShape(TypedDict):
    """One thing that somebody would have gained or lost, and on which days."""

    object: str
    key: str
    what: str
    of: str
    how: str
    first: str
    last: str
    days: int


class StretchesShape(TypedDict):
    """Everything on one side; at most 1,000 of it named."""

    count: int
    kinds: dict[str, int]
    people: int
    listed: list[StretchShape]


class OverTimeShape(TypedDict):
    """`plan --what-if --since`: who would have gained and lost what, day by day."""

    job: str
    history_begins: str | None
    days: list[PastDayShape]
    compared: int
    gaps: int
    gained: StretchesShape
    lost: StretchesShape
    assumed: list[str]


PAST_SHAPES = {"what-if": AnyWhatIfShape, "what-if-over-time": OverTimeShape}
