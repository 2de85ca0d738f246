"""What commands print with `--json`, as types; `provisor schema --output NAME` publishes them."""

from __future__ import annotations

from typing import Any, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from provisor.cli.discovery_shapes import DISCOVERY_SHAPES
from provisor.cli.emergency_shapes import EMERGENCY_SHAPES
from provisor.cli.manners import PROBE_SHAPES
from provisor.cli.past_schemas import PAST_SHAPES
from provisor.cli.people_schemas import PEOPLE_SHAPES, AlikeShape, PersonQuestionShape
from provisor.cli.plan_schemas import (
    ActionShape,
    DecisionShape,
    DifferenceShape,
    PlanShape,
    ResultShape,
    ShownShape,
)
from provisor.cli.rehearsal_schemas import CasesShape, CheckShape
from provisor.cli.revision_schemas import REVISION_SHAPES
from provisor.cli.undo_shapes import UndoneShape

# `class` is a word of Python, so this one is named in the functional form.
FindingLine = TypedDict(
    "FindingLine", {"object": str, "target_id": str, "class": str, "name": str, "detail": str}
)


class FindingsShape(TypedDict):
    """Accounts that are nobody's, contested, protected or held; all accounts are counted."""

    accounts: list[FindingLine]
    counts: dict[str, dict[str, int]]
    doubts: list[str]


class BesideShape(TypedDict):
    """One value of a candidate beside the record's; `equal`, `different` or `empty`."""

    attribute: str
    record: Any
    account: Any
    likeness: str


class CandidateShape(TypedDict):
    """An account that may be the record's."""

    target_id: str
    name: str
    rules: list[str]
    parted: bool
    rivals: list[str]
    values: list[BesideShape]


class QuestionShape(TypedDict):
    """What only a person can say about one record; `answers` are what may be said."""

    object: str
    key: str
    kind: str
    what: str
    answers: list[str]
    candidates: list[CandidateShape]


class MatchesShape(TypedDict):
    """All open match questions of a job."""

    job: str
    questions: list[QuestionShape]
    doubts: list[str]
    people: list[PersonQuestionShape]
    alike: list[AlikeShape]


class AlertShape(TypedDict):
    """One alert."""

    kind: str
    cause: str
    severity: str
    job: str
    message: str
    next: str
    raised_at: str
    last_seen_at: str
    repeats: int
    closed_at: str | None


class AlertsShape(TypedDict):
    """Alerts, gravest first."""

    alerts: list[AlertShape]


class ImportLine(TypedDict):
    """One key of an import, and what became of it."""

    path: str
    verdict: str
    why: str


class MissingLine(TypedDict):
    """Something that an import cannot hold, and what to do about it."""

    what: str
    next: str


class ImportShape(TypedDict):
    """A draft made of another system's configuration; the counts are those of the lines."""

    jobs: list[str]
    output: str | None
    counts: dict[str, int]
    lines: list[ImportLine]
    missing: list[MissingLine]
    problems: list[dict[str, str]]
    configuration: str


class QuarantineShape(TypedDict):
    """A target that is left alone, and when it is asked again."""

    target: str
    reason: str
    since: str
    until: str
    series: int


class ParkedShape(TypedDict):
    """An act that failed for its object's sake, and when it is tried again."""

    action: str
    target: str
    job: str
    object: str
    key: str
    operation: str
    since: str
    age_days: int
    attempts: int
    last_at: str
    next_at: str | None
    code: str
    message: str
    owner: str


class ParkedListShape(TypedDict):
    """What failed and waits."""

    parked: list[ParkedShape]
    quarantines: list[QuarantineShape]


class StatusShape(TypedDict):
    """How every job stands."""

    jobs: list[dict[str, Any]]
    freezes: list[dict[str, str]]
    quarantines: list[QuarantineShape]
    parked: int
    alerts: list[AlertShape]
    log: dict[str, Any]
    configuration: dict[str, Any]


class ErrorParts(TypedDict):
    """The five parts of a message, and its code."""

    code: str
    what: str
    where: NotRequired[str]
    found: NotRequired[str]
    safe: NotRequired[str]
    next: NotRequired[str]


class AnswerShape(TypedDict):
    """What became of one answer: `kept`, `unchanged` or `refused`."""

    key: str
    account: str
    target_id: str | None
    override: str | None
    state: str
    error: ErrorParts | None


class LinkShape(TypedDict):
    """What became of answers to match questions."""

    job: str
    links: list[AnswerShape]


class PartedLine(TypedDict):
    """One link that was ended."""

    key: str
    object: str
    target_id: str
    override: str


class UnlinkShape(TypedDict):
    """The links that were ended."""

    job: str
    links: list[PartedLine]


class FailedRun(TypedDict):
    """A job of `run --all` that could not run, and why."""

    job: str
    error: ErrorParts


class RunsShape(TypedDict):
    """What became of every job, in the order in which they ran."""

    runs: list[ResultShape | FailedRun]


class ErrorShape(TypedDict):
    """What every command prints instead of its own shape when it is refused."""

    error: ErrorParts


SHAPES = {
    "plan": PlanShape,
    "show": ShownShape,
    "diff": DifferenceShape,
    "run": ResultShape,
    "run-all": RunsShape,
    "apply": ResultShape,
    "undo": UndoneShape,
    "approve": DecisionShape,
    "orphans": FindingsShape,
    "matches": MatchesShape,
    "link": LinkShape,
    "unlink": UnlinkShape,
    "alerts": AlertsShape,
    "status": StatusShape,
    "parked": ParkedListShape,
    "check": CheckShape,
    "test": CasesShape,
    "import-entra": ImportShape,
    "action": ActionShape,
    "error": ErrorShape,
    **DISCOVERY_SHAPES,
    **PAST_SHAPES,
    **PEOPLE_SHAPES,
    **EMERGENCY_SHAPES,
    **REVISION_SHAPES,
    **PROBE_SHAPES,
}


def output_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one output."""
    return TypeAdapter(SHAPES[name]).json_schema()
