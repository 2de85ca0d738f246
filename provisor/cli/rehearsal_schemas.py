"""What `check` and `test` print with `--json`, as types; published with the other outputs."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict


class ProblemLine(TypedDict):
    """An error of the configuration, with its place."""

    code: str
    what: str
    where: NotRequired[str]
    found: NotRequired[str]
    safe: NotRequired[str]
    next: NotRequired[str]
    line: int | None
    column: int | None


class DoubtLine(TypedDict):
    """What is allowed and not wise, or good to know; `level` is `warning` or `note`."""

    job: str
    level: str
    what: str
    where: str
    line: int | None
    column: int | None
    shown: str


class CheckedJob(TypedDict):
    """A job that is right, and the digest of its configuration."""

    job: str
    configuration: str


class SystemLine(TypedDict):
    """What a system answered."""

    system: str
    well: bool
    found: str
    can: list[str]
    """What it can do for us; known without asking it."""
    cannot: list[str]


class CheckShape(TypedDict):
    """What is wrong in a configuration, or what is doubtful about one that is right."""

    right: bool
    problems: list[ProblemLine]
    doubts: list[DoubtLine]
    jobs: list[CheckedJob]
    systems: list[SystemLine]


class DifferenceLine(TypedDict):
    """Something that did not come out as expected; empty where nothing was, on either side."""

    place: str
    expected: str
    found: str


class CaseLine(TypedDict):
    """One case."""

    file: str
    line: int
    name: str
    job: str
    passed: bool
    differences: list[DifferenceLine]


class MissedLine(TypedDict):
    """A branch, clause or rule that no case reached; `kind` says which of them."""

    job: str
    object: str
    kind: str
    rule: str
    way: str
    text: str
    where: str
    line: int | None
    column: int | None


class CoverageShape(TypedDict):
    """What of all rules the cases reached."""

    points: int
    reached: int
    percent: int
    missed: list[MissedLine]


class CasesShape(TypedDict):
    """Cases with their differences; `coverage` is null when nobody asked for it."""

    problems: list[ProblemLine]
    cases: list[CaseLine]
    passed: int
    failed: int
    coverage: CoverageShape | None
