"""What is printed with `--json` of people over several sources, as types."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict


class RecordLine(TypedDict):
    """One record of a person: by which rule it was joined, and whether it is there now."""

    record: str
    rule: str
    here: bool


class OriginLine(TypedDict):
    """A value, and the record that it is taken from."""

    value: Any
    origin: str


class OriginsLine(OriginLine):
    """One attribute of a person, and what others say of it."""

    attribute: str
    others: list[OriginLine]


class PersonCandidate(TypedDict):
    """Somebody whose the record may be, and the rules that say so."""

    person: str
    rules: list[str]


class PersonQuestionShape(TypedDict):
    """A record of which only people can say whose it is."""

    key: str
    record: str
    what: str
    candidates: list[PersonCandidate]


class WordShape(TypedDict):
    """What people decided about two people: `merge` or `split`."""

    id: str
    kind: str
    person: str
    other: str
    author: str
    approver: str
    reason: str
    at: str


class PersonShape(TypedDict):
    """One person over several sources."""

    person: str
    records: list[RecordLine]
    attributes: list[OriginsLine]
    question: PersonQuestionShape | None
    words: list[WordShape]


class MovedAccount(TypedDict):
    """An account that belongs to somebody else now."""

    target: str
    target_id: str


class SaidShape(WordShape):
    """What was kept of a decision, and what moved."""

    records: list[str]
    accounts: list[MovedAccount]


class AlikeShape(TypedDict):
    """Known people whom a rule that decides takes for one; nothing follows."""

    rule: str
    people: list[str]


PEOPLE_SHAPES = {
    "identity show": PersonShape,
    "identity merge": SaidShape,
    "identity split": SaidShape,
}
